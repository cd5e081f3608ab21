"""How often each check was right, by what officers said of its findings: the measurement.

Counted are the findings that stand on the versions that count, whatever stands judged on older
ones, and the verdicts kept from former rules. Reports that are withdrawn or split do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import (
    Account,
    Agency,
    Finding,
    Precheck,
    Report,
    ReportVersion,
    Round,
    Verdict,
)
from reviewapp.db.queries.prechecks import Tally, count_if, is_current
from reviewapp.db.queries.reports import FindingLine, finding_line
from reviewapp.domain.lifecycle import GONE


@dataclass(frozen=True)
class Measured(Tally):
    """One check in one version of it and of the rules; `where` is what it is split by."""

    check: str
    version: int
    rules_hash: str
    where: str
    since: datetime | None  # the first finding by these rules


@dataclass(frozen=True)
class Case:
    """One finding of a check with the report that it stands in."""

    finding: FindingLine
    report_id: UUID
    report_title: str
    round_title: str
    phase: str


def by_check(session: Session) -> tuple[Measured, ...]:
    """Return every check and version that found something, over all rules and rounds."""
    cases = _cases()
    return _measured(session, cases, [cases.c.check, cases.c.version])


def by_rules(session: Session, check: str) -> tuple[Measured, ...]:
    """Return one check by its version and that of the rules, the latest first."""
    cases = _cases(check)
    keys = [cases.c.check, cases.c.version, cases.c.rules_hash]
    rows = _measured(session, cases, keys)
    latest = sorted(rows, key=lambda one: (one.since is not None, one.since or 0), reverse=True)
    return tuple(latest)


def by_round(session: Session, check: str, rules: str = "") -> tuple[Measured, ...]:
    """Return one check by round; `rules` begins the hash of the only rules that count."""
    return _split(session, check, rules, col(Round.title))


def by_agency(session: Session, check: str, rules: str = "") -> tuple[Measured, ...]:
    """Return one check by agency; reports without one have an empty name."""
    return _split(session, check, rules, col(Agency.name))


def by_layout(session: Session, check: str, rules: str = "") -> tuple[Measured, ...]:
    """Return one check by layout: what printed the report and how it numbers."""
    return _split(session, check, rules, None)


def everything(session: Session) -> tuple[tuple[Measured, str, str, str], ...]:
    """Return each check by version, rules, round, agency and layout: (tally, the three names)."""
    cases = _cases()
    keys = [cases.c.check, cases.c.version, cases.c.rules_hash]
    names = [col(Round.title), col(Agency.name), cases.c.layout]
    rows = session.execute(_counted(cases, keys, names).order_by(*keys, *names))
    return tuple(
        (_line(row[0], row[1], row[2], "", row[6:]), row[3], row[4] or "", row[5]) for row in rows
    )


def cases(
    session: Session, check: str, *, triage: str = "", offset: int = 0, limit: int = 20
) -> tuple[tuple[Case, ...], int]:
    """Return one page of a check's findings on the versions that count, and how many fit."""
    query = (
        sa.select(Finding, Report, Round.title, Round.phase, Account.name)  # type: ignore[call-overload]
        .join(ReportVersion, col(ReportVersion.id) == col(Finding.report_version_id))
        .join(Report, is_current())
        .join(Round, col(Round.id) == col(Report.round_id))
        .outerjoin(Account, col(Account.id) == col(Finding.triaged_by))
        .where(col(Finding.check) == check, col(Report.state).not_in(GONE))
    )
    if triage:
        query = query.where(col(Finding.triage) == triage)
    total = session.execute(
        sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    ).scalar_one()
    order = (col(Round.year).desc(), col(Report.title), col(Report.id), col(Finding.position))
    rows = session.execute(query.order_by(*order).offset(offset).limit(limit))
    return tuple(
        Case(finding_line(row, report.kind, by or ""), report.id, report.title, title, phase)
        for row, report, title, phase, by in rows
    ), total


def _cases(check: str = "") -> Any:
    """Return the findings and the kept verdicts as one table, each with its report."""
    common: tuple[Any, ...] = (
        col(Report.id).label("report_id"),
        col(Report.round_id),
        col(Report.agency_id),
    )
    live = (
        sa.select(
            col(Finding.check),
            col(Finding.version),
            col(Precheck.rules_hash),
            col(Precheck.layout),
            col(Finding.triage),
            col(Finding.created_at),
            *common,
        )
        .join(Precheck, col(Precheck.report_version_id) == col(Finding.report_version_id))
        .join(ReportVersion, col(ReportVersion.id) == col(Finding.report_version_id))
        .join(Report, col(Report.id) == col(ReportVersion.report_id))
        .where(
            col(Report.state).not_in(GONE),
            sa.or_(
                col(ReportVersion.number) == col(Report.current_version),
                col(Finding.triage) != "open",
            ),
        )
    )
    past = (
        sa.select(
            col(Verdict.check),
            col(Verdict.version),
            col(Verdict.rules_hash),
            col(Verdict.layout),
            col(Verdict.triage),
            col(Verdict.created_at),
            *common,
        )
        .join(ReportVersion, col(ReportVersion.id) == col(Verdict.report_version_id))
        .join(Report, col(Report.id) == col(ReportVersion.report_id))
        .where(col(Report.state).not_in(GONE))
    )
    if check:
        live, past = (
            live.where(col(Finding.check) == check),
            past.where(col(Verdict.check) == check),
        )
    return sa.union_all(live, past).subquery("cases")


def _counted(cases: Any, keys: list[Any], names: list[Any]) -> Any:
    return (
        sa.select(
            *keys,
            *names,
            sa.func.count(),
            count_if(cases.c.triage == "confirmed"),
            count_if(cases.c.triage == "dismissed"),
            sa.func.count(sa.distinct(cases.c.report_id)),
            sa.func.min(cases.c.created_at),
        )
        .select_from(cases)
        .join(Round, col(Round.id) == cases.c.round_id)
        .outerjoin(Agency, col(Agency.id) == cases.c.agency_id)
        .group_by(*keys, *names)
    )


def _measured(session: Session, cases: Any, keys: list[Any]) -> tuple[Measured, ...]:
    rows = session.execute(_counted(cases, keys, []).order_by(*keys))
    size = len(keys)
    return tuple(_line(row[0], row[1], row[2] if size > 2 else "", "", row[size:]) for row in rows)


def _split(session: Session, check: str, rules: str, name: Any) -> tuple[Measured, ...]:
    cases = _cases(check)
    name = cases.c.layout if name is None else name
    query = _counted(cases, [cases.c.version], [name])
    if rules:
        query = query.where(cases.c.rules_hash.startswith(rules, autoescape=True))
    rows = session.execute(query.order_by(name, cases.c.version))
    return tuple(_line(check, row[0], rules, row[1] or "", row[2:]) for row in rows)


def _line(check: str, version: int, rules_hash: str, where: str, counts: Any) -> Measured:
    found, confirmed, dismissed, reports, since = counts
    return Measured(
        found=found,
        confirmed=confirmed,
        dismissed=dismissed,
        reports=reports,
        check=check,
        version=version,
        rules_hash=rules_hash,
        where=where,
        since=since,
    )
