"""An agency's own results with receipt and answer; the officers' list and replies."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.adapters.holiday_calendar import china_calendar
from reviewapp.db.queries import agency_reminders, outbox
from reviewapp.db.queries import results as queries
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import format_points
from reviewapp.domain.working_days import days_left
from reviewapp.services import feedback
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import excel
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, parts, read, today, transaction

bp = Blueprint("results", __name__)


@bp.get("/results")
@requires(Permission.RESULT_READ)
def index() -> str:
    """List the agency's own released results."""
    with read() as db:
        rows = queries.agency_results(db, current_identity().agency_id)
        reminders = agency_reminders.own_reminders(db, current_identity())
    return render_template("results/index.html", rows=rows, left=_left, reminders=reminders)


@bp.get("/results/<uuid:report_id>")
@requires(Permission.RESULT_READ)
def show(report_id: UUID) -> object:
    """Show one own result: preliminary rating, opinion by criterion, receipt and answer."""
    return _own_page(report_id)


@bp.post("/results/<uuid:report_id>/receipt")
@requires(Permission.RESULT_READ)
def receive(report_id: UUID) -> object:
    """Confirm for the agency that the result has been received."""
    with transaction() as db:
        feedback.confirm_receipt(db, report_id, actor=current_identity(), now=now())
    return done(url_for("results.show", report_id=report_id))


@bp.post("/results/<uuid:report_id>/answer")
@requires(Permission.RESULT_READ)
@keeps_text
def answer(report_id: UUID) -> object:
    """Send the agency's one answer on a report."""
    try:
        with transaction() as db:
            feedback.answer(
                db,
                report_id,
                request.form.get("text", ""),
                accepts=request.form.get("accepts") == "1",
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        if status_of(refused) == 404:
            raise
        return _own_page(report_id, typed=request.form.get("text", ""), refused=refused)
    flash(_("The answer has been sent to the bureau."))
    return done(url_for("results.show", report_id=report_id))


@bp.get("/rounds/<uuid:round_id>/results")
@requires(Permission.FEEDBACK_MANAGE)
def round_page(round_id: UUID) -> str:
    """Show which agencies have received and answered, with their answers to reply to."""
    return feedback_page(round_id)[0]


def feedback_page(round_id: UUID, refused: DomainError | None = None) -> tuple[str, int]:
    """Render the round's feedback with who has to be reminded and what was written to whom."""
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        rows = queries.round_results(db, round_id)
        agencies = agency_reminders.by_agency(db, round_id)
        messages = outbox.messages(db, round_id, to_agencies=True)
    about_round(round_id)
    body = render_template(
        "results/round.html",
        round=page,
        round_id=round_id,
        tab="results",
        rows=rows,
        received=sum(row.received_at is not None for row in rows),
        unreplied=sum(row.asks_reply and row.replied_at is None for row in rows),
        left=_left,
        silent=[one for one in agencies if one.unconfirmed],
        messages=messages,
        has_mail=bool(parts().config.mail_url),
        error=words(refused) if refused else "",
    )
    return body, status_of(refused) if refused else 200


@bp.get("/rounds/<uuid:round_id>/results.xlsx")
@requires(Permission.FEEDBACK_MANAGE)
def export(round_id: UUID) -> Response:
    """Send receipts and answers as an Excel file."""
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        rows = queries.round_results(db, round_id)
    header = (
        _("Title"),
        _("Agency"),
        _("Rating"),
        _("Settled points"),
        _("Received"),
        _("Answered"),
        _("Replied"),
    )
    lines = [
        (
            row.title,
            row.agency,
            row.rating or "",
            format_points(row.total_hundredths or 0),
            row.received_at,
            row.answered_at,
            row.replied_at,
        )
        for row in rows
    ]
    return excel(page.title, _("Feedback"), header, lines)


@bp.get("/reports/<uuid:report_id>/feedback")
@requires(Permission.FEEDBACK_MANAGE)
def answered(report_id: UUID) -> object:
    """Show an officer what the agency sees, its answer, and the form to reply."""
    return _officer_page(report_id)


@bp.post("/reports/<uuid:report_id>/feedback")
@requires(Permission.FEEDBACK_MANAGE)
@keeps_text
def reply(report_id: UUID) -> object:
    """Reply to an agency's answer."""
    text = request.form.get("reply", "")
    try:
        with transaction() as db:
            feedback.reply(db, report_id, text, actor=current_identity(), now=now())
    except DomainError as refused:
        if status_of(refused) == 404:
            raise
        return _officer_page(report_id, typed=text, refused=refused)
    flash(_("The reply has been sent to the agency."))
    return done(url_for("results.answered", report_id=report_id))


def _own_page(report_id: UUID, typed: str = "", refused: DomainError | None = None) -> object:
    with read() as db:
        page = queries.result_page(db, report_id, agency_id=current_identity().agency_id)
    return _page(page, typed, refused, is_officer=False)


def _officer_page(report_id: UUID, typed: str = "", refused: DomainError | None = None) -> object:
    with read() as db:
        page = queries.result_page(db, report_id, is_officer=True)
    if page is not None:
        about_round(page.row.round_id)
    return _page(page, typed, refused, is_officer=True)


def _page(
    page: queries.ResultPage | None, typed: str, refused: DomainError | None, *, is_officer: bool
) -> object:
    if page is None:
        raise NotFound(N_("There is no such report."))
    body = render_template(
        "results/show.html",
        page=page,
        row=page.row,
        is_officer=is_officer,
        typed=typed,
        error=words(refused) if refused else "",
        left=_left(page.row.ends_on),
    )
    return body, status_of(refused) if refused else 200


def _left(ends_on: date | None) -> int | None:
    """Return the working days left to answer; None where no last day is set."""
    if ends_on is None:
        return None
    day = today()
    return days_left(day, ends_on, china_calendar({day.year, ends_on.year}))
