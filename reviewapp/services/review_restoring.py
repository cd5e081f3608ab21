"""Bringing back an earlier state of a review, as a new state on top of all others.

A long history takes a while to put together, and no kept state ever changes: it is read before
the transaction that writes, so that nobody else's save waits for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from reviewapp.domain.errors import N_, Conflict, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.services.review_saving import own_draft
from reviewapp.services.review_states import State, Value, history, keep, kind_of, said, state_of


def state_to_restore(session: Session, review_id: UUID, number: int) -> State:
    """Return everything that stood in the review at state `number`. Raises NotFound."""
    found = next((one for one in history(session, review_id) if one.number == number), None)
    if found is None:
        raise NotFound(N_("There is no such state."))
    return found.state


def restore(
    session: Session,
    review_id: UUID,
    number: int,
    state: State,
    *,
    newest: int,
    fields: Collection[str] = (),
    actor: Identity,
    now: datetime,
) -> int:
    """Bring back state `number`, whole or only some `fields`, and return the new state's number.

    `state` is what state_to_restore has read of it, `newest` the newest state that the actor has
    seen. Raises Conflict where something was saved since, so that nothing is replaced unseen.
    """
    review = own_draft(session, review_id, actor)
    if review.state_number != newest:
        raise Conflict(N_("Something was saved since you opened this page. Look at it first."))
    standing, wanted = said(state_of(session, review)), said(state)
    changes: dict[str, tuple[Value, Value, int]] = {}
    values: dict[str, Any] = {}
    for field in sorted(standing.keys() | wanted.keys()):
        before, after = standing.get(field, {}), wanted.get(field, {})
        if before == after or (fields and field not in fields):
            continue
        version, written = kind_of(field).write(session, review, field, after, now)
        # What was there and is not any more is written as empty, part by part.
        emptied = dict.fromkeys(before, "") | after
        changes[field] = (before, emptied, version)
        values |= written
    if not changes:
        raise Conflict(N_("The review already says what this state says."))
    keep(session, review, changes, actor=actor, now=now, restored_from=number, **values)
    return review.state_number
