"""A series rated alike: one criterion across an expert's own reviews of a round.

Only reviews that were begun are here, so that nothing is told of a report before its declaration;
a draft that an officer types in from paper is not the expert's to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Assignment,
    Evidence,
    Report,
    ReportVersion,
    Review,
    Round,
    Score,
)
from reviewapp.db.queries.reviews import EvidenceLine, ScoreLine
from reviewapp.db.queries.rubrics import rubric_by_hash
from reviewapp.domain.evidence import Citation
from reviewapp.domain.policy import Identity
from reviewapp.domain.rubric import Criterion, Level, Rubric
from reviewapp.domain.series import Spread, spread


@dataclass(frozen=True)
class SeriesRow:
    """One of the expert's own reviews with what stands on every criterion."""

    review_id: UUID
    assignment_id: UUID
    report_id: UUID
    title: str
    unit: str
    pages: int | None
    report_version: int
    state: str  # draft, submitted
    is_paper: bool
    is_reopened: bool
    opened_at: datetime
    submitted_at: datetime | None
    total_hundredths: int | None
    rating: str | None
    scores: dict[str, ScoreLine] = field(default_factory=dict)
    rated_at: dict[str, datetime] = field(default_factory=dict)  # first saved, by criterion
    evidence: dict[str, tuple[EvidenceLine, ...]] = field(default_factory=dict)

    def line(self, criterion: str) -> ScoreLine:
        """Return what stands on a criterion, version 0 while nothing is saved."""
        return self.scores.get(criterion, ScoreLine())

    def is_full(self, rubric: Rubric) -> bool:
        """Whether every criterion is scored and has full marks."""
        return all(self.line(one.id).points == one.max_points for one in rubric.criteria)


@dataclass(frozen=True)
class Series:
    """The expert's own reviews of one round by one rubric."""

    round_id: UUID
    round_title: str
    phase: str
    rubric: Rubric
    rubric_hash: str
    others: tuple[tuple[str, Rubric, int], ...]  # other rubrics of one's reviews: hash, count
    rows: tuple[SeriesRow, ...]
    ready: int  # declared, not begun
    undeclared: int

    def spread(self, criterion: Criterion) -> Spread:
        """Return the statistics of one's own points on a criterion, in the order of rating."""
        lines = self.in_order(criterion)
        return spread([one.line(criterion.id).points for one in lines], criterion.max_points)

    def in_order(self, criterion: Criterion, *, by_points: bool = False) -> tuple[SeriesRow, ...]:
        """Return the rows as they were rated, or by points from most to least; unrated last."""

        def key(row: SeriesRow) -> tuple[Any, ...]:
            rated, points = row.rated_at.get(criterion.id), row.line(criterion.id).points
            moment = rated or row.opened_at
            if by_points:
                return (points is None, -(points or 0), moment, row.title)
            return (rated is None, moment, row.title)

        return tuple(sorted(self.rows, key=key))

    def at_level(self, criterion: Criterion, level: Level) -> tuple[SeriesRow, ...]:
        """Return the rows whose points earn a level of a criterion."""
        return tuple(
            row
            for row in self.in_order(criterion, by_points=True)
            if (points := row.line(criterion.id).points) is not None
            and criterion.level_at(points) == level
        )


