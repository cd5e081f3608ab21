"""Prechecks of an agency's drafts (试检): read, answered and forgotten, so many a day."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

from sqlmodel import Session, col, func, select

from reviewapp.adapters.pdf import ReadLimits
from reviewapp.adapters.storage import Received, Storage, TooLarge
from reviewapp.db.models import Agency, Event
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed
from reviewapp.domain.intake import DOUBTS
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.precheck.rules import Rules
from reviewapp.services import audit
from reviewapp.services.precheck_file import check_file
from reviewapp.services.uploads import FileLimits, base_name, refusal_of

EVENT = "draft.prechecked"
_AT_ONCE = 2  # so that a web process stays free for pages while drafts are read
_WAIT_SECONDS = 20.0
_places = threading.BoundedSemaphore(_AT_ONCE)


def used_since(session: Session, actor: Identity, since: datetime) -> int:
    """Return how many drafts the actor's agency had checked since a moment."""
    return session.exec(
        select(func.count())
        .select_from(Event)
        .where(
            col(Event.subject_type) == "agency",
            col(Event.subject_id) == str(actor.agency_id),
            col(Event.kind) == EVENT,
            col(Event.at) >= since,
        )
    ).one()


def spend(session: Session, *, most: int, since: datetime, actor: Identity, now: datetime) -> int:
    """Take one of the agency's `most` checks since a moment; return how many are left.

    The trail tells that a draft was checked, and nothing of the draft. Raises Conflict where none
    is left.
    """
    if not actor.may(Permission.DRAFT_PRECHECK) or actor.agency_id is None:
        raise NotAllowed(N_("Only agencies have their drafts checked."))
    agency = session.get_one(Agency, actor.agency_id)
    audit.record(
        session,
        EVENT,
        actor=actor,
        now=now,
        subject_type="agency",
        subject_id=agency.id,
        subject_title=agency.name,
    )
    # Counted after the event was written, whose lock puts two users of one agency in a line.
    left = most - used_since(session, actor, since)
    if left < 0:
        raise Conflict(
            N_("Today's %(count)s checks of drafts are used up; go on tomorrow."), count=most
        )
    return left


@contextmanager
def received(
    storage: Storage, stream: IO[bytes], name: str, limits: FileLimits
) -> Iterator[Received]:
    """Take a draft in for as long as the block lasts; Invalid says what is wrong with the file."""
    try:
        with storage.receive(stream, limits.max_bytes) as draft:
            refusal = refusal_of(draft, base_name(name))
            if refusal is not None:
                raise refusal
            yield draft
    except TooLarge:
        message = DOUBTS["too-large"][1]
        raise Invalid(message, field="file", limit=limits.max_bytes // 1_000_000) from None


def precheck(
    draft: Received, name: str, kind: str, limits: FileLimits, *, rules: Rules
) -> dict[str, Any]:
    """Check a draft and return the answer, in which a file that cannot be read has its error.

    Raises Conflict while too many drafts are being read.
    """
    if not _places.acquire(timeout=_WAIT_SECONDS):
        raise Conflict(N_("Many drafts are being checked; try again in a minute."))
    try:
        return check_file(
            draft.path,
            kind,
            name=base_name(name),
            rules=rules,
            limits=ReadLimits(max_bytes=limits.max_bytes, max_pages=limits.max_pages),
        )
    finally:
        _places.release()
