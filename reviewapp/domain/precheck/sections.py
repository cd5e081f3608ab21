"""Which sections of the outline the report has, where each begins and ends, and how long it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reviewapp.domain.document import Line, LineKind
from reviewapp.domain.precheck.matching import NORMAL, Match, Wordings
from reviewapp.domain.precheck.rules import Outline, SectionRule
from reviewapp.domain.precheck.text import plain

_CONTENTS_PAGES = 15  # the contents list stands in these first pages
_CONTENTS_ENTRIES = 4
_TITLE = 16  # characters with the number: what is longer and names no section says something
_SENTENCE = re.compile(r"[,;。]")
_FRONT_STYLES = ("part", "chapter", "chinese", "arabic")


@dataclass(frozen=True, slots=True)
class Section:
    """A section as found, or not: then `match` is None. `first` to `end` are body line indices."""

    rule: SectionRule
    match: Match | None = None
    first: int = 0
    end: int = 0
    end_page: int = 0
    chars: int = 0  # non-space characters below its heading, tables and sub-sections included
    text_chars: int = 0  # the same without the headings below it
    has_table: bool = False

    @property
    def found(self) -> bool:
        """Say whether the section stands anywhere."""
        return self.match is not None


def find(wordings: Wordings, matches: Sequence[Match], lines: Sequence[Line]) -> list[Section]:
    """Return every section of the outline in its order, found or not."""
    start = body_start(wordings, matches, lines)
    usable = [i for i, match in enumerate(matches) if match.heading.line >= start]
    chosen = _choose(wordings.outline, matches, usable)
    if not chosen and start:
        usable = list(range(len(matches)))
        chosen = _choose(wordings.outline, matches, usable)
    heads = _heading_chars(matches, len(lines))
    return [
        _measure(rule, chosen.get(rule.id), wordings.outline, matches, lines, heads)
        for rule in wordings.outline.sections
    ]


def body_start(wordings: Wordings, matches: Sequence[Match], lines: Sequence[Line]) -> int:
    """Return the body line where the report's own text begins: after contents and summary."""
    start = _contents_end(lines)
    summary = next(
        (
            i
            for i, match in enumerate(matches)
            if wordings.is_summary(match.heading.title) and match.heading.page <= _CONTENTS_PAGES
        ),
        None,
    )
    if summary is None or matches[summary].heading.line < start:
        return start
    after = [
        match.heading
        for match in matches[summary + 1 :]
        if match.heading.style in _FRONT_STYLES and not match.annex
    ]
    if not after:
        return start
    top = min((h.style for h in after), key=_FRONT_STYLES.index)
    firsts = [h for h in after if h.style == top and h.number == 1]
    if len(firsts) >= 2 and top in ("chinese", "arabic"):
        between = [h for h in after if h.style == top and firsts[0].line < h.line < firsts[1].line]
        # A summary that numbers its own parts: the body is where the numbers begin again.
        if between and firsts[1].page <= _CONTENTS_PAGES + 5:
            return firsts[1].line
    return firsts[0].line if firsts else start


def _contents_end(lines: Sequence[Line]) -> int:
    entries = [
        i
        for i, line in enumerate(lines)
        if line.kind is LineKind.TOC and line.page <= _CONTENTS_PAGES
    ]
    return entries[-1] + 1 if len(entries) >= _CONTENTS_ENTRIES else 0


def _choose(outline: Outline, matches: Sequence[Match], usable: list[int]) -> dict[str, int]:
    """Return for each section found the index of its earliest heading."""
    chosen: dict[str, int] = {}
    for rule in outline.sections:
        named = [i for i in usable if rule.id in matches[i].sections]
        sure = [i for i in named if _is_sure(matches[i])]
        if sure or named:
            chosen[rule.id] = (sure or named)[0]
    for rule in outline.sections:
        children = {child.id for child in outline.children(rule.id)}
        if rule.id in chosen or not children:
            continue
        # A child's name alone at the top is the parent as well, if that has no heading.
        tops = [i for i in usable if children & set(matches[i].sections) and _is_top(i, matches)]
        if tops:
            chosen[rule.id] = tops[0]
    return chosen


def _is_sure(match: Match) -> bool:
    return match.confidence >= NORMAL or match.heading.level <= 2


def _is_top(index: int, matches: Sequence[Match]) -> bool:
    return not any(matches[i].sections for i in matches[index].parents)


def region_end(index: int, matches: Sequence[Match], count: int) -> int:
    """Return the body line where the text below a heading ends."""
    level = matches[index].heading.level
    for match in matches[index + 1 :]:
        if match.heading.level <= level:
            return match.heading.line
    return count


def _measure(
    rule: SectionRule,
    index: int | None,
    outline: Outline,
    matches: Sequence[Match],
    lines: Sequence[Line],
    heads: list[int],
) -> Section:
    if index is None:
        return Section(rule)
    match = matches[index]
    end = _joined_end(rule, index, outline, matches, len(lines))
    first = match.heading.next_line
    inside = [line for line in lines[first:end] if line.kind is not LineKind.TOC]
    chars = sum(len(plain(line.text)) for line in inside)
    if match.heading.run_in:
        chars += max(0, len(plain(lines[match.heading.line].text)) - match.heading.run_in)
    return Section(
        rule=rule,
        match=match,
        first=first,
        end=end,
        end_page=inside[-1].page if inside else match.heading.page,
        chars=chars,
        text_chars=chars - sum(heads[first:end]),
        has_table=any(line.kind is LineKind.TABLE for line in inside),
    )


def _joined_end(
    rule: SectionRule, index: int, outline: Outline, matches: Sequence[Match], count: int
) -> int:
    """Return where the section ends; neighbours that name the same section go on with it."""
    ids = {rule.id} | {child.id for child in outline.children(rule.id)}
    end = region_end(index, matches, count)
    level = matches[index].heading.level
    for other in range(index + 1, len(matches)):
        heading = matches[other].heading
        if heading.line < end:
            continue
        named = set(matches[other].sections)
        if heading.line > end or heading.level != level or not named or not named <= ids:
            break
        end = region_end(other, matches, count)
    return end


def _heading_chars(matches: Sequence[Match], count: int) -> list[int]:
    """Return how many characters of each body line are a heading that says nothing itself.

    Items of a list (1.完善指标，按季度分解。) are numbered as headings are, and are text.
    """
    chars = [0] * (count + 1)
    for match in matches:
        heading = match.heading
        title = plain(heading.text)
        if not match.sections and (len(title) > _TITLE or _SENTENCE.search(title)):
            continue
        chars[heading.line] += heading.run_in or len(plain(heading.text))
    return chars
