"""Leases: one job is run by one worker, and none is lost or stuck when a worker dies."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from reviewapp.adapters.queue import NullQueue
from reviewapp.db.session import Database
from reviewapp.services import jobs
from tests.people import NOW


def _add(database: Database, key: str = "k") -> UUID:
    with database.transaction() as session:
        return jobs.add(session, NullQueue(), "task", key, now=NOW, number=1).id


def test_the_same_key_is_one_job(database: Database) -> None:
    assert _add(database) == _add(database)


def test_only_one_worker_gets_the_lease(database: Database) -> None:
    job_id = _add(database)
    with database.transaction() as session:
        first = jobs.take(session, job_id, now=NOW, lease_seconds=30)
        second = jobs.take(session, job_id, now=NOW, lease_seconds=30)
    assert first is not None
    assert second is None


def test_a_dead_workers_job_is_due_again_and_its_late_result_refused(database: Database) -> None:
    job_id = _add(database)
    later = NOW + timedelta(seconds=31)
    with database.transaction() as session:
        dead = jobs.take(session, job_id, now=NOW, lease_seconds=30)
        assert dead is not None
        assert jobs.due(session, now=NOW) == []
        assert jobs.due(session, now=later) == [job_id]
        heir = jobs.take(session, job_id, now=later, lease_seconds=30)
        assert heir is not None
        assert heir.attempt == 2
        assert not jobs.finish(session, dead, now=later)
        assert jobs.finish(session, heir, now=later)
        assert jobs.due(session, now=later + timedelta(days=1)) == []


def test_a_failing_job_is_tried_five_times_and_then_given_up(database: Database) -> None:
    job_id = _add(database)
    at = NOW
    states = []
    for _ in range(5):
        at += timedelta(hours=1)
        with database.transaction() as session:
            lease = jobs.take(session, job_id, now=at, lease_seconds=30)
            assert lease is not None
            states.append(jobs.fail(session, lease, now=at, error="no"))
    assert states == ["queued"] * 4 + ["failed"]


def test_a_job_whose_worker_always_dies_does_not_hang_for_ever(database: Database) -> None:
    job_id = _add(database)
    at = NOW
    for _ in range(5):
        at += timedelta(hours=1)
        with database.transaction() as session:
            assert jobs.take(session, job_id, now=at, lease_seconds=30)
    with database.transaction() as session:
        given_up = jobs.give_up_hopeless(session, now=at + timedelta(hours=1))
        assert [job.id for job in given_up] == [job_id]
        assert jobs.due(session, now=at + timedelta(days=1)) == []


def test_a_finished_job_runs_again_only_when_asked(database: Database) -> None:
    job_id = _add(database)
    with database.transaction() as session:
        lease = jobs.take(session, job_id, now=NOW, lease_seconds=30)
        assert lease is not None
        jobs.finish(session, lease, now=NOW)
    _add(database)
    with database.transaction() as session:
        assert jobs.due(session, now=NOW) == []
        jobs.add(session, NullQueue(), "task", "k", now=NOW, again=True)
    with database.read() as session:
        assert jobs.due(session, now=NOW) == [job_id]
