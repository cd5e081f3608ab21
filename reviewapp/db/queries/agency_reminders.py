"""Which agencies have not confirmed their results, and what was written to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import (
    Agency,
    Opinion,
    OutboxMessage,
    Receipt,
    Report,
    Round,
    RoundPhase,
    Settlement,
)
from reviewapp.db.queries.outbox import Reminder, last_reminders
from reviewapp.domain.policy import Identity


@dataclass(frozen=True)
class AgencyStanding:
    """One agency in the feedback of a round."""

    agency_id: UUID
    name: str
    mail: str
    released: int
    unconfirmed: int
    due: date | None
    reminded_at: datetime | None


def _released() -> Any:
    """Join a round's released results with their receipts; the same rows as results.py lists."""
    return (
        sa.join(Report, Opinion, col(Opinion.report_id) == col(Report.id))
        .join(Settlement, col(Settlement.report_id) == col(Report.id))
        .join(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(Receipt, col(Receipt.report_id) == col(Report.id))
    )


def _is_released() -> tuple[Any, ...]:
    return (
        col(Opinion.state) == "released",
        col(Settlement.state) == "settled",
        col(Report.state) == "taken-in",
    )


def by_agency(session: Session, round_id: UUID) -> tuple[AgencyStanding, ...]:
    """Count each agency's released results and the receipts that are missing, by name."""
    ends: Any = (
        sa.select(col(RoundPhase.ends_on))
        .where(col(RoundPhase.round_id) == round_id, col(RoundPhase.phase) == "feedback")
        .scalar_subquery()
    )
    reminded: Any = (
        sa.select(sa.func.max(col(OutboxMessage.created_at)))
        .where(
            col(OutboxMessage.round_id) == round_id,
            col(OutboxMessage.agency_id) == col(Agency.id),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            col(Agency.id),
            col(Agency.name),
            col(Agency.mail),
            sa.func.count(col(Report.id)),
            sa.func.count(col(Report.id)) - sa.func.count(col(Receipt.id)),
            ends,
            reminded,
        )
        .select_from(_released())
        .where(col(Report.round_id) == round_id, *_is_released())
        .group_by(col(Agency.id), col(Agency.name), col(Agency.mail))
        .order_by(col(Agency.name), col(Agency.id))
    )
    return tuple(AgencyStanding(*row) for row in rows)


def own_reminders(session: Session, who: Identity) -> tuple[Reminder, ...]:
    """Return the last reminder of each round in which the own agency's receipt is missing."""
    if who.agency_id is None:
        return ()
    waits = (
        sa.select(col(Report.round_id))
        .select_from(_released())
        .where(col(Agency.id) == who.agency_id, col(Receipt.id).is_(None), *_is_released())
    )
    return last_reminders(
        session,
        col(OutboxMessage.agency_id) == who.agency_id,
        col(Round.phase) == "feedback",
        col(Round.id).in_(waits),
    )
