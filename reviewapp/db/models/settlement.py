"""Settlements and the one released opinion per report."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of


class Settlement(Table, table=True):
    """The agreed result of one report (议定); the reviews it came from stay as they were."""

    __tablename__ = "settlement"
    __table_args__ = (
        one_of("state", "proposed", "settled"),
        sa.CheckConstraint(
            "state <> 'settled' OR (total_hundredths IS NOT NULL AND rating IS NOT NULL"
            " AND settled_by IS NOT NULL)",
            name="settled_is_complete",
        ),
        sa.CheckConstraint("rating IS NULL OR rating IN ('A', 'B', 'C', 'D')", name="rating_known"),
        sa.CheckConstraint(
            "state <> 'settled' OR NOT is_disputed OR reason <> ''", name="dispute_has_reason"
        ),
    )

    report_id: uuid.UUID = Field(foreign_key="report.id", unique=True)
    state: str = "proposed"
    proposal: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    is_disputed: bool = False
    closed_early_reason: str = ""  # why an officer closed with fewer reviews than asked for
    total_hundredths: int | None = None
    rating: str | None = None
    reason: str = ""
    upheld_vetoes: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    settled_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Opinion(Table, table=True):
    """The one text per report that an agency ever reads (综合评审意见)."""

    __tablename__ = "opinion"
    __table_args__ = (one_of("state", "draft", "final", "released"),)

    report_id: uuid.UUID = Field(foreign_key="report.id", unique=True)
    state: str = "draft"
    overall: str = ""
    version: int = 1
    edited_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OpinionItem(Table, table=True):
    """The opinion on one criterion where points were lost, with the settled points."""

    __tablename__ = "opinion_item"
    __table_args__ = (sa.UniqueConstraint("opinion_id", "criterion"),)

    opinion_id: uuid.UUID = Field(foreign_key="opinion.id", index=True)
    criterion: str
    points_hundredths: int
    max_hundredths: int
    text: str = ""
    sources: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
