"""What the precheck found over a round: by check, by agency, report by report.

Only findings on the version that counts, of reports that are not withdrawn; what silent checks
found is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import Agency, Finding, Precheck, Report, ReportVersion
from reviewapp.domain.lifecycle import GONE


@dataclass(frozen=True)
class Tally:
    """How many findings, and what officers said of them."""

    found: int
    confirmed: int
    dismissed: int
    reports: int

    @property
    def open(self) -> int:
        """Return how many nobody has judged yet."""
        return self.found - self.confirmed - self.dismissed

    @property
    def right_percent(self) -> int | None:
        """Return how many of a hundred judged findings were right; None if none was judged."""
        judged = self.confirmed + self.dismissed
        return round(100 * self.confirmed / judged) if judged else None


@dataclass(frozen=True)
class CheckTally(Tally):
    """One check in a version of it."""

    check: str
    version: int


@dataclass(frozen=True)
class AgencyTally(Tally):
    """One agency's reports in a round, by the precheck's outcome."""

    agency: str
    complete: int
    attention: int
    incomplete: int
    unverifiable: int
    waiting: int


@dataclass(frozen=True)
class ReportTally(Tally):
    """One report of a round with the precheck's outcome; `state` is how far the precheck is."""

    id: UUID
    title: str
    unit: str
    agency: str
    state: str  # waiting, running, done, failed
    outcome: str | None
    pages: int | None
    layout: str
    weights: tuple[int, int, int]  # errors, warnings, notices


def check_tallies(session: Session, round_id: UUID) -> tuple[CheckTally, ...]:
    """Return every check that found something in a round, the most frequent first."""
    query = _findings(col(Finding.check), col(Finding.version))
    query = query.where(col(Report.round_id) == round_id)
    query = query.group_by(col(Finding.check), col(Finding.version))
    rows = [_tally(row[2:], row[0], row[1]) for row in session.execute(query)]
    return tuple(sorted(rows, key=lambda row: (-row.found, row.check, row.version)))


def agency_tallies(session: Session, round_id: UUID) -> tuple[AgencyTally, ...]:
    """Return the agencies of a round with their reports by outcome and their findings."""
    found = {
        row[0]: row[1:]
        for row in session.execute(
            _findings(col(Report.agency_id))
            .where(col(Report.round_id) == round_id)
            .group_by(col(Report.agency_id))
        )
    }
    outcomes = ("complete", "attention", "incomplete", "unverifiable")
    query = (
        sa.select(
            col(Report.agency_id),
            col(Agency.name),
            sa.func.count(col(Report.id)),
            *(count_if(col(Precheck.outcome) == outcome) for outcome in outcomes),
        )
        .select_from(Report)
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(ReportVersion, is_current())
        .outerjoin(Precheck, col(Precheck.report_version_id) == col(ReportVersion.id))
        .where(col(Report.round_id) == round_id, col(Report.state).not_in(GONE))
        .group_by(col(Report.agency_id), col(Agency.name))
        .order_by(col(Agency.name))
    )
    return tuple(_agency(row, found.get(row[0], (0, 0, 0, 0))) for row in session.execute(query))


def report_tallies(session: Session, round_id: UUID) -> tuple[ReportTally, ...]:
    """Return the reports of a round by title, each with its outcome and its findings."""
    weights = ("error", "warning", "notice")
    found = {
        row[0]: row[1:]
        for row in session.execute(
            _findings(
                col(Report.id), *(count_if(col(Finding.severity) == weight) for weight in weights)
            )
            .where(col(Report.round_id) == round_id)
            .group_by(col(Report.id))
        )
    }
    query = (
        sa.select(Report, Agency.name, Precheck, ReportVersion.pages)  # type: ignore[call-overload]
        .join(ReportVersion, is_current())
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(Precheck, col(Precheck.report_version_id) == col(ReportVersion.id))
        .where(col(Report.round_id) == round_id, col(Report.state).not_in(GONE))
        .order_by(col(Report.title), col(Report.id))
    )
    return tuple(
        _report(report, agency, precheck, pages, found.get(report.id, (0,) * 7))
        for report, agency, precheck, pages in session.execute(query)
    )


def _report(
    report: Report, agency: str | None, precheck: Precheck | None, pages: int | None, counts: Any
) -> ReportTally:
    errors, warnings, notices, found, confirmed, dismissed, _reports = counts
    return ReportTally(
        found=found,
        confirmed=confirmed,
        dismissed=dismissed,
        reports=1,
        id=report.id,
        title=report.title,
        unit=report.unit,
        agency=agency or "",
        state=precheck.state if precheck else "waiting",
        outcome=precheck.outcome if precheck else None,
        pages=pages,
        layout=precheck.layout if precheck else "",
        weights=(errors, warnings, notices),
    )


def _tally(counts: Any, check: str, version: int) -> CheckTally:
    found, confirmed, dismissed, reports = counts
    return CheckTally(
        found=found,
        confirmed=confirmed,
        dismissed=dismissed,
        reports=reports,
        check=check,
        version=version,
    )


def _agency(row: Any, found: Any) -> AgencyTally:
    _id, name, reports, *outcomes = row
    return AgencyTally(
        found=found[0],
        confirmed=found[1],
        dismissed=found[2],
        reports=reports,
        agency=name or "",
        complete=outcomes[0],
        attention=outcomes[1],
        incomplete=outcomes[2],
        unverifiable=outcomes[3],
        waiting=reports - sum(outcomes),
    )


def _findings(*keys: Any) -> Any:
    """Return a query of keys, findings, confirmed, dismissed, reports."""
    return (
        sa.select(
            *keys,
            sa.func.count(col(Finding.id)),
            count_if(col(Finding.triage) == "confirmed"),
            count_if(col(Finding.triage) == "dismissed"),
            sa.func.count(sa.distinct(col(Report.id))),
        )
        .select_from(Finding)
        .join(ReportVersion, col(ReportVersion.id) == col(Finding.report_version_id))
        .join(Report, is_current())
        .where(col(Report.state).not_in(GONE), col(Finding.severity) != "silent")
    )


def is_current() -> Any:
    """Return the condition that a version is the one of its report that counts."""
    return sa.and_(
        col(ReportVersion.report_id) == col(Report.id),
        col(ReportVersion.number) == col(Report.current_version),
    )


def count_if(condition: Any) -> Any:
    """Return how many rows of a group meet the condition."""
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
