"""The kept text of a report's pages: sizes for placeholders, lines for searching and selecting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import PageTextRow
from reviewapp.domain.page_text import BoxTuple, PageText, TextLine, steady


@dataclass(frozen=True)
class PageShape:
    """How large a page is, where its text stands and where its tables do; points."""

    page: int
    width: float
    height: float
    block: BoxTuple
    tables: tuple[BoxTuple, ...]


#: what a page is taken for until its text is kept: A4
UNKNOWN = (595.3, 841.9)


def shapes(session: Session, version_id: UUID, pages: int) -> tuple[PageShape, ...]:
    """Return the shape of every page of a version, steadied; A4 where nothing is kept."""
    row = PageTextRow
    known = {
        page: PageShape(page, width, height, _box(block), tuple(_box(one) for one in tables))
        for page, width, height, block, tables in session.execute(
            sa.select(
                col(row.page), col(row.width), col(row.height), col(row.block), col(row.tables)
            ).where(col(row.report_version_id) == version_id)
        )
    }
    width, height = UNKNOWN
    found = [
        known.get(number) or PageShape(number, width, height, (0, 0, width, height), ())
        for number in range(1, pages + 1)
    ]
    blocks = steady([(one.width, one.height) for one in found], [one.block for one in found])
    return tuple(replace(one, block=block) for one, block in zip(found, blocks, strict=True))


def texts(session: Session, version_id: UUID) -> tuple[PageText, ...]:
    """Return every kept page of a version with its lines, in order; empty where none is kept."""
    rows = session.exec(
        select(PageTextRow)
        .where(PageTextRow.report_version_id == version_id)
        .order_by(col(PageTextRow.page))
    )
    return tuple(_text(row) for row in rows)


def text(session: Session, version_id: UUID, page: int) -> PageText | None:
    """Return one kept page with its lines, or None."""
    row = session.exec(
        select(PageTextRow).where(
            PageTextRow.report_version_id == version_id, PageTextRow.page == page
        )
    ).one_or_none()
    return _text(row) if row else None


def _text(row: PageTextRow) -> PageText:
    return PageText(
        number=row.page,
        width=row.width,
        height=row.height,
        block=_box(row.block),
        tables=tuple(_box(one) for one in row.tables),
        lines=tuple(
            TextLine(words, (x0, y0, x1, y1), bool(furniture))
            for words, x0, y0, x1, y1, furniture in row.lines
        ),
    )


def _box(values: list[float]) -> BoxTuple:
    x0, y0, x1, y1 = values
    return (x0, y0, x1, y1)
