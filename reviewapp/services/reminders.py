"""Reminders (催办): previewed, written to the outbox in one act, sent by mail or passed on by hand.

An expert reads the reminder in the app as soon as it is written. Mail is sent by the worker, and
only where the installation has a mail server; without one the texts wait to be copied.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.adapters.queue import Queue
from reviewapp.db.models import OutboxMessage, Round
from reviewapp.db.queries import panel
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.reminders import Letter, Open, Wording, seen, write
from reviewapp.services import audit, jobs
from reviewapp.services.round_rules import round_of

TASK = "outbox"


@dataclass(frozen=True)
class Draft:
    """What the officer has typed, for whom, and in whose name it goes out."""

    expert_ids: tuple[UUID, ...]
    subject: str
    text: str
    bureau: str


@dataclass(frozen=True)
class Preview:
    """The letters as they would be sent, what stands for them, and who needs none any more."""

    letters: tuple[Letter, ...]
    seen: str
    done: tuple[str, ...]


def preview(
    session: Session, round_id: UUID, draft: Draft, wording: Wording, *, actor: Identity
) -> Preview:
    """Fill the reminder in for each expert. Raises Invalid where nobody is chosen."""
    round_ = _managed(session, round_id, actor)
    if not draft.expert_ids:
        raise Invalid(N_("Choose who is reminded."), field="expert_id")
    chosen = _open(session, round_id, draft.expert_ids)
    people = [one for one in chosen if one.open]
    letters = write(
        wording, draft.subject, draft.text, people, round_=round_.title, bureau=draft.bureau
    )
    return Preview(letters, seen(letters), tuple(one.name for one in chosen if not one.open))


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
    made = preview(session, round_id, draft, wording, actor=actor)
    if not made.letters:
        raise Conflict(N_("Nobody chosen has anything open."))
    if made.seen != previewed:
        raise Conflict(N_("This is not what you have seen: look at the texts and confirm again."))
    round_ = session.get_one(Round, round_id)
    for letter in made.letters:
        row = OutboxMessage(
            created_at=now,
            round_id=round_id,
            expert_id=letter.expert_id,
            written_by=_hand(actor),
            address=letter.address,
            subject=letter.subject,
            text=letter.text,
        )
        session.add(row)
        session.flush()
        if has_mail and row.address:
            jobs.add(session, queue, TASK, f"outbox-{row.id}", now=now, message_id=row.id)
    audit.record(
        session,
        "reminder.written",
        actor=actor,
        now=now,
        subject_type="round",
        subject_id=round_.id,
        subject_title=round_.title,
        round_id=round_.id,
        after={"experts": [letter.name for letter in made.letters], "text": draft.text.strip()},
    )
    return len(made.letters)


def pass_on(session: Session, message_id: UUID, *, actor: Identity, now: datetime) -> UUID:
    """Note that a text was passed on by hand, as by WeChat; return its round."""
    row = _unsent(session, message_id, actor)
    row.state, row.sent_at, row.by_hand, row.error = "sent", now, True, ""
    session.add(row)
    session.flush()
    _record(session, "reminder.passed-on", row, actor, now)
    return row.round_id


def send_again(
    session: Session, queue: Queue, message_id: UUID, *, actor: Identity, now: datetime
) -> UUID:
    """Give a message to the worker once more; return its round. Conflict without an address."""
    row = _unsent(session, message_id, actor)
    if not row.address:
        raise Conflict(N_("The register has no mail address of this expert."))
    row.state, row.error = "waiting", ""
    session.add(row)
    jobs.add(session, queue, TASK, f"outbox-{row.id}", now=now, again=True, message_id=row.id)
    _record(session, "reminder.sent-again", row, actor, now)
    return row.round_id


def to_send(session: Session, message_id: UUID) -> OutboxMessage | None:
    """Return a message that is still to be sent, or None."""
    row = session.get(OutboxMessage, message_id)
    return row if row is not None and row.state != "sent" and row.address else None


def sent(session: Session, message_id: UUID, *, now: datetime) -> None:
    """Note that the mail server has taken a message."""
    row = session.get_one(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if row.state != "sent":
        row.state, row.sent_at, row.error = "sent", now, ""
        session.add(row)
        session.flush()


def failed(session: Session, message_id: UUID, error: str) -> None:
    """Note why a message could not be sent; the worker tries a few times more."""
    row = session.get_one(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if row.state != "sent":
        row.state, row.error = "failed", error
        session.add(row)
        session.flush()


def _open(session: Session, round_id: UUID, wanted: Collection[UUID]) -> list[Open]:
    lines = panel.by_expert(session, round_id, panel.works(session, round_id))
    undeclared = {line.expert_id: line.assigned - line.declared for line in lines}
    return [
        Open(one.expert_id, one.name, one.mail, one.open, undeclared[one.expert_id], one.due)
        for one in lines
        if one.expert_id in set(wanted)
    ]


def _managed(session: Session, round_id: UUID, actor: Identity) -> Round:
    round_ = round_of(session, round_id)
    if not actor.may(Permission.ASSIGNMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    require_phase(round_.phase, Act.DECLARE)
    return round_


def _unsent(session: Session, message_id: UUID, actor: Identity) -> OutboxMessage:
    if not actor.may(Permission.ASSIGNMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    row = session.exec(
        select(OutboxMessage)
        .where(col(OutboxMessage.id) == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such message."))
    if row.state == "sent":
        raise Conflict(N_("The message has been sent already."))
    return row


def _hand(actor: Identity) -> UUID:
    if actor.id is None:
        raise NotAllowed(N_("The program itself does not do this."))
    return actor.id


def _record(
    session: Session, kind: str, row: OutboxMessage, actor: Identity, now: datetime
) -> None:
    round_ = session.get_one(Round, row.round_id)
    audit.record(
        session,
        kind,
        actor=actor,
        now=now,
        subject_type="round",
        subject_id=round_.id,
        subject_title=round_.title,
        round_id=round_.id,
        after={"expert": str(row.expert_id)},
    )
