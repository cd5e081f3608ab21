"""kill -9 of web or worker at any moment: what was acknowledged is there, no job is stuck."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from reviewapp.config import Config
from reviewapp.db.models import Intake, IntakeItem, Job, Precheck, Report, Round
from reviewapp.db.session import Database
from reviewapp.services import invariants
from tests import people, rows
from tests.adapters import pdf_builders
from tests.e2e.conftest import Site, make_site
from tests.e2e.visitor import Visitor

PDF = "application/pdf"
FILES = 12  # so many that reading them outlasts a poll: one read between two looks is never seen


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path / "site")
    with _database(site).transaction() as session:
        people.enter(session)
        rows.round_(session)
    yield site
    site.stop()


def _config(site: Site) -> Config:
    return Config.from_env(site.environ)


def _database(site: Site) -> Database:
    return Database(_config(site).database_url)


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.01)


def test_nothing_acknowledged_is_lost_and_no_job_is_stuck(site: Site, tmp_path: Path) -> None:
    database = _database(site)
    files = [
        pdf_builders.with_text(
            tmp_path / f"报告{number}.pdf",
            [
                [*pdf_builders.prose(), (60, 700, 9, f"第{number}份第{page}页")]
                for page in range(25)
            ],
        )
        for number in range(FILES)
    ]

    def count(model: type[Job] | type[Report], *conditions: object) -> int:
        with database.read() as session:
            return len(session.exec(select(model).where(*conditions)).all())  # type: ignore[arg-type]

    with database.read() as session:
        round_id = session.exec(select(Round.id)).one()

    site.start_web()
    with Visitor(site.url, "meng", people.PASSWORD) as meng:
        sent = meng.post(
            f"/rounds/{round_id}/intakes/new",
            files=[("files", (path.name, path.read_bytes(), PDF)) for path in files],
        )
        assert sent.status_code == 200
        found = re.search(r"/intakes/([0-9a-f-]{36})", str(sent.url))
        assert found
        site.kill("web")  # right after the answer
        intake_id = UUID(found[1])

        site.start_worker()
        _until(lambda: count(Job, Job.state == "running") == 1)
        site.kill("worker")  # while it holds the lease
        site.start_web()
        site.start_worker()

        def is_read() -> bool:
            with database.read() as session:
                return session.get_one(Intake, intake_id).state == "preview"

        _until(is_read)
        with database.read() as session:
            items = session.exec(select(IntakeItem)).all()
        assert len(items) == FILES
        choices = {f"kind-{item.id}": "key-project" for item in items}
        page = f"/intakes/{intake_id}"
        taken = meng.client.post(
            f"{page}/take",
            data={
                "csrf_token": _token(meng, page),
                "items": [str(item.id) for item in items],
                **choices,
            },
        )
        assert taken.status_code == 200, taken.text[:2000]
        site.kill("web")
        for _time in range(2):
            _until(lambda: count(Job, Job.task == "precheck", Job.state == "running") >= 1)
            site.kill("worker")
            site.start_worker()

    _until(lambda: count(Job, Job.state != "done") == 0, seconds=90)
    assert count(Report) == FILES
    with database.read() as session:
        assert [one.state for one in session.exec(select(Precheck))] == ["done"] * FILES
    assert invariants.check(_config(site)) == []


def _token(visitor: Visitor, page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(page).text)
    assert found
    return found[1]
