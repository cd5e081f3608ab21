"""A slip in the published notice is found: its correction waits for the approver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from reviewapp.config import Config
from reviewapp.db.models import Notice
from reviewapp.db.session import Database
from reviewapp.demo.people import DemoPeople
from reviewapp.services import notices
from reviewapp.services.notice_facts import NoticeSettings
from reviewapp.services.notice_sheet import press_of

REASON = "联系电话有误，予以更正。"
PHONE = "027-00000001"


def submit_correction(
    config: Config, database: Database, people: DemoPeople, round_id: UUID, *, now: datetime
) -> UUID:
    """Draft a superseding notice with another telephone number and submit it for sign-off."""
    press, officer = press_of(config), people.officer
    with database.transaction() as session:
        published = session.exec(
            select(Notice).where(Notice.round_id == round_id, col(Notice.state) == "published")
        ).one()
        draft = notices.supersede(session, published.id, REASON, actor=officer, now=now)
        issued = (now + timedelta(days=3)).date()
        settings = replace(
            NoticeSettings.from_json(draft.settings),
            contact_phone=PHONE,
            rectify_by=issued + timedelta(days=30),
        )
        notices.edit_settings(
            session,
            draft.id,
            settings,
            issue_date=issued,
            version=draft.version,
            press=press,
            actor=officer,
            now=now,
        )
        number = f"蔡财绩〔{issued.year}〕3号"
        notices.set_doc_number(session, draft.id, number, actor=officer, now=now)
        notices.submit(session, draft.id, press=press, actor=officer, now=now)
        return draft.id
