"""What an expert prints of a round: a worksheet of all reports, and a list of the work done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Response, render_template, request
from flask_babel import gettext as _

from reviewapp.db.queries import series
from reviewapp.db.queries import work_done as queries
from reviewapp.db.queries.work_done import WorkDone
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.web.reviews import bp
from reviewapp.web.reviews.series import of_round
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import excel
from reviewapp.web.support.filters import titled
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import SHANGHAI, now, read


@bp.get("/reviews/worksheet")
@requires(Permission.REVIEW_WRITE)
def worksheet() -> str:
    """Show all of one's own reports of a round by all criteria, to print and to write on."""
    found = of_round(_round(), request.args.get("rubric", ""))
    with read() as db:
        kind = found.rubric.kind.value
        ready = series.ready_titles(db, current_identity(), found.round_id, kind)
    return render_template(
        "reviews/worksheet.html",
        series=found,
        ready=ready,
        rubric=found.rubric,
        is_empty=request.args.get("empty") == "1",
        printed=now(),
    )


@bp.get("/reviews/work-done")
@requires(Permission.REVIEW_WRITE)
def work_done() -> str:
    """List the submitted reviews of a round for the fee claim, to print."""
    return render_template("reviews/work_done.html", work=_work(), printed=now())


@bp.get("/reviews/work-done.xlsx")
@requires(Permission.REVIEW_WRITE)
def export_work_done() -> Response:
    """Hand the list of the work done out as Excel, with an empty column for the half-days."""
    work = _work()
    header = [_("Report"), _("PDF pages"), _("Opened on"), _("Submitted on"), _("Half-days")]
    rows: list[list[object]] = [
        [titled(one.title), one.pages, _day(one.opened_at), _day(one.submitted_at), None]
        for one in work.lines
    ]
    total = _("%(count)s reports in all", count=len(work.lines))
    rows.append([total, work.pages, None, None, None])
    name = _("Work done %(name)s %(round)s", name=work.expert, round=work.round_title)
    return excel(name, _("Work done"), header, rows)


def _round() -> UUID:
    round_id = request.args.get("round", type=UUID)
    if round_id is None:
        raise NotFound(N_("There is no such round."))
    return round_id


def _work() -> WorkDone:
    with read() as db:
        work = queries.work_done(db, current_identity(), _round())
    if work is None:
        raise NotFound(N_("You have no review in this round."))
    return work


def _day(moment: datetime | None) -> object:
    return moment.astimezone(SHANGHAI).date() if moment else None
