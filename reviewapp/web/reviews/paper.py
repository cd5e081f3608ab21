"""Reviews from signed sheets (代录): one officer types in, another confirms."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import flash, render_template, request, send_file, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import review_sheets
from reviewapp.db.queries import reviews as queries
from reviewapp.db.queries.reviews import ReviewPage
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.scoring import completeness
from reviewapp.services import paper_reviews
from reviewapp.services.notice_sheet import keep_scan
from reviewapp.web.reviews import bp
from reviewapp.web.reviews.pages import base
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction

_ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}


@bp.route("/assignments/<uuid:assignment_id>/paper", methods=["GET", "POST"])
@requires(Permission.REVIEW_ENTER)
def paper(assignment_id: UUID) -> object:
    """Begin to type a signed sheet in: first its scan."""
    who, refused = current_identity(), None
    with read() as db:
        head = review_sheets.sheet_head(db, assignment_id, who)
    if head is None:
        raise NotFound(N_("There is no such assignment."))
    if request.method == "POST":
        try:
            upload = request.files.get("scan")
            if upload is None or not upload.filename:
                raise Invalid(N_("Choose the scan of the signed sheet."), field="scan")
            kept = keep_scan(upload.stream, parts().storage)
            with transaction() as db:
                made = paper_reviews.enter(
                    db,
                    assignment_id,
                    (kept.sha256, kept.size_bytes, kept.media_type),
                    actor=who,
                    now=now(),
                )
            return done(url_for("reviews.show", review_id=made.id))
        except DomainError as error:
            refused = error
    about_round(head.round_id)
    body = render_template("reviews/paper.html", head=head, error=words(refused) if refused else "")
    return body, status_of(refused) if refused else 200


@bp.get("/reviews/<uuid:review_id>/paper")
@requires(Permission.REVIEW_ENTER)
def check(review_id: UUID) -> object:
    """Show a second person what was typed in, beside the scan."""
    return _check_page(review_id)


@bp.post("/reviews/<uuid:review_id>/paper")
@requires(Permission.REVIEW_ENTER)
def confirm(review_id: UUID) -> object:
    """Confirm what was typed in, or send it back with what differs."""
    page, actor = _waiting(review_id), current_identity()
    try:
        with transaction() as db:
            if request.form.get("act") == "send-back":
                reason = request.form.get("reason", "")
                paper_reviews.send_back(db, review_id, reason, actor=actor, now=now())
            else:
                paper_reviews.confirm(db, review_id, actor=actor, now=now())
    except DomainError as refused:
        return _check_page(review_id, refused)
    flash(_("Done."))
    return done(url_for("assignments.round_page", round_id=page.round_id))


@bp.get("/reviews/<uuid:review_id>/scan")
@requires(Permission.REVIEW_ENTER)
def scan(review_id: UUID) -> object:
    """Hand out the scan of a sheet to officers."""
    with read() as db:
        found = review_sheets.scan_of(db, review_id)
    if found is None:
        raise NotFound(N_("There is no such review."))
    sha256, media_type = found
    return send_file(
        BytesIO(parts().storage.read(sha256)),
        mimetype=media_type,
        as_attachment=True,
        download_name=f"scan-{sha256[:8]}{_ENDINGS.get(media_type, '')}",
    )


def _check_page(review_id: UUID, refused: DomainError | None = None) -> object:
    page = _waiting(review_id)
    about_round(page.round_id)
    context = base(page, current_identity())
    context["error"] = words(refused) if refused else ""
    context["lacks"] = len(completeness(page.sheet, page.rubric))
    body = render_template("reviews/paper_check.html", **context)
    return body, status_of(refused) if refused else 200


def _waiting(review_id: UUID) -> ReviewPage:
    with read() as db:
        page = queries.paper_page(db, review_id, current_identity())
    if page is None:
        raise NotFound(N_("There is no such review."))
    return page
