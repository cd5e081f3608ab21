"""Signing off: another person's act publishes a notice, and a later notice takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Account, Notice, NoticeHand
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed
from reviewapp.domain.lifecycle import Act, NoticeState, advance, require_phase
from reviewapp.domain.notice import NoticeContent
from reviewapp.domain.policy import Identity, Permission
from reviewapp.services.notice_rows import (
    SETTINGS_VERSION,
    hand_of,
    is_hand,
    locked,
    plain_settings,
    record,
    require,
    save,
    touch,
)
from reviewapp.services.notice_sheet import Kept, Press, Prints, standing_of, texts_of
from reviewapp.services.round_rules import round_of


def content_to_sign(
    session: Session, notice_id: UUID, *, press: Press, actor: Identity, on_paper: bool = False
) -> NoticeContent:
    """Return what is about to be published, to be printed before the transaction that does it.

    Refuses everything that `sign_and_publish` or `record_paper_sign_off` would refuse.
    """
    row = locked(session, notice_id)
    _require_sign(session, row, actor, on_paper)
    return _content_that_stands(session, row, press)


def sign_and_publish(
    session: Session,
    notice_id: UUID,
    prints: Prints,
    *,
    press: Press,
    actor: Identity,
    now: datetime,
) -> Notice:
    """Sign the notice off and publish it: content, hashes and printed forms are frozen.

    NotAllowed for everybody who had a hand in the draft; Conflict where the settled results are
    no longer those that were submitted.
    """
    row = locked(session, notice_id)
    _require_sign(session, row, actor, on_paper=False)
    row.signed_by = hand_of(actor)
    return _publish(session, row, prints, press, actor, now, {"signed_by": actor.name})


def record_paper_sign_off(
    session: Session,
    notice_id: UUID,
    leader: str,
    scan: Kept,
    prints: Prints,
    *,
    press: Press,
    actor: Identity,
    now: datetime,
) -> Notice:
    """Publish by a sign-off on paper: the scan proves it, so an officer may record it.

    NotAllowed where the name on the paper is one of those who worked on the draft.
    """
    row = locked(session, notice_id)
    _require_sign(session, row, actor, on_paper=True)
    name = leader.strip()
    if not name:
        raise Invalid(N_("Enter the name of the leader who signed."), field="leader")
    if name in hand_names(session, row.id):
        raise NotAllowed(N_("Who worked on the draft cannot sign it off."))
    row.signed_on_paper_by = name
    row.paper_sha256 = scan.enter(session, now)
    said = {"signed_on_paper_by": name, "scan": scan.sha256}
    return _publish(session, row, prints, press, actor, now, said)


def supersede(
    session: Session, notice_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Notice:
    """Draft the notice that will take a published one's place.

    The published one stays as it is, and in force until the new one is published. Settings and
    words are taken over; number and day of issue are its own.
    """
    require(actor, Permission.NOTICE_DRAFT)
    old = locked(session, notice_id)
    round_ = round_of(session, old.round_id)
    require_phase(round_.phase, Act.NOTICE_SUPERSEDE)
    if old.state != NoticeState.PUBLISHED.value:
        raise Conflict(N_("Only a published notice that stands can be superseded."))
    if not reason.strip():
        raise Invalid(N_("Say what was wrong with the published notice."), field="reason")
    if session.exec(select(Notice.id).where(Notice.supersedes_id == old.id)).first() is not None:
        raise Conflict(N_("A superseding notice is being drafted already."))
    row = Notice(
        created_at=now,
        round_id=old.round_id,
        number=old.number + 1,
        supersedes_id=old.id,
        supersession_reason=reason.strip(),
        settings=plain_settings(old) | {SETTINGS_VERSION: 1},
        edits={key: {"text": text, "at": 1} for key, text in texts_of(old).items()},
        drafted_by=hand_of(actor),
    )
    session.add(row)
    session.flush()
    touch(session, row, actor, now)
    said = {"supersedes": old.doc_number, "reason": row.supersession_reason}
    record(session, "notice.supersession-drafted", row, round_, actor, now, after=said)
    return row


def discard(
    session: Session, notice_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> UUID:
    """Give up the draft of a superseding notice; return the notice that stays in force.

    Only such a draft, and only with a reason: the records keep who gave up which draft and why.
    """
    require(actor, Permission.NOTICE_DRAFT)
    row = locked(session, notice_id)
    if row.state != NoticeState.DRAFT.value or row.supersedes_id is None:
        raise Conflict(N_("Only the draft of a superseding notice can be discarded."))
    if not reason.strip():
        raise Invalid(N_("Say why the draft is discarded."), field="discard_reason")
    stands = row.supersedes_id
    said = {"reason": reason.strip(), "number": row.doc_number, "words": dict(texts_of(row))}
    round_ = round_of(session, row.round_id)
    record(session, "notice.discarded", row, round_, actor, now, before=said)
    for hand in session.exec(select(NoticeHand).where(NoticeHand.notice_id == row.id)):
        session.delete(hand)
    session.flush()
    session.delete(row)
    session.flush()
    return stands


def hand_names(session: Session, notice_id: UUID) -> tuple[str, ...]:
    """Return the names of everybody who worked on the draft."""
    return tuple(
        session.exec(
            select(Account.name)
            .join(NoticeHand, col(NoticeHand.account_id) == col(Account.id))
            .where(NoticeHand.notice_id == notice_id)
            .order_by(col(Account.name), col(Account.id))
        ).all()
    )


def may_sign(session: Session, notice_id: UUID, actor: Identity) -> bool:
    """Say whether the actor may sign this notice off: the permission, and no hand in the draft."""
    return actor.may(Permission.NOTICE_SIGN) and not is_hand(session, notice_id, actor)


def _publish(
    session: Session,
    row: Notice,
    prints: Prints,
    press: Press,
    actor: Identity,
    now: datetime,
    said: Mapping[str, Any],
) -> Notice:
    after = advance(NoticeState(row.state), "publish")
    content = _content_that_stands(session, row, press)
    if prints.content_hash != content.sha256:
        raise Conflict(N_("The notice changed while it was being printed; try again."))
    round_ = round_of(session, row.round_id)
    old = locked(session, row.supersedes_id) if row.supersedes_id else None
    row.docx_sha256 = prints.docx.enter(session, now)
    row.pdf_sha256 = prints.pdf.enter(session, now)
    # From here on the database itself refuses every change of what is frozen.
    row.state, row.published_at = after.value, now
    row.version += 1
    save(session, row)
    record(
        session,
        "notice.published",
        row,
        round_,
        actor,
        now,
        before={"state": "submitted"},
        after={"state": row.state, "content_hash": row.content_hash, **said},
        rubric_version="；".join(
            f"{one.kind} {one.version} {one.sha256}" for one in content.rubrics
        ),
    )
    if old is not None:
        old.state = advance(NoticeState(old.state), "supersede").value
        save(session, old)
        said = {"state": old.state, "by": row.doc_number, "reason": row.supersession_reason}
        record(
            session,
            "notice.superseded",
            old,
            round_,
            actor,
            now,
            before={"state": "published"},
            after=said,
        )
    return row


def _content_that_stands(session: Session, row: Notice, press: Press) -> NoticeContent:
    advance(NoticeState(row.state), "publish")
    standing = standing_of(session, row, press)
    if standing.is_stale:
        raise Conflict(
            N_("The results or the wording changed after the notice was submitted; return it.")
        )
    return standing.content


def _require_sign(session: Session, row: Notice, actor: Identity, on_paper: bool) -> None:
    require(actor, Permission.NOTICE_DRAFT if on_paper else Permission.NOTICE_SIGN)
    require_phase(round_of(session, row.round_id).phase, Act.NOTICE_SIGN)
    if not on_paper and is_hand(session, row.id, actor):
        raise NotAllowed(N_("Who worked on the draft cannot sign it off."))
