"""What the precheck found over a round, and how often officers said that a check was right.

Only findings on the version that counts, of reports that are not withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import Agency, Finding, Precheck, Report, ReportVersion, Round


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
    """One check in a version of it; `where` is a round or an agency where it is split."""

    check: str
    version: int
    where: str = ""


@dataclass(frozen=True)
class AgencyTally(Tally):
    """One agency's reports in a round, by the precheck's outcome."""

    agency: str
    complete: int
    attention: int
    incomplete: int
    unverifiable: int
    waiting: int


def check_tallies(session: Session, round_id: UUID | None = None) -> tuple[CheckTally, ...]:
    """Return every check that found something, the most frequent first."""
    query = _findings(col(Finding.check), col(Finding.version))
    if round_id is not None:
        query = query.where(col(Report.round_id) == round_id)
    query = query.group_by(col(Finding.check), col(Finding.version))
    rows = [_tally(row[2:], row[0], row[1]) for row in session.execute(query)]
    return tuple(sorted(rows, key=lambda row: (-row.found, row.check, row.version)))


def check_by_round(session: Session, check: str) -> tuple[CheckTally, ...]:
    """Return one check's findings by round and version, the newest round first."""
    query = (
        _findings(col(Finding.version), col(Round.title), col(Round.year))
        .join(Round, col(Round.id) == col(Report.round_id))
        .where(col(Finding.check) == check)
        .group_by(col(Finding.version), col(Round.id), col(Round.title), col(Round.year))
        .order_by(col(Round.year).desc(), col(Round.title), col(Finding.version))
    )
    return tuple(_tally(row[3:], check, row[0], row[1]) for row in session.execute(query))


def check_by_agency(session: Session, check: str) -> tuple[CheckTally, ...]:
    """Return one check's findings by agency and version, by name."""
    query = (
        _findings(col(Finding.version), col(Agency.name))
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .where(col(Finding.check) == check)
        .group_by(col(Finding.version), col(Agency.id), col(Agency.name))
        .order_by(col(Agency.name), col(Finding.version))
    )
    return tuple(_tally(row[2:], check, row[0], row[1] or "") for row in session.execute(query))


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
            *(_count(col(Precheck.outcome) == outcome) for outcome in outcomes),
        )
        .select_from(Report)
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(ReportVersion, _counts())
        .outerjoin(Precheck, col(Precheck.report_version_id) == col(ReportVersion.id))
        .where(col(Report.round_id) == round_id, col(Report.state) != "withdrawn")
        .group_by(col(Report.agency_id), col(Agency.name))
        .order_by(col(Agency.name))
    )
    return tuple(_agency(row, found.get(row[0], (0, 0, 0, 0))) for row in session.execute(query))


def _tally(counts: Any, check: str, version: int, where: str = "") -> CheckTally:
    found, confirmed, dismissed, reports = counts
    return CheckTally(
        found=found,
        confirmed=confirmed,
        dismissed=dismissed,
        reports=reports,
        check=check,
        version=version,
        where=where,
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
            _count(col(Finding.triage) == "confirmed"),
            _count(col(Finding.triage) == "dismissed"),
            sa.func.count(sa.distinct(col(Report.id))),
        )
        .select_from(Finding)
        .join(ReportVersion, col(ReportVersion.id) == col(Finding.report_version_id))
        .join(Report, _counts())
        .where(col(Report.state) != "withdrawn")
    )


def _counts() -> Any:
    """Return the condition that a version is the one of its report that counts."""
    return sa.and_(
        col(ReportVersion.report_id) == col(Report.id),
        col(ReportVersion.number) == col(Report.current_version),
    )


def _count(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
