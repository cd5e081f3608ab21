"""Rounds as the officers' pages show them, with how far each is; queries stay flat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Report,
    Round,
    RubricVersion,
    Settlement,
)
from reviewapp.db.queries.round_reports import standing_is


@dataclass(frozen=True)
class RoundRow:
    """A round in the list of rounds."""

    id: UUID
    year: int
    title: str
    phase: str
    reports: int
    settled: int


@dataclass(frozen=True)
class RoundPage:
    """What a round says of itself, with the names of its two rubrics."""

    id: UUID
    year: int
    title: str
    phase: str
    experts_per_report: int
    bands: list[Any]
    settlement_rule: dict[str, Any]
    agency_grade_rule: dict[str, Any]
    drawn_how: str
    hides_findings: bool
    key_project_hash: str
    department_hash: str
    key_project_name: str
    department_name: str


@dataclass(frozen=True)
class RoundFigures:
    """How far a round is: reports in all and by standing."""

    taken_in: int
    uploaded: int
    withdrawn: int
    busy: int
    unassigned: int
    unreviewed: int
    settled: int


def rounds(session: Session) -> tuple[RoundRow, ...]:
    """Return all rounds, newest first."""
    taken = (
        select(col(Report.round_id), sa.func.count().label("n"))
        .where(col(Report.state) == "taken-in")
        .group_by(col(Report.round_id))
        .subquery()
    )
    settled = (
        select(col(Report.round_id), sa.func.count().label("n"))
        .join(Settlement, col(Settlement.report_id) == col(Report.id))
        .where(col(Settlement.state) == "settled", col(Report.state) == "taken-in")
        .group_by(col(Report.round_id))
        .subquery()
    )
    rows = session.execute(
        sa.select(
            col(Round.id),
            col(Round.year),
            col(Round.title),
            col(Round.phase),
            sa.func.coalesce(taken.c.n, 0),
            sa.func.coalesce(settled.c.n, 0),
        )
        .outerjoin(taken, taken.c.round_id == col(Round.id))
        .outerjoin(settled, settled.c.round_id == col(Round.id))
        .order_by(col(Round.year).desc(), col(Round.created_at).desc(), col(Round.id))
    )
    return tuple(RoundRow(*row) for row in rows)


def round_page(session: Session, round_id: UUID) -> RoundPage | None:
    """Return one round, or None."""
    row = session.get(Round, round_id)
    if row is None:
        return None
    rubrics = {
        one.id: one
        for one in session.exec(
            select(RubricVersion).where(
                col(RubricVersion.id).in_((row.key_project_rubric_id, row.department_rubric_id))
            )
        )
    }
    first, second = rubrics[row.key_project_rubric_id], rubrics[row.department_rubric_id]
    return RoundPage(
        row.id,
        row.year,
        row.title,
        row.phase,
        row.experts_per_report,
        row.bands,
        row.settlement_rule,
        row.agency_grade_rule,
        row.drawn_how,
        row.hides_findings,
        first.content_hash,
        second.content_hash,
        f"{first.title} {first.version}",
        f"{second.title} {second.version}",
    )


def figures(session: Session, round_id: UUID) -> RoundFigures:
    """Return how far the round is."""
    in_round = col(Report.round_id) == round_id
    states = dict(
        session.execute(
            sa.select(col(Report.state), sa.func.count())
            .where(in_round)
            .group_by(col(Report.state))
        ).all()
    )
    counts = {
        standing: session.execute(
            sa.select(sa.func.count()).select_from(Report).where(in_round, standing_is(standing))
        ).scalar_one()
        for standing in ("unassigned", "unreviewed", "unsettled", "busy")
    }
    taken_in = states.get("taken-in", 0)
    return RoundFigures(
        taken_in=taken_in,
        uploaded=states.get("uploaded", 0),
        withdrawn=states.get("withdrawn", 0),
        busy=counts["busy"],
        unassigned=counts["unassigned"],
        unreviewed=counts["unreviewed"],
        settled=taken_in - counts["unsettled"],
    )
