"""All checks together: importing this module registers every one of them."""

from __future__ import annotations

from reviewapp.domain.precheck.checks import (
    advice,
    amounts,
    annexes,
    blocks,
    citations,
    contents,
    cover,
    files,
    funds,
    indicators,
    leftovers,
    names,
    scores,
    sections,
    shared,
    signing,
    surveys,
    years,
)
from reviewapp.domain.precheck.checks import personal_data as personal
from reviewapp.domain.precheck.finding import Severity
from reviewapp.domain.precheck.registry import Check, CheckRun, registered, run_one
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules

MODULES = (
    sections,
    contents,
    leftovers,
    cover,
    scores,
    funds,
    amounts,
    indicators,
    years,
    citations,
    surveys,
    shared,
    annexes,
    signing,
    names,
    blocks,
    advice,
    personal,
    files,
)


def all_checks() -> tuple[Check, ...]:
    """Return every check that is built, in the order in which they run."""
    return registered()


def check_ids() -> tuple[str, ...]:
    """Return the ids of all checks that are built."""
    return tuple(check.id for check in registered())


def run_all(report: Report, rules: Rules) -> list[CheckRun]:
    """Run every check, the silent ones too; the findings of each are in page order."""
    return [run_one(check, report, rules) for check in registered()]


def is_silent(run: CheckRun, rules: Rules) -> bool:
    """Say whether what a check found is measured only, and told to nobody."""
    return rules.checks[run.id].severity is Severity.SILENT
