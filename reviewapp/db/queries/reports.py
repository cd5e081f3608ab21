"""One report as its page shows it: version, precheck, findings; and who may see what of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Account,
    Agency,
    Assignment,
    Finding,
    Job,
    PageReading,
    Precheck,
    Report,
    ReportVersion,
    Review,
    Round,
    StoredFile,
)
from reviewapp.domain.policy import ReportStanding


@dataclass(frozen=True)
class VersionLine:
    """One file of a report."""

    id: UUID
    number: int
    sha256: str
    file_name: str
    size_bytes: int
    pages: int  # 1 where it is not known yet
    uploader: str
    created_at: datetime


@dataclass(frozen=True)
class FindingLine:
    """One finding with the officers' word on it.

    `variant` and `values` make its sentence in either language; `message` is the Chinese one of
    the day, for a check that the program no longer knows.
    """

    id: UUID
    check: str
    outcome: str  # suspect, unverifiable
    severity: str  # error, warning, notice
    section: str | None
    page: int | None
    box: tuple[float, float, float, float] | None  # points from the page's top left corner
    quote: str
    expected: str
    found: str
    kind: str  # of the report: key-project, department
    variant: str
    values: Mapping[str, str]
    message: str
    triage: str  # open, confirmed, dismissed
    triage_reason: str
    triager: str
    triaged_at: datetime | None


@dataclass(frozen=True)
class ReadingLine:
    """How far OCR is with the scanned pages of one version.

    `state`: waiting, running, done, stopped, failed. `seconds_left` is None where it is not known.
    """

    state: str
    done: int
    total: int
    seconds_left: int | None

    @property
    def is_busy(self) -> bool:
        """Say whether pages are still to be read."""
        return self.state in {"waiting", "running"}


@dataclass(frozen=True)
class PrecheckLine:
    """How far the precheck of one version is, and what it said.

    `state`: waiting, running, done, failed; `steps` are pages or stages done and in all. `reading`
    is None where no scanned page had to be read.
    """

    state: str
    steps: tuple[int, int]
    outcome: str | None
    error_code: str | None
    gave_up: bool  # the worker failed on every attempt
    program_version: str
    rules_hash: str
    finished_at: datetime | None
    answer: Mapping[str, Any]
    reading: ReadingLine | None = None

    @property
    def has_answer(self) -> bool:
        """Say whether there is something to show, be it preliminary."""
        return bool(self.answer.get("checks"))

    @property
    def is_busy(self) -> bool:
        """Say whether an answer is still to come."""
        return self.state in {"waiting", "running"}


@dataclass(frozen=True)
class ReportPage:
    """A report with one of its versions. Amounts in 分, scores in hundredths."""

    id: UUID
    round_id: UUID
    round_title: str
    phase: str
    hides_findings: bool
    kind: str
    state: str
    title: str
    project_name: str
    unit: str
    department: str
    agency: str
    evaluation_year: int | None
    amount_cents: int | None
    stated_score_hundredths: int | None
    evaluation_grade: str | None
    is_confirmed: bool
    note: str
    uploaded_by: UUID
    current_version: int
    standing: ReportStanding
    version: VersionLine
    versions: tuple[VersionLine, ...]  # newest first


def report_standing(session: Session, report_id: UUID) -> ReportStanding | None:
    """Return what decides who may know and open a report, or None if there is none."""
    report = session.get(Report, report_id)
    if report is None:
        return None
    rows = session.exec(
        select(Assignment.expert_id, Assignment.declared_at).where(
            Assignment.report_id == report_id, Assignment.state == "assigned"
        )
    ).all()
    return ReportStanding(
        state=report.state,
        uploaded_by=report.uploaded_by,
        assigned=frozenset(expert for expert, _ in rows),
        declared=frozenset(expert for expert, declared in rows if declared is not None),
    )


def has_first_pass(session: Session, report_id: UUID, expert_id: UUID | None) -> bool:
    """Say whether the expert has submitted the own review of the report at least once."""
    found = session.exec(
        select(Review.id)
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .where(
            Assignment.report_id == report_id,
            Assignment.expert_id == expert_id,
            sa.or_(col(Review.state) == "submitted", col(Review.reopened_at).is_not(None)),
        )
    ).first()
    return found is not None


def report_page(
    session: Session, report_id: UUID, version_number: int | None = None
) -> ReportPage | None:
    """Return a report with the version asked for (the current one if None); None if not there."""
    found = session.execute(
        sa.select(Report, Round, Agency.name)  # type: ignore[call-overload]
        .join(Round, col(Round.id) == col(Report.round_id))
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .where(col(Report.id) == report_id)
    ).one_or_none()
    standing = report_standing(session, report_id)
    if found is None or standing is None:
        return None
    report, round_, agency = found
    versions = _versions(session, report_id)
    wanted = version_number or report.current_version
    version = next((one for one in versions if one.number == wanted), None)
    if version is None:
        return None
    return ReportPage(
        id=report.id,
        round_id=round_.id,
        round_title=round_.title,
        phase=round_.phase,
        hides_findings=round_.hides_findings,
        kind=report.kind,
        state=report.state,
        title=report.title,
        project_name=report.project_name,
        unit=report.unit,
        department=report.department,
        agency=agency or "",
        evaluation_year=report.evaluation_year,
        amount_cents=report.amount_cents,
        stated_score_hundredths=report.stated_score_hundredths,
        evaluation_grade=report.evaluation_grade,
        is_confirmed=report.is_confirmed,
        note=report.note,
        uploaded_by=report.uploaded_by,
        current_version=report.current_version,
        standing=standing,
        version=version,
        versions=versions,
    )


def version_line(session: Session, report_id: UUID, number: int) -> VersionLine | None:
    """Return one version of a report, or None."""
    return next((one for one in _versions(session, report_id) if one.number == number), None)


def precheck_line(session: Session, version_id: UUID) -> PrecheckLine:
    """Return how far the precheck of a version is; waiting where nothing is known yet."""
    precheck = session.exec(
        select(Precheck).where(Precheck.report_version_id == version_id)
    ).one_or_none()
    job = session.exec(select(Job).where(Job.key == f"precheck:{version_id}")).one_or_none()
    gave_up = job is not None and job.state == "failed"
    state = precheck.state if precheck else "waiting"
    if job is not None and job.state in {"queued", "running"}:
        # The job is the truth about what is under way; the row tells of the last answer.
        state = "running" if job.state == "running" else "waiting"
    elif gave_up:
        state = "failed"
    reading = _reading_line(session, version_id)
    if reading is not None and job is not None and job.state == "done":
        state = reading.state if reading.is_busy or reading.state == "failed" else state
    return PrecheckLine(
        state=state,
        steps=(job.steps_done, job.steps_total) if job else (0, 0),
        outcome=precheck.outcome if precheck else None,
        error_code=precheck.error_code if precheck else None,
        gave_up=gave_up,
        program_version=precheck.program_version if precheck else "",
        rules_hash=precheck.rules_hash if precheck else "",
        finished_at=precheck.finished_at if precheck else None,
        answer=(precheck.answer if precheck else None) or {},
        reading=reading,
    )


_READING_STATES = {"queued": "waiting", "failed": "failed", "running": "running", "done": "done"}


def _reading_line(session: Session, version_id: UUID) -> ReadingLine | None:
    """Return how far the scanned pages are; the time left is from the pages read so far."""
    job = session.exec(select(Job).where(Job.key == f"ocr:{version_id}")).one_or_none()
    if job is None:
        return None
    state = "stopped" if job.error == "stopped" else _READING_STATES[job.state]
    mean = session.execute(
        sa.select(sa.func.avg(col(PageReading.milliseconds)))
        .join(ReportVersion, col(ReportVersion.sha256) == col(PageReading.sha256))
        .where(col(ReportVersion.id) == version_id, col(PageReading.reading).is_not(None))
    ).scalar()
    left = job.steps_total - job.steps_done
    seconds = None if mean is None or left <= 0 else max(1, round(float(mean) * left / 1000))
    return ReadingLine(state, job.steps_done, job.steps_total, seconds)


def findings_of(session: Session, version_id: UUID) -> tuple[FindingLine, ...]:
    """Return what the precheck tells of a version, in its order; silent checks tell nothing."""
    rows = session.execute(
        sa.select(Finding, Report.kind, Account.name)  # type: ignore[call-overload]
        .join(ReportVersion, col(ReportVersion.id) == col(Finding.report_version_id))
        .join(Report, col(Report.id) == col(ReportVersion.report_id))
        .outerjoin(Account, col(Account.id) == col(Finding.triaged_by))
        .where(col(Finding.report_version_id) == version_id, col(Finding.severity) != "silent")
        .order_by(col(Finding.position), col(Finding.id))
    )
    return tuple(finding_line(row, kind, triager or "") for row, kind, triager in rows)


def finding_line(row: Finding, kind: str, triager: str) -> FindingLine:
    """Return a stored finding as the pages know it."""
    box = row.box or ()
    return FindingLine(
        id=row.id,
        check=row.check,
        outcome=row.outcome,
        severity=row.severity,
        section=row.section,
        page=row.page,
        box=(box[0], box[1], box[2], box[3]) if len(box) == 4 else None,
        quote=row.quote,
        expected=row.expected,
        found=row.found,
        kind=kind,
        variant=str(row.values.get("variant", "")),
        values=dict(row.values.get("values") or {}),
        message=str(row.values.get("message", "")),
        triage=row.triage,
        triage_reason=row.triage_reason,
        triager=triager,
        triaged_at=row.triaged_at,
    )


def _versions(session: Session, report_id: UUID) -> tuple[VersionLine, ...]:
    rows = session.execute(
        sa.select(ReportVersion, StoredFile.size_bytes, Account.name)  # type: ignore[call-overload]
        .join(StoredFile, col(StoredFile.sha256) == col(ReportVersion.sha256))
        .join(Account, col(Account.id) == col(ReportVersion.uploaded_by))
        .where(col(ReportVersion.report_id) == report_id)
        .order_by(col(ReportVersion.number).desc())
    )
    return tuple(
        VersionLine(
            id=row.id,
            number=row.number,
            sha256=row.sha256,
            file_name=row.file_name,
            size_bytes=size,
            pages=row.pages or 1,
            uploader=uploader,
            created_at=row.created_at,
        )
        for row, size, uploader in rows
    )
