"""The report page: pages with boxes, findings, outline, facts, versions and events."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.adapters import rule_files
from reviewapp.adapters.page_images import DPI
from reviewapp.adapters.pdf import MESSAGES
from reviewapp.db.queries import records
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.lifecycle import GONE, Act, phase_allows
from reviewapp.domain.policy import Permission, Role, may_open_report
from reviewapp.services import prechecks
from reviewapp.web.reports import bp
from reviewapp.web.reports.opening import Opened, know, open_, readable
from reviewapp.web.reports.originals import hand_out
from reviewapp.web.reports.pictures import etag_of, picture
from reviewapp.web.reports.scans import ocr_note, page_marks, seconds_left
from reviewapp.web.reports.words import (
    explanations,
    fact_lines,
    grouped,
    many_open,
    section_lines,
    shown,
    titles,
)
from reviewapp.web.support.access import requires
from reviewapp.web.support.event_words import changes_in, event_word
from reviewapp.web.support.findings import sentence
from reviewapp.web.support.fragments import done, is_htmx
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import now, parts, read, transaction

TABS = ("findings", "outline", "facts", "history")
EVENTS = 100  # the newest ones on the page; the records have all


@bp.get("/reports/<uuid:report_id>")
@requires(Permission.REPORT_READ)
def show(report_id: UUID) -> Response:
    """Show a report: its pages left, what the precheck says right."""
    who, number = current_identity(), request.args.get("version", type=int)
    with read() as db:
        page = know(db, report_id, who, number)
        if who.may(Permission.ROUND_READ):
            about_round(page.round_id)
        if not may_open_report(who, page.standing):
            waits = who.expert_id in page.standing.assigned
            return Response(render_template("reports/closed.html", report=page, waits=waits))
        opened = open_(db, report_id, who, number)
    return show_page(opened)


def show_page(
    opened: Opened, *, status: int = 200, error: str = "", current: str | None = None
) -> Response:
    """Render the report page; `error` belongs to the finding `current`."""
    who, page = current_identity(), opened.page
    current = request.args.get("finding", "") if current is None else current
    g.viewer_at = ("reports.show", {"report_id": page.id})
    tab = request.args.get("tab", "")
    if tab not in TABS:
        tab = "findings" if opened.sees_findings else "facts"
    tells_events = who.role is not Role.EXPERT
    events: tuple[records.EventLine, ...] = ()
    if tab == "history" and tells_events:
        search = records.EventSearch(subject_id=str(page.id))
        with read() as db:
            events, _total = records.event_lines(db, search, limit=EVENTS)
    return Response(
        render_template(
            "reports/show.html",
            tab=tab,
            events=events,
            event_word=event_word,
            changes=changes_in(events),
            tells_events=tells_events,
            may_rerun=who.may(Permission.FINDING_TRIAGE)
            and phase_allows(page.phase, Act.PRECHECK_RUN)
            and page.state not in GONE,
            **context(opened, error=error, current=current),
        ),
        status=status,
    )


def context(opened: Opened, *, error: str = "", current: str = "") -> dict[str, Any]:
    """Return what the page and its parts need."""
    page, precheck = opened.page, opened.precheck
    rules = rule_files.load(parts().config.rubrics_dir / "precheck")
    lang = "en" if locale() == "en" else "zh-Hans"
    return {
        "report": page,
        "report_id": page.id,
        "version": page.version.number,
        "pages": page.version.pages,
        "page": _asked_page(opened, current),
        "boxes": opened.boxes(current),
        "precheck": precheck,
        "seconds_left": seconds_left,
        "ocr_note": ocr_note,
        "is_scanned": page_marks(precheck.answer),
        "failure": _failure(opened),
        "findings": opened.findings,
        "groups": grouped(opened.findings, rules),
        "explain": explanations(rules, lang),
        "open_count": sum(1 for one in opened.findings if one.triage == "open"),
        "many_open": many_open(opened.findings, titles(rules, lang)),
        "sees_findings": opened.sees_findings,
        "may_triage": opened.may_triage,
        "current": current,
        "error": error,
        "facts": fact_lines(precheck.answer),
        "sections": section_lines(precheck.answer, rules, lang),
        "headings": precheck.answer.get("headings") or [],
        "title_of": titles(rules, lang),
        "sentence": sentence,
        "shown": shown,
        "address": lambda **more: _address(opened, **more),
    }


@bp.get("/reports/<uuid:report_id>/progress")
@requires(Permission.REPORT_READ)
def progress(report_id: UUID) -> Response:
    """Tell how far the precheck is; once it answers or has ended, the page is loaded anew."""
    with read() as db:
        number = request.args.get("version", type=int)
        opened = open_(db, report_id, current_identity(), number)
    if not is_htmx():
        return done(_address(opened))
    response = Response(render_template("reports/_progress.html", **context(opened)))
    came = opened.precheck.has_answer and request.args.get("answer") == "0"
    if came or not opened.precheck.is_busy:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.get("/reports/<uuid:report_id>/versions/<int:version>/pages/<int:page>")
@requires(Permission.REPORT_READ)
def page(report_id: UUID, version: int, page: int) -> str:
    """Show one page with its boxes, for the viewer that scrolls on."""
    with read() as db:
        opened = open_(db, report_id, current_identity(), version)
    if not 1 <= page <= opened.page.version.pages:
        raise NotFound(N_("The report has no such page."))
    return render_template("reports/_page.html", **{**context(opened), "page": page})


@bp.get("/reports/<uuid:report_id>/versions/<int:version>/pages/<int:page>.webp")
@requires(Permission.REPORT_READ)
def page_image(report_id: UUID, version: int, page: int) -> Response:
    """Hand out the picture of one page (?dpi=, one of SCALES); browsers keep it, and ask again.

    Asking costs one look at who may open the report; without it the pages of a report would stay
    readable on a shared computer after signing out.
    """
    with read() as db:  # nothing of the findings: a reader who scrolls asks this many times
        line = readable(db, report_id, current_identity(), version).version
    dpi = request.args.get("dpi", DPI, type=int)
    image = picture(line, page, dpi)
    if image is None:
        raise NotFound(N_("The report has no such page."))
    response = Response(image, mimetype="image/webp")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(etag_of(line, page, dpi))
    response.make_conditional(request)
    return response


@bp.get("/reports/<uuid:report_id>/versions/<int:version>/file")
@requires(Permission.REPORT_READ)
def file(report_id: UUID, version: int) -> Response:
    """Hand out the file of a version: as it was uploaded, or as it was put together."""
    with read() as db:
        line = open_(db, report_id, current_identity(), version).page.version
    return hand_out(line.sha256, line.file_name)


@bp.post("/reports/<uuid:report_id>/precheck")
@requires(Permission.FINDING_TRIAGE)
def rerun(report_id: UUID) -> Response:
    """Run the precheck of a version once more."""
    who = current_identity()
    with read() as db:
        opened = open_(db, report_id, who, request.form.get("version", type=int))
    with transaction() as db:
        version_id = opened.page.version.id
        prechecks.request_precheck(db, parts().queue, version_id, actor=who, now=now())
    flash(_("The precheck runs again; what was confirmed or dismissed stays."))
    return done(_address(opened))


def _asked_page(opened: Opened, current: str) -> int:
    """Return the page to begin with: asked for, else that of the finding asked for, else 1."""
    asked = request.args.get("page", type=int)
    if asked is None:
        asked = next((one.page for one in opened.findings if str(one.id) == current), None)
    return min(max(asked or 1, 1), opened.page.version.pages)


def _failure(opened: Opened) -> str:
    """Say why there is no answer, if there is none."""
    precheck = opened.precheck
    if precheck.is_busy:
        return ""
    if precheck.error_code in MESSAGES:
        config = parts().config
        limit = (
            config.max_pages
            if precheck.error_code == "too-many-pages"
            else config.max_upload_bytes // 1_000_000
        )
        text = str(_(MESSAGES[precheck.error_code]))
        return text % {"limit": limit} if "%(limit)s" in text else text
    if precheck.gave_up or precheck.state == "failed":
        return str(_("The precheck broke off; the fault has been noted. Run it again."))
    return ""


def _address(opened: Opened, **more: Any) -> str:
    if opened.page.version.number != opened.page.current_version:
        more["version"] = opened.page.version.number
    return url_for("reports.show", report_id=opened.page.id, **more)
