"""Files of an intake put together to one report, put in another order, taken apart again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Intake, IntakeItem, IntakePart, StoredFile
from reviewapp.domain import bundle
from reviewapp.domain.bundle import PART_KINDS, Part
from reviewapp.domain.errors import N_, Conflict, Invalid, NotFound
from reviewapp.domain.intake import Doubt, kind_from_title, title_from_name
from reviewapp.domain.lifecycle import IntakeState
from reviewapp.domain.policy import Identity, Permission
from reviewapp.services import audit, uploads
from reviewapp.services.uploads import PDF_TYPE, PdfFile

# Doubts about how files were put together: they go when a person says how it is.
_PROPOSALS = {"parts-list", "parts-folder", "part-missing", "part-refused", "parts-refused"}


@dataclass(frozen=True)
class Placed:
    """A file of the preview as a part: the row that it has, or had, alone."""

    item_id: UUID
    part: Part


def may_see(intake_uploaded_by: UUID, actor: Identity) -> bool:
    """Say whether the actor may know of an intake: one's own, and for officers every one."""
    own = intake_uploaded_by == actor.id and actor.may(Permission.REPORT_UPLOAD)
    return own or actor.may(Permission.REPORT_MANAGE)


def reachable(session: Session, intake_id: UUID, actor: Identity) -> Intake:
    """Return an intake that the actor may change, locked. Raises NotFound."""
    intake = session.get(Intake, intake_id, with_for_update=True)
    if intake is None or not may_see(intake.uploaded_by, actor):
        raise NotFound(N_("There is no such upload."))
    return intake


def parts_of(session: Session, intake_id: UUID) -> dict[UUID, tuple[Placed, ...]]:
    """Return the parts of every row of an intake that has some, in their order, by the row's id."""
    rows = session.execute(
        sa.select(IntakePart, IntakeItem, StoredFile.size_bytes)  # type: ignore[call-overload]
        .join(IntakeItem, col(IntakeItem.id) == col(IntakePart.part_id))
        .outerjoin(StoredFile, col(StoredFile.sha256) == col(IntakeItem.sha256))
        .where(col(IntakeItem.intake_id) == intake_id)
        .order_by(col(IntakePart.item_id), col(IntakePart.number))
    )
    found: dict[UUID, tuple[Placed, ...]] = {}
    for link, item, size in rows:
        part = Part(item.file_name, item.sha256 or "", size or 0, item.pages or 1, link.kind)
        found[link.item_id] = (*found.get(link.item_id, ()), Placed(item.id, part))
    return found


def parts_of_row(session: Session, item_id: UUID) -> tuple[Placed, ...]:
    """Return the parts of one row in their order; none for a row with one file."""
    row = session.get(IntakeItem, item_id)
    return parts_of(session, row.intake_id).get(item_id, ()) if row is not None else ()


def choose(
    session: Session, intake_id: UUID, item_ids: Sequence[UUID], words: Mapping[str, Sequence[str]]
) -> tuple[Placed, ...]:
    """Return the files of the ticked rows as parts, in the order that is proposed for them.

    The files of a row that was put together already come along. Raises Invalid for a row without
    a file that can be used.
    """
    known = parts_of(session, intake_id)
    inside = {one.item_id for parts in known.values() for one in parts}
    items = {
        item.id: item
        for item in session.exec(
            select(IntakeItem)
            .where(IntakeItem.intake_id == intake_id, col(IntakeItem.id).in_(list(item_ids)))
            .order_by(col(IntakeItem.position))
        )
    }
    if set(items) != set(item_ids) or inside & set(items):
        raise Invalid(N_("This preview has changed: reload the page."))
    found: list[Placed] = []
    for item in items.values():
        if item.id in known:
            found += known[item.id]
            continue
        if item.sha256 is None or item.pages is None:
            raise Invalid(N_("“%(name)s” cannot be a part: see its doubts."), name=item.file_name)
        stored = session.exec(select(StoredFile).where(StoredFile.sha256 == item.sha256)).one()
        kind = bundle.guess_kind(item.file_name, words)
        part = Part(item.file_name, item.sha256, stored.size_bytes, item.pages, kind)
        found.append(Placed(item.id, part))
    return tuple(
        sorted(
            found,
            key=lambda one: (PART_KINDS.index(one.part.kind), bundle.sort_key(one.part.name)),
        )
    )


def join(
    session: Session,
    intake_id: UUID,
    placed: Sequence[Placed],
    made: PdfFile,
    *,
    actor: Identity,
    now: datetime,
) -> IntakeItem:
    """Make one row of files that are one report; `made` is the file that they were put to.

    What the list says of any of them is kept, the first one's first.
    """
    intake = _open(session, intake_id, actor)
    items = [_item(session, intake, one.item_id) for one in placed]
    parents = _parents(session, [item.id for item in items])
    listed: dict[str, Any] = {}
    for item in (*parents, *items):
        for name, value in item.listed.items():
            if name != "file_name":
                listed.setdefault(name, value)
    first = min((item.position for item in items), default=1)
    for parent in parents:
        _unlink(session, parent.id)
        session.delete(parent)
    session.flush()
    title = str(listed.get("title") or title_from_name(made.name))
    row = IntakeItem(
        created_at=now,
        intake_id=intake.id,
        position=first,
        file_name=made.name,
        listed=listed,
        doubts=[] if "kind" in listed else [_kind_doubt(title).to_json()],
    )
    _put(session, row, placed, made, now)
    _record(session, "intake.joined", intake, row, made, actor, now)
    return row


