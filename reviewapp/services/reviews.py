"""Reviews (评审): one expert's work on one report, saved piece by piece, frozen when submitted.

Every save names the version it was made from. A save from an older one is refused with both
texts, so that neither of two windows loses what was typed; one that says the same as what is
stored is no conflict, since its answer may have been lost on the way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
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
    Score,
    VetoClaim,
)
from reviewapp.domain import scoring
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, ReviewState, advance, require_phase
from reviewapp.domain.policy import Identity, Permission, Role
from reviewapp.domain.rubric import canonical_json, format_points
from reviewapp.domain.scoring import ReviewSheet, Totals, parse_points
from reviewapp.services import audit, settlement
from reviewapp.services.review_sheets import rubric_of_review, sheet_of
from reviewapp.services.round_rules import bands_of, rubric_version_of

MAX_REASON = 2000  # characters
MAX_OPINION = 8000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tab and line break


class StaleSave(Conflict):
    """Somebody, or another window, saved this since; `stored` and `sent` are both kept."""

    def __init__(
        self, field: str, stored: Mapping[str, str], sent: Mapping[str, str], version: int
    ) -> None:
        super().__init__(
            N_("This was saved elsewhere meanwhile. Both texts are here: choose one."),
            field=field,
        )
        self.stored, self.sent, self.version = dict(stored), dict(sent), version


@dataclass(frozen=True)
class Saved:
    """What was stored: the new version and the moment."""

    version: int
    saved_at: datetime


def open_review(session: Session, assignment_id: UUID, *, actor: Identity, now: datetime) -> Review:
    """Return the review of one's own assignment, making the draft at the first opening.

    Needs the declaration of no conflict. NotFound for everybody else's assignment; Conflict while
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


def save_score(
    session: Session,
    review_id: UUID,
    criterion: str,
    *,
    points: str,
    reason: str,
    version: int,
    actor: Identity,
    now: datetime,
) -> Saved:
    """Save points and reason on one criterion; `version` is the one that was read, 0 if none.

    Empty points are kept as not given yet. Raises Invalid for impossible points, StaleSave when
    a newer version is stored.
    """
    review = own_draft(session, review_id, actor)
    found = rubric_of_review(session, review).criterion(criterion)
    given = (
        parse_points(points, found.max_points, field=f"points-{criterion}")
        if points.strip()
        else None
    )
    text = _text(reason, MAX_REASON, f"reason-{criterion}")
    stored = _stored_score(session, review_id, criterion)
    if stored and (stored.points_hundredths, stored.reason) == (given, text):
        return Saved(stored.version, stored.saved_at)  # sent twice; nothing newer was made of it
    if version == 0:
        saved = _first_score(session, review, criterion, given, text, now)
    else:
        result = session.execute(
            sa.update(Score)
            .where(
                col(Score.review_id) == review_id,
                col(Score.criterion) == criterion,
                col(Score.version) == version,
            )
            .values(points_hundredths=given, reason=text, version=version + 1, saved_at=now)
            .execution_options(synchronize_session=False)
        )
        saved = result.rowcount == 1  # type: ignore[attr-defined]
    if not saved:
        stored = _stored_score(session, review_id, criterion)
        shown = _plain_points(stored.points_hundredths) if stored else ""
        raise StaleSave(
            criterion,
            {"points": shown, "reason": stored.reason if stored else ""},
            {"points": points, "reason": reason},
            stored.version if stored else 0,
        )
    _touch(session, review, now)
    return Saved(version + 1, now)


def _stored_score(session: Session, review_id: UUID, criterion: str) -> Score | None:
    return session.exec(
        select(Score)
        .where(Score.review_id == review_id, Score.criterion == criterion)
        .execution_options(populate_existing=True)
    ).one_or_none()


def save_veto(
    session: Session,
    review_id: UUID,
    veto: str,
    *,
    claimed: bool,
    ground: str,
    version: int,
    actor: Identity,
    now: datetime,
) -> Saved:
    """Claim a veto with its ground, or take the claim back. One version covers all vetoes."""
    review = own_draft(session, review_id, actor)
    rubric_of_review(session, review).veto(veto)
    text = _text(ground, MAX_REASON, f"veto-{veto}")
    row = session.exec(
        select(VetoClaim).where(VetoClaim.review_id == review_id, VetoClaim.veto == veto)
    ).one_or_none()
    if claimed == (row is not None) and (row is None or row.ground == text):
        return Saved(review.vetoes_version, now)
    if not _raise_version(session, review, "vetoes_version", version, now):
        raise StaleSave(
            f"veto-{veto}",
            {"claimed": "1" if row else "", "ground": row.ground if row else ""},
            {"claimed": "1" if claimed else "", "ground": ground},
            review.vetoes_version,
        )
    if claimed:
        row = row or VetoClaim(created_at=now, review_id=review_id, veto=veto)
        row.ground = text
        session.add(row)
    elif row is not None:
        session.delete(row)
    session.flush()
    return Saved(version + 1, now)


