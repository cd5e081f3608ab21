"""The reports of a round as the officer's table shows them: filtered, paged; queries stay flat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Agency,
    Assignment,
    Finding,
    Job,
    Precheck,
    Report,
    ReportVersion,
    Review,
    Settlement,
)
from reviewapp.db.queries.searching import holds
from reviewapp.domain.lifecycle import GONE


@dataclass(frozen=True)
class ReportFilter:
    """What the officer asks for; empty asks for everything."""

    text: str = ""
    kind: str = ""
    agency_id: UUID | None = None
    standing: str = ""  # uploaded, doubtful, unassigned, unreviewed, unsettled, withdrawn, split


@dataclass(frozen=True)
class ReportRow:
    """A report in a round's table. Points in hundredths; the grade is the PROJECT's."""

    id: UUID
    title: str
    kind: str
    state: str
    unit: str
    agency: str
    pages: int | None
    version: int
    is_confirmed: bool
    evaluation_grade: str | None
    stated_score_hundredths: int | None
    precheck: str  # waiting, running, done, failed
    outcome: str | None
    steps: tuple[int, int]
    findings: int
    confirmed: int
    dismissed: int
    assigned: int
    submitted: int
    total_hundredths: int | None
    rating: str | None
    settlement: str | None
    is_disputed: bool
    created_at: datetime

    @property
    def is_busy(self) -> bool:
        """The precheck has not ended yet."""
        return self.precheck in {"waiting", "running"}


def agencies_of(session: Session, round_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Return the agencies with reports in the round, by name."""
    rows = session.execute(
        sa.select(col(Agency.id), col(Agency.name))
        .where(
            col(Agency.id).in_(
                sa.select(col(Report.agency_id)).where(col(Report.round_id) == round_id)
            )
        )
        .order_by(col(Agency.name), col(Agency.id))
    )
    return tuple((row[0], row[1]) for row in rows)


def reports(
    session: Session,
    round_id: UUID,
    wanted: ReportFilter,
    *,
    offset: int = 0,
    limit: int | None = 50,
) -> tuple[tuple[ReportRow, ...], int]:
    """Return one page of the round's reports by title, and how many fit."""
    query = (
        sa.select(Report, Agency.name, ReportVersion.id, ReportVersion.pages)  # type: ignore[call-overload]
        .join(
            ReportVersion,
            sa.and_(
                col(ReportVersion.report_id) == col(Report.id),
                col(ReportVersion.number) == col(Report.current_version),
            ),
        )
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .where(col(Report.round_id) == round_id, *_conditions(wanted))
    )
    total = session.execute(
        sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    ).scalar_one()
    page = query.order_by(col(Report.title), col(Report.id)).offset(offset)
    rows = session.execute(page.limit(limit) if limit is not None else page).all()
    return _rows(session, rows), total


