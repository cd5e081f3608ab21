"""The files that the versions of a report were put together from."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import ReportVersion, StoredFile, VersionPart


@dataclass(frozen=True)
class PartLine:
    """One original of a version, with the pages that it takes in the version's file."""

    version: int
    number: int
    kind: str  # body, annex, signature
    file_name: str
    sha256: str
    size_bytes: int
    first_page: int
    last_page: int

    @property
    def pages(self) -> int:
        """Return how many pages it has."""
        return self.last_page - self.first_page + 1


def parts_of(session: Session, report_id: UUID, version: int | None = None) -> tuple[PartLine, ...]:
    """Return the originals of a report's versions, newest first, or those of one version."""
    query = (
        sa.select(VersionPart, StoredFile.size_bytes, ReportVersion.number)  # type: ignore[call-overload]
        .join(ReportVersion, col(ReportVersion.id) == col(VersionPart.report_version_id))
        .join(StoredFile, col(StoredFile.sha256) == col(VersionPart.sha256))
        .where(col(ReportVersion.report_id) == report_id)
        .order_by(col(ReportVersion.number).desc(), col(VersionPart.number))
    )
    if version is not None:
        query = query.where(col(ReportVersion.number) == version)
    return tuple(
        PartLine(
            version=number,
            number=row.number,
            kind=row.kind,
            file_name=row.file_name,
            sha256=row.sha256,
            size_bytes=size,
            first_page=row.first_page,
            last_page=row.first_page + row.pages - 1,
        )
        for row, size, number in session.execute(query)
    )
