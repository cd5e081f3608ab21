"""Reports, their versions, the stored files, and intakes of many files at once."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of
from reviewapp.db.models.round import KINDS
from reviewapp.domain.bundle import PART_KINDS


class StoredFile(Table, table=True):
    """Bytes in the content-addressed store, known by their SHA-256."""

    __tablename__ = "stored_file"
    __table_args__ = (sa.CheckConstraint("size_bytes >= 0", name="size_not_negative"),)

    sha256: str = Field(unique=True)
    size_bytes: int = Field(sa_type=sa.BigInteger)
    media_type: str


class Report(Table, table=True):
    """A third-party evaluation report in a round.

    `state`: uploaded (waits for an officer), taken-in (part of the round), withdrawn, split (its
    file held several reports, which were made of it; see ReportSplit).
    `evaluation_grade` and `stated_score_hundredths` are the PROJECT's, as the report states them.
    """

    __tablename__ = "report"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("state", "uploaded", "taken-in", "withdrawn", "split"),
        sa.CheckConstraint(
            "evaluation_grade IS NULL OR evaluation_grade IN ('优', '良', '中', '差')",
            name="evaluation_grade_known",
        ),
        sa.CheckConstraint(
            "state <> 'taken-in' OR agency_id IS NOT NULL", name="taken_in_has_agency"
        ),
    )

    round_id: uuid.UUID = Field(foreign_key="round.id", index=True)
    kind: str
    state: str = "uploaded"
    title: str = ""  # without 《》
    project_name: str = ""
    unit: str = ""
    department: str = ""
    agency_id: uuid.UUID | None = Field(default=None, foreign_key="agency.id", index=True)
    evaluation_year: int | None = None
    amount_cents: int | None = Field(default=None, sa_type=sa.BigInteger)  # 分
    stated_score_hundredths: int | None = None
    evaluation_grade: str | None = None
    current_version: int = 1
    uploaded_by: uuid.UUID = Field(foreign_key="account.id", index=True)
    is_confirmed: bool = False  # a person confirmed the metadata
    # Where each value came from: person, list (an Excel list), precheck; absent is a guess.
    sources: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    note: str = ""


class ReportVersion(Table, table=True):
    """One file of a report; an older version is kept."""

    __tablename__ = "report_version"
    __table_args__ = (
        sa.UniqueConstraint("report_id", "number"),
        # The same bytes twice in a round are answered with a link to the first.
        sa.UniqueConstraint("round_id", "sha256"),
    )

    report_id: uuid.UUID = Field(foreign_key="report.id", index=True)
    round_id: uuid.UUID = Field(foreign_key="round.id")
    number: int
    sha256: str = Field(foreign_key="stored_file.sha256", index=True)
    file_name: str
    pages: int | None = None
    uploaded_by: uuid.UUID = Field(foreign_key="account.id")


class VersionPart(Table, table=True):
    """One of the files that a version was put together from, as it was handed in.

    `first_page` counts in the version's own file; `pages` follow one another without a gap. A
    version that came as one file has no parts.
    """

    __tablename__ = "version_part"
    __table_args__ = (
        sa.UniqueConstraint("report_version_id", "number"),
        one_of("kind", *PART_KINDS),
        sa.CheckConstraint("first_page > 0 AND pages > 0", name="pages_positive"),
    )

    report_version_id: uuid.UUID = Field(foreign_key="report_version.id")
    number: int
    kind: str
    sha256: str = Field(foreign_key="stored_file.sha256", index=True)
    file_name: str
    first_page: int
    pages: int


class ReportSplit(Table, table=True):
    """A version whose file held several reports: the act that made them, or took that back."""

    __tablename__ = "report_split"
    __table_args__ = (one_of("state", "standing", "undone"),)

    report_id: uuid.UUID = Field(foreign_key="report.id", index=True)
    report_version_id: uuid.UUID = Field(foreign_key="report_version.id")
    state: str = "standing"
    made_by: uuid.UUID = Field(foreign_key="account.id")
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SplitRange(Table, table=True):
    """The pages of a split file that became the report `report_id`."""

    __tablename__ = "split_range"
    __table_args__ = (
        sa.UniqueConstraint("split_id", "number"),
        sa.UniqueConstraint("split_id", "report_id"),
        sa.CheckConstraint("0 < first_page AND first_page <= last_page", name="pages_in_order"),
    )

    split_id: uuid.UUID = Field(foreign_key="report_split.id")
    number: int
    report_id: uuid.UUID = Field(foreign_key="report.id", index=True)
    first_page: int
    last_page: int


class Intake(Table, table=True):
    """Files brought at once (one, many, a ZIP with a list), shown as a preview, taken in one act.

    `state`: reading (a job unpacks and looks at the files), preview, taken, discarded.
    """

    __tablename__ = "intake"
    __table_args__ = (one_of("state", "reading", "preview", "taken", "discarded"),)

    round_id: uuid.UUID = Field(foreign_key="round.id", index=True)
    uploaded_by: uuid.UUID = Field(foreign_key="account.id", index=True)
    state: str = "reading"
    source_name: str = ""
    # What came in, in order: name, sha256, size, and a doubt where it was refused at the door.
    brought: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    has_list: bool = False
    notes: list[Any] = Field(default_factory=list, sa_type=sa.JSON)  # doubts about the whole
    one_report: bool = False  # whoever brought the files said that they are one report
    # What stands in the preview's fields while files are put together, by the item's id.
    typed: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class IntakeItem(Table, table=True):
    """One row of an intake: a file, the list's row matched to it, and every doubt.

    A row with parts (see IntakePart) stands for their merged file.
    """

    __tablename__ = "intake_item"
    __table_args__ = (one_of("state", "waiting", "taken", "refused"),)

    intake_id: uuid.UUID = Field(foreign_key="intake.id", index=True)
    position: int
    file_name: str = ""
    sha256: str | None = Field(default=None, foreign_key="stored_file.sha256")
    pages: int | None = None
    listed: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # the list's row
    doubts: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    state: str = "waiting"
    report_id: uuid.UUID | None = Field(default=None, foreign_key="report.id")


class IntakePart(Table, table=True):
    """A file of an intake (`part_id`) that belongs to the report of another row (`item_id`)."""

    __tablename__ = "intake_part"
    __table_args__ = (one_of("kind", *PART_KINDS),)

    item_id: uuid.UUID = Field(foreign_key="intake_item.id", index=True)
    part_id: uuid.UUID = Field(foreign_key="intake_item.id", unique=True)
    number: int
    kind: str
