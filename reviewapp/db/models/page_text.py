"""The text of report pages, kept once per version: for searching, selecting and marking."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table


class PageTextRow(Table, table=True):
    """One page as it was read; sizes and boxes in points from the top left corner.

    `block` is the part that the text fills; `lines` holds [text, x0, y0, x1, y1, is furniture].
    """

    __tablename__ = "page_text"
    __table_args__ = (
        sa.UniqueConstraint("report_version_id", "page"),
        sa.CheckConstraint("page >= 1", name="page_counts_from_one"),
    )

    report_version_id: uuid.UUID = Field(foreign_key="report_version.id", index=True)
    page: int
    width: float
    height: float
    block: list[float] = Field(sa_type=sa.JSON)
    tables: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    lines: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
