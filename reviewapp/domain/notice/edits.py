"""The officer edits words, never figures: a reversible text form in which figures are tokens.

A locked segment appears as ⟦key:text⟧. Every token must come back once, unchanged and in its
order; what is around it is free. An empty text removes a block that holds no figure; a line break
makes two paragraphs of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reviewapp.domain.errors import N_, Invalid, NotFound
from reviewapp.domain.notice.blocks import Block, BlockKind, Segment
from reviewapp.domain.notice.content import NoticeContent
from reviewapp.domain.notice.phrases import clean, numeral
from reviewapp.domain.notice.sheet import merge

_TOKEN = re.compile(r"⟦([^⟦⟧]*)⟧")
_NUMBER = re.compile(r"^（[一二三四五六七八九十]+）")
MAX_EDIT = 5_000


@dataclass(frozen=True, slots=True)
class RefreshedEdits:
    """Edits carried over to new figures, and the ids of blocks whose edit no longer fits."""

    edits: dict[str, str]
    dropped: tuple[str, ...]


def editable(block: Block) -> str:
    """Return the text of a block for a text field, its figures as ⟦key:text⟧."""
    tokens = iter(_tokens(block))
    return "".join(
        f"⟦{next(tokens)[0]}:{_shown(segment)}⟧" if segment.locked else segment.text
        for segment in block.segments
    )


def apply_edits(content: NoticeContent, edits: Mapping[str, str]) -> NoticeContent:
    """Return the content with the edited texts, or raise Invalid naming the figure that was lost.

    Keys are block ids; edits are always made against the composed content, not against an edited
    one. Unknown blocks are NotFound, blocks that may not be edited Invalid.
    """
    known = {block.id: block for block in content.blocks}
    for block_id in edits:
        if block_id not in known:
            raise NotFound(N_("The notice has no block “%(block)s”."), block=block_id)
        if not known[block_id].editable:
            raise Invalid(
                N_("The block “%(block)s” is made from figures and cannot be edited."),
                field=block_id,
                block=block_id,
            )
    blocks: list[Block] = []
    for block in content.blocks:
        blocks += _edited(block, edits[block.id]) if block.id in edits else [block]
    return replace(content, blocks=tuple(_renumbered(blocks)))


def refresh_edits(content: NoticeContent, edits: Mapping[str, str]) -> RefreshedEdits:
    """Carry stored edits over to newly composed content: tokens take the new figures.

    An edit whose block is gone or whose tokens are other ones than before is dropped and named.
    """
    known = {block.id: block for block in content.blocks}
    kept: dict[str, str] = {}
    for block_id, text in edits.items():
        block = known.get(block_id)
        current = {} if block is None else dict(_tokens(block))
        names = [_name(token) for token in _TOKEN.findall(text)]
        if block is not None and names == list(current):
            pieces = _TOKEN.split(text)
            pieces[1::2] = [f"⟦{name}:{_shown(now)}⟧" for name, now in current.items()]
            kept[block_id] = "".join(pieces)
    return RefreshedEdits(kept, tuple(block_id for block_id in edits if block_id not in kept))


def typed_figures(content: NoticeContent, edits: Mapping[str, str]) -> tuple[str, ...]:
    """Return numbers that an edit brought in as free text, for the person who signs to look at."""
    known = {block.id: block for block in content.blocks}
    found: list[str] = []
    for block_id, text in edits.items():
        before = _TOKEN.sub("", editable(known[block_id])) if block_id in known else ""
        old = re.findall(r"\d+(?:\.\d+)?", before)
        for number in re.findall(r"\d+(?:\.\d+)?", _TOKEN.sub("", text)):
            if number in old:
                old.remove(number)
            else:
                found.append(number)
    return tuple(found)


def _tokens(block: Block) -> list[tuple[str, Segment]]:
    """Return the locked segments with their names; a repeated key gets #2, #3 …"""
    seen: dict[str, int] = {}
    named = []
    for segment in block.segments:
        if segment.locked:
            seen[segment.key] = seen.get(segment.key, 0) + 1
            count = seen[segment.key]
            named.append((segment.key if count == 1 else f"{segment.key}#{count}", segment))
    return named


