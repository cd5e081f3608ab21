"""Home: what waits for a person, and nothing that waits for others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from reviewapp.db.models import Answer, Notice, Opinion, Report, RoundPhase, Settlement
from reviewapp.db.queries.waiting import home_page
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]
TODAY = date(2025, 11, 3)


def _said(session: Session, who: Identity) -> list[tuple[str, object]]:
    page = home_page(session, who, now=NOW, today=TODAY)
    return [(task.endpoint, task.values.get("count", 0)) for task in page.tasks]


def _settle(session: Session, report: Report, cast: Cast) -> None:
    session.add(
        Settlement(
            created_at=NOW,
            report_id=report.id,
            state="settled",
            total_hundredths=9000,
            rating="A",
            settled_by=cast.meng.id,
        )
    )
    session.add(Opinion(created_at=NOW, report_id=report.id, state="released"))
    session.flush()


def test_an_officer_without_rounds_is_told_to_make_one(database: Database, cast: Cast) -> None:
    with database.read() as session:
        assert _said(session, cast.meng) == [("rounds.create", 0)]


def test_the_home_of_who_reads_rounds_shows_the_distribution_and_no_other(
    client_of: Client, database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="settlement")
        _settle(session, rows.report(session, in_round), cast)
        rows.report(session, in_round)

    for reader in (cast.meng, cast.fang):
        page = client_of(reader).get("/home").text
        assert "<title>A 1</title>" in page
    for outsider in (cast.luo, cast.lin):
        assert 'class="distribution"' not in client_of(outsider).get("/home").text


def test_an_officer_sees_what_intake_needs(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session)
        rows.report(session, in_round)
        rows.report(session, in_round, state="uploaded")
        rows.report(session, rows.round_(session, phase="closed"))
    with database.read() as session:
        assert _said(session, cast.meng) == [("rounds.show", 1), ("assignments.round_page", 1)]


def test_an_expert_sees_only_own_work_the_first_due_first(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        late = rows.round_(session, phase="rating")
        soon = rows.round_(session, phase="rating")
        session.add(
            RoundPhase(
                created_at=NOW,
                round_id=soon.id,
                phase="rating",
                starts_on=date(2025, 11, 1),
                ends_on=date(2025, 11, 10),
            )
        )
        rows.assignment(session, rows.report(session, late), cast.chen.expert_id)
        first = rows.report(session, soon)
        rows.assignment(session, first, cast.chen.expert_id, declared=False)
        rows.assignment(session, first, cast.luo.expert_id)
        done = rows.assignment(session, rows.report(session, soon), cast.chen.expert_id)
        rows.review(session, done, state="submitted")
    with database.read() as session:
        assert [name for name, _count in _said(session, cast.chen)] == [
            "assignments.declare",
            "reviews.open_assignment",
        ]
        assert _said(session, cast.shi) == []


@pytest.mark.parametrize(("phase", "there"), [("settlement", False), ("feedback", True)])
def test_an_agency_is_called_when_feedback_begins(
    database: Database, cast: Cast, phase: str, there: bool
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session, phase=phase)
        _settle(session, rows.report(session, in_round), cast)
    with database.read() as session:
        assert bool(_said(session, cast.lin)) is there
        assert _said(session, cast.xu) == []


def test_an_officer_is_called_to_reply_and_an_approver_to_sign(
    database: Database, cast: Cast
) -> None:
    assert cast.meng.id is not None
    assert cast.lin.id is not None
    with database.transaction() as session:
        in_round = rows.round_(session, phase="notice")
        report = rows.report(session, in_round)
        _settle(session, report, cast)
        session.add(
            Answer(created_at=NOW, report_id=report.id, account_id=cast.lin.id, text="有异议")
        )
        session.add(
            Notice(
                created_at=NOW,
                round_id=in_round.id,
                state="submitted",
                drafted_by=cast.meng.id,
                submitted_at=NOW,
            )
        )
    with database.read() as session:
        assert _said(session, cast.meng) == [("results.round_page", 1), ("notices.round_page", 0)]
        assert _said(session, cast.fang) == [("notices.show", 0)]
        assert _said(session, cast.yan) == []
