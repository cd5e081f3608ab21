"""The outbox of a round: what was written to whom, and the last reminder that a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Account, Agency, Expert, OutboxMessage, Round


@dataclass(frozen=True)
class Message:
    """One row of the outbox."""

    id: UUID
    name: str  # of the expert or agency it is for
    address: str
    subject: str
    text: str
    state: str
    by_hand: bool
    error: str
    written_at: datetime
    written_by: str
    sent_at: datetime | None


@dataclass(frozen=True)
class Reminder:
    """What an expert reads on the own home."""

    round_title: str
    text: str
    at: datetime


def messages(session: Session, round_id: UUID, *, to_agencies: bool = False) -> tuple[Message, ...]:
    """Return what was written to a round's experts, or to its agencies, newest first."""
    register: Any = Agency if to_agencies else Expert
    to = OutboxMessage.agency_id if to_agencies else OutboxMessage.expert_id
    rows = session.execute(
        sa.select(OutboxMessage, register.name, Account.name)  # type: ignore[call-overload]
        .join(register, col(register.id) == col(to))
        .join(Account, col(Account.id) == col(OutboxMessage.written_by))
        .where(col(OutboxMessage.round_id) == round_id)
        .order_by(col(OutboxMessage.created_at).desc(), col(register.name), col(OutboxMessage.id))
    )
    return tuple(
        Message(
            row.id,
            name,
            row.address,
            row.subject,
            row.text,
            row.state,
            row.by_hand,
            row.error,
            row.created_at,
            officer,
            row.sent_at,
        )
        for row, name, officer in rows
    )


def message_round(session: Session, message_id: UUID) -> UUID | None:
    """Return the round that a message is about."""
    return session.exec(
        select(OutboxMessage.round_id).where(OutboxMessage.id == message_id)
    ).one_or_none()


def last_reminders(session: Session, *conditions: sa.ColumnElement[bool]) -> tuple[Reminder, ...]:
    """Return the last reminder of each round among the messages that the conditions leave."""
    rows = session.execute(
        sa.select(OutboxMessage, Round.title)  # type: ignore[call-overload]
        .join(Round, col(Round.id) == col(OutboxMessage.round_id))
        .where(*conditions)
        .order_by(col(OutboxMessage.created_at).desc(), col(OutboxMessage.id))
    )
    last: dict[UUID, Reminder] = {}
    for row, title in rows:
        last.setdefault(row.round_id, Reminder(title, row.text, row.created_at))
    return tuple(last.values())
