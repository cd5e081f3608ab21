"""What the precheck found over a round: outcomes, frequent doubts, agencies, reports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, render_template, request
from flask_babel import gettext as _

from reviewapp.db.queries import prechecks as queries
from reviewapp.db.queries import rounds as round_queries
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.web.prechecks import bp
from reviewapp.web.prechecks.words import OUTCOMES, TONES, outcome_key, rules_now, titles
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import workbook
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.parts import read


@bp.get("/rounds/<uuid:round_id>/precheck")
@requires(Permission.ROUND_READ)
def round_page(round_id: UUID) -> str:
    """Show a round's reports by outcome, its most frequent findings, and each agency's share."""
    with read() as db:
        page = round_queries.round_page(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        checks = queries.check_tallies(db, round_id)
        agencies = queries.agency_tallies(db, round_id)
        reports = queries.report_tallies(db, round_id)
    about_round(round_id)
    wanted = request.args.get("outcome", "")
    return render_template(
        "prechecks/round.html",
        round=page,
        round_id=round_id,
        tab="prechecks",
        checks=checks,
        agencies=agencies,
        reports=[one for one in reports if not wanted or outcome_key(one) == wanted],
        wanted=wanted if wanted in OUTCOMES else "",
        outcomes={name: sum(1 for one in reports if outcome_key(one) == name) for name in OUTCOMES},
        outcome_words=OUTCOMES,
        tones=TONES,
        outcome_key=outcome_key,
        outcome_word=_outcome_word,
        title_of=titles(rules_now()),
    )


@bp.get("/rounds/<uuid:round_id>/precheck.xlsx")
@requires(Permission.ROUND_READ)
def export(round_id: UUID) -> Response:
    """Hand out the round's reports with their outcomes, and its findings by check and agency."""
    with read() as db:
        page = round_queries.round_page(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        checks = queries.check_tallies(db, round_id)
        agencies = queries.agency_tallies(db, round_id)
        reports = queries.report_tallies(db, round_id)
    title_of = titles(rules_now())
    counts = [_("Doubts"), _("Confirmed"), _("Dismissed"), _("To be judged")]
    sheets = [
        (_("Reports"), _report_header(counts), [_report_row(one) for one in reports]),
        (
            _("Most frequent doubts"),
            [_("Checks"), _("Reports"), *counts],
            [[title_of(one.check), one.reports, *_counts(one)] for one in checks],
        ),
        (
            _("By agency"),
            [_("Agency"), _("Reports"), *(str(_(OUTCOMES[name])) for name in OUTCOMES), *counts],
            [_agency_row(one) for one in agencies],
        ),
    ]
    return workbook(f"{page.title} {_('Precheck')}", sheets)


def _report_header(counts: list[str]) -> list[str]:
    weights = [_("To be corrected"), _("To be checked"), _("For information")]
    about = [_("Report"), _("Project unit"), _("Agency"), _("Pages"), _("Precheck")]
    return [*about, *weights, *counts]


def _report_row(one: queries.ReportTally) -> list[Any]:
    about = [one.title.strip("《》"), one.unit, one.agency, one.pages, _outcome_word(one)]
    return [*about, *one.weights, *_counts(one)]


def _agency_row(one: queries.AgencyTally) -> list[Any]:
    outcomes = [getattr(one, name) for name in OUTCOMES]
    return [one.agency or _("no agency yet"), one.reports, *outcomes, *_counts(one)]


def _counts(one: queries.Tally) -> list[Any]:
    return [one.found, one.confirmed, one.dismissed, one.open]


def _outcome_word(one: queries.ReportTally) -> str:
    return str(_(OUTCOMES[outcome_key(one)]))
