"""The administration of accounts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.people import Cast

Client = Callable[..., FlaskClient]


def _make(client: FlaskClient, **form: object) -> str:
    answer = client.post("/accounts/new", data=form)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = re.search(r'value="http://localhost(/links/[^"]+)"', answer.get_data(as_text=True))
    assert found
    return found.group(1)


def test_an_administrator_makes_an_officer_who_opens_the_account(
    client_of: Client, cast: Cast
) -> None:
    link = _make(client_of(cast.qin), role="officer", name="周平", login="zhouping")

    answer = client_of().post(link, data={"password": "river-42-boat"})

    assert answer.status_code == 303
    row = client_of(cast.qin).get("/accounts?q=zhouping").text.split("<tbody>")[1]
    assert "<time" in row  # the link signed them in
    again = client_of().post("/sign-in", data={"login": "zhouping", "password": "river-42-boat"})
    assert again.status_code == 303


def test_an_officer_makes_experts_and_agency_users_only(client_of: Client, cast: Cast) -> None:
    officer = client_of(cast.meng)
    assert _make(officer, role="expert", name="吴用", login="wuyong", expert_id=cast.shi.expert_id)
    assert _make(officer, role="agency", name="何文", login="hewen", agency_id=cast.lin.agency_id)

    refused = officer.post("/accounts/new", data={"role": "officer", "name": "x", "login": "xxx"})

    assert refused.status_code == 403


def test_an_officer_sees_no_staff_accounts(client_of: Client, cast: Cast) -> None:
    officer = client_of(cast.meng)
    text = officer.get("/accounts").get_data(as_text=True)

    assert "林岚" in text
    assert "秦川" not in text
    assert officer.get(f"/accounts/{cast.qin.id}").status_code == 404
    assert officer.post(f"/accounts/{cast.qin.id}/link").status_code == 404


@pytest.mark.parametrize("name", ["fang", "chen", "lin", "yan"])
def test_others_do_not_know_that_accounts_exist(client_of: Client, cast: Cast, name: str) -> None:
    client = client_of(getattr(cast, name))
    assert client.get("/accounts").status_code == 404
    assert client.get("/accounts/new").status_code == 404
    assert (
        client.post(f"/accounts/{cast.meng.id}/state", data={"state": "closed"}).status_code == 404
    )


def test_closing_an_account_ends_its_sessions_at_once(client_of: Client, cast: Cast) -> None:
    victim = client_of(cast.chen)
    assert victim.get("/home").status_code == 200

    client_of(cast.qin).post(f"/accounts/{cast.chen.id}/state", data={"state": "closed"})

    assert victim.get("/home").status_code == 303


def test_a_refused_form_keeps_what_was_typed(client_of: Client, cast: Cast) -> None:
    answer = client_of(cast.qin).post(
        "/accounts/new", data={"role": "agency", "name": "何文", "login": "hewen"}
    )

    assert answer.status_code == 422
    assert "何文" in answer.get_data(as_text=True)


def test_the_search_finds_by_name_and_agency(client_of: Client, cast: Cast) -> None:
    client = client_of(cast.qin)
    assert "许诺" in client.get("/accounts?q=乙正").get_data(as_text=True)
    assert "许诺" not in client.get("/accounts?q=陈睿").get_data(as_text=True)