def arrange(
    session: Session,
    intake_id: UUID,
    item_id: UUID,
    placed: Sequence[Placed],
    made: PdfFile,
    *,
    actor: Identity,
    now: datetime,
) -> IntakeItem:
    """Put the parts of a row in another order, or call them another kind."""
    intake = _open(session, intake_id, actor)
    row = _item(session, intake, item_id)
    known = parts_of(session, intake_id).get(item_id, ())
    if {one.item_id for one in known} != {one.item_id for one in placed}:
        raise Invalid(N_("This preview has changed: reload the page."))
    row.doubts = [doubt for doubt in row.doubts if doubt["code"] not in _PROPOSALS]
    row.file_name = made.name
    _unlink(session, item_id)
    _put(session, row, placed, made, now)
    _record(session, "intake.rearranged", intake, row, made, actor, now)
    return row


def take_apart(
    session: Session, intake_id: UUID, item_id: UUID, *, actor: Identity, now: datetime
) -> None:
    """Make each part a row of its own again; what the list said stays with the first body."""
    intake = _open(session, intake_id, actor)
    row = _item(session, intake, item_id)
    parts = parts_of(session, intake_id).get(item_id, ())
    if not parts:
        raise Invalid(N_("This preview has changed: reload the page."))
    heir = next((one for one in parts if one.part.kind == "body"), parts[0])
    _unlink(session, item_id)
    first = _item(session, intake, heir.item_id)
    first.listed = {**row.listed, **first.listed}
    session.add(first)
    session.delete(row)
    session.flush()
    audit.record_about(
        session,
        "intake.taken-apart",
        intake,
        actor,
        now,
        after={"parts": [one.part.name for one in parts]},
    )


def remember(session: Session, intake_id: UUID, typed: Mapping[str, Any]) -> None:
    """Keep what stands in the fields of the preview while its files are put together."""
    intake = session.get_one(Intake, intake_id)
    intake.typed = dict(typed)
    session.add(intake)
    session.flush()


def link(
    session: Session, row_id: UUID, parts: Sequence[tuple[UUID, str]], *, now: datetime
) -> None:
    """Say which files, each with its kind, a row of the preview was put together from."""
    for number, (part_id, kind) in enumerate(parts, 1):
        session.add(
            IntakePart(created_at=now, item_id=row_id, part_id=part_id, number=number, kind=kind)
        )
    session.flush()


def _put(
    session: Session, row: IntakeItem, placed: Sequence[Placed], made: PdfFile, now: datetime
) -> None:
    uploads.enter(session, made.sha256, made.size_bytes, PDF_TYPE, now=now)
    row.sha256, row.pages = made.sha256, made.pages
    session.add(row)
    session.flush()
    link(session, row.id, [(one.item_id, one.part.kind) for one in placed], now=now)


def _unlink(session: Session, item_id: UUID) -> None:
    session.execute(sa.delete(IntakePart).where(col(IntakePart.item_id) == item_id))
    session.flush()


def _parents(session: Session, item_ids: Sequence[UUID]) -> list[IntakeItem]:
    """Return the rows that the files are parts of already."""
    return list(
        session.exec(
            select(IntakeItem)
            .where(
                col(IntakeItem.id).in_(
                    select(IntakePart.item_id).where(col(IntakePart.part_id).in_(list(item_ids)))
                )
            )
            .order_by(col(IntakeItem.position))
        )
    )


def _open(session: Session, intake_id: UUID, actor: Identity) -> Intake:
    intake = reachable(session, intake_id, actor)
    if intake.state != IntakeState.PREVIEW:
        raise Conflict(N_("These files have been taken or discarded meanwhile."))
    return intake


def _item(session: Session, intake: Intake, item_id: UUID) -> IntakeItem:
    row = session.get(IntakeItem, item_id)
    if row is None or row.intake_id != intake.id:
        raise Invalid(N_("This preview has changed: reload the page."))
    return row


def _kind_doubt(title: str) -> Doubt:
    return Doubt("kind-guessed" if kind_from_title(title) else "kind-unknown")


def _record(
    session: Session,
    kind: str,
    intake: Intake,
    row: IntakeItem,
    made: PdfFile,
    actor: Identity,
    now: datetime,
) -> None:
    audit.record_about(
        session,
        kind,
        intake,
        actor,
        now,
        after={"report": row.file_name, "parts": [part.name for part in made.parts]},
    )
