"""An expert's own assignments: what is to be declared on, to be rated, and done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import Agency, Assignment, Report, ReportVersion, Review, Round, RoundPhase
from reviewapp.domain.policy import Identity


@dataclass(frozen=True)
class AssignmentLine:
    """One of an expert's own assignments."""

    id: UUID
    title: str
    kind: str
    unit: str
    agency: str
    pages: int | None
    round_id: UUID
    round_title: str
    phase: str
    state: str  # declare, ready, draft, paper, submitted, declined
    review_id: UUID | None
    due: date | None
    submitted_at: datetime | None
    rating: str | None
    total_hundredths: int | None


def own_work() -> Any:
    """Join assignments with report, round, newest version, review and the days of rating."""
    is_newest = sa.and_(
        col(ReportVersion.report_id) == col(Report.id),
        col(ReportVersion.number) == col(Report.current_version),
    )
    is_rating = sa.and_(
        col(RoundPhase.round_id) == col(Round.id), col(RoundPhase.phase) == "rating"
    )
    return (
        sa.join(Assignment, Report, col(Report.id) == col(Assignment.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .join(ReportVersion, is_newest)
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .outerjoin(RoundPhase, is_rating)
    )


def own_assignment(session: Session, assignment_id: UUID, who: Identity) -> AssignmentLine | None:
    """Return one of the expert's own standing assignments, or None."""
    lines = _assignments(session, who, col(Assignment.id) == assignment_id)
    return lines[0] if lines else None


def own_assignments(session: Session, who: Identity) -> tuple[AssignmentLine, ...]:
    """Return the expert's own assignments: what is due first comes first, done ones last."""
    order = {"declare": 0, "draft": 1, "ready": 2, "paper": 3, "submitted": 4, "declined": 5}
    return tuple(
        sorted(
            _assignments(session, who),
            key=lambda line: (order[line.state], line.due or date.max, line.title),
        )
    )


def _assignments(
    session: Session, who: Identity, *conditions: sa.ColumnElement[bool]
) -> list[AssignmentLine]:
    if who.expert_id is None:
        return []
    rows = session.execute(
        sa.select(
            Assignment,
            Report,
            Round,
            Review,
            Agency.name,
            ReportVersion.pages,
            sa.func.coalesce(col(Assignment.due_on), col(RoundPhase.ends_on)),
        )  # type: ignore[call-overload]
        .select_from(own_work())
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .where(
            col(Assignment.expert_id) == who.expert_id,
            col(Assignment.state) != "withdrawn",
            col(Report.state) == "taken-in",
            *conditions,
        )
        .order_by(col(Report.title), col(Assignment.id))
    )
    return [_assignment(*row) for row in rows]


def _assignment(
    row: Assignment,
    report: Report,
    round_: Round,
    review: Review | None,
    agency: str | None,
    pages: int | None,
    due: date | None,
) -> AssignmentLine:
    if row.state == "declined":
        state = "declined"
    elif review is not None and review.state == "submitted":
        state = "submitted"
    elif review is not None and review.paper_entered_by is not None:
        state = "paper"  # being typed in by an officer: not the expert's to open
    elif row.declared_at is None:
        state = "declare"
    else:
        state = "draft" if review is not None else "ready"
    return AssignmentLine(
        id=row.id,
        title=report.title,
        kind=report.kind,
        unit=report.unit,
        agency=agency or "",
        pages=pages,
        round_id=round_.id,
        round_title=round_.title,
        phase=round_.phase,
        state=state,
        review_id=review.id if review else None,
        due=due,
        submitted_at=review.submitted_at if review else None,
        rating=review.rating if review else None,
        total_hundredths=review.total_hundredths if review else None,
    )
