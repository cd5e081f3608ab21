"""How far a round's panel is: by expert, by report, and what was written to the experts.

A draft is nobody else's: of a review that is not submitted only its beginning and the moment of
its last save are told, never points or how many there are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Assignment,
    Expert,
    OutboxMessage,
    Report,
    Review,
    Round,
    RoundPhase,
)
from reviewapp.db.queries.outbox import Reminder, last_reminders
from reviewapp.domain.policy import Identity


@dataclass(frozen=True)
class Work:
    """One assignment as the officer may see it."""

    assignment_id: UUID
    report_id: UUID
    title: str
    expert_id: UUID
    expert: str
    state: str  # declare, ready, begun, paper, submitted
    saved_at: datetime | None
    due: date | None
    due_on: date | None  # where it is the expert's own

    @property
    def is_open(self) -> bool:
        """Whether it waits for the expert."""
        return self.state in {"declare", "ready", "begun"}


@dataclass(frozen=True)
class ExpertProgress:
    """One expert in one round; the counts contain one another."""

    expert_id: UUID
    name: str
    mail: str
    is_active: bool
    assigned: int
    declared: int
    begun: int
    submitted: int
    saved_at: datetime | None  # the last save in any of the reviews
    due: date | None  # the earliest last day of what is open
    open: int
    reminded_at: datetime | None


@dataclass(frozen=True)
class ReportProgress:
    """One report with its assignments."""

    report_id: UUID
    title: str
    works: tuple[Work, ...]

    @property
    def submitted(self) -> int:
        """How many reviews are in."""
        return sum(1 for one in self.works if one.state == "submitted")


def works(session: Session, round_id: UUID) -> tuple[Work, ...]:
    """Return the standing assignments of a round, by report and then by expert."""
    ends: Any = (
        sa.select(col(RoundPhase.ends_on))
        .where(col(RoundPhase.round_id) == round_id, col(RoundPhase.phase) == "rating")
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Assignment, Report.title, Expert.name, Review, ends)  # type: ignore[call-overload]
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(
            col(Report.round_id) == round_id,
            col(Report.state) == "taken-in",
            col(Assignment.state) == "assigned",
        )
        .order_by(col(Report.title), col(Report.id), col(Expert.name), col(Assignment.id))
    )
    return tuple(
        Work(
            row.id,
            row.report_id,
            title,
            row.expert_id,
            name,
            _state(row, review),
            review.saved_at if review else None,
            row.due_on or due,
            row.due_on,
        )
        for row, title, name, review, due in rows
    )


def by_report(
    session: Session, round_id: UUID, found: tuple[Work, ...]
) -> tuple[ReportProgress, ...]:
    """Group a round's work by report; a report that nobody rates yet has no work."""
    grouped: dict[UUID, list[Work]] = defaultdict(list)
    for one in found:
        grouped[one.report_id].append(one)
    reports = session.execute(
        sa.select(col(Report.id), col(Report.title))
        .where(col(Report.round_id) == round_id, col(Report.state) == "taken-in")
        .order_by(col(Report.title), col(Report.id))
    )
    return tuple(ReportProgress(key, title, tuple(grouped[key])) for key, title in reports)


def by_expert(
    session: Session, round_id: UUID, found: tuple[Work, ...]
) -> tuple[ExpertProgress, ...]:
    """Count a round's work by expert: whoever has open work first, then by name."""
    grouped: dict[UUID, list[Work]] = defaultdict(list)
    for one in found:
        grouped[one.expert_id].append(one)
    experts = session.exec(
        select(Expert).where(col(Expert.id).in_(grouped)).order_by(col(Expert.name), col(Expert.id))
    )
    reminded: dict[UUID, datetime] = dict(
        session.execute(
            sa.select(col(OutboxMessage.expert_id), sa.func.max(col(OutboxMessage.created_at)))
            .where(col(OutboxMessage.round_id) == round_id)
            .group_by(col(OutboxMessage.expert_id))
        ).all()
    )
    lines = [_line(expert, grouped[expert.id], reminded.get(expert.id)) for expert in experts]
    return tuple(sorted(lines, key=lambda line: line.open == 0))


def own_reminders(session: Session, who: Identity) -> tuple[Reminder, ...]:
    """Return the last reminder of each round in which the expert still has something to do."""
    if who.expert_id is None:
        return ()
    open_rounds = (
        sa.select(col(Report.round_id))
        .join(Assignment, col(Assignment.report_id) == col(Report.id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(
            col(Assignment.expert_id) == who.expert_id,
            col(Assignment.state) == "assigned",
            col(Report.state) == "taken-in",
            sa.or_(
                col(Review.id).is_(None),
                sa.and_(col(Review.state) != "submitted", col(Review.paper_entered_by).is_(None)),
            ),
        )
    )
    return last_reminders(
        session,
        col(OutboxMessage.expert_id) == who.expert_id,
        col(Round.phase).in_(("preparation", "rating", "settlement")),
        col(Round.id).in_(open_rounds),
    )


def _state(row: Assignment, review: Review | None) -> str:
    if review is not None and review.state == "submitted":
        return "submitted"
    if review is not None and review.paper_entered_by is not None:
        return "paper"
    if row.declared_at is None:
        return "declare"
    return "begun" if review is not None else "ready"


def _line(expert: Expert, own: list[Work], reminded_at: datetime | None) -> ExpertProgress:
    waits = [one for one in own if one.is_open]
    return ExpertProgress(
        expert.id,
        expert.name,
        expert.mail,
        expert.is_active,
        len(own),
        sum(1 for one in own if one.state != "declare"),
        sum(1 for one in own if one.state not in {"declare", "ready"}),
        sum(1 for one in own if one.state == "submitted"),
        max((one.saved_at for one in own if one.saved_at), default=None),
        min((one.due for one in waits if one.due), default=None),
        len(waits),
        reminded_at,
    )
