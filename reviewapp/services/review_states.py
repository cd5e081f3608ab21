"""Every saved state of a review: kept with each save, read back whole, compared.

`state_of` is the one place where all that stands in a review is collected. A further kind of
field joins it as one more Kind, and is then kept, compared, frozen with a submission and restored
like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.base import metadata
from reviewapp.db.models import Evidence, Review, ReviewState, Score, VetoClaim
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.domain.rubric import FULL_MARKS, format_points
from reviewapp.domain.scoring import parse_points
from reviewapp.domain.text_changes import apply_change, change_between

#: what stands in one field, by the name of its part: {"points": "4.5", "reason": "…"}
Value: TypeAlias = dict[str, str]
#: every field of a review by its name: criterion-<id>, evidence-<id>, veto-<id>, opinion
State: TypeAlias = dict[str, Value]


#: a field's new version, and what changes in the row of the review itself
Written: TypeAlias = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of field, known by what its names begin with.

    `read` returns all of it; `write` puts a value of an earlier state back, {} for nothing.
    """

    prefix: str
    read: Callable[[Session, Review], State]
    write: Callable[[Session, Review, str, Value, datetime], Written]


@dataclass(frozen=True)
class Change:
    """One act on a review: who saved what when; `state` is the whole review after it."""

    number: int
    at: datetime
    kind: str  # saved, restored, earlier
    restored_from: int | None
    saved_by: UUID | None
    fields: tuple[str, ...]
    state: State


def state_of(session: Session, review: Review) -> State:
    """Return everything that stands in the review now, field by field."""
    found: State = {}
    for kind in KINDS:
        found |= kind.read(session, review)
    return found


def _scores(session: Session, review: Review) -> State:
    rows = session.exec(
        select(Score.criterion, Score.points_hundredths, Score.reason)
        .where(Score.review_id == review.id)
        .order_by(col(Score.criterion))
    )
    return {f"criterion-{key}": score_value(points, reason) for key, points, reason in rows}


def _vetoes(session: Session, review: Review) -> State:
    rows = session.exec(
        select(VetoClaim.veto, VetoClaim.ground)
        .where(VetoClaim.review_id == review.id)
        .order_by(col(VetoClaim.veto))
    )
    return {f"veto-{key}": veto_value(ground) for key, ground in rows}


def _opinion(_session: Session, review: Review) -> State:
    return {"opinion": {"opinion": review.opinion}} if review.opinion else {}


def _evidence(session: Session, review: Review) -> State:
    keys = session.exec(
        select(Evidence.criterion).where(Evidence.review_id == review.id).distinct()
    )
    return {f"evidence-{key}": evidence_value(session, review.id, key) for key in sorted(keys)}


def _write_score(
    session: Session, review: Review, field: str, value: Value, now: datetime
) -> Written:
    row = session.exec(
        select(Score)
        .where(Score.review_id == review.id, Score.criterion == field.removeprefix("criterion-"))
        .execution_options(populate_existing=True)
    ).one()  # nothing removes a score that was saved once
    points = value.get("points", "")
    row.points_hundredths = parse_points(points, FULL_MARKS) if points else None
    row.reason = value.get("reason", "")
    row.version, row.saved_at = row.version + 1, now
    session.add(row)
    session.flush()
    return row.version, {}


def _write_veto(
    session: Session, review: Review, field: str, value: Value, now: datetime
) -> Written:
    veto, version = field.removeprefix("veto-"), review.vetoes_version + 1
    row = session.exec(
        select(VetoClaim).where(VetoClaim.review_id == review.id, VetoClaim.veto == veto)
    ).one_or_none()
    if value.get("claimed"):
        row = row or VetoClaim(created_at=now, review_id=review.id, veto=veto)
        row.ground = value["ground"]
        session.add(row)
    elif row is not None:
        session.delete(row)
    session.flush()
    return version, {"vetoes_version": version}


def _write_opinion(
    _session: Session, review: Review, _field: str, value: Value, _now: datetime
) -> Written:
    version = review.opinion_version + 1
    return version, {"opinion": value.get("opinion", ""), "opinion_version": version}


def _write_evidence(
    session: Session, review: Review, field: str, value: Value, now: datetime
) -> Written:
    wanted = set(value.get("ids", "").split())
    for row in _cited(session, review.id, field.removeprefix("evidence-"), with_removed=True):
        if str(row.id) in wanted:
            row.removed_at = None
        elif row.removed_at is None:
            row.removed_at = now
        session.add(row)
    session.flush()
    return review.state_number + 1, {}


KINDS: tuple[Kind, ...] = (
    Kind("criterion-", _scores, _write_score),
    Kind("evidence-", _evidence, _write_evidence),
    Kind("veto-", _vetoes, _write_veto),
    Kind("opinion", _opinion, _write_opinion),
)


def kind_of(field: str) -> Kind:
    """Return the kind of a field. Raises NotFound for a field that no review has."""
    for kind in KINDS:
        if field.startswith(kind.prefix):
            return kind
    raise NotFound(N_("There is no such field."))