def own_rounds(session: Session, who: Identity) -> tuple[tuple[UUID, str, int], ...]:
    """Return the rounds in which the expert has begun reviews, with how many, newest first."""
    if who.expert_id is None:
        return ()
    rows = session.execute(
        sa.select(col(Round.id), col(Round.title), sa.func.count(col(Review.id)))
        .select_from(Review)
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .where(*_own(who), _is_readable())
        .group_by(col(Round.id), col(Round.title), col(Round.year), col(Round.created_at))
        .order_by(col(Round.year).desc(), col(Round.created_at).desc(), col(Round.id))
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


def series_of(session: Session, review_id: UUID, who: Identity) -> tuple[UUID, str] | None:
    """Return round and rubric of one of the expert's own reviews, or None."""
    if who.expert_id is None:
        return None
    row = session.execute(
        sa.select(col(Report.round_id), col(Review.rubric_hash))
        .select_from(Review)
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .where(col(Review.id) == review_id, *_own(who), _is_readable())
    ).one_or_none()
    return (row[0], row[1]) if row else None


def series(session: Session, who: Identity, round_id: UUID, rubric_hash: str = "") -> Series | None:
    """Return the expert's own reviews of a round by one rubric, by default the commonest.

    None where the expert has begun none there.
    """
    if who.expert_id is None:
        return None
    found = _reviews(session, who, round_id)
    if not found:
        return None
    counts: dict[str, int] = defaultdict(int)
    for review, *_rest in found:
        counts[review.rubric_hash] += 1
    if rubric_hash not in counts:
        rubric_hash = max(counts, key=lambda one: (counts[one], one))
    chosen = [one for one in found if one[0].rubric_hash == rubric_hash]
    ids = [one[0].id for one in chosen]
    scores, rated, cited = *_scores(session, ids), _evidence(session, ids)
    round_ = session.get_one(Round, round_id)
    ready, undeclared = _not_begun(session, who, round_id)
    return Series(
        round_id=round_id,
        round_title=round_.title,
        phase=round_.phase,
        rubric=rubric_by_hash(session, rubric_hash),
        rubric_hash=rubric_hash,
        others=tuple(
            (key, rubric_by_hash(session, key), count)
            for key, count in sorted(counts.items())
            if key != rubric_hash
        ),
        rows=tuple(
            _row(review, report, pages, scores[review.id], rated[review.id], cited[review.id])
            for review, report, pages in chosen
        ),
        ready=ready,
        undeclared=undeclared,
    )


def ready_assignments(
    session: Session, who: Identity, round_id: UUID, *, without: Collection[str] = ()
) -> tuple[UUID, ...]:
    """Return the declared assignments of a round whose reviews are not begun, but some kinds'."""
    rows = session.execute(
        sa.select(col(Assignment.id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(
            *_own(who),
            col(Report.round_id) == round_id,
            col(Review.id).is_(None),
            col(Assignment.declared_at).is_not(None),
            col(Report.kind).not_in(without),
        )
        .order_by(col(Report.title), col(Assignment.id))
    )
    return tuple(row[0] for row in rows)


def ready_titles(session: Session, who: Identity, round_id: UUID, kind: str) -> tuple[str, ...]:
    """Return the titles of the declared reports of a kind whose reviews are not begun."""
    rows = session.execute(
        sa.select(col(Report.title))
        .join(Assignment, col(Assignment.report_id) == col(Report.id))
        .where(
            col(Assignment.id).in_(ready_assignments(session, who, round_id)),
            col(Report.kind) == kind,
        )
        .order_by(col(Report.title), col(Report.id))
    )
    return tuple(row[0] for row in rows)


def _own(who: Identity) -> tuple[Any, ...]:
    return (
        col(Assignment.expert_id) == who.expert_id,
        col(Assignment.state) == "assigned",
        col(Report.state) == "taken-in",
    )


def _is_readable() -> sa.ColumnElement[bool]:
    # What an officer is typing in from paper is nobody else's until it is confirmed.
    return sa.or_(col(Review.state) == "submitted", col(Review.paper_entered_by).is_(None))


def _reviews(
    session: Session, who: Identity, round_id: UUID
) -> list[tuple[Review, Report, int | None]]:
    rows = session.execute(
        sa.select(Review, Report, ReportVersion.pages)  # type: ignore[call-overload]
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(
            ReportVersion,
            sa.and_(
                col(ReportVersion.report_id) == col(Report.id),
                col(ReportVersion.number) == col(Review.report_version),
            ),
        )
        .where(
            *_own(who),
            col(Report.round_id) == round_id,
            _is_readable(),
        )
        .order_by(col(Report.title), col(Review.id))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _row(
    review: Review,
    report: Report,
    pages: int | None,
    scores: dict[str, ScoreLine],
    rated: dict[str, datetime],
    cited: dict[str, tuple[EvidenceLine, ...]],
) -> SeriesRow:
    return SeriesRow(
        review_id=review.id,
        assignment_id=review.assignment_id,
        report_id=report.id,
        title=report.title,
        unit=report.unit,
        pages=pages,
        report_version=review.report_version,
        state=review.state,
        is_paper=review.paper_entered_by is not None,
        is_reopened=review.reopened_at is not None,
        opened_at=review.created_at,
        submitted_at=review.submitted_at,
        total_hundredths=review.total_hundredths,
        rating=review.rating,
        scores=scores,
        rated_at=rated,
        evidence=cited,
    )


def _scores(
    session: Session, review_ids: Collection[UUID]
) -> tuple[dict[UUID, dict[str, ScoreLine]], dict[UUID, dict[str, datetime]]]:
    lines: dict[UUID, dict[str, ScoreLine]] = defaultdict(dict)
    rated: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    for row in session.exec(select(Score).where(col(Score.review_id).in_(review_ids))):
        lines[row.review_id][row.criterion] = ScoreLine(
            row.points_hundredths, row.reason, row.version, row.saved_at
        )
        rated[row.review_id][row.criterion] = row.created_at
    return lines, rated


def _evidence(
    session: Session, review_ids: Collection[UUID]
) -> dict[UUID, dict[str, tuple[EvidenceLine, ...]]]:
    cited: dict[UUID, dict[str, tuple[EvidenceLine, ...]]] = defaultdict(dict)
    for row in session.exec(
        select(Evidence)
        .where(col(Evidence.review_id).in_(review_ids), col(Evidence.removed_at).is_(None))
        .order_by(col(Evidence.number))
    ):
        own = cited[row.review_id]
        before = own.get(row.criterion, ())
        citation = Citation(
            row.page, row.quote, row.sha256, row.report_version, lost_in=row.lost_in
        )
        own[row.criterion] = (*before, EvidenceLine(row.id, len(before) + 1, citation))
    return cited


def _not_begun(session: Session, who: Identity, round_id: UUID) -> tuple[int, int]:
    """Count the assignments without a review: declared ones, and those not declared on yet."""
    declared = col(Assignment.declared_at)
    row = session.execute(
        sa.select(sa.func.count(declared), sa.func.count(col(Assignment.id)))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(*_own(who), col(Report.round_id) == round_id, col(Review.id).is_(None))
    ).one()
    return row[0], row[1] - row[0]
