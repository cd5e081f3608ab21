"""Saving a review piece by piece.

Every save names the version of its field that it was made from. A save from an older one is
refused with what was sent, what is stored, and what both were made from; one that says what is
stored or kept already is no conflict, since its answer may have been lost on the way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.base import metadata
from reviewapp.db.models import Assignment, Report, Review, Round, VetoClaim
from reviewapp.domain.errors import N_, Conflict, Invalid, NotFound
from reviewapp.domain.lifecycle import Act, ReviewState, advance, require_phase
from reviewapp.domain.policy import Identity, Role
from reviewapp.domain.scoring import parse_points
from reviewapp.services import review_states
from reviewapp.services.review_sheets import rubric_of_review
from reviewapp.services.review_states import Value, score_value, veto_value

MAX_REASON = 2000  # characters
MAX_OPINION = 8000
_WRITTEN = ("points_hundredths", "reason", "version", "saved_at")

# A review saves itself twice a second, so what a save asks and writes is put together once.
_SCORES = metadata.tables["score"]
_DRAFT = (
    sa.select(
        Review,
        Assignment.expert_id,
        Assignment.state,
        Report.state,
        Round.phase,
    )  # type: ignore[call-overload]
    .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
    .join(Report, col(Report.id) == col(Assignment.report_id))
    .join(Round, col(Round.id) == col(Report.round_id))
    .where(col(Review.id) == sa.bindparam("review"))
    .with_for_update(of=Review)
    .execution_options(populate_existing=True)
)
_THIS = (
    _SCORES.c.review_id == sa.bindparam("this_review"),
    _SCORES.c.criterion == sa.bindparam("this_criterion"),
)
_STORED = sa.select(
    _SCORES.c.version, _SCORES.c.points_hundredths, _SCORES.c.reason, _SCORES.c.saved_at
).where(*_THIS)
_RAISE = sa.update(_SCORES).where(*_THIS).values({name: sa.bindparam(name) for name in _WRITTEN})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tab and line break


class StaleSave(Conflict):
    """Somebody, or another window, saved this since.

    `sent` is what was refused, `stored` what stands at `version`, and `before` what `sent` was
    made from, None where that state was not kept.
    """

    def __init__(
        self,
        field: str,
        stored: Mapping[str, str],
        sent: Mapping[str, str],
        version: int,
        before: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            N_("This was saved elsewhere meanwhile. Both texts are here: choose one."),
            field=field,
        )
        self.stored, self.sent, self.version = dict(stored), dict(sent), version
        self.before = dict(before) if before is not None else None


@dataclass(frozen=True)
class Saved:
    """What was stored: the new version and the moment; `refused` says what of it was not."""

    version: int
    saved_at: datetime
    refused: Invalid | None = None


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
    keeps_reason: bool = False,
) -> Saved:
    """Save points and reason on one criterion; `version` is the one that was read, 0 if none.

    Empty points are kept as not given yet. Raises Invalid for impossible points, StaleSave when
    a newer version is stored. With `keeps_reason` a reason is saved beside impossible points:
    the points stay as they were, and `refused` says why.
    """
    review = own_draft(session, review_id, actor)
    found = rubric_of_review(session, review).criterion(criterion)
    text = _text(reason, MAX_REASON, f"reason-{criterion}")
    this = {"this_review": review_id, "this_criterion": criterion}
    stored = session.execute(_STORED, this).one_or_none()
    refused = None
    try:
        given = (
            parse_points(points, found.max_points, field=f"points-{criterion}")
            if points.strip()
            else None
        )
    except Invalid as error:
        if not keeps_reason:
            raise
        given, refused = stored.points_hundredths if stored else None, error
    if stored and (stored.points_hundredths, stored.reason) == (given, text):
        return Saved(stored.version, stored.saved_at, refused)  # sent twice, or nothing new
    field, after = f"criterion-{criterion}", score_value(given, text)
    before = score_value(stored.points_hundredths, stored.reason) if stored else {}
    at = stored.version if stored else 0
    if version != at:
        sent = {"points": points, "reason": reason}
        shown = before or score_value(None, "")
        return _late(session, review, criterion, (field, after, version), (shown, sent, at), now)
    if refused and not stored and not text:
        raise refused
    values = {"points_hundredths": given, "reason": text, "version": at + 1, "saved_at": now}
    if stored:
        session.execute(_RAISE, {**this, **values})
    else:
        key = {"id": uuid4(), "created_at": now, "review_id": review_id, "criterion": criterion}
        session.execute(sa.insert(_SCORES), {**key, **values})
    review_states.keep(session, review, {field: (before, after, at + 1)}, actor=actor, now=now)
    return Saved(at + 1, now, refused)


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
    at = review.vetoes_version
    field, before = f"veto-{veto}", veto_value(row.ground if row else None)
    after = veto_value(text if claimed else None)
    if before == after:
        # The newest version may tell of another veto, which the sender has not seen.
        is_own = review_states.is_kept(session, review_id, field, version + 1, after)
        return Saved(version + 1 if is_own else min(version, at), now)
    if version != at:
        sent = {"claimed": "1" if claimed else "", "ground": ground}
        return _late(session, review, field, (field, after, version), (before, sent, at), now)
    if claimed:
        row = row or VetoClaim(created_at=now, review_id=review_id, veto=veto)
        row.ground = text
        session.add(row)
    elif row is not None:
        session.delete(row)
    session.flush()
    changes = {field: (before, after, at + 1)}
    review_states.keep(session, review, changes, actor=actor, now=now, vetoes_version=at + 1)
    return Saved(at + 1, now)


def save_opinion(
    session: Session, review_id: UUID, text: str, *, version: int, actor: Identity, now: datetime
) -> Saved:
    """Save the overall opinion. Raises StaleSave when a newer version is stored."""
    review = own_draft(session, review_id, actor)
    kept, at = _text(text, MAX_OPINION, "opinion"), review.opinion_version
    if review.opinion == kept and at:
        return Saved(at, now)
    before, after = {"opinion": review.opinion}, {"opinion": kept}
    if version != at:
        made = ("opinion", after, version)
        return _late(session, review, "opinion", made, (before, {"opinion": text}, at), now)
    review_states.keep(
        session,
        review,
        {"opinion": (before if at else {}, after, at + 1)},
        actor=actor,
        now=now,
        opinion=kept,
        opinion_version=at + 1,
    )
    return Saved(at + 1, now)


def own_draft(session: Session, review_id: UUID, actor: Identity) -> Review:
    """Return one's own draft that may be written now, held for this transaction.

    NotFound for others; Conflict when it is submitted or the phase does not allow it. Without the
    lock a save on PostgreSQL could still change a score after another transaction has added the
    scores up and submitted them.
    """
    found = session.execute(_DRAFT, {"review": review_id}).one_or_none()
    if found is None:
        raise NotFound(N_("There is no such review."))
    review, expert_id, assigned, report_state, phase = found
    is_own = actor.role is Role.EXPERT and expert_id == actor.expert_id
    # A sheet on paper is written by the officer who types it in, until it is confirmed.
    is_typist = review.paper_entered_by is not None and review.paper_entered_by == actor.id
    if review.paper_entered_by is not None:
        is_own = False
    if not (is_own or is_typist) or assigned != "assigned" or report_state != "taken-in":
        raise NotFound(N_("There is no such review."))
    advance(ReviewState(review.state), "save")
    if is_typist:
        require_phase(phase, Act.PAPER_ENTER)
    else:
        act = Act.REVIEW_REVISE if review.reopened_at is not None else Act.REVIEW
        require_phase(phase, act)
    return review  # type: ignore[no-any-return]


def locked(session: Session, review_id: UUID) -> Review | None:
    """Return the review, held for this transaction, or None."""
    return session.get(Review, review_id, with_for_update=True, populate_existing=True)


def _late(
    session: Session,
    review: Review,
    name: str,
    made: tuple[str, Value, int],
    shown: tuple[Value, Mapping[str, str], int],
    now: datetime,
) -> Saved:
    """Refuse a save that comes too late, unless it is one that was stored and went unanswered."""
    field, after, version = made
    stored, sent, at = shown
    if version < at and review_states.is_kept(session, review.id, field, version + 1, after):
        return Saved(version + 1, now)
    before = review_states.value_at(session, review.id, field, version) if version else {}
    raise StaleSave(name, stored, sent, at, before)


def _text(text: str, limit: int, field: str) -> str:
    # PostgreSQL keeps no NUL, and no control sign is ever meant. Blanks at the end stay: who is
    # in the middle of a sentence has typed them.
    kept = _CONTROL.sub("", text.replace("\r\n", "\n"))
    if len(kept) > limit:
        raise Invalid(N_("At most %(limit)s characters fit here."), field=field, limit=limit)
    return kept if kept.strip() else ""