def score_value(points: int | None, reason: str) -> Value:
    """Return points (hundredths) and reason on a criterion as a state holds them."""
    return {"points": "" if points is None else format_points(points), "reason": reason}


def veto_value(ground: str | None) -> Value:
    """Return a claimed veto with its ground, or one that is not claimed (None)."""
    return {"claimed": "" if ground is None else "1", "ground": ground or ""}


def evidence_value(session: Session, review_id: UUID, criterion: str) -> Value:
    """Return the evidence that stands on a criterion: its words to read, its ids to restore.

    The page is left out: it moves with the words when the report has a newer version.
    """
    rows = _cited(session, review_id, criterion)
    if not rows:
        return {}
    return {
        "evidence": "\n".join(row.quote or f"[{row.page}]" for row in rows),
        "ids": " ".join(str(row.id) for row in rows),
    }


def _cited(
    session: Session, review_id: UUID, criterion: str, *, with_removed: bool = False
) -> list[Evidence]:
    rows = session.exec(
        select(Evidence)
        .where(Evidence.review_id == review_id, Evidence.criterion == criterion)
        .order_by(col(Evidence.number))
    )
    return [row for row in rows if with_removed or row.removed_at is None]


_KEEP = sa.insert(metadata.tables["review_state"])
_REVIEWS = metadata.tables["review"]
_NOTE = sa.update(_REVIEWS).where(_REVIEWS.c.id == sa.bindparam("this"))


def keep(
    session: Session,
    review: Review,
    changes: Mapping[str, tuple[Value, Value, int]],
    *,
    actor: Identity,
    now: datetime,
    restored_from: int | None = None,
    **values: Any,
) -> None:
    """Write what one act changed, and that the review was saved; further `values` go with it.

    `changes` holds for each field what stood in it, what stands now, and its new version. The
    caller holds the review's row, so that numbers have no gaps and no twins.
    """
    number = review.state_number + 1
    rows = [
        {
            "id": uuid4(),
            "created_at": now,
            "review_id": review.id,
            "number": number,
            "field": field,
            "version": version,
            "kind": "saved" if restored_from is None else "restored",
            "change": _change(before, after),
            "restored_from": restored_from,
            "saved_by": actor.id,
        }
        for field, (before, after, version) in changes.items()
    ]
    session.execute(_KEEP, rows)
    written = {"saved_at": now, "state_number": number, **values}
    session.execute(_NOTE, {"this": review.id, **written})
    for name, value in written.items():
        sa.orm.attributes.set_committed_value(review, name, value)


def said(state: Mapping[str, Value]) -> State:
    """Return the fields of a state in which something stands."""
    return {field: dict(value) for field, value in state.items() if any(value.values())}


def value_at(session: Session, review_id: UUID, field: str, version: int) -> Value | None:
    """Return what stood in a field at one of its versions; None where that was never kept.

    A version that covers several fields, as that of the vetoes does, may have left this one as
    an earlier version did.
    """
    rows = session.execute(
        sa.select(col(ReviewState.version), col(ReviewState.change))
        .where(
            col(ReviewState.review_id) == review_id,
            col(ReviewState.field) == field,
            col(ReviewState.version) <= version,
        )
        .order_by(col(ReviewState.version))
    ).all()
    value: Value = {}
    for _version, change in rows:
        value = _after(value, change)
    return value if rows else None


def is_kept(session: Session, review_id: UUID, field: str, version: int, value: Value) -> bool:
    """Say whether this very version of this field is kept with this value."""
    found = session.execute(
        sa.select(col(ReviewState.id)).where(
            col(ReviewState.review_id) == review_id,
            col(ReviewState.field) == field,
            col(ReviewState.version) == version,
        )
    ).first()
    return found is not None and value_at(session, review_id, field, version) == value


def history(session: Session, review_id: UUID) -> tuple[Change, ...]:
    """Return every kept state of the review, the first one first.

    Raises ValueError where a kept change does not fit what it was made from.
    """
    rows = session.execute(
        sa.select(ReviewState)
        .where(col(ReviewState.review_id) == review_id)
        .order_by(col(ReviewState.number), col(ReviewState.field))
    ).scalars()
    found: list[Change] = []
    state: State = {}
    for row in rows:
        state = {**state, row.field: _after(state.get(row.field, {}), row.change)}
        fields: tuple[str, ...] = (row.field,)
        if found and found[-1].number == row.number:
            fields = (*found.pop().fields, row.field)
        found.append(
            Change(
                number=row.number,
                at=row.created_at,
                kind=row.kind,
                restored_from=row.restored_from,
                saved_by=row.saved_by,
                fields=fields,
                state=state,
            )
        )
    return tuple(found)


def _change(before: Value, after: Value) -> dict[str, Any]:
    return {
        part: change_between(before.get(part, ""), text)
        for part, text in after.items()
        if before.get(part) != text
    }


def _after(before: Value, change: Mapping[str, Any]) -> Value:
    changed = {part: apply_change(before.get(part, ""), one) for part, one in change.items()}
    return {**before, **changed}
