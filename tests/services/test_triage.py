"""Triage: officers confirm, dismiss with a reason, or leave; the trail tells of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select

from reviewapp.db.models import Event, Finding, ReportVersion
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from reviewapp.services import prechecks, triage
from tests import report_rows as made
from tests import rows
from tests.people import NOW, Cast


def finding_id(session: Session, phase: str = "preparation", **over: Any) -> UUID:
    report = rows.report(session, rows.round_(session, phase=phase), **over)
    version = session.exec(select(ReportVersion).where(ReportVersion.report_id == report.id)).one()
    quote = "身份证号 420114198001011234"
    answer = made.answer(made.finding("pii-id-number", quote=quote))
    prechecks.store(session, version.id, answer, rules_hash="r", now=NOW)
    return session.exec(select(Finding.id).where(Finding.report_version_id == version.id)).one()


def test_a_word_can_be_given_changed_and_taken_back(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        key = finding_id(session)
        assert triage.confirm(session, key, actor=cast.meng, now=NOW).triage == "confirmed"
        row = triage.dismiss(session, key, " 已脱敏 ", actor=cast.shen, now=NOW)
        assert (row.triage, row.triage_reason, row.triaged_by) == (
            "dismissed",
            "已脱敏",
            cast.shen.id,
        )
        row = triage.leave(session, key, actor=cast.meng, now=NOW)
        assert (row.triage, row.triage_reason, row.triaged_by) == ("open", "", None)
        kinds = [e.kind for e in session.exec(select(Event).order_by(col(Event.number))).all()]
    assert kinds[-3:] == ["finding.confirmed", "finding.dismissed", "finding.left-open"]


def test_the_same_word_twice_is_one_event(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        key = finding_id(session)
        triage.confirm(session, key, actor=cast.meng, now=NOW)
        triage.confirm(session, key, actor=cast.meng, now=NOW)
        events = session.exec(select(Event).where(Event.kind == "finding.confirmed")).all()
        assert len(events) == 1


def test_the_trail_does_not_repeat_personal_data(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        triage.confirm(session, finding_id(session), actor=cast.meng, now=NOW)
        for event in session.exec(select(Event)).all():
            assert "420114198001011234" not in f"{event.before}{event.after}"


@pytest.mark.parametrize("reason", ["", "  \n", "长" * 501])
def test_a_dismissal_needs_a_reason_of_sound_length(
    database: Database, cast: Cast, reason: str
) -> None:
    with database.transaction() as session:
        key = finding_id(session)
        with pytest.raises(Invalid) as refused:
            triage.dismiss(session, key, reason, actor=cast.meng, now=NOW)
        assert refused.value.field == "reason"
        assert session.get_one(Finding, key).triage == "open"


@pytest.mark.parametrize("phase", ["settlement", "feedback", "notice", "closed"])
def test_from_settlement_on_nothing_is_triaged(database: Database, cast: Cast, phase: str) -> None:
    with database.transaction() as session:
        key = finding_id(session, phase)
        for act in (triage.confirm, triage.leave):
            with pytest.raises(Conflict, match="settlement"):
                act(session, key, actor=cast.meng, now=NOW)
        with pytest.raises(Conflict, match="settlement"):
            triage.dismiss(session, key, "x", actor=cast.meng, now=NOW)


def test_nobody_but_officers_triages(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        key = finding_id(session)
        for name, who in cast.everyone().items():
            if name in {"meng", "shen"}:
                continue
            with pytest.raises(NotAllowed):
                triage.confirm(session, key, actor=who, now=NOW)


@pytest.mark.parametrize("over", [{"state": "withdrawn"}, {"current_version": 2}])
def test_withdrawn_reports_and_old_versions_are_left_alone(
    database: Database, cast: Cast, over: dict[str, Any]
) -> None:
    with database.transaction() as session:
        key = finding_id(session, **over)
        with pytest.raises(Conflict):
            triage.confirm(session, key, actor=cast.meng, now=NOW)


def test_a_finding_that_is_gone_is_not_found(database: Database, cast: Cast) -> None:
    with database.transaction() as session, pytest.raises(NotFound):
        triage.confirm(session, uuid4(), actor=cast.meng, now=NOW)


def many(session: Session, **over: Any) -> tuple[UUID, list[Finding]]:
    """Make a report with three findings of one check, one triaged before, and one of another."""
    report = rows.report(session, rows.round_(session), **over)
    version = session.exec(select(ReportVersion).where(ReportVersion.report_id == report.id)).one()
    answer = made.answer(
        *(made.finding("pii-phone", page=n, quote=f"电话 1380000000{n}") for n in (1, 2, 3)),
        made.finding("scores-sum"),
    )
    prechecks.store(session, version.id, answer, rules_hash="r", now=NOW)
    query = select(Finding).where(Finding.report_version_id == version.id)
    found = list(session.exec(query.order_by(col(Finding.position))))
    return report.id, found


@pytest.mark.parametrize("word", ["confirmed", "dismissed"])
def test_all_open_findings_of_one_check_get_one_word_and_an_event_each(
    database: Database, cast: Cast, word: str
) -> None:
    with database.transaction() as session:
        report_id, found = many(session)
        first, *others = [one for one in found if one.check == "pii-phone"]
        triage.dismiss(session, first.id, "总机号码", actor=cast.shen, now=NOW)
        count = triage.triage_check(
            session,
            report_id,
            "pii-phone",
            word,
            " 公开的办公电话 ",
            seen=[one.id for one in others],
            actor=cast.meng,
            now=NOW,
        )
        assert count == 2
        assert {(one.triage, one.triage_reason, one.triaged_by) for one in others} == {
            (word, "公开的办公电话", cast.meng.id)
        }
        assert (first.triage_reason, first.triaged_by) == ("总机号码", cast.shen.id)
        assert [one.triage for one in found if one.check == "scores-sum"] == ["open"]
        events = session.exec(select(Event).order_by(col(Event.number))).all()
        said = [one.after for one in events if one.kind.startswith("finding.")]
        assert [one["page"] for one in said] == [1, 2, 3]
        triage.leave(session, others[0].id, actor=cast.meng, now=NOW)
        assert [one.triage for one in others] == ["open", word]


def test_a_word_on_all_of_a_check_is_refused_where_it_is_not_what_was_seen(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id, found = many(session)
        seen = [one.id for one in found if one.check == "pii-phone"]
        triage.confirm(session, seen[0], actor=cast.shen, now=NOW)

        def say(word: str, reason: str, ids: list[UUID]) -> None:
            triage.triage_check(
                session, report_id, "pii-phone", word, reason, seen=ids, actor=cast.meng, now=NOW
            )

        with pytest.raises(Invalid, match="meanwhile"):
            say("confirmed", "", seen)
        with pytest.raises(Invalid) as refused:
            say("dismissed", " ", seen[1:])
        assert refused.value.field == "reason"
        with pytest.raises(Invalid) as refused:
            say("open", "x", seen[1:])
        assert refused.value.field == "triage"
        assert [one.triage for one in found] == ["confirmed", "open", "open", "open"]


def test_nobody_but_officers_triages_all_of_a_check(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id, found = many(session)
        seen = [one.id for one in found if one.check == "pii-phone"]
        for name, who in cast.everyone().items():
            if name in {"meng", "shen"}:
                continue
            with pytest.raises(NotAllowed):
                triage.triage_check(
                    session, report_id, "pii-phone", "confirmed", "", seen=seen, actor=who, now=NOW
                )
        assert {one.triage for one in found} == {"open"}


def test_all_of_a_check_is_not_triaged_in_a_withdrawn_report(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id, _found = many(session, state="withdrawn")
        with pytest.raises(Conflict):
            triage.triage_check(
                session, report_id, "pii-phone", "confirmed", "", seen=[], actor=cast.meng, now=NOW
            )
