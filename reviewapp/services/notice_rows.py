"""What every act on a notice shares: its row, who had a hand in it, its events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from reviewapp.db.models import Notice, NoticeHand, Round
from reviewapp.domain.errors import N_, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, NoticeState, advance, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.services import audit
from reviewapp.services.round_rules import round_of

SETTINGS_VERSION = "version"  # kept among the settings: the notice's version of their last save


def draft_of(session: Session, notice_id: UUID, actor: Identity) -> tuple[Notice, Round]:
    """Return a draft that the actor may edit, and its round."""
    require(actor, Permission.NOTICE_DRAFT)
    row = locked(session, notice_id)
    advance(NoticeState(row.state), "edit")
    round_ = round_of(session, row.round_id)
    require_phase(round_.phase, Act.NOTICE_DRAFT)
    return row, round_


def is_hand(session: Session, notice_id: UUID, actor: Identity) -> bool:
    """Say whether the actor had a hand in the draft."""
    return (
        session.exec(
            select(NoticeHand.id).where(
                NoticeHand.notice_id == notice_id, NoticeHand.account_id == actor.id
            )
        ).first()
        is not None
    )


def the_notice(session: Session, notice_id: UUID) -> Notice:
    """Return the notice to read. Raises NotFound."""
    row = session.get(Notice, notice_id)
    if row is None:
        raise NotFound(N_("There is no such notice."))
    return row


def locked(session: Session, notice_id: UUID) -> Notice:
    """Return the notice, held until the transaction ends. Raises NotFound."""
    row = session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(N_("There is no such notice."))
    return row


def plain_settings(row: Notice) -> dict[str, Any]:
    """Return what was entered, without the version of its last save."""
    return {key: value for key, value in row.settings.items() if key != SETTINGS_VERSION}


def save(session: Session, row: Notice) -> None:
    """Write the row now, so that the database refuses what it must."""
    session.add(row)
    session.flush()


def touch(session: Session, row: Notice, actor: Identity, now: datetime) -> None:
    """Note that the actor had a hand in the draft."""
    if not is_hand(session, row.id, actor):
        session.add(NoticeHand(created_at=now, notice_id=row.id, account_id=hand_of(actor)))
        session.flush()


def require(actor: Identity, permission: Permission) -> None:
    """Raise NotAllowed, with who may, unless the role grants the permission."""
    if not actor.may(permission):
        if permission is Permission.NOTICE_SIGN:
            raise NotAllowed(N_("Only an approver may sign a notice off."))
        raise NotAllowed(N_("Only an officer may do this."))


def hand_of(actor: Identity) -> UUID:
    """Return the actor's account; the program itself has no hand in a notice."""
    if actor.id is None:
        raise NotAllowed(N_("The program itself does not do this."))
    return actor.id


def record(
    session: Session,
    kind: str,
    row: Notice,
    round_: Round,
    actor: Identity,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    rubric_version: str = "",
) -> None:
    """Record an event about the notice."""
    audit.record(
        session,
        kind,
        actor=actor,
        now=now,
        subject_type="notice",
        subject_id=row.id,
        subject_title=row.doc_number or round_.title,
        round_id=round_.id,
        before=before,
        after=after,
        rubric_version=rubric_version,
    )
