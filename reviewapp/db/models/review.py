"""Recusals, assignments, reviews with their scores, and the frozen snapshots of submissions."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of


class Recusal(Table, table=True):
    """A conflict of interest of an expert with an agency, a unit or one report (回避)."""

    __tablename__ = "recusal"
    __table_args__ = (
        sa.CheckConstraint(
            "agency_id IS NOT NULL OR department <> '' OR report_id IS NOT NULL",
            name="has_object",
        ),
    )

    expert_id: uuid.UUID = Field(foreign_key="expert.id", index=True)
    agency_id: uuid.UUID | None = Field(default=None, foreign_key="agency.id")
    department: str = ""
    report_id: uuid.UUID | None = Field(default=None, foreign_key="report.id")
    ground: str  # employment, cooperation, family, evaluation-work, other
    explanation: str = ""
    declared_by: uuid.UUID = Field(foreign_key="account.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Assignment(Table, table=True):
    """One expert asked to review one report (分派)."""

    __tablename__ = "assignment"
    __table_args__ = (
        one_of("state", "assigned", "declined", "withdrawn"),
        sa.UniqueConstraint("report_id", "expert_id"),
        sa.CheckConstraint("state <> 'declined' OR decline_ground <> ''", name="decline_typed"),
    )

    report_id: uuid.UUID = Field(foreign_key="report.id", index=True)
    expert_id: uuid.UUID = Field(foreign_key="expert.id", index=True)
    state: str = "assigned"
    assigned_by: uuid.UUID = Field(foreign_key="account.id")
    due_on: date | None = None  # the own last day (Asia/Shanghai), instead of the round's
    # The moment the expert declared to have no conflict; before it no file opens.
    declared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decline_ground: str = ""  # conflict, expertise, time, other
    decline_reason: str = ""
    declined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Review(Table, table=True):
    """One expert's work on one report (评审). A draft is nobody else's and never counts."""

    __tablename__ = "review"
    __table_args__ = (
        one_of("state", "draft", "submitted"),
        sa.CheckConstraint(
            "state <> 'submitted' OR (total_hundredths IS NOT NULL AND rating IS NOT NULL"
            " AND submitted_at IS NOT NULL)",
            name="submitted_is_complete",
        ),
        sa.CheckConstraint("rating IS NULL OR rating IN ('A', 'B', 'C', 'D')", name="rating_known"),
        sa.CheckConstraint(
            "total_hundredths IS NULL OR (total_hundredths >= 0 AND total_hundredths <= 10000)",
            name="total_in_range",
        ),
        sa.CheckConstraint(
            "paper_confirmed_by IS NULL OR paper_confirmed_by <> paper_entered_by",
            name="paper_needs_two_people",
        ),
    )

    assignment_id: uuid.UUID = Field(foreign_key="assignment.id", unique=True)
    report_version: int  # the version that is being read
    rubric_hash: str
    state: str = "draft"
    opinion: str = ""
    opinion_version: int = 0
    vetoes_version: int = 0
    total_hundredths: int | None = None
    rating: str | None = None
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened_reason: str = ""
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state_number: int = 0  # of the newest row in review_state
    # A review entered from a signed sheet (代录): the scan, who typed it, who checked it.
    paper_sha256: str | None = Field(default=None, foreign_key="stored_file.sha256")
    paper_entered_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    paper_confirmed_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    paper_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Score(Table, table=True):
    """Points on one criterion with reason; `version` refuses to overwrite a newer save."""

    __tablename__ = "score"
    __table_args__ = (
        sa.UniqueConstraint("review_id", "criterion"),
        sa.CheckConstraint(
            "points_hundredths IS NULL OR points_hundredths >= 0", name="points_not_negative"
        ),
    )

    review_id: uuid.UUID = Field(foreign_key="review.id", index=True)
    criterion: str
    points_hundredths: int | None = None
    reason: str = ""
    version: int = 1
    saved_at: datetime = Field(sa_type=UtcDateTime)


class VetoClaim(Table, table=True):
    """A veto (一票否决) that the expert claims, with its ground."""

    __tablename__ = "veto_claim"
    __table_args__ = (sa.UniqueConstraint("review_id", "veto"),)

    review_id: uuid.UUID = Field(foreign_key="review.id", index=True)
    veto: str
    ground: str = ""


class ReviewState(Table, table=True):
    """One field as one save left it; all rows up to a number are the review as it was then.

    Written in the transaction of the save and never changed: what was acknowledged stays
    readable whatever is saved later. `change` holds the parts of the field that the save
    changed, each whole or as the change from the row before (domain.text_changes).
    """

    __tablename__ = "review_state"
    __table_args__ = (
        sa.UniqueConstraint("review_id", "number", "field"),
        sa.UniqueConstraint("review_id", "field", "version"),
        one_of("kind", "saved", "restored", "earlier"),
    )

    review_id: uuid.UUID = Field(foreign_key="review.id")
    number: int  # 1, 2, … within the review; what one act changed shares a number
    field: str  # criterion-<id>, veto-<id>, opinion
    version: int  # of the field after this save
    kind: str = "saved"  # earlier: what stood before states were kept
    change: dict[str, Any] = Field(sa_type=sa.JSON)
    restored_from: int | None = None  # number of the state that was brought back
    saved_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")


class ReviewSnapshot(Table, table=True):
    """What was submitted, word for word; a later reopening changes nothing here."""

    __tablename__ = "review_snapshot"
    __table_args__ = (sa.UniqueConstraint("review_id", "number"),)

    review_id: uuid.UUID = Field(foreign_key="review.id", index=True)
    number: int
    content: dict[str, Any] = Field(sa_type=sa.JSON)
    content_hash: str
