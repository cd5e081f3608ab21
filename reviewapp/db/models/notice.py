"""Feedback to agencies and the notice."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of


class Receipt(Table, table=True):
    """An agency's word that it has received a report's preliminary result."""

    __tablename__ = "receipt"

    report_id: uuid.UUID = Field(foreign_key="report.id", unique=True)
    account_id: uuid.UUID = Field(foreign_key="account.id")


class Answer(Table, table=True):
    """An agency's one answer on a report in the feedback phase (意见反馈), and the reply."""

    __tablename__ = "answer"
    __table_args__ = (
        sa.CheckConstraint("(reply <> '') = (replied_by IS NOT NULL)", name="reply_has_hand"),
    )

    report_id: uuid.UUID = Field(foreign_key="report.id", unique=True)
    account_id: uuid.UUID = Field(foreign_key="account.id")
    text: str
    accepts: bool = False  # the agency agrees with the result
    reply: str = ""
    replied_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Notice(Table, table=True):
    """The official notice (通报): a draft is edited, what is published is frozen."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("state", "draft", "submitted", "published", "superseded"),
        sa.CheckConstraint(
            "state NOT IN ('published', 'superseded') OR (content_hash <> ''"
            " AND doc_number IS NOT NULL AND published_at IS NOT NULL)",
            name="published_is_frozen",
        ),
        sa.CheckConstraint("signed_by IS NULL OR signed_by <> drafted_by", name="two_people"),
        sa.CheckConstraint(
            "state NOT IN ('published', 'superseded') OR signed_by IS NOT NULL"
            " OR (signed_on_paper_by <> '' AND paper_sha256 IS NOT NULL)",
            name="published_is_signed",
        ),
    )

    round_id: uuid.UUID = Field(foreign_key="round.id", index=True)
    state: str = "draft"
    number: int = 1  # first, second … notice of the round
    supersedes_id: uuid.UUID | None = Field(default=None, foreign_key="notice.id", unique=True)
    supersession_reason: str = ""
    doc_number: str | None = Field(default=None, unique=True)
    issue_date: date | None = None
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # addressees, cc …
    edits: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # wording by block
    content: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    content_hash: str = ""
    version: int = 1
    drafted_by: uuid.UUID = Field(foreign_key="account.id")
    submitted_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returned_reason: str = ""
    signed_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    signed_on_paper_by: str = ""  # the leader's name on the paper
    paper_sha256: str | None = Field(default=None, foreign_key="stored_file.sha256")
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    docx_sha256: str | None = Field(default=None, foreign_key="stored_file.sha256")
    pdf_sha256: str | None = Field(default=None, foreign_key="stored_file.sha256")


class NoticeHand(Table, table=True):
    """Everybody who touched a notice's draft: none of them may sign it off."""

    __tablename__ = "notice_hand"
    __table_args__ = (sa.UniqueConstraint("notice_id", "account_id"),)

    notice_id: uuid.UUID = Field(foreign_key="notice.id", index=True)
    account_id: uuid.UUID = Field(foreign_key="account.id")
