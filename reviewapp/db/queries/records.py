"""The trail as auditors read it, and the part of it that tells one report's story."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Agency, Event, Expert, Report
from reviewapp.db.queries.searching import holds

BATCH = 500  # ids in one query
_NAMED = (
    (col(Agency.id), col(Agency.name)),
    (col(Report.id), col(Report.title)),
    (col(Expert.id), col(Expert.name)),
)


@dataclass(frozen=True)
class EventLine:
    """One event: who (as of that moment), when, on what, from what, to what."""

    number: int
    at: datetime
    kind: str
    actor_name: str
    actor_role: str
    subject_type: str
    subject_id: str
    subject_title: str
    before: dict[str, Any]
    after: dict[str, Any]
    program_version: str
    rubric_version: str
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class EventSearch:
    """What the auditor asks for; empty fields ask for everything."""

    text: str = ""
    kind: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    round_id: UUID | None = None
    subject_id: str = ""


def event_lines(
    session: Session, search: EventSearch, *, offset: int = 0, limit: int = 100
) -> tuple[tuple[EventLine, ...], int]:
    """Return one page of the trail, newest first, and how many events fit the search."""
    query = _filtered(search)
    total = session.exec(select(sa.func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(Event.number).desc()).offset(offset).limit(limit))
    return tuple(_line(event) for event in rows), total


def event_kinds(session: Session) -> tuple[str, ...]:
    """Return the kinds of events that have happened, in alphabetical order."""
    return tuple(session.exec(select(Event.kind).distinct().order_by(col(Event.kind))))


def names_of(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what agencies, reports and experts among the ids are called."""
    found: dict[UUID, str] = {}
    wanted = list(ids)
    for some in (wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH)):
        for key, name in _NAMED:
            rows = session.execute(sa.select(key, name).where(key.in_(some)))
            found |= {row[0]: row[1] for row in rows}
    return found


def _filtered(search: EventSearch) -> Any:
    query = select(Event)
    if search.kind:
        query = query.where(Event.kind == search.kind)
    if search.actor:
        query = query.where(holds(search.actor, Event.actor_name))
    if search.text:
        query = query.where(holds(search.text, Event.subject_title))
    if search.since:
        query = query.where(col(Event.at) >= search.since)
    if search.until:
        query = query.where(col(Event.at) < search.until)
    if search.round_id:
        query = query.where(Event.round_id == search.round_id)
    if search.subject_id:
        query = query.where(Event.subject_id == search.subject_id)
    return query


def _line(event: Event) -> EventLine:
    return EventLine(
        number=event.number,
        at=event.at,
        kind=event.kind,
        actor_name=event.actor_name,
        actor_role=event.actor_role,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        subject_title=event.subject_title,
        before=event.before,
        after=event.after,
        program_version=event.program_version,
        rubric_version=event.rubric_version,
        previous_hash=event.previous_hash,
        hash=event.hash,
    )
