"""An officer's word on a finding: confirm, dismiss with a reason, or leave it a doubt."""

from __future__ import annotations

from uuid import UUID

from flask import Response, render_template, request, url_for

from reviewapp.domain.errors import N_, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.services import triage as service
from reviewapp.web.reports import bp
from reviewapp.web.reports.opening import Opened, open_
from reviewapp.web.reports.views import context, show_page
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import words
from reviewapp.web.support.fragments import done, wants_fragment
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_parts
from reviewapp.web.support.parts import now, read, transaction


@bp.post("/reports/<uuid:report_id>/findings/<uuid:finding_id>/triage")
@requires(Permission.FINDING_TRIAGE)
@keeps_parts
def triage(report_id: UUID, finding_id: UUID) -> Response:
    """Store the word (`act`: confirm, dismiss, leave) and show the finding with it."""
    who, act = current_identity(), request.form.get("act", "")
    opened = _with_finding(report_id, finding_id)
    try:
        with transaction() as db:
            if act == "confirm":
                service.confirm(db, finding_id, actor=who, now=now())
            elif act == "dismiss":
                reason = request.form.get("reason", "")
                service.dismiss(db, finding_id, reason, actor=who, now=now())
            elif act == "leave":
                service.leave(db, finding_id, actor=who, now=now())
            else:
                raise Invalid(N_("Confirm, dismiss or leave: choose one of them."))
    except Invalid as refused:
        error = words(refused)
        if wants_fragment():
            return _fragment(opened, finding_id, error)
        return show_page(opened, status=422, error=error, current=str(finding_id))
    if wants_fragment():
        return _fragment(_with_finding(report_id, finding_id), finding_id)
    # The page comes back where it was: same page of the report, at the same finding.
    return done(
        url_for(
            "reports.show",
            report_id=report_id,
            finding=finding_id,
            _anchor=f"finding-{finding_id}",
        )
    )


def _with_finding(report_id: UUID, finding_id: UUID) -> Opened:
    """Open the report if the finding is one of its own: an address cannot mix two reports."""
    with read() as db:
        opened = open_(db, report_id, current_identity())
    if all(one.id != finding_id for one in opened.findings):
        raise NotFound(N_("There is no such finding; perhaps the precheck has run again."))
    return opened


def _fragment(opened: Opened, finding_id: UUID, error: str = "") -> Response:
    """Render the finding alone, and the count of what is open out of band."""
    values = context(opened, error=error, current=str(finding_id))
    finding = next(one for one in opened.findings if one.id == finding_id)
    parts = [
        render_template("reports/_finding.html", **values, finding=finding),
        render_template("reports/_triage_line.html", **values, oob=True),
    ]
    return Response("".join(parts), status=422 if error else 200)
