"""rubrics/precheck/*.yaml → Rules; an error names the file, the key and what was expected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from reviewapp.adapters import figure_rule_files, rule_language
from reviewapp.adapters.rule_reader import RuleFile, compile_pattern, lists, wrong
from reviewapp.config import SettingError
from reviewapp.domain.errors import Invalid
from reviewapp.domain.precheck.certainty import OcrRule
from reviewapp.domain.precheck.finding import Severity
from reviewapp.domain.precheck.registry import KINDS
from reviewapp.domain.precheck.rules import (
    CheckRule,
    CoverRule,
    FactRule,
    FundRule,
    LeftoverRule,
    Outline,
    RepealedRule,
    Rules,
    ScoreRule,
    SectionRule,
    SeveralRule,
    SharedRule,
)
from reviewapp.domain.precheck.suite import check_ids

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "rubrics" / "precheck"
FILES = (
    *("checks", "cover", "facts", "funds", "leftovers", "ocr", "repealed", "scores", "shared"),
    "several",
    *("figures", "surveys", "years", "indicators"),
)
TODO = ("", "supply", "mask")


@lru_cache(maxsize=4)
def _cached(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Rules:
    del stamp  # only there so that a changed file is read again
    return _read(folder)


def load(folder: Path = DEFAULT_FOLDER) -> Rules:
    """Read all data of the precheck, or raise Invalid that names file, key and what is wrong."""
    if not folder.is_dir():
        raise wrong(folder, "", "a folder is expected")
    files = sorted(folder.glob("*.yaml"))
    stamp = tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files)
    return _cached(folder.resolve(), stamp)


def require(rubrics_dir: Path) -> None:
    """Raise SettingError where the precheck's data cannot be used; for the start of a process."""
    try:
        load(rubrics_dir / "precheck")
    except Invalid as error:
        raise SettingError(f"RUBRICS_DIR: {error}") from error


def _read(folder: Path) -> Rules:
    data = {name: RuleFile(folder / f"{name}.yaml") for name in FILES}
    outlines = {kind: _outline(RuleFile(folder / f"outline-{kind}.yaml"), kind) for kind in KINDS}
    repealed = data["repealed"]
    rules = Rules(
        outlines=outlines,
        checks=_checks(data["checks"]),
        repealed=tuple(_repealed(item) for item in repealed.items("rules")),
        repeal_words=repealed.texts("words"),
        document_words=repealed.texts("document_words"),
        funds=_funds(data["funds"]),
        ocr=_ocr(data["ocr"]),
        local_prefixes=repealed.texts("local_prefixes"),
        leftovers=tuple(_leftover(item) for item in data["leftovers"].items("leftovers")),
        cover=_cover(data["cover"]),
        scores=_scores(data["scores"]),
        facts=_facts(data["facts"]),
        shared=_shared(data["shared"]),
        several=_several(data["several"]),
        figures=figure_rule_files.amounts(data["figures"]),
        surveys=figure_rule_files.surveys(data["surveys"]),
        years=figure_rule_files.years(data["years"]),
        indicators=figure_rule_files.indicators(data["indicators"]),
        language=rule_language.read(folder),
        content_hash=_hash(folder),
    )
    repealed.done()
    data["leftovers"].done()
    return rules


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in sorted([*FILES, *rule_language.FILES, *(f"outline-{kind}" for kind in KINDS)]):
        digest.update(name.encode() + b"\0" + (folder / f"{name}.yaml").read_bytes() + b"\0")
    return digest.hexdigest()


def _outline(file: RuleFile, kind: str) -> Outline:
    if file.text("kind") != kind:
        raise file.wrong("kind", f"{kind} is expected")
    sections = tuple(_section(item) for item in file.items("sections"))
    ids = [section.id for section in sections]
    for section in sections:
        named = [*section.not_under, *([section.parent] if section.parent else [])]
        for other in named:
            if other not in ids:
                raise file.wrong(f"sections.{section.id}", f"there is no section {other}")
    if len(set(ids)) != len(ids):
        raise file.wrong("sections", "an id stands twice")
    outline = Outline(
        kind=kind,
        source=file.text("source"),
        sections=sections,
        ignored=file.texts("ignored"),
        summaries=file.texts("summaries"),
        score_annexes=file.patterns("score_annexes"),
    )
    file.done()
    return outline


