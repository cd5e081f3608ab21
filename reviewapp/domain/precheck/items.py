"""The items of a section one after another: sub-headings, numbered paragraphs, 一是…二是…"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewapp.domain.document import Place
from reviewapp.domain.precheck import numbering
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.matching import Match
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.sections import Section, region_end
from reviewapp.domain.precheck.text import plain, shorten

_FIRST_WORDS = re.compile(r"^[^。;:]{2,40}")
_FEWEST = 2  # items that make a list


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its title, its whole text (title included), both plain, and its title's place."""

    title: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Region:
    head: int | None  # index of the heading that opens it
    first: int  # body lines
    end: int


def of(report: Report, section_id: str, skip: Sequence[re.Pattern[str]], listed: str) -> list[Item]:
    """Return a section's items in reading order.

    Headings below that match `skip` are left out with all that stands below them; `listed` is how
    one item follows another inside a paragraph. A section without any of these has one item per
    paragraph; one that was not found has none.
    """
    section = report.section(section_id)
    if section is None or section.match is None:
        return []
    found: list[Item] = []
    for region in _regions(report, section, section.match):
        found += _of_region(report, region, skip, listed)
    return found


def _regions(report: Report, section: Section, opens: Match) -> list[_Region]:
    """Return where the section's own matter stands: below the headings that name it alone."""
    start = opens.heading
    inner = [
        index
        for index, match in enumerate(report.matches)
        if start.line < match.heading.line < section.end
        and section.rule.id in match.sections
        and (match.heading.level > start.level or len(opens.sections) > 1)
    ]
    if not inner:
        head = next((i for i, m in enumerate(report.matches) if m.heading.line == start.line), None)
        return [_Region(head, start.line, section.end)]
    return [
        _Region(i, report.matches[i].heading.line, min(section.end, _end(report, i))) for i in inner
    ]


def _end(report: Report, index: int) -> int:
    return region_end(index, report.matches, len(report.lines))


def _of_region(
    report: Report, region: _Region, skip: Sequence[re.Pattern[str]], listed: str
) -> list[Item]:
    below = [
        index
        for index, match in enumerate(report.matches)
        if region.first < match.heading.line < region.end
    ]
    kept, blocked = [], region.first
    for index in below:
        heading = report.matches[index].heading
        if heading.line < blocked:
            continue
        if any(pattern.search(heading.title) for pattern in skip):
            blocked = _end(report, index)
            continue
        kept.append(index)
    if kept:
        level = min(report.matches[i].heading.level for i in kept)
        tops = [i for i in kept if report.matches[i].heading.level == level]
        return [_headed(report, i, region.end) for i in tops]
    return list(_unheaded(report, region, blocked, listed))


def _headed(report: Report, index: int, end: int) -> Item:
    heading = report.matches[index].heading
    last = min(end, _end(report, index))
    text = "".join(p.text for p in report.paragraphs if heading.line <= p.line < last)
    return Item(heading.title, text, Place(heading.page, heading.box, shorten(heading.text)))


def _unheaded(report: Report, region: _Region, after: int, listed: str) -> Iterator[Item]:
    """Return the items of a region without headings below its own."""
    pattern = re.compile(listed)
    own = report.matches[region.head].heading if region.head is not None else None
    for paragraph in report.paragraphs:
        if not max(region.first, after) <= paragraph.line < region.end:
            continue
        start = 0
        if own is not None and paragraph.line == own.line:
            if not own.run_in:
                continue
            start = own.run_in
        starts = [m.end() for m in pattern.finditer(paragraph.text, start)]
        if len(starts) < _FEWEST:
            number = numbering.parse(paragraph.text) if not start else None
            starts = [number.length if number else start]
        for at, begin in enumerate(starts):
            stop = starts[at + 1] if at + 1 < len(starts) else len(paragraph.text)
            yield from _item(paragraph, begin, stop)


def _item(paragraph: Paragraph, begin: int, stop: int) -> Iterator[Item]:
    text = paragraph.text[begin:stop]
    title = _FIRST_WORDS.match(text)
    if title is not None:
        end = begin + title.end()
        yield Item(plain(title.group()), text, paragraph.place(begin, end))
