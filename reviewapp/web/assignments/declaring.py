"""The expert's declaration before the file opens: no conflict, or declining with a reason."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import assignments as queries
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.lifecycle import Act, phase_allows, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.services import assignments, practice, reviews
from reviewapp.web.assignments import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, read, transaction


@bp.route("/assignments/<uuid:assignment_id>/declare", methods=["GET", "POST"])
@requires(Permission.REVIEW_WRITE)
def declare(assignment_id: UUID) -> Response:
    """Say that one has no conflict, and go on to the review where its phase has begun."""
    if request.method == "GET":
        return _page(assignment_id)
    who = current_identity()
    try:
        with transaction() as db:
            assignments.declare(db, assignment_id, actor=who, now=now())
            line = queries.declaration(db, assignment_id, who)
            if practice.must_wait(db, assignment_id):
                flash(_(practice.FIRST))
                return done(url_for("calibration.own"))
            if line is not None and phase_allows(line.phase, Act.REVIEW):
                review = reviews.open_review(db, assignment_id, actor=who, now=now())
                return done(url_for("reviews.show", review_id=review.id))
    except DomainError as refused:
        return _page(assignment_id, refused)
    flash(_("Declared. The review opens when the rating phase begins."))
    return done(url_for("reviews.index"))


@bp.post("/assignments/<uuid:assignment_id>/decline")
@requires(Permission.REVIEW_WRITE)
@keeps_text
def decline(assignment_id: UUID) -> Response:
    """Decline with a ground and a typed reason."""
    try:
        with transaction() as db:
            assignments.decline(
                db,
                assignment_id,
                request.form.get("ground", ""),
                request.form.get("reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(assignment_id, refused)
    flash(_("You have declined the report. The bureau has been told."))
    return done(url_for("reviews.index"))


def _page(assignment_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        line = queries.declaration(db, assignment_id, current_identity())
    if line is None or isinstance(refused, NotFound):
        raise NotFound(N_("There is no such assignment."))
    closed = phase_refusal(line.phase, Act.DECLARE)
    body = render_template(
        "assignments/declare.html",
        line=line,
        grounds=assignments.GROUNDS,
        closed=_(closed) if closed else "",
        typed=request.form,
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
