"""What is known of one report, whence, and what its precheck read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Precheck, Report, ReportVersion, Round


@dataclass(frozen=True)
class MetadataPage:
    """A report's metadata: `values` by field, `sources` (person, list, precheck), the facts.

    `values` are as stored: amounts in 分, scores in hundredths.
    """

    id: UUID
    round_id: UUID
    round_title: str
    phase: str
    state: str
    note: str
    title: str
    uploaded_by: UUID
    is_confirmed: bool
    version: int
    file_name: str
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    precheck: str  # waiting, running, done, failed
    facts: Mapping[str, Any]
    fact_pages: Mapping[str, int]


def metadata_page(session: Session, report_id: UUID) -> MetadataPage | None:
    """Return a report's metadata with the facts of its current version's precheck, or None."""
    found = session.execute(
        sa.select(Report, Round, ReportVersion)
        .join(Round, col(Round.id) == col(Report.round_id))
        .join(
            ReportVersion,
            sa.and_(
                col(ReportVersion.report_id) == col(Report.id),
                col(ReportVersion.number) == col(Report.current_version),
            ),
        )
        .where(col(Report.id) == report_id)
    ).one_or_none()
    if found is None:
        return None
    report, round_, version = found
    precheck = session.exec(
        select(Precheck).where(Precheck.report_version_id == version.id)
    ).one_or_none()
    answer = (precheck.answer if precheck else None) or {}
    places = answer.get("fact_places") or {}
    return MetadataPage(
        id=report.id,
        round_id=round_.id,
        round_title=round_.title,
        phase=round_.phase,
        state=report.state,
        note=report.note,
        title=report.title,
        uploaded_by=report.uploaded_by,
        is_confirmed=report.is_confirmed,
        version=version.number,
        file_name=version.file_name,
        values=report.model_dump(),
        sources=report.sources,
        precheck=precheck.state if precheck else "waiting",
        facts=answer.get("facts") or {},
        fact_pages={name: place["page"] for name, place in places.items() if place.get("page")},
    )
