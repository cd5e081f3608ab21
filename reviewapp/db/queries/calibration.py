"""Calibration as officers see it: reports to choose from, and who is done; never anybody's points."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Agency,
    Assignment,
    CalibrationReview,
    Expert,
    ReferenceReport,
    Report,
    ReportVersion,
    Round,
    Settlement,
)


@dataclass(frozen=True)
class Candidate:
    """A report that could be a reference report of the round."""

    report_id: UUID
    title: str
    kind: str
    round_title: str
    is_settled: bool


@dataclass(frozen=True)
class ReferenceLine:
    """A reference report with its report. Settled points in hundredths, None while not settled."""

    id: UUID
    round_id: UUID
    report_id: UUID
    number: int
    title: str
    kind: str
    agency: str
    round_title: str  # of the round that the report belongs to
    settled_hundredths: int | None
    settled_rating: str | None


@dataclass(frozen=True)
class DoneLine:
    """How many reference reports an expert of the panel has handed in."""

    expert_id: UUID
    name: str
    done: int


def candidates(session: Session, round_id: UUID) -> list[Candidate]:
    """Return taken-in reports of this and earlier rounds that the round's rubrics fit."""
    here, home = aliased(Round), aliased(Round)
    rubric = sa.case(
        (col(Report.kind) == "department", home.department_rubric_id),
        else_=home.key_project_rubric_id,
    )
    wanted = sa.case(
        (col(Report.kind) == "department", here.department_rubric_id),
        else_=here.key_project_rubric_id,
    )
    taken = select(ReferenceReport.report_id).where(ReferenceReport.round_id == round_id)
    rows = session.execute(
        sa.select(
            col(Report.id),
            col(Report.title),
            col(Report.kind),
            col(home.title),
            col(Settlement.id).is_not(None),
        )
        .select_from(Report)
        .join(home, col(home.id) == col(Report.round_id))
        .join(here, col(here.id) == round_id)
        .outerjoin(
            Settlement,
            sa.and_(
                col(Settlement.report_id) == col(Report.id), col(Settlement.state) == "settled"
            ),
        )
        .where(
            col(Report.state) == "taken-in",
            rubric == wanted,
            col(home.year) <= col(here.year),
            col(Report.id).not_in(taken),
        )
        .order_by(col(home.created_at).desc(), col(Report.title), col(Report.id))
    )
    return [Candidate(*row) for row in rows]


def lines(session: Session, round_id: UUID) -> list[ReferenceLine]:
    """Return the round's reference reports in their order."""
    return _lines(session, col(ReferenceReport.round_id) == round_id)


def line(session: Session, reference_id: UUID) -> ReferenceLine | None:
    """Return one reference report, or None."""
    found = _lines(session, col(ReferenceReport.id) == reference_id)
    return found[0] if found else None


def done(session: Session, round_id: UUID) -> list[DoneLine]:
    """Return how far each expert of the round's panel is, by name."""
    counts = (
        sa.select(
            col(CalibrationReview.expert_id).label("expert_id"),
            sa.func.count().label("done"),
        )
        .join(ReferenceReport, col(ReferenceReport.id) == col(CalibrationReview.reference_id))
        .where(
            col(ReferenceReport.round_id) == round_id,
            col(CalibrationReview.submitted_at).is_not(None),
        )
        .group_by(col(CalibrationReview.expert_id))
        .subquery()
    )
    panel = (
        select(Assignment.expert_id)
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .where(col(Report.round_id) == round_id, col(Assignment.state) == "assigned")
    )
    rows = session.execute(
        sa.select(col(Expert.id), col(Expert.name), sa.func.coalesce(counts.c.done, 0))
        .outerjoin(counts, counts.c.expert_id == col(Expert.id))
        .where(col(Expert.id).in_(panel))
        .order_by(col(Expert.name), col(Expert.id))
    )
    return [DoneLine(*row) for row in rows]


def file_of(session: Session, report_id: UUID, version: int) -> tuple[str, str] | None:
    """Return hash and name of the file that a reference report's scores are about."""
    row = session.execute(
        sa.select(col(ReportVersion.sha256), col(ReportVersion.file_name)).where(
            col(ReportVersion.report_id) == report_id, col(ReportVersion.number) == version
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def _lines(session: Session, wanted: sa.ColumnElement[bool]) -> list[ReferenceLine]:
    rows = session.execute(
        sa.select(
            col(ReferenceReport.id),
            col(ReferenceReport.round_id),
            col(Report.id),
            col(ReferenceReport.number),
            col(Report.title),
            col(Report.kind),
            col(Agency.name),
            col(Round.title),
            col(Settlement.total_hundredths),
            col(Settlement.rating),
        )
        .select_from(ReferenceReport)
        .join(Report, col(Report.id) == col(ReferenceReport.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(
            Settlement,
            sa.and_(
                col(Settlement.report_id) == col(Report.id), col(Settlement.state) == "settled"
            ),
        )
        .where(wanted)
        .order_by(col(ReferenceReport.number))
    )
    return [ReferenceLine(*row) for row in rows]
