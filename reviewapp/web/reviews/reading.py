"""Submitted reviews as officers and auditors read them, reopening, and the sheet for print."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import review_sheets
from reviewapp.db.queries import reviews as queries
from reviewapp.db.queries.reviews import ReviewPage
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.services import reviews
from reviewapp.web.reviews import bp
from reviewapp.web.reviews.pages import base
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, read, transaction


@bp.get("/reviews/<uuid:review_id>/read")
@requires(Permission.REVIEW_READ)
def reading(review_id: UUID) -> object:
    """Show a submitted review; a draft is nobody's business but its writer's."""
    return _reading(review_id)


@bp.post("/reviews/<uuid:review_id>/reopen")
@requires(Permission.SETTLEMENT_MANAGE)
@keeps_text
def reopen(review_id: UUID) -> object:
    """Give a submitted review back to its expert."""
    page = _submitted(review_id)
    try:
        with transaction() as db:
            reviews.reopen(
                db,
                review_id,
                request.form.get("reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _reading(review_id, refused)
    flash(_("The review is open again for its expert."))
    return done(url_for("settlement.show", report_id=page.report_id))


@bp.get("/assignments/<uuid:assignment_id>/sheet")
@requires(Permission.REVIEW_FILL)
def sheet(assignment_id: UUID) -> str:
    """Show the sheet for print: empty for paper, or one's own review as it stands."""
    who = current_identity()
    with read() as db:
        head = review_sheets.sheet_head(db, assignment_id, who)
        page = None
        if head is not None and head.review_id is not None:
            page = queries.own_page(db, head.review_id, who)
    if head is None:
        raise NotFound(N_("There is no such assignment."))
    return render_template("reviews/sheet.html", head=head, review=page, rubric=head.rubric)


def _reading(review_id: UUID, refused: DomainError | None = None) -> object:
    page = _submitted(review_id)
    about_round(page.round_id)
    context = base(page, current_identity())
    context["error"] = words(refused) if refused else ""
    body = render_template("reviews/read.html", is_own=False, **context)
    return body, status_of(refused) if refused else 200


def _submitted(review_id: UUID) -> ReviewPage:
    with read() as db:
        page = queries.submitted_page(db, review_id)
    if page is None:
        raise NotFound(N_("There is no such review."))
    return page
