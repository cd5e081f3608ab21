"""Deductions entered into a review: a line more in the reason, the points less, never below 0."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from reviewapp.db.models import Score
from reviewapp.domain import deductions
from reviewapp.domain.policy import Identity
from reviewapp.domain.rubric import format_points
from reviewapp.domain.scoring import points_after
from reviewapp.services import reviews
from reviewapp.services.review_sheets import rubric_of_review


def deduct(
    session: Session,
    review_id: UUID,
    criterion: str,
    line: str,
    points: int,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Write a deduction of `points` hundredths as `line` into one's own draft.

    Points that were not given yet count as full marks. A line that stands there already takes
    nothing off again. Raises what saving a score raises.
    """
    review = reviews.own_draft(session, review_id, actor)
    most = rubric_of_review(session, review).criterion(criterion).max_points
    row = session.exec(
        select(Score).where(Score.review_id == review_id, Score.criterion == criterion)
    ).one_or_none()
    reason = row.reason if row else ""
    if line in (one.strip() for one in reason.splitlines()):
        return
    given = row.points_hundredths if row else None
    left = points_after(most if given is None else given, [points])
    reviews.save_score(
        session,
        review_id,
        criterion,
        points=format_points(left),
        reason=deductions.with_line(reason, line),
        version=row.version if row else 0,
        actor=actor,
        now=now,
    )
