"""The trail: one event for every change of state, chained by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp import __version__
from reviewapp.db.models import Event, EventHead, Intake, Report, Round, RubricVersion
from reviewapp.domain.policy import Identity

GENESIS = "0" * 64


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    number: int
    reason: str


def take_turn(session: Session) -> EventHead:
    """Hold the trail's head to the end of the transaction, and return it.

    Services that lock other rows which a writer of events may want call this before them.
    """
    return session.exec(
        select(EventHead).with_for_update().execution_options(populate_existing=True)
    ).one()


def record(
    session: Session,
    kind: str,
    *,
    actor: Identity,
    now: datetime,
    subject_type: str,
    subject_id: object,
    subject_title: str = "",
    round_id: UUID | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    rubric_version: str = "",
) -> Event:
    """Append an event in the same transaction as the change that it tells of.

    `kind` is past tense (report.taken-in). `before` and `after` hold only what changed, as plain
    values. What belongs to a round names its rubric: a report the one of its kind, all else both.
    The lock on the head row puts writers in a line, so numbers have no gaps.
    """
    head = take_turn(session)
    event = Event(
        number=head.number + 1,
        at=now,
        kind=kind,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_role=actor.role.value,
        subject_type=subject_type,
        subject_id=str(subject_id),
        subject_title=subject_title,
        round_id=round_id,
        before=_plain(before or {}),
        after=_plain(after or {}),
        program_version=__version__,
        rubric_version=rubric_version or _rubrics(session, round_id, subject_id),
        previous_hash=head.hash or GENESIS,
        hash="",
    )
    event.hash = event_hash(event)
    head.number = event.number
    head.hash = event.hash
    session.add(event)
    session.add(head)
    session.flush()
    return event


def record_about(
    session: Session,
    kind: str,
    about: Report | Round | Intake,
    actor: Identity,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    rubric_version: str = "",
) -> Event:
    """Append an event about a report, a round or an intake, by its own name and round."""
    return record(
        session,
        kind,
        actor=actor,
        now=now,
        subject_type=type(about).__name__.lower(),
        subject_id=about.id,
        subject_title=about.source_name if isinstance(about, Intake) else about.title,
        round_id=about.id if isinstance(about, Round) else about.round_id,
        before=before,
        after=after,
        rubric_version=rubric_version,
    )


def _rubrics(session: Session, round_id: UUID | None, subject_id: object) -> str:
    """Return the rubrics by which the round rates, as slug and version."""
    round_ = session.get(Round, round_id) if round_id else None
    if round_ is None:
        return ""
    keys = {
        "key-project": round_.key_project_rubric_id,
        "department": round_.department_rubric_id,
    }
    report = session.get(Report, subject_id) if isinstance(subject_id, UUID) else None
    wanted = [keys[report.kind]] if report is not None else list(keys.values())
    rows = [session.get_one(RubricVersion, key) for key in wanted]
    return "；".join(f"{row.slug} {row.version}" for row in rows)


def event_hash(event: Event) -> str:
    """Return the SHA-256 over the event's canonical JSON, the previous hash included."""
    values = {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": event.kind,
        "actor": [str(event.actor_id or ""), event.actor_name, event.actor_role],
        "subject": [event.subject_type, event.subject_id, event.subject_title],
        "round": str(event.round_id or ""),
        "before": event.before,
        "after": event.after,
        "program": event.program_version,
        "rubric": event.rubric_version,
        "previous": event.previous_hash,
    }
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(session: Session) -> tuple[int, list[Break]]:
    """Walk the whole chain and return how many events there are and where it breaks."""
    breaks: list[Break] = []
    previous, count = GENESIS, 0
    events: Iterable[Event] = session.exec(
        select(Event).order_by(col(Event.number)).execution_options(yield_per=1000)
    )
    for event in events:
        count += 1
        if event.number != count:
            breaks.append(Break(event.number, "number"))
            count = event.number
        if event.previous_hash != previous:
            breaks.append(Break(event.number, "previous"))
        if event_hash(event) != event.hash:
            breaks.append(Break(event.number, "content"))
        previous = event.hash
    head = session.exec(select(EventHead)).one()
    if head.number != count or (count and head.hash != previous):
        breaks.append(Break(head.number, "head"))
    return count, breaks


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_value(item) for item in value]
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def attest(session: Session, events: int, breaks: int, *, actor: Identity, now: datetime) -> Event:
    """Put on record that the trail was walked: how many entries, how many breaks."""
    return record(
        session,
        "trail.verified",
        actor=actor,
        now=now,
        subject_type="trail",
        subject_id="trail",
        after={"events": events, "breaks": breaks},
    )
