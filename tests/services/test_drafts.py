"""Checks of drafts are counted by agency and day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from reviewapp.db.models import Event
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, NotAllowed
from reviewapp.services import drafts
from tests.people import NOW, Cast


def test_the_last_check_of_a_day_is_the_last(database: Database, cast: Cast) -> None:
    yesterday, today = NOW - timedelta(days=1), NOW - timedelta(hours=1)
    with database.transaction() as session:
        drafts.spend(session, most=2, since=yesterday, actor=cast.lin, now=yesterday)
    for left in (1, 0):
        with database.transaction() as session:
            assert drafts.spend(session, most=2, since=today, actor=cast.lin, now=NOW) == left
    with pytest.raises(Conflict, match="used up"), database.transaction() as session:
        drafts.spend(session, most=2, since=today, actor=cast.lin, now=NOW)
    with database.transaction() as session:  # the refused one is not on record
        assert len(session.exec(select(Event).where(Event.kind == drafts.EVENT)).all()) == 3
        assert drafts.spend(session, most=2, since=today, actor=cast.xu, now=NOW) == 1


def test_nobody_but_an_agency_spends(database: Database, cast: Cast) -> None:
    with pytest.raises(NotAllowed), database.transaction() as session:
        drafts.spend(session, most=2, since=NOW, actor=cast.meng, now=NOW)
