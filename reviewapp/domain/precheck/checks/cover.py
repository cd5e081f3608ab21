"""Fields that the cover lacks."""

from __future__ import annotations

from collections.abc import Iterator

from reviewapp.domain.precheck import cover as covers
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import plain


@check("cover-field-missing", version=1)
def cover_field_missing(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A field that a cover must show stands neither under a label nor in the title.

    One finding per field, its fact name in `expected`. Where a page of the cover cannot be read
    the answer is unverifiable.
    """
    unread = [page for page in report.unreadable() if page <= covers.MOST_PAGES]
    for name in rules.cover.required[report.kind]:
        if not _is_stated(report, rules, name):
            yield Doubt(
                expected=name,
                outcome=Outcome.UNVERIFIABLE if unread else Outcome.SUSPECT,
                variant=f"{name}-unread" if unread else name,
                values={"field": name},
            )


def _is_stated(report: Report, rules: Rules, name: str) -> bool:
    fields, title = report.cover.fields, report.cover.title
    if name in fields or (name == "department" == _other(report) and "unit" in fields):
        return True
    fact = report.facts.get(name)
    if name == "report_date":
        return False
    # A name without a label, or within the title, is stated as well.
    text = plain("".join(line.text for line in report.cover_lines))
    if fact is not None and plain(str(fact.value)) in text:
        return True
    if title is None:
        return False
    if name == "unit":
        return bool(covers.title_unit(title.value, rules.cover))
    return name == "project_name" and bool(covers.project_name(title.value, "", rules.cover))


def _other(report: Report) -> str:
    """Return the fact that a department report's unit stands for."""
    return "department" if report.kind == "department" else ""
