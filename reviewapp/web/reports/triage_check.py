"""An officer's word on all open findings of one check in a report: looked at, then said once."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, render_template, request, url_for
from flask_babel import ngettext

from reviewapp.adapters import rule_files
from reviewapp.domain.errors import N_, Conflict, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.services import triage as service
from reviewapp.web.reports import bp
from reviewapp.web.reports.opening import Opened, open_
from reviewapp.web.reports.scans import ocr_note
from reviewapp.web.reports.words import titles
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import words
from reviewapp.web.support.findings import sentence
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import now, parts, read, transaction


@bp.route("/reports/<uuid:report_id>/checks/<check>/triage", methods=["GET", "POST"])
@requires(Permission.FINDING_TRIAGE)
@keeps_text
def triage_check(report_id: UUID, check: str) -> Response:
    """Show the open findings of a check; sent (`triage`, `reason`, `seen`), triage all of them."""
    with read() as db:
        opened = open_(db, report_id, current_identity())
    if all(one.check != check for one in opened.findings):
        raise NotFound(N_("The report has no finding of this check."))
    if request.method == "GET":
        return _page(opened, check)
    chosen = request.form.get("triage", "")
    try:
        with transaction() as db:
            count = service.triage_check(
                db,
                report_id,
                check,
                chosen,
                request.form.get("reason", ""),
                seen=request.form.getlist("seen", type=UUID),
                actor=current_identity(),
                now=now(),
            )
    except Invalid as refused:
        with read() as db:
            opened = open_(db, report_id, current_identity())
        return _page(opened, check, refused)
    if chosen == "confirmed":
        flash(ngettext("%(num)s doubt confirmed.", "%(num)s doubts confirmed.", count))
    else:
        flash(ngettext("%(num)s doubt dismissed.", "%(num)s doubts dismissed.", count))
    return done(url_for("reports.show", report_id=report_id))


def _page(opened: Opened, check: str, refused: Invalid | None = None) -> Response:
    if not opened.may_triage:
        raise Conflict(N_("The findings of this report are not triaged now."))
    rules = rule_files.load(parts().config.rubrics_dir / "precheck")
    of_check = [one for one in opened.findings if one.check == check]
    still_open = [one for one in of_check if one.triage == "open"]
    return Response(
        render_template(
            "reports/triage_check.html",
            report=opened.page,
            check=check,
            check_title=titles(rules, "en" if locale() == "en" else "zh-Hans")(of_check[0]),
            findings=still_open,
            before=len(of_check) - len(still_open),
            chosen=request.form.get("triage", ""),
            reason=request.form.get("reason", ""),
            error=words(refused) if refused else "",
            field=refused.field if refused else "",
            sentence=sentence,
            ocr_note=ocr_note,
            limit=service.MAX_REASON,
        ),
        status=422 if refused else 200,
    )
