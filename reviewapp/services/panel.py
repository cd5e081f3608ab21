"""Changes to a panel at work: another last day for one person, another expert with least change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from reviewapp.adapters.spread_solver import spread_experts
from reviewapp.db.models import Assignment, Expert, Report, Round, RoundPhase
from reviewapp.db.queries import panel
from reviewapp.db.queries.panel import Work
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.spread import Pair, Spread, SpreadRequest
from reviewapp.services import assignments, audit, calibration, recusals
from reviewapp.services.round_rules import round_of

_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Replacement:
    """What replacing an expert would take back and make; every other assignment stays."""

    leaving: tuple[Work, ...]
    staying: tuple[Work, ...]  # submitted, or being typed in from paper
    spread: Spread
    request: SpreadRequest  # the question that `spread` answers


def set_due(
    session: Session,
    assignment_id: UUID,
    due_on: date | None,
    reason: str,
    *,
    actor: Identity,
    now: datetime,
) -> Assignment:
    """Give one person a later last day for one report, or with None take it back.

    Raises Invalid for a day that has passed or lies before the round's own.
    """
    row = session.get(Assignment, assignment_id)
    if row is None or row.state != "assigned":
        raise NotFound(N_("There is no such assignment."))
    report = session.get_one(Report, row.report_id)
    _managed(session, report.round_id, actor)
    work = next(
        (one for one in panel.works(session, report.round_id) if one.assignment_id == row.id), None
    )
    if work is None:
        raise NotFound(N_("There is no such assignment."))
    if work.state == "submitted":
        raise Conflict(N_("Its review is submitted: no day is due any more."))
    if due_on is not None:
        _require_later(session, report.round_id, due_on, now)
    if not reason.strip():
        raise Invalid(N_("Say why the day is changed."), field="reason")
    before, row.due_on = row.due_on, due_on
    session.add(row)
    session.flush()
    audit.record_about(
        session,
        "assignment.due-set",
        report,
        actor,
        now,
        before={"due_on": before.isoformat() if before else None},
        after={
            "due_on": due_on.isoformat() if due_on else None,
            "expert": work.expert,
            "reason": reason.strip(),
        },
    )
    return row


def propose(
    session: Session,
    round_id: UUID,
    expert_id: UUID,
    only: UUID | None = None,
    *,
    actor: Identity,
) -> Replacement:
    """Say who would take over an expert's open reports, or the one of assignment `only`.

    Loads stay as even as they can without moving anybody else. Conflicts declared, and whoever
    declined or gave a report back, are respected; what is submitted stays.
    """
    _managed(session, round_id, actor)
    found = panel.works(session, round_id)
    own = [one for one in found if one.expert_id == expert_id and only in (None, one.assignment_id)]
    leaving = tuple(one for one in own if one.is_open)
    if not own:
        raise NotFound(N_("There is no such assignment."))
    request = _request(session, round_id, expert_id, leaving, found)
    staying = tuple(one for one in own if not one.is_open)
    return Replacement(leaving, staying, spread_experts(request), request)


def replace(
    session: Session,
    round_id: UUID,
    expert_id: UUID,
    made: Replacement,
    *,
    reason: str,
    previewed: Sequence[Pair],
    previewed_leaving: Collection[UUID],
    actor: Identity,
    now: datetime,
) -> Replacement:
    """Assign as previewed, and take the expert's own assignments back, in one act.

    `made` is what propose has found before this transaction, since the solver may take seconds:
    Conflict where its question is another one by now, or its answer is not what was previewed.
    """
    if not reason.strip():
        raise Invalid(N_("Say why the expert is replaced."), field="reason")
    _managed(session, round_id, actor)
    found, leaving = panel.works(session, round_id), {one.assignment_id for one in made.leaving}
    still = tuple(one for one in found if one.assignment_id in leaving and one.is_open)
    if (
        set(previewed) != set(made.spread.pairs)
        or set(previewed_leaving) != leaving
        or len(still) != len(leaving)
        or _request(session, round_id, expert_id, still, found) != made.request
    ):
        raise Conflict(N_("Reports or experts have changed meanwhile: look at the proposal again."))
    if not made.leaving:
        raise Conflict(N_("The expert has nothing open that another could take over."))
    # First the new ones: a report whose other reviews are all in must not look complete between.
    for report_id, new_expert in made.spread.pairs:
        assignments.assign(session, report_id, new_expert, actor=actor, now=now)
    for one in made.leaving:
        assignments.withdraw(session, one.assignment_id, reason, actor=actor, now=now)
    return made


def _request(
    session: Session,
    round_id: UUID,
    expert_id: UUID,
    leaving: Sequence[Work],
    found: Sequence[Work],
) -> SpreadRequest:
    """Ask for one new expert on each report that is left; everything else is load, not choice."""
    report_ids = tuple(one.report_id for one in leaving)
    reports = session.exec(select(Report).where(col(Report.id).in_(report_ids))).all()
    gone = session.exec(
        select(Assignment).where(
            col(Assignment.report_id).in_(report_ids), col(Assignment.state) != "assigned"
        )
    ).all()
    experts = session.exec(
        select(Expert.id)
        .where(col(Expert.is_active).is_(True), Expert.id != expert_id)
        .order_by(col(Expert.name), col(Expert.id))
    ).all()
    loads = Counter(assignments.other_load(session, round_id))
    loads.update(one.expert_id for one in found)
    seated = {(one.report_id, one.expert_id) for one in found if one.report_id in report_ids}
    return SpreadRequest(
        reports=report_ids,
        experts=tuple(experts),
        per_report=1,
        forbidden=recusals.forbidden_pairs(session, reports)
        | calibration.who_know(session, report_ids)
        | seated
        | {(row.report_id, row.expert_id) for row in gone},
        other_load=loads,
    )


def _require_later(session: Session, round_id: UUID, due_on: date, now: datetime) -> None:
    if due_on < now.astimezone(_SHANGHAI).date():
        raise Invalid(N_("This day has passed."), field="due_on")
    phase = session.exec(
        select(RoundPhase).where(RoundPhase.round_id == round_id, RoundPhase.phase == "rating")
    ).one_or_none()
    if phase is not None and phase.ends_on is not None and due_on < phase.ends_on:
        raise Invalid(N_("The round itself gives more time."), field="due_on")


def _managed(session: Session, round_id: UUID, actor: Identity) -> Round:
    round_ = round_of(session, round_id)
    if not actor.may(Permission.ASSIGNMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    require_phase(round_.phase, Act.ASSIGN)
    return round_
