"""Assignments and conflicts through the services: what is refused, kept and recorded."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlmodel import select

from reviewapp.db.models import Assignment, Event, Report, Review, Round
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from reviewapp.domain.policy import SYSTEM, Identity
from reviewapp.services import assignments, recusals
from tests import rows
from tests.people import NOW, Cast


@pytest.fixture
def report_id(database: Database) -> UUID:
    with database.transaction() as session:
        return rows.report(session, rows.round_(session, phase="rating"), unit="市政所").id


def _expert(who: Identity) -> UUID:
    assert who.expert_id is not None
    return who.expert_id


def _assign(database: Database, report_id: UUID, officer: Identity, expert: Identity) -> UUID:
    with database.transaction() as session:
        return assignments.assign(session, report_id, _expert(expert), actor=officer, now=NOW).id


def _kinds(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(Event.kind).order_by(Event.number)))  # type: ignore[arg-type]


def test_an_expert_asked_again_declares_again(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    first = _assign(database, report_id, cast.meng, cast.chen)
    with database.transaction() as session:
        assignments.declare(session, first, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        assignments.withdraw(session, first, "改派", actor=cast.meng, now=NOW)
    with pytest.raises(NotFound), database.transaction() as session:
        assignments.declare(session, first, actor=cast.chen, now=NOW)
    assert _assign(database, report_id, cast.shen, cast.chen) == first
    with database.read() as session:
        row = session.get_one(Assignment, first)
        assert (row.state, row.declared_at, row.assigned_by) == ("assigned", None, cast.shen.id)


def test_every_change_is_recorded(database: Database, cast: Cast, report_id: UUID) -> None:
    key = _assign(database, report_id, cast.meng, cast.chen)
    with database.transaction() as session:
        assignments.declare(session, key, actor=cast.chen, now=NOW)
        assignments.declare(session, key, actor=cast.chen, now=NOW)
        assignments.decline(session, key, "conflict", "曾任顾问", actor=cast.chen, now=NOW)
    with database.transaction() as session:
        other = assignments.assign(session, report_id, _expert(cast.luo), actor=cast.meng, now=NOW)
        assignments.withdraw(session, other.id, "改派", actor=cast.meng, now=NOW)
    assert _kinds(database) == [
        "assignment.made",
        "assignment.declared",
        "assignment.declined",
        "recusal.declared",
        "assignment.made",
        "assignment.withdrawn",
    ]


def test_an_assignment_with_a_submitted_review_stays(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    with database.transaction() as session:
        report = session.get_one(Report, report_id)
        row = rows.assignment(session, report, cast.chen.expert_id)
        rows.review(session, row, state="submitted")
        key = row.id
    with pytest.raises(Conflict), database.transaction() as session:
        assignments.withdraw(session, key, "改派", actor=cast.meng, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        assignments.decline(session, key, "time", "没有时间", actor=cast.chen, now=NOW)
    with database.read() as session:
        assert session.get_one(Assignment, key).state == "assigned"
        assert session.exec(select(Review.state)).all() == ["submitted"]


def test_nobody_is_assigned_after_the_rating_phase(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    key = _assign(database, report_id, cast.meng, cast.chen)
    with database.transaction() as session:
        in_round = session.exec(select(Round)).one()
        in_round.phase = "settlement"
        session.add(in_round)
        round_id = in_round.id
    with database.transaction() as session:
        with pytest.raises(Conflict):
            assignments.assign(session, report_id, _expert(cast.luo), actor=cast.meng, now=NOW)
        with pytest.raises(Conflict):
            assignments.withdraw(session, key, "改派", actor=cast.meng, now=NOW)
        with pytest.raises(Conflict):
            assignments.spread_round(
                session,
                round_id,
                assignments.plan_spread(session, round_id, actor=cast.meng),
                actor=cast.meng,
                now=NOW,
            )
        with pytest.raises(Conflict):
            assignments.declare(session, key, actor=cast.chen, now=NOW)
        with pytest.raises(Conflict):
            assignments.decline(session, key, "time", "没有时间", actor=cast.chen, now=NOW)


def test_only_an_officer_assigns(database: Database, cast: Cast, report_id: UUID) -> None:
    for who in (cast.qin, cast.fang, cast.chen, cast.lin, cast.yan, SYSTEM):
        with database.transaction() as session, pytest.raises(NotAllowed):
            assignments.assign(session, report_id, _expert(cast.luo), actor=who, now=NOW)
    assert _kinds(database) == []


def test_no_conflict_cannot_be_said_against_a_declared_one(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    key = _assign(database, report_id, cast.meng, cast.chen)
    with database.transaction() as session:
        conflict = recusals.declare(
            session,
            _expert(cast.chen),
            ground="family",
            department="市政所",
            actor=cast.meng,
            now=NOW,
        )
    with pytest.raises(Conflict), database.transaction() as session:
        assignments.declare(session, key, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        recusals.withdraw(session, conflict.id, actor=cast.meng, now=NOW)
        assert assignments.declare(session, key, actor=cast.chen, now=NOW).declared_at == NOW


def test_a_conflict_with_one_report_forbids_only_that(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    with database.transaction() as session:
        in_round = session.exec(select(Round)).one()
        other = rows.report(session, in_round, unit="市政所").id
        recusals.declare(
            session,
            _expert(cast.chen),
            ground="evaluation-work",
            report_id=report_id,
            actor=cast.meng,
            now=NOW,
        )
        assert recusals.forbidden_in(session, in_round.id) == {(report_id, cast.chen.expert_id)}
    assert _assign(database, other, cast.meng, cast.chen)
    with pytest.raises(Conflict):
        _assign(database, report_id, cast.meng, cast.chen)


def test_an_expert_names_no_report_that_was_not_assigned(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    def declare(report: UUID) -> None:
        with database.transaction() as session:
            recusals.declare(
                session,
                _expert(cast.chen),
                ground="family",
                report_id=report,
                actor=cast.chen,
                now=NOW,
            )

    with pytest.raises(Invalid):
        declare(report_id)
    _assign(database, report_id, cast.meng, cast.chen)
    declare(report_id)


def test_a_spread_keeps_what_is_made_and_asks_nobody_twice_who_declined(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    kept = _assign(database, report_id, cast.meng, cast.chen)
    gone = _assign(database, report_id, cast.meng, cast.luo)
    with database.transaction() as session:
        assignments.decline(session, gone, "time", "没有时间", actor=cast.luo, now=NOW)
        round_id = session.exec(select(Round.id)).one()
        spread = assignments.spread_round(
            session,
            round_id,
            assignments.plan_spread(session, round_id, actor=cast.meng),
            actor=cast.meng,
            now=NOW,
        )
    assert spread.pairs == ((report_id, cast.shi.expert_id),)
    with database.read() as session:
        states = {row.expert_id: row.state for row in session.exec(select(Assignment))}
        assert session.get_one(Assignment, kept).state == "assigned"
    assert states[_expert(cast.luo)] == "declined"


def test_two_officers_at_once_make_one_assignment(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    start, answers = Barrier(2), list[str]()

    def work(officer: Identity) -> None:
        start.wait()
        try:
            _assign(database, report_id, officer, cast.chen)
            answers.append("made")
        except DomainError as refused:
            answers.append(type(refused).__name__)

    threads = [Thread(target=work, args=(who,)) for who in (cast.meng, cast.shen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["Conflict", "made"]
    assert _kinds(database) == ["assignment.made"]
