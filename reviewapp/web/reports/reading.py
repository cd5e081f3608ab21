"""The text of a report's pages: one page's lines to select from, and places where words stand."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request

from reviewapp.db.queries import page_texts
from reviewapp.domain import page_text
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.web.reports import bp
from reviewapp.web.reports.opening import open_
from reviewapp.web.support.access import requires
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import read


@bp.get("/reports/<uuid:report_id>/versions/<int:version>/pages/<int:page>/text")
@requires(Permission.REPORT_READ)
def page_lines(report_id: UUID, version: int, page: int) -> str:
    """Show the lines of one page as selectable SVG text, each at its place."""
    with read() as db:
        opened = open_(db, report_id, current_identity(), version)
        text = page_texts.text(db, opened.page.version.id, page)
    if not 1 <= page <= opened.page.version.pages:
        raise NotFound(N_("The report has no such page."))
    return render_template("reports/_lines.html", text=text)


@bp.get("/reports/<uuid:report_id>/versions/<int:version>/search")
@requires(Permission.REPORT_READ)
def search(report_id: UUID, version: int) -> str:
    """List where the words of ?find= stand in the report."""
    wanted = request.args.get("find", "")
    with read() as db:
        opened = open_(db, report_id, current_identity(), version)
        pages = page_texts.texts(db, opened.page.version.id)
    return render_template(
        "reports/_found.html",
        wanted=wanted.strip(),
        hits=page_text.find(pages, wanted),
        is_read=bool(pages),
        hit_address=None,
    )
