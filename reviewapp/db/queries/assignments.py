"""Assignments of a round: reports with their experts, loads, conflicts; queries stay flat."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Agency,
    Assignment,
    Department,
    Expert,
    Recusal,
    Report,
    Review,
    Round,
)
from reviewapp.domain.policy import Identity, Permission


@dataclass(frozen=True)
class Seat:
    """One expert on one report."""

    assignment_id: UUID
    expert_id: UUID
    expert: str
    state: str  # assigned, declined, withdrawn
    declared_at: datetime | None
    review_id: UUID | None
    review_state: str | None
    is_paper: bool
    paper_entered_by: UUID | None
    decline_ground: str
    decline_reason: str


@dataclass(frozen=True)
class ReportSeats:
    """A report with its standing experts and those who declined."""

    report_id: UUID
    title: str
    kind: str
    agency: str
    seats: tuple[Seat, ...]
    declined: tuple[Seat, ...]


@dataclass(frozen=True)
class ExpertLoad:
    """An expert in use with the number of reports in this round."""

    id: UUID
    name: str
    institution: str
    load: int
    submitted: int


@dataclass(frozen=True)
class RecusalLine:
    """A standing conflict."""

    id: UUID
    expert_id: UUID
    expert: str
    agency: str
    department: str
    report: str
    ground: str
    explanation: str
    created_at: datetime


@dataclass(frozen=True)
class Declaration:
    """What an expert reads before declaring; the file stays closed."""

    assignment_id: UUID
    title: str
    kind: str
    unit: str
    department: str
    agency: str
    round_title: str
    phase: str
    state: str
    declared_at: datetime | None
    is_submitted: bool


def report_seats(session: Session, round_id: UUID) -> tuple[ReportSeats, ...]:
    """Return the taken-in reports of a round by title, each with its experts."""
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    rows = session.execute(
        sa.select(Assignment, Expert.name, Review)  # type: ignore[call-overload]
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(col(Report.round_id) == round_id, col(Assignment.state) != "withdrawn")
        .order_by(col(Assignment.created_at), col(Assignment.id))
    )
    for row, name, review in rows:
        seats[row.report_id].append(
            Seat(
                row.id,
                row.expert_id,
                name,
                row.state,
                row.declared_at,
                review.id if review else None,
                review.state if review else None,
                bool(review and review.paper_entered_by),
                review.paper_entered_by if review else None,
                row.decline_ground,
                row.decline_reason,
            )
        )
    reports = session.execute(
        sa.select(col(Report.id), col(Report.title), col(Report.kind), col(Agency.name))
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .where(col(Report.round_id) == round_id, col(Report.state) == "taken-in")
        .order_by(col(Report.title), col(Report.id))
    )
    return tuple(
        ReportSeats(
            key,
            title,
            kind,
            agency or "",
            tuple(one for one in seats[key] if one.state == "assigned"),
            tuple(one for one in seats[key] if one.state == "declined"),
        )
        for key, title, kind, agency in reports
    )


def expert_loads(session: Session, round_id: UUID) -> tuple[ExpertLoad, ...]:
    """Return the experts in use by name, with their reports in this round."""
    loads = (
        sa.select(
            col(Assignment.expert_id),
            sa.func.count().label("load"),
            sa.func.sum(sa.case((col(Review.state) == "submitted", 1), else_=0)).label("done"),
        )
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(
            col(Report.round_id) == round_id,
            col(Report.state) == "taken-in",
            col(Assignment.state) == "assigned",
        )
        .group_by(col(Assignment.expert_id))
        .subquery()
    )
    rows = session.execute(
        sa.select(
            col(Expert.id),
            col(Expert.name),
            col(Expert.institution),
            sa.func.coalesce(loads.c.load, 0),
            sa.func.coalesce(loads.c.done, 0),
        )
        .outerjoin(loads, loads.c.expert_id == col(Expert.id))
        .where(sa.or_(col(Expert.is_active).is_(True), loads.c.load > 0))
        .order_by(col(Expert.name), col(Expert.id))
    )
    return tuple(ExpertLoad(*row) for row in rows)


def standing_recusals(session: Session, expert_id: UUID | None = None) -> tuple[RecusalLine, ...]:
    """Return the standing conflicts, newest first; of one expert, or of all."""
    query = (
        sa.select(Recusal, Expert.name, Agency.name, Report.title)  # type: ignore[call-overload]
        .join(Expert, col(Expert.id) == col(Recusal.expert_id))
        .outerjoin(Agency, col(Agency.id) == col(Recusal.agency_id))
        .outerjoin(Report, col(Report.id) == col(Recusal.report_id))
        .where(col(Recusal.withdrawn_at).is_(None))
        .order_by(col(Recusal.created_at).desc(), col(Recusal.id))
    )
    if expert_id is not None:
        query = query.where(col(Recusal.expert_id) == expert_id)
    return tuple(
        RecusalLine(
            row.id,
            row.expert_id,
            expert,
            agency or "",
            row.department,
            title or "",
            row.ground,
            row.explanation,
            row.created_at,
        )
        for row, expert, agency, title in session.execute(query)
    )


def declaration(session: Session, assignment_id: UUID, who: Identity) -> Declaration | None:
    """Return what one's own assignment is about, or None."""
    if who.expert_id is None:
        return None
    found = session.execute(
        sa.select(Assignment, Report, Round, Agency.name, Review.state)  # type: ignore[call-overload]
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(
            col(Assignment.id) == assignment_id,
            col(Assignment.expert_id) == who.expert_id,
            col(Assignment.state) != "withdrawn",
            col(Report.state) == "taken-in",
        )
    ).one_or_none()
    if found is None:
        return None
    row, report, round_, agency, state = found
    return Declaration(
        row.id,
        report.title,
        report.kind,
        report.unit,
        report.department,
        agency or "",
        round_.title,
        round_.phase,
        row.state,
        row.declared_at,
        state == "submitted",
    )


