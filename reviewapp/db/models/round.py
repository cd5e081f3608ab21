"""Rounds, their dated phases, and the rubric versions they started with."""

import uuid
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, one_of
from reviewapp.domain.calibration import SWITCHES

PHASES = ("preparation", "rating", "settlement", "feedback", "notice", "closed")
KINDS = ("key-project", "department")


class RubricVersion(Table, table=True):
    """A rubric as it was used: the whole text, known by its content hash, never changed."""

    __tablename__ = "rubric_version"
    __table_args__ = (one_of("kind", *KINDS),)

    content_hash: str = Field(unique=True)
    slug: str
    version: str
    kind: str
    title: str
    content: dict[str, Any] = Field(sa_type=sa.JSON)


class Round(Table, table=True):
    """One year's rating work (评级批次); exactly one phase is active."""

    __tablename__ = "round"
    __table_args__ = (
        one_of("phase", *PHASES),
        one_of("calibration", *SWITCHES),
        sa.CheckConstraint("experts_per_report >= 1", name="experts_per_report_positive"),
    )

    year: int = Field(index=True)
    title: str = Field(unique=True)
    phase: str = "preparation"
    key_project_rubric_id: uuid.UUID = Field(foreign_key="rubric_version.id")
    department_rubric_id: uuid.UUID = Field(foreign_key="rubric_version.id")
    experts_per_report: int = 1
    bands: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    settlement_rule: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    agency_grade_rule: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    drawn_how: str = ""  # how the reports were drawn from which population, for the notice
    hides_findings: bool = False  # until an expert's own first pass
    calibration: str = "off"  # before the own reviews: off, offered, required
    is_demo: bool = False


class RoundPhase(Table, table=True):
    """The dates of one phase of a round; days in Asia/Shanghai, both ends included."""

    __tablename__ = "round_phase"
    __table_args__ = (
        one_of("phase", *PHASES),
        sa.UniqueConstraint("round_id", "phase"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    round_id: uuid.UUID = Field(foreign_key="round.id", index=True)
    phase: str
    starts_on: date
    ends_on: date | None = None
