"""A worker that is killed between handing a letter over and noting it: nothing goes out twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlmodel import select

from reviewapp.config import Config
from reviewapp.db.models import Event, Job, OutboxMessage
from reviewapp.db.session import Database
from reviewapp.domain.reminders import Letter
from reviewapp.services import outbox
from reviewapp.worker import make_workshop
from tests import people, rows
from tests.e2e.conftest import make_site
from tests.mail_server import mail_server


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)


def test_a_letter_whose_worker_was_killed_waits_for_an_officer(tmp_path: Path) -> None:
    with mail_server() as post:
        site = make_site(tmp_path / "site", MAIL_URL=post.url, LEASE_SECONDS="2")
        config = Config.from_env(site.environ)
        database, workshop = Database(config.database_url), make_workshop(config)
        try:
            with database.transaction() as session:
                cast = people.enter(session)
                round_ = rows.round_(session, phase="rating")
                to = cast.chen.expert_id or round_.id
                letter = Letter(to, "陈睿", "chen@x.example", "催办", "请完成评审")
                outbox.put(
                    session,
                    workshop.queue,
                    round_,
                    [letter],
                    has_mail=True,
                    actor=cast.meng,
                    now=people.NOW,
                )

            def state() -> str:
                with database.read() as session:
                    return session.exec(select(OutboxMessage.state)).one()

            post.holds.set()
            site.start_worker()
            _until(lambda: len(post.taken) == 1)
            assert state() == "sending"
            site.kill("worker")  # the server has it, and its answer comes to nobody
            post.holds.clear()
            site.start_worker()
            _until(lambda: state() == "unsure")

            def is_over() -> bool:
                with database.read() as session:
                    return session.exec(select(Job.state)).one() == "done"

            _until(is_over)
            assert len(post.taken) == 1
            with database.transaction() as session:
                key = session.exec(select(OutboxMessage.id)).one()
                outbox.send_again(session, workshop.queue, key, actor=cast.meng, now=people.NOW)
            _until(lambda: state() == "sent")
            assert len({one["Message-ID"] for one in post.taken}) == 1
            assert len(post.taken) == 2
            with database.read() as session:
                assert "reminder.sent-again" in session.exec(select(Event.kind)).all()
        finally:
            site.stop()
