"""The form that saves itself piece by piece, and as a whole without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from reviewapp.db.queries import own_work
from reviewapp.db.queries import reviews as queries
from reviewapp.db.queries.reviews import ReviewPage, ScoreLine
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.scoring import Incomplete
from reviewapp.services import reviews
from reviewapp.services.reviews import Saved
from reviewapp.web.reviews import bp
from reviewapp.web.reviews.pages import base, form_page, part_of, piece, shown_points
from reviewapp.web.support.access import requires
from reviewapp.web.support.fragments import done, is_htmx
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, read, together, transaction


@bp.get("/reviews/<uuid:review_id>")
@requires(Permission.REVIEW_FILL)
def show(review_id: UUID) -> object:
    """Show one's own review: the form, or after submitting what was submitted."""
    page, who = own(review_id), current_identity()
    if page.state == "submitted":
        with read() as db:
            among = own_work.among_own(db, page.round_id, page.assignment_id, who)
        return render_template("reviews/read.html", is_own=True, among=among, **base(page, who))
    return form_page(page, who)


@bp.get("/reviews/<uuid:review_id>/standing")
@requires(Permission.REVIEW_FILL)
def standing(review_id: UUID) -> object:
    """Tell the page of a review who is signed in and which token forms need now."""
    return {
        "review": str(review_id),
        "account": str(current_identity().id),
        "token": generate_csrf(),
    }


@bp.post("/reviews/<uuid:review_id>/criteria/<criterion>")
@requires(Permission.REVIEW_FILL)
@keeps_text
def save_criterion(review_id: UUID, criterion: str) -> object:
    """Save points and reason on one criterion as they change."""
    form, who = request.form, current_identity()
    return _save_part(
        review_id,
        f"criterion-{criterion}",
        lambda db: reviews.save_score(
            db,
            review_id,
            criterion,
            points=form.get(f"points-{criterion}", ""),
            reason=form.get(f"reason-{criterion}", ""),
            version=_version(form, f"version-{criterion}"),
            actor=who,
            now=now(),
            keeps_reason=is_htmx(),
        ),
    )


@bp.post("/reviews/<uuid:review_id>/vetoes/<veto>")
@requires(Permission.REVIEW_FILL)
@keeps_text
def save_veto(review_id: UUID, veto: str) -> object:
    """Claim a veto or take the claim back."""
    form, who = request.form, current_identity()
    return _save_part(
        review_id,
        f"veto-{veto}",
        lambda db: reviews.save_veto(
            db,
            review_id,
            veto,
            claimed=form.get(f"claim-{veto}") == "1",
            ground=form.get(f"veto-{veto}", ""),
            version=_version(form, "vetoes_version"),
            actor=who,
            now=now(),
        ),
    )


@bp.post("/reviews/<uuid:review_id>/opinion")
@requires(Permission.REVIEW_FILL)
@keeps_text
def save_opinion(review_id: UUID) -> object:
    """Save the overall opinion as it changes."""
    form, who = request.form, current_identity()
    return _save_part(
        review_id,
        "opinion",
        lambda db: reviews.save_opinion(
            db,
            review_id,
            form.get("opinion", ""),
            version=_version(form, "opinion_version"),
            actor=who,
            now=now(),
        ),
    )


@bp.post("/reviews/<uuid:review_id>")
@requires(Permission.REVIEW_FILL)
@keeps_text
def save(review_id: UUID) -> Response:
    """Save the whole form, and submit it where that button was used."""
    page, who, form = own(review_id), current_identity(), request.form
    try:
        with transaction() as db:
            save_form(db, page, form)
    except DomainError as refused:
        return form_page(own(review_id), who, refused=refused, typed=form.to_dict())
    if form.get("act") != "submit":
        flash(_("Saved."))
        return done(url_for("reviews.show", review_id=review_id))
    try:
        with transaction() as db:
            reviews.submit(db, review_id, actor=who, now=now())
    except Incomplete as refused:
        return form_page(own(review_id), who, refused=refused, missing=refused.missing)
    except DomainError as refused:
        return form_page(own(review_id), who, refused=refused)
    flash(_("The review is submitted. Thank you."))
    return done(url_for("reviews.show", review_id=review_id))


def save_form(db: object, page: ReviewPage, form: Mapping[str, str]) -> None:
    """Save everything of the form that differs from what its sender had read."""
    for criterion in page.rubric.criteria:
        _save_changed(db, page, criterion.id, form)
    _save_rest(db, page, form)


def _save_changed(db: object, page: ReviewPage, criterion: str, form: Mapping[str, str]) -> None:
    """Save a criterion that differs from what its sender had read."""
    if f"points-{criterion}" not in form:
        return
    points, reason = form[f"points-{criterion}"], form.get(f"reason-{criterion}", "")
    stored = page.scores.get(criterion, ScoreLine())
    if points.strip() == shown_points(stored.points) and reason.strip() == stored.reason:
        return
    reviews.save_score(
        db,  # type: ignore[arg-type]
        page.id,
        criterion,
        points=points,
        reason=reason,
        version=_version(form, f"version-{criterion}"),
        actor=current_identity(),
        now=now(),
    )


def _save_rest(db: object, page: ReviewPage, form: Mapping[str, str]) -> None:
    actor, version = current_identity(), _version(form, "vetoes_version")
    for veto in page.rubric.vetoes:
        claimed, ground = form.get(f"claim-{veto.id}") == "1", form.get(f"veto-{veto.id}", "")
        if "vetoes_version" not in form or (
            claimed == (veto.id in page.vetoes)
            and (not claimed or ground.strip() == page.vetoes.get(veto.id, ""))
        ):
            continue
        saved = reviews.save_veto(
            db,  # type: ignore[arg-type]
            page.id,
            veto.id,
            claimed=claimed,
            ground=ground,
            version=version,
            actor=actor,
            now=now(),
        )
        version = saved.version
    if "opinion" in form and form["opinion"].replace("\r\n", "\n").strip() != page.opinion:
        reviews.save_opinion(
            db,  # type: ignore[arg-type]
            page.id,
            form["opinion"],
            version=_version(form, "opinion_version"),
            actor=actor,
            now=now(),
        )


def _save_part(review_id: UUID, key: str, save: Callable[[Any], Saved]) -> object:
    saved = refused = None
    try:
        saved = together(save)
    except NotFound:
        raise
    except DomainError as error:
        refused = error
    if is_htmx():
        return piece(review_id, part_of(key), saved=saved, refused=refused)
    if refused is not None:
        typed = request.form.to_dict()
        return form_page(own(review_id), current_identity(), refused=refused, typed=typed)
    return done(url_for("reviews.show", review_id=review_id, _anchor=key))


def own(review_id: UUID) -> ReviewPage:
    """Return the review to its writer. Raises NotFound for everybody else."""
    with read() as db:
        page = queries.own_page(db, review_id, current_identity())
    if page is None:
        raise NotFound(N_("There is no such review."))
    return page


def _version(form: Mapping[str, str], name: str) -> int:
    text = str(form.get(name, "0"))
    return int(text) if text.isdecimal() and len(text) < 9 else 0
