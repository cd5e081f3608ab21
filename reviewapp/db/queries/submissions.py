"""Frozen submissions of reviews, as they were sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import Assignment, Expert, Report, Review, ReviewSnapshot
from reviewapp.db.queries.rubrics import rubric_by_hash
from reviewapp.domain.rubric import Rubric

_MOST = 1_000_000  # a larger number is none, and the databases would choke on it


@dataclass(frozen=True)
class SubmissionLine:
    """One submission in a list; `total` in hundredths."""

    number: int
    at: datetime
    total: int
    rating: str


@dataclass(frozen=True)
class SubmissionPage:
    """One submission word for word, with what stands around it."""

    review_id: UUID
    report_id: UUID
    round_id: UUID
    report_title: str
    expert: str
    number: int
    at: datetime
    content: dict[str, Any]
    content_hash: str
    rubric: Rubric

    @property
    def scores(self) -> dict[str, dict[str, Any]]:
        """Points (hundredths), reason and what else was frozen, by criterion."""
        return {one["criterion"]: one for one in self.content["scores"]}

    @property
    def vetoes(self) -> dict[str, str]:
        """The claimed vetoes with their grounds."""
        return {one["veto"]: one["ground"] for one in self.content["vetoes"]}


def submissions(session: Session, review_id: UUID) -> tuple[SubmissionLine, ...]:
    """Return every submission of a review, the first one first."""
    rows = session.execute(
        sa.select(
            col(ReviewSnapshot.number), col(ReviewSnapshot.created_at), col(ReviewSnapshot.content)
        )
        .where(col(ReviewSnapshot.review_id) == review_id)
        .order_by(col(ReviewSnapshot.number))
    )
    return tuple(
        SubmissionLine(number, at, content["total"], content["rating"])
        for number, at, content in rows
    )


def submission(session: Session, review_id: UUID, number: int) -> SubmissionPage | None:
    """Return one submission, or None if there is none of that number."""
    if not 0 < number <= _MOST:
        return None
    found = session.execute(
        sa.select(ReviewSnapshot, Review.rubric_hash, Report, Expert.name)  # type: ignore[call-overload]
        .join(Review, col(Review.id) == col(ReviewSnapshot.review_id))
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .where(col(ReviewSnapshot.review_id) == review_id, col(ReviewSnapshot.number) == number)
    ).one_or_none()
    if found is None:
        return None
    row, rubric_hash, report, expert = found
    return SubmissionPage(
        review_id=review_id,
        report_id=report.id,
        round_id=report.round_id,
        report_title=report.title,
        expert=expert,
        number=row.number,
        at=row.created_at,
        content=row.content,
        content_hash=row.content_hash,
        rubric=rubric_by_hash(session, rubric_hash),
    )
