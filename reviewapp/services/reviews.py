"""Reviews (评审): one expert's work on one report, begun, saved piece by piece, frozen, reopened."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Assignment,
    Report,
    Review,
    ReviewSnapshot,
    Round,
)
from reviewapp.domain import scoring
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, ReviewState, advance, require_phase
from reviewapp.domain.policy import Identity, Permission, Role
from reviewapp.domain.rubric import canonical_json, format_points
from reviewapp.domain.scoring import ReviewSheet, Totals
from reviewapp.services import audit, practice, settlement
from reviewapp.services.review_heads import head_of
from reviewapp.services.review_saving import (
    Saved,
    StaleSave,
    locked,
    own_draft,
    save_opinion,
    save_score,
    save_veto,
)
from reviewapp.services.review_sheets import rubric_of_review, sheet_of
from reviewapp.services.review_states import State, state_of
from reviewapp.services.round_rules import bands_of, rubric_version_of

__all__ = [
    "Saved",
    "StaleSave",
    "freeze",
    "is_untouched",
    "locked",
    "make_draft",
    "open_review",
    "own_draft",
    "reopen",
    "save_opinion",
    "save_score",
    "save_veto",
    "submit",
]


def open_review(session: Session, assignment_id: UUID, *, actor: Identity, now: datetime) -> Review:
    """Return the review of one's own assignment, making the draft at the first opening.

    Needs the declaration of no conflict, and where the round requires calibration the reference
    reports of its kind. NotFound for everybody else's assignment; Conflict while
    an officer types the expert's signed sheet in.
    """
    assignment = session.get(Assignment, assignment_id)
    if (
        assignment is None
        or actor.role is not Role.EXPERT
        or assignment.expert_id != actor.expert_id
        or assignment.state != "assigned"
    ):
        raise NotFound(N_("There is no such assignment."))
    known = session.exec(select(Review).where(Review.assignment_id == assignment_id)).one_or_none()
    if known is not None and known.paper_entered_by is not None and known.state == "draft":
        raise Conflict(N_("An officer is typing in your signed sheet."))
    if known is not None:
        return known
    if assignment.declared_at is None:
        raise Conflict(N_("Say first whether you have a conflict of interest."))
    report = session.get_one(Report, assignment.report_id)
    round_ = session.get_one(Round, report.round_id)
    if report.state != "taken-in":
        raise NotFound(N_("There is no such assignment."))
    require_phase(round_.phase, Act.REVIEW)
    practice.require_done(session, assignment_id)
    return make_draft(session, assignment, report, round_, now=now)


def make_draft(
    session: Session, assignment: Assignment, report: Report, round_: Round, *, now: datetime
) -> Review:
    """Write the empty draft of an assignment's review."""
    row = Review(
        created_at=now,
        assignment_id=assignment.id,
        report_version=report.current_version,
        rubric_hash=rubric_version_of(session, round_, report.kind).content_hash,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Two windows opened it in the same second.
        return session.exec(select(Review).where(Review.assignment_id == assignment.id)).one()
    return row


def submit(session: Session, review_id: UUID, *, actor: Identity, now: datetime) -> Review:
    """Freeze one's own draft. Raises Incomplete with everything that it lacks."""
    review = own_draft(session, review_id, actor)
    if review.paper_entered_by is not None:
        raise Conflict(N_("A second person confirms what was typed in from paper."))
    return freeze(session, review, actor=actor, now=now)


def freeze(session: Session, review: Review, *, actor: Identity, now: datetime) -> Review:
    """Freeze a complete draft: total, rating, snapshot with its hash; then look at settlement."""
    rubric, sheet = rubric_of_review(session, review), sheet_of(session, review)
    scoring.require_complete(sheet, rubric)
    assignment, report, round_ = _around(session, review)
    result = scoring.totals(sheet, rubric, bands_of(round_))
    review.state = advance(ReviewState(review.state), "submit").value
    review.total_hundredths, review.rating = result.points, result.rating
    review.submitted_at = now
    session.add(review)
    number = session.exec(
        select(sa.func.count())
        .select_from(ReviewSnapshot)
        .where(col(ReviewSnapshot.review_id) == review.id)
    ).one()
    content = _content(review, assignment, sheet, result, state_of(session, review))
    content["head"] = head_of(session, review, rubric)
    session.add(
        ReviewSnapshot(
            created_at=now,
            review_id=review.id,
            number=number + 1,
            content=content,
            content_hash=hashlib.sha256(canonical_json(content)).hexdigest(),
        )
    )
    session.flush()
    audit.record_about(
        session,
        "review.submitted",
        report,
        actor,
        now,
        after={"total": format_points(result.points), "rating": result.rating},
        rubric_version=f"{rubric.slug} {rubric.version}",
    )
    settlement.open_if_due(session, report.id, now=now)
    return review


def reopen(
    session: Session, review_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Review:
    """Give a submitted review back to its expert, with a reason; what was submitted is kept."""
    if not actor.may(Permission.SETTLEMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    review = locked(session, review_id)
    if review is None or review.state != "submitted":
        raise NotFound(N_("There is no such review."))
    _assignment, report, round_ = _around(session, review)
    require_phase(round_.phase, Act.REVIEW_REOPEN)
    if not reason.strip():
        raise Invalid(N_("Say why the review is reopened."), field="reason")
    settlement.require_open(session, report.id)
    review.state = advance(ReviewState(review.state), "reopen").value
    before = {"total": format_points(review.total_hundredths or 0), "rating": review.rating}
    review.total_hundredths, review.rating, review.submitted_at = None, None, None
    review.reopened_at, review.reopened_reason = now, reason.strip()
    session.add(review)
    session.flush()
    audit.record_about(
        session,
        "review.reopened",
        report,
        actor,
        now,
        before=before,
        after={"reason": reason.strip()},
    )
    settlement.open_if_due(session, report.id, now=now)
    return review


def is_untouched(review: Review) -> bool:
    """Tell whether nothing was ever saved in the draft."""
    return review.saved_at is None and review.state == "draft"


def _around(session: Session, review: Review) -> tuple[Assignment, Report, Round]:
    assignment = session.get_one(Assignment, review.assignment_id)
    report = session.get_one(Report, assignment.report_id)
    return assignment, report, session.get_one(Round, report.round_id)


def _content(
    review: Review, assignment: Assignment, sheet: ReviewSheet, result: Totals, state: State
) -> dict[str, Any]:
    return {
        "assignment": str(assignment.id),
        "report": str(assignment.report_id),
        "report_version": review.report_version,
        "rubric": review.rubric_hash,
        "scores": [
            {
                "criterion": one.criterion,
                "points": one.points,
                "reason": one.reason,
                "evidence": [citation.to_json() for citation in one.evidence],
            }
            for one in sheet.scores
        ],
        "vetoes": [{"veto": one.veto, "ground": one.ground} for one in sheet.vetoes],
        "opinion": sheet.opinion,
        "total": result.points,
        "rating": result.rating,
        "state_number": review.state_number,
        "fields": state,
    }
