"""Words of the precheck's pages: outcomes, weights, titles of checks from the rules in force."""

from __future__ import annotations

from collections.abc import Callable

from reviewapp.adapters import rule_files
from reviewapp.db.queries.prechecks import ReportTally
from reviewapp.domain.errors import N_
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.words import check_title
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import parts

SEVERITIES = {
    "error": N_("To be corrected"),
    "warning": N_("To be checked"),
    "notice": N_("For information"),
    "silent": N_("silent: measured only"),
}
#: the outcome that asks for most comes first
OUTCOMES = {
    "incomplete": N_("parts missing"),
    "attention": N_("worth a look"),
    "unverifiable": N_("not verifiable"),
    "complete": N_("no finding"),
    "waiting": N_("not checked yet"),
}
TONES = {
    "incomplete": "bad",
    "attention": "doubt",
    "unverifiable": "wait",
    "complete": "ok",
    "waiting": "wait",
}


def rules_now() -> Rules:
    """Return the precheck's data that is in force."""
    return rule_files.load(parts().config.rubrics_dir / "precheck")


def titles(rules: Rules) -> Callable[[str], str]:
    """Return a function that says what a check is called in the reader's language."""
    return lambda name: check_title(rules, name, locale()) if name in rules.checks else name


def outcome_key(one: ReportTally) -> str:
    """Return the outcome of a report's precheck; waiting where there is none yet."""
    if one.outcome is None or one.state in {"waiting", "running"}:
        return "waiting"
    return one.outcome
