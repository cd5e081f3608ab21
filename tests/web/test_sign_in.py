"""Signing in, locking, one-time links."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from reviewapp.db.session import Database
from reviewapp.domain.errors import NotFound
from reviewapp.domain.policy import Role
from reviewapp.services import accounts, audit
from tests.people import NOW, PASSWORD, Cast

Client = Callable[..., FlaskClient]


def test_a_right_password_opens_home(client_of: Client, cast: Cast) -> None:
    assert client_of(cast.meng).get("/home").status_code == 200


def test_nobody_sees_home_without_signing_in(client_of: Client, cast: Cast) -> None:
    answer = client_of().get("/home")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_the_sixth_try_is_refused_even_with_the_right_password(
    client_of: Client, cast: Cast
) -> None:
    client = client_of()
    for _ in range(5):
        assert client.post("/sign-in", data={"login": "meng", "password": "no"}).status_code == 422

    answer = client.post("/sign-in", data={"login": "meng", "password": PASSWORD})

    assert answer.status_code == 422
    assert client.get("/home").status_code == 303


def test_the_way_back_never_leads_off_the_platform(client_of: Client, cast: Cast) -> None:
    for target in ("//evil.example/x", "https://evil.example", "/\\evil.example"):
        answer = client_of().post(
            "/sign-in", data={"login": "meng", "password": PASSWORD, "next": target}
        )
        assert answer.headers["Location"] == "/home"


def test_opening_a_link_does_not_use_it_up_but_its_form_does(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        made = accounts.create_account(
            session, login="zhao", name="赵一", role=Role.AUDITOR, actor=cast.qin, now=NOW
        )
        token = accounts.issue_link(session, made.id, actor=cast.qin, now=NOW)
    for _ in range(3):
        assert client_of().get(f"/links/{token}").status_code == 200

    answer = client_of().post(f"/links/{token}", data={"password": "a-new-secret-1"})

    assert answer.status_code == 303
    assert client_of().get(f"/links/{token}").status_code == 404


def test_a_new_link_ends_the_old_one(cast: Cast, database: Database) -> None:
    with database.transaction() as session:
        old = accounts.issue_link(session, cast.chen.id, actor=cast.meng, now=NOW)
        accounts.issue_link(session, cast.chen.id, actor=cast.meng, now=NOW)
        with pytest.raises(NotFound):
            accounts.open_link(session, old, now=NOW)


def test_signing_out_ends_every_session_of_the_account(client_of: Client, cast: Cast) -> None:
    here, there = client_of(cast.meng), client_of(cast.meng)

    here.post("/sign-out")

    assert there.get("/home").status_code == 303


def test_a_session_ends_after_an_hour_without_a_request(
    client_of: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, began = client_of(cast.meng), int(time.time())
    minutes = [0]
    monkeypatch.setattr(
        TimestampSigner, "get_timestamp", lambda _signer: began + 60 * minutes[0] + 1
    )
    for minutes[0] in (59, 118):  # each request begins the hour anew
        assert client.get("/home").status_code == 200

    minutes[0] = 118 + 62
    answer = client.get("/home")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_who_changes_the_password_stays_and_ends_the_other_sessions(
    client_of: Client, cast: Cast
) -> None:
    here, there = client_of(cast.meng), client_of(cast.meng)
    wrong = {"old_password": "not-this-one", "password": "a-new-secret-1"}
    assert here.post("/password", data=wrong).status_code == 422
    weak = {"old_password": PASSWORD, "password": "short"}
    assert here.post("/password", data=weak).status_code == 422

    form = {"old_password": PASSWORD, "password": "a-new-secret-1"}
    assert here.post("/password", data=form).status_code == 303

    assert here.get("/home").status_code == 200
    assert there.get("/home").status_code == 303
    old = {"login": "meng", "password": PASSWORD}
    assert client_of().post("/sign-in", data=old).status_code == 422
    new = {"login": "meng", "password": "a-new-secret-1"}
    assert client_of().post("/sign-in", data=new).status_code == 303


def test_the_trail_of_signing_in_holds(client_of: Client, cast: Cast, database: Database) -> None:
    client_of(cast.meng)
    client_of().post("/sign-in", data={"login": "meng", "password": "no"})
    with database.read() as session:
        count, breaks = audit.verify(session)
    assert (count, breaks) == (2, [])


@pytest.mark.parametrize(
    ("came_from", "link"),
    [
        ("http://localhost/rounds?page=2", 'href="/rounds?page=2"'),
        ("http://elsewhere.example/rounds", ""),
        ("http://localhost//elsewhere.example", ""),
        ("http://[", ""),
    ],
)
def test_an_error_leads_back_to_the_page_before_and_to_no_other_site(
    client_of: Client, cast: Cast, came_from: str, link: str
) -> None:
    page = client_of(cast.meng).get("/nowhere", headers={"Referer": came_from}).text
    main = page.split("<main")[1]
    assert ("返回上一页" in main) == bool(link)
    assert link in main
    assert "elsewhere" not in main
