"""How far the present round is, for the home of those who may read rounds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Assignment, Report, Review, Round, Settlement
from reviewapp.db.queries.rounds import figures


@dataclass(frozen=True)
class Standing:
    """The newest round that is not closed, else the newest: its reports by how far they are.

    `letters` counts ratings: of settled results, or while there are none of submitted reviews.
    """

    round_id: UUID
    title: str
    taken_in: int
    unreviewed: int
    disputed: int
    settled: int
    letters: dict[str, int]
    are_settled: bool


def standing(session: Session) -> Standing | None:
    """Return the present round's standing, None while there is no round."""
    row = session.exec(
        select(Round)
        .order_by(
            sa.case((col(Round.phase) == "closed", 1), else_=0),
            col(Round.year).desc(),
            col(Round.title),
            col(Round.id),
        )
        .limit(1)
    ).first()
    if row is None:
        return None
    count = figures(session, row.id)
    disputed = session.execute(
        sa.select(sa.func.count())
        .select_from(Settlement)
        .join(Report, col(Report.id) == col(Settlement.report_id))
        .where(
            col(Report.round_id) == row.id,
            col(Report.state) == "taken-in",
            col(Settlement.state) == "proposed",
            col(Settlement.is_disputed).is_(True),
        )
    ).scalar_one()
    settled = _settled_letters(session, row.id)
    return Standing(
        row.id,
        row.title,
        count.taken_in,
        count.unreviewed,
        disputed,
        count.settled,
        settled or _review_letters(session, row.id),
        bool(settled),
    )


def _settled_letters(session: Session, round_id: UUID) -> dict[str, int]:
    rows = session.execute(
        sa.select(col(Settlement.rating), sa.func.count())
        .join(Report, col(Report.id) == col(Settlement.report_id))
        .where(
            col(Report.round_id) == round_id,
            col(Report.state) == "taken-in",
            col(Settlement.state) == "settled",
        )
        .group_by(col(Settlement.rating))
    )
    return {letter: count for letter, count in rows if letter}


def _review_letters(session: Session, round_id: UUID) -> dict[str, int]:
    rows = session.execute(
        sa.select(col(Review.rating), sa.func.count())
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .where(
            col(Report.round_id) == round_id,
            col(Report.state) == "taken-in",
            col(Assignment.state) == "assigned",
            col(Review.state) == "submitted",
        )
        .group_by(col(Review.rating))
    )
    return {letter: count for letter, count in rows if letter}
