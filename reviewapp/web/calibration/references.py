"""The reference reports of a round: chosen, scored, taken out; and who has rated them."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import calibration as queries
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain import calibration as rules
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import format_points
from reviewapp.services import calibration
from reviewapp.services.round_rules import round_of
from reviewapp.web.calibration import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, read, transaction


@bp.get("/rounds/<uuid:round_id>/calibration")
@requires(Permission.ROUND_MANAGE)
def round_page(round_id: UUID) -> Response:
    """Show the reference reports, and who has rated them; never what anybody gave."""
    return _page(round_id)


@bp.post("/rounds/<uuid:round_id>/calibration")
@requires(Permission.ROUND_MANAGE)
def add(round_id: UUID) -> Response:
    """Choose a report as a reference report."""
    try:
        try:
            report_id = UUID(request.form.get("report_id", ""))
        except ValueError:
            raise Invalid(N_("Choose a report from the list."), field="report_id") from None
        with transaction() as db:
            made = calibration.add(db, round_id, report_id, actor=current_identity(), now=now())
            reference_id = made.id
    except DomainError as refused:
        return _page(round_id, refused)
    return done(url_for("calibration.reference", reference_id=reference_id))


@bp.route("/reference-reports/<uuid:reference_id>", methods=["GET", "POST"])
@requires(Permission.ROUND_MANAGE)
def reference(reference_id: UUID) -> Response:
    """Show the agreed scores of a reference report; a POST puts them on record."""
    if request.method == "GET":
        return _reference_page(reference_id)
    try:
        with transaction() as db:
            rubric, _standing = calibration.agreed_of(db, reference_id)
            sheet = rules.read_form(request.form, rubric)
            calibration.set_agreed(db, reference_id, sheet, actor=current_identity(), now=now())
    except DomainError as refused:
        return _reference_page(reference_id, refused)
    flash(_("Saved."))
    return done(url_for("calibration.reference", reference_id=reference_id))


@bp.post("/reference-reports/<uuid:reference_id>/copy")
@requires(Permission.ROUND_MANAGE)
def copy(reference_id: UUID) -> Response:
    """Copy points and reasons from the report's settled result and opinion."""
    try:
        with transaction() as db:
            calibration.copy_agreed(db, reference_id, actor=current_identity(), now=now())
    except DomainError as refused:
        return _reference_page(reference_id, refused)
    flash(_("Copied from the settled result; look it through."))
    return done(url_for("calibration.reference", reference_id=reference_id))


@bp.post("/reference-reports/<uuid:reference_id>/removal")
@requires(Permission.ROUND_MANAGE)
def remove(reference_id: UUID) -> Response:
    """Take a reference report out of the round."""
    try:
        with transaction() as db:
            round_id = calibration.remove(db, reference_id, actor=current_identity(), now=now())
    except DomainError as refused:
        return _reference_page(reference_id, refused)
    return done(url_for("calibration.round_page", round_id=round_id))


def _page(round_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = the_round(db, round_id)
        if page is None:
            raise NotFound(N_("There is no such round."))
        round_ = round_of(db, round_id)
        switch, blocked = round_.calibration, calibration.blocked(db, round_)
        lines = queries.lines(db, round_id)
        candidates = queries.candidates(db, round_id)
        people = queries.done(db, round_id)
    closed = phase_refusal(page.phase, Act.ROUND_RULES_EDIT)
    about_round(round_id)
    body = render_template(
        "calibration/round.html",
        round=page,
        round_id=round_id,
        tab="settings",
        switch=switch,
        blocked=words(blocked) if blocked and not closed else "",
        lines=lines,
        full=len(lines) >= rules.MOST_REFERENCES,
        candidates=candidates,
        people=people,
        closed=_(closed) if closed else "",
        error=words(refused) if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)


def _reference_page(reference_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        rubric, sheet = calibration.agreed_of(db, reference_id)
        line = queries.line(db, reference_id)
        page = the_round(db, line.round_id) if line else None
        if line is None or page is None:
            raise NotFound(N_("There is no such reference report."))
    values = {}
    for score in sheet.scores:
        given = score.points
        values[f"points-{score.criterion}"] = "" if given is None else format_points(given)
        values[f"reason-{score.criterion}"] = score.reason
    if refused is not None:
        values |= request.form.to_dict()
    closed = phase_refusal(page.phase, Act.ROUND_RULES_EDIT)
    about_round(line.round_id)
    body = render_template(
        "calibration/reference.html",
        round=page,
        round_id=line.round_id,
        tab="settings",
        line=line,
        rubric=rubric,
        values=values,
        total=sum(one.points or 0 for one in sheet.scores),
        missing=rules.lacking(sheet, rubric),
        closed=_(closed) if closed else "",
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