def _section(file: RuleFile) -> SectionRule:
    section = SectionRule(
        id=file.text("id"),
        title=file.text("title"),
        title_en=file.text("title_en"),
        parent=file.text("parent", "") or None,
        required=file.flag("required", True),
        exact=file.texts("exact"),
        phrases=file.texts("phrases", []),
        patterns=file.groups("patterns", []),
        words=file.texts("words", []),
        not_words=file.texts("not_words", []),
        not_under=file.texts("not_under", []),
        shared=file.texts("shared", []),
        accepts=file.texts("accepts", []),
    )
    file.done()
    return section


def _checks(file: RuleFile) -> Mapping[str, CheckRule]:
    known, rules = check_ids(), {}
    for check_id in file.data:
        if check_id not in known:
            raise file.wrong(check_id, "there is no such check")
    for check_id in known:
        item = file.inner(check_id)
        severity = item.text("severity")
        if severity not in set(Severity):
            raise item.wrong("severity", "error, warning, notice or silent is expected")
        rules[check_id] = CheckRule(
            check_id,
            Severity(severity),
            *(
                item.text(key)
                for key in (
                    "title",
                    "title_en",
                    "explanation",
                    "explanation_en",
                    "tolerance",
                    "tolerance_en",
                    "source",
                )
            ),
            *(item.text(key, "") for key in ("why", "why_en", "todo")),
        )
        if rules[check_id].todo not in TODO:
            raise item.wrong("todo", "supply or mask is expected")
        item.done()
    return rules


def _repealed(file: RuleFile) -> RepealedRule:
    mark = file.text("mark")
    if mark not in ("rules", "found", "experience"):
        raise file.wrong("mark", "rules, found or experience is expected")
    rule = RepealedRule(
        number=file.text("number"),
        since=file.day("since"),
        replaced_by=file.text("replaced_by"),
        source=file.text("source"),
        titles=file.texts("titles", []),
    )
    file.done()
    return rule


def _leftover(file: RuleFile) -> LeftoverRule:
    rule = LeftoverRule(file.text("pattern"), file.text("unless", ""))
    for key in ("pattern", "unless"):
        compile_pattern(file, key, getattr(rule, key))
    file.done()
    return rule


def _cover(file: RuleFile) -> CoverRule:
    rule = CoverRule(
        labels=lists(file.inner("labels")),
        other_labels=file.texts("other_labels"),
        label_stems=tuple(_stem(item) for item in file.items("label_stems")),
        agency_endings=file.texts("agency_endings"),
        unit_endings=file.texts("unit_endings"),
        title_endings=file.texts("title_endings"),
        not_units=file.texts("not_units"),
        phrases=lists(file.inner("phrases"), patterns=True),
        required=lists(file.inner("required")),
    )
    for kind in KINDS:
        if kind not in rule.required:
            raise file.wrong(f"required.{kind}", "the key is missing")
    file.done()
    return rule


def _stem(item: RuleFile) -> tuple[str, str]:
    pair = item.text("stem"), item.text("field", "")
    item.done()
    return pair


