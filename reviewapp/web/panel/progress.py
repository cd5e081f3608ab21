"""How far the panel is, by expert and by report, and a later last day for one person."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import assignments as assignment_queries
from reviewapp.db.queries import panel as queries
from reviewapp.db.queries.outbox import messages
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.services import panel
from reviewapp.web.panel import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.deadlines import left
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import now, read, today, transaction

PAGE_SIZE = 50
STATES = {
    "declare": N_("to declare"),
    "ready": N_("not begun"),
    "begun": N_("begun"),
    "paper": N_("from paper"),
    "submitted": N_("submitted"),
}


@bp.get("/rounds/<uuid:round_id>/progress")
@requires(Permission.ASSIGNMENT_MANAGE)
def progress(round_id: UUID) -> Response:
    """Show how far each expert and each report is. Points are nobody's before they are in."""
    return _page(round_id)


@bp.post("/assignments/<uuid:assignment_id>/due")
@requires(Permission.ASSIGNMENT_MANAGE)
def set_due(assignment_id: UUID) -> Response:
    """Give one person another last day for one report."""
    with read() as db:
        round_id = assignment_queries.assignment_round(db, assignment_id)
    if round_id is None:
        raise NotFound(N_("There is no such assignment."))
    try:
        with transaction() as db:
            panel.set_due(
                db,
                assignment_id,
                _day(request.form.get("due_on", "")),
                request.form.get("reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(round_id, refused, assignment_id)
    flash(_("The last day is changed; the expert sees it at once."))
    page = asked_page() if asked_page() > 1 else None
    return done(url_for("panel.progress", round_id=round_id, page=page))


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(N_("Write the day as 2026-12-31."), field="due_on") from None


def _page(round_id: UUID, refused: DomainError | None = None, at: UUID | None = None) -> Response:
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        found = queries.works(db, round_id)
        experts = queries.by_expert(db, round_id, found)
        reports = queries.by_report(db, round_id, found)
        outbox = messages(db, round_id)
    last = Paging(1, PAGE_SIZE, len(reports)).pages
    paging = Paging(min(asked_page(), last), PAGE_SIZE, len(reports))
    closed = phase_refusal(page.phase, Act.ASSIGN)
    about_round(round_id)
    body = render_template(
        "panel/progress.html",
        round=page,
        round_id=round_id,
        tab="assignments",
        experts=experts,
        reports=reports[paging.offset : paging.offset + PAGE_SIZE],
        paging=paging,
        total=len(found),
        submitted=sum(1 for one in found if one.state == "submitted"),
        late=sum(1 for one in found if one.is_open and one.due and one.due < today()),
        lacking=sum(1 for one in reports if len(one.works) < page.experts_per_report),
        left=left,
        messages=len(outbox),
        unsent=sum(1 for one in outbox if one.state != "sent"),
        states=STATES,
        today=today(),
        closed=_(closed) if closed else "",
        error=words(refused) if refused else "",
        at=at,
        typed=request.form,
    )
    return make_response(body, status_of(refused) if refused else 200)
