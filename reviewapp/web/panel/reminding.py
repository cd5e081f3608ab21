"""Reminders: who, which words, how many; then the outbox with what became of each."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import ngettext

from reviewapp.adapters import reminder_wording
from reviewapp.db.queries import panel as queries
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.reminders import Wording
from reviewapp.services import reminders
from reviewapp.services.reminders import Draft, Preview
from reviewapp.web.panel import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction


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
                _draft(),
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
            round_id = reminders.pass_on(db, message_id, actor=current_identity(), now=now())
    except DomainError as refused:
        return _outbox(_round_of(message_id), refused)
    return done(url_for("panel.outbox", round_id=round_id))


@bp.post("/messages/<uuid:message_id>/send")
@requires(Permission.ASSIGNMENT_MANAGE)
def send_again(message_id: UUID) -> Response:
    """Give a message to the worker once more."""
    round_id = _round_of(message_id)
    try:
        if not parts().config.mail_url:
            raise Invalid(N_("No mail server is set up; copy the text instead."))
        with transaction() as db:
            reminders.send_again(db, parts().queue, message_id, actor=current_identity(), now=now())
    except DomainError as refused:
        return _outbox(round_id, refused)
    return done(url_for("panel.outbox", round_id=round_id))


def _round_of(message_id: UUID) -> UUID:
    with read() as db:
        round_id = queries.message_round(db, message_id)
    if round_id is None:
        raise NotFound(N_("There is no such message."))
    return round_id


def _wording() -> Wording:
    return reminder_wording.load(parts().config.rubrics_dir)


def _draft() -> Draft:
    chosen = []
    for text in request.values.getlist("expert_id"):
        try:
            chosen.append(UUID(text))
        except ValueError:
            continue  # no such expert: the preview shows whom it is for
    wording, typed = _wording(), request.form
    return Draft(
        tuple(dict.fromkeys(chosen)),
        typed.get("subject", wording.subject),
        typed.get("text", wording.text),
        parts().config.bureau_name,
    )


def _page(round_id: UUID, refused: DomainError | None = None) -> Response:
    draft, made = _draft(), Preview((), "", ())
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        try:
            made = reminders.preview(db, round_id, draft, _wording(), actor=current_identity())
        except DomainError as error:
            refused = refused or error
    about_round(round_id)
    body = render_template(
        "panel/reminder.html",
        round=page,
        round_id=round_id,
        tab="assignments",
        draft=draft,
        made=made,
        has_mail=bool(parts().config.mail_url),
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)


def _outbox(round_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        messages = queries.messages(db, round_id)
    about_round(round_id)
    body = render_template(
        "panel/outbox.html",
        round=page,
        round_id=round_id,
        tab="assignments",
        messages=messages,
        has_mail=bool(parts().config.mail_url),
        error=words(refused) if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
