"""Feedback (结果反馈): each agency learns of its own reports before anything is public.

Only the opinion reaches an agency. It may say that it has received the result, and send one
answer per report, which an officer replies to.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Answer, Opinion, Receipt, Report, Round, Settlement
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, OpinionState, advance, require_phase
from reviewapp.domain.policy import Identity, Permission, Role
from reviewapp.services import audit
from reviewapp.services.round_rules import round_of

MAX_ANSWER = 5000  # characters


def not_ready(session: Session, round_id: UUID) -> Conflict | None:
    """Return why feedback cannot begin yet: reports without result or finished opinion."""
    taken_in = (
        select(sa.func.count())
        .select_from(Report)
        .where(col(Report.round_id) == round_id, col(Report.state) == "taken-in")
    )
    total = session.exec(taken_in).one()
    if total == 0:
        return Conflict(N_("The round has no report that was taken in."))
    unsettled = session.exec(
        taken_in.where(
            ~sa.exists().where(
                col(Settlement.report_id) == col(Report.id), col(Settlement.state) == "settled"
            )
        )
    ).one()
    if unsettled:
        return Conflict(N_("%(count)s reports have no settled result yet."), count=unsettled)
    unfinished = session.exec(
        taken_in.where(
            ~sa.exists().where(
                col(Opinion.report_id) == col(Report.id),
                col(Opinion.state).in_(("final", "released")),
            )
        )
    ).one()
    if unfinished:
        return Conflict(N_("%(count)s reports have no finished opinion yet."), count=unfinished)
    return None


def release(session: Session, round_id: UUID, *, actor: Identity, now: datetime) -> int:
    """Release every finished opinion of the round to its agency; return how many.

    Needs the feedback phase, and every report settled with a finished opinion.
    """
    round_ = round_of(session, round_id)
    require_phase(round_.phase, Act.FEEDBACK_RELEASE)
    refusal = not_ready(session, round_id)
    if refusal is not None:
        raise refusal
    rows = session.exec(
        select(Opinion, Report)
        .join(Report, col(Opinion.report_id) == col(Report.id))
        .where(
            col(Report.round_id) == round_id,
            col(Report.state) == "taken-in",
            col(Opinion.state) == "final",
        )
        .order_by(col(Report.title), col(Report.id))
    ).all()
    for opinion, report in rows:
        opinion.state = advance(OpinionState(opinion.state), "release").value
        opinion.released_at = now
        session.add(opinion)
        audit.record_about(session, "opinion.released", report, actor, now)
    session.flush()
    return len(rows)


def confirm_receipt(
    session: Session, report_id: UUID, *, actor: Identity, now: datetime
) -> Receipt:
    """Say for the agency that it has received the preliminary result; twice is once."""
    report = _own(session, report_id, actor, Act.FEEDBACK_ANSWER)
    known = session.exec(select(Receipt).where(Receipt.report_id == report.id)).one_or_none()
    if known is not None:
        return known
    row = Receipt(created_at=now, report_id=report.id, account_id=_hand(actor))
    session.add(row)
    session.flush()
    audit.record_about(session, "result.received", report, actor, now)
    return row


def answer(
    session: Session,
    report_id: UUID,
    text: str,
    *,
    accepts: bool,
    actor: Identity,
    now: datetime,
) -> Answer:
    """Send the agency's one answer on a report. It confirms the receipt as well."""
    report = _own(session, report_id, actor, Act.FEEDBACK_ANSWER)
    text = text.strip()
    if not text and not accepts:
        raise Invalid(N_("Please write the answer."), field="text")
    if len(text) > MAX_ANSWER:
        raise Invalid(
            N_("An answer has at most %(limit)s characters."), field="text", limit=MAX_ANSWER
        )
    if session.exec(select(Answer.id).where(Answer.report_id == report.id)).first() is not None:
        raise Conflict(N_("An answer on this report has been sent already."))
    confirm_receipt(session, report_id, actor=actor, now=now)
    row = Answer(
        created_at=now, report_id=report.id, account_id=_hand(actor), text=text, accepts=accepts
    )
    session.add(row)
    session.flush()
    audit.record_about(
        session, "answer.sent", report, actor, now, after={"accepts": accepts, "text": text}
    )
    return row


def reply(
    session: Session, report_id: UUID, text: str, *, actor: Identity, now: datetime
) -> Answer:
    """Reply to an agency's answer, once. Raises Conflict when there is a reply already."""
    if not actor.may(Permission.FEEDBACK_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    report = session.get(Report, report_id)
    row = session.exec(select(Answer).where(Answer.report_id == report_id)).one_or_none()
    if report is None or row is None:
        raise NotFound(N_("There is no such answer."))
    require_phase(round_of(session, report.round_id).phase, Act.FEEDBACK_REPLY)
    if row.reply:
        raise Conflict(N_("The answer has been replied to already."))
    if not text.strip():
        raise Invalid(N_("Please write the reply."), field="reply")
    row.reply, row.replied_by, row.replied_at = text.strip(), _hand(actor), now
    session.add(row)
    session.flush()
    audit.record_about(session, "answer.replied", report, actor, now, after={"reply": row.reply})
    return row


def _own(session: Session, report_id: UUID, actor: Identity, act: Act) -> Report:
    """Return a released report of the actor's own agency; NotFound for every other one."""
    report = session.get(Report, report_id)
    if (
        report is None
        or actor.role is not Role.AGENCY
        or actor.agency_id is None
        or report.agency_id != actor.agency_id
        or report.state != "taken-in"
    ):
        raise NotFound(N_("There is no such report."))
    round_ = session.get_one(Round, report.round_id)
    released = session.exec(
        select(Opinion.id).where(Opinion.report_id == report.id, Opinion.state == "released")
    ).first()
    if released is None or round_.phase in {"preparation", "rating", "settlement"}:
        raise NotFound(N_("There is no such report."))
    require_phase(round_.phase, act)
    return report


def _hand(actor: Identity) -> UUID:
    if actor.id is None:
        raise NotAllowed(N_("The program itself does not do this."))
    return actor.id
