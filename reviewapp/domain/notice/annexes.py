"""The annexes: 附件1 results, 附件2 agencies with sums, 附件3 common problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reviewapp.domain.notice.blocks import BlockKind, Column, Table
from reviewapp.domain.notice.facts import LETTERS, NoticeInput
from reviewapp.domain.notice.phrases import book_title, clean, points
from reviewapp.domain.notice.results import by_letter
from reviewapp.domain.notice.sheet import Sheet

_NUMERIC = {"number", "rating", "total", "reports", *LETTERS, "grade"}


def annex_names(facts: NoticeInput) -> tuple[str, ...]:
    """Return which annexes the notice has, in order."""
    return ("results", "agencies", *(("problems",) if facts.problems else ()))


def compose_annexes(sheet: Sheet, facts: NoticeInput) -> None:
    """Add each annex: its label, its title, its table."""
    tables = {"results": _results, "agencies": _agencies, "problems": _problems}
    for number, name in enumerate(annex_names(facts), 1):
        label = sheet.text("annexes.label", {"number": str(number)})
        sheet.add(f"annex.{name}.label", BlockKind.ANNEX_LABEL, label)
        sheet.add(f"annex.{name}.title", BlockKind.ANNEX_TITLE, sheet.say(f"annexes.{name}.title"))
        sheet.add(f"annex.{name}.table", BlockKind.TABLE, table=tables[name](sheet, facts))


def _results(sheet: Sheet, facts: NoticeInput) -> Table:
    groups = by_letter(facts.reports)
    listed = [report for of in LETTERS for report in groups[of]]
    keys = ["number", "title", "unit", "department", "agency", "rating"]
    rows = [
        (
            str(number),
            book_title(report.title),
            clean(report.unit),
            clean(report.department),
            clean(report.agency),
            report.rating,
            *((points(report.total),) if facts.show_totals else ()),
        )
        for number, report in enumerate(listed, 1)
    ]
    keys += ["total"] if facts.show_totals else []
    return Table(_columns(sheet, "results", keys), tuple(rows))


def _agencies(sheet: Sheet, facts: NoticeInput) -> Table:
    counts: dict[str, Counter[str]] = {}
    for report in facts.reports:
        counts.setdefault(clean(report.agency), Counter())[report.rating] += 1
    rows = []
    for number, line in enumerate(facts.agencies, 1):
        name = clean(line.agency)
        grade = clean(line.grade) or sheet.text("annexes.agencies.too-few")
        cells = (str(counts[name][of]) for of in LETTERS)
        rows.append((str(number), name, str(counts[name].total()), *cells, grade))
    sums = Counter(report.rating for report in facts.reports)
    total = (
        "",
        sheet.text("annexes.agencies.sum"),
        str(len(facts.reports)),
        *(str(sums[of]) for of in LETTERS),
        sheet.text("annexes.agencies.not-applicable"),
    )
    keys = ["number", "agency", "reports", *LETTERS, "grade"]
    return Table(_columns(sheet, "agencies", keys), tuple(rows), total)


def _problems(sheet: Sheet, facts: NoticeInput) -> Table:
    rows = [
        (
            str(number),
            clean(problem.dimension),
            clean(problem.criterion),
            str(problem.reports),
            clean(problem.text),
            "".join(book_title(title) for title in problem.examples),
        )
        for number, problem in enumerate(facts.problems, 1)
    ]
    keys = ["number", "dimension", "criterion", "reports", "text", "examples"]
    return Table(_columns(sheet, "problems", keys), tuple(rows))


def _columns(sheet: Sheet, annex: str, keys: Sequence[str]) -> tuple[Column, ...]:
    return tuple(
        Column(key, sheet.text(f"annexes.{annex}.columns.{key}"), key in _NUMERIC) for key in keys
    )
