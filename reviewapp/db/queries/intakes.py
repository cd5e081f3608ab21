"""An intake with its progress and its preview, and what a person may upload into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Account,
    Agency,
    Intake,
    IntakeItem,
    IntakePart,
    Job,
    Report,
    ReportVersion,
    Round,
    StoredFile,
    VersionPart,
)
from reviewapp.domain.intake import (
    Doubt,
    blocks,
    kind_from_title,
    plain_agency,
    title_from_name,
)


@dataclass(frozen=True)
class RoundLine:
    """A round that files may be brought into."""

    id: UUID
    title: str
    year: int
    phase: str


@dataclass(frozen=True)
class UploadLine:
    """One report that a person uploaded."""

    id: UUID
    title: str
    state: str
    round_title: str
    created_at: datetime


@dataclass(frozen=True)
class IntakeLine:
    """An intake that waits for somebody to look through it."""

    id: UUID
    source_name: str
    state: str
    files: int
    created_at: datetime
    uploaded_by: str


@dataclass(frozen=True)
class ItemPart:
    """A file of a row that was put together, with its place in the whole; pages from 1."""

    id: UUID
    number: int
    kind: str
    file_name: str
    size_bytes: int
    first_page: int
    last_page: int

    @property
    def pages(self) -> int:
        """Return how many pages it has."""
        return self.last_page - self.first_page + 1


@dataclass(frozen=True)
class ItemLine:
    """A row of the preview. `kind` and `agency_id` are what is proposed; amounts in 分."""

    id: UUID
    file_name: str
    size_bytes: int | None
    pages: int | None
    title: str
    kind: str
    agency_id: UUID | None
    listed: Mapping[str, Any]
    doubts: tuple[Doubt, ...]
    is_blocked: bool
    state: str
    report_id: UUID | None  # what it became, or where the same file is already
    report_state: str = ""  # of what it became
    parts: tuple[ItemPart, ...] = ()

    @property
    def row(self) -> int | None:
        """Return the number of its row in the list."""
        number = self.listed.get("row")
        return number if isinstance(number, int) else None


@dataclass(frozen=True)
class IntakePage:
    """An intake: how far its reading is, or its preview."""

    id: UUID
    round_id: UUID
    round_title: str
    state: str
    source_name: str
    uploaded_by: UUID
    uploader: str
    created_at: datetime
    files: int
    has_list: bool
    notes: tuple[Doubt, ...]
    items: tuple[ItemLine, ...]
    job_state: str
    steps: tuple[int, int]
    typed: Mapping[str, Any]  # what stood in the fields when files were put together


def intake_page(
    session: Session, intake_id: UUID, *, only_of: UUID | None = None
) -> IntakePage | None:
    """Return an intake with all its items, or None.

    With `only_of`, a file that is in the round already leads to its report only where that person
    uploaded it.
    """
    found = session.execute(
        sa.select(Intake, Round.title, Account.name)  # type: ignore[call-overload]
        .join(Round, col(Round.id) == col(Intake.round_id))
        .join(Account, col(Account.id) == col(Intake.uploaded_by))
        .where(col(Intake.id) == intake_id)
    ).one_or_none()
    if found is None:
        return None
    intake, round_title, uploader = found
    job = session.exec(select(Job).where(Job.key == f"intake:{intake.id}")).one_or_none()
    return IntakePage(
        id=intake.id,
        round_id=intake.round_id,
        round_title=round_title,
        state=intake.state,
        source_name=intake.source_name,
        uploaded_by=intake.uploaded_by,
        uploader=uploader,
        created_at=intake.created_at,
        files=len(intake.brought),
        has_list=intake.has_list,
        notes=tuple(Doubt(note["code"], note["values"]) for note in intake.notes),
        items=_items(session, intake, only_of),
        job_state=job.state if job else "queued",
        steps=(job.steps_done, job.steps_total) if job else (0, 0),
        typed=intake.typed,
    )


def round_line(session: Session, round_id: UUID) -> RoundLine | None:
    """Return a round, or None."""
    row = session.get(Round, round_id)
    return RoundLine(row.id, row.title, row.year, row.phase) if row else None


def open_rounds(session: Session, phases: tuple[str, ...]) -> tuple[RoundLine, ...]:
    """Return the rounds in one of the phases, newest first."""
    rows = session.exec(
        select(Round)
        .where(col(Round.phase).in_(phases))
        .order_by(col(Round.year).desc(), col(Round.created_at).desc(), col(Round.id))
    )
    return tuple(RoundLine(row.id, row.title, row.year, row.phase) for row in rows)


def uploads_of(session: Session, account_id: UUID | None) -> tuple[UploadLine, ...]:
    """Return the reports that a person uploaded, newest first, at most 100."""
    rows = session.execute(
        sa.select(Report, Round.title)  # type: ignore[call-overload]
        .join(Round, col(Round.id) == col(Report.round_id))
        .where(col(Report.uploaded_by) == account_id)
        .order_by(col(Report.created_at).desc(), col(Report.title), col(Report.id))
        .limit(100)
    )
    return tuple(
        UploadLine(report.id, report.title, report.state, title, report.created_at)
        for report, title in rows
    )


def waiting_intakes(
    session: Session, round_id: UUID, *, uploaded_by: UUID | None = None
) -> tuple[IntakeLine, ...]:
    """Return the round's intakes that are not taken or discarded, of one person or of all."""
    query = (
        sa.select(Intake, Account.name)  # type: ignore[call-overload]
        .join(Account, col(Account.id) == col(Intake.uploaded_by))
        .where(col(Intake.round_id) == round_id, col(Intake.state).in_(("reading", "preview")))
        .order_by(col(Intake.created_at), col(Intake.id))
    )
    if uploaded_by is not None:
        query = query.where(col(Intake.uploaded_by) == uploaded_by)
    return tuple(
        IntakeLine(one.id, one.source_name, one.state, len(one.brought), one.created_at, name)
        for one, name in session.execute(query)
    )


