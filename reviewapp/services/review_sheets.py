"""Reviews as the arithmetic sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Assignment, Evidence, Review, Score, VetoClaim
from reviewapp.db.queries.rubrics import rubric_by_hash
from reviewapp.domain import scoring
from reviewapp.domain.evidence import Citation
from reviewapp.domain.rubric import Rubric
from reviewapp.domain.scoring import ReviewSheet


@dataclass(frozen=True)
class SubmittedSheet:
    """A submitted review with whose it is; agencies never see either."""

    review_id: UUID
    expert_id: UUID
    total_hundredths: int
    rating: str
    sheet: ReviewSheet


def rubric_of_review(session: Session, review: Review) -> Rubric:
    """Return the rubric that the review was begun with, by its content hash."""
    return rubric_by_hash(session, review.rubric_hash)


def sheet_of(session: Session, review: Review) -> ReviewSheet:
    """Return one review, draft or submitted."""
    return _sheets(session, [review])[review.id]


def submitted_sheets(session: Session, report_id: UUID) -> tuple[SubmittedSheet, ...]:
    """Return the submitted reviews of standing assignments, in the order of assignment."""
    rows = session.exec(
        select(Review, Assignment.expert_id)
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .where(
            col(Assignment.report_id) == report_id,
            col(Assignment.state) == "assigned",
            col(Review.state) == "submitted",
        )
        .order_by(col(Assignment.created_at), col(Assignment.id))
    ).all()
    sheets = _sheets(session, [review for review, _expert in rows])
    return tuple(
        SubmittedSheet(
            review.id,
            expert_id,
            review.total_hundredths or 0,
            review.rating or "",
            sheets[review.id],
        )
        for review, expert_id in rows
    )


def citation_of(row: Evidence) -> Citation:
    """Return a row of evidence as a plain value."""
    box = (row.box[0], row.box[1], row.box[2], row.box[3]) if len(row.box) == 4 else None
    return Citation(row.page, row.quote, row.sha256, row.report_version, box, row.lost_in)


def evidence_of(
    session: Session, review_ids: Sequence[UUID]
) -> dict[tuple[UUID, str], tuple[Citation, ...]]:
    """Return the evidence of reviews that was not taken back, by review and criterion."""
    found: dict[tuple[UUID, str], tuple[Citation, ...]] = defaultdict(tuple)
    for row in session.exec(
        select(Evidence)
        .where(col(Evidence.review_id).in_(review_ids), col(Evidence.removed_at).is_(None))
        .order_by(col(Evidence.number))
    ):
        found[row.review_id, row.criterion] += (citation_of(row),)
    return found


def _sheets(session: Session, reviews: Sequence[Review]) -> dict[UUID, ReviewSheet]:
    ids = [review.id for review in reviews]
    scores: dict[UUID, list[scoring.Score]] = defaultdict(list)
    evidence = evidence_of(session, ids)
    for row in session.exec(
        select(Score)
        .where(col(Score.review_id).in_(ids))
        .order_by(col(Score.criterion), col(Score.id))
        .execution_options(populate_existing=True)
    ):
        scores[row.review_id].append(
            scoring.Score(
                row.criterion,
                row.points_hundredths,
                row.reason,
                evidence.pop((row.review_id, row.criterion), ()),
            )
        )
    claims: dict[UUID, list[scoring.VetoClaim]] = defaultdict(list)
    for claim in session.exec(
        select(VetoClaim)
        .where(col(VetoClaim.review_id).in_(ids))
        .order_by(col(VetoClaim.veto), col(VetoClaim.id))
    ):
        claims[claim.review_id].append(scoring.VetoClaim(claim.veto, claim.ground))
    return {
        review.id: ReviewSheet(tuple(scores[review.id]), tuple(claims[review.id]), review.opinion)
        for review in reviews
    }
