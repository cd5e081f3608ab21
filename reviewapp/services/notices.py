"""The notice: drafted from settled results, edited in words, submitted for sign-off."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from reviewapp.db.models import Notice
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed
from reviewapp.domain.lifecycle import Act, NoticeState, advance, require_phase
from reviewapp.domain.notice import NoticeContent, apply_edits, check_doc_number, editable
from reviewapp.domain.policy import Identity, Permission
from reviewapp.services.notice_facts import NoticeSettings, notice_input
from reviewapp.services.notice_rows import (
    SETTINGS_VERSION,
    draft_of,
    hand_of,
    locked,
    plain_settings,
    record,
    require,
    save,
    touch,
)
from reviewapp.services.notice_sheet import Press, compose_base, standing_of
from reviewapp.services.notice_signing import (
    content_to_sign,
    discard,
    hand_names,
    may_sign,
    record_paper_sign_off,
    sign_and_publish,
    supersede,
)
from reviewapp.services.round_rules import held_round, round_of

__all__ = [
    "content_to_sign",
    "discard",
    "draft",
    "edit_settings",
    "edit_wording",
    "hand_names",
    "may_sign",
    "record_paper_sign_off",
    "return_",
    "set_doc_number",
    "sign_and_publish",
    "submit",
    "supersede",
]


def draft(
    session: Session, round_id: UUID, *, press: Press, actor: Identity, now: datetime
) -> Notice:
    """Draft the round's notice from its settled results.

    Raises Conflict, naming the reports, while one has no settled result; and where the round has
    a notice already, which is edited or superseded instead.
    """
    require(actor, Permission.NOTICE_DRAFT)
    round_ = held_round(session, round_id)
    require_phase(round_.phase, Act.NOTICE_DRAFT)
    if session.exec(select(Notice.id).where(Notice.round_id == round_id)).first() is not None:
        raise Conflict(
            N_("The round has a notice. Edit its draft, or supersede what is published.")
        )
    settings = NoticeSettings(draw_method=round_.drawn_how)
    row = Notice(
        created_at=now,
        round_id=round_id,
        settings=settings.to_json() | {SETTINGS_VERSION: 1},
        drafted_by=hand_of(actor),
    )
    notice_input(session, round_, settings, bureau=press.bureau, problem_rule=press.problem_rule)
    session.add(row)
    session.flush()
    touch(session, row, actor, now)
    record(session, "notice.drafted", row, round_, actor, now)
    return row


def edit_settings(
    session: Session,
    notice_id: UUID,
    settings: NoticeSettings,
    *,
    issue_date: date | None,
    version: int,
    press: Press,
    actor: Identity,
    now: datetime,
) -> Notice:
    """Save what is entered with the notice. Conflict if somebody saved it after `version`."""
    row, round_ = draft_of(session, notice_id, actor)
    if int(row.settings.get(SETTINGS_VERSION, 1)) > version:
        raise Conflict(N_("Somebody saved these details meanwhile; look at them and save again."))
    if settings.rectify_by and issue_date and settings.rectify_by < issue_date:
        raise Invalid(N_("The deadline lies before the day of issue."), field="rectify_by")
    before = {**plain_settings(row), "issue_date": row.issue_date}
    after = {**settings.to_json(), "issue_date": issue_date}
    changed = sorted(key for key in after if before.get(key) != after[key])
    if not changed:
        return row
    row.version += 1
    row.settings = settings.to_json() | {SETTINGS_VERSION: row.version}
    row.issue_date = issue_date
    compose_base(session, row, press)  # refuses what contradicts the round
    save(session, row)
    touch(session, row, actor, now)
    record(
        session,
        "notice.settings-changed",
        row,
        round_,
        actor,
        now,
        before={key: before.get(key) for key in changed},
        after={key: after[key] for key in changed},
    )
    return row


def edit_wording(
    session: Session,
    notice_id: UUID,
    block_id: str,
    text: str | None,
    *,
    version: int,
    press: Press,
    actor: Identity,
    now: datetime,
) -> Notice:
    """Save an officer's words for one block; None takes the composed words again.

    Invalid names the figure that was lost, changed or moved. Conflict if somebody saved the same
    block after `version`.
    """
    row, round_ = draft_of(session, notice_id, actor)
    stored: dict[str, Any] = row.edits.get(block_id, {})
    if int(stored.get("at", 0)) > version:
        raise Conflict(N_("Somebody saved this passage meanwhile."), field=block_id)
    base = compose_base(session, row, press)
    known = {block.id: block for block in base.blocks}
    if text is not None:
        text = text.replace("\r\n", "\n")
        # One edit at a time against what was composed; the others are known to fit.
        apply_edits(base, {block_id: text})
        if text.strip() == editable(known[block_id]).strip():
            text = None
    if text == stored.get("text"):
        return row
    row.version += 1
    row.edits = {**row.edits, block_id: {"text": text, "at": row.version}}
    save(session, row)
    touch(session, row, actor, now)
    composed = editable(known[block_id]) if block_id in known else ""
    record(
        session,
        "notice.wording-changed",
        row,
        round_,
        actor,
        now,
        before={block_id: stored.get("text") or composed},
        after={block_id: composed if text is None else text},
    )
    return row


def set_doc_number(
    session: Session, notice_id: UUID, text: str, *, actor: Identity, now: datetime
) -> Notice:
    """Save the number that the registry gave, in official form; empty takes it away.

    Invalid for a wrong form, Conflict where another notice has it.
    """
    row, round_ = draft_of(session, notice_id, actor)
    number = check_doc_number(text) if text.strip() else None
    if number == row.doc_number:
        return row
    twin = session.exec(
        select(Notice.id).where(Notice.doc_number == number, Notice.id != row.id)
    ).first()
    taken = Conflict(
        N_("Another notice has the number %(number)s."), field="doc_number", number=number
    )
    if number is not None and twin is not None:
        raise taken
    before, row.doc_number = row.doc_number, number
    row.version += 1
    try:
        with session.begin_nested():
            save(session, row)
    except IntegrityError:
        raise taken from None
    touch(session, row, actor, now)
    record(
        session,
        "notice.number-set",
        row,
        round_,
        actor,
        now,
        before={"doc_number": before},
        after={"doc_number": number},
    )
    return row


def submit(
    session: Session, notice_id: UUID, *, press: Press, actor: Identity, now: datetime
) -> Notice:
    """Send the draft to sign-off; its content stands from then on and is known by its hash."""
    row, round_ = draft_of(session, notice_id, actor)
    after = advance(NoticeState(row.state), "submit")
    if not row.doc_number:
        raise Invalid(N_("Type in the document number."), field="doc_number")
    if row.issue_date is None:
        raise Invalid(N_("The notice has no day of issue yet."), field="issue_date")
    standing = standing_of(session, row, press)
    if standing.dropped:
        raise Conflict(
            N_("The words of %(count)s passages no longer fit the figures; look at them first."),
            count=len(standing.dropped),
        )
    _freeze(row, standing.content)
    row.state, row.submitted_by, row.submitted_at = after.value, hand_of(actor), now
    row.returned_reason = ""
    row.version += 1
    save(session, row)
    touch(session, row, actor, now)
    said = {"state": row.state, "content_hash": row.content_hash}
    record(
        session, "notice.submitted", row, round_, actor, now, before={"state": "draft"}, after=said
    )
    return row


def return_(
    session: Session, notice_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Notice:
    """Give a submitted notice back to be edited: by who signs, or by an officer who takes it."""
    row = locked(session, notice_id)
    if not (actor.may(Permission.NOTICE_SIGN) or actor.may(Permission.NOTICE_DRAFT)):
        raise NotAllowed(N_("Only an officer or an approver may do this."))
    if not reason.strip():
        raise Invalid(N_("Say why the notice is returned."), field="reason")
    after = advance(NoticeState(row.state), "return")
    row.state, row.returned_reason = after.value, reason.strip()
    row.content, row.content_hash = {}, ""
    row.version += 1
    save(session, row)
    record(
        session,
        "notice.returned",
        row,
        round_of(session, row.round_id),
        actor,
        now,
        before={"state": "submitted"},
        after={"state": row.state, "reason": row.returned_reason},
    )
    return row


def _freeze(row: Notice, content: NoticeContent) -> None:
    row.content, row.content_hash = json.loads(content.to_json()), content.sha256
