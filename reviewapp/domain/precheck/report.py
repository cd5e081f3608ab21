"""A report as the checks see it: outline, paragraphs, cover, score tables, statements, facts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reviewapp.domain.document import Document, Line, LineKind, Place, TextLayer
from reviewapp.domain.precheck import (
    cover,
    facts,
    flow,
    ledger,
    outline,
    scores,
    sections,
    statements,
    surveys,
)
from reviewapp.domain.precheck.certainty import badly_read
from reviewapp.domain.precheck.cover import Cover
from reviewapp.domain.precheck.facts import Fact, Period
from reviewapp.domain.precheck.figure_rules import AmountRule
from reviewapp.domain.precheck.flow import Margins, Paragraph
from reviewapp.domain.precheck.ledger import Entry, Reader
from reviewapp.domain.precheck.matching import HeadingReader, Match, Wordings
from reviewapp.domain.precheck.outline import Heading
from reviewapp.domain.precheck.passages import Comparison
from reviewapp.domain.precheck.rules import Outline, Rules
from reviewapp.domain.precheck.scores import ScoreTable
from reviewapp.domain.precheck.sections import Section
from reviewapp.domain.precheck.statements import Scope, Statement
from reviewapp.domain.precheck.text import half, plain, squeeze

_MONEY_SECTIONS = ("basic-info", "project-overview", "department-overview", "budget-execution")
_GOAL_SECTIONS = ("performance-goals", "department-goals")
_NAMES = {"title", "project_name", "unit", "department", "agency"}
_UNREADABLE = (TextLayer.SCANNED, TextLayer.GARBLED)


@dataclass(frozen=True)
class Report:
    """What was understood of a report. `lines` are the body lines that all indices mean.

    `paragraphs` are the running text and the headings, `cells` the drawn cells of tables.
    """

    document: Document
    kind: str
    outline: Outline
    lines: tuple[Line, ...]
    matches: tuple[Match, ...]
    sections: tuple[Section, ...]
    body_start: int
    cover: Cover
    cover_lines: tuple[Line, ...]
    paragraphs: tuple[Paragraph, ...]
    cells: tuple[Paragraph, ...]
    score_tables: tuple[ScoreTable, ...]
    scores: tuple[Statement, ...]
    grades: tuple[Statement, ...]
    facts: dict[str, Fact]
    period: Period | None
    ledger: tuple[Entry, ...] = ()  # the table of facts: what, year, where, value
    names: tuple[str, ...] = ()  # the project's and its units', plain, longest first
    badly_read: frozenset[int] = frozenset()  # pages that OCR read, but not well enough
    comparison: Comparison | None = None  # with other reports, where there is an archive
    seconds: dict[str, float] = field(default_factory=dict)  # stage -> seconds

    @property
    def texts(self) -> tuple[Paragraph, ...]:
        """Return all text: paragraphs, then cells."""
        return self.paragraphs + self.cells

    @cached_property
    def ocr_pages(self) -> frozenset[int]:
        """Return the pages that OCR read."""
        return frozenset(page.number for page in self.document.pages if page.ocr is not None)

    def section(self, section_id: str) -> Section | None:
        """Return a section of the outline; None if the kind has no such section."""
        return next((s for s in self.sections if s.rule.id == section_id), None)

    def reader(self, rule: AmountRule) -> Reader:
        """Return what knows the words before this report's figures."""
        return Reader(rule, self.kind, self.names)

    def in_conclusion(self, paragraph: Paragraph) -> bool:
        """Say whether a paragraph of the running text stands in the conclusion."""
        span = _conclusion(self.sections)
        return span is not None and span[0] <= paragraph.line < span[1]

    def may_be_lost(self, place: Place) -> bool:
        """Say whether a place is in a table of which rows may not have been read."""
        return any(
            table.uncertain or any(row.broken for row in table.rows)
            for table in self.document.tables
            if table.page <= place.page <= table.end_page
        )

    def unreadable(self) -> list[int]:
        """Return the pages without usable text that OCR did not read, or not well enough.

        In a repaired file an empty page may be a lost one.
        """
        repaired = self.document.repaired
        return [
            page.number
            for page in self.document.pages
            if (page.text_layer in _UNREADABLE and page.number not in self.ocr_pages)
            or page.number in self.badly_read
            or page.error
            or (repaired and page.text_layer is TextLayer.EMPTY)
        ]

    def line_at(self, place: Place) -> int | None:
        """Return the index of the body line nearest to a place on its page."""
        own = [i for i, line in enumerate(self.lines) if line.page == place.page]
        if not own:
            return None
        return min(own, key=lambda i: abs(self.lines[i].box.y0 - place.box.y0))

    def section_at(self, place: Place) -> str | None:
        """Return the id of the innermost section around a place."""
        line = self.line_at(place)
        if line is None:
            return None
        around = [
            s for s in self.sections if s.match is not None and s.match.heading.line <= line < s.end
        ]
        if not around:
            return None
        return max(around, key=lambda s: (s.first, s.rule.level)).rule.id


