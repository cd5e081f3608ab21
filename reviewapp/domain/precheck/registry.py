"""Every check by its id: @check("section-missing", version=1) makes a function one of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewapp.domain.precheck.certainty import judge
from reviewapp.domain.precheck.finding import Doubt, Finding, Outcome, Severity
from reviewapp.domain.precheck.text import shorten

if TYPE_CHECKING:
    from reviewapp.domain.precheck.report import Report
    from reviewapp.domain.precheck.rules import Rules

KINDS = ("key-project", "department")

CheckFunction = Callable[["Report", "Rules"], Iterator[Doubt]]
Applies = Callable[["Report"], bool]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `applies` says whether a report holds what it judges."""

    id: str
    version: int
    run: CheckFunction
    applies: Applies


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What one check said of one report, and how long it took in milliseconds."""

    id: str
    outcome: Outcome
    milliseconds: float
    findings: tuple[Finding, ...]


_CHECKS: dict[str, Check] = {}


def _always(_report: Report) -> bool:
    return True


def check(
    check_id: str, *, version: int, applies: Applies = _always
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check under its id of the precheck contract; a duplicate id is a ValueError."""

    def register(function: CheckFunction) -> CheckFunction:
        if check_id in _CHECKS:
            raise ValueError(f"two checks are called {check_id}")
        _CHECKS[check_id] = Check(check_id, version, function, applies)
        return function

    return register


def registered() -> tuple[Check, ...]:
    """Return the checks in the order in which they were registered."""
    return tuple(_CHECKS.values())


def run_one(check: Check, report: Report, rules: Rules) -> CheckRun:
    """Run one check and say how it came out."""
    began = time.perf_counter()
    if not check.applies(report):
        outcome, findings = Outcome.NOT_APPLICABLE, []
    else:
        severity = rules.checks[check.id].severity
        doubts = (judge(doubt, check.id, report, rules.ocr) for doubt in check.run(report, rules))
        findings = [_finding(check, severity, doubt, report) for doubt in doubts]
        outcome = _outcome(findings)
    milliseconds = round((time.perf_counter() - began) * 1000, 3)
    return CheckRun(check.id, outcome, milliseconds, tuple(_numbered(findings)))


def _outcome(findings: list[Finding]) -> Outcome:
    outcomes = {finding.outcome for finding in findings}
    for outcome in (Outcome.SUSPECT, Outcome.UNVERIFIABLE):
        if outcome in outcomes:
            return outcome
    return Outcome.PASS


def _finding(check: Check, severity: Severity, doubt: Doubt, report: Report) -> Finding:
    place = doubt.place
    section = doubt.section
    if section is None and place is not None:
        section = report.section_at(place)
    # What cannot be judged is told, but weighs no more than a notice.
    weight = severity
    if doubt.outcome is Outcome.UNVERIFIABLE and severity is not Severity.SILENT:
        weight = Severity.NOTICE
    return Finding(
        check=check.id,
        version=check.version,
        outcome=doubt.outcome,
        severity=weight,
        section=section,
        page=place.page if place else None,
        box=place.box if place else None,
        quote=shorten(place.quote) if place else "",
        expected=doubt.expected,
        found=doubt.found,
        variant=doubt.variant,
        values=dict(doubt.values),
    )


def _numbered(findings: list[Finding]) -> list[Finding]:
    """Sort by place and give findings that are otherwise the same a number."""
    ordered = sorted(findings, key=lambda f: (f.page or 0, f.box.y0 if f.box else 0.0))
    seen: dict[str, int] = {}
    numbered = []
    for finding in ordered:
        count = seen.get(finding.key, 0)
        seen[finding.key] = count + 1
        numbered.append(replace(finding, ordinal=count) if count else finding)
    return numbered
