"""Conflicts of interest (回避) with an agency, a department or one report."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import assignments as queries
from reviewapp.domain.errors import DomainError
from reviewapp.domain.policy import Permission
from reviewapp.services import recusals
from reviewapp.web.assignments import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, read, transaction


@bp.route("/conflicts", methods=["GET", "POST"])
@requires(Permission.REVIEW_FILL)
def conflicts() -> Response:
    """Declare a conflict: an expert the own ones, an officer those of any expert."""
    who, refused = current_identity(), None
    if request.method == "POST":
        try:
            with transaction() as db:
                recusals.declare(
                    db,
                    who.expert_id or _uuid(request.form.get("expert_id")) or UUID(int=0),
                    ground=request.form.get("ground", ""),
                    explanation=request.form.get("explanation", ""),
                    agency_id=_uuid(request.form.get("agency_id")),
                    department=request.form.get("department", ""),
                    report_id=_uuid(request.form.get("report_id")),
                    actor=who,
                    now=now(),
                )
            flash(_("Declared. No report of this kind will be assigned."))
            return done(url_for("assignments.conflicts"))
        except DomainError as error:
            refused = error
    with read() as db:
        rows = queries.standing_recusals(db, who.expert_id)
        agencies = queries.choices(db)
        departments = queries.department_names(db)
        reports = queries.nameable_reports(db, who)
        experts = () if who.expert_id else queries.expert_loads(db, UUID(int=0))
    body = render_template(
        "assignments/conflicts.html",
        rows=rows,
        agencies=agencies,
        departments=departments,
        reports=reports,
        experts=experts,
        grounds=recusals.GROUNDS,
        typed=request.form,
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)


@bp.post("/conflicts/<uuid:recusal_id>/withdraw")
@requires(Permission.REVIEW_FILL)
def withdraw_conflict(recusal_id: UUID) -> Response:
    """Take a declared conflict back."""
    with transaction() as db:
        recusals.withdraw(db, recusal_id, actor=current_identity(), now=now())
    flash(_("The conflict is taken back."))
    return done(url_for("assignments.conflicts"))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
