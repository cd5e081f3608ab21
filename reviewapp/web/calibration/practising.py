"""An expert's own practice: the reference reports, the sheet, the differences afterwards."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, send_file, url_for
from flask_babel import gettext as _

from reviewapp.db.queries.calibration import file_of
from reviewapp.domain import calibration as rules
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import format_points
from reviewapp.domain.scoring import Incomplete
from reviewapp.services import practice
from reviewapp.web.calibration import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction


@bp.get("/calibration")
@requires(Permission.REVIEW_WRITE)
def own() -> str:
    """List the reference reports that are one's to rate."""
    with read() as db:
        found = practice.own(db, actor=current_identity())
    return render_template("calibration/own.html", rows=found)


@bp.route("/calibration/<uuid:reference_id>", methods=["GET", "POST"])
@requires(Permission.REVIEW_WRITE)
def sheet(reference_id: UUID) -> Response:
    """Show one's practice sheet, and once it is handed in the differences; a POST saves."""
    who = current_identity()
    if request.method == "GET":
        return _page(reference_id)
    hands_in = request.form.get("act") == "submit"
    try:
        with transaction() as db:
            rubric = practice.open_practice(db, reference_id, actor=who).rubric
            typed = rules.read_form(request.form, rubric)
            write = practice.submit if hands_in else practice.save
            write(db, reference_id, typed, actor=who, now=now())
    except DomainError as refused:
        if status_of(refused) != 422:
            raise
        return _page(reference_id, refused)
    flash(_("Handed in. Here is how it differs.") if hands_in else _("Saved."))
    return done(url_for("calibration.sheet", reference_id=reference_id))


@bp.get("/calibration/<uuid:reference_id>/file")
@requires(Permission.REVIEW_WRITE)
def file(reference_id: UUID) -> Response:
    """Hand out the version of the report that the agreed scores are about."""
    with read() as db:
        found = practice.open_practice(db, reference_id, actor=current_identity())
        kept = file_of(db, found.report.id, found.reference.report_version)
    if kept is None:
        raise NotFound(N_("There is no such file."))
    sha256, name = kept
    try:
        with parts().storage.local_path(sha256) as path:
            handle = path.open("rb")  # stays readable where the path is gone after the block
    except FileNotFoundError:
        raise NotFound(N_("The file is missing in the store; tell the administrator.")) from None
    safe = "".join(one for one in name if one.isprintable() and one not in '/\\"').strip(" .")
    response = send_file(
        handle,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=safe or "report.pdf",
        etag=sha256,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _page(reference_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        found = practice.open_practice(db, reference_id, actor=current_identity())
    if found.is_done:
        compared = practice.comparison(found)
        return make_response(
            render_template("calibration/differences.html", found=found, compared=compared)
        )
    values = {}
    for score in found.sheet.scores:
        given = score.points
        values[f"points-{score.criterion}"] = "" if given is None else format_points(given)
        values[f"reason-{score.criterion}"] = score.reason
    if refused is not None:
        values |= request.form.to_dict()
    body = render_template(
        "calibration/sheet.html",
        found=found,
        rubric=found.rubric,
        values=values,
        scored=sum(1 for one in found.sheet.scores if one.points is not None),
        total=sum(one.points or 0 for one in found.sheet.scores),
        missing=refused.missing if isinstance(refused, Incomplete) else (),
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
