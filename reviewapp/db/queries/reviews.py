"""Reviews as their writers see them, and submitted ones as others may.

A draft is read by nobody but who writes it: every query here asks whose it is, or for submitted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Account,
    Agency,
    Assignment,
    Evidence,
    Expert,
    Report,
    ReportVersion,
    Review,
    Round,
    RoundPhase,
    Score,
    VetoClaim,
)
from reviewapp.db.queries.rubrics import rubric_by_hash
from reviewapp.domain import scoring
from reviewapp.domain.evidence import Citation
from reviewapp.domain.policy import Identity
from reviewapp.domain.rubric import Band, Rubric, bands_from_json
from reviewapp.domain.scoring import ReviewSheet, Totals


@dataclass(frozen=True)
class EvidenceLine:
    """A passage cited on a criterion, with the number that it bears there."""

    id: UUID
    number: int
    citation: Citation


@dataclass(frozen=True)
class ScoreLine:
    """What stands on one criterion; points in hundredths, `version` 0 while nothing is saved."""

    points: int | None = None
    reason: str = ""
    version: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True)
class ReviewPage:
    """One review with everything that its form or its reading view needs."""

    id: UUID
    assignment_id: UUID
    report_id: UUID
    report_title: str
    report_kind: str
    report_unit: str
    report_state: str
    evaluation_grade: str | None  # the project's, as the report states it
    stated_score_hundredths: int | None
    agency: str
    report_version: int
    current_version: int
    pages: int
    version_id: UUID
    round_id: UUID
    round_title: str
    phase: str
    hides_findings: bool
    due: date | None
    expert: str
    expert_id: UUID
    state: str
    rubric: Rubric
    bands: tuple[Band, ...]
    scores: dict[str, ScoreLine]
    evidence: dict[str, tuple[EvidenceLine, ...]]  # by criterion
    vetoes: dict[str, str]
    vetoes_version: int
    opinion: str
    opinion_version: int
    saved_at: datetime | None
    submitted_at: datetime | None
    total_hundredths: int | None
    rating: str | None
    reopened_reason: str
    paper_sha256: str | None
    paper_entered_by: UUID | None
    paper_confirmed_by: UUID | None
    paper_names: tuple[str, str]  # who typed it in, who checked it

    @property
    def sheet(self) -> ReviewSheet:
        """The review as the arithmetic sees it."""
        return ReviewSheet(
            scores=tuple(
                scoring.Score(
                    key,
                    line.points,
                    line.reason,
                    tuple(one.citation for one in self.evidence.get(key, ())),
                )
                for key, line in self.scores.items()
            ),
            vetoes=tuple(scoring.VetoClaim(key, ground) for key, ground in self.vetoes.items()),
            opinion=self.opinion,
        )

    @property
    def totals(self) -> Totals:
        """The live sums and rating."""
        return scoring.totals(self.sheet, self.rubric, self.bands)

    @property
    def is_paper(self) -> bool:
        """Whether it was typed in from a signed sheet (代录)."""
        return self.paper_entered_by is not None


def own_page(session: Session, review_id: UUID, who: Identity) -> ReviewPage | None:
    """Return a review to who writes it: its expert, or who types it in from paper; else None."""
    page = _page(session, review_id)
    if page is None:
        return None
    if page.is_paper and page.state == "draft":
        return page if page.paper_entered_by == who.id else None
    return page if who.expert_id is not None and page.expert_id == who.expert_id else None


def submitted_page(session: Session, review_id: UUID) -> ReviewPage | None:
    """Return a submitted review, for those who may read submitted ones."""
    page = _page(session, review_id)
    return page if page is not None and page.state == "submitted" else None


def paper_page(session: Session, review_id: UUID, who: Identity) -> ReviewPage | None:
    """Return a review typed in from paper that waits for a second person, to that person."""
    page = _page(session, review_id)
    if page is None or not page.is_paper or page.state != "draft":
        return None
    return page if page.paper_entered_by != who.id else None


# A review saves itself twice a second and each save answers with the sums.
_LIVE = (
    sa.select(
        col(Review.rubric_hash),
        col(Review.vetoes_version),
        col(Round.bands),
        col(Score.criterion),
        col(Score.points_hundredths),
    )
    .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
    .join(Report, col(Report.id) == col(Assignment.report_id))
    .join(Round, col(Round.id) == col(Report.round_id))
    .outerjoin(Score, col(Score.review_id) == col(Review.id))
    .where(col(Review.id) == sa.bindparam("review"))
)
_CLAIMED = sa.select(col(VetoClaim.veto)).where(col(VetoClaim.review_id) == sa.bindparam("review"))


def live_totals(session: Session, review_id: UUID) -> Totals:
    """Return the sums of a review as it stands; for the answer to a save, which asks no more."""
    rows = session.execute(_LIVE, {"review": review_id}).all()
    rubric_hash, vetoes_version, bands, _criterion, _points = rows[0]
    claimed = session.scalars(_CLAIMED, {"review": review_id}).all() if vetoes_version else []
    sheet = ReviewSheet(
        scores=tuple(scoring.Score(row[3], row[4]) for row in rows if row[3] is not None),
        vetoes=tuple(scoring.VetoClaim(veto) for veto in claimed),
    )
    return scoring.totals(sheet, rubric_by_hash(session, rubric_hash), bands_from_json(bands))


def review_of(session: Session, assignment_id: UUID) -> UUID | None:
    """Return the review of an assignment, if it was begun."""
    return session.exec(
        select(Review.id).where(Review.assignment_id == assignment_id)
    ).one_or_none()


def _page(session: Session, review_id: UUID) -> ReviewPage | None:
    found = session.execute(
        sa.select(
            Review,
            Assignment,
            Report,
            Round,
            Expert.name,
            Agency.name,
            ReportVersion,
        )  # type: ignore[call-overload]
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .join(
            ReportVersion,
            sa.and_(
                col(ReportVersion.report_id) == col(Report.id),
                col(ReportVersion.number) == col(Review.report_version),
            ),
        )
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .where(col(Review.id) == review_id, col(Assignment.state) == "assigned")
    ).one_or_none()
    if found is None:
        return None
    review, assignment, report, round_, expert, agency, version = found
    scores = {
        row.criterion: ScoreLine(row.points_hundredths, row.reason, row.version, row.saved_at)
        for row in session.exec(select(Score).where(Score.review_id == review_id))
    }
    vetoes = {
        row.veto: row.ground
        for row in session.exec(
            select(VetoClaim).where(VetoClaim.review_id == review_id).order_by(col(VetoClaim.veto))
        )
    }
    due = session.execute(
        sa.select(col(RoundPhase.ends_on)).where(
            col(RoundPhase.round_id) == round_.id, col(RoundPhase.phase) == "rating"
        )
    ).scalar_one_or_none()
    names = dict(
        session.execute(
            sa.select(col(Account.id), col(Account.name)).where(
                col(Account.id).in_(
                    [key for key in (review.paper_entered_by, review.paper_confirmed_by) if key]
                )
            )
        ).all()
    )
    return ReviewPage(
        id=review.id,
        assignment_id=assignment.id,
        report_id=report.id,
        report_title=report.title,
        report_kind=report.kind,
        report_unit=report.unit,
        report_state=report.state,
        evaluation_grade=report.evaluation_grade,
        stated_score_hundredths=report.stated_score_hundredths,
        agency=agency or "",
        report_version=review.report_version,
        current_version=report.current_version,
        pages=version.pages or 1,
        version_id=version.id,
        round_id=round_.id,
        round_title=round_.title,
        phase=round_.phase,
        hides_findings=round_.hides_findings,
        due=assignment.due_on or due,
        expert=expert,
        expert_id=assignment.expert_id,
        state=review.state,
        rubric=rubric_by_hash(session, review.rubric_hash),
        bands=bands_from_json(round_.bands),
        scores=scores,
        evidence=_evidence(session, review_id),
        vetoes=vetoes,
        vetoes_version=review.vetoes_version,
        opinion=review.opinion,
        opinion_version=review.opinion_version,
        saved_at=review.saved_at,
        submitted_at=review.submitted_at,
        total_hundredths=review.total_hundredths,
        rating=review.rating,
        reopened_reason=review.reopened_reason,
        paper_sha256=review.paper_sha256,
        paper_entered_by=review.paper_entered_by,
        paper_confirmed_by=review.paper_confirmed_by,
        paper_names=(
            names.get(review.paper_entered_by, ""),
            names.get(review.paper_confirmed_by, ""),
        ),
    )


def _evidence(session: Session, review_id: UUID) -> dict[str, tuple[EvidenceLine, ...]]:
    lines: dict[str, list[EvidenceLine]] = defaultdict(list)
    for row in session.exec(
        select(Evidence)
        .where(Evidence.review_id == review_id, col(Evidence.removed_at).is_(None))
        .order_by(col(Evidence.number))
    ):
        box = (row.box[0], row.box[1], row.box[2], row.box[3]) if len(row.box) == 4 else None
        cited = Citation(row.page, row.quote, row.sha256, row.report_version, box, row.lost_in)
        own = lines[row.criterion]
        own.append(EvidenceLine(row.id, len(own) + 1, cited))
    return {criterion: tuple(own) for criterion, own in lines.items()}
