"""Reminders: who, which words, how many; then the outbox with what became of each."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import ngettext

from reviewapp.adapters import reminder_wording
from reviewapp.db.queries.outbox import messages
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.reminders import Wording
from reviewapp.services import outbox as outbox_of
from reviewapp.services import reminders
from reviewapp.services.outbox import Preview
from reviewapp.web.panel import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction
from reviewapp.web.support.reminding import draft_of, reminder_page, round_of_message


@bp.get("/rounds/<uuid:round_id>/reminder")
@requires(Permission.ASSIGNMENT_MANAGE)
def reminder(round_id: UUID) -> Response:
    """Show whom a reminder would go to, and what each would read."""
    return _page(round_id)


@bp.post("/rounds/<uuid:round_id>/reminder")
@requires(Permission.ASSIGNMENT_MANAGE)
def remind(round_id: UUID) -> Response:
    """Write the previewed reminders; an edited text is previewed first."""
    if request.form.get("act") == "preview":
        return _page(round_id)
    try:
        with transaction() as db:
            count = reminders.remind(
                db,
                parts().queue,
                round_id,
                draft_of("expert_id", _wording()),
                _wording(),
                previewed=request.form.get("seen", ""),
                has_mail=bool(parts().config.mail_url),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(round_id, refused)
    flash(ngettext("%(num)s expert reminded.", "%(num)s experts reminded.", count))
    return done(url_for("panel.outbox", round_id=round_id))


@bp.get("/rounds/<uuid:round_id>/outbox")
@requires(Permission.ASSIGNMENT_MANAGE)
def outbox(round_id: UUID) -> Response:
    """List what was written, to be copied where it was not sent."""
    return _outbox(round_id)


@bp.post("/messages/<uuid:message_id>/passed-on")
@requires(Permission.ASSIGNMENT_MANAGE)
def pass_on(message_id: UUID) -> Response:
    """Note that a text was passed on by hand."""
    try:
        with transaction() as db:
            round_id = outbox_of.pass_on(db, message_id, actor=current_identity(), now=now())
    except DomainError as refused:
        return _outbox(round_of_message(message_id), refused)
    return done(url_for("panel.outbox", round_id=round_id))


@bp.post("/messages/<uuid:message_id>/send")
@requires(Permission.ASSIGNMENT_MANAGE)
def send_again(message_id: UUID) -> Response:
    """Give a message to the worker once more."""
    round_id = round_of_message(message_id)
    try:
        if not parts().config.mail_url:
            raise Invalid(N_("No mail server is set up; copy the text instead."))
        with transaction() as db:
            outbox_of.send_again(db, parts().queue, message_id, actor=current_identity(), now=now())
    except DomainError as refused:
        return _outbox(round_id, refused)
    return done(url_for("panel.outbox", round_id=round_id))


def _wording() -> Wording:
    return reminder_wording.load(parts().config.rubrics_dir)


def _page(round_id: UUID, refused: DomainError | None = None) -> Response:
    draft, made = draft_of("expert_id", _wording()), Preview((), "", ())
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        try:
            made = reminders.preview(db, round_id, draft, _wording(), actor=current_identity())
        except DomainError as error:
            refused = refused or error
    about_round(round_id)
    return reminder_page("panel/reminder.html", "assignments", page, draft, made, refused)


def _outbox(round_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        written = messages(db, round_id)
    about_round(round_id)
    body = render_template(
        "panel/outbox.html",
        round=page,
        round_id=round_id,
        tab="assignments",
        messages=written,
        has_mail=bool(parts().config.mail_url),
        error=words(refused) if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
