"""The officers' page: who reviews what, by hand or by an even spread."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from reviewapp.db.queries import assignments as queries
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.services import assignments, recusals
from reviewapp.web.assignments import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.downloads import excel
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round, word
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import now, read, transaction

PAGE_SIZE = 50


@bp.get("/rounds/<uuid:round_id>/assignments")
@requires(Permission.ASSIGNMENT_MANAGE)
def round_page(round_id: UUID) -> Response:
    """Show the reports with their experts, and what an even spread would add if asked."""
    return _page(round_id)


@bp.post("/rounds/<uuid:round_id>/assignments")
@requires(Permission.ASSIGNMENT_MANAGE)
def assign(round_id: UUID) -> Response:
    """Assign one expert to one report by hand."""
    try:
        with transaction() as db:
            assignments.assign(
                db,
                _uuid(request.form.get("report_id")),
                _uuid(request.form.get("expert_id")),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(round_id, refused)
    return _back(round_id)


@bp.post("/rounds/<uuid:round_id>/assignments/spread")
@requires(Permission.ASSIGNMENT_MANAGE)
def spread(round_id: UUID) -> Response:
    """Assign as previewed, in one act."""
    previewed = [
        (_uuid(report), _uuid(expert))
        for report, _sep, expert in (one.partition(":") for one in request.form.getlist("pairs"))
    ]
    try:
        with read() as db:
            solved = assignments.plan_spread(db, round_id, actor=current_identity())
        with transaction() as db:
            made = assignments.spread_round(
                db, round_id, solved, actor=current_identity(), now=now(), previewed=previewed
            )
    except DomainError as refused:
        return _page(round_id, refused)
    count = len(made.pairs)
    flash(ngettext("%(num)s assignment made.", "%(num)s assignments made.", count))
    return done(url_for("assignments.round_page", round_id=round_id))


@bp.post("/assignments/<uuid:assignment_id>/withdraw")
@requires(Permission.ASSIGNMENT_MANAGE)
def withdraw(assignment_id: UUID) -> Response:
    """Take an assignment back with a reason."""
    with read() as db:
        round_id = queries.assignment_round(db, assignment_id)
    if round_id is None:
        raise NotFound(N_("There is no such assignment."))
    try:
        with transaction() as db:
            assignments.withdraw(
                db,
                assignment_id,
                request.form.get("reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(round_id, refused)
    flash(_("The assignment is withdrawn."))
    return _back(round_id)


@bp.get("/rounds/<uuid:round_id>/assignments.xlsx")
@requires(Permission.ASSIGNMENT_MANAGE)
def export(round_id: UUID) -> Response:
    """Send the assignments as an Excel file, reports that lack experts included."""
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        rows = queries.report_seats(db, round_id)
        against = recusals.forbidden_in(db, round_id)
    header = (_("Report"), _("Kind"), _("Agency"), _("Expert"), _("Standing"), _("Remark"))
    lines = []
    for row in rows:
        told = (row.title, word("kind", row.kind), row.agency)
        for seat in row.seats:
            conflict = (row.report_id, seat.expert_id) in against
            remark = _("conflict declared") if conflict else ""
            lines.append((*told, seat.expert, _(standing(seat)), remark))
        for seat in row.declined:
            ground = _(assignments.GROUNDS.get(seat.decline_ground, seat.decline_ground))
            lines.append((*told, seat.expert, _("declined"), f"{ground} {seat.decline_reason}"))
        missing = page.experts_per_report - len(row.seats)
        if missing > 0:
            lack = ngettext("%(num)s expert missing", "%(num)s experts missing", missing)
            lines.append((*told, "", lack, ""))
    return excel(page.title, _("Assignments"), header, lines)


def standing(seat: queries.Seat) -> str:
    """Return the msgid of how a standing assignment is getting on."""
    if seat.review_state == "submitted":
        return N_("submitted")
    if seat.is_paper:
        return N_("from paper")
    if seat.review_id is not None:
        return N_("draft")
    return N_("declared") if seat.declared_at else N_("to declare")


def _back(round_id: UUID) -> Response:
    """Lead back to the page of the table that the form stood on."""
    return done(
        url_for(
            "assignments.round_page",
            round_id=round_id,
            page=asked_page() if asked_page() > 1 else None,
            lacking=request.args.get("lacking") or None,
        )
    )


def _page(round_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        rows = queries.report_seats(db, round_id)
        experts = queries.expert_loads(db, round_id)
        conflicts = queries.standing_recusals(db)
        against = recusals.forbidden_in(db, round_id)
        closed = phase_refusal(page.phase, Act.ASSIGN)
        plan: Any = None
        if request.args.get("spread") and closed is None:
            plan = assignments.plan_spread(db, round_id, actor=current_identity()).spread
    lacking = [row for row in rows if len(row.seats) < page.experts_per_report]
    only_lacking = bool(request.args.get("lacking"))
    shown = lacking if only_lacking else rows
    # A page that an assignment just emptied is answered with the last one.
    last = Paging(1, PAGE_SIZE, len(shown)).pages
    paging = Paging(min(asked_page(), last), PAGE_SIZE, len(shown))
    about_round(round_id)
    body = render_template(
        "assignments/round.html",
        round=page,
        round_id=round_id,
        tab="assignments",
        rows=shown[paging.offset : paging.offset + PAGE_SIZE],
        paging=paging,
        only_lacking=only_lacking,
        total=len(rows),
        experts=experts,
        conflicts=conflicts,
        against=against,
        standing=standing,
        names={one.id: one.name for one in experts},
        titles={row.report_id: row.title for row in rows},
        lacking=len(lacking),
        plan=plan,
        closed=_(closed) if closed else "",
        error=words(refused) if refused else "",
        grounds=assignments.GROUNDS,
    )
    return make_response(body, status_of(refused) if refused else 200)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Invalid(N_("Choose an expert of the register."), field="expert_id") from None