def _scores(file: RuleFile) -> ScoreRule:
    bands = file.inner("bands")
    words = file.inner("grade_words")
    rule = ScoreRule(
        weight_columns=file.texts("weight_columns"),
        score_columns=file.texts("score_columns"),
        not_score_columns=file.texts("not_score_columns"),
        rate_columns=file.texts("rate_columns"),
        indicator_columns=file.texts("indicator_columns"),
        total_labels=file.texts("total_labels"),
        subtotal_labels=file.texts("subtotal_labels"),
        dimensions=file.texts("dimensions"),
        other_tables=file.texts("other_tables"),
        results=file.texts("results"),
        least_results=file.number("least_results"),
        score_phrases=file.patterns("score_phrases", "score"),
        weak_score_phrases=file.patterns("weak_score_phrases", "score"),
        not_before=file.texts("not_before"),
        not_just_before=file.texts("not_just_before"),
        own_words=file.texts("own_words"),
        grade_phrases=file.patterns("grade_phrases", "grade"),
        grade_not_before=file.texts("grade_not_before"),
        full_marks=file.patterns("full_marks", "score"),
        part_marks=file.patterns("part_marks", "score"),
        stated_rates=file.patterns("stated_rates", "weight", "score", "rate"),
        part_rates=file.patterns("part_rates", "rate"),
        grade_ranges=file.patterns("grade_ranges"),
        own_thresholds=file.patterns("own_thresholds", "low", "grade"),
        bands=_bands(bands),
        grade_words={word: words.text(word) for word in words.data},
        per_item=file.number("tolerance_per_item"),
        on_total=file.number("tolerance_on_total"),
    )
    for word, grade in rule.grade_words.items():
        if grade not in bands.data:
            raise words.wrong(word, "the grade has no band")
    file.done()
    return rule


def _bands(file: RuleFile) -> tuple[tuple[Decimal, str], ...]:
    bands: Iterable[tuple[Decimal, str]] = ((file.number(grade), grade) for grade in file.data)
    return tuple(sorted(bands, reverse=True))


def _facts(file: RuleFile) -> FactRule:
    rule = FactRule(
        patterns=lists(file.inner("patterns"), patterns=True),
        table_columns=lists(file.inner("table_columns")),
        evaluation_year=file.patterns("evaluation_year"),
    )
    file.done()
    return rule


def _funds(file: RuleFile) -> FundRule:
    names = ("columns", "not_columns", "totals", "levels")
    columns, not_columns, totals, levels = (file.texts(name) for name in names)
    rule = FundRule(
        columns=columns,
        not_columns=not_columns,
        totals=totals,
        levels=levels,
        subtotals=file.texts("subtotals"),
        whole_words=file.texts("whole_words"),
        some_words=file.texts("some_words"),
        part_ends=file.texts("part_ends"),
        total_words=file.patterns("total_words"),
        not_parts=file.texts("not_parts"),
        most_gap_whole=file.number("most_gap_whole"),
        most_gap_some=file.number("most_gap_some"),
    )
    file.done()
    return rule


def _ocr(file: RuleFile) -> OcrRule:
    rule = OcrRule(
        page=float(file.number("page")),
        line=float(file.number("line")),
        heading=int(file.number("heading")),
        tables=file.texts("tables"),
        marks=file.texts("marks"),
    )
    for name, checks in (("tables", rule.tables), ("marks", rule.marks)):
        if unknown := set(checks) - set(check_ids()):
            raise file.wrong(name, f"there is no check {min(unknown)}")
    file.done()
    return rule


def _shared(file: RuleFile) -> SharedRule:
    rule = SharedRule(
        least_sentence=int(file.number("least_sentence")),
        least_passage=int(file.number("least_passage")),
        similar_percent=int(file.number("similar_percent")),
        most_passages=int(file.number("most_passages")),
        common_from=int(file.number("common_from")),
        skip_sections=file.texts("skip_sections"),
        boilerplate=file.patterns("boilerplate"),
    )
    file.done()
    return rule


def _several(file: RuleFile) -> SeveralRule:
    rule = SeveralRule(
        contents=file.texts("contents"),
        annex=file.texts("annex"),
        title_size=float(file.number("title_size")),
        same_title_percent=int(file.number("same_title_percent")),
        cover_fields=int(file.number("cover_fields")),
        least_pages=int(file.number("least_pages")),
        look_ahead=int(file.number("look_ahead")),
        alone_pages=int(file.number("alone_pages")),
        alone_number=int(file.number("alone_number")),
    )
    file.done()
    return rule
