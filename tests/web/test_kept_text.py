"""Without JavaScript: what is sent after the session has ended is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from reviewapp.db.models import Account, Review, Score
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import reviews
from tests import rows
from tests.people import NOW, PASSWORD, Cast

Client = Callable[[Identity | None], FlaskClient]
HERE = {"Origin": "http://localhost"}
TEXT = "第一行 <b>理由</b>\n第二行" * 40


@pytest.fixture
def review_id(database: Database, cast: Cast) -> UUID:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        work = rows.assignment(session, report, cast.chen.expert_id)
        return reviews.open_review(session, work.id, actor=cast.chen, now=NOW).id


def _form(page: TestResponse, number: int = 0) -> tuple[str, dict[str, str]]:
    """Return where a form of a page leads, and its fields as a browser would send them."""
    form = re.findall(r"<form\b.*?</form>", page.text, flags=re.S)[number]
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag, re.S)
        if name:
            fields[name[1]] = unescape(value[1]).replace("\n", "\r\n") if value else ""
    action = re.search(r'action="([^"]+)"', form)
    assert action
    return unescape(action[1]), fields


def _main_form(page: TestResponse) -> tuple[str, dict[str, str]]:
    forms = [_form(page, n) for n in range(page.text.count("<form"))]
    return max(forms, key=lambda form: len(form[1]))


def _whole(text: str = TEXT) -> dict[str, str]:
    return {
        "points-outline": "5",
        "reason-outline": text,
        "version-outline": "0",
        "opinion": "总体意见",
        "opinion_version": "0",
        "act": "save",
    }


def _stored(database: Database) -> tuple[str, str]:
    with database.read() as session:
        found = session.exec(select(Score.reason)).first()
        return (found or "", session.exec(select(Review.opinion)).one())


@pytest.mark.parametrize("checks_token", [True, False])
def test_a_form_sent_after_the_session_had_ended_is_saved_after_signing_in(
    app: Flask,
    client_of: Client,
    cast: Cast,
    review_id: UUID,
    database: Database,
    checks_token: bool,
) -> None:
    app.config["WTF_CSRF_ENABLED"] = checks_token
    client = client_of(None)
    late = client.post(f"/reviews/{review_id}", data=_whole(), headers=HERE)
    assert late.status_code == 401
    assert "您提交的内容已保留" in late.text
    address, fields = _main_form(late)
    wrong = client.post(address, data={**fields, "login": "chen", "password": "wrong"})
    assert wrong.status_code == 422
    address, fields = _main_form(wrong)
    inside = client.post(address, data={**fields, "login": "chen", "password": PASSWORD})
    assert inside.status_code == 200
    assert "第一行 &lt;b&gt;理由" in inside.text
    assert _stored(database) == ("", "")  # nobody has looked at it yet
    address, fields = _main_form(inside)
    assert address == f"/reviews/{review_id}"
    assert client.post(address, data=fields).status_code == 303
    assert _stored(database) == (TEXT, "总体意见")


def test_a_form_of_an_earlier_session_is_kept_for_who_has_signed_in_again(
    app: Flask, client_of: Client, cast: Cast, review_id: UUID, database: Database
) -> None:
    client = client_of(cast.chen)
    app.config["WTF_CSRF_ENABLED"] = True
    late = client.post(
        f"/reviews/{review_id}", data={**_whole(), "csrf_token": "of-before"}, headers=HERE
    )
    assert late.status_code == 409
    address, fields = _main_form(late)
    assert client.post(address, data=fields).status_code == 303
    assert _stored(database) == (TEXT, "总体意见")


def test_a_session_that_was_ended_elsewhere_loses_nothing(
    client_of: Client, cast: Cast, review_id: UUID, database: Database
) -> None:
    client = client_of(cast.chen)
    with database.transaction() as session:
        session.execute(sa.update(Account).values(session_epoch=Account.session_epoch + 1))
    late = client.post(f"/reviews/{review_id}", data=_whole(), headers=HERE)
    assert late.status_code == 401
    assert "第一行" in late.text


def test_the_longest_review_is_kept_too(client_of: Client, review_id: UUID) -> None:
    long = {f"reason-{n}": "理" * 2000 for n in range(30)}
    late = client_of(None).post(f"/reviews/{review_id}", data=long, headers=HERE)
    assert late.status_code == 401
    address, fields = _main_form(late)
    inside = client_of(None).post(address, data={**fields, "login": "chen", "password": PASSWORD})
    assert inside.text.count("理" * 2000) == 60  # to be sent, and to be read
    assert client_of(None).post("/language", data=long).status_code == 413


def test_a_form_of_more_fields_than_any_has_is_not_kept(client_of: Client, review_id: UUID) -> None:
    many = {f"a{number}": "1" for number in range(1_001)}
    late = client_of(None).post(f"/reviews/{review_id}", data=many, headers=HERE)
    assert late.status_code == 303
    data = {"login": "x", "password": "y", "kept-address": f"/reviews/{review_id}"}
    data |= {f"kept.{name}": text for name, text in many.items()}
    assert "kept.a1000" not in client_of(None).post("/sign-in", data=data).text


def test_what_another_site_sends_is_not_kept(client_of: Client, review_id: UUID) -> None:
    for headers in (
        {},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site", **HERE},
    ):
        late = client_of(None).post(f"/reviews/{review_id}", data=_whole(), headers=headers)
        assert late.status_code == 303
        assert "第一行" not in late.text


@pytest.mark.parametrize("address", ["/password", "//evil.example/", "/nowhere", "http://x/", ""])
def test_a_sign_in_carries_texts_to_reviews_only(
    client_of: Client, cast: Cast, address: str
) -> None:
    data = {"login": "chen", "password": PASSWORD, "kept-address": address, "kept.x": "夹带的"}
    answer = client_of(None).post("/sign-in", data=data)
    assert answer.status_code == 303
    assert "夹带的" not in answer.text


def test_a_part_that_asks_for_itself_leads_back_to_its_page(client_of: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/reviews/7?page=3"}
    answer = client_of(None).get("/reviews", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/reviews/7?page%3D3"


_ANY = UUID(int=7)


@pytest.mark.parametrize(
    "address",
    [
        "/rounds/new",
        "/registers/agencies/new",
        f"/rounds/{_ANY}/settings",
        f"/results/{_ANY}/answer",
        f"/reports/{_ANY}/feedback",
        f"/reports/{_ANY}/settlement",
        f"/reports/{_ANY}/opinion",
        f"/reports/{_ANY}/edit",
        f"/reports/{_ANY}/findings/{_ANY}/triage",
        f"/notices/{_ANY}/wording/intro",
        f"/assignments/{_ANY}/decline",
    ],
)
def test_what_officers_and_agencies_write_is_kept_too(client_of: Client, address: str) -> None:
    late = client_of(None).post(address, data={"text": TEXT}, headers=HERE)
    assert late.status_code == 401
    assert _main_form(late)[1]["kept.text"] == TEXT.replace("\n", "\r\n")


def test_a_round_that_was_typed_in_too_long_is_made_after_signing_in(
    client_of: Client, cast: Cast, database: Database
) -> None:
    _address, typed = _main_form(client_of(cast.meng).get("/rounds/new"))
    client = client_of(None)
    late = client.post("/rounds/new", data={**typed, "title": "会话中断的批次"}, headers=HERE)
    address, fields = _main_form(late)
    inside = client.post(address, data={**fields, "login": "meng", "password": PASSWORD})
    address, fields = _main_form(inside)
    assert address == "/rounds/new"
    selects = {"method": "mean", "calibration": "off", "drawn_how": ""}
    sent = client.post(address, data={**selects, **fields})
    assert "会话中断的批次" in sent.text or sent.status_code == 303


def test_a_part_sent_by_script_gives_the_page_to_the_sign_in(client_of: Client) -> None:
    late = client_of(None).post(
        f"/reports/{_ANY}/opinion",
        data={"overall": TEXT},
        headers={**HERE, "HX-Request": "true"},
    )
    assert late.status_code == 401
    assert late.headers["HX-Retarget"] == "body"
    assert "HX-Redirect" not in late.headers
    assert "kept.overall" in late.text


def test_the_way_out_of_a_kept_text_leads_to_a_page_that_exists(
    client_of: Client, cast: Cast
) -> None:
    late = client_of(None).post(f"/notices/{_ANY}/wording/intro", data={"text": TEXT}, headers=HERE)
    address, fields = _main_form(late)
    inside = client_of(None).post(address, data={**fields, "login": "meng", "password": PASSWORD})
    assert 'href="/"' in inside.text.split("<main")[1]


def test_what_an_expert_typed_is_not_shown_to_an_agency_that_signs_in_there(
    client_of: Client, cast: Cast, review_id: UUID, database: Database
) -> None:
    browser = client_of(None)
    late = browser.post(f"/reviews/{review_id}", data=_whole("只有专家可以看"), headers=HERE)
    address, fields = _main_form(late)
    assert "只有专家可以看" in fields["kept.reason-outline"]

    answer = browser.post(address, data={**fields, "login": "lin", "password": PASSWORD})

    assert answer.status_code == 303
    assert "只有专家可以看" not in answer.text
    assert _stored(database) == ("", "")