def assignment_round(session: Session, assignment_id: UUID) -> UUID | None:
    """Return the round that an assignment belongs to."""
    return session.exec(
        select(Report.round_id)
        .join(Assignment, col(Assignment.report_id) == col(Report.id))
        .where(col(Assignment.id) == assignment_id)
    ).one_or_none()


def choices(session: Session) -> tuple[tuple[UUID, str], ...]:
    """Return the agencies in use, for the form of a conflict."""
    rows = session.execute(
        sa.select(col(Agency.id), col(Agency.name))
        .where(col(Agency.is_active).is_(True))
        .order_by(col(Agency.name), col(Agency.id))
    )
    return tuple((row[0], row[1]) for row in rows)


def department_names(session: Session) -> tuple[str, ...]:
    """Return the departments in use, so that a conflict names one as reports do."""
    return tuple(
        session.exec(
            select(Department.name)
            .where(col(Department.is_active).is_(True))
            .order_by(col(Department.name))
        )
    )


def nameable_reports(session: Session, who: Identity) -> tuple[tuple[UUID, str], ...]:
    """Return the reports that a conflict may name while experts can be assigned.

    An officer names any taken-in one, an expert only those that were assigned.
    """
    query = (
        sa.select(col(Report.id), col(Report.title))
        .join(Round, col(Round.id) == col(Report.round_id))
        .where(col(Report.state) == "taken-in", col(Round.phase).in_(("preparation", "rating")))
        .order_by(col(Report.title), col(Report.id))
    )
    if not who.may(Permission.ASSIGNMENT_MANAGE):
        own = sa.select(col(Assignment.report_id)).where(
            col(Assignment.expert_id) == who.expert_id, col(Assignment.state) != "withdrawn"
        )
        query = query.where(col(Report.id).in_(own))
    return tuple((row[0], row[1]) for row in session.execute(query))
