"""What an expert has done in a round, for the fee claim: no fees and no bank data are kept here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import (
    Assignment,
    Expert,
    Report,
    ReportVersion,
    Review,
    ReviewSnapshot,
    Round,
)
from reviewapp.domain.policy import Identity


@dataclass(frozen=True)
class WorkLine:
    """One submitted review; `opened_at` is None where an officer typed it in from paper."""

    review_id: UUID
    title: str
    pages: int | None
    opened_at: datetime | None
    submitted_at: datetime  # the first time


@dataclass(frozen=True)
class WorkDone:
    """An expert's submitted reviews of one round, as they were submitted."""

    round_id: UUID
    round_title: str
    expert: str
    institution: str
    title: str
    lines: tuple[WorkLine, ...]
    unfinished: int  # reviews begun and never submitted

    @property
    def pages(self) -> int:
        """The PDF pages of all reports together."""
        return sum(one.pages or 0 for one in self.lines)


def work_done(session: Session, who: Identity, round_id: UUID) -> WorkDone | None:
    """Return what the expert has done in a round; None where nothing was begun.

    Work that was handed in counts even if the review was given back later.
    """
    if who.expert_id is None:
        return None
    first = (
        sa.select(
            col(ReviewSnapshot.review_id), sa.func.min(col(ReviewSnapshot.created_at)).label("at")
        )
        .group_by(col(ReviewSnapshot.review_id))
        .subquery()
    )
    rows = session.execute(
        sa.select(Review, Report, ReportVersion.pages, first.c.at)  # type: ignore[call-overload]
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(
            ReportVersion,
            sa.and_(
                col(ReportVersion.report_id) == col(Report.id),
                col(ReportVersion.number) == col(Review.report_version),
            ),
        )
        .outerjoin(first, first.c.review_id == col(Review.id))
        .where(
            col(Assignment.expert_id) == who.expert_id,
            col(Assignment.state) == "assigned",
            col(Report.round_id) == round_id,
        )
        .order_by(first.c.at, col(Report.title), col(Review.id))
    ).all()
    if not rows:
        return None
    round_, expert = session.get_one(Round, round_id), session.get_one(Expert, who.expert_id)
    lines = tuple(
        WorkLine(
            review.id,
            report.title,
            pages,
            None if review.paper_entered_by else review.created_at,
            at,
        )
        for review, report, pages, at in rows
        if at is not None
    )
    return WorkDone(
        round_id=round_id,
        round_title=round_.title,
        expert=expert.name,
        institution=expert.institution,
        title=expert.title,
        lines=lines,
        unfinished=sum(
            1 for review, _report, _pages, at in rows if at is None and not review.paper_entered_by
        ),
    )
