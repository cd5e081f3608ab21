"""The text of report pages: kept by the precheck, asked for where an older precheck kept none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters.queue import Queue
from reviewapp.db.models import PageTextRow, Precheck, ReportVersion
from reviewapp.domain.page_text import PageText
from reviewapp.services import jobs

TASK = "page-text"


def keep(session: Session, version_id: UUID, pages: Sequence[PageText], *, now: datetime) -> None:
    """Keep what was read of a version's pages in place of what was kept before."""
    session.execute(sa.delete(PageTextRow).where(col(PageTextRow.report_version_id) == version_id))
    session.add_all(
        PageTextRow(
            created_at=now,
            report_version_id=version_id,
            page=page.number,
            width=page.width,
            height=page.height,
            block=list(page.block),
            tables=[list(box) for box in page.tables],
            lines=[[line.text, *line.box, int(line.is_furniture)] for line in page.lines],
        )
        for page in pages
    )
    session.flush()


def file_of(session: Session, version_id: UUID) -> str | None:
    """Return the hash of a version's file, or None if there is no such version."""
    version = session.get(ReportVersion, version_id)
    return version.sha256 if version else None


def ask_where_missing(session: Session, queue: Queue, *, now: datetime) -> int:
    """Ask for the text of versions that were prechecked before it was kept; return how many.

    Asking twice is asking once.
    """
    kept = sa.exists().where(col(PageTextRow.report_version_id) == col(ReportVersion.id))
    missing = session.exec(
        select(ReportVersion.id)
        .join(Precheck, col(Precheck.report_version_id) == col(ReportVersion.id))
        .where(Precheck.state == "done", ~kept)
        .order_by(col(ReportVersion.created_at), col(ReportVersion.id))
    ).all()
    for version_id in missing:
        jobs.add(session, queue, TASK, f"{TASK}:{version_id}", now=now, version_id=version_id)
    return len(missing)
