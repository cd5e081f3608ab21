"""Another expert for what one leaves open: proposed with the least change, then made."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import ngettext

from reviewapp.db.queries import panel as queries
from reviewapp.db.queries.assignments import expert_loads
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.services import panel
from reviewapp.web.panel import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, read, transaction


@bp.get("/rounds/<uuid:round_id>/experts/<uuid:expert_id>/replacement")
@requires(Permission.ASSIGNMENT_MANAGE)
def replacement(round_id: UUID, expert_id: UUID) -> Response:
    """Show who would take over what an expert has not submitted."""
    return _page(round_id, expert_id)


@bp.post("/rounds/<uuid:round_id>/experts/<uuid:expert_id>/replacement")
@requires(Permission.ASSIGNMENT_MANAGE)
def replace(round_id: UUID, expert_id: UUID) -> Response:
    """Replace as previewed, in one act."""
    try:
        pairs = [one.partition(":") for one in request.form.getlist("pairs")]
        previewed = [(_uuid(report), _uuid(expert)) for report, _sep, expert in pairs]
        leaving = [_uuid(one) for one in request.form.getlist("leaving")]
        with read() as db:
            made = panel.propose(db, round_id, expert_id, _only(), actor=current_identity())
        with transaction() as db:
            panel.replace(
                db,
                round_id,
                expert_id,
                made,
                reason=request.form.get("reason", ""),
                previewed=previewed,
                previewed_leaving=leaving,
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(round_id, expert_id, refused)
    count = len(made.spread.pairs)
    flash(ngettext("%(num)s report has another expert.", "%(num)s reports have others.", count))
    return done(url_for("panel.progress", round_id=round_id))


def _only() -> UUID | None:
    text = request.values.get("assignment_id", "")
    return _uuid(text) if text else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(N_("Choose an expert of the register.")) from None


def _page(round_id: UUID, expert_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        made = panel.propose(db, round_id, expert_id, _only(), actor=current_identity())
        names = {one.id: one.name for one in expert_loads(db, round_id)}
        found = queries.works(db, round_id)
    about_round(round_id)
    body = render_template(
        "panel/replacement.html",
        round=page,
        round_id=round_id,
        expert_id=expert_id,
        name=next((one.expert for one in found if one.expert_id == expert_id), ""),
        tab="assignments",
        made=made,
        only=_only(),
        new=dict(made.spread.pairs),
        lacks={one.report: one for one in made.spread.shortages},
        names=names,
        kept=len(found) - len(made.leaving),
        titles={one.report_id: one.title for one in found},
        typed=request.form,
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
