"""Assignments: officers' table and spread, the expert's declaration, conflicts."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters.spreadsheets import read_sheet
from reviewapp.db.models import Assignment, Recusal, Report
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import recusals
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]


@pytest.fixture
def ids(database: Database) -> dict[str, UUID]:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        return {
            "round": in_round.id,
            "report": rows.report(session, in_round, title="甲报告").id,
            "other": rows.report(session, in_round, title="乙报告").id,
        }


def test_an_even_spread_is_seen_before_it_is_made(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, path = client_of(cast.meng), f"/rounds/{ids['round']}/assignments"
    page = client.get(f"{path}?spread=1").text
    pairs = re.findall(r'name="pairs" value="([^"]+)"', page)
    assert len(pairs) == 4
    with database.read() as session:
        assert session.exec(select(Assignment)).all() == []
    assert client.post(f"{path}/spread", data={"pairs": pairs}).status_code == 303
    with database.read() as session:
        assert len(session.exec(select(Assignment)).all()) == 4
    late = client.post(f"{path}/spread", data={"pairs": pairs})
    assert late.status_code == 409


def test_a_spread_that_falls_short_says_where_and_why(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating", experts_per_report=5)
        rows.report(session, in_round, title="丙报告")
        key = in_round.id
    page = client_of(cast.meng).get(f"/rounds/{key}/assignments?spread=1")
    assert page.status_code == 200
    assert "专家人数不足：需要5名，可参加评审的只有3名。" in page.text


def test_assigning_and_withdrawing_by_hand(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, path = client_of(cast.meng), f"/rounds/{ids['round']}/assignments"
    data = {"report_id": str(ids["report"]), "expert_id": str(cast.chen.expert_id)}
    assert client.post(path, data=data).status_code == 303
    assert client.post(path, data=data).status_code == 409
    assert client.post(path, data={**data, "expert_id": "x"}).status_code == 422
    with database.read() as session:
        key = session.exec(select(Assignment.id)).one()
    assert client.post(f"/assignments/{key}/withdraw", data={"reason": ""}).status_code == 422
    assert client.post(f"/assignments/{key}/withdraw", data={"reason": "改派"}).status_code == 303
    assert client.get(f"{path}.xlsx").status_code == 200


def test_the_table_names_what_lacks_and_what_a_conflict_speaks_against(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        report = session.get_one(Report, ids["report"])
        report.department = "市城管局"
        session.add(report)
        rows.assignment(session, report, cast.chen.expert_id)
        recusals.declare(
            session,
            cast.chen.expert_id or ids["round"],
            ground="family",
            department="市城管局",
            actor=cast.meng,
            now=NOW,
        )
    client, path = client_of(cast.meng), f"/rounds/{ids['round']}/assignments"
    page = client.get(path).text
    assert "缺 1 名专家" in page
    assert "缺 2 名专家" in page
    assert "已声明回避" in page
    listed = read_sheet(client.get(f"{path}.xlsx").get_data()).rows
    told = {
        (row["报告"], row["评审专家"]): (row["办理情况"], row["备注"]) for _number, row in listed
    }
    assert told == {
        ("甲报告", "陈睿"): ("已声明", "已声明回避"),
        ("甲报告", ""): ("缺 1 名专家", ""),
        ("乙报告", ""): ("缺 2 名专家", ""),
    }


def test_a_long_table_has_pages_and_comes_back_to_them(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        key = in_round.id
        last = [rows.report(session, in_round, title=f"报告{n:02}").id for n in range(51)][-1]
        first = session.exec(select(Report).where(Report.title == "报告00")).one()
        for who in (cast.chen, cast.luo):
            rows.assignment(session, first, who.expert_id)
    client, path = client_of(cast.meng), f"/rounds/{key}/assignments"
    assert "《报告50》" not in client.get(path).text
    assert "《报告50》" in client.get(f"{path}?page=2").text
    lacking = client.get(f"{path}?lacking=1").text
    assert "《报告00》" not in lacking
    assert "《报告50》" in lacking
    data = {"report_id": str(last), "expert_id": str(cast.shi.expert_id)}
    made = client.post(f"{path}?page=2", data=data)
    assert made.location.endswith("/assignments?page=2")


def test_only_officers_assign(client_of: Client, cast: Cast, ids: dict[str, UUID]) -> None:
    path = f"/rounds/{ids['round']}/assignments"
    for name in ("qin", "fang", "chen", "lin", "yan"):
        client = client_of(getattr(cast, name))
        assert client.get(path).status_code == 404, name
        assert client.post(path, data={}).status_code == 404, name
        assert client.get(f"{path}.xlsx").status_code == 404, name


def test_a_declaration_opens_the_review_and_is_nobody_elses(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        report = session.get_one(Report, ids["report"])
        key = rows.assignment(session, report, cast.chen.expert_id, declared=False).id
    path = f"/assignments/{key}/declare"
    for who in (cast.luo, cast.meng, cast.lin):
        assert client_of(who).get(path).status_code == 404
        assert client_of(who).post(path).status_code == 404
        assert client_of(who).post(f"/assignments/{key}/decline").status_code == 404
    client = client_of(cast.chen)
    assert "甲报告" in client.get(path).text
    declared = client.post(path)
    assert declared.status_code == 303
    assert "/reviews/" in declared.location


def test_declining_asks_for_ground_and_reason(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        report = session.get_one(Report, ids["report"])
        key = rows.assignment(session, report, cast.chen.expert_id, declared=False).id
    client, path = client_of(cast.chen), f"/assignments/{key}/decline"
    assert client.post(path, data={"ground": "time", "reason": " "}).status_code == 422
    done = client.post(path, data={"ground": "conflict", "reason": "曾受聘该机构"})
    assert done.status_code == 303
    assert "曾受聘该机构" in client_of(cast.meng).get(f"/rounds/{ids['round']}/assignments").text
    with database.read() as session:
        assert session.exec(select(Recusal.report_id)).all() == [ids["report"]]


def test_an_expert_sees_and_takes_back_only_own_conflicts(
    client_of: Client, cast: Cast, database: Database
) -> None:
    client = client_of(cast.chen)
    data = {"ground": "family", "department": "交通运输局"}
    assert client.post("/conflicts", data=data).status_code == 303
    assert client.post("/conflicts", data={"ground": "family"}).status_code == 422
    with database.read() as session:
        key = session.exec(select(Recusal.id)).one()
    assert "交通运输局" not in client_of(cast.luo).get("/conflicts").text
    assert client_of(cast.luo).post(f"/conflicts/{key}/withdraw").status_code == 404
    assert "交通运输局" in client_of(cast.meng).get("/conflicts").text
    assert client_of(cast.lin).get("/conflicts").status_code == 404
    assert client.post(f"/conflicts/{key}/withdraw").status_code == 303


def test_a_conflict_names_one_report_but_no_unknown_one(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        rows.assignment(session, session.get_one(Report, ids["report"]), cast.chen.expert_id)
    own = client_of(cast.chen)
    page = own.get("/conflicts").text
    assert "甲报告" in page
    assert "乙报告" not in page
    data = {"ground": "family", "report_id": str(ids["other"])}
    refused = own.post("/conflicts", data=data)
    assert refused.status_code == 422
    assert "乙报告" not in refused.text
    officer = client_of(cast.meng)
    assert "乙报告" in officer.get("/conflicts").text
    named = {**data, "expert_id": str(cast.luo.expert_id)}
    assert officer.post("/conflicts", data=named).status_code == 303
    assign = {"report_id": str(ids["other"]), "expert_id": str(cast.luo.expert_id)}
    assert officer.post(f"/rounds/{ids['round']}/assignments", data=assign).status_code == 409
    assert "乙报告" not in own.get("/conflicts").text


def test_the_table_stays_flat_in_queries(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    def queries(in_round: UUID) -> int:
        client, seen = client_of(cast.meng), []

        def count(*_args: object) -> None:
            seen.append(1)

        sa.event.listen(database.engine, "before_cursor_execute", count)
        try:
            assert client.get(f"/rounds/{in_round}/assignments").status_code == 200
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", count)
        return len(seen)

    with database.transaction() as session:
        many = rows.round_(session, phase="rating")
        for _number in range(50):
            report = rows.report(session, many)
            rows.assignment(session, report, cast.chen.expert_id)
        many_id = many.id
    assert queries(many_id) <= queries(ids["round"])
