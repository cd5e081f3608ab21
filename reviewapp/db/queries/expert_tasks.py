"""What waits for an expert: declarations, then calibration, then the own reviews by their days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from reviewapp.db.queries import own_work
from reviewapp.db.queries.tasks import Task
from reviewapp.domain.errors import N_
from reviewapp.domain.policy import Identity

#: said wherever a review waits for the reference reports of its kind
LOCKED = N_("opens once the reference reports of its kind are rated")
_DECLARE, _REQUIRED = 0, 1  # ranks


@dataclass(frozen=True)
class Exercise:
    """A reference report that an expert can rate now and has not handed in."""

    reference_id: UUID
    round_id: UUID
    kind: str
    title: str
    is_required: bool
    is_begun: bool


def tasks(session: Session, who: Identity, exercises: Sequence[Exercise]) -> Iterator[Task]:
    """Return an expert's tasks; the reviews that a required exercise locks say so."""
    rows = own_work.open_rows(session, who)
    far = own_work.progress(session, [row.review_id for row in rows if row.review_id])
    locked = {(one.round_id, one.kind) for one in exercises if one.is_required}
    for exercise in exercises:
        yield from _calibration(exercise, rows)
    for row in rows:
        yield _review(row, far.get(row.review_id), locked)


def _calibration(exercise: Exercise, rows: Sequence[Any]) -> Iterator[Task]:
    """Return the task of a reference report while a review of its kind is still open."""
    own = [row for row in rows if (row.round_id, row.kind) == (exercise.round_id, exercise.kind)]
    if not own:
        return
    opens = exercise.is_required and any(row.review_id is None for row in own)
    yield Task(
        N_("Calibration, required: rate this reference report; then your reviews of its kind open.")
        if opens
        else N_("Calibration, optional: rate this reference report and compare before your own."),
        {},
        N_("Go on") if exercise.is_begun else N_("Rate it"),
        "calibration.sheet",
        {"reference_id": exercise.reference_id},
        f"《{exercise.title}》",
        own[0].phase_ends_on,
        rank=_REQUIRED if opens else Task.rank,
        kind=exercise.kind,
    )


def _review(row: Any, far: own_work.Progress | None, locked: set[tuple[UUID, str]]) -> Task:
    title, rank, closed = f"《{row.title}》", Task.rank, ""
    if row.declared_at is None:
        # Nothing tells whose report it is before one declares: the declaration itself does.
        title, rank = row.round_title, _DECLARE
        sentence, button, endpoint = (
            N_("A report was assigned to you: say whether you have a conflict of interest."),
            N_("Declare"),
            "assignments.declare",
        )
    elif row.review_id is None:
        closed = LOCKED if (row.round_id, row.kind) in locked else ""
        sentence, button, endpoint = (
            N_("A report waits for your review."),
            N_("Begin"),
            "reviews.open_assignment",
        )
    else:
        sentence, button, endpoint = (
            N_("A review of yours is not submitted yet."),
            N_("Go on"),
            "reviews.open_assignment",
        )
    return Task(
        sentence,
        {},
        button,
        endpoint,
        {"assignment_id": row.id},
        title,
        row.ends_on,
        rank=rank,
        kind=row.kind,
        pages=row.pages,
        progress=far,
        locked=closed,
    )
