"""The files of reports: what a version was put together from, and what a file was split into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from reviewapp.db.models import (
    Account,
    Assignment,
    Report,
    ReportSplit,
    ReportVersion,
    Review,
    SplitRange,
    StoredFile,
    VersionPart,
)
from reviewapp.domain.ranges import Cut, left_out


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


@dataclass(frozen=True)
class MadeLine:
    """A report that was cut out of a split file: its pages there, and its state now."""

    report_id: UUID
    title: str
    state: str
    first_page: int
    last_page: int


@dataclass(frozen=True)
class SplitLine:
    """The standing split of a report: by whom, when, into what, of how many pages."""

    by: str
    at: datetime
    pages: int
    made: tuple[MadeLine, ...]
    has_reviews: bool

    @property
    def left_out(self) -> tuple[tuple[int, int], ...]:
        """Return the ranges of pages that are in none of the reports."""
        return left_out(
            [Cut(m.first_page, m.last_page, "", m.title) for m in self.made], self.pages
        )


@dataclass(frozen=True)
class SourceLine:
    """The file that a report was cut out of, with the pages that it takes there."""

    report_id: UUID
    title: str
    file_name: str
    version: int
    first_page: int
    last_page: int
    stands: bool


def split_of(session: Session, report_id: UUID) -> SplitLine | None:
    """Return the standing split of a report, or None."""
    found = session.execute(
        sa.select(ReportSplit, Account.name, ReportVersion.pages)  # type: ignore[call-overload]
        .join(Account, col(Account.id) == col(ReportSplit.made_by))
        .join(ReportVersion, col(ReportVersion.id) == col(ReportSplit.report_version_id))
        .where(col(ReportSplit.report_id) == report_id, col(ReportSplit.state) == "standing")
    ).one_or_none()
    if found is None:
        return None
    act, name, pages = found
    rows = session.execute(
        sa.select(SplitRange, Report.title, Report.state)  # type: ignore[call-overload]
        .join(Report, col(Report.id) == col(SplitRange.report_id))
        .where(col(SplitRange.split_id) == act.id)
        .order_by(col(SplitRange.number))
    )
    made = tuple(
        MadeLine(row.report_id, title, state, row.first_page, row.last_page)
        for row, title, state in rows
    )
    reviewed = session.execute(
        sa.select(col(Review.id))
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .where(col(Assignment.report_id).in_([one.report_id for one in made]))
        .limit(1)
    ).first()
    return SplitLine(name, act.created_at, pages or 1, made, reviewed is not None)


def source_of(session: Session, report_id: UUID) -> SourceLine | None:
    """Return the file that a report was cut out of, by its last split, or None."""
    found = session.execute(
        sa.select(SplitRange, ReportSplit.state, Report.id, Report.title, ReportVersion)  # type: ignore[call-overload]
        .join(ReportSplit, col(ReportSplit.id) == col(SplitRange.split_id))
        .join(Report, col(Report.id) == col(ReportSplit.report_id))
        .join(ReportVersion, col(ReportVersion.id) == col(ReportSplit.report_version_id))
        .where(col(SplitRange.report_id) == report_id)
        .order_by(col(ReportSplit.created_at).desc(), col(ReportSplit.id))
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    row, state, source_id, title, version = found
    return SourceLine(
        report_id=source_id,
        title=title,
        file_name=version.file_name,
        version=version.number,
        first_page=row.first_page,
        last_page=row.last_page,
        stands=state == "standing",
    )
