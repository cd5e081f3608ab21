"""Evidence and deductions from the workspace; without scripts each act saves the whole form first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from reviewapp.adapters import deduction_wording
from reviewapp.db.queries.reviews import ReviewPage, ScoreLine
from reviewapp.domain import deductions as wordings
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.evidence import parse_box
from reviewapp.domain.policy import Permission
from reviewapp.domain.scoring import parse_points
from reviewapp.services import deductions, evidence, phrases
from reviewapp.services.evidence import CarriedOver, Found, Overtaken
from reviewapp.web.reviews import bp, workspace
from reviewapp.web.reviews.pages import findings_for, form_page
from reviewapp.web.reviews.writing import own, save_form
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done, is_htmx
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction

Looked = TypeVar("Looked")


@bp.post("/reviews/<uuid:review_id>/criteria/<criterion>/evidence")
@requires(Permission.REVIEW_FILL)
def cite(review_id: UUID, criterion: str) -> object:
    """Cite a passage on a criterion: selected, drawn, or given by page and words."""
    form, actor, key = request.form, current_identity(), _key(request.form.get("key", ""))

    def find(db: Any) -> Found:
        return evidence.look_up(
            db,
            review_id,
            page=_number(form.get(f"evidence-page-{criterion}", "")),
            box=parse_box(form.get("box", "")),
            quote=form.get(f"evidence-quote-{criterion}", ""),
            actor=actor,
            key=key,
        )

    def act(db: Any, found: Found) -> None:
        evidence.cite(db, review_id, criterion, found, key=key, actor=actor, now=now())

    return _do(review_id, criterion, act, find)


@bp.post("/reviews/<uuid:review_id>/evidence/<uuid:evidence_id>/removal")
@requires(Permission.REVIEW_FILL)
def take_back(review_id: UUID, evidence_id: UUID) -> object:
    """Take a piece of evidence back."""
    page = own(review_id)
    criterion = next(
        (key for key, lines in page.evidence.items() if evidence_id in {one.id for one in lines}),
        page.rubric.criteria[0].id,
    )

    def act(db: Any, _found: None) -> None:
        evidence.take_back(db, review_id, evidence_id, actor=current_identity(), now=now())

    return _do(review_id, criterion, act, _nothing)


@bp.post("/reviews/<uuid:review_id>/criteria/<criterion>/deductions")
@requires(Permission.REVIEW_FILL)
def deduct(review_id: UUID, criterion: str) -> object:
    """Write a deduction into the reason and take its points off."""
    page, form, actor = own(review_id), request.form, current_identity()

    def act(db: Any, _found: None) -> None:
        most = page.rubric.criterion(criterion).max_points
        each = parse_points(
            form.get(f"deduct-each-{criterion}", ""), most, field=f"deduct-each-{criterion}"
        )
        count = _number(form.get(f"deduct-count-{criterion}", "1"))
        what = form.get(f"deduct-what-{criterion}", "")
        line = wordings.write(
            deduction_wording.load(parts().config.rubrics_dir), what, each, count=count
        )
        deductions.deduct(db, review_id, criterion, line, each * count, actor=actor, now=now())
        if form.get(f"deduct-keep-{criterion}") == "1":
            phrases.keep(
                db,
                page.round_id,
                criterion,
                what,
                points=each,
                is_shared=False,
                actor=actor,
                now=now(),
            )

    return _do(review_id, criterion, act, _nothing)


@bp.post("/reviews/<uuid:review_id>/criteria/<criterion>/offers/<check>")
@requires(Permission.REVIEW_FILL)
def take_offer(review_id: UUID, criterion: str, check: str) -> object:
    """Take what confirmed findings of a check suggest, with their places as evidence."""
    page, actor = own(review_id), current_identity()
    found = findings_for(page, actor)

    def find(db: Any) -> tuple[workspace.Offer, list[Found]]:
        reason = page.scores.get(criterion, ScoreLine()).reason
        offers = workspace.offers(page.rubric.criterion(criterion), found, reason)
        offer = next((one for one in offers if one.check == check), None)
        if offer is None:
            raise NotFound(N_("No confirmed finding suggests this."))
        places = [
            evidence.look_up(
                db, review_id, page=one.page, box=one.box, quote=one.quote, actor=actor
            )
            for one in offer.findings
            if one.page and one.box
        ]
        return offer, places

    def act(db: Any, offered: tuple[workspace.Offer, list[Found]]) -> None:
        offer, places = offered
        deductions.deduct(
            db, review_id, criterion, offer.line, offer.points, actor=actor, now=now()
        )
        for one in places:
            evidence.cite(db, review_id, criterion, one, actor=actor, now=now())

    return _do(review_id, criterion, act, find)


@bp.post("/reviews/<uuid:review_id>/version")
@requires(Permission.REVIEW_FILL)
def go_over(review_id: UUID) -> object:
    """Make the review one of the report's newest version."""
    own(review_id)
    try:
        told = _go_over(review_id)
    except DomainError as refused:
        return form_page(own(review_id), current_identity(), refused=refused)
    flash(_("The review is about version %(version)s now.", version=told.version))
    if told.kept:
        flash(
            ngettext(
                "%(num)s piece of evidence stands there as well.",
                "%(num)s pieces of evidence stand there as well.",
                told.kept,
            )
        )
    return done(url_for("reviews.show", review_id=review_id))


def _go_over(review_id: UUID, tries: int = 3) -> CarriedOver:
    """Look for the evidence, then write; look again where more was cited meanwhile."""
    actor = current_identity()
    with read() as db:
        move = evidence.plan_move(db, review_id, actor=actor)
    try:
        with transaction() as db:
            return evidence.go_over(db, review_id, move, actor=actor, now=now())
    except Overtaken:
        if tries == 1:
            raise
    return _go_over(review_id, tries - 1)


def _nothing(_db: Any) -> None:
    """Look for nothing before the act."""


def _do(
    review_id: UUID,
    criterion: str,
    act: Callable[[Any, Looked], None],
    find: Callable[[Any], Looked],
) -> object:
    """Find what takes long, then act; scripts get the criterion's evidence, browsers the page."""
    page, who = own(review_id), current_identity()
    page.rubric.criterion(criterion)
    try:
        with read() as db:
            found = find(db)
        with transaction() as db:
            if not is_htmx():
                save_form(db, page, request.form)
            act(db, found)
    except NotFound:
        raise
    except DomainError as refused:
        if is_htmx():
            return make_response(words(refused), status_of(refused))
        if isinstance(refused, Invalid) and refused.field.startswith("evidence-"):
            refused.field = f"{refused.field.removesuffix('-' + criterion)}-{criterion}"
        return form_page(own(review_id), who, refused=refused, typed=request.form.to_dict())
    if is_htmx():
        return _chips(own(review_id), criterion)
    where = url_for("reviews.show", review_id=review_id, _anchor=f"criterion-{criterion}")
    return done(where)


def _chips(page: ReviewPage, criterion: str) -> str:
    return render_template(
        "reviews/_chips.html",
        review=page,
        criterion=page.rubric.criterion(criterion),
        place=lambda at: workspace.place(page, at),
        refusal="",
    )


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _key(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
