"""What readers find: issued notices, one of them as it was published, and its printed forms."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from flask import Response, render_template, send_file
from flask_babel import gettext as _

from reviewapp.db.queries import notices as queries
from reviewapp.db.queries.notices import NoticeLink, NoticePage
from reviewapp.domain.errors import NotFound
from reviewapp.domain.policy import Identity, Permission, may_read_notice
from reviewapp.services.notice_rows import the_notice
from reviewapp.services.notice_sheet import (
    DOCX_TYPE,
    PDF_TYPE,
    print_docx,
    print_pdf,
    standing_of,
)
from reviewapp.web.notices.sheet import lines_of
from reviewapp.web.notices.views import GONE, STATES, bp, page_or_404, press
from reviewapp.web.support.access import requires, signed_in
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import parts, read

ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@bp.get("/notices")
@signed_in
def index() -> str:
    """List the issued notices that the reader may read."""
    actor = current_identity()
    with read() as db:
        rows = [
            row
            for row in queries.issued_notices(db)
            if may_read_notice(actor, is_issued=True, publicity=row.publicity)
        ]
    return render_template("notices/index.html", rows=rows, states=STATES)


@bp.get("/notices/<uuid:notice_id>/published")
@signed_in
def published(notice_id: UUID) -> str:
    """Show an issued notice as it was published, with its hash and what it is linked to."""
    actor = current_identity()
    with read() as db:
        page = _readable(db, notice_id, actor)
        if not page.is_issued:
            raise NotFound(GONE)
        standing = standing_of(db, the_notice(db, notice_id), press())
    return render_template(
        "notices/published.html",
        notice=page,
        content=standing.content,
        lines=lines_of(standing, with_sources=False),
        passage=None,
        states=STATES,
        supersedes=_known(page.supersedes, actor),
        superseded_by=_known(page.superseded_by, actor),
    )


@bp.get("/notices/<uuid:notice_id>/notice.docx")
@signed_in
def docx(notice_id: UUID) -> Response:
    """Send the notice for WPS or Word; a draft says so in its name."""
    return _printed(notice_id, "docx")


@bp.get("/notices/<uuid:notice_id>/notice.pdf")
@signed_in
def pdf(notice_id: UUID) -> Response:
    """Send the notice as PDF; a draft says so in its name."""
    return _printed(notice_id, "pdf")


@bp.get("/notices/<uuid:notice_id>/scan")
@requires(Permission.NOTICE_READ)
def scan(notice_id: UUID) -> Response:
    """Send the scan of the sheet that was signed on paper."""
    with read() as db:
        page = page_or_404(db, notice_id)
        media_type = queries.scan_type(db, page.paper_sha256 or "")
    if not page.paper_sha256 or media_type not in ENDINGS:
        raise NotFound(GONE)
    title = _("Scan of the signed sheet")
    name = f"{title} {page.doc_number}.{ENDINGS[media_type]}"
    return _file(parts().storage.read(page.paper_sha256), media_type, name)


def _printed(notice_id: UUID, form: str) -> Response:
    """Send the frozen bytes of an issued notice; a draft is printed as it stands."""
    with read() as db:
        page = _readable(db, notice_id, current_identity())
        content = standing_of(db, the_notice(db, notice_id), press()).content
    sha256 = page.docx_sha256 if form == "docx" else page.pdf_sha256
    if page.is_issued and sha256:
        data, name = parts().storage.read(sha256), f"{page.doc_number} {content.title}.{form}"
    else:
        mark = _("Draft version")
        data = print_docx(content) if form == "docx" else print_pdf(content, press())
        name = f"{mark} {content.title}.{form}"
    return _file(data, DOCX_TYPE if form == "docx" else PDF_TYPE, name)


def _readable(db: Any, notice_id: UUID, actor: Identity) -> NoticePage:
    page = page_or_404(db, notice_id)
    if not may_read_notice(actor, is_issued=page.is_issued, publicity=page.publicity):
        raise NotFound(GONE)
    return page


def _known(link: NoticeLink | None, actor: Identity) -> NoticeLink | None:
    """Return the link where the reader may follow it: nobody learns of a draft by it."""
    if link is None or link.state not in queries.ISSUED:
        return None
    return link if may_read_notice(actor, is_issued=True, publicity=link.publicity) else None


def _file(data: bytes, media_type: str, name: str) -> Response:
    response = send_file(
        io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
