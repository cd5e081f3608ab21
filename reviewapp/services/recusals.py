"""Recusals (回避): declared conflicts of an expert with an agency, a department or one report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Agency, Assignment, Expert, Recusal, Report
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.policy import Identity, Permission, Role
from reviewapp.services import audit

#: grounds of a conflict, in the order of the form
GROUNDS = {
    "employment": N_("works or worked there"),
    "cooperation": N_("has worked with it for pay"),
    "family": N_("a close relative works there"),
    "evaluation-work": N_("took part in this evaluation"),
    "other": N_("another conflict"),
}


def declare(
    session: Session,
    expert_id: UUID,
    *,
    ground: str,
    explanation: str = "",
    agency_id: UUID | None = None,
    department: str = "",
    report_id: UUID | None = None,
    actor: Identity,
    now: datetime,
) -> Recusal:
    """Declare a conflict, one's own or as an officer. No assignment is made against it."""
    _may_declare(session, expert_id, actor)
    department = department.strip()
    if ground not in GROUNDS:
        raise Invalid(N_("Choose the ground of the conflict."), field="ground")
    if ground == "other" and not explanation.strip():
        raise Invalid(N_("Say what the conflict is."), field="explanation")
    if agency_id is None and not department and report_id is None:
        raise Invalid(N_("Choose what the conflict is with."), field="agency_id")
    if agency_id is not None and session.get(Agency, agency_id) is None:
        raise Invalid(N_("Choose an agency of the register."), field="agency_id")
    if report_id is not None and not _knows(session, expert_id, report_id, actor):
        raise Invalid(N_("Choose a report from the list."), field="report_id")
    row = Recusal(
        created_at=now,
        expert_id=expert_id,
        agency_id=agency_id,
        department=department,
        report_id=report_id,
        ground=ground,
        explanation=explanation.strip(),
        declared_by=_hand(actor),
    )
    session.add(row)
    session.flush()
    _record(session, "recusal.declared", row, actor, now)
    return row


def withdraw(session: Session, recusal_id: UUID, *, actor: Identity, now: datetime) -> Recusal:
    """Take a declared conflict back; it stays on record."""
    row = session.get(Recusal, recusal_id)
    if row is None or (actor.role is Role.EXPERT and row.expert_id != actor.expert_id):
        raise NotFound(N_("There is no such conflict."))
    _may_declare(session, row.expert_id, actor)
    if row.withdrawn_at is not None:
        raise Conflict(N_("This conflict has been taken back already."))
    row.withdrawn_at = now
    session.add(row)
    session.flush()
    _record(session, "recusal.withdrawn", row, actor, now)
    return row


def forbidden_pairs(session: Session, reports: Iterable[Report]) -> frozenset[tuple[UUID, UUID]]:
    """Return the pairs (report, expert) that a standing conflict forbids."""
    standing = session.exec(select(Recusal).where(col(Recusal.withdrawn_at).is_(None))).all()
    return frozenset(
        (report.id, row.expert_id) for report in reports for row in standing if _meets(row, report)
    )


def standing_with(session: Session, expert_id: UUID, report: Report) -> bool:
    """Say whether the expert has a standing conflict with the report."""
    rows = session.exec(
        select(Recusal).where(Recusal.expert_id == expert_id, col(Recusal.withdrawn_at).is_(None))
    )
    return any(_meets(row, report) for row in rows)


def forbidden_in(session: Session, round_id: UUID) -> frozenset[tuple[UUID, UUID]]:
    """Return the forbidden pairs (report, expert) among a round's taken-in reports."""
    reports = session.exec(
        select(Report).where(Report.round_id == round_id, Report.state == "taken-in")
    ).all()
    return forbidden_pairs(session, reports)


def _meets(row: Recusal, report: Report) -> bool:
    return (
        (row.report_id is not None and row.report_id == report.id)
        or (row.agency_id is not None and row.agency_id == report.agency_id)
        or (row.department != "" and row.department in (report.department, report.unit))
    )


def _may_declare(session: Session, expert_id: UUID, actor: Identity) -> None:
    own = actor.role is Role.EXPERT and actor.expert_id == expert_id
    if not own and not actor.may(Permission.ASSIGNMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    if session.get(Expert, expert_id) is None:
        raise NotFound(N_("There is no such expert."))


def _knows(session: Session, expert_id: UUID, report_id: UUID, actor: Identity) -> bool:
    """Say whether the actor may name the report: an expert only one that was assigned."""
    if actor.role is not Role.EXPERT:
        return session.get(Report, report_id) is not None
    assigned = select(Assignment.id).where(
        Assignment.report_id == report_id,
        Assignment.expert_id == expert_id,
        Assignment.state != "withdrawn",
    )
    return session.exec(assigned).first() is not None


def _hand(actor: Identity) -> UUID:
    if actor.id is None:
        raise NotAllowed(N_("The program itself does not do this."))
    return actor.id


def _record(session: Session, kind: str, row: Recusal, actor: Identity, now: datetime) -> None:
    expert = session.get_one(Expert, row.expert_id)
    agency = session.get(Agency, row.agency_id) if row.agency_id else None
    audit.record(
        session,
        kind,
        actor=actor,
        now=now,
        subject_type="expert",
        subject_id=row.expert_id,
        subject_title=expert.name,
        after={
            "ground": row.ground,
            "agency": agency.name if agency else "",
            "department": row.department,
            "report": str(row.report_id or ""),
        },
    )
