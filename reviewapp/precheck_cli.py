"""`reviewapp precheck`: checks one PDF, or explains a check. No Flask, no database."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, TextIO

KINDS = ("key-project", "department")
_PLATFORM_ONLY = ("key", "variant", "values")
_MEASURED_ONLY = ("silent", "layout")
_LANGUAGES = {"zh-Hans": "zh_Hans", "zh_Hans": "zh_Hans", "en": "en"}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the program's parser."""
    parser = commands.add_parser(
        "precheck", help="check a report's PDF", description="Check a report's PDF."
    )
    parser.add_argument("file", nargs="?", metavar="FILE.pdf", help="the report")
    parser.add_argument("--kind", choices=KINDS, help="what kind of report it is")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--ocr", choices=("auto", "never"), default="auto", help="read scanned pages (seconds each)"
    )
    parser.add_argument(
        "--rules", metavar="DIR", help="use this folder instead of rubrics/precheck"
    )
    parser.add_argument("--against", metavar="DIR", help="compare with the reports in this folder")
    parser.add_argument("--lang", choices=tuple(_LANGUAGES), default="zh-Hans")
    parser.add_argument("--explain", metavar="CHECK", help="say what a check looks for")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand: 0 if the file was read, 2 if it or the command line is no use."""
    from reviewapp.adapters import rule_files
    from reviewapp.domain.errors import Invalid

    try:
        folder = Path(arguments.rules) if arguments.rules else rule_files.DEFAULT_FOLDER
        rules = rule_files.load(folder)
    except Invalid as error:
        return _refuse(str(error))
    lang = _LANGUAGES[arguments.lang]
    if arguments.explain:
        return _explain(rules.checks, arguments.explain, lang)
    if not arguments.file or not arguments.kind:
        return _refuse("a file and --kind are needed (or --explain CHECK)")
    from reviewapp.services import precheck_archive, scans
    from reviewapp.services.precheck_file import check_file

    archive = None
    if arguments.against:
        folder, own = Path(arguments.against), Path(arguments.file)
        try:
            archive = precheck_archive.of_folder(folder, own, arguments.kind, rules)
        except NotADirectoryError:
            return _refuse(f"--against: {folder} is no folder")
    answer = check_file(
        arguments.file,
        arguments.kind,
        rules=rules,
        lang=lang,
        archive=archive,
        read_scans=scans.read_at_once(_count) if arguments.ocr == "auto" else None,
    )
    if arguments.format == "json":
        _say(json.dumps(as_contract(answer), ensure_ascii=False, indent=1))
    else:
        _say("\n".join(as_text(answer, lang)))
    return 2 if answer["error"] else 0


def as_contract(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer as the contract has it, without what only the platform stores."""
    findings = [
        {name: value for name, value in one.items() if name not in _PLATFORM_ONLY}
        for one in answer["findings"]
    ]
    told = {name: value for name, value in answer.items() if name not in _MEASURED_ONLY}
    return {**told, "findings": findings}


def _say(text: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(text + "\n")


def _count(done: int, total: int) -> None:
    """Tell a person at a terminal how far the reading of scanned pages is."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rOCR {done}/{total}{chr(10) if done == total else ''}")
        sys.stderr.flush()


def _refuse(why: str) -> int:
    _say(f"reviewapp precheck: {why}", sys.stderr)
    return 2


def _explain(checks: Any, check_id: str, lang: str) -> int:
    rule = checks.get(check_id)
    if rule is None:
        return _refuse(f"there is no check {check_id}; known: {', '.join(checks)}")
    if lang == "en":
        lines = [f"{rule.id} — {rule.title_en} ({rule.severity.value})", "", rule.explanation_en]
        lines += [f"Tolerance: {rule.tolerance_en}", f"Source: {rule.source}"]
    else:
        severity = _SEVERITIES[rule.severity.value]
        lines = [f"{rule.id} — {rule.title}（{severity}）", "", rule.explanation]
        lines += [f"容差：{rule.tolerance}", f"依据：{rule.source}"]
    _say("\n".join(lines))
    return 0


_SEVERITIES = {"error": "错误", "warning": "警告", "notice": "提示", "silent": "静默"}
_OUTCOMES = {
    "complete": "完整",
    "attention": "有疑点",
    "incomplete": "章节缺失",
    "unverifiable": "无法核验",
}


def as_text(answer: dict[str, Any], lang: str) -> list[str]:
    """Return the answer as lines for reading."""
    english = lang == "en"
    outcome = answer["outcome"] if english else _OUTCOMES[answer["outcome"]]
    about = answer["file"]
    if answer["error"]:
        return [f"{about['name']}: {outcome}", answer["error"]["message"]]
    pages = f"{about['pages']} pages" if english else f"{about['pages']} 页"
    lines = [f"{about['name']} · {pages} · {outcome} · {answer['timing']['seconds']:.2f} s", ""]
    for section in answer["sections"]:
        indent = "" if section["level"] in (1, None) else "  "
        if section["found"]:
            lines.append(f"  {indent}{section['title']}  p.{section['page']}  {section['heading']}")
        elif section["required"]:
            lines.append(f"  {indent}{section['title']}  —")
    lines.append("")
    lines += [f"  {name}: {value}" for name, value in answer["facts"].items()]
    lines.append("")
    for finding in answer["findings"]:
        weight = finding["severity"] if english else _SEVERITIES[finding["severity"]]
        page = f" p.{finding['page']}" if finding["page"] else ""
        lines.append(f"[{weight}] {finding['check']}{page}: {finding['message']}")
        if finding["quote"]:
            lines.append(f"    > {finding['quote']}")
    if not answer["findings"]:
        lines.append("no findings" if english else "没有发现疑点")
    return lines
