"""What the rule proposes, what officers settle, with every review beside it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from reviewapp.db.queries import settlement as queries
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import bands_from_json, format_points
from reviewapp.services import settlement
from reviewapp.web.settlement import bp
from reviewapp.web.settlement.drawing import lines_of, page_strip, warmth
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import excel
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round, word
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, read, transaction


@bp.get("/rounds/<uuid:round_id>/settlement")
@requires(Permission.SETTLEMENT_READ)
def round_page(round_id: UUID) -> str:
    """Show every report with its totals, the proposal and the result."""
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        rows = queries.settlement_rows(db, round_id)
    about_round(round_id)
    return render_template(
        "settlement/round.html",
        round=page,
        round_id=round_id,
        tab="settlement",
        rows=rows,
        lines=lines_of(rows, bands_from_json(page.bands)),
        agreed=sum(row.state == "proposed" and not row.is_disputed for row in rows),
        disputed=sum(row.state == "proposed" and row.is_disputed for row in rows),
        waiting=sum(row.is_waiting for row in rows),
        settled=sum(row.state == "settled" for row in rows),
    )


@bp.post("/rounds/<uuid:round_id>/settlement")
@requires(Permission.SETTLEMENT_MANAGE)
def accept(round_id: UUID) -> Response:
    """Accept every undisputed proposal in one act, as it was seen."""
    try:
        seen = [
            (UUID(report), int(total))
            for report, _sep, total in (one.partition(":") for one in request.form.getlist("seen"))
        ]
    except ValueError:
        raise Invalid(N_("Reviews have changed meanwhile: look at the results again.")) from None
    with transaction() as db:
        count = settlement.accept_undisputed(
            db, round_id, actor=current_identity(), now=now(), seen=seen
        )
    flash(ngettext("%(num)s result accepted.", "%(num)s results accepted.", count))
    return done(url_for("settlement.round_page", round_id=round_id))


@bp.get("/rounds/<uuid:round_id>/settlement.xlsx")
@requires(Permission.SETTLEMENT_READ)
def export(round_id: UUID) -> Response:
    """Send the table as an Excel file."""
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        rows = queries.settlement_rows(db, round_id)
    header = (
        _("Report"),
        _("Kind"),
        _("Agency"),
        _("Reviews"),
        _("Totals"),
        _("Proposed result"),
        _("Settled points"),
        _("Rating"),
    )
    lines = [
        (
            row.title,
            word("kind", row.kind),
            row.agency,
            f"{len(row.totals)}/{row.asked}",
            "、".join(format_points(one.total_hundredths) for one in row.totals),
            f"{format_points(row.proposal.total)} {row.proposal.rating}" if row.proposal else "",
            format_points(row.total_hundredths) if row.total_hundredths is not None else "",
            row.rating or "",
        )
        for row in rows
    ]
    return excel(page.title, _("Settlement"), header, lines)


@bp.get("/reports/<uuid:report_id>/settlement")
@requires(Permission.SETTLEMENT_READ)
def show(report_id: UUID) -> Response:
    """Show one report: criteria against experts, where they differ, and the result."""
    return _page(report_id)


@bp.post("/reports/<uuid:report_id>/settlement")
@requires(Permission.SETTLEMENT_MANAGE)
@keeps_text
def settle(report_id: UUID) -> Response:
    """Settle the result, with a reason where the rule asks for one."""
    form, actor = request.form, current_identity()
    try:
        with transaction() as db:
            settlement.settle(
                db,
                report_id,
                total=form.get("total", ""),
                rating=form.get("rating", ""),
                reason=form.get("reason", ""),
                vetoes=form.getlist("vetoes") if "with_vetoes" in form else None,
                actor=actor,
                now=now(),
            )
    except DomainError as refused:
        return _page(report_id, refused)
    flash(_("The result is settled."))
    return done(url_for("settlement.show", report_id=report_id))


@bp.post("/reports/<uuid:report_id>/settlement/close")
@requires(Permission.SETTLEMENT_MANAGE)
@keeps_text
def close_early(report_id: UUID) -> Response:
    """Go on with the reviews that are in."""
    try:
        with transaction() as db:
            settlement.close_early(
                db,
                report_id,
                request.form.get("close_reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(report_id, refused)
    flash(_("The result is proposed from the reviews that are in."))
    return done(url_for("settlement.show", report_id=report_id))


@bp.post("/reports/<uuid:report_id>/settlement/reopen")
@requires(Permission.SETTLEMENT_MANAGE)
@keeps_text
def reopen(report_id: UUID) -> Response:
    """Take a settled result up again."""
    try:
        with transaction() as db:
            settlement.reopen(
                db,
                report_id,
                request.form.get("reopen_reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(report_id, refused)
    flash(_("The result is open again."))
    return done(url_for("settlement.show", report_id=report_id))


def _page(report_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = queries.settlement_page(db, report_id)
    if page is None or isinstance(refused, NotFound):
        raise NotFound(N_("There is no such report."))
    about_round(page.round_id)
    picture, said = page_strip(page, bands_from_json(page.bands))
    body = render_template(
        "settlement/show.html",
        page=page,
        picture=picture,
        said=said,
        warmth=warmth(page),
        rubric=page.rubric,
        proposal=page.proposal,
        aggregates={one.id: one for one in page.proposal.criteria} if page.proposal else {},
        disputes=[_(one.message) % dict(one.values) for one in page.proposal.disputes]
        if page.proposal
        else [],
        typed=request.form,
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
