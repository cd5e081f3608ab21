"""What the notice's pages show of its content: blocks to click, figures with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewapp.domain.common_problems import key_of
from reviewapp.domain.notice import SOURCES, Block, NoticeContent, Table, editable
from reviewapp.services.notice_sheet import Standing

SHORT = 16  # characters up to which a figure is listed beside the sheet


@dataclass(frozen=True)
class Piece:
    """A run of text; a figure has the msgid of where it comes from."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Line:
    """A block as the page shows it; `edit` is the id to edit it by, "" where nobody may."""

    id: str
    kind: str
    pieces: tuple[Piece, ...]
    items: tuple[str, ...]
    table: Table | None
    edit: str
    is_edited: bool


@dataclass(frozen=True)
class Passage:
    """The block that is being edited: what the field holds, and what was refused."""

    block_id: str
    text: str
    composed: str
    is_edited: bool
    error: str = ""
    theirs: str = ""  # what somebody else saved meanwhile


def lines_of(
    standing: Standing, *, may_edit: bool = False, with_sources: bool = True
) -> tuple[Line, ...]:
    """Return the blocks top to bottom; a reader's page shows no sources."""
    figures = standing.content.figures if with_sources else ()
    sources = {figure.key: SOURCES[figure.source] for figure in figures}
    composed = {block.id: block for block in standing.base.blocks}
    return tuple(
        _line(block, sources, composed, standing, may_edit) for block in standing.content.blocks
    )


def _line(
    block: Block,
    sources: Mapping[str, str],
    composed: Mapping[str, Block],
    standing: Standing,
    may_edit: bool,
) -> Line:
    # A paragraph that an edit made into two has blocks id, id~2 …; all are edited by the first.
    origin = block.id.partition("~")[0]
    is_editable = may_edit and origin in composed and composed[origin].editable
    return Line(
        id=block.id,
        kind=block.kind.value,
        pieces=tuple(Piece(one.text, sources.get(one.key, "")) for one in block.segments),
        items=block.items,
        table=block.table,
        edit=origin if is_editable and block.id == origin else "",
        is_edited=origin in standing.edits,
    )


def figures_of(content: NoticeContent) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the short figures by the msgid of their source, in the order of the sheet."""
    found: dict[str, dict[str, None]] = {}
    for figure in content.figures:
        if len(figure.text) <= SHORT:
            found.setdefault(SOURCES[figure.source], {})[figure.text] = None
    return tuple((source, tuple(texts)) for source, texts in found.items())


def passage_of(standing: Standing, block_id: str) -> Passage | None:
    """Return the block for its field, or None where there is nothing to edit."""
    block = next((one for one in standing.base.blocks if one.id == block_id), None)
    if block is None or not block.editable:
        return None
    composed = editable(block)
    return Passage(
        block_id=block_id,
        text=standing.edits.get(block_id, composed),
        composed=composed,
        is_edited=block_id in standing.edits,
    )


def reach_of(content: NoticeContent) -> tuple[int, int]:
    """Return of how many reports, and of how many agencies, the notice tells the results."""
    rows = {block.id: len(block.table.rows) for block in content.blocks if block.table}
    return rows.get("annex.results.table", 0), rows.get("annex.agencies.table", 0)


def problems_of(content: NoticeContent) -> tuple[tuple[str, str, str], ...]:
    """Return key, heading and words of each common problem of the annex."""
    for block in content.blocks:
        if block.id == "annex.problems.table" and block.table is not None:
            table = block.table
            return tuple(
                (key_of(dimension, criterion), f"{dimension} · {criterion}", text)
                for dimension, criterion, text in zip(
                    table.column("dimension"),
                    table.column("criterion"),
                    table.column("text"),
                    strict=True,
                )
            )
    return ()
