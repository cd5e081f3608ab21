"""Calibration (校准): reference reports with agreed scores, and what experts gave them in practice."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime


class ReferenceReport(Table, table=True):
    """A report whose agreed points and reasons are on record for a round (标杆报告).

    `agreed` maps a criterion to its points (hundredths, None while not given) and reason, as
    domain.calibration writes it. It is used only while `rubric_hash` is the round's own rubric.
    """

    __tablename__ = "reference_report"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "number"),
        sa.UniqueConstraint("round_id", "report_id"),
        sa.CheckConstraint("number >= 1 AND number <= 3", name="number_known"),
    )

    round_id: uuid.UUID = Field(foreign_key="round.id", index=True)
    report_id: uuid.UUID = Field(foreign_key="report.id", index=True)
    report_version: int  # the version that the agreed scores are about
    number: int
    rubric_hash: str
    agreed: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    entered_by: uuid.UUID = Field(foreign_key="account.id")


class CalibrationReview(Table, table=True):
    """What one expert gave a reference report, to practise; counts nowhere, read by nobody else."""

    __tablename__ = "calibration_review"
    __table_args__ = (sa.UniqueConstraint("reference_id", "expert_id"),)

    reference_id: uuid.UUID = Field(foreign_key="reference_report.id", index=True)
    expert_id: uuid.UUID = Field(foreign_key="expert.id", index=True)
    scores: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