def agency_choices(session: Session) -> tuple[tuple[UUID, str], ...]:
    """Return the agencies that are in use, by name."""
    rows = session.execute(
        sa.select(col(Agency.id), col(Agency.name))
        .where(col(Agency.is_active))
        .order_by(col(Agency.name), col(Agency.id))
    )
    return tuple((row[0], row[1]) for row in rows)


def _items(session: Session, intake: Intake, only_of: UUID | None) -> tuple[ItemLine, ...]:
    """Return the items; what register and round say of them is asked now, not when they came."""
    rows = session.execute(
        sa.select(IntakeItem, StoredFile.size_bytes, Report.state)  # type: ignore[call-overload]
        .outerjoin(StoredFile, col(StoredFile.sha256) == col(IntakeItem.sha256))
        .outerjoin(Report, col(Report.id) == col(IntakeItem.report_id))
        .where(col(IntakeItem.intake_id) == intake.id)
        .order_by(col(IntakeItem.position))
    ).all()
    agencies = {
        plain_agency(name): key
        for key, name in session.execute(
            sa.select(col(Agency.id), col(Agency.name)).order_by(col(Agency.name).desc())
        )
    }
    here: dict[str, UUID | None] = {}
    if intake.state == "preview":
        hashes = [item.sha256 for item, _size, _state in rows if item.sha256]
        here = _here(session, intake.round_id, hashes, only_of)
    parts, hash_of = _parts(session, intake.id)
    inside = {part.id for found in parts.values() for part in found}
    return tuple(
        _item(item, size, state or "", agencies, here, parts.get(item.id, ()), hash_of)
        for item, size, state in rows
        if item.id not in inside
    )