def _shown(segment: Segment) -> str:
    return segment.text.replace("⟦", "[").replace("⟧", "]")


def _name(token: str) -> str:
    return token.partition(":")[0]


def _edited(block: Block, text: str) -> list[Block]:
    if len(text) > MAX_EDIT + len(editable(block)):
        raise _refused(N_("The text of “%(block)s” is too long."), block)
    segments = _parse(block, text.replace("\r\n", "\n"))
    keep_lines = block.kind is BlockKind.TITLE
    several = block.kind is BlockKind.PARAGRAPH or keep_lines
    words = [
        segment if segment.locked else Segment(_words(segment.text, lines=several))
        for segment in segments
    ]
    lines = [merge(words)] if keep_lines else _lines(words)
    if not any(segment.text.strip() for line in lines for segment in line):
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING2):
            raise _refused(N_("“%(block)s” cannot be empty."), block)
        return []
    return [
        replace(block, id=block.id if at == 1 else f"{block.id}~{at}", segments=line)
        for at, line in enumerate(lines, 1)
    ]


def _parse(block: Block, text: str) -> list[Segment]:
    expected = _tokens(block)
    by_name = dict(expected)
    pieces = _TOKEN.split(text)
    found = pieces[1::2]
    names = [_name(token) for token in found]
    for name, segment in expected:
        if names.count(name) != 1:
            missing = N_("The locked figure “%(key)s” (%(text)s) is missing.")
            twice = N_("The locked figure “%(key)s” (%(text)s) appears more than once.")
            raise _refused(missing if name not in names else twice, block, name, segment.text)
    for token in found:
        segment = by_name.get(_name(token), Segment(""))
        if token not in (_name(token), f"{_name(token)}:{_shown(segment)}") or not segment.locked:
            changed = N_("The locked figure “%(key)s” (%(text)s) was changed.")
            unknown = N_("There is no figure “%(key)s” in this text.")
            raise _refused(
                changed if segment.locked else unknown, block, _name(token), segment.text
            )
    for name, (right, segment) in zip(names, expected, strict=True):
        if name != right:
            moved = N_("The locked figure “%(key)s” (%(text)s) was moved; keep their order.")
            raise _refused(moved, block, right, segment.text)
    if any(mark in piece for piece in pieces[::2] for mark in "⟦⟧"):
        raise _refused(N_("The characters ⟦ and ⟧ cannot be used in a notice."), block)
    return [by_name[_name(piece)] if at % 2 else Segment(piece) for at, piece in enumerate(pieces)]


def _refused(message: str, block: Block, key: str = "", text: str = "") -> Invalid:
    return Invalid(message, field=block.id, block=block.id, key=key, text=text[:40])


def _words(text: str, *, lines: bool) -> str:
    """Clean the words between figures, keeping a line break at either end."""
    core = clean(text, lines=lines)
    if lines and not core:
        return "\n" if "\n" in text else ""
    head = "\n" if lines and text.lstrip(" \t").startswith("\n") else ""
    tail = "\n" if lines and text.rstrip(" \t").endswith("\n") else ""
    return head + core + tail


def _lines(segments: list[Segment]) -> list[tuple[Segment, ...]]:
    lines: list[list[Segment]] = [[]]
    for segment in segments:
        if segment.locked:
            lines[-1].append(segment)
            continue
        first, *rest = segment.text.split("\n")
        lines[-1].append(Segment(first))
        lines += [[Segment(text)] for text in rest]
    return [line for line in map(merge, lines) if line]


def _renumbered(blocks: list[Block]) -> list[Block]:
    """Close the gap in （一）（二） that a removed block leaves; each section counts anew."""
    count = 0
    result = []
    for block in blocks:
        if block.kind is BlockKind.HEADING1:
            count = 0
        elif block.kind is BlockKind.HEADING2 and not block.segments[0].locked:
            count += 1
            text = _NUMBER.sub("", block.segments[0].text)
            first = Segment(f"（{numeral(count)}）{text}")
            block = replace(block, segments=(first, *block.segments[1:]))
        result.append(block)
    return result
