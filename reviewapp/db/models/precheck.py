"""Prechecks of report versions and their findings with the officers' triage."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from reviewapp.db.base import Table, UtcDateTime, one_of


class Precheck(Table, table=True):
    """The latest answer of the precheck on one report version (the contract's JSON in `answer`)."""

    __tablename__ = "precheck"
    __table_args__ = (
        one_of("state", "waiting", "running", "done", "failed"),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('complete', 'attention', 'incomplete', 'unverifiable')",
            name="outcome_known",
        ),
    )

    report_version_id: uuid.UUID = Field(foreign_key="report_version.id", unique=True)
    state: str = "waiting"
    runs: int = 0
    outcome: str | None = None
    error_code: str | None = None
    program_version: str = ""
    rules_hash: str = ""
    layout: str = ""  # what printed the file and how it numbers (domain/precheck/layout.py)
    answer: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Finding(Table, table=True):
    """One located doubt. `triage` is the officers' word on it; unconfirmed it stays a doubt."""

    __tablename__ = "finding"
    __table_args__ = (
        one_of("outcome", "suspect", "unverifiable"),
        one_of("severity", "error", "warning", "notice", "silent"),
        one_of("triage", "open", "confirmed", "dismissed"),
        sa.CheckConstraint(
            "triage <> 'dismissed' OR triage_reason <> ''", name="dismissal_has_reason"
        ),
        sa.CheckConstraint("(triage = 'open') = (triaged_by IS NULL)", name="triage_has_hand"),
        sa.UniqueConstraint("report_version_id", "key"),
    )

    report_version_id: uuid.UUID = Field(foreign_key="report_version.id", index=True)
    position: int
    key: str  # stable over re-runs, so that triage survives them
    check: str
    version: int
    outcome: str
    severity: str
    section: str | None = None
    page: int | None = None
    box: list[float] | None = Field(default=None, sa_type=sa.JSON)
    quote: str = ""
    expected: str = ""
    found: str = ""
    values: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    triage: str = "open"
    triage_reason: str = ""
    triaged_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    triaged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Verdict(Table, table=True):
    """What officers said of a finding that stands no longer, or stands under newer rules.

    How often a check was right is counted over these and the findings that stand: a run with
    other rules must not wipe out what was learnt about the former ones.
    """

    __tablename__ = "verdict"
    __table_args__ = (
        one_of("triage", "confirmed", "dismissed"),
        sa.UniqueConstraint("report_version_id", "key", "version", "rules_hash"),
    )

    report_version_id: uuid.UUID = Field(foreign_key="report_version.id", index=True)
    key: str
    check: str = Field(index=True)
    version: int
    rules_hash: str
    layout: str = ""
    triage: str


class ReportText(Table, table=True):
    """The sentences of a report version that later reports are compared with."""

    __tablename__ = "report_text"

    report_version_id: uuid.UUID = Field(foreign_key="report_version.id", unique=True)
    sentences: list[Any] = Field(default_factory=list, sa_type=sa.JSON)  # form, page, text


class SentencePrint(SQLModel, table=True):
    """A MinHash print of some sentence of a version: equal prints, like sentences.

    A print that many versions have is kept for the first few only, so that looking one up costs
    the same however large the archive is.
    """

    __tablename__ = "sentence_print"

    print: int = Field(primary_key=True, sa_type=sa.BigInteger)
    report_version_id: uuid.UUID = Field(
        primary_key=True, foreign_key="report_version.id", index=True
    )
