"""Phrases (常用语): wordings that are used again, one's own or shared with a round's panel."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from reviewapp.db.models import Phrase
from reviewapp.db.queries.phrases import takes_part
from reviewapp.domain.errors import N_, Invalid, NotFound
from reviewapp.domain.policy import Identity, Permission

MAX_TEXT = 300  # characters


def keep(
    session: Session,
    round_id: UUID,
    criterion: str,
    text: str,
    *,
    points: int | None,
    is_shared: bool,
    actor: Identity,
    now: datetime,
) -> Phrase:
    """Keep a wording for a criterion (its id), for oneself or for the panel of the round.

    The same wording once more renews its points; shared once, it stays shared until it is dropped.
    NotFound for who has no part in the round; Invalid for an empty or over-long text.
    """
    text = " ".join(text.split()).rstrip("。；;，,")
    if actor.id is None or not takes_part(session, round_id, actor):
        raise NotFound(N_("There is no such round."))
    if not text:
        raise Invalid(N_("Write the phrase."), field="text")
    if len(text) > MAX_TEXT:
        raise Invalid(N_("At most %(limit)s characters fit here."), field="text", limit=MAX_TEXT)
    row = session.exec(
        select(Phrase).where(
            Phrase.author_id == actor.id, Phrase.criterion == criterion, Phrase.text == text
        )
    ).one_or_none()
    row = row or Phrase(created_at=now, author_id=actor.id, criterion=criterion, text=text)
    row.points_hundredths = points or None
    if is_shared:
        row.round_id = round_id
    session.add(row)
    session.flush()
    return row


def drop(session: Session, phrase_id: UUID, round_id: UUID, *, actor: Identity) -> None:
    """Drop one's own phrase; an officer drops any that the panel of the round shares."""
    row = session.get(Phrase, phrase_id)
    may = row is not None and (
        row.author_id == actor.id
        or (row.round_id == round_id and actor.may(Permission.ROUND_MANAGE))
    )
    if row is None or not may:
        raise NotFound(N_("There is no such phrase."))
    session.delete(row)
    session.flush()
