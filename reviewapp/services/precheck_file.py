"""The precheck of one file: reads it in a child process, runs every check, answers as JSON.

The answer's form is the precheck contract (docs/checks.md); no database, no server, no network.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reviewapp.adapters import child, nlp, pdf, rule_files
from reviewapp.adapters.ocr import Reading
from reviewapp.adapters.precheck_words import say
from reviewapp.domain.document import Box, Document, Page, Table, TextLayer
from reviewapp.domain.errors import N_
from reviewapp.domain.precheck import passages, several, suite
from reviewapp.domain.precheck.finding import Finding, Outcome, Severity
from reviewapp.domain.precheck.layout import signature
from reviewapp.domain.precheck.passages import Comparison, Placed
from reviewapp.domain.precheck.registry import CheckRun
from reviewapp.domain.precheck.report import Report, build
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.sections import Section
from reviewapp.domain.precheck.text import plain
from reviewapp.domain.precheck.words import BY_OCR, finding_message, section_title
from reviewapp.services.scans import ReadScans

SCHEMA = 1
OWN_NAMES = ("title", "project_name", "unit", "department", "agency")
Archive = Callable[[tuple[Placed, ...]], Comparison]
#: What a scan is told that nobody reads.
NO_TEXT = N_(
    "No page has text that can be read: the PDF is a scan or its fonts are broken. Hand in the PDF"
    " that the word processor exports."
)
_MONEY = ("万元", "亿元", "金额", "资金", "预算", "支出")


def check_file(
    path: str | Path,
    kind: str,
    *,
    name: str = "",
    rules: Rules | None = None,
    progress: Callable[[int, int], None] | None = None,
    lang: str = "zh_Hans",
    limits: pdf.ReadLimits | None = None,
    archive: Archive | None = None,
    keep: Callable[[Document], None] | None = None,
    read_scans: ReadScans | None = None,
) -> dict[str, Any]:
    """Check a PDF as a report of `kind` (key-project or department) and return the answer.

    A file that cannot be read is an answer with `error`, not an exception. `rules` are the data to
    use (default: rubrics/precheck), `name` is shown instead of the path's own, `progress(done,
    total)` counts pages, `lang` is "en" or Chinese. `archive` is given the report's sentences and
    answers with what to compare them with; without one text-shared does not apply. `keep` is
    given the document as it was read. `read_scans` reads the pages that have no usable text;
    without it they are only named. KeyError for an unknown kind.
    """
    path = Path(path)
    rules = rules or rule_files.load()
    reader = nlp.heading_reader(rules.outlines[kind], rules.language.headings)
    began = time.perf_counter()
    try:
        document = pdf.read(path, name=name, progress=progress, limits=limits)
        looked = time.perf_counter()
        readings = _read_scans(path, document, read_scans)
        heard = time.perf_counter()
        if readings:
            document = pdf.read(path, name=name, limits=limits, readings=readings)
    except pdf.Unreadable as error:
        return _refusal(_file(path, name), kind, error, began, lang)
    except FileNotFoundError:
        return _refusal(_file(path, name), kind, pdf.Unreadable("not-a-pdf"), began, lang)
    if not any(_has_text(page) for page in document.pages):
        refusal = _refusal(_about(document), kind, pdf.Unreadable("empty"), began, lang)
        refusal["error"]["message"] = say(NO_TEXT, {}, lang)
        return refusal
    read = time.perf_counter()
    if keep is not None:
        keep(document)
    report = build(document, kind, rules, reader)
    built = time.perf_counter()
    if archive is not None:  # the time counts as that of the checks, which it is for
        report = replace(report, comparison=archive(sentences_of(report, rules)))
    runs = suite.run_all(report, rules)
    ended = time.perf_counter()
    stages = {
        "read": looked - began + read - heard,
        "ocr": heard - looked,
        **report.seconds,
        "checks": ended - built,
    }
    told = [run for run in runs if not suite.is_silent(run, rules)]
    findings = [finding for run in told for finding in run.findings]
    silent = [one for run in runs if suite.is_silent(run, rules) for one in run.findings]
    answer = {
        "schema": SCHEMA,
        "file": _about(document),
        "kind": kind,
        "outcome": outcome_of(report, findings),
        "facts": {name: fact.value for name, fact in report.facts.items()},
        "fact_places": {
            name: {"page": fact.place.page, "box": _box(fact.place.box)}
            for name, fact in report.facts.items()
        },
        "sections": [_section(report, section, lang) for section in report.sections],
        "headings": [_heading(report, index) for index in range(len(report.matches))],
        "tables": [_table(table, report) for table in document.tables],
        "findings": [_finding(finding, report, lang) for finding in findings],
        "checks": [_run(run) for run in told],
        "error": None,
        "timing": {
            "seconds": round(ended - began, 3),
            "stages": {stage: round(seconds, 3) for stage, seconds in stages.items()},
        },
        # For the platform alone: what silent checks found, and whose hand the layout is.
        "silent": [_finding(finding, report, lang) for finding in silent],
        "layout": signature(report),
    }
    ranges = _ranges(report, rules)
    if ranges:  # for the platform alone: a hint that the file may have to be split
        answer["reports"] = ranges
    return answer


def _ranges(report: Report, rules: Rules) -> list[dict[str, Any]]:
    """Return the ranges of pages that seem to be reports of their own, where there are several."""
    title = report.facts.get("title")
    headings = [match.heading for match in report.matches]
    found = several.find(
        report.document, headings, str(title.value) if title else "", rules.cover, rules.several
    )
    return [
        {"first": one.first, "last": one.last, "title": one.title, "signs": list(one.signs)}
        for one in found
    ]


def warm(rules: Rules | None = None) -> None:
    """Load what the first report would wait for; for the start of a process that checks many.

    The cycle collector then passes over what stays loaded and comes seldom: a report makes a
    hundred thousand values at once, none of them in a cycle, and looking through the language
    library's for each took a fifth of the time after reading.
    """
    rules = rules or rule_files.load()
    for outline in rules.outlines.values():
        nlp.heading_reader(outline, rules.language.headings)
    child.warm()
    gc.collect()
    gc.freeze()
    gc.set_threshold(500_000, 20, 20)


def unread_pages(document: Document) -> list[int]:
    """Return the pages whose text layer cannot be used and that OCR has not read."""
    return [
        page.number
        for page in document.pages
        if page.text_layer in (TextLayer.SCANNED, TextLayer.GARBLED) and page.ocr is None
    ]


def _read_scans(
    path: Path, document: Document, read_scans: ReadScans | None
) -> Mapping[int, Reading]:
    pages = unread_pages(document)
    return read_scans(path, pages) if read_scans is not None and pages else {}


def _has_text(page: Page) -> bool:
    return page.text_layer is TextLayer.GOOD or (page.ocr is not None and bool(page.lines))


def sentences_of(report: Report, rules: Rules) -> tuple[Placed, ...]:
    """Return the sentences of a report that are compared with other reports."""
    names = [plain(str(report.facts[name].value)) for name in OWN_NAMES if name in report.facts]
    whole = frozenset(m.heading.line for m in report.matches if not m.heading.run_in)
    return passages.sentences(
        report.paragraphs,
        report.sections,
        whole,
        sorted({name for name in names if len(name) > 1}, key=len, reverse=True),
        rules.shared,
    )


def outcome_of(report: Report, findings: list[Finding]) -> str:
    """Return the answer's outcome: the first of the contract's conditions that holds."""
    pages = report.document.pages
    if len(report.unreadable()) * 2 > len(pages) or not report.matches:
        return "unverifiable"
    judged = [finding for finding in findings if finding.outcome is Outcome.SUSPECT]
    if any(finding.check == "section-missing" for finding in judged):
        return "incomplete"
    if any(finding.severity in (Severity.ERROR, Severity.WARNING) for finding in judged):
        return "attention"
    return "complete"


def _refusal(
    file: dict[str, Any], kind: str, error: pdf.Unreadable, began: float, lang: str
) -> dict[str, Any]:
    seconds = round(time.perf_counter() - began, 3)
    return {
        "schema": SCHEMA,
        "file": file,
        "kind": kind,
        "outcome": "unverifiable",
        "facts": {},
        "fact_places": {},
        "sections": [],
        "headings": [],
        "tables": [],
        "findings": [],
        "checks": [],
        "error": {"code": error.code, "message": say(error.message, error.values, lang)},
        "timing": {"seconds": seconds, "stages": {"read": seconds}},
        "silent": [],
        "layout": "",
    }


def _file(path: Path, name: str) -> dict[str, Any]:
    """Return what is known of a file that was not read."""
    size = path.stat().st_size if path.is_file() else None
    return {
        "name": name or path.name,
        "sha256": None,
        "bytes": size,
        "pages": None,
        "producer": None,
        "scanned_pages": [],
        "garbled_pages": [],
        "ocr_pages": [],
    }


def _about(document: Document) -> dict[str, Any]:
    def pages(layer: TextLayer) -> list[int]:
        return [page.number for page in document.pages if page.text_layer is layer]

    return {
        "name": document.name,
        "sha256": document.sha256,
        "bytes": document.bytes,
        "pages": len(document.pages),
        "producer": document.producer,
        "scanned_pages": pages(TextLayer.SCANNED),
        "garbled_pages": pages(TextLayer.GARBLED),
        "ocr_pages": [page.number for page in document.pages if page.ocr is not None],
    }


def _box(box: Box | None) -> list[float] | None:
    if box is None:
        return None
    return [round(box.x0, 1), round(box.y0, 1), round(box.x1, 1), round(box.y1, 1)]


def _section(report: Report, section: Section, lang: str) -> dict[str, Any]:
    rule, match = section.rule, section.match
    found = match is not None
    return {
        "id": rule.id,
        "title": section_title(report.outline, rule.id, lang),
        "required": rule.required,
        "found": found,
        "heading": match.heading.text if match else None,
        "level": rule.level if found else None,
        "page": match.heading.page if match else None,
        "end_page": section.end_page if found else None,
        "chars": section.chars if found else None,
        "confidence": match.confidence if match else None,
    }


def _heading(report: Report, index: int) -> dict[str, Any]:
    match = report.matches[index]
    return {
        "text": match.heading.text,
        "level": match.heading.level,
        "page": match.heading.page,
        "section": match.sections[0] if match.sections else None,
    }


def _table(table: Table, report: Report) -> dict[str, Any]:
    return {
        "id": table.id,
        "caption": table.caption,
        "page": table.page,
        "end_page": table.end_page,
        "columns": list(table.columns),
        "rows": [[cell.text for cell in row.cells] for row in table.rows],
        "role": _role(table, report),
    }


def _role(table: Table, report: Report) -> str:
    if any(scored.table is table for scored in report.score_tables):
        return "indicator-scores"
    heads = plain("".join(table.columns) + table.caption)
    return "funds" if any(word in heads for word in _MONEY) else "other"


def _finding(finding: Finding, report: Report, lang: str) -> dict[str, Any]:
    msgid, values = finding_message(finding, report.outline, lang)
    return {
        "check": finding.check,
        "version": finding.version,
        "outcome": finding.outcome.value,
        "severity": finding.severity.value,
        "section": finding.section,
        "page": finding.page,
        "box": _box(finding.box),
        "quote": finding.quote,
        "expected": finding.expected,
        "found": finding.found,
        "message": say(msgid, values, lang) + _by_ocr(finding, lang),
        # For the platform alone: what a triage hangs on, and what makes the sentence when shown.
        "key": finding.key,
        "variant": finding.variant,
        "values": dict(finding.values),
    }


def _by_ocr(finding: Finding, lang: str) -> str:
    """Return what is added where OCR read the place."""
    note = BY_OCR.get(finding.values.get("ocr", ""))
    return f"{' ' if lang == 'en' else ''}{say(note, {}, lang)}" if note else ""


def _run(run: CheckRun) -> dict[str, Any]:
    return {"id": run.id, "outcome": run.outcome.value, "milliseconds": run.milliseconds}
