"""The trail: every change of state, each row holding the hash of the one before."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from reviewapp.db.base import UtcDateTime


class Event(SQLModel, table=True):
    """What happened: who (as of that moment), when, on what, from what, to what."""

    __tablename__ = "event"
    __table_args__ = (
        sa.Index("ix_event_subject", "subject_type", "subject_id"),
        sa.Index("ix_event_at", "at"),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(index=True)  # past tense, as report.taken-in
    actor_id: uuid.UUID | None = None
    actor_name: str
    actor_role: str
    subject_type: str
    subject_id: str
    subject_title: str = ""
    round_id: uuid.UUID | None = Field(default=None, index=True)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    program_version: str = ""
    rubric_version: str = ""
    previous_hash: str
    hash: str = Field(unique=True)


class EventHead(SQLModel, table=True):
    """The last event's number and hash; its row lock puts writers in a line on both engines."""

    __tablename__ = "event_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: int = Field(default=1, primary_key=True)
    number: int = 0
    hash: str = ""
