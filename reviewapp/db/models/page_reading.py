"""What OCR read on scanned pages: kept page by page, so that nothing is read twice."""

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table


class PageReading(Table, table=True):
    """One page of a file as OCR read it; derived data that can be made again.

    `reading` is adapters/ocr.py's JSON, packed; None where the page could not be read.
    """

    __tablename__ = "page_reading"
    __table_args__ = (
        sa.UniqueConstraint("sha256", "engine", "page"),
        sa.CheckConstraint("page >= 1", name="page_counts_from_one"),
    )

    sha256: str
    engine: str  # what read it: a newer one reads anew
    page: int
    milliseconds: int
    reading: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
