"""The outbox: letters kept as they were previewed, sent by the worker, or passed on by hand.

Mail is sent once as far as SMTP allows it. `sending` is committed before the talk with the server
begins; whoever finds it there later knows that a worker died in between, and that nobody can say
whether the letter is out. Such a letter is `unsure` and never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.adapters.queue import Queue
from reviewapp.db.models import Job, OutboxMessage, Round
from reviewapp.domain.errors import N_, Conflict, NotAllowed, NotFound
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.reminders import Letter
from reviewapp.services import audit, jobs

TASK = "outbox"
BROKEN_OFF = "the worker stopped while it was sending"


@dataclass(frozen=True)
class Mail:
    """What the worker hands to the mail server."""

    mail_id: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True)
class Draft:
    """What the officer has typed, for whom, and in whose name it goes out."""

    to: tuple[UUID, ...]  # experts, or agencies
    subject: str
    text: str
    bureau: str


@dataclass(frozen=True)
class Preview:
    """The letters as they would be sent, what stands for them, and who needs none any more."""

    letters: tuple[Letter, ...]
    seen: str
    done: tuple[str, ...]


def put(
    session: Session,
    queue: Queue,
    round_: Round,
    letters: Sequence[Letter],
    *,
    to_agencies: bool = False,
    has_mail: bool,
    actor: Identity,
    now: datetime,
) -> None:
    """Write letters to the outbox; with a mail server each with an address goes to the worker."""
    for letter in letters:
        row = OutboxMessage(
            created_at=now,
            round_id=round_.id,
            expert_id=None if to_agencies else letter.to,
            agency_id=letter.to if to_agencies else None,
            written_by=_hand(actor),
            address=letter.address,
            subject=letter.subject,
            text=letter.text,
        )
        session.add(row)
        session.flush()
        if has_mail and row.address:
            jobs.add(session, queue, TASK, _key(row.id), now=now, message_id=row.id)


def put_previewed(
    session: Session,
    queue: Queue,
    round_: Round,
    made: Preview,
    draft: Draft,
    *,
    previewed: str,
    to_agencies: bool = False,
    has_mail: bool,
    actor: Identity,
    now: datetime,
) -> int:
    """Write letters to the outbox as they were seen; return how many.

    Conflict where they say something else by now than what was `previewed`.
    """
    if made.seen != previewed:
        raise Conflict(N_("This is not what you have seen: look at the texts and confirm again."))
    put(
        session,
        queue,
        round_,
        made.letters,
        to_agencies=to_agencies,
        has_mail=has_mail,
        actor=actor,
        now=now,
    )
    names, text = [letter.name for letter in made.letters], draft.text.strip()
    if to_agencies:
        after = {"agencies": names, "text": text}
        audit.record_about(session, "agency-reminder.written", round_, actor, now, after=after)
    else:
        after = {"experts": names, "text": text}
        audit.record_about(session, "reminder.written", round_, actor, now, after=after)
    return len(names)


def begin(session: Session, message_id: UUID, *, domain: str) -> Mail | None:
    """Note that a letter is being sent and return it; commit before the server is spoken to.

    None where it is not to be sent: it is out, has no address, or an earlier attempt broke off in
    the middle, which is noted.
    """
    row = session.get(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if row is None or not row.address:
        return None
    if row.state == "sending":
        row.state, row.error = "unsure", BROKEN_OFF
    elif row.state in {"waiting", "failed"}:
        row.state, row.error = "sending", ""
        row.mail_id = row.mail_id or f"{row.id}@{domain}"
    session.add(row)
    session.flush()
    if row.state != "sending":
        return None
    return Mail(row.mail_id, row.address, row.subject, row.text)


def sent(session: Session, message_id: UUID, *, now: datetime) -> None:
    """Note that the mail server has taken a letter."""
    _note(session, message_id, "sent", "", now)


def failed(session: Session, message_id: UUID, error: str) -> None:
    """Note why the server did not take a letter; the worker tries a few times more."""
    _note(session, message_id, "failed", error, None)


def unsure(session: Session, message_id: UUID, error: str) -> None:
    """Note that the line broke after a letter was handed over: perhaps it is out."""
    _note(session, message_id, "unsure", error, None)


def note_broken_off(session: Session, *, now: datetime) -> int:
    """Note as perhaps sent what nobody is sending any more; return how many."""
    # The key of a job is text: what is being sent at any time is few, so it is put together here.
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.state == "sending")).all()
    if not rows:
        return 0
    held = set(
        session.exec(
            select(Job.key).where(
                col(Job.key).in_([_key(row.id) for row in rows]),
                Job.state == "running",
                col(Job.lease_until) >= now,
            )
        )
    )
    left = [row for row in rows if _key(row.id) not in held]
    for row in left:
        _note(session, row.id, "unsure", BROKEN_OFF, None, only_from="sending")
    return len(left)


def pass_on(
    session: Session,
    message_id: UUID,
    *,
    to_agency: bool = False,
    actor: Identity,
    now: datetime,
) -> UUID:
    """Note that a text was passed on by hand, as by WeChat; return its round."""
    row = _open(session, message_id, to_agency, actor)
    row.state, row.sent_at, row.by_hand, row.error = "sent", now, True, ""
    session.add(row)
    session.flush()
    _record(session, "reminder.passed-on", row, actor, now)
    return row.round_id


def send_again(
    session: Session,
    queue: Queue,
    message_id: UUID,
    *,
    to_agency: bool = False,
    actor: Identity,
    now: datetime,
) -> UUID:
    """Give a letter to the worker once more; return its round. Conflict without an address."""
    row = _open(session, message_id, to_agency, actor)
    if not row.address:
        raise Conflict(
            N_("The register has no mail address of this agency.")
            if to_agency
            else N_("The register has no mail address of this expert.")
        )
    row.state, row.error = "waiting", ""
    session.add(row)
    jobs.add(session, queue, TASK, _key(row.id), now=now, again=True, message_id=row.id)
    _record(session, "reminder.sent-again", row, actor, now)
    return row.round_id


def _note(
    session: Session,
    message_id: UUID,
    state: str,
    error: str,
    sent_at: datetime | None,
    *,
    only_from: str = "",
) -> None:
    row = session.get_one(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if row.state == "sent" or (only_from and row.state != only_from):
        return
    row.state, row.error, row.sent_at = state, error, sent_at
    session.add(row)
    session.flush()


def _key(message_id: UUID) -> str:
    return f"outbox-{message_id}"


def _open(session: Session, message_id: UUID, to_agency: bool, actor: Identity) -> OutboxMessage:
    needed = Permission.FEEDBACK_MANAGE if to_agency else Permission.ASSIGNMENT_MANAGE
    if not actor.may(needed):
        raise NotAllowed(N_("Only an officer may do this."))
    row = session.exec(
        select(OutboxMessage)
        .where(
            col(OutboxMessage.id) == message_id,
            (col(OutboxMessage.agency_id) if to_agency else col(OutboxMessage.expert_id)).is_not(
                None
            ),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such message."))
    if row.state == "sent":
        raise Conflict(N_("The message has been sent already."))
    if row.state == "sending":
        raise Conflict(N_("The message is being sent just now."))
    return row


def _hand(actor: Identity) -> UUID:
    if actor.id is None:
        raise NotAllowed(N_("The program itself does not do this."))
    return actor.id


def _record(
    session: Session, kind: str, row: OutboxMessage, actor: Identity, now: datetime
) -> None:
    round_ = session.get_one(Round, row.round_id)
    to = {"expert": str(row.expert_id)} if row.expert_id else {"agency": str(row.agency_id)}
    audit.record_about(session, kind, round_, actor, now, after=to)
