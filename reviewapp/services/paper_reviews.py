"""Reviews on paper (代录): typed in from a signed sheet by one officer, confirmed by another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from reviewapp.db.models import Assignment, Report, Review, Round
from reviewapp.domain import scoring
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.services import audit, reviews, uploads
from reviewapp.services.review_sheets import rubric_of_review, sheet_of


def enter(
    session: Session,
    assignment_id: UUID,
    scan: tuple[str, int, str],
    *,
    actor: Identity,
    now: datetime,
) -> Review:
    """Begin to type a signed sheet in; `scan` is its hash, size in bytes and media type.

    The signature on the sheet stands for the declaration of no conflict as well. A draft that the
    expert has only opened gives way to the sheet; Conflict where something was saved in it.
    """
    if not actor.may(Permission.REVIEW_ENTER) or actor.id is None:
        raise NotAllowed(N_("Only an officer may do this."))
    assignment = session.get(Assignment, assignment_id)
    if assignment is None or assignment.state != "assigned":
        raise NotFound(N_("There is no such assignment."))
    report = session.get_one(Report, assignment.report_id)
    if report.state != "taken-in":
        raise NotFound(N_("There is no such assignment."))
    round_ = session.get_one(Round, report.round_id)
    require_phase(round_.phase, Act.PAPER_ENTER)
    begun = session.exec(select(Review.id).where(Review.assignment_id == assignment_id)).first()
    review = reviews.locked(session, begun) if begun is not None else None
    if review is not None and (
        review.paper_entered_by is not None or not reviews.is_untouched(review)
    ):
        raise Conflict(N_("The review of this assignment has been begun already."))
    sha256, size_bytes, media_type = scan
    uploads.enter(session, sha256, size_bytes, media_type, now=now)
    review = review or reviews.make_draft(session, assignment, report, round_, now=now)
    # The sheet is about the report as it is now, whatever version was opened before.
    review.report_version = report.current_version
    review.paper_sha256, review.paper_entered_by = sha256, actor.id
    session.add(review)
    session.flush()
    audit.record_about(session, "review.paper-begun", report, actor, now)
    return review


def confirm(session: Session, review_id: UUID, *, actor: Identity, now: datetime) -> Review:
    """Confirm as a second person that what was typed in is what the sheet says; it is submitted.

    Raises Incomplete with everything that the sheet lacks.
    """
    review, report = _waiting(session, review_id, actor)
    if review.paper_entered_by == actor.id:
        raise NotAllowed(N_("Who typed the sheet in cannot confirm it."))
    scoring.require_complete(sheet_of(session, review), rubric_of_review(session, review))
    review.paper_confirmed_by, review.paper_confirmed_at = actor.id, now
    session.add(review)
    session.flush()
    audit.record_about(session, "review.paper-confirmed", report, actor, now)
    return reviews.freeze(session, review, actor=actor, now=now)


def send_back(
    session: Session, review_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Review:
    """Tell who typed the sheet in what differs from it."""
    review, report = _waiting(session, review_id, actor)
    if not reason.strip():
        raise Invalid(N_("Say what differs from the sheet."), field="reason")
    review.reopened_reason = reason.strip()
    session.add(review)
    session.flush()
    audit.record_about(
        session, "review.paper-sent-back", report, actor, now, after={"reason": reason.strip()}
    )
    return review


def _waiting(session: Session, review_id: UUID, actor: Identity) -> tuple[Review, Report]:
    if not actor.may(Permission.REVIEW_ENTER):
        raise NotAllowed(N_("Only an officer may do this."))
    review = reviews.locked(session, review_id)
    if review is None or review.paper_entered_by is None or review.state != "draft":
        raise NotFound(N_("There is no such review."))
    assignment = session.get_one(Assignment, review.assignment_id)
    report = session.get_one(Report, assignment.report_id)
    require_phase(session.get_one(Round, report.round_id).phase, Act.PAPER_ENTER)
    return review, report
