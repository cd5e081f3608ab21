"""Assignments (分派): by hand or by an even spread, declared, declined, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from reviewapp.adapters.spread_solver import spread_experts
from reviewapp.db.models import Assignment, Expert, Report, Review, Round
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, AssignmentState, advance, require_phase
from reviewapp.domain.policy import Identity, Permission, Role
from reviewapp.domain.spread import Pair, Spread, SpreadRequest
from reviewapp.services import audit, calibration, recusals, settlement
from reviewapp.services.round_rules import round_of

#: why an expert declines, in the order of the form
GROUNDS = {
    "conflict": N_("I have a conflict of interest"),
    "expertise": N_("it is outside my field"),
    "time": N_("I have no time before the last day"),
    "other": N_("another reason"),
}


def assign(
    session: Session, report_id: UUID, expert_id: UUID, *, actor: Identity, now: datetime
) -> Assignment:
    """Ask one expert to review one report. Conflict where a declared conflict forbids it."""
    report, _round = _managed(session, report_id, actor)
    expert = session.get(Expert, expert_id)
    if expert is None or not expert.is_active:
        raise Invalid(N_("Choose an expert of the register."), field="expert_id")
    if recusals.standing_with(session, expert_id, report):
        raise Conflict(
            N_("%(name)s has declared a conflict with this report."),
            field="expert_id",
            name=expert.name,
        )
    audit.take_turn(session)  # the expert hands no practice on it in at this moment
    if (report_id, expert_id) in calibration.who_know(session, [report_id]):
        raise Conflict(
            N_("%(name)s has read the agreed scores of this report in calibration."),
            field="expert_id",
            name=expert.name,
        )
    row = session.exec(
        select(Assignment).where(
            Assignment.report_id == report_id, Assignment.expert_id == expert_id
        )
    ).one_or_none()
    if row is None:
        row = Assignment(
            created_at=now, report_id=report_id, expert_id=expert_id, assigned_by=_hand(actor)
        )
    elif row.state == "assigned":
        raise Conflict(N_("This expert has the report already."), field="expert_id")
    else:
        row.state = advance(AssignmentState(row.state), "assign").value
        row.assigned_by = _hand(actor)
        row.declared_at = row.declined_at = None
        row.decline_ground = row.decline_reason = ""
        row.due_on = None
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another officer was faster by a moment
        raise Conflict(N_("This expert has the report already."), field="expert_id") from None
    audit.record_about(
        session, "assignment.made", report, actor, now, after={"expert": expert.name}
    )
    settlement.open_if_due(session, report.id, now=now)
    return row


def withdraw(
    session: Session, assignment_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Assignment:
    """Take an assignment back with a reason, as long as its review is not submitted."""
    row = session.get(Assignment, assignment_id)
    if row is None:
        raise NotFound(N_("There is no such assignment."))
    report, _round = _managed(session, row.report_id, actor)
    if not reason.strip():
        raise Invalid(N_("Say why the assignment is withdrawn."), field="reason")
    submitted = session.exec(
        select(Review.id).where(Review.assignment_id == row.id, Review.state == "submitted")
    ).first()
    if submitted is not None:
        raise Conflict(N_("Its review is submitted: reopen the review first."))
    row.state = advance(AssignmentState(row.state), "withdraw").value
    session.add(row)
    session.flush()
    audit.record_about(
        session,
        "assignment.withdrawn",
        report,
        actor,
        now,
        after={"expert": _name(session, row.expert_id), "reason": reason.strip()},
    )
    settlement.open_if_due(session, report.id, now=now)
    return row


@dataclass(frozen=True)
class Solved:
    """A question to the solver with its answer; the same question has the same answer."""

    request: SpreadRequest
    spread: Spread


def plan_spread(session: Session, round_id: UUID, *, actor: Identity) -> Solved:
    """Return what an even spread would add, with a sentence for every shortage; writes nothing.

    The solver may take seconds: it runs before the transaction that assigns.
    """
    request = _request(session, round_of(session, round_id), actor)
    return Solved(request, spread_experts(request))


def spread_round(
    session: Session,
    round_id: UUID,
    solved: Solved,
    *,
    actor: Identity,
    now: datetime,
    previewed: Sequence[Pair] | None = None,
) -> Spread:
    """Assign experts evenly in one act, as plan_spread has found.

    `previewed` are the pairs that the officer saw: Conflict if the question is another one by now
    or has another answer, so that nobody assigns what nobody has looked at.
    """
    request, spread = _request(session, round_of(session, round_id), actor), solved.spread
    is_seen = previewed is None or set(previewed) == set(spread.pairs)
    if request != solved.request or not is_seen:
        raise Conflict(N_("Reports or experts have changed meanwhile: look at the spread again."))
    for report_id, expert_id in spread.pairs:
        assign(session, report_id, expert_id, actor=actor, now=now)
    return spread


def declare(session: Session, assignment_id: UUID, *, actor: Identity, now: datetime) -> Assignment:
    """Say that one has no conflict of interest; from then on the file opens.

    Conflict while a declared conflict says the opposite: one of the two has to go first.
    """
    row, report = _own(session, assignment_id, actor)
    if row.declared_at is not None:
        return row
    if recusals.standing_with(session, row.expert_id, report):
        raise Conflict(
            N_("A conflict with this report is declared: decline it, or take the conflict back.")
        )
    row.declared_at = now
    session.add(row)
    session.flush()
    audit.record_about(session, "assignment.declared", report, actor, now)
    return row


def decline(
    session: Session,
    assignment_id: UUID,
    ground: str,
    reason: str,
    *,
    actor: Identity,
    now: datetime,
) -> Assignment:
    """Decline with a ground and typed reason; a conflict is kept as a recusal as well."""
    row, report = _own(session, assignment_id, actor)
    if ground not in GROUNDS:
        raise Invalid(N_("Choose why you decline."), field="ground")
    if not reason.strip():
        raise Invalid(N_("Please write the reason."), field="reason")
    if session.exec(
        select(Review.id).where(Review.assignment_id == row.id, Review.state == "submitted")
    ).first():
        raise Conflict(N_("Your review of this report has been submitted already."))
    row.state = advance(AssignmentState(row.state), "decline").value
    row.decline_ground, row.decline_reason, row.declined_at = ground, reason.strip(), now
    session.add(row)
    session.flush()
    audit.record_about(
        session,
        "assignment.declined",
        report,
        actor,
        now,
        after={"ground": ground, "reason": reason.strip()},
    )
    if ground == "conflict":
        recusals.declare(
            session,
            row.expert_id,
            ground="other",
            explanation=reason,
            report_id=report.id,
            actor=actor,
            now=now,
        )
    settlement.open_if_due(session, report.id, now=now)
    return row


def _request(session: Session, round_: Round, actor: Identity) -> SpreadRequest:
    if not actor.may(Permission.ASSIGNMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    require_phase(round_.phase, Act.ASSIGN)
    reports = session.exec(
        select(Report)
        .where(Report.round_id == round_.id, Report.state == "taken-in")
        .order_by(col(Report.title), col(Report.id))
    ).all()
    experts = session.exec(
        select(Expert.id)
        .where(col(Expert.is_active).is_(True))
        .order_by(col(Expert.name), col(Expert.id))
    ).all()
    rows = session.exec(
        select(Assignment)
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .where(col(Report.round_id) == round_.id)
    ).all()
    kept = frozenset((row.report_id, row.expert_id) for row in rows if row.state == "assigned")
    gone = frozenset((row.report_id, row.expert_id) for row in rows if row.state != "assigned")
    return SpreadRequest(
        reports=tuple(report.id for report in reports),
        experts=tuple(experts),
        per_report=round_.experts_per_report,
        forbidden=recusals.forbidden_pairs(session, reports)
        | calibration.who_know(session, [report.id for report in reports])
        | gone,
        kept=kept,
        other_load=other_load(session, round_.id),
    )


def other_load(session: Session, round_id: UUID) -> dict[UUID, int]:
    """Count what experts carry in other rounds that are in rating."""
    rows = session.execute(
        sa.select(col(Assignment.expert_id), sa.func.count())
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .where(
            col(Assignment.state) == "assigned",
            col(Round.id) != round_id,
            col(Round.phase).in_(("preparation", "rating")),
        )
        .group_by(col(Assignment.expert_id))
    )
    return {row[0]: row[1] for row in rows}


def _managed(session: Session, report_id: UUID, actor: Identity) -> tuple[Report, Round]:
    report = session.get(Report, report_id)
    if report is None or report.state != "taken-in":
        raise NotFound(N_("There is no such report."))
    if not actor.may(Permission.ASSIGNMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    round_ = session.get_one(Round, report.round_id)
    require_phase(round_.phase, Act.ASSIGN)
    return report, round_


def _own(session: Session, assignment_id: UUID, actor: Identity) -> tuple[Assignment, Report]:
    row = session.get(Assignment, assignment_id)
    if (
        row is None
        or actor.role is not Role.EXPERT
        or row.expert_id != actor.expert_id
        or row.state == "withdrawn"
    ):
        raise NotFound(N_("There is no such assignment."))
    report = session.get_one(Report, row.report_id)
    if report.state != "taken-in":
        raise NotFound(N_("There is no such assignment."))
    if row.state == "declined":
        raise Conflict(N_("You have declined this report already."))
    require_phase(session.get_one(Round, report.round_id).phase, Act.DECLARE)
    return row, report


def _name(session: Session, expert_id: UUID) -> str:
    return session.get_one(Expert, expert_id).name


def _hand(actor: Identity) -> UUID:
    if actor.id is None:
        raise NotAllowed(N_("The program itself does not do this."))
    return actor.id
