"""What the precheck found over a round, and how often each of its checks was right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from reviewapp.adapters import rule_files
from reviewapp.db.queries import prechecks as queries
from reviewapp.db.queries import rounds as round_queries
from reviewapp.db.queries.prechecks import CheckTally
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.precheck import suite
from reviewapp.domain.precheck.rules import CheckRule, Rules
from reviewapp.domain.precheck.words import check_title
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import excel
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import parts, read

bp = Blueprint("prechecks", __name__)
SEVERITIES = {
    "error": N_("To be corrected"),
    "warning": N_("To be checked"),
    "notice": N_("For information"),
    "silent": N_("switched off"),
}


@dataclass(frozen=True)
class CheckLine:
    """A check as it is set, and what officers said of its findings in all rounds."""

    rule: CheckRule
    title: str
    severity: str
    tallies: tuple[CheckTally, ...]


@bp.get("/rounds/<uuid:round_id>/precheck")
@requires(Permission.ROUND_READ)
def round_page(round_id: UUID) -> str:
    """Show a round's outcomes, its most frequent findings, and each agency's share."""
    with read() as db:
        page = round_queries.round_page(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        checks = queries.check_tallies(db, round_id)
        agencies = queries.agency_tallies(db, round_id)
    about_round(round_id)
    outcomes = ("complete", "attention", "incomplete", "unverifiable", "waiting")
    return render_template(
        "prechecks/round.html",
        round=page,
        round_id=round_id,
        tab="prechecks",
        checks=checks,
        agencies=agencies,
        outcomes={name: sum(getattr(one, name) for one in agencies) for name in outcomes},
        title_of=_titles(_rules()),
    )


@bp.get("/rounds/<uuid:round_id>/precheck.xlsx")
@requires(Permission.ROUND_READ)
def export(round_id: UUID) -> Response:
    """Hand out every finding's count by check and by agency."""
    with read() as db:
        page = round_queries.round_page(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        checks = queries.check_tallies(db, round_id)
        agencies = queries.agency_tallies(db, round_id)
    title_of = _titles(_rules())
    header = [_("Check or agency"), _("Reports"), _("Doubts"), _("Confirmed"), _("Dismissed")]
    rows: list[list[Any]] = [_row(title_of(one.check), one) for one in checks]
    rows += [_row(one.agency or _("no agency yet"), one) for one in agencies]
    return excel(f"{page.title} {_('Precheck')}", _("Precheck"), [*header, _("Open")], rows)


@bp.get("/prechecks")
@requires(Permission.ROUND_READ)
def checks() -> str:
    """Show every check, how it is set and how often it was right."""
    rules = _rules()
    with read() as db:
        tallies = queries.check_tallies(db)
    return render_template(
        "prechecks/checks.html",
        lines=[_line(rules, rules.checks[name], tallies) for name in suite.check_ids()],
        rules_hash=rules.content_hash,
    )


@bp.get("/prechecks/<check>")
@requires(Permission.ROUND_READ)
def check(check: str) -> str:
    """Show one check whole, and how often it was right by round and by agency."""
    rules = _rules()
    if check not in rules.checks:
        raise NotFound(N_("There is no such check."))
    with read() as db:
        tallies = queries.check_tallies(db)
        rounds, agencies = queries.check_by_round(db, check), queries.check_by_agency(db, check)
    return render_template(
        "prechecks/check.html",
        line=_line(rules, rules.checks[check], tallies),
        rounds=rounds,
        agencies=agencies,
        is_built=check in suite.check_ids(),
        is_english=locale() == "en",
    )


def _rules() -> Rules:
    return rule_files.load(parts().config.rubrics_dir / "precheck")


def _titles(rules: Rules) -> Callable[[str], str]:
    """Return a function that says what a check is called."""
    return lambda name: check_title(rules, name, locale()) if name in rules.checks else name


def _line(rules: Rules, rule: CheckRule, tallies: Iterable[CheckTally]) -> CheckLine:
    return CheckLine(
        rule,
        check_title(rules, rule.id, locale()),
        str(_(SEVERITIES[rule.severity.value])),
        tuple(one for one in tallies if one.check == rule.id),
    )


def _row(name: str, one: queries.Tally) -> list[Any]:
    return [name, one.reports, one.found, one.confirmed, one.dismissed, one.open]
