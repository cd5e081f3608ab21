"""Two people at the same moment: on PostgreSQL their locks must never wait for each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlmodel import Session

from reviewapp.db.session import Database
from reviewapp.services import audit, settlement
from tests import rows
from tests.people import NOW, Cast


@pytest.fixture
def report_id(database: Database, cast: Cast) -> UUID:
    """Make a report with a proposed result."""
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="settlement"))
        rows.review(
            session, rows.assignment(session, report, cast.chen.expert_id), state="submitted"
        )
        settlement.open_if_due(session, report.id, now=NOW)
        return report.id


def _together(*acts: Callable[[], None]) -> list[BaseException]:
    """Run acts in threads; return what went wrong."""
    failures: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def test_who_settles_and_who_submits_take_their_locks_in_one_order(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    holds = threading.Event()

    def write(session: Session) -> None:
        audit.record(
            session,
            "review.submitted",
            actor=cast.chen,
            now=NOW,
            subject_type="report",
            subject_id=report_id,
        )

    def settle() -> None:  # the result first, then the trail
        with database.transaction() as session:
            settlement.require_open(session, report_id)
            holds.set()
            time.sleep(0.5)
            write(session)

    def submit() -> None:  # the trail first, then the result
        holds.wait(10)
        with database.transaction() as session:
            write(session)
            settlement.open_if_due(session, report_id, now=NOW)

    assert _together(settle, submit) == []
    with database.read() as session:
        assert audit.verify(session) == (2, [])
