"""The table of contents against the headings, and the headings' own numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewapp.domain.document import Line, LineKind, Place
from reviewapp.domain.precheck import numbering
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.matching import Match
from reviewapp.domain.precheck.outline import Heading
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import half, plain, shorten

_ENTRY = re.compile(r"^(?P<text>.*?)(?:[.·…。_-]{2,}+|[.·…])[.·…_—–-]*+(?P<page>\d{1,3})[—–-]*$")
_LEAST_ENTRIES = 5
_LEAST_AGREEING = 0.85  # share of the entries that one offset must fit before it counts
_MOST_OFF = 1  # pages
_MARKS = re.compile(r"[、.,:;。()〔〕“”\"'—–-]")
_JUDGED = ("part", "chapter", "section", "chinese", "chinese-brackets", "decimal-2")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: its text, its words without marks, the page that it prints."""

    text: str
    words: str
    page: int
    line: Line


def entries(lines: Sequence[Line]) -> list[Entry]:
    """Return the entries of the contents that print a page; one may begin on the line before."""
    found: list[Entry] = []
    before: list[Line] = []
    for line in (line for line in lines if line.kind is LineKind.TOC):
        if line.ocr is not None and before and (_may_begin(line) or _has_dots(before[0])):
            before = []  # the page of the entry before was not read
        text = plain("".join(part.text for part in [*before, line]))
        match = _ENTRY.match(text)
        if match is None:
            before = [line] if _may_begin(line) else []
            continue
        words = _words(match["text"])
        if len(words) >= 2:
            found.append(
                Entry(match["text"], words, int(match["page"]), before[0] if before else line)
            )
        before = []
    return found


def _may_begin(line: Line) -> bool:
    return numbering.parse(half(line.text)) is not None


def _has_dots(line: Line) -> bool:
    return line.text.rstrip()[-1:] in tuple(".·…")


def _words(text: str) -> str:
    return _MARKS.sub("", plain(text))


def _has_contents(report: Report) -> bool:
    return len(entries(report.lines)) >= _LEAST_ENTRIES


@check("toc-mismatch", version=2, applies=_has_contents)
def toc_mismatch(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """The contents name a heading that stands nowhere, or a page off by more than one.

    Printed pages are compared after the offset that most entries share; without such an offset
    pages are not judged.
    """
    listed = entries(report.lines)
    pages: dict[str, list[int]] = {}
    for match in report.matches:
        pages.setdefault(_words(match.heading.text), []).append(match.heading.page)
    text = _words(
        "".join(line.text for line in report.lines if line.kind in (LineKind.BODY, LineKind.TABLE))
    )
    offset = _offset(listed, pages)
    for entry in listed:
        place = Place(entry.line.page, entry.line.box, shorten(entry.line.text))
        if entry.words not in pages:
            absent = entry.words not in text and not _is_annex(entry)
            if absent and not report.unreadable():
                yield Doubt(place=place, found=entry.text, values={"heading": entry.text})
            continue
        if offset is None or len(pages[entry.words]) != 1:
            continue
        actual = pages[entry.words][0] - offset
        if abs(actual - entry.page) > _MOST_OFF:
            yield Doubt(
                place=place,
                expected=str(actual),
                found=str(entry.page),
                variant="page",
                values={
                    "heading": entry.text,
                    "expected": str(actual),
                    "found": str(entry.page),
                },
            )


def _is_annex(entry: Entry) -> bool:
    """Say whether the entry is an annex: whether that is there is for annex-missing to tell."""
    return re.match(r"附[件表录]", entry.words) is not None


def _offset(listed: Sequence[Entry], pages: dict[str, list[int]]) -> int | None:
    """Return how far physical pages are ahead of printed ones, if most entries agree."""
    once = [(pages[e.words][0], e.page) for e in listed if len(pages.get(e.words, ())) == 1]
    if len(once) < _LEAST_ENTRIES:
        return None
    offset, _count = Counter(real - printed for real, printed in once).most_common(1)[0]
    fitting = sum(1 for real, printed in once if abs(real - printed - offset) <= _MOST_OFF)
    return offset if fitting >= _LEAST_AGREEING * len(once) else None


@check("heading-numbering", version=2)
def heading_numbering(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """Numbers of headings skip or repeat under one parent, in the body.

    Judged are 一、（一）, parts, chapters, their sections, 1.1, and 1. at the highest level; lower
    ones number lists as well.

    A number that begins any line in between was only not taken for a heading: nothing is said.
    """
    last: dict[tuple[tuple[int, ...], str], Match] = {}
    repeated: set[tuple[tuple[int, ...], str]] = (
        set()
    )  # 三、三、五: one fault, told at the second 三
    for match in report.matches:
        heading = match.heading
        if match.annex or heading.line < report.body_start or not _is_judged(heading):
            continue
        key = (match.parents, heading.style)
        before = last.get(key)
        last[key] = match
        if before is None or before.heading.number is None or heading.number is None:
            continue
        step = heading.number - before.heading.number
        repeats = step == 0 and heading.number > 1
        goes_on = step == 2 and key in repeated
        skips = step > 1 and not goes_on and not _stand_between(report, before, match)
        repeated -= {key}
        if repeats:
            repeated.add(key)
        if repeats or skips:
            expected = before.heading.number + 1
            yield Doubt(
                place=Place(heading.page, heading.box, shorten(heading.text)),
                expected=str(expected),
                found=str(heading.number),
                variant="repeats" if repeats else "skips",
                values={"heading": shorten(heading.text, 40), "expected": str(expected)},
            )


def _is_judged(heading: Heading) -> bool:
    return heading.style in _JUDGED or (heading.style == "arabic" and heading.level == 1)


def _stand_between(report: Report, before: Match, after: Match) -> bool:
    """Say whether a skipped number begins a line between two headings."""
    low, high = before.heading.number or 0, after.heading.number or 0
    for line in report.lines[before.heading.line + 1 : after.heading.line]:
        number = numbering.parse(half(line.text))
        same = number is not None and number.style == after.heading.style
        if same and number is not None and low < (number.value or 0) < high:
            return True
        if re.search(r"[。;](?:[(]?[一二三四五六七八九十]{1,2}[)、])", plain(line.text)):
            return True  # a heading that hangs at the end of a paragraph
    return False
