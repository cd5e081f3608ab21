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
