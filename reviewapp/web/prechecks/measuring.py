"""How often each check was right: by version and rules, by layout, agency and round.

This page is the only one that tells what silent checks found, and only those who triage are told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import measurement
from reviewapp.db.queries.measurement import Measured
from reviewapp.domain.errors import N_, Invalid, NotFound
from reviewapp.domain.lifecycle import Act, phase_allows
from reviewapp.domain.policy import Permission
from reviewapp.domain.precheck import suite
from reviewapp.domain.precheck.rules import CheckRule, Rules
from reviewapp.domain.precheck.words import check_title
from reviewapp.services import triage as service
from reviewapp.web.prechecks import bp
from reviewapp.web.prechecks.words import SEVERITIES, rules_now, titles
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import excel
from reviewapp.web.support.errors import words
from reviewapp.web.support.findings import sentence
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.language import locale
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import now, read, transaction

CASES = 20  # findings on one page
STANDINGS = {"open": N_("To be judged"), "confirmed": N_("Confirmed"), "dismissed": N_("Dismissed")}


@dataclass(frozen=True)
class CheckLine:
    """A check as it is set, and what officers said of its findings in all rounds."""

    rule: CheckRule
    title: str
    severity: str
    tallies: tuple[Measured, ...]


@bp.get("/prechecks")
@requires(Permission.ROUND_READ)
def checks() -> str:
    """Show every check, how it is set and how often it was right."""
    rules = rules_now()
    with read() as db:
        tallies = measurement.by_check(db)
    return render_template(
        "prechecks/checks.html",
        lines=[_line(rules, rules.checks[name], tallies) for name in suite.check_ids()],
        rules_hash=rules.content_hash,
    )


@bp.get("/prechecks.xlsx")
@requires(Permission.ROUND_READ)
def export_checks() -> Response:
    """Hand out the measurement: every check by version, rules, round, agency and layout."""
    with read() as db:
        rows = measurement.everything(db)
    title_of = titles(rules_now())
    header = [_("Checks"), _("Id"), _("Version"), _("Rules"), _("Round"), _("Agency"), _("Layout")]
    counts = [_("Doubts"), _("Confirmed"), _("Dismissed"), _("To be judged"), _("Right")]
    lines = [
        [
            *(title_of(one.check), one.check, one.version, one.rules_hash[:12]),
            *(round_title, agency or _("no agency yet"), layout),
            *(one.found, one.confirmed, one.dismissed, one.open, one.right_percent),
        ]
        for one, round_title, agency, layout in rows
    ]
    return excel(_("How often the checks were right"), _("Checks"), [*header, *counts], lines)


@bp.get("/prechecks/<check>")
@requires(Permission.ROUND_READ)
def check(check: str) -> Response:
    """Show one check whole, how often it was right, and its findings."""
    return _show(check)


@bp.post("/prechecks/<check>/findings/<uuid:finding_id>/triage")
@requires(Permission.FINDING_TRIAGE)
def triage(check: str, finding_id: UUID) -> Response:
    """Store an officer's word on a finding (`act`: confirm, dismiss, leave)."""
    act, who = request.form.get("act", ""), current_identity()
    try:
        with transaction() as db:
            if act == "confirm":
                service.confirm(db, finding_id, actor=who, now=now())
            elif act == "dismiss":
                reason = request.form.get("reason", "")
                service.dismiss(db, finding_id, reason, actor=who, now=now())
            elif act == "leave":
                service.leave(db, finding_id, actor=who, now=now())
            else:
                raise Invalid(N_("Confirm, dismiss or leave: choose one of them."))
    except Invalid as refused:
        return _show(check, refused=(str(finding_id), words(refused)))
    rules, wanted = request.args.get("rules"), request.args.get("triage")
    return done(
        url_for("prechecks.check", check=check, rules=rules, triage=wanted, _anchor="cases")
    )


def _show(check: str, refused: tuple[str, str] = ("", "")) -> Response:
    rules, who = rules_now(), current_identity()
    if check not in rules.checks:
        raise NotFound(N_("There is no such check."))
    rule, wanted = rules.checks[check], request.args.get("triage", "")
    wanted = wanted if wanted in STANDINGS else ""
    asked, paging = request.args.get("rules", "")[:64], Paging(asked_page(), CASES)
    # What a silent check found is told to those alone who measure it.
    tells_cases = rule.severity.value != "silent" or who.may(Permission.FINDING_TRIAGE)
    with read() as db:
        tallies, versions = measurement.by_check(db), measurement.by_rules(db, check)
        split = [
            (_("By layout"), _("Layout"), measurement.by_layout(db, check, asked)),
            (_("By agency"), _("Agency"), measurement.by_agency(db, check, asked)),
            (_("By round"), _("Round"), measurement.by_round(db, check, asked)),
        ]
        cases, total = (
            measurement.cases(db, check, triage=wanted, offset=paging.offset, limit=CASES)
            if tells_cases
            else ((), 0)
        )
    page = render_template(
        "prechecks/check.html",
        line=_line(rules, rule, tallies),
        check=check,
        versions=versions,
        split=split,
        asked=asked,
        rules_hash=rules.content_hash,
        cases=cases,
        tells_cases=tells_cases,
        paging=Paging(paging.page, CASES, total),
        query={"check": check, "rules": asked or None, "triage": wanted or None},
        standings=STANDINGS,
        wanted=wanted,
        refused=refused,
        sentence=sentence,
        may_triage=who.may(Permission.FINDING_TRIAGE),
        allows=lambda phase: phase_allows(phase, Act.TRIAGE),
        is_english=locale() == "en",
    )
    return Response(page, status=422 if refused[1] else 200)


def _line(rules: Rules, rule: CheckRule, tallies: Iterable[Measured]) -> CheckLine:
    return CheckLine(
        rule,
        check_title(rules, rule.id, locale()),
        str(_(SEVERITIES[rule.severity.value])),
        tuple(one for one in tallies if one.check == rule.id),
    )
