"""The trail notices every change behind its back, and the database refuses one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from reviewapp.db.session import Database
from reviewapp.services import audit
from tests.people import NOW, Cast


def _three_events(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        for number in range(3):
            audit.record(
                session,
                "thing.done",
                actor=cast.meng,
                now=NOW,
                subject_type="thing",
                subject_id=number,
                after={"n": number, "text": "金额"},
            )


def test_an_untouched_trail_holds(database: Database, cast: Cast) -> None:
    _three_events(database, cast)
    with database.read() as session:
        assert audit.verify(session) == (3, [])


@pytest.mark.parametrize("act", ["UPDATE event SET kind = 'x'", "DELETE FROM event"])
def test_the_database_refuses_to_change_an_event(database: Database, cast: Cast, act: str) -> None:
    _three_events(database, cast)
    with pytest.raises(DatabaseError, match="frozen"), database.transaction() as session:
        session.execute(sa.text(act))


def test_a_change_behind_the_triggers_is_found(database: Database, cast: Cast) -> None:
    _three_events(database, cast)
    suffix = "" if database.is_sqlite else " ON event"
    with database.transaction() as session:
        session.execute(sa.text(f"DROP TRIGGER event_refuses_update{suffix}"))
        session.execute(sa.text("UPDATE event SET actor_name = '别人' WHERE number = 2"))
    with database.read() as session:
        _count, breaks = audit.verify(session)
    assert [(b.number, b.reason) for b in breaks] == [(2, "content")]


def test_a_rolled_back_change_leaves_no_event(database: Database, cast: Cast) -> None:
    def fail_after_recording() -> None:
        with database.transaction() as session:
            audit.record(
                session, "thing.done", actor=cast.meng, now=NOW, subject_type="thing", subject_id=1
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_recording()
    with database.read() as session:
        assert audit.verify(session) == (0, [])
