"""Kept text of a report, and a further version of it, for tests about evidence."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session

from reviewapp.db.models import Report, ReportVersion, StoredFile
from reviewapp.domain.page_text import PageText, TextLine
from reviewapp.services import page_texts
from tests.people import NOW


def page(number: int, *lines: str) -> PageText:
    """Return a page of A4 with these lines, 30 points from one to the next."""
    texts = tuple(
        TextLine(text, (100, 100 + 30 * index, 400, 116 + 30 * index))
        for index, text in enumerate(lines)
    )
    return PageText(number, 595, 842, (86, 0, 414, 842), (), texts)


def add_version(session: Session, report_id: UUID, *pages: PageText) -> None:
    """Give a report a second version; without pages its text is still being read."""
    report = session.get_one(Report, report_id)
    session.add(
        StoredFile(created_at=NOW, sha256="7" * 64, size_bytes=9, media_type="application/pdf")
    )
    session.flush()
    report.current_version = 2
    version = ReportVersion(
        created_at=NOW,
        report_id=report.id,
        round_id=report.round_id,
        number=2,
        sha256="7" * 64,
        file_name="二稿.pdf",
        pages=30,
        uploaded_by=report.uploaded_by,
    )
    session.add_all([report, version])
    session.flush()
    if pages:
        page_texts.keep(session, version.id, pages, now=NOW)