def build(document: Document, kind: str, rules: Rules, reader: HeadingReader) -> Report:
    """Understand a document as a report of `kind` (key-project or department)."""
    clock = _Clock()
    frame = rules.outlines[kind]
    is_read = any(page.ocr is not None for page in document.pages)
    forgive = rules.ocr.heading if is_read else 0
    wordings = Wordings(frame, reader, rules.language.headings, forgive=forgive)
    margins = flow.margins(document)
    headings = outline.find(document, margins, wordings.knows)
    clock.stop("outline")
    matches = wordings.match(headings)
    clock.stop("language")
    lines = document.body_lines()
    found = sections.find(wordings, matches, lines)
    start = sections.body_start(wordings, matches, lines)
    first = min((h.line for h in headings), default=None)
    front = cover.cover_lines(lines, first)
    front_page = cover.read(front, rules.cover)
    paragraphs = tuple(_paragraphs(lines, headings, margins))
    clock.stop("outline")
    cells = tuple(flow.cell_paragraphs(document))
    tables = tuple(
        scored
        for scored in scores.find(document.tables, rules.scores)
        if not any(word in "".join(_told(scored, headings)) for word in rules.scores.other_tables)
    )
    clock.stop("tables")
    named, period = _named(front_page, paragraphs, document, kind, rules)
    own = (named[name] for name in ("project_name", "unit", "department") if name in named)
    names = tuple(sorted({plain(str(fact.value)) for fact in own}, key=len, reverse=True))
    scope = Scope(_conclusion(found), period.last if period else None, names)
    whole = _whole_tables(tables, headings, named.get("title"))
    stated = statements.total_scores(paragraphs, whole, rules.scores, scope)
    graded = statements.grades(paragraphs, rules.scores, scope, stated)
    scored = {id(table.table) for table in tables}
    funds = [table for table in document.tables if id(table) not in scored]
    results = _outside(paragraphs, found, _GOAL_SECTIONS)
    entries = (
        *ledger.build(paragraphs, funds, Reader(rules.figures, kind, names)),
        *surveys.entries(results, rules),
    )
    money = _within(paragraphs, found, _MONEY_SECTIONS)
    told = facts.Told(paragraphs, money, results, entries, document.tables)
    figures = facts.figures(told, period.last if period else None, rules.facts)
    for name, statement in (
        ("total_score", statements.reference(stated)),
        ("grade", statements.reference(graded)),
    ):
        if statement is not None:
            figures[name] = Fact(statement.value, statement.place)
    clock.stop("language")
    return Report(
        document=document,
        kind=kind,
        outline=frame,
        lines=tuple(lines),
        matches=tuple(matches),
        sections=tuple(found),
        body_start=start,
        cover=front_page,
        cover_lines=tuple(front),
        paragraphs=paragraphs,
        cells=cells,
        score_tables=tables,
        scores=tuple(stated),
        grades=tuple(graded),
        facts=named | figures,
        period=period,
        ledger=entries,
        names=names,
        badly_read=badly_read(document, rules.ocr),
        seconds=clock.seconds,
    )


