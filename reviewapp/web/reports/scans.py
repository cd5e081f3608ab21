"""Scanned pages on the report page: how far OCR is, stop and go on, what is marked as read by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries.reports import FindingLine
from reviewapp.domain.policy import Permission
from reviewapp.domain.precheck.words import BY_OCR
from reviewapp.services import scan_jobs
from reviewapp.web.reports import bp
from reviewapp.web.reports.opening import open_
from reviewapp.web.support.access import requires
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction


@bp.post("/reports/<uuid:report_id>/scanned-pages")
@requires(Permission.FINDING_TRIAGE)
def scanned_pages(report_id: UUID) -> Response:
    """Stop the reading of scanned pages, or go on with it."""
    who, act = current_identity(), request.form.get("act", "")
    if act not in ("stop", "resume"):
        abort(400)
    with read() as db:
        opened = open_(db, report_id, who, request.form.get("version", type=int))
    version_id = opened.page.version.id
    with transaction() as db:
        if act == "stop":
            scan_jobs.stop(db, parts().queue, version_id, actor=who, now=now())
        else:
            scan_jobs.resume(db, parts().queue, version_id, actor=who, now=now())
    if act == "stop":
        flash(_("The reading stops; the pages read so far are kept and checked."))
    else:
        flash(_("The reading goes on where it stopped."))
    number = opened.page.version.number
    more: dict[str, Any] = {} if number == opened.page.current_version else {"version": number}
    return done(url_for("reports.show", report_id=report_id, **more))


def seconds_left(seconds: int) -> str:
    """Say how long something will still take, in words."""
    if seconds < 60:
        return str(_("less than a minute left"))
    return str(_("about %(minutes)s minutes left", minutes=round(seconds / 60)))


def ocr_note(finding: FindingLine) -> str:
    """Say that OCR read the place of a finding, and how surely; "" where it did not."""
    note = BY_OCR.get(finding.values.get("ocr", ""))
    return str(_(note)) if note else ""


def page_marks(answer: Mapping[str, Any]) -> frozenset[int]:
    """Return the pages that OCR read."""
    return frozenset((answer.get("file") or {}).get("ocr_pages") or ())