def _conditions(wanted: ReportFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.text:
        found.append(
            holds(wanted.text, Report.title, Report.unit, Report.project_name, Agency.name)
        )
    if wanted.kind:
        found.append(col(Report.kind) == wanted.kind)
    if wanted.agency_id:
        found.append(col(Report.agency_id) == wanted.agency_id)
    if wanted.standing:
        found.append(standing_is(wanted.standing))
    else:
        found.append(col(Report.state).not_in(GONE))
    return found


def standing_is(standing: str) -> Any:
    """Return the condition of one standing; an unknown one fits nothing."""
    taken_in = col(Report.state) == "taken-in"
    current = sa.and_(
        col(ReportVersion.report_id) == col(Report.id),
        col(ReportVersion.number) == col(Report.current_version),
    )
    if standing in {"uploaded", "withdrawn", "split"}:
        return col(Report.state) == standing
    if standing == "doubtful":
        doubtful = (
            sa.exists()
            .where(
                current,
                col(Finding.report_version_id) == col(ReportVersion.id),
                col(Finding.triage) == "open",
                col(Finding.severity) != "silent",
            )
            .correlate(Report)
        )
        return sa.and_(col(Report.state).not_in(GONE), doubtful)
    if standing == "busy":
        done = (
            sa.exists()
            .where(
                current,
                col(Precheck.report_version_id) == col(ReportVersion.id),
                col(Precheck.state).in_(("done", "failed")),
            )
            .correlate(Report)
        )
        return sa.and_(col(Report.state).not_in(GONE), ~done)
    standing_assignment = sa.and_(
        col(Assignment.report_id) == col(Report.id), col(Assignment.state) == "assigned"
    )
    if standing == "unassigned":
        return sa.and_(taken_in, ~sa.exists().where(standing_assignment).correlate(Report))
    if standing == "unreviewed":
        waiting = (
            sa.select(col(Assignment.id))
            .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
            .where(
                standing_assignment,
                sa.or_(col(Review.id).is_(None), col(Review.state) != "submitted"),
            )
            .correlate(Report)
        )
        return sa.and_(taken_in, waiting.exists())
    if standing == "unsettled":
        settled = (
            sa.exists()
            .where(col(Settlement.report_id) == col(Report.id), col(Settlement.state) == "settled")
            .correlate(Report)
        )
        return sa.and_(taken_in, ~settled)
    return sa.false()


def _rows(session: Session, rows: Sequence[Any]) -> tuple[ReportRow, ...]:
    report_ids = [row[0].id for row in rows]
    version_ids = [row[2] for row in rows]
    prechecks = {
        one.report_version_id: one
        for one in session.exec(
            select(Precheck).where(col(Precheck.report_version_id).in_(version_ids))
        )
    }
    jobs = {
        one.key: one
        for one in session.exec(
            select(Job).where(col(Job.key).in_([f"precheck:{key}" for key in version_ids]))
        )
    }
    findings: dict[UUID, dict[str, int]] = defaultdict(dict)
    for version_id, triage, count in session.execute(
        sa.select(col(Finding.report_version_id), col(Finding.triage), sa.func.count())
        .where(col(Finding.report_version_id).in_(version_ids), col(Finding.severity) != "silent")
        .group_by(col(Finding.report_version_id), col(Finding.triage))
    ):
        findings[version_id][triage] = count
    reviews: dict[UUID, tuple[int, int]] = {
        report_id: (assigned, submitted or 0)
        for report_id, assigned, submitted in session.execute(
            sa.select(
                col(Assignment.report_id),
                sa.func.count(),
                sa.func.sum(sa.case((col(Review.state) == "submitted", 1), else_=0)),
            )
            .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
            .where(col(Assignment.report_id).in_(report_ids), col(Assignment.state) == "assigned")
            .group_by(col(Assignment.report_id))
        )
    }
    settlements = {
        one.report_id: one
        for one in session.exec(select(Settlement).where(col(Settlement.report_id).in_(report_ids)))
    }
    return tuple(
        _row(
            row[0],
            row[1],
            row[3],
            prechecks.get(row[2]),
            jobs.get(f"precheck:{row[2]}"),
            findings[row[2]],
            reviews.get(row[0].id, (0, 0)),
            settlements.get(row[0].id),
        )
        for row in rows
    )


def _row(
    report: Report,
    agency: str | None,
    pages: int | None,
    precheck: Precheck | None,
    job: Job | None,
    findings: dict[str, int],
    reviews: tuple[int, int],
    settlement: Settlement | None,
) -> ReportRow:
    return ReportRow(
        id=report.id,
        title=report.title,
        kind=report.kind,
        state=report.state,
        unit=report.unit,
        agency=agency or "",
        pages=pages,
        version=report.current_version,
        is_confirmed=report.is_confirmed,
        evaluation_grade=report.evaluation_grade,
        stated_score_hundredths=report.stated_score_hundredths,
        precheck=_precheck_state(precheck, job),
        outcome=precheck.outcome if precheck else None,
        steps=(job.steps_done, job.steps_total) if job else (0, 0),
        findings=sum(findings.values()),
        confirmed=findings.get("confirmed", 0),
        dismissed=findings.get("dismissed", 0),
        assigned=reviews[0],
        submitted=reviews[1],
        total_hundredths=settlement.total_hundredths if settlement else None,
        rating=settlement.rating if settlement else None,
        settlement=settlement.state if settlement else None,
        is_disputed=settlement.is_disputed if settlement else False,
        created_at=report.created_at,
    )


def _precheck_state(precheck: Precheck | None, job: Job | None) -> str:
    """Return how the precheck stands: the job is the truth about what is under way."""
    if job is not None and job.state in {"queued", "running", "failed"}:
        return {"queued": "waiting"}.get(job.state, job.state)
    return precheck.state if precheck else "waiting"