def _here(
    session: Session, round_id: UUID, hashes: Sequence[str], only_of: UUID | None
) -> dict[str, UUID | None]:
    """Return the reports of the round that have one of the files, whole or as an original."""
    whole = sa.select(col(ReportVersion.sha256), col(Report.id), col(Report.uploaded_by)).where(
        col(ReportVersion.round_id) == round_id,
        col(ReportVersion.sha256).in_(hashes),
        col(ReportVersion.report_id) == col(Report.id),
    )
    part = sa.select(col(VersionPart.sha256), col(Report.id), col(Report.uploaded_by)).where(
        col(ReportVersion.round_id) == round_id,
        col(VersionPart.sha256).in_(hashes),
        col(VersionPart.report_version_id) == col(ReportVersion.id),
        col(ReportVersion.report_id) == col(Report.id),
    )
    return {
        sha256: report_id if only_of in (None, uploader) else None
        for query in (part, whole)
        for sha256, report_id, uploader in session.execute(query)
    }


def _parts(
    session: Session, intake_id: UUID
) -> tuple[dict[UUID, tuple[ItemPart, ...]], dict[UUID, str]]:
    """Return the parts of the rows that have some, and the hash of each part's file."""
    rows = session.execute(
        sa.select(IntakePart, IntakeItem, StoredFile.size_bytes)  # type: ignore[call-overload]
        .join(IntakeItem, col(IntakeItem.id) == col(IntakePart.part_id))
        .outerjoin(StoredFile, col(StoredFile.sha256) == col(IntakeItem.sha256))
        .where(col(IntakeItem.intake_id) == intake_id)
        .order_by(col(IntakePart.item_id), col(IntakePart.number))
    )
    found: dict[UUID, tuple[ItemPart, ...]] = {}
    hash_of: dict[UUID, str] = {}
    for link, item, size in rows:
        before = found.get(link.item_id, ())
        first = before[-1].last_page + 1 if before else 1
        part = ItemPart(
            id=item.id,
            number=link.number,
            kind=link.kind,
            file_name=item.file_name,
            size_bytes=size or 0,
            first_page=first,
            last_page=first + (item.pages or 1) - 1,
        )
        found[link.item_id] = (*before, part)
        hash_of[item.id] = item.sha256 or ""
    return found, hash_of


def _item(
    item: IntakeItem,
    size: int | None,
    report_state: str,
    agencies: Mapping[str, UUID],
    here: Mapping[str, UUID | None],
    parts: tuple[ItemPart, ...],
    hash_of: Mapping[UUID, str],
) -> ItemLine:
    listed = item.listed
    title = str(listed.get("title") or title_from_name(item.file_name))
    doubts = [Doubt(doubt["code"], doubt["values"]) for doubt in item.doubts]
    agency = str(listed.get("agency", ""))
    agency_id = agencies.get(plain_agency(agency)) if agency else None
    report_id = item.report_id
    if item.sha256 is not None and item.sha256 in here:
        doubts.append(Doubt("already-here"))
        report_id = here[item.sha256]
    for part in parts:
        if hash_of[part.id] in here:
            doubts.append(Doubt("part-here", {"name": part.file_name}))
            report_id = here[hash_of[part.id]]
    is_blocked = any(blocks(doubt.code) for doubt in doubts)
    if is_blocked:
        # Small doubts about what cannot be taken anyway would only hide the reason.
        doubts = [doubt for doubt in doubts if blocks(doubt.code)]
    elif agency_id is None:
        doubts.append(
            Doubt("agency-unknown", {"name": agency}) if agency else Doubt("agency-missing")
        )
    return ItemLine(
        id=item.id,
        file_name=item.file_name,
        size_bytes=size,
        pages=item.pages,
        title=title,
        kind=str(listed.get("kind") or kind_from_title(title) or ""),
        agency_id=agency_id,
        listed=listed,
        doubts=tuple(doubts),
        is_blocked=is_blocked,
        state=item.state,
        report_id=report_id,
        report_state=report_state,
        parts=parts,
    )
