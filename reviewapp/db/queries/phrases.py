"""Phrases that a person may use in a round: one's own, and those that the panel shares."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import Account, Assignment, Expert, Phrase, Report, Round
from reviewapp.domain.policy import Identity, Permission


@dataclass(frozen=True)
class PhraseLine:
    """A wording with the points (hundredths) that it takes off for each occurrence, if any."""

    id: UUID
    criterion: str
    text: str
    points: int | None
    is_own: bool
    is_shared: bool
    author: str


def phrases(session: Session, round_id: UUID, who: Identity) -> tuple[PhraseLine, ...]:
    """Return what a person may use in a round: the own ones first, then the panel's."""
    rows = session.execute(
        sa.select(Phrase, Account.name)  # type: ignore[call-overload]
        .join(Account, col(Account.id) == col(Phrase.author_id))
        .where(sa.or_(col(Phrase.author_id) == who.id, col(Phrase.round_id) == round_id))
        .order_by(col(Phrase.criterion), col(Phrase.created_at), col(Phrase.id))
    )
    lines = [
        PhraseLine(
            row.id,
            row.criterion,
            row.text,
            row.points_hundredths,
            row.author_id == who.id,
            row.round_id == round_id,
            author,
        )
        for row, author in rows
    ]
    return tuple(sorted(lines, key=lambda line: not line.is_own))


def takes_part(session: Session, round_id: UUID, who: Identity) -> bool:
    """Say whether a person rates or manages in a round, and so sees the panel's phrases."""
    if session.get(Round, round_id) is None:
        return False
    if who.may(Permission.ROUND_MANAGE):
        return True
    found = session.execute(
        sa.select(col(Assignment.id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .where(
            col(Report.round_id) == round_id,
            col(Assignment.expert_id) == who.expert_id,
            col(Assignment.state) == "assigned",
        )
    ).first()
    return found is not None
