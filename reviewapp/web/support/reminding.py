"""Forms of reminders: whom, which words, and the page that shows what each would read."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, render_template, request

from reviewapp.db.queries.outbox import message_round
from reviewapp.db.queries.rounds import RoundPage
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.reminders import AgencyWording, Wording
from reviewapp.services.outbox import Draft, Preview
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.parts import parts, read


def draft_of(field: str, wording: Wording | AgencyWording) -> Draft:
    """Return what the request says; what it does not say is as in the wording."""
    chosen = []
    for text in request.values.getlist(field):
        try:
            chosen.append(UUID(text))
        except ValueError:
            continue  # nobody of that id: the preview shows whom it is for
    typed = request.form
    return Draft(
        tuple(dict.fromkeys(chosen)),
        typed.get("subject", wording.subject),
        typed.get("text", wording.text),
        parts().config.bureau_name,
    )


def reminder_page(
    template: str,
    tab: str,
    round_: RoundPage,
    draft: Draft,
    made: Preview,
    refused: DomainError | None,
    **more: object,
) -> Response:
    """Show whom a reminder would go to, and what each would read."""
    body = render_template(
        template,
        round=round_,
        round_id=round_.id,
        tab=tab,
        draft=draft,
        made=made,
        has_mail=bool(parts().config.mail_url),
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
        **more,
    )
    return make_response(body, status_of(refused) if refused else 200)


def round_of_message(message_id: UUID) -> UUID:
    """Return the round that a message is about. Raises NotFound."""
    with read() as db:
        round_id = message_round(db, message_id)
    if round_id is None:
        raise NotFound(N_("There is no such message."))
    return round_id
