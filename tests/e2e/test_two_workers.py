"""Two workers on one installation: every file is parsed by one of them, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from reviewapp.config import Config
from reviewapp.db.models import Job, Precheck
from reviewapp.db.session import Database
from reviewapp.services import jobs, prechecks
from reviewapp.worker import make_workshop
from tests import people, report_rows, rows
from tests.e2e.conftest import Site, make_site

FILES = 8


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    # Swept every second, so that ids of jobs that wait are sent to both workers again and again.
    site = make_site(tmp_path / "site", LEASE_SECONDS="30", SWEEP_SECONDS="1")
    yield site
    site.stop()


def test_two_workers_never_parse_one_file(site: Site, tmp_path: Path) -> None:
    config = Config.from_env(site.environ)
    database, workshop = Database(config.database_url), make_workshop(config)
    with database.transaction() as session:
        people.enter(session)
        in_round = rows.round_(session)
        for _ in range(FILES):
            version = report_rows.readable(session, workshop.storage, in_round, tmp_path, pages=20)
            jobs.add(
                session,
                workshop.queue,
                "precheck",
                prechecks.job_key(version.id),
                now=people.NOW,
                version_id=version.id,
            )
    other = Site(site.data_dir, site.port, site.environ)
    try:
        site.start_worker()
        other.start_worker()
        ends = time.monotonic() + 90
        while True:
            with database.read() as session:
                states = session.exec(select(Job.state)).all()
            if set(states) == {"done"}:
                break
            assert time.monotonic() < ends, states
            time.sleep(0.2)
    finally:
        other.stop()
    with database.read() as session:
        assert [one.attempts for one in session.exec(select(Job))] == [1] * FILES
        assert [one.runs for one in session.exec(select(Precheck))] == [1] * FILES
