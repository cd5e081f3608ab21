"""Feedback: an agency sees its own released results and answers; officers reply."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from reviewapp.db.models import Event, Opinion, OpinionItem, Report, Round, Settlement
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]


def settled(
    session: Session, in_round: Round, cast: Cast, login: str, opinion: str, state: str = "released"
) -> str:
    report = rows.report(session, in_round, agency_id=rows.agency_id(session, login))
    work = rows.assignment(session, report, cast.chen.expert_id)
    rows.review(session, work, state="submitted", opinion="专家甲私下意见")
    session.add(
        Settlement(
            created_at=NOW,
            report_id=report.id,
            state="settled",
            total_hundredths=8850,
            rating="B",
            settled_by=cast.meng.id,
            settled_at=NOW,
        )
    )
    row = Opinion(created_at=NOW, report_id=report.id, state=state, overall=opinion)
    session.add(row)
    session.flush()
    first = next(iter(rows._LOADED["key-project"].criteria))
    session.add(
        OpinionItem(
            created_at=NOW,
            opinion_id=row.id,
            criterion=first.id,
            points_hundredths=first.max_points - 100,
            max_hundredths=first.max_points,
            text=f"{opinion}之扣分理由",
        )
    )
    return str(report.id)


@pytest.fixture
def reports(database: Database, cast: Cast) -> dict[str, str]:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="feedback")
        return {
            "round": str(in_round.id),
            "lin": settled(session, in_round, cast, "lin", "林所看到的意见"),
            "xu": settled(session, in_round, cast, "xu", "许所看到的意见"),
        }


def _phase(database: Database, reports: dict[str, str], phase: str) -> None:
    with database.transaction() as session:
        row = session.exec(select(Round)).one()
        row.phase = phase
        session.add(row)


def test_an_agency_sees_its_own_results_and_nothing_else(
    client_of: Client, cast: Cast, reports: dict[str, str]
) -> None:
    client = client_of(cast.lin)
    page = client.get(f"/results/{reports['lin']}").text
    assert "林所看到的意见之扣分理由" in page
    assert "专家甲私下意见" not in page
    assert cast.chen.name not in page
    assert reports["xu"] not in client.get("/results").text
    assert client.get(f"/results/{reports['xu']}").status_code == 404
    assert client.post(f"/results/{reports['xu']}/receipt").status_code == 404
    assert client.post(f"/results/{reports['xu']}/answer", data={"text": "x"}).status_code == 404


@pytest.mark.parametrize("phase", ["preparation", "rating", "settlement"])
def test_an_agency_sees_nothing_before_feedback(
    client_of: Client, cast: Cast, reports: dict[str, str], database: Database, phase: str
) -> None:
    _phase(database, reports, phase)
    client = client_of(cast.lin)
    assert reports["lin"] not in client.get("/results").text
    assert client.get(f"/results/{reports['lin']}").status_code == 404
    assert client.post(f"/results/{reports['lin']}/receipt").status_code == 404


def test_an_opinion_that_is_not_released_stays_inside(
    client_of: Client, cast: Cast, reports: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        in_round = session.get_one(Report, UUID(reports["lin"])).round_id
        hidden = settled(session, session.get_one(Round, in_round), cast, "lin", "未发", "final")
    client = client_of(cast.lin)
    assert client.get(f"/results/{hidden}").status_code == 404
    assert "未发" not in client.get("/results").text


def test_receipt_answer_and_reply_go_round_once(
    client_of: Client, cast: Cast, reports: dict[str, str], database: Database
) -> None:
    agency, officer = client_of(cast.lin), client_of(cast.meng)
    path, back = f"/results/{reports['lin']}", f"/reports/{reports['lin']}/feedback"
    assert agency.post(f"{path}/receipt").status_code == 303
    assert agency.post(f"{path}/answer", data={"text": " "}).status_code == 422
    assert agency.post(f"{path}/answer", data={"text": "第3页已列明测算依据"}).status_code == 303
    again = agency.post(f"{path}/answer", data={"text": "第二次"})
    assert again.status_code == 409
    assert "第3页已列明测算依据" in officer.get(back).text
    assert officer.post(back, data={"reply": "经复核，维持原评分"}).status_code == 303
    assert officer.post(back, data={"reply": "又一次"}).status_code == 409
    assert "经复核，维持原评分" in agency.get(path).text
    with database.read() as session:
        kinds = [
            k
            for k in session.exec(select(Event.kind).order_by(col(Event.number)))
            if k.startswith(("result", "answer"))
        ]
    assert kinds == ["result.received", "answer.sent", "answer.replied"]


def test_no_answer_after_the_feedback_phase(
    client_of: Client, cast: Cast, reports: dict[str, str], database: Database
) -> None:
    _phase(database, reports, "notice")
    sent = client_of(cast.lin).post(f"/results/{reports['lin']}/answer", data={"text": "迟到"})
    assert sent.status_code == 409
    assert "迟到" in sent.text


def test_only_officers_see_the_rounds_feedback(
    client_of: Client, cast: Cast, reports: dict[str, str]
) -> None:
    path = f"/rounds/{reports['round']}/results"
    assert reports["xu"] in client_of(cast.meng).get(path).text
    for who in (cast.qin, cast.chen, cast.lin, cast.yan):
        assert client_of(who).get(path).status_code == 404
        assert client_of(who).get(f"/reports/{reports['lin']}/feedback").status_code == 404
        assert client_of(who).get(f"{path}.xlsx").status_code == 404
    for who in (cast.meng, cast.chen, cast.yan):
        assert client_of(who).get(f"/results/{reports['lin']}").status_code == 404


def test_the_answer_waits_for_nobody_who_is_not_signed_in(
    client_of: Client, app: object, reports: dict[str, str]
) -> None:
    from flask import Flask

    assert isinstance(app, Flask)
    assert app.test_client().get(f"/results/{reports['lin']}").status_code in {302, 303}


def test_an_agency_that_only_agrees_waits_for_no_reply(
    client_of: Client, cast: Cast, reports: dict[str, str]
) -> None:
    client_of(cast.lin).post(f"/results/{reports['lin']}/answer", data={"accepts": "1"})

    page = client_of(cast.meng).get(f"/rounds/{reports['round']}/results").text
    assert "<dt>待回复意见</dt><dd>0</dd>" in page
    assert "财政局回复" not in client_of(cast.lin).get(f"/results/{reports['lin']}").text
    client_of(cast.xu).post(f"/results/{reports['xu']}/answer", data={"text": "不同意"})
    page = client_of(cast.meng).get(f"/rounds/{reports['round']}/results").text
    assert "<dt>待回复意见</dt><dd>1</dd>" in page
