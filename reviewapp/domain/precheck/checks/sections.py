"""Sections that are missing or empty."""

from __future__ import annotations

from collections.abc import Iterator

from reviewapp.domain.document import LineKind, Place
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.sections import Section, region_end
from reviewapp.domain.precheck.text import plain, shorten


@check("section-missing", version=1)
def section_missing(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """A required section is nowhere (outline of the kind; 财预〔2020〕10号, annex 3).

    A missing parent speaks for its children; where pages could not be read, and it may stand
    there, the answer is unverifiable.
    """
    found = {section.rule.id for section in report.sections if section.found}
    hidden = _hidden_pages(report)
    for section in report.sections:
        rule = section.rule
        if section.found or not rule.required or (rule.parent and rule.parent not in found):
            continue
        children = [child for child in report.outline.children(rule.id) if child.required]
        if children and all(child.id in found for child in children):
            continue  # all that it should hold is there; only its own heading is not
        if hidden or not report.matches:
            yield Doubt(
                section=rule.id,
                expected=rule.id,
                outcome=Outcome.UNVERIFIABLE,
                variant="unread",
                values={"section": rule.id},
            )
        else:
            yield Doubt(section=rule.id, expected=rule.id, values={"section": rule.id})


def _hidden_pages(report: Report) -> list[int]:
    """Return unreadable pages that may hold a section: those not before the first heading."""
    first = min((match.heading.page for match in report.matches), default=1)
    return [page for page in report.unreadable() if page >= first]


@check("section-empty", version=1)
def section_empty(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A section of the outline has fewer than 30 characters and no table below its heading."""
    seen: set[int] = set()
    for section in report.sections:
        match = section.match
        if match is None or match.heading.line in seen:
            continue
        if not _is_empty(report, section, rules.empty_below):
            continue
        seen.add(match.heading.line)
        heading = match.heading
        unread = any(heading.page <= page <= section.end_page + 1 for page in report.unreadable())
        yield Doubt(
            place=Place(heading.page, heading.box, shorten(heading.text)),
            section=section.rule.id,
            expected=str(rules.empty_below),
            found=str(max(0, section.text_chars)),
            outcome=Outcome.UNVERIFIABLE if unread else Outcome.SUSPECT,
            variant="unread" if unread else "",
            values={"section": section.rule.id, "chars": str(max(0, section.text_chars))},
        )


def _is_empty(report: Report, section: Section, least: int) -> bool:
    if section.text_chars >= least or section.has_table:
        return False
    inside = [
        plain(line.text)
        for line in report.lines[section.first : section.end]
        if line.kind is LineKind.BODY
    ]
    # 「无」 may be followed by what stands at the end of a body: signatures, a list of annexes.
    if inside and inside[0].strip("。.") in section.rule.accepts:
        return False
    # A parent whose parts are outline sections leaves the word to them.
    if any(s.rule.parent == section.rule.id and _below(s, section) for s in report.sections):
        return False
    return not _stands_elsewhere(report, section, least)


def _below(child: Section, parent: Section) -> bool:
    return child.match is not None and parent.first <= child.match.heading.line < parent.end


def _stands_elsewhere(report: Report, section: Section, least: int) -> bool:
    """Say whether another heading of the same section has the text that this one lacks."""
    for index, match in enumerate(report.matches):
        if section.rule.id not in match.sections or match.heading.line < report.body_start:
            continue
        end = region_end(index, report.matches, len(report.lines))
        lines = report.lines[match.heading.next_line : end]
        if any(line.kind is LineKind.TABLE for line in lines):
            return True
        chars = sum(len(plain(line.text)) for line in lines)
        if match.heading.run_in:
            chars += len(plain(report.lines[match.heading.line].text)) - match.heading.run_in
        if chars >= least and match is not section.match:
            return True
    return False
