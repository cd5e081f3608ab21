"""Reminders (催办) to experts: previewed, then written to the outbox in one act.

An expert reads the reminder in the app as soon as it is written. Mail is sent by the worker, and
only where the installation has a mail server; without one the texts wait to be copied.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from reviewapp.adapters.queue import Queue
from reviewapp.db.models import Round
from reviewapp.db.queries import panel
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.reminders import Open, Wording, seen, write
from reviewapp.services import outbox
from reviewapp.services.outbox import Draft, Preview
from reviewapp.services.round_rules import held_round, round_of


def preview(
    session: Session, round_id: UUID, draft: Draft, wording: Wording, *, actor: Identity
) -> Preview:
    """Fill the reminder in for each expert. Raises Invalid where nobody is chosen."""
    round_ = _managed(session, round_id, actor)
    if not draft.to:
        raise Invalid(N_("Choose who is reminded."), field="expert_id")
    chosen, before = _open(session, round_id, draft.to)
    people = [one for one in chosen if one.open]
    letters = write(
        wording, draft.subject, draft.text, people, round_=round_.title, bureau=draft.bureau
    )
    done = tuple(one.name for one in chosen if not one.open)
    return Preview(letters, seen(letters, before), done)


def remind(
    session: Session,
    queue: Queue,
    round_id: UUID,
    draft: Draft,
    wording: Wording,
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
        raise Conflict(N_("Nobody chosen has anything open."))
    return outbox.put_previewed(
        session,
        queue,
        round_,
        made,
        draft,
        previewed=previewed,
        has_mail=has_mail,
        actor=actor,
        now=now,
    )


def _open(
    session: Session, round_id: UUID, wanted: Collection[UUID]
) -> tuple[list[Open], list[datetime | None]]:
    """Return what each wanted expert has open, and when each was reminded last."""
    found = panel.by_expert(session, round_id, panel.works(session, round_id))
    lines = [one for one in found if one.expert_id in set(wanted)]
    undeclared = {line.expert_id: line.assigned - line.declared for line in lines}
    people = [
        Open(one.expert_id, one.name, one.mail, one.open, undeclared[one.expert_id], one.due)
        for one in lines
    ]
    return people, [one.reminded_at for one in lines]


def _managed(session: Session, round_id: UUID, actor: Identity) -> Round:
    round_ = round_of(session, round_id)
    if not actor.may(Permission.ASSIGNMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    require_phase(round_.phase, Act.DECLARE)
    return round_
