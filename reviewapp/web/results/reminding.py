"""Reminders to agencies that have not confirmed the receipt: who, which words, how many."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import ngettext

from reviewapp.adapters import reminder_wording
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.reminders import AGENCY_PLACES, AgencyWording
from reviewapp.services import agency_reminders, outbox
from reviewapp.services.outbox import Preview
from reviewapp.web.results.views import bp, feedback_page
from reviewapp.web.support.access import requires
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction
from reviewapp.web.support.reminding import draft_of, reminder_page, round_of_message


@bp.get("/rounds/<uuid:round_id>/results/reminder")
@requires(Permission.FEEDBACK_MANAGE)
def reminder(round_id: UUID) -> Response:
    """Show which agencies a reminder would go to, and what each would read."""
    return _page(round_id)


@bp.post("/rounds/<uuid:round_id>/results/reminder")
@requires(Permission.FEEDBACK_MANAGE)
def remind(round_id: UUID) -> Response:
    """Write the previewed reminders; an edited text is previewed first."""
    if request.form.get("act") == "preview":
        return _page(round_id)
    try:
        with transaction() as db:
            count = agency_reminders.remind(
                db,
                parts().queue,
                round_id,
                draft_of("agency_id", _wording()),
                _wording(),
                previewed=request.form.get("seen", ""),
                has_mail=bool(parts().config.mail_url),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(round_id, refused)
    flash(ngettext("%(num)s agency reminded.", "%(num)s agencies reminded.", count))
    return done(url_for("results.round_page", round_id=round_id, _anchor="messages"))


@bp.post("/agency-messages/<uuid:message_id>/passed-on")
@requires(Permission.FEEDBACK_MANAGE)
def pass_on(message_id: UUID) -> object:
    """Note that a text was passed on to an agency by hand."""
    round_id = round_of_message(message_id)
    try:
        with transaction() as db:
            outbox.pass_on(db, message_id, to_agency=True, actor=current_identity(), now=now())
    except NotFound:
        raise
    except DomainError as refused:
        return feedback_page(round_id, refused)
    return done(url_for("results.round_page", round_id=round_id, _anchor="messages"))


@bp.post("/agency-messages/<uuid:message_id>/send")
@requires(Permission.FEEDBACK_MANAGE)
def send_again(message_id: UUID) -> object:
    """Give a message to an agency to the worker once more."""
    round_id = round_of_message(message_id)
    try:
        if not parts().config.mail_url:
            raise Invalid(N_("No mail server is set up; copy the text instead."))
        with transaction() as db:
            outbox.send_again(
                db,
                parts().queue,
                message_id,
                to_agency=True,
                actor=current_identity(),
                now=now(),
            )
    except NotFound:
        raise
    except DomainError as refused:
        return feedback_page(round_id, refused)
    return done(url_for("results.round_page", round_id=round_id, _anchor="messages"))


def _wording() -> AgencyWording:
    return reminder_wording.load_for_agencies(parts().config.rubrics_dir)


def _page(round_id: UUID, refused: DomainError | None = None) -> Response:
    draft, made = draft_of("agency_id", _wording()), Preview((), "", ())
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        try:
            made = agency_reminders.preview(
                db, round_id, draft, _wording(), actor=current_identity()
            )
        except DomainError as error:
            refused = refused or error
    about_round(round_id)
    return reminder_page(
        "results/reminder.html",
        "results",
        page,
        draft,
        made,
        refused,
        places=" ".join(f"%({name})s" for name in AGENCY_PLACES),
    )
