"""Notices as their pages show them: a round's list, one with its hands, what readers may find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Account, Notice, NoticeHand, Report, Round, Settlement, StoredFile

ISSUED = ("published", "superseded")


@dataclass(frozen=True)
class NoticeLink:
    """Another notice that this one takes the place of, or that took its place."""

    id: UUID
    state: str
    doc_number: str
    reason: str
    publicity: str


@dataclass(frozen=True)
class NoticeRow:
    """A notice in a list. `title` is that of the frozen content, "" for a draft."""

    id: UUID
    number: int
    state: str
    title: str
    doc_number: str
    issue_date: date | None
    drafted_by: str
    created_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    publicity: str
    round_title: str


@dataclass(frozen=True)
class NoticePage:
    """One notice with the people who had a hand in it."""

    id: UUID
    round_id: UUID
    round_title: str
    round_phase: str
    number: int
    state: str
    doc_number: str
    issue_date: date | None
    settings: dict[str, Any]
    edits: dict[str, Any]
    version: int
    content_hash: str
    drafted_by: str
    created_at: datetime
    submitted_by: str
    submitted_at: datetime | None
    returned_reason: str
    signed_by: str
    signed_on_paper_by: str
    paper_sha256: str | None
    published_at: datetime | None
    docx_sha256: str | None
    pdf_sha256: str | None
    hands: tuple[str, ...]
    supersedes: NoticeLink | None
    superseded_by: NoticeLink | None

    @property
    def is_issued(self) -> bool:
        """Whether it was published, superseded or not."""
        return self.state in ISSUED

    @property
    def publicity(self) -> str:
        """Who may read it: public, on-request or internal."""
        return str(self.settings.get("publicity", ""))


@dataclass(frozen=True)
class LeadChoice:
    """A report that may be named first among those of its letter."""

    id: UUID
    title: str
    rating: str


def notices_of_round(session: Session, round_id: UUID) -> tuple[NoticeRow, ...]:
    """Return the round's notices, the newest first."""
    return _rows(session, [Notice.round_id == round_id], col(Notice.number).desc())


def issued_notices(session: Session) -> tuple[NoticeRow, ...]:
    """Return every published or superseded notice, the newest first."""
    return _rows(session, [col(Notice.state).in_(ISSUED)], col(Notice.published_at).desc())


def notice_page(session: Session, notice_id: UUID) -> NoticePage | None:
    """Return one notice, or None."""
    row = session.get(Notice, notice_id)
    if row is None:
        return None
    round_ = session.get_one(Round, row.round_id)
    hands = session.exec(
        select(Account.name)
        .join(NoticeHand, col(NoticeHand.account_id) == col(Account.id))
        .where(NoticeHand.notice_id == row.id)
        .order_by(col(NoticeHand.created_at), col(Account.name), col(Account.id))
    ).all()
    names = _names(session, [row.drafted_by, row.submitted_by, row.signed_by])
    old = session.get(Notice, row.supersedes_id) if row.supersedes_id else None
    new = session.exec(select(Notice).where(Notice.supersedes_id == row.id)).one_or_none()
    return NoticePage(
        id=row.id,
        round_id=row.round_id,
        round_title=round_.title,
        round_phase=round_.phase,
        number=row.number,
        state=row.state,
        doc_number=row.doc_number or "",
        issue_date=row.issue_date,
        settings=row.settings,
        edits=row.edits,
        version=row.version,
        content_hash=row.content_hash,
        drafted_by=names[row.drafted_by],
        created_at=row.created_at,
        submitted_by=names[row.submitted_by],
        submitted_at=row.submitted_at,
        returned_reason=row.returned_reason,
        signed_by=names[row.signed_by],
        signed_on_paper_by=row.signed_on_paper_by,
        paper_sha256=row.paper_sha256,
        published_at=row.published_at,
        docx_sha256=row.docx_sha256,
        pdf_sha256=row.pdf_sha256,
        hands=tuple(hands),
        supersedes=_link(old, row.supersession_reason) if old else None,
        superseded_by=_link(new, new.supersession_reason) if new else None,
    )


def lead_choices(session: Session, round_id: UUID) -> tuple[LeadChoice, ...]:
    """Return the round's settled reports by letter and title."""
    rows = session.exec(
        select(Report.id, Report.title, Settlement.rating)
        .join(Settlement, col(Settlement.report_id) == col(Report.id))
        .where(
            Report.round_id == round_id,
            Report.state == "taken-in",
            Settlement.state == "settled",
        )
        .order_by(col(Settlement.rating), col(Report.title), col(Report.id))
    ).all()
    return tuple(LeadChoice(key, title, rating or "") for key, title, rating in rows)


def scan_type(session: Session, sha256: str) -> str:
    """Return the media type of a kept file, or nothing."""
    found = session.exec(select(StoredFile.media_type).where(StoredFile.sha256 == sha256))
    return found.one_or_none() or ""


def _rows(session: Session, conditions: Sequence[Any], order: Any) -> tuple[NoticeRow, ...]:
    rows = session.exec(
        select(Notice, Round.title, Account.name)
        .join(Round, col(Round.id) == col(Notice.round_id))
        .join(Account, col(Account.id) == col(Notice.drafted_by))
        .where(sa.and_(*conditions))
        .order_by(order, col(Notice.id))
    ).all()
    return tuple(
        NoticeRow(
            id=row.id,
            number=row.number,
            state=row.state,
            title=_title(row.content),
            doc_number=row.doc_number or "",
            issue_date=row.issue_date,
            drafted_by=name,
            created_at=row.created_at,
            submitted_at=row.submitted_at,
            published_at=row.published_at,
            publicity=str(row.settings.get("publicity", "")),
            round_title=round_title,
        )
        for row, round_title, name in rows
    )


def _title(content: dict[str, Any]) -> str:
    for block in content.get("blocks", ()):
        if block["kind"] == "title":
            return "".join(part["text"] for part in block["segments"]).replace("\n", "")
    return ""


def _names(session: Session, keys: Sequence[UUID | None]) -> dict[UUID | None, str]:
    known = [key for key in keys if key is not None]
    rows = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(known))).all()
    names: dict[UUID | None, str] = {None: ""}
    for key, name in rows:
        names[key] = name
    return names


def _link(row: Notice, reason: str) -> NoticeLink:
    return NoticeLink(
        id=row.id,
        state=row.state,
        doc_number=row.doc_number or "",
        reason=reason,
        publicity=str(row.settings.get("publicity", "")),
    )
