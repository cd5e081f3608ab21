"""What is done to a notice: draft, edit, submit, return, sign off, supersede."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from reviewapp.domain.errors import N_, DomainError, Invalid
from reviewapp.domain.policy import Permission
from reviewapp.services import notices
from reviewapp.services.notice_rows import the_notice
from reviewapp.services.notice_sheet import keep_scan, print_forms, standing_of
from reviewapp.web.notices.forms import own_problem_texts, settings_of
from reviewapp.web.notices.sheet import problems_of
from reviewapp.web.notices.views import bp, list_page, notice_page, page_or_404, press
from reviewapp.web.support.access import requires
from reviewapp.web.support.fragments import wants_fragment
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_parts, keeps_text
from reviewapp.web.support.parts import now, parts, read, transaction


@bp.post("/rounds/<uuid:round_id>/notices")
@requires(Permission.NOTICE_DRAFT)
def create(round_id: UUID) -> object:
    """Draft the round's notice."""
    try:
        with transaction() as db:
            made = notices.draft(
                db, round_id, press=press(), actor=current_identity(), now=now()
            ).id
    except DomainError as refused:
        return list_page(round_id, refused)
    flash(_("The notice is drafted. Enter its details, look at the words, then send it on."))
    return _to(made)


@bp.post("/notices/<uuid:notice_id>/wording/<block_id>")
@requires(Permission.NOTICE_DRAFT)
@keeps_parts
def wording(notice_id: UUID, block_id: str) -> object:
    """Save the words of one passage, or take the composed ones again."""
    text = None if "reset" in request.form else request.form.get("text", "")
    try:
        with transaction() as db:
            notices.edit_wording(
                db,
                notice_id,
                block_id,
                text,
                version=_version(),
                press=press(),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return notice_page(notice_id, edit=block_id, typed_text=text or "", refused=refused)
    if wants_fragment():
        return notice_page(notice_id)
    return redirect(url_for("notices.show", notice_id=notice_id, _anchor=f"block-{block_id}"), 303)


@bp.post("/notices/<uuid:notice_id>/settings")
@requires(Permission.NOTICE_DRAFT)
@keeps_text
def settings(notice_id: UUID) -> object:
    """Save what is entered with the notice."""
    try:
        with transaction() as db:
            page = page_or_404(db, notice_id)
            standing = standing_of(db, the_notice(db, notice_id), press())
            shown = {key: text for key, _heading, text in problems_of(standing.base)}
            typed, issue_date = settings_of(request.form, shown, own_problem_texts(page))
            notices.edit_settings(
                db,
                notice_id,
                typed,
                issue_date=issue_date,
                version=_version(),
                press=press(),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="settings")
    flash(_("Saved."))
    return _to(notice_id)


@bp.post("/notices/<uuid:notice_id>/number")
@requires(Permission.NOTICE_DRAFT)
def number(notice_id: UUID) -> object:
    """Save the document number."""
    try:
        with transaction() as db:
            notices.set_doc_number(
                db,
                notice_id,
                request.form.get("doc_number", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="number")
    flash(_("Saved."))
    return _to(notice_id)


@bp.post("/notices/<uuid:notice_id>/submission")
@requires(Permission.NOTICE_DRAFT)
def submit(notice_id: UUID) -> object:
    """Send the draft to sign-off."""
    try:
        with transaction() as db:
            notices.submit(db, notice_id, press=press(), actor=current_identity(), now=now())
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="submit")
    flash(_("The notice waits for sign-off by somebody who did not work on it."))
    return _to(notice_id)


@bp.post("/notices/<uuid:notice_id>/return")
@requires(Permission.NOTICE_READ)
@keeps_text
def return_(notice_id: UUID) -> object:
    """Give the notice back to be edited."""
    try:
        with transaction() as db:
            notices.return_(
                db,
                notice_id,
                request.form.get("reason", ""),
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="return")
    flash(_("The notice is a draft again."))
    return _to(notice_id)


@bp.post("/notices/<uuid:notice_id>/publication")
@requires(Permission.NOTICE_SIGN)
def sign(notice_id: UUID) -> object:
    """Sign off and publish: print first, then one transaction."""
    actor = current_identity()
    try:
        with read() as db:
            content = notices.content_to_sign(db, notice_id, press=press(), actor=actor)
        prints = print_forms(content, press(), parts().storage)
        with transaction() as db:
            notices.sign_and_publish(db, notice_id, prints, press=press(), actor=actor, now=now())
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="sign")
    flash(_("The notice is published."))
    return _to(notice_id)


@bp.post("/notices/<uuid:notice_id>/paper")
@requires(Permission.NOTICE_DRAFT)
def paper(notice_id: UUID) -> object:
    """Publish by a sign-off on paper, whose scan comes along."""
    actor = current_identity()
    try:
        with read() as db:
            content = notices.content_to_sign(
                db, notice_id, press=press(), actor=actor, on_paper=True
            )
        upload = request.files.get("scan")
        if upload is None or not upload.filename:
            raise Invalid(N_("Choose the scan of the signed sheet."), field="scan")
        scan = keep_scan(cast(BinaryIO, upload.stream), parts().storage)
        prints = print_forms(content, press(), parts().storage)
        with transaction() as db:
            notices.record_paper_sign_off(
                db,
                notice_id,
                request.form.get("leader", ""),
                scan,
                prints,
                press=press(),
                actor=actor,
                now=now(),
            )
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="paper")
    flash(_("The notice is published."))
    return _to(notice_id)


@bp.post("/notices/<uuid:notice_id>/supersession")
@requires(Permission.NOTICE_DRAFT)
@keeps_text
def supersede(notice_id: UUID) -> object:
    """Draft the notice that will take this one's place."""
    try:
        with transaction() as db:
            made = notices.supersede(
                db,
                notice_id,
                request.form.get("reason", ""),
                actor=current_identity(),
                now=now(),
            ).id
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="supersede")
    flash(_("The superseding notice is drafted; the published one stands until it is published."))
    return _to(made)


@bp.post("/notices/<uuid:notice_id>/discard")
@requires(Permission.NOTICE_DRAFT)
def discard(notice_id: UUID) -> object:
    """Give up the draft of a superseding notice."""
    reason = request.form.get("discard_reason", "")
    try:
        with transaction() as db:
            stands = notices.discard(db, notice_id, reason, actor=current_identity(), now=now())
    except DomainError as refused:
        return notice_page(notice_id, refused=refused, form="discard")
    flash(_("The draft is discarded; the published notice stands."))
    return _to(stands)


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _to(notice_id: UUID) -> Response:
    return redirect(url_for("notices.show", notice_id=notice_id), 303)  # type: ignore[return-value]
