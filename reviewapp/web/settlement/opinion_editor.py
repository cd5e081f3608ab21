"""The editor of the one opinion per report, with the experts' words beside it."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.adapters import deduction_wording
from reviewapp.db.queries import settlement as queries
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.services import opinions
from reviewapp.services.opinions import StaleOpinion
from reviewapp.web.settlement import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done, is_htmx
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_parts
from reviewapp.web.support.parts import now, parts, read, transaction


@bp.get("/reports/<uuid:report_id>/opinion")
@requires(Permission.SETTLEMENT_READ)
def opinion(report_id: UUID) -> Response:
    """Show the opinion with its sources; officers edit it."""
    return _page(report_id)


@bp.post("/reports/<uuid:report_id>/opinion/draft")
@requires(Permission.SETTLEMENT_MANAGE)
def draft_opinion(report_id: UUID) -> Response:
    """Draft the opinion from the reviews, or renew its points."""
    with transaction() as db:
        opinions.draft(
            db,
            report_id,
            actor=current_identity(),
            now=now(),
            wording=deduction_wording.load(parts().config.rubrics_dir),
        )
    return done(url_for("settlement.opinion", report_id=report_id))


@bp.post("/reports/<uuid:report_id>/opinion")
@requires(Permission.SETTLEMENT_MANAGE)
@keeps_parts
def save_opinion(report_id: UUID) -> Response:
    """Save one text as it changes, or all of them; finish where that button was used."""
    form, actor = request.form, current_identity()
    with read() as db:
        page = queries.opinion_page(db, report_id)
    if page is None:
        raise NotFound(N_("There is no opinion on this report yet."))
    try:
        with transaction() as db:
            if _is_changed("overall", "overall"):
                opinions.save_overall(
                    db,
                    report_id,
                    form["overall"],
                    was=form.get("was-overall", ""),
                    actor=actor,
                    now=now(),
                )
            for item in page.items:
                if _is_changed(f"item-{item.criterion}", item.criterion):
                    opinions.save_item(
                        db,
                        report_id,
                        item.criterion,
                        form[f"item-{item.criterion}"],
                        was=form.get(f"was-{item.criterion}", ""),
                        actor=actor,
                        now=now(),
                    )
        if form.get("act") == "finish":
            with transaction() as db:
                opinions.finish(db, report_id, actor=actor, now=now())
            flash(_("The opinion is finished; it is released when feedback begins."))
            return done(url_for("settlement.round_page", round_id=page.round_id))
    except DomainError as refused:
        return _answer(report_id, refused) if is_htmx() else _page(report_id, refused)
    if is_htmx():
        return _answer(report_id, None)
    flash(_("Saved."))
    return done(url_for("settlement.opinion", report_id=report_id))


@bp.post("/reports/<uuid:report_id>/opinion/again")
@requires(Permission.SETTLEMENT_MANAGE)
def edit_again(report_id: UUID) -> Response:
    """Take a finished opinion up again."""
    with transaction() as db:
        opinions.edit_again(db, report_id, actor=current_identity(), now=now())
    return done(url_for("settlement.opinion", report_id=report_id))


def _is_changed(name: str, key: str) -> bool:
    """Tell whether the sender changed this text; the whole form also sends those left alone."""
    sent = request.form.get(name)
    return sent is not None and opinions.mark_of(_plain(sent)) != request.form.get(f"was-{key}")


def _plain(sent: str) -> str:
    return sent.replace("\r\n", "\n").strip()


def _answer(report_id: UUID, refused: DomainError | None) -> Response:
    """Answer one save of one text: the state line, and the mark that the next save names."""
    with read() as db:
        page = queries.opinion_page(db, report_id)
    names = [name for name in request.form if name == "overall" or name.startswith("item-")]
    body = render_template(
        "settlement/_saved.html",
        page=page,
        name=names[0] if names else "overall",
        marks=_marks(page),
        error=words(refused) if refused else "",
        stale=refused if isinstance(refused, StaleOpinion) else None,
    )
    return make_response(body, status_of(refused) if refused else 200)


def _marks(page: queries.OpinionPage | None) -> dict[str, str]:
    if page is None:
        return {}
    return {"overall": opinions.mark_of(page.overall)} | {
        item.criterion: opinions.mark_of(item.text) for item in page.items
    }


def _shown_marks(page: queries.OpinionPage | None, shown: str) -> dict[str, str]:
    """Return the marks for a page that repeats what was typed.

    Only the text whose newer version is shown beside it (`shown`), or that is stored as typed,
    gets its new mark; with it another one's newer text would be overwritten without being seen.
    """
    marks = _marks(page)
    for key in marks:
        name = "overall" if key == "overall" else f"item-{key}"
        sent = request.form.get(name)
        if sent is not None and name != shown and opinions.mark_of(_plain(sent)) != marks[key]:
            marks[key] = request.form.get(f"was-{key}", "")
    return marks


def _page(report_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        head = queries.settlement_page(db, report_id)
        page = queries.opinion_page(db, report_id)
    if head is None or isinstance(refused, NotFound):
        raise NotFound(N_("There is no such report."))
    about_round(head.round_id)
    may_edit = (
        current_identity().may(Permission.SETTLEMENT_MANAGE)
        and phase_refusal(head.phase, Act.OPINION_EDIT) is None
    )
    shown = (refused.field or "") if isinstance(refused, StaleOpinion) else ""
    body = render_template(
        "settlement/opinion.html",
        head=head,
        page=page,
        marks=_shown_marks(page, shown),
        may_edit=may_edit,
        typed=request.form,
        error=words(refused) if refused else "",
        stale=refused if isinstance(refused, StaleOpinion) else None,
        field_name=(refused.field or "") if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)
