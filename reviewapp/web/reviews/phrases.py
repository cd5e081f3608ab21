"""Phrases of one's own and of the panel, by criterion: listed, kept, shared, dropped."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import phrases as queries
from reviewapp.db.queries import rubrics as rubric_queries
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import Criterion, Rubric
from reviewapp.domain.scoring import parse_points
from reviewapp.services import phrases as services
from reviewapp.web.reviews import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, read, transaction


@bp.get("/rounds/<uuid:round_id>/phrases")
@requires(Permission.REVIEW_FILL)
def phrases(round_id: UUID) -> Response:
    """List the phrases that one may use in a round."""
    return _page(round_id)


@bp.post("/rounds/<uuid:round_id>/phrases")
@requires(Permission.REVIEW_FILL)
def keep_phrase(round_id: UUID) -> Response:
    """Keep a phrase, for oneself or for the panel."""
    form, known = request.form, {one.id: one for one in _criteria(round_id)}
    try:
        criterion = known.get(form.get("criterion", ""))
        if criterion is None:
            raise Invalid(N_("Choose the criterion."), field="criterion")
        points = None
        if form.get("points", "").strip():
            points = parse_points(form["points"], criterion.max_points, field="points")
        with transaction() as db:
            services.keep(
                db,
                round_id,
                criterion.id,
                form.get("text", ""),
                points=points,
                is_shared=form.get("shared") == "1",
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _page(round_id, refused)
    flash(_("The phrase is kept."))
    return done(url_for("reviews.phrases", round_id=round_id))


@bp.post("/rounds/<uuid:round_id>/phrases/<uuid:phrase_id>/removal")
@requires(Permission.REVIEW_FILL)
def drop_phrase(round_id: UUID, phrase_id: UUID) -> Response:
    """Drop a phrase."""
    with transaction() as db:
        services.drop(db, phrase_id, round_id, actor=current_identity())
    flash(_("The phrase is dropped."))
    return done(url_for("reviews.phrases", round_id=round_id))


def _page(round_id: UUID, refused: DomainError | None = None) -> Response:
    who, criteria = current_identity(), _criteria(round_id)
    with read() as db:
        lines = queries.phrases(db, round_id, who)
    if who.may(Permission.ROUND_READ):
        about_round(round_id)
    if isinstance(refused, NotFound):
        raise refused
    titles = {one.id: one.title for one in criteria}
    return make_response(
        render_template(
            "reviews/phrases.html",
            round_id=round_id,
            criteria=criteria,
            titles=titles,
            lines=[one for one in lines if one.criterion in titles],
            may_drop_shared=who.may(Permission.ROUND_MANAGE),
            typed=request.form if refused else {},
            error=words(refused) if refused else "",
            field_name=refused.field if refused else "",
        ),
        status_of(refused) if refused else 200,
    )


def _criteria(round_id: UUID) -> tuple[Criterion, ...]:
    """Return the criteria of both rubrics of the round, each id once."""
    with read() as db:
        if not queries.takes_part(db, round_id, current_identity()):
            raise NotFound(N_("There is no such round."))
        rubrics: tuple[Rubric, ...] = rubric_queries.rubrics_of_round(db, round_id)
    found: dict[str, Criterion] = {}
    for rubric in rubrics:
        for criterion in rubric.criteria:
            found.setdefault(criterion.id, criterion)
    return tuple(found.values())
