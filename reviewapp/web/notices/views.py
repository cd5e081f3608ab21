"""A round's notices and the sheet of one, with what there is to do beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from reviewapp.db.queries import notices as queries
from reviewapp.db.queries.notices import NoticePage
from reviewapp.db.queries.rounds import round_page as the_round
from reviewapp.domain.errors import N_, Conflict, DomainError, NotFound
from reviewapp.domain.lifecycle import Act, phase_allows, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.services import notices
from reviewapp.services.notice_rows import the_notice
from reviewapp.services.notice_sheet import Press, Standing, press_of, standing_of
from reviewapp.web.notices.forms import PUBLICITY_WORDS, typed, values_of
from reviewapp.web.notices.sheet import (
    Passage,
    figures_of,
    lines_of,
    passage_of,
    problems_of,
    reach_of,
)
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import page_or_blocks
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import parts, read

bp = Blueprint("notices", __name__)
STATES = {
    "draft": ("wait", N_("draft")),
    "submitted": ("doubt", N_("waits for sign-off")),
    "published": ("ok", N_("published")),
    "superseded": ("bad", N_("superseded")),
}
GONE = N_("There is no such page, or not for your account.")


def press() -> Press:
    """Return what this installation prints with."""
    return press_of(parts().config)


@bp.get("/rounds/<uuid:round_id>/notices")
@requires(Permission.NOTICE_READ)
def round_page(round_id: UUID) -> object:
    """List the round's notices; the first one is drafted from here."""
    return list_page(round_id)


def list_page(round_id: UUID, refused: DomainError | None = None) -> object:
    """Render the list, with what was refused."""
    with read() as db:
        page = the_round(db, round_id)
        rows = queries.notices_of_round(db, round_id)
    if page is None:
        raise NotFound(GONE)
    about_round(round_id)
    waits = phase_refusal(page.phase, Act.NOTICE_DRAFT)
    body = render_template(
        "notices/round.html",
        round=page,
        round_id=round_id,
        tab="notices",
        rows=rows,
        states=STATES,
        waits=waits or "",
        may_draft=current_identity().may(Permission.NOTICE_DRAFT) and page.phase == "notice",
        error=words(refused) if refused else "",
    )
    return body, status_of(refused) if refused else 200


@bp.get("/notices/<uuid:notice_id>")
@requires(Permission.NOTICE_READ)
def show(notice_id: UUID) -> Response:
    """Show the sheet; ?edit=<block> opens one passage."""
    return notice_page(notice_id, edit=request.args.get("edit", ""))


def notice_page(
    notice_id: UUID,
    *,
    edit: str = "",
    typed_text: str | None = None,
    refused: DomainError | None = None,
    form: str = "",
) -> Response:
    """Render the sheet. `form` names the form that was refused: it keeps what was typed."""
    actor = current_identity()
    with read() as db:
        page = queries.notice_page(db, notice_id)
        if page is None:
            raise NotFound(GONE)
        standing, trouble = _standing(db, notice_id)
        leads = queries.lead_choices(db, page.round_id)
        may_sign = page.state == "submitted" and notices.may_sign(db, notice_id, actor)
    about_round(page.round_id)
    may_draft = actor.may(Permission.NOTICE_DRAFT) and phase_allows(
        page.round_phase, Act.NOTICE_DRAFT
    )
    may_edit = may_draft and page.state == "draft"
    passage = _passage(standing, edit, typed_text, refused) if may_edit else None
    error = "" if passage is not None or refused is None else words(refused)
    values = values_of(page) | (typed(request.form) if form == "settings" else {})
    if form == "number":
        values["doc_number"] = request.form.get("doc_number", "")
    return page_or_blocks(
        "notices/show.html",
        "sheet",
        "side",
        status=status_of(refused) if refused else 200,
        notice=page,
        round_id=page.round_id,
        tab="notices",
        standing=standing,
        trouble=words(trouble) if trouble else "",
        lines=lines_of(standing, may_edit=may_edit) if standing else (),
        figures=figures_of(standing.content) if standing else (),
        problems=problems_of(standing.content) if standing else (),
        reach=reach_of(standing.content) if standing else (0, 0),
        removed=_removed(standing),
        passage=passage,
        values={"doc_number": page.doc_number, **values},
        leads=leads,
        publicity=PUBLICITY_WORDS,
        states=STATES,
        may_edit=may_edit,
        may_draft=may_draft,
        may_sign=may_sign,
        error=error,
        error_form=form,
        error_field=(refused.field or "") if refused else "",
    )


def _standing(db: Any, notice_id: UUID) -> tuple[Standing | None, DomainError | None]:
    """Return the sheet, or why the settled results no longer make one."""
    try:
        return standing_of(db, the_notice(db, notice_id), press()), None
    except DomainError as error:
        return None, error


def _passage(
    standing: Standing | None, edit: str, typed_text: str | None, refused: DomainError | None
) -> Passage | None:
    passage = passage_of(standing, edit) if standing and edit else None
    if passage is None or typed_text is None or refused is None:
        return passage
    theirs = passage.text if isinstance(refused, Conflict) else ""
    return replace(passage, text=typed_text, error=words(refused), theirs=theirs)


def _removed(standing: Standing | None) -> list[tuple[str, str]]:
    if standing is None:
        return []
    texts = {block.id: block.text for block in standing.base.blocks}
    return [(block_id, texts[block_id]) for block_id in standing.removed]


def page_or_404(db: Any, notice_id: UUID) -> NoticePage:
    """Return the notice, or answer that there is none."""
    page = queries.notice_page(db, notice_id)
    if page is None:
        raise NotFound(GONE)
    return page
