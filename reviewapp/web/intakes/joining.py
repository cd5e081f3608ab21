"""Saying in the preview which files are one report, in which order, and taking that back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from reviewapp.adapters.intake_words import load_words
from reviewapp.db.queries.intakes import IntakePage, ItemLine
from reviewapp.domain.errors import N_, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.services import intake_parts
from reviewapp.web.intakes import bp
from reviewapp.web.intakes.fields import put_together, rearranged
from reviewapp.web.intakes.views import chosen_in, show_page, the_intake
from reviewapp.web.support.access import requires
from reviewapp.web.support.fragments import done, wants_fragment
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction


@bp.post("/intakes/<uuid:intake_id>/bundles")
@requires(Permission.REPORT_UPLOAD)
def join(intake_id: UUID) -> Response:
    """Make one report of the marked files, in the order that their names propose."""
    page = the_intake(intake_id)
    words = load_words(parts().config.rubrics_dir / "intake.yaml").parts
    marked = [item.id for item in page.items if str(item.id) in request.form.getlist("joins")]
    try:
        with read() as db:
            placed = intake_parts.choose(db, intake_id, marked, words)
        made = put_together(placed)
        with transaction() as db:
            who = current_identity()
            row = intake_parts.join(db, intake_id, placed, made, actor=who, now=now())
            _remember(db, page)
    except Invalid as refused:
        return show_page(page, chosen_in(page), refused)
    flash(_("Put together: check the order of the files."))
    return _back(intake_id, row.id)


@bp.post("/intakes/<uuid:intake_id>/bundles/<uuid:item_id>")
@requires(Permission.REPORT_UPLOAD)
def arrange(intake_id: UUID, item_id: UUID) -> Response:
    """Put the files of one report in the order of the typed numbers."""
    page = the_intake(intake_id)
    item = _bundle(page, item_id)
    try:
        placed, made = rearranged(item)
        with transaction() as db:
            who = current_identity()
            intake_parts.arrange(db, intake_id, item_id, placed, made, actor=who, now=now())
            _remember(db, page)
    except Invalid as refused:
        return show_page(page, chosen_in(page), refused)
    flash(_("The order is saved."))
    return _back(intake_id, item_id)


@bp.post("/intakes/<uuid:intake_id>/bundles/<uuid:item_id>/apart")
@requires(Permission.REPORT_UPLOAD)
def take_apart(intake_id: UUID, item_id: UUID) -> Response:
    """Make each file of a report a row of its own again."""
    page = the_intake(intake_id)
    _bundle(page, item_id)
    with transaction() as db:
        intake_parts.take_apart(db, intake_id, item_id, actor=current_identity(), now=now())
        _remember(db, page)
    flash(_("Taken apart: each file is a report of its own again."))
    return done(url_for("intakes.show", intake_id=intake_id))


def _bundle(page: IntakePage, item_id: UUID) -> ItemLine:
    item = next((one for one in page.items if one.id == item_id and one.parts), None)
    if item is None:
        raise NotFound(N_("There is no such file."))
    return item


def _remember(db: Any, page: IntakePage) -> None:
    """Keep what stands in the other rows' fields; the page is loaded anew."""
    typed = {str(key): asdict(chosen) for key, chosen in chosen_in(page).items()}
    intake_parts.remember(db, page.id, typed)


def _back(intake_id: UUID, item_id: UUID) -> Response:
    """Return to the row; htmx would take an address with an anchor for the page that it shows."""
    anchor = None if wants_fragment() else f"row-{item_id}"
    return done(url_for("intakes.show", intake_id=intake_id, _anchor=anchor))
