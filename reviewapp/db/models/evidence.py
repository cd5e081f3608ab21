"""What points rest on: passages of the report cited by a criterion, and reusable phrases."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime


class Evidence(Table, table=True):
    """A passage that a review cites on a criterion (依据): page, box, quote, hash of the file.

    `number` counts the pieces of one review in the order in which they were cited; several may be
    of one moment. `page`, `box`, `sha256` and `report_version` belong together: they are what was looked at.
    When the review goes over to a newer version and the quote is not found there, `lost_in` names
    that version and the rest stays as it was. One that was taken back is kept with `removed_at`.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        sa.UniqueConstraint("review_id", "number"),
        sa.CheckConstraint("quote <> '' OR has_box", name="shows_something"),
        sa.CheckConstraint("page >= 1", name="page_counts_from_one"),
    )

    review_id: uuid.UUID = Field(foreign_key="review.id", index=True)
    number: int
    criterion: str
    page: int
    box: list[float] = Field(default_factory=list, sa_type=sa.JSON)  # empty: the whole page
    has_box: bool
    quote: str = ""
    sha256: str = Field(foreign_key="stored_file.sha256")
    report_version: int
    lost_in: int | None = None
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Phrase(Table, table=True):
    """A wording that is used again (常用语): one's own, or the panel's where a round is named."""

    __tablename__ = "phrase"
    __table_args__ = (
        sa.UniqueConstraint("author_id", "criterion", "text"),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.CheckConstraint(
            "points_hundredths IS NULL OR points_hundredths > 0", name="points_positive"
        ),
    )

    author_id: uuid.UUID = Field(foreign_key="account.id", index=True)
    round_id: uuid.UUID | None = Field(default=None, foreign_key="round.id", index=True)
    criterion: str
    text: str
    points_hundredths: int | None = None  # taken off with it, for each occurrence
