"""The list of rounds, the reports of one round, and its way from phase to phase."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import rounds as queries
from reviewapp.db.queries.round_reports import ReportFilter, agencies_of, reports
from reviewapp.db.queries.rounds import RoundPage
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import format_points
from reviewapp.services import rounds
from reviewapp.services.round_rules import held_round, round_of
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import excel
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import page_or_blocks
from reviewapp.web.support.frame import about_round, word
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import now, read, transaction

bp = Blueprint("rounds", __name__)
PAGE_SIZE = 50
STANDINGS = {
    "uploaded": N_("waits to be taken in"),
    "busy": N_("precheck is running"),
    "doubtful": N_("findings to triage"),
    "unassigned": N_("no expert yet"),
    "unreviewed": N_("reviews missing"),
    "unsettled": N_("not settled"),
    "withdrawn": N_("withdrawn"),
    "split": N_("split into its reports"),
}


@bp.get("/rounds")
@requires(Permission.ROUND_READ)
def index() -> str:
    """List the rounds."""
    with read() as db:
        rows = queries.rounds(db)
    return render_template("rounds/index.html", rounds=rows)


@bp.get("/rounds/<uuid:round_id>")
@requires(Permission.ROUND_READ)
def show(round_id: UUID) -> Response:
    """Show the reports of a round, filtered and by pages."""
    wanted, paging = _filter(), Paging(asked_page(), PAGE_SIZE)
    with read() as db:
        page = the_round(db, round_id)
        figures = queries.figures(db, round_id)
        rows, total = reports(db, round_id, wanted, offset=paging.offset, limit=PAGE_SIZE)
        agencies = agencies_of(db, round_id)
        blocked = rounds.blocked(db, round_of(db, round_id))
    about_round(round_id)
    return page_or_blocks(
        "rounds/show.html",
        "table",
        round=page,
        round_id=round_id,
        tab="reports",
        figures=figures,
        rows=rows,
        agencies=agencies,
        wanted=wanted,
        standings=STANDINGS,
        paging=Paging(paging.page, PAGE_SIZE, total),
        next_phase=rounds.next_phase(page.phase),
        blocked=words(blocked) if blocked else "",
        is_busy=any(row.is_busy for row in rows),
    )


@bp.get("/rounds/<uuid:round_id>/reports.xlsx")
@requires(Permission.ROUND_READ)
def export(round_id: UUID) -> Response:
    """Send the filtered list as an Excel file."""
    with read() as db:
        page = the_round(db, round_id)
        rows, _total = reports(db, round_id, _filter(), limit=None)
    header = (
        _("Title"),
        _("Kind"),
        _("Project unit"),
        _("Agency"),
        _("PDF pages"),
        _("Findings"),
        _("Reviews"),
        _("Settled points"),
        _("Rating"),
    )
    lines = [
        (
            row.title,
            word("kind", row.kind),
            row.unit,
            row.agency,
            row.pages,
            row.findings - row.dismissed,
            f"{row.submitted}/{row.assigned}",
            format_points(row.total_hundredths) if row.total_hundredths is not None else "",
            row.rating or "",
        )
        for row in rows
    ]
    return excel(page.title, _("Reports"), header, lines)


@bp.post("/rounds/<uuid:round_id>/advance")
@requires(Permission.ROUND_MANAGE)
def advance(round_id: UUID) -> object:
    """Move the round into its next phase; the button says which, so that two clicks are one."""
    with transaction() as db:
        if held_round(db, round_id).phase == request.form.get("from"):
            rounds.advance(db, round_id, actor=current_identity(), now=now())
    flash(_("The round has moved on."))
    return redirect(url_for("rounds.show", round_id=round_id), 303)


@bp.post("/rounds/<uuid:round_id>/return")
@requires(Permission.ROUND_MANAGE)
def return_to(round_id: UUID) -> object:
    """Take the phase before up again."""
    try:
        with transaction() as db:
            rounds.return_to(
                db,
                round_id,
                request.form.get("reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        if status_of(refused) != 422:
            raise
        flash(words(refused))
        return redirect(url_for("rounds.settings", round_id=round_id), 303)
    flash(_("The phase before has been taken up again."))
    return redirect(url_for("rounds.show", round_id=round_id), 303)


def the_round(db: Any, round_id: UUID) -> RoundPage:
    """Return the round or answer 404."""
    page = queries.round_page(db, round_id)
    if page is None:
        raise NotFound(N_("There is no such round."))
    return page


def _filter() -> ReportFilter:
    given = request.args
    try:
        agency_id = UUID(given["agency"]) if given.get("agency") else None
    except ValueError:
        agency_id = None
    return ReportFilter(
        text=given.get("q", "").strip()[:100],
        kind=given.get("kind", "") if given.get("kind") in {"key-project", "department"} else "",
        agency_id=agency_id,
        standing=given.get("standing", "") if given.get("standing") in STANDINGS else "",
    )
