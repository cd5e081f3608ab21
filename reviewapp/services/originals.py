"""The files that a version was made of: the same bytes are known again, parts are kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters import pdf_merge
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import (
    Report,
    ReportSplit,
    ReportVersion,
    SplitRange,
    StoredFile,
    VersionPart,
)
from reviewapp.domain import bundle
from reviewapp.domain.bundle import Part
from reviewapp.domain.errors import N_, Conflict, Invalid
from reviewapp.domain.intake import Doubt
from reviewapp.domain.policy import Identity, Role
from reviewapp.services import uploads
from reviewapp.services.uploads import PDF_TYPE, FileLimits, PdfFile


class Duplicate(Conflict):
    """The same bytes are in the round already, in the report `report_id`."""

    def __init__(self, report_id: UUID, title: str, name: str = "") -> None:
        if name:
            message = N_("“%(name)s” is already in this round, in %(title)s.")
            super().__init__(message, field="file", title=title, name=name)
        else:
            message = N_("The same file is already in this round: %(title)s.")
            super().__init__(message, field="file", title=title)
        self.report_id = report_id


def put_together(storage: Storage, parts: Sequence[Part], limits: FileLimits) -> PdfFile:
    """Merge kept files to one in the limited child, keep it, and return it with its parts.

    Runs outside any transaction. It is named after its first body. Raises Invalid, with the name
    of the file that is in the way.
    """
    bundle.check(parts, max_bytes=limits.max_bytes, max_pages=limits.max_pages)
    with ExitStack() as stack:
        paths = [stack.enter_context(storage.local_path(part.sha256)) for part in parts]
        try:
            names, pages = [part.name for part in parts], [part.pages for part in parts]
            content = pdf_merge.merge(paths, names, pages)
        except pdf_merge.PartRefused as refused:
            raise refusal_of(refused, parts) from refused
    if len(content) > limits.max_bytes:
        raise Invalid(
            N_("Together the files are larger than %(limit)s MB. Save them with smaller pictures."),
            field="files",
            limit=limits.max_bytes // 1_000_000,
        )
    first = next((part for part in parts if part.kind == "body"), parts[0])
    return PdfFile(first.name, storage.put(content), len(content), sum(pages), tuple(parts))


def refusal_of(refused: pdf_merge.PartRefused, parts: Sequence[Part]) -> Invalid:
    """Return what to tell of a part that cannot be used."""
    if refused.index is None or refused.index >= len(parts):
        return Invalid(
            N_("The files could not be put together within safe limits. Upload them one by one."),
            field="files",
        )
    name = parts[refused.index].name
    if refused.code == "active":
        return Invalid(
            N_("“%(name)s” holds %(what)s. Print it to a new PDF and bring that."),
            field="files",
            name=name,
            what=pdf_merge.ACTING.get(refused.acting, pdf_merge.ACTING["javascript"]),
        )
    return Invalid(N_("“%(name)s”: %(why)s"), field="files", name=name, why=refused.message)


def doubt_of(refused: Invalid) -> Doubt:
    """Return a refusal of put_together as a doubt about the report that was proposed."""
    values = dict(refused.values)
    if "why" in values:
        return Doubt("part-refused", values)
    return Doubt("parts-refused", {**values, "why": refused.message})


def with_name(refused: Invalid, name: str) -> Invalid:
    """Return a refusal of one of several files with the file's name before it."""
    message = N_("“%(name)s”: %(why)s")
    values = {**refused.values, "name": uploads.base_name(name), "why": refused.message}
    return Invalid(message, field=refused.field, **values)


def first_with(
    session: Session, round_id: UUID, sha256: str, *, not_of: UUID | None = None
) -> Report | None:
    """Return the report of the round that has these bytes, as a version or as a part of one.

    `not_of` is a report that may have them: a version is made of the parts of the one before.
    """
    made_of = (
        sa.exists()
        .where(
            col(VersionPart.report_version_id) == col(ReportVersion.id),
            col(VersionPart.sha256) == sha256,
        )
        .correlate(ReportVersion)
    )
    query = (
        select(Report)
        .join(ReportVersion, col(ReportVersion.report_id) == col(Report.id))
        .where(
            ReportVersion.round_id == round_id,
            sa.or_(col(ReportVersion.sha256) == sha256, made_of),
        )
        .order_by(col(Report.created_at), col(Report.id))
    )
    if not_of is not None:
        query = query.where(col(Report.id) != not_of)
    return session.exec(query).first()


def refuse_twin(
    session: Session, round_id: UUID, file: PdfFile, actor: Identity, *, version_of: UUID | None
) -> None:
    """Raise Duplicate where the round has the file, or one of its parts, in another report.

    `version_of` is the report that the file becomes a version of; its own parts may come again.
    """
    _refuse(first_with(session, round_id, file.sha256), "", actor)
    for part in file.parts:
        found = first_with(session, round_id, part.sha256, not_of=version_of)
        _refuse(found, part.name, actor)


def _refuse(first: Report | None, name: str, actor: Identity) -> None:
    if first is None:
        return
    if actor.role is Role.EXPERT and first.uploaded_by != actor.id:
        # Whose report it is and where it stands is not for another expert to know.
        if name:
            raise Conflict(N_("“%(name)s” is already in this round."), field="file", name=name)
        raise Conflict(N_("The same file is already in this round."), field="file")
    raise Duplicate(first.id, f"《{first.title}》", name)


def is_taken_back(session: Session, report_id: UUID) -> bool:
    """Say whether a report was cut out of a file by a split that does not stand any more."""
    states = session.exec(
        select(ReportSplit.state)
        .join(SplitRange, col(SplitRange.split_id) == col(ReportSplit.id))
        .where(SplitRange.report_id == report_id)
    ).all()
    return bool(states) and "standing" not in states


def enter_parts(
    session: Session, version: ReportVersion, parts: Sequence[Part], *, now: datetime
) -> None:
    """Keep the files that a version was made of beside it, in their order."""
    for number, (part, span) in enumerate(zip(parts, bundle.spans(parts), strict=True), 1):
        uploads.enter(session, part.sha256, part.size_bytes, PDF_TYPE, now=now)
        session.add(
            VersionPart(
                created_at=now,
                report_version_id=version.id,
                number=number,
                kind=part.kind,
                sha256=part.sha256,
                file_name=part.name,
                first_page=span.first,
                pages=part.pages,
            )
        )
    session.flush()


def parts_of(session: Session, version: ReportVersion) -> tuple[Part, ...]:
    """Return the files of a version in their order; one that came as one file is its only part."""
    rows = session.execute(
        sa.select(VersionPart, StoredFile.size_bytes)  # type: ignore[call-overload]
        .join(StoredFile, col(StoredFile.sha256) == col(VersionPart.sha256))
        .where(col(VersionPart.report_version_id) == version.id)
        .order_by(col(VersionPart.number))
    ).all()
    if rows:
        return tuple(
            Part(row.file_name, row.sha256, size, row.pages, row.kind) for row, size in rows
        )
    stored = session.exec(select(StoredFile).where(StoredFile.sha256 == version.sha256)).one()
    return (Part(version.file_name, version.sha256, stored.size_bytes, version.pages or 1),)
