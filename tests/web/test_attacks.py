"""What a hostile visitor sends, and what must come of it: nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.db.models import Account, Agency, Assignment, Expert
from reviewapp.db.session import Database
from tests import rows
from tests.people import NOW, PASSWORD, Cast

Client = Callable[..., FlaskClient]


def test_asking_for_the_head_of_a_form_does_nothing(
    client_of: Client, cast: Cast, database: Database
) -> None:
    assert cast.chen.expert_id and cast.meng.id
    with database.transaction() as session:
        round_ = rows.round_(session, phase="rating")
        assignment = Assignment(
            created_at=NOW,
            report_id=rows.report(session, round_).id,
            expert_id=cast.chen.expert_id,
            assigned_by=cast.meng.id,
        )
        session.add(assignment)
    query = {"role": "auditor", "name": "乙", "login": "planted"}

    assert client_of(cast.qin).head("/accounts/new", query_string=query).status_code == 200
    assert client_of(cast.chen).head(f"/assignments/{assignment.id}/declare").status_code == 200
    assert client_of().head("/sign-in").status_code == 200

    with database.read() as session:
        found = session.get_one(Assignment, assignment.id)
        assert found.declared_at is None
        assert not session.exec(select(Account).where(Account.login == "planted")).first()


def test_a_page_number_of_five_thousand_digits_is_the_first_page(
    client_of: Client, cast: Cast
) -> None:
    for address in ("/accounts", "/registers/agencies", "/registers/experts"):
        answer = client_of(cast.meng).get(address, query_string={"page": "9" * 5000})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "target",
    ["/\t/[", "/\t/evil.example", "/\t\\evil.example", "/\\\\evil.example", "//[", "/a\\b"],
)
def test_an_odd_way_back_leads_home(client_of: Client, cast: Cast, target: str) -> None:
    answer = client_of().post(
        "/sign-in", data={"login": "meng", "password": PASSWORD, "next": target}
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/home"


def test_what_no_file_can_hold_never_gets_into_a_text(
    client_of: Client, cast: Cast, database: Database
) -> None:
    answer = client_of(cast.meng).post(
        "/registers/agencies/new", data={"name": "甲\x00乙\x1b丙\ufffe公司", "note": "一\n二\x0b"}
    )

    assert answer.status_code == 303
    with database.read() as session:
        entry = session.exec(select(Agency).where(col(Agency.name) == "甲乙丙公司")).one()
        assert entry.note.replace("\r\n", "\n") == "一\n二"


def test_a_search_for_nul_finds_what_a_search_for_nothing_finds(
    client_of: Client, cast: Cast, database: Database
) -> None:
    page = client_of(cast.meng).get("/registers/experts?q=%00").get_data(as_text=True)

    with database.read() as session:
        assert all(name in page for name in session.exec(select(Expert.name)))


def test_a_token_in_chinese_does_not_set_the_platform_up(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        for account in session.exec(select(Account)):
            session.delete(account)
    folder = app.extensions["reviewapp"].config.data_dir
    (folder / "setup-token").write_text("secret-token", encoding="ascii")

    answer = app.test_client().post(
        "/setup", data={"token": "令牌", "login": "root", "name": "甲", "password": PASSWORD}
    )

    assert answer.status_code == 422
