"""What is known of a report: proposed, confirmed, taken in, withdrawn, given a new version."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.db.models import Event, Precheck, Report, ReportVersion
from reviewapp.db.session import Database
from tests import rows
from tests.adapters import pdf_builders
from tests.people import NOW, Cast

Client = Callable[..., FlaskClient]
AGENCY = "湖北甲信绩效评价有限公司"
FORM = {
    "kind": "key-project",
    "title": "示范区道路养护项目绩效评价报告",
    "project_name": "道路养护",
    "unit": "区公路管理所",
    "department": "区交通运输局",
    "agency_id": AGENCY,
    "evaluation_year": "2024",
    "amount_cents": "120.5",
    "stated_score_hundredths": "86.25",
    "evaluation_grade": "良",
}


@pytest.fixture
def a_pdf(tmp_path: Path) -> bytes:
    return pdf_builders.with_text(tmp_path / "made.pdf", [pdf_builders.prose()] * 2).read_bytes()


def make(database: Database, *, phase: str = "preparation", **over: Any) -> UUID:
    with database.transaction() as session:
        values = {"state": "uploaded", "is_confirmed": False} | over
        return rows.report(session, rows.round_(session, phase=phase), **values).id


def stored(database: Database, report_id: UUID) -> Report:
    with database.read() as session:
        return session.get_one(Report, report_id)


def add_precheck(database: Database, report_id: UUID, facts: dict[str, Any]) -> None:
    with database.transaction() as session:
        version = session.exec(
            select(ReportVersion).where(ReportVersion.report_id == report_id)
        ).one()
        answer = {"facts": facts, "fact_places": {"unit": {"page": 3, "box": [0, 0, 1, 1]}}}
        session.add(
            Precheck(created_at=NOW, report_version_id=version.id, state="done", answer=answer)
        )


def test_the_form_shows_what_the_precheck_read_and_where(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = make(database, unit="公路所", sources={"unit": "list"})
    facts = {"unit": "区公路管理所", "agency": "名录外的公司", "budget_amount": "1205000.00"}
    add_precheck(database, report_id, facts)

    page = client_of(cast.meng).get(f"/reports/{report_id}/edit").get_data(as_text=True)

    assert 'value="公路所"' in page
    assert "来自清单 · 预检读到“区公路管理所”，第 3 页" in page
    assert "预检读到“120.5”" in page
    assert "“名录外的公司”" in page


def test_what_a_person_confirms_is_stored_in_exact_units(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = make(database)

    answer = client_of(cast.meng).post(f"/reports/{report_id}/edit", data=FORM)

    assert answer.status_code == 303
    report = stored(database, report_id)
    assert (report.amount_cents, report.stated_score_hundredths) == (120_500_000, 8625)
    assert (report.evaluation_year, report.evaluation_grade) == (2024, "良")
    assert (report.is_confirmed, report.state) == (True, "uploaded")
    page = client_of(cast.meng).get(f"/reports/{report_id}/edit").get_data(as_text=True)
    for value in ("120.5", "86.25", AGENCY, "区公路管理所"):
        assert f'value="{value}"' in page


def test_saving_can_take_in_as_well(client_of: Client, cast: Cast, database: Database) -> None:
    report_id = make(database)

    client_of(cast.meng).post(f"/reports/{report_id}/edit", data=FORM | {"then": "take-in"})

    assert stored(database, report_id).state == "taken-in"
    with database.read() as session:
        kinds = session.exec(select(Event.kind).order_by(col(Event.number))).all()
    assert kinds[-2:] == ["report.metadata-confirmed", "report.taken-in"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("title", " ", "请填写报告标题"),
        ("agency_id", "无此公司", "名录中没有机构“无此公司”"),
        ("evaluation_year", "24年", "评价年度应为四位数字"),
        ("amount_cents", "约三百", "“约三百”不是数字"),
        ("stated_score_hundredths", "86.255", "“86.255”不是数字"),
        ("evaluation_grade", "A", "请选择项目评价等次"),
    ],
)
def test_a_wrong_value_is_named_at_its_field_and_the_rest_is_kept(
    client_of: Client, cast: Cast, database: Database, name: str, value: str, said: str
) -> None:
    report_id = make(database)

    answer = client_of(cast.meng).post(f"/reports/{report_id}/edit", data=FORM | {name: value})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert 'value="区交通运输局"' in page
    assert not stored(database, report_id).is_confirmed


def test_taking_in_without_an_agency_leads_to_its_field(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = make(database)
    with database.transaction() as session:
        session.get_one(Report, report_id).agency_id = None

    answer = client_of(cast.meng).post(f"/reports/{report_id}/take-in")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "尚未确定机构" in page
    assert 'aria-invalid="true"' in page
    assert stored(database, report_id).title in page
    client_of(cast.meng).post(f"/reports/{report_id}/edit", data=FORM)
    assert client_of(cast.meng).post(f"/reports/{report_id}/take-in").status_code == 303
    assert client_of(cast.meng).post(f"/reports/{report_id}/take-in").status_code == 409


def test_two_officers_at_one_report_do_not_overwrite_each_other_unseen(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = make(database)
    client, address = client_of(cast.meng), f"/reports/{report_id}/edit"
    opened = client.get(address).text
    client.post(address, data=FORM)

    late = client.post(address, data={**FORM, "unit": "乙单位", "seen": seen_in(opened)})

    assert late.status_code == 422
    assert "报告信息在此期间已有变动" in late.text
    assert "现为“区公路管理所”" in late.text
    assert "乙单位" in late.text
    assert stored(database, report_id).unit == "区公路管理所"
    again = {**FORM, "unit": "乙单位", "seen": seen_in(late.text)}
    assert client.post(address, data=again).status_code == 303
    assert stored(database, report_id).unit == "乙单位"


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found.group(1)


def test_withdrawing_says_what_happens_and_wants_a_reason(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id, client = make(database, state="taken-in"), client_of(cast.meng)
    address = f"/reports/{report_id}/withdraw"

    assert "不参加评级" in client.get(address).get_data(as_text=True)
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert client.post(address, data={"reason": "机构申请更换"}).status_code == 303
    assert stored(database, report_id).note == "机构申请更换"
    assert client.post(f"/reports/{report_id}/restore").status_code == 303
    assert stored(database, report_id).state == "uploaded"
    assert client.post(f"/reports/{report_id}/restore").status_code == 409


def test_a_new_version_is_stored_and_the_same_bytes_lead_to_the_first(
    client_of: Client, cast: Cast, database: Database, a_pdf: bytes
) -> None:
    report_id, client = make(database), client_of(cast.meng)
    address = f"/reports/{report_id}/versions/new"

    def send(content: bytes) -> Any:
        return client.post(address, data={"file": (io.BytesIO(content), "修改稿.pdf")})

    assert client.get(address).status_code == 200
    assert send(a_pdf).status_code == 303
    assert stored(database, report_id).current_version == 2
    twice = send(a_pdf)
    assert twice.status_code == 409
    assert f"/reports/{report_id}" in twice.get_data(as_text=True).split("本批次中已有同一文件")[1]
    assert "文件为空" in send(b"").get_data(as_text=True)
    assert "请选择" in client.post(address, data={}).get_data(as_text=True)


def test_an_expert_changes_an_own_upload_until_it_is_taken_in(
    client_of: Client, cast: Cast, database: Database, a_pdf: bytes
) -> None:
    report_id = make(database, uploaded_by=cast.chen.id)
    expert, version = client_of(cast.chen), f"/reports/{report_id}/versions/new"

    assert expert.get(f"/reports/{report_id}/edit").status_code == 404
    assert client_of(cast.luo).get(version).status_code == 404
    assert client_of(cast.luo).post(f"/reports/{report_id}/withdraw").status_code == 404
    assert expert.get(version).status_code == 200
    with database.transaction() as session:
        session.get_one(Report, report_id).state = "taken-in"
    assert expert.get(version).status_code == 404
    assert expert.post(f"/reports/{report_id}/withdraw", data={"reason": "x"}).status_code == 404


@pytest.mark.parametrize("path", ["versions/new", "withdraw", "take-in", "restore"])
def test_reports_stand_from_settlement_on(
    client_of: Client, cast: Cast, database: Database, path: str
) -> None:
    report_id = make(database, phase="settlement", state="taken-in")

    answer = client_of(cast.meng).post(f"/reports/{report_id}/{path}", data={"reason": "x"})

    assert answer.status_code == 409


def test_values_stand_from_feedback_on(client_of: Client, cast: Cast, database: Database) -> None:
    settlement = make(database, phase="settlement", state="taken-in")
    feedback = make(database, phase="feedback", state="taken-in")
    client = client_of(cast.meng)

    assert client.post(f"/reports/{settlement}/edit", data=FORM).status_code == 303
    assert client.post(f"/reports/{feedback}/edit", data=FORM).status_code == 409


def test_everybody_else_is_kept_out(client_of: Client, cast: Cast, database: Database) -> None:
    report_id = make(database)
    gets = ["edit", "withdraw", "versions/new"]
    posts = [*gets, "take-in", "restore"]

    nobody = client_of(None)
    for path in posts:
        assert "/sign-in" in nobody.post(f"/reports/{report_id}/{path}").location
    for who in (cast.qin, cast.fang, cast.chen, cast.lin, cast.yan):
        client = client_of(who)
        assert {client.get(f"/reports/{report_id}/{path}").status_code for path in gets} == {404}
        assert {client.post(f"/reports/{report_id}/{path}").status_code for path in posts} == {404}
