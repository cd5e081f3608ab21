"""Mail goes out once, as far as SMTP allows: what nobody can know is left to an officer."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import select

from reviewapp.adapters import mail
from reviewapp.db.models import Job, OutboxMessage, Round
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, NotAllowed, NotFound
from reviewapp.domain.reminders import Letter
from reviewapp.services import outbox
from reviewapp.worker import Workshop, run_job, sweep
from tests import rows
from tests.mail_server import Post, mail_server
from tests.people import NOW, Cast


def _written(database: Database, cast: Cast, workshop: Workshop) -> UUID:
    """Put one letter to chen into the outbox, with its job."""
    with database.transaction() as session:
        round_: Round = rows.round_(session, phase="rating")
        letter = Letter(
            cast.chen.expert_id or round_.id, "陈睿", "chen@x.example", "催办", "请完成"
        )
        outbox.put(
            session, workshop.queue, round_, [letter], has_mail=True, actor=cast.meng, now=NOW
        )
        return session.exec(select(OutboxMessage.id)).one()


def _run(database: Database, workshop: Workshop) -> None:
    with database.read() as session:
        job = session.exec(select(Job.id)).one()
    run_job(workshop, str(job))


def _row(database: Database, key: UUID) -> OutboxMessage:
    with database.read() as session:
        return session.get_one(OutboxMessage, key)


def _to(post: Post, workshop: Workshop) -> None:
    workshop.config = replace(workshop.config, mail_url=post.url)


def test_a_line_that_breaks_after_the_handing_over_is_never_tried_again_by_itself(
    database: Database, cast: Cast, workshop: Workshop
) -> None:
    with mail_server() as post:
        _to(post, workshop)
        post.hangs_up = True
        key = _written(database, cast, workshop)  # the job runs as soon as it is written
        assert _row(database, key).state == "unsure"
        _run(database, workshop)
        sweep(workshop)
        assert len(post.taken) == 1
        # An officer asks, and sends it once more: the same Message-ID, so that doubles drop out.
        post.hangs_up = False
        with database.transaction() as session:
            outbox.send_again(session, workshop.queue, key, actor=cast.meng, now=NOW)
        assert _row(database, key).state == "sent"
        first, second = (one["Message-ID"] for one in post.taken)
        assert first == second == f"<{key}@caidian.example>"


def test_a_refusal_after_the_handing_over_is_a_refusal(
    database: Database, cast: Cast, workshop: Workshop
) -> None:
    with mail_server() as post:
        _to(post, workshop)
        post.refused.add("chen@x.example")
        key = _written(database, cast, workshop)
        assert _row(database, key).state == "failed"
        assert not post.taken


def test_a_server_that_says_no_farewell_has_the_message_all_the_same() -> None:
    with mail_server() as post:
        post.rude = True
        mail.send(post.url, mail_id="k@b.c", address="a@b.c", subject="s", text="t")
        assert len(post.taken) == 1


def test_what_was_being_sent_when_the_worker_died_is_shown_as_perhaps_sent(
    database: Database, cast: Cast, workshop: Workshop
) -> None:
    key = _written(database, cast, workshop)
    with database.transaction() as session:
        assert outbox.begin(session, key, domain="x.example") is not None
    # It is committed; whoever comes next, by the job or by the sweep, sends nothing.
    with pytest.raises(Conflict), database.transaction() as session:
        outbox.pass_on(session, key, actor=cast.meng, now=NOW)
    with database.transaction() as session:
        assert outbox.begin(session, key, domain="x.example") is None
    assert _row(database, key).state == "unsure"
    with database.transaction() as session:
        assert outbox.begin(session, key, domain="x.example") is None
        session.get_one(OutboxMessage, key).state = "sending"
    assert sweep(workshop) >= 0
    assert _row(database, key).state == "unsure"
    # The one that was slow and not dead says last what it knows.
    with database.transaction() as session:
        outbox.sent(session, key, now=NOW)
        outbox.unsure(session, key, "late")
    assert _row(database, key).state == "sent"


def test_only_who_writes_to_somebody_sends_again(
    database: Database, cast: Cast, workshop: Workshop
) -> None:
    key = _written(database, cast, workshop)
    with pytest.raises(NotAllowed), database.transaction() as session:
        outbox.pass_on(session, key, actor=cast.chen, now=NOW)
    with pytest.raises(NotFound), database.transaction() as session:
        outbox.pass_on(session, key, to_agency=True, actor=cast.meng, now=NOW)
