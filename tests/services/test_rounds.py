"""Rounds: made, changed in preparation, moved through their phases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from reviewapp.adapters import rubric_files
from reviewapp.db.models import Event, Opinion, Settlement
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed
from reviewapp.services import rounds
from reviewapp.services.rounds import RoundDraft, Span
from tests import rows
from tests.people import NOW, Cast

RULES = rubric_files.load_round_rules(rows.RUBRICS / "round-rules.yaml")
RUBRICS = {one.kind.value: one for one in rubric_files.load_all(rows.RUBRICS)}


def draft(**over: object) -> RoundDraft:
    return replace(
        RoundDraft(
            year=2026,
            title="2026年度绩效评价报告评级",
            key_project=RUBRICS["key-project"],
            department=RUBRICS["department"],
            bands=RUBRICS["key-project"].bands,
            settlement_rule=RULES.settlement,
            agency_grade_rule=RULES.agency_grade,
            experts_per_report=1,
            dates={"preparation": Span(date(2026, 3, 2), date(2026, 3, 20))},
        ),
        **over,  # type: ignore[arg-type]
    )


def test_an_officer_makes_a_round_in_preparation(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        made = rounds.create(session, draft(), actor=cast.meng, now=NOW)
    with database.read() as session:
        assert made.phase == "preparation"
        assert rounds.dates_of(session, made.id)["preparation"].ends_on == date(2026, 3, 20)
        assert session.exec(select(Event.kind)).all()[-1] == "round.created"


def test_nobody_else_makes_a_round(database: Database, cast: Cast) -> None:
    for who in (cast.qin, cast.fang, cast.chen, cast.lin, cast.yan):
        with pytest.raises(NotAllowed), database.transaction() as session:
            rounds.create(session, draft(), actor=who, now=NOW)


def test_two_rounds_cannot_share_a_title(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        rounds.create(session, draft(), actor=cast.meng, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        rounds.create(session, draft(), actor=cast.meng, now=NOW)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"year": 24}, "year"),
        ({"title": " "}, "title"),
        ({"experts_per_report": 0}, "experts_per_report"),
        ({"dates": {"rating": Span(date(2026, 4, 2), date(2026, 4, 1))}}, "ends-rating"),
        (
            {"dates": {"rating": Span(date(2026, 4, 2)), "settlement": Span(date(2026, 4, 1))}},
            "starts-settlement",
        ),
    ],
)
def test_a_wrong_draft_is_refused_at_its_field(
    database: Database, cast: Cast, over: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused, database.transaction() as session:
        rounds.create(session, draft(**over), actor=cast.meng, now=NOW)
    assert refused.value.field == field


def test_rules_stand_once_rating_has_begun(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        made = rounds.create(session, draft(), actor=cast.meng, now=NOW)
        rounds.change(session, made.id, draft(experts_per_report=3), actor=cast.meng, now=NOW)
        rounds.advance(session, made.id, actor=cast.meng, now=NOW)
    assert made.experts_per_report == 3
    with pytest.raises(Conflict), database.transaction() as session:
        rounds.change(session, made.id, draft(experts_per_report=2), actor=cast.meng, now=NOW)


def test_a_phase_is_taken_up_again_with_a_reason_only(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        round_id = rows.round_(session, phase="settlement").id
    with pytest.raises(Invalid), database.transaction() as session:
        rounds.return_to(session, round_id, " ", actor=cast.meng, now=NOW)
    with database.transaction() as session:
        again = rounds.return_to(session, round_id, "漏评一份报告", actor=cast.meng, now=NOW)
    assert again.phase == "rating"


def test_feedback_waits_for_every_result_and_opinion(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="settlement")
        report = rows.report(session, in_round)
        round_id, report_id = in_round.id, report.id
    for _step in ("no result", "no opinion"):
        with pytest.raises(Conflict), database.transaction() as session:
            rounds.advance(session, round_id, actor=cast.meng, now=NOW)
        with database.transaction() as session:
            if not session.exec(select(Settlement)).all():
                session.add(
                    Settlement(
                        created_at=NOW,
                        report_id=report_id,
                        state="settled",
                        total_hundredths=9100,
                        rating="A",
                        settled_by=cast.meng.id,
                        settled_at=NOW,
                    )
                )
    with database.transaction() as session:
        session.add(Opinion(created_at=NOW, report_id=report_id, state="final", overall="好"))
    with database.transaction() as session:
        rounds.advance(session, round_id, actor=cast.meng, now=NOW)
    with database.read() as session:
        opinion = session.exec(select(Opinion)).one()
        assert (opinion.state, opinion.released_at) == ("released", NOW)
        kinds = session.exec(select(Event.kind).order_by(Event.number)).all()  # type: ignore[arg-type]
        assert kinds[-2:] == ["round.phase-changed", "opinion.released"]
