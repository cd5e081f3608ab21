"""Short acts of several threads in one transaction: each has its own success or failure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from reviewapp.db.models import Score
from reviewapp.db.session import _MOST_TURNS, Database, _Turn
from reviewapp.domain.errors import Conflict
from reviewapp.services import review_states, reviews
from reviewapp.services.reviews import StaleSave
from tests import rows
from tests.people import NOW, Cast

THREADS = 12


@pytest.fixture
def review_ids(database: Database, cast: Cast) -> list[UUID]:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        made = []
        for _number in range(THREADS):
            work = rows.assignment(session, rows.report(session, in_round), cast.chen.expert_id)
            made.append(reviews.open_review(session, work.id, actor=cast.chen, now=NOW).id)
    return made


def _save(cast: Cast, review_id: UUID, reason: str, version: int) -> Callable[[Session], int]:
    return lambda session: (
        reviews.save_score(
            session,
            review_id,
            "outline",
            points="5",
            reason=reason,
            version=version,
            actor=cast.chen,
            now=NOW,
        ).version
    )


def test_every_save_of_many_threads_is_stored_in_fewer_commits(
    database: Database, cast: Cast, review_ids: list[UUID]
) -> None:
    commits: list[object] = []
    sa.event.listen(database.engine, "commit", commits.append)
    at_once = threading.Barrier(THREADS)

    def write(review_id: UUID) -> list[int]:
        at_once.wait()
        return [
            database.together(_save(cast, review_id, f"第{number}稿", number))
            for number in range(5)
        ]

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(write, review_ids)) == [[1, 2, 3, 4, 5]] * THREADS
    with database.read() as session:
        assert [row.reason for row in session.exec(select(Score))] == ["第4稿"] * THREADS
        for review_id in review_ids:
            assert len(review_states.history(session, review_id)) == 5
    assert len(commits) <= 5 * THREADS
    if database.is_sqlite:
        assert len(commits) < 5 * THREADS


def test_a_refused_save_takes_no_other_with_it(
    database: Database, cast: Cast, review_ids: list[UUID]
) -> None:
    for review_id in review_ids:
        database.together(_save(cast, review_id, "先到的", 0))
    at_once = threading.Barrier(THREADS)

    def write(number: int) -> str:
        at_once.wait()
        try:
            database.together(_save(cast, review_ids[number], f"我的{number}", number % 2))
        except StaleSave as stale:
            return stale.stored["reason"]
        return "saved"

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(write, range(THREADS)))
    assert answers == ["saved" if number % 2 else "先到的" for number in range(THREADS)]


def test_two_saves_from_the_same_version_are_never_both_stored(
    database: Database, cast: Cast, review_ids: list[UUID]
) -> None:
    at_once = threading.Barrier(THREADS)

    def write(number: int) -> bool:
        at_once.wait()
        try:
            database.together(_save(cast, review_ids[0], f"窗口{number}", 0))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(write, range(THREADS))) == 1


def test_an_act_that_breaks_says_so_and_stores_nothing(database: Database, cast: Cast) -> None:
    def broken(_session: Session) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.together(broken)
    assert database.together(lambda session: len(session.exec(select(Score)).all())) == 0


def test_an_act_that_stands_behind_many_others_is_done_before_it_is_said_to_be(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'own.db'}")  # where acts share a transaction
    # Others have come and wait for the lock, which a lock gives to anybody.
    waiting = [_Turn(lambda _session: "theirs") for _number in range(_MOST_TURNS + 1)]
    database._waiting.extend(waiting)
    assert database.together(lambda _session: "done") == "done"
    assert all(turn.is_over for turn in waiting)