class _Clock:
    """Adds up the seconds of stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


def _named(
    front: Cover, paragraphs: Sequence[Paragraph], document: Document, kind: str, rules: Rules
) -> tuple[dict[str, Fact], Period | None]:
    """Return the facts of cover and first pages with the evaluated years."""
    first_pages = [p for p in paragraphs if p.page <= facts.FIRST_PAGES]
    found = facts.names(front, first_pages, document.tables, kind, rules.cover)
    date = found.get("report_date")
    year = int(str(date.value)[:4]) if date else None
    period = facts.evaluated_period(found.get("title"), paragraphs, year, rules.facts)
    for fact_name in _NAMES & found.keys():
        found[fact_name] = _as_printed(found[fact_name], document)
    if period is not None:
        found["evaluation_year"] = Fact(period.last, period.place)
    return found, period


def _as_printed(fact: Fact, document: Document) -> Fact:
    """Return a name with the brackets and marks of its page, which were read in half width."""
    page = next(p for p in document.pages if p.number == fact.place.page)
    printed = squeeze("".join(line.text for line in page.lines))
    value = str(fact.value)
    at = half(printed).find(value)
    if at >= 0:
        return Fact(printed[at : at + len(value)], fact.place)
    if "（" in printed:
        return Fact(value.replace("(", "（").replace(")", "）"), fact.place)
    return fact


def _told(scored: ScoreTable, headings: Sequence[Heading]) -> list[str]:
    """Return what is said above a table: its caption and the heading around it."""
    above = [h.title for h in headings if h.line <= scored.table.after_line][-1:]
    return [plain(text) for text in (scored.table.caption, *above)]


def _whole_tables(
    tables: Sequence[ScoreTable], headings: Sequence[Heading], title: Fact | None
) -> list[ScoreTable]:
    """Return the score tables that no caption or heading gives to a sub-project."""
    name = plain(str(title.value)) if title else ""
    return [
        scored
        for scored in tables
        if not any(scores.names_a_part(text, name) for text in _told(scored, headings))
    ]


def _conclusion(found: Sequence[Section]) -> tuple[int, int] | None:
    section = next(s for s in found if s.rule.id == "conclusion")
    return (section.match.heading.line, section.end) if section.match else None


def _within(
    paragraphs: Sequence[Paragraph], found: Sequence[Section], ids: Sequence[str]
) -> list[Paragraph]:
    """Return the paragraphs inside the sections, in reading order."""
    spans = [(s.match.heading.line, s.end) for s in found if s.match and s.rule.id in ids]
    return [p for p in paragraphs if any(first <= p.line < end for first, end in spans)]


def _outside(
    paragraphs: Sequence[Paragraph], found: Sequence[Section], ids: Sequence[str]
) -> list[Paragraph]:
    """Return the paragraphs outside the sections, in reading order."""
    inside = {id(paragraph) for paragraph in _within(paragraphs, found, ids)}
    return [paragraph for paragraph in paragraphs if id(paragraph) not in inside]


def _paragraphs(
    lines: Sequence[Line], headings: Sequence[Heading], pages: dict[int, Margins]
) -> Iterator[Paragraph]:
    """Join the running text to paragraphs; a heading is one of its own."""
    heading_at = {heading.line: heading for heading in headings}
    inside = {i for h in headings for i in range(h.line, h.next_line)}
    index = 0
    while index < len(lines):
        line = lines[index]
        heading = heading_at.get(index)
        if heading is not None and not heading.run_in:
            whole = flow.paragraph(list(lines[index : heading.next_line]), index)
            if whole is not None:
                yield whole
            index = max(heading.next_line, index + 1)
            continue
        if line.kind is not LineKind.BODY:
            index += 1
            continue
        # A heading that its text follows on the same line is part of that text's paragraph.
        taken, index = _joined(lines, index, inside, pages)
        joined = flow.paragraph([lines[i] for i in taken], taken[0])
        if joined is not None:
            yield joined


def _joined(
    lines: Sequence[Line], index: int, inside: set[int], pages: dict[int, Margins]
) -> tuple[list[int], int]:
    """Return the lines of the paragraph that begins at `index`, and the index after it."""
    taken = [index]
    after, length = index + 1, len(lines[index].text)
    while after < len(lines) and after not in inside and length < flow.MOST_JOINED:
        line = lines[after]
        if line.kind is not LineKind.BODY:
            break
        if flow.starts_paragraph(line, lines[taken[-1]], pages):
            break
        taken.append(after)
        length += len(line.text)
        after += 1
    return taken, after
