"""The records: auditors read and search them, nobody else knows that they are there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.db.models import Agency, Event
from reviewapp.db.session import Database
from reviewapp.services import audit, registers, reports
from reviewapp.services.round_rules import rubric_version_of
from tests import rows
from tests.people import NOW, Cast

Client = Callable[..., FlaskClient]


@pytest.fixture
def _trail(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        for title in ("《甲项目》", "《乙项目》"):
            audit.record(
                session,
                "report.taken-in",
                actor=cast.meng,
                now=NOW,
                subject_type="report",
                subject_id=title,
                subject_title=title,
                before={"state": "uploaded"},
                after={"state": "=cmd()"},
            )


@pytest.mark.usefixtures("_trail")
def test_an_auditor_reads_who_did_what(client_of: Client, cast: Cast) -> None:
    text = client_of(cast.yan).get("/records").get_data(as_text=True)

    assert "《甲项目》" in text
    assert "孟敏" in text
    assert "状态：待接收 → =cmd()" in text


def test_the_records_tell_in_words_by_which_rubric(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        round_ = rows.round_(session, phase="preparation")
        report = rows.report(session, round_)
        report.state = "uploaded"
        session.add(report)
        reports.take_in(session, report.id, actor=cast.meng, now=NOW)
        agency = session.get_one(Agency, report.agency_id)
        audit.record(
            session,
            "report.metadata-confirmed",
            actor=cast.meng,
            now=NOW,
            subject_type="report",
            subject_id=report.id,
            round_id=round_.id,
            before={"agency_id": None, "amount_cents": 1000},
            after={"agency_id": agency.id, "amount_cents": 123450},
        )
        registers.save(
            session,
            registers.REGISTERS["experts"],
            None,
            {"name": "周一", "title": "教授"},
            actor=cast.meng,
            now=NOW,
        )
    text = client_of(cast.yan).get("/records").get_data(as_text=True)

    for said in (
        "状态：待接收 → 已收件",
        f"第三方机构：– → {agency.name}",
        "金额（元）：10 → 1234.5",
        "登记名录",
        "职称：教授",
    ):
        assert said in text, said
    with database.read() as session:
        events = session.exec(select(Event).where(Event.subject_type == "report")).all()
        kept = rubric_version_of(session, round_, report.kind)
    rubric = f"{kept.slug} {kept.version}"
    assert {one.rubric_version for one in events} == {rubric}
    assert rubric in text


@pytest.mark.usefixtures("_trail")
def test_the_search_narrows_by_title(client_of: Client, cast: Cast) -> None:
    text = client_of(cast.yan).get("/records?q=乙项目").get_data(as_text=True)

    assert "《乙项目》" in text
    assert "《甲项目》" not in text


@pytest.mark.usefixtures("_trail")
def test_the_proof_holds(client_of: Client, cast: Cast) -> None:
    text = client_of(cast.yan).get("/records/proof").get_data(as_text=True)
    assert "state ok" in text
    assert "state bad" not in text


@pytest.mark.usefixtures("_trail")
def test_the_export_opens_in_excel_and_runs_no_formula(client_of: Client, cast: Cast) -> None:
    answer = client_of(cast.yan).get("/records.csv")

    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    assert "《甲项目》" in text
    assert ",=cmd" not in text


@pytest.mark.usefixtures("_trail")
@pytest.mark.parametrize("name", ["qin", "meng", "fang", "chen", "lin"])
@pytest.mark.parametrize("path", ["/records", "/records/proof", "/records.csv"])
def test_others_do_not_know_that_records_exist(
    client_of: Client, cast: Cast, name: str, path: str
) -> None:
    answer = client_of(getattr(cast, name)).get(path)

    assert answer.status_code == 404
    assert "甲项目" not in answer.get_data(as_text=True)


@pytest.mark.usefixtures("_trail")
def test_a_verification_is_put_on_record_and_no_longer_waits(client_of: Client, cast: Cast) -> None:
    auditor = client_of(cast.yan)
    assert "请核验" in auditor.get("/home").text
    assert auditor.post("/records/proof").status_code == 303
    assert "核验记录" in auditor.get("/records").text
    assert "请核验" not in auditor.get("/home").text
    assert client_of(cast.meng).post("/records/proof").status_code == 404
