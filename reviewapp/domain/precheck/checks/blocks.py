"""Blocks of the indicator analysis that speak of another block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewapp.domain.document import Place
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.language_rules import BlockRule
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.scores import RowKind
from reviewapp.domain.precheck.sections import region_end
from reviewapp.domain.precheck.text import plain

_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?")
_LONGEST_TITLE = 24


@dataclass(frozen=True, slots=True)
class _Block:
    id: str
    own: frozenset[str]
    title: str
    first: int  # body lines
    end: int


def _has_blocks(report: Report) -> bool:
    return any(match.sections for match in report.matches)


@check("block-mislabelled", version=1, applies=_has_blocks)
def block_mislabelled(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A block speaks of another block as its own subject, or of another block's indicators.

    The blocks are those of 财预〔2020〕10号, annex 2, and 财预〔2013〕53号, annex 2. At most one
    doubt per block and other block, at the first sentence.
    """
    rule = rules.language.blocks
    subjects = [
        (block, re.compile(pattern.replace("<block>", f"(?:{'|'.join(names)})")))
        for block, names in rule.names.items()
        for pattern in rule.own
    ]
    own_table = _table_indicators(report, rule)
    for block in _blocks(report, rule):
        told: set[str] = set()
        sentences = list(_sentences(report, block))
        for paragraph, start, text in sentences:
            named = {other for other, pattern in subjects if pattern.search(text)}
            named -= told
            if _is_of_targets(text, rule):
                continue
            if named and not named & block.own and not _names(text, block.own, rule):
                told |= named
                yield _doubt(block, sorted(named)[0], paragraph.place(start, start + len(text)))
        if told:
            continue
        other = _foreign_indicators(sentences, block, rule, own_table)
        if other is not None:
            yield _doubt(block, other[0], other[1], variant="indicators", words=other[2])


def _doubt(block: _Block, other: str, place: Place, *, variant: str = "", words: str = "") -> Doubt:
    return Doubt(
        place=place,
        expected=block.id,
        found=other,
        variant=variant,
        values={"block": block.id, "other": other, "heading": block.title, "words": words},
    )


def _blocks(report: Report, rule: BlockRule) -> Iterator[_Block]:
    """Return the parts of the analysis that belong to one block, the outermost only."""
    after = report.body_start
    for index, match in enumerate(report.matches):
        heading = match.heading
        if heading.line < after:
            continue
        own = frozenset(set(match.sections) & set(rule.names)) | _titled(report, index, rule)
        inside = {section for above in match.parents for section in report.matches[above].sections}
        if len(own) != 1 or not (set(match.sections) | inside) & {*rule.sections, *rule.names}:
            continue
        end = region_end(index, report.matches, len(report.lines))
        yield _Block(next(iter(own)), own, heading.text[:40], heading.line, end)
        after = end


def _titled(report: Report, index: int, rule: BlockRule) -> frozenset[str]:
    """Return the blocks that a heading names in its words."""
    title = plain(report.matches[index].heading.title)
    if len(title) > _LONGEST_TITLE:
        return frozenset()
    return frozenset(b for b, names in rule.names.items() if any(name in title for name in names))


def _sentences(report: Report, block: _Block) -> Iterator[tuple[Paragraph, int, str]]:
    headings = {m.heading.line: m.heading for m in report.matches}
    for paragraph in report.paragraphs:
        if not block.first <= paragraph.line < block.end:
            continue
        heading = headings.get(paragraph.line)
        if heading is not None and not heading.run_in:
            continue
        skip = heading.run_in if heading is not None else 0
        for match in _SENTENCE.finditer(paragraph.text, skip):
            yield paragraph, match.start(), match.group()


def _is_of_targets(text: str, rule: BlockRule) -> bool:
    """Say whether a sentence is about how indicators are set: any block's may be spoken of."""
    return any(word in text for word in rule.targets) and not re.search(rule.points, text)


def _names(text: str, own: frozenset[str], rule: BlockRule) -> bool:
    return any(name in text for block in own for name in rule.names[block])


def _table_indicators(report: Report, rule: BlockRule) -> dict[str, str]:
    """Return the lowest indicators of the report's own score tables with their blocks."""
    found: dict[str, str] = {}
    for scored in report.score_tables:
        for row in scored.rows:
            cells = [plain(cell.text) for cell in row.row.cells]
            first = cells[scored.first] if scored.first < len(cells) else ""
            blocks = [b for b, names in rule.names.items() if any(n in first for n in names)]
            if row.kind is RowKind.LEAF and len(blocks) == 1 and len(plain(row.label)) >= 4:
                found.setdefault(plain(row.label), blocks[0])
    return found


def _foreign_indicators(
    sentences: list[tuple[Paragraph, int, str]],
    block: _Block,
    rule: BlockRule,
    table: dict[str, str],
) -> tuple[str, Place, str] | None:
    """Return the other block whose indicators are spoken of here, where, and which they are."""
    known = {name: b for b, names in rule.indicators.items() for name in names} | table
    seen: dict[str, dict[str, Place]] = {}
    for paragraph, start, text in sentences:
        for name, owner in known.items():
            at = text.find(name)
            if at >= 0:
                place = paragraph.place(start + at, start + at + len(name))
                seen.setdefault(owner, {}).setdefault(name, place)
    if seen.keys() & block.own:
        return None
    for owner, places in seen.items():
        if len(places) >= rule.least_indicators and len(seen) == 1:
            first = next(iter(places.values()))
            return owner, first, "、".join(places)
    return None