def save_opinion(
    session: Session, review_id: UUID, text: str, *, version: int, actor: Identity, now: datetime
) -> Saved:
    """Save the overall opinion. Raises StaleSave when a newer version is stored."""
    review = own_draft(session, review_id, actor)
    kept = _text(text, MAX_OPINION, "opinion")
    if review.opinion == kept and review.opinion_version:
        return Saved(review.opinion_version, now)
    if not _raise_version(session, review, "opinion_version", version, now, opinion=kept):
        raise StaleSave(
            "opinion", {"opinion": review.opinion}, {"opinion": text}, review.opinion_version
        )
    return Saved(version + 1, now)


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
    content = _content(review, assignment, sheet, result)
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
    _record(
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
    _record(
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


def own_draft(session: Session, review_id: UUID, actor: Identity) -> Review:
    """Return one's own draft that may be written now.

    NotFound for others; Conflict when it is submitted or the phase does not allow it.
    """
    review = locked(session, review_id)
    if review is None:
        raise NotFound(N_("There is no such review."))
    assignment, report, round_ = _around(session, review)
    is_own = actor.role is Role.EXPERT and assignment.expert_id == actor.expert_id
    # A sheet on paper is written by the officer who types it in, until it is confirmed.
    is_typist = review.paper_entered_by is not None and review.paper_entered_by == actor.id
    if review.paper_entered_by is not None:
        is_own = False
    if not (is_own or is_typist) or assignment.state != "assigned" or report.state != "taken-in":
        raise NotFound(N_("There is no such review."))
    advance(ReviewState(review.state), "save")
    if is_typist:
        require_phase(round_.phase, Act.PAPER_ENTER)
    else:
        act = Act.REVIEW_REVISE if review.reopened_at is not None else Act.REVIEW
        require_phase(round_.phase, act)
    return review


def locked(session: Session, review_id: UUID) -> Review | None:
    """Return the review, held for this transaction, or None.

    Without the lock a save on PostgreSQL could still change a score after another transaction
    has added the scores up and submitted them.
    """
    return session.get(Review, review_id, with_for_update=True, populate_existing=True)


def is_untouched(review: Review) -> bool:
    """Tell whether nothing was ever saved in the draft."""
    return review.saved_at is None and review.state == "draft"


def _around(session: Session, review: Review) -> tuple[Assignment, Report, Round]:
    assignment = session.get_one(Assignment, review.assignment_id)
    report = session.get_one(Report, assignment.report_id)
    return assignment, report, session.get_one(Round, report.round_id)


def _first_score(
    session: Session,
    review: Review,
    criterion: str,
    points: int | None,
    reason: str,
    now: datetime,
) -> bool:
    try:
        with session.begin_nested():
            session.add(
                Score(
                    created_at=now,
                    review_id=review.id,
                    criterion=criterion,
                    points_hundredths=points,
                    reason=reason,
                    saved_at=now,
                )
            )
    except IntegrityError:
        return False
    return True


def _raise_version(
    session: Session, review: Review, column: str, version: int, now: datetime, **values: Any
) -> bool:
    field = getattr(Review, column)
    result = session.execute(
        sa.update(Review)
        .where(col(Review.id) == review.id, field == version)
        .values(**{column: version + 1, "saved_at": now, **values})
        .execution_options(synchronize_session=False)
    )
    session.refresh(review)
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]


def _touch(session: Session, review: Review, now: datetime) -> None:
    review.saved_at = now
    session.add(review)
    session.flush()


def _content(
    review: Review, assignment: Assignment, sheet: ReviewSheet, result: Totals
) -> dict[str, Any]:
    return {
        "assignment": str(assignment.id),
        "report": str(assignment.report_id),
        "report_version": review.report_version,
        "rubric": review.rubric_hash,
        "scores": [
            {"criterion": one.criterion, "points": one.points, "reason": one.reason}
            for one in sheet.scores
        ],
        "vetoes": [{"veto": one.veto, "ground": one.ground} for one in sheet.vetoes],
        "opinion": sheet.opinion,
        "total": result.points,
        "rating": result.rating,
    }


def _text(text: str, limit: int, field: str) -> str:
    # PostgreSQL keeps no NUL, and no control sign is ever meant.
    kept = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    if len(kept) > limit:
        raise Invalid(N_("At most %(limit)s characters fit here."), field=field, limit=limit)
    return kept


def _plain_points(points: int | None) -> str:
    return "" if points is None else format_points(points)


def _record(
    session: Session,
    kind: str,
    report: Report,
    actor: Identity,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    rubric_version: str = "",
) -> None:
    audit.record(
        session,
        kind,
        actor=actor,
        now=now,
        subject_type="report",
        subject_id=report.id,
        subject_title=report.title,
        round_id=report.round_id,
        before=before,
        after=after,
        rubric_version=rubric_version,
    )
