"""Reminders (催办) to agencies that have not confirmed the receipt of their results.

Previewed and written to the outbox like those to experts; the agency's users read them in the
app until every receipt is confirmed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from reviewapp.adapters.queue import Queue
from reviewapp.db.queries import agency_reminders as queries
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.reminders import AgencyWording, Awaited, seen, write_to_agencies
from reviewapp.services import outbox
from reviewapp.services.outbox import Draft, Preview
from reviewapp.services.round_rules import held_round, round_of


def preview(
    session: Session, round_id: UUID, draft: Draft, wording: AgencyWording, *, actor: Identity
) -> Preview:
    """Fill the reminder in for each agency. Raises Invalid where none is chosen."""
    round_ = round_of(session, round_id)
    if not actor.may(Permission.FEEDBACK_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    require_phase(round_.phase, Act.FEEDBACK_ANSWER)
    if not draft.to:
        raise Invalid(N_("Choose who is reminded."), field="agency_id")
    wanted = set(draft.to)
    chosen = [one for one in queries.by_agency(session, round_id) if one.agency_id in wanted]
    awaited = [
        Awaited(one.agency_id, one.name, one.mail, one.unconfirmed, one.due)
        for one in chosen
        if one.unconfirmed
    ]
    letters = write_to_agencies(
        wording, draft.subject, draft.text, awaited, round_=round_.title, bureau=draft.bureau
    )
    done = tuple(one.name for one in chosen if not one.unconfirmed)
    return Preview(letters, seen(letters, (one.reminded_at for one in chosen)), done)


def remind(
    session: Session,
    queue: Queue,
    round_id: UUID,
    draft: Draft,
    wording: AgencyWording,
    *,
    previewed: str,
    has_mail: bool,
    actor: Identity,
    now: datetime,
) -> int:
    """Write the previewed letters to the outbox; return how many.

    Conflict where they would say something else by now, or were never previewed.
    """
    round_ = held_round(session, round_id)  # two clicks, or two officers, are one reminder
    made = preview(session, round_id, draft, wording, actor=actor)
    if not made.letters:
        raise Conflict(N_("Every agency chosen has confirmed the receipt."))
    return outbox.put_previewed(
        session,
        queue,
        round_,
        made,
        draft,
        previewed=previewed,
        to_agencies=True,
        has_mail=has_mail,
        actor=actor,
        now=now,
    )
