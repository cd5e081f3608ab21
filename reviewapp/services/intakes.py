"""Intakes: files brought at once, read in the background, shown, then taken in one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.adapters.queue import Queue
from reviewapp.db.models import Agency, Intake, IntakeItem, Report, StoredFile
from reviewapp.db.models.round import KINDS
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed
from reviewapp.domain.intake import Doubt, blocks, title_from_name
from reviewapp.domain.lifecycle import Act, IntakeState, advance
from reviewapp.domain.policy import SYSTEM, Identity, Permission
from reviewapp.services import audit, intake_parts, jobs, reports, uploads
from reviewapp.services.intake_parts import Placed
from reviewapp.services.intake_reading import ItemDraft, Reading
from reviewapp.services.originals import Duplicate
from reviewapp.services.report_metadata import FIELDS, find_agency
from reviewapp.services.uploads import PDF_TYPE, Brought, PdfFile


@dataclass(frozen=True)
class Choice:
    """An item that was ticked, with the kind and the agency that were chosen for it."""

    item_id: UUID
    kind: str
    agency_id: UUID | None = None


@dataclass(frozen=True)
class Taken:
    """What came of an intake: its reports, and how many were in the round meanwhile."""

    reports: tuple[Report, ...]
    already_here: int


def begin(
    session: Session,
    queue: Queue,
    round_id: UUID,
    brought: Sequence[Brought],
    *,
    actor: Identity,
    now: datetime,
    one_report: bool = False,
) -> Intake:
    """Begin an intake of files that are kept already, and ask for their reading.

    `one_report` says that they belong together; the preview then shows them so, in an order.
    An expert may while the round is in preparation, an officer until settlement.
    """
    reports.open_round(session, round_id, Act.REPORT_UPLOAD, actor)
    if actor.id is None or not actor.may(Permission.REPORT_UPLOAD):
        raise NotAllowed(N_("Your role does not upload reports."))
    if not brought:
        raise Invalid(N_("Choose the reports first: PDF files, or a ZIP."), field="files")
    for one in brought:
        if one.sha256 is not None:
            uploads.enter(session, one.sha256, one.size_bytes, one.media_type, now=now)
    intake = Intake(
        created_at=now,
        round_id=round_id,
        uploaded_by=actor.id,
        source_name=brought[0].name,
        brought=[_to_json(one) for one in brought],
        one_report=one_report,
    )
    session.add(intake)
    session.flush()
    audit.record_about(session, "intake.begun", intake, actor, now, after={"files": len(brought)})
    jobs.add(session, queue, "intake", f"intake:{intake.id}", now=now, intake_id=intake.id)
    return intake


def brought_of(session: Session, intake_id: UUID) -> tuple[tuple[Brought, ...], bool] | None:
    """Return what an intake brought, and whether it is one report by whoever brought it.

    None if nobody waits for its reading any more.
    """
    intake = session.get(Intake, intake_id)
    if intake is None or intake.state != IntakeState.READING:
        return None
    return tuple(_from_json(one) for one in intake.brought), intake.one_report


def show(session: Session, intake_id: UUID, reading: Reading, *, now: datetime) -> None:
    """Store what was read, so that it can be looked through; nothing if it was discarded."""
    intake = session.get(Intake, intake_id)
    if intake is None or intake.state != IntakeState.READING:
        return
    intake.state = advance(IntakeState(intake.state), "show").value
    intake.has_list = reading.has_list
    intake.notes = [note.to_json() for note in reading.notes]
    session.add(intake)
    position = 0
    for draft in reading.items:
        position += 1
        row = _item(session, intake, position, draft, now)
        session.add(row)
        members = []
        for part, kind in draft.parts:
            position += 1
            members.append((_item(session, intake, position, part, now), kind))
        session.add_all([member for member, _kind in members])
        session.flush()
        parts = [(member.id, kind) for member, kind in members]
        intake_parts.link(session, row.id, parts, now=now)
    session.flush()
    audit.record_about(
        session, "intake.read", intake, SYSTEM, now, after={"items": len(reading.items)}
    )


def take(
    session: Session,
    queue: Queue,
    intake_id: UUID,
    choices: Sequence[Choice],
    *,
    actor: Identity,
    now: datetime,
) -> Taken:
    """Make reports of the ticked items in one act; what is not ticked is left out.

    An officer's report with an agency is part of the round at once, the others wait: an expert's
    for an officer, one without agency for the precheck's proposal. A file that came into the
    round meanwhile is marked and does not hold up the others.
    Raises NotFound, Conflict (wrong phase, or taken already), Invalid (an item that cannot be).
    """
    intake = intake_parts.reachable(session, intake_id, actor)
    reports.open_round(session, intake.round_id, Act.REPORT_UPLOAD, actor)
    before = intake.state
    intake.state = advance(IntakeState(intake.state), "take").value
    if not choices:
        raise Invalid(N_("Tick at least one report."), field="items")
    items = {
        item.id: item
        for item in session.exec(
            select(IntakeItem)
            .where(IntakeItem.intake_id == intake.id)
            .order_by(col(IntakeItem.position))
        )
    }
    parts = intake_parts.parts_of(session, intake.id)
    inside = {one.item_id for placed in parts.values() for one in placed}
    whole = {item_id: item for item_id, item in items.items() if item_id not in inside}
    chosen = {choice.item_id: choice for choice in choices}
    if set(chosen) - set(whole):
        raise Invalid(N_("This preview has changed: reload the page."))
    made = []
    for item_id, item in whole.items():
        item.state = "refused"
        placed = parts.get(item_id, ())
        if item_id in chosen:
            report = _take_item(session, queue, intake, item, placed, chosen[item_id], actor, now)
            made += [report] if report else []
        for one in placed:
            items[one.item_id].state, items[one.item_id].report_id = item.state, item.report_id
        session.add(item)
    session.add(intake)
    session.flush()
    outcome = Taken(tuple(made), len(chosen) - len(made))
    audit.record_about(
        session,
        "intake.taken",
        intake,
        actor,
        now,
        before={"state": before},
        after={"state": intake.state, "reports": len(made), "left_out": len(whole) - len(made)},
    )
    return outcome


def discard(session: Session, intake_id: UUID, *, actor: Identity, now: datetime) -> Intake:
    """Give an intake up; no report comes of it."""
    intake = intake_parts.reachable(session, intake_id, actor)
    before = intake.state
    intake.state = advance(IntakeState(intake.state), "discard").value
    session.add(intake)
    session.flush()
    audit.record_about(
        session,
        "intake.discarded",
        intake,
        actor,
        now,
        before={"state": before},
        after={"state": intake.state},
    )
    return intake


def _take_item(
    session: Session,
    queue: Queue,
    intake: Intake,
    item: IntakeItem,
    placed: Sequence[Placed],
    choice: Choice,
    actor: Identity,
    now: datetime,
) -> Report | None:
    title = str(item.listed.get("title") or title_from_name(item.file_name))
    stored = session.exec(select(StoredFile).where(StoredFile.sha256 == item.sha256)).one_or_none()
    if stored is None or any(blocks(doubt["code"]) for doubt in item.doubts):
        raise Invalid(N_("%(title)s cannot be taken: see its doubts."), title=f"《{title}》")
    known, sources = _known(session, item.listed, choice, title)
    file = PdfFile(
        item.file_name,
        stored.sha256,
        stored.size_bytes,
        item.pages or 0,
        tuple(one.part for one in placed),
    )
    try:
        with session.begin_nested():
            report = reports.receive(
                session,
                queue,
                intake.round_id,
                file,
                actor=actor,
                now=now,
                known=known,
                sources=sources,
            )
    except Conflict as twin:
        name = str(twin.values.get("name", ""))
        doubt = Doubt("part-here", {"name": name}) if name else Doubt("already-here")
        item.doubts = [*item.doubts, doubt.to_json()]
        item.report_id = twin.report_id if isinstance(twin, Duplicate) else None
        return None
    item.state, item.report_id = "taken", report.id
    if report.agency_id is not None and actor.may(Permission.REPORT_MANAGE):
        reports.take_in(session, report.id, actor=actor, now=now)
    return report


def _known(
    session: Session, listed: Mapping[str, Any], choice: Choice, title: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of a report and whence each is: the list, or the person who chose."""
    known = {name: value for name, value in listed.items() if name in FIELDS}
    sources = dict.fromkeys(known, "list")
    listed_agency = find_agency(session, str(listed["agency"])) if "agency" in listed else None
    if choice.kind:
        if choice.kind not in KINDS:
            raise Invalid(
                N_("%(title)s: key project or department-wide? Please choose."),
                title=f"《{title}》",
            )
        sources["kind"] = "list" if known.get("kind") == choice.kind else "person"
        known["kind"] = choice.kind
    elif "kind" not in known:
        raise Invalid(
            N_("%(title)s: key project or department-wide? Please choose."), title=f"《{title}》"
        )
    if choice.agency_id is not None:
        if session.get(Agency, choice.agency_id) is None:
            raise Invalid(N_("Choose an agency of the register."))
        sources["agency_id"] = "list" if choice.agency_id == listed_agency else "person"
        known["agency_id"] = choice.agency_id
    return known, sources


def _item(
    session: Session, intake: Intake, position: int, draft: ItemDraft, now: datetime
) -> IntakeItem:
    file = draft.file
    if file is not None and file.sha256 is not None:
        uploads.enter(session, file.sha256, file.size_bytes, PDF_TYPE, now=now)
    return IntakeItem(
        created_at=now,
        intake_id=intake.id,
        position=position,
        file_name=file.name if file else "",
        sha256=file.sha256 if file else None,
        pages=file.pages if file else None,
        listed=draft.listed,
        doubts=[doubt.to_json() for doubt in draft.doubts],
    )


def _to_json(one: Brought) -> dict[str, Any]:
    return {
        "name": one.name,
        "sha256": one.sha256,
        "size_bytes": one.size_bytes,
        "type": one.type,
        "doubt": one.doubt.to_json() if one.doubt else None,
    }


def _from_json(raw: Mapping[str, Any]) -> Brought:
    doubt = raw["doubt"]
    return Brought(
        raw["name"],
        raw["sha256"],
        raw["size_bytes"],
        raw["type"],
        Doubt(doubt["code"], doubt["values"]) if doubt else None,
    )
