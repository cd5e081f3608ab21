"""The records: auditors read and search them, nobody else knows that they are there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from reviewapp.db.session import Database
from reviewapp.services import audit
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
    assert "uploaded → =cmd()" in text


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
