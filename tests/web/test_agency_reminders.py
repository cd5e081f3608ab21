"""Agencies that have not confirmed the receipt are reminded: seen first, in the app, by mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.db.models import Agency, Event, OutboxMessage, Round
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import feedback
from reviewapp.worker import Workshop
from tests import rows
from tests.mail_server import mail_server
from tests.people import NOW, Cast
from tests.web.test_results import settled

Client = Callable[[Identity], FlaskClient]


@pytest.fixture
def reports(database: Database, cast: Cast) -> dict[str, str]:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="feedback")
        return {
            "round": str(in_round.id),
            "lin": settled(session, in_round, cast, "lin", "甲意见"),
            "lin2": settled(session, in_round, cast, "lin", "乙意见"),
            "xu": settled(session, in_round, cast, "xu", "丙意见"),
        }


def _form(page: str) -> dict[str, object]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(seen|agency_id)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    subject = re.search(r'name="subject"[^>]*value="([^"]*)"', page)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert subject
    assert text
    return {**found, "subject": subject.group(1), "text": text.group(1), "act": "send"}


def _preview(client: FlaskClient, reports: dict[str, str]) -> str:
    page = client.get(f"/rounds/{reports['round']}/results").text
    chosen = re.findall(r'name="agency_id" value="([^"]*)"', page)
    query = "&".join(f"agency_id={one}" for one in chosen)
    return client.get(f"/rounds/{reports['round']}/results/reminder?{query}").text


def test_only_agencies_without_receipt_are_reminded_as_previewed(
    client_of: Client, cast: Cast, reports: dict[str, str], database: Database
) -> None:
    client, path = client_of(cast.meng), f"/rounds/{reports['round']}/results/reminder"
    page = _preview(client, reports)
    assert "催办 2 家机构" in page
    assert "还有2份没有签收" in page
    form = _form(page)
    # Whoever confirms meanwhile is not reminded, and the text that was seen is not the one sent.
    client_of(cast.xu).post(f"/results/{reports['xu']}/receipt")
    assert client.post(path, data=form).status_code == 409
    page = client.post(path, data={**form, "act": "preview"}).text
    assert "催办 1 家机构" in page
    assert "不再催办" in page
    assert client.post(path, data=_form(page)).status_code == 303
    with database.read() as session:
        kept = session.exec(select(OutboxMessage)).one()
        assert (kept.expert_id, kept.state) == (None, "waiting")
        assert kept.agency_id == cast.lin.agency_id
        assert "agency-reminder.written" in session.exec(select(Event.kind)).all()
    shown = client.get(f"/rounds/{reports['round']}/results").text
    assert "还有2份没有签收" in shown
    assert client.post(f"/agency-messages/{kept.id}/send").status_code == 422  # no mail server
    assert client.post(f"/agency-messages/{kept.id}/passed-on").status_code == 303
    assert client.post(f"/agency-messages/{kept.id}/passed-on").status_code == 409
    assert "已人工转达" in client.get(f"/rounds/{reports['round']}/results").text
    # The outbox of the experts does not know it, nor does its button.
    assert kept.text not in client.get(f"/rounds/{reports['round']}/outbox").text
    assert client.post(f"/messages/{kept.id}/passed-on").status_code == 404
    bad = {**form, "text": "%(open)s"}
    assert client.post(path, data=bad).status_code == 422


def test_an_agency_reads_it_until_it_has_confirmed_everything(
    client_of: Client, cast: Cast, reports: dict[str, str], database: Database
) -> None:
    officer = client_of(cast.meng)
    page = _preview(officer, reports)
    path = f"/rounds/{reports['round']}/results/reminder"
    assert officer.post(path, data=_form(page)).status_code == 303
    assert officer.post(path, data=_form(page)).status_code == 409  # a second click sends no more
    for where in ("/home", "/results"):
        assert "还有2份没有签收" in client_of(cast.lin).get(where).text
        assert "还有2份没有签收" not in client_of(cast.xu).get(where).text
    for report in ("lin", "lin2"):
        client_of(cast.lin).post(f"/results/{reports[report]}/receipt")
    assert "没有签收" not in client_of(cast.lin).get("/home").text
    for who in (cast.lin, cast.chen, cast.yan):
        assert client_of(who).get(path).status_code == 404
    with database.transaction() as session:
        session.exec(select(Round)).one().phase = "notice"
    assert "没有签收" not in client_of(cast.xu).get("/home").text
    assert officer.get(path).status_code == 409


def test_mail_goes_to_the_address_of_the_register(
    app: Flask,
    client_of: Client,
    cast: Cast,
    reports: dict[str, str],
    database: Database,
    workshop: Workshop,
) -> None:
    with database.transaction() as session:
        for row in session.exec(select(Agency).where(col(Agency.id) == cast.lin.agency_id)):
            row.mail = "lin@agency.example"
        feedback.confirm_receipt(session, UUID(reports["lin2"]), actor=cast.lin, now=NOW)
    with mail_server() as post:
        workshop.config = replace(workshop.config, mail_url=post.url)
        app.extensions["reviewapp"].config = workshop.config
        client = client_of(cast.meng)
        page = _preview(client, reports)
        path = f"/rounds/{reports['round']}/results/reminder"
        assert client.post(path, data=_form(page)).status_code == 303
        assert [one["To"] for one in post.taken] == ["lin@agency.example"]
        assert "还有1份没有签收" in post.taken[0].get_content()
    shown = client.get(f"/rounds/{reports['round']}/results").text
    assert "已发送" in shown
    assert "没有邮箱" in shown
    with database.transaction() as session:
        for row in session.exec(select(OutboxMessage).where(OutboxMessage.state == "sent")):
            row.state, row.sent_at = "unsure", None
    shown = client.get(f"/rounds/{reports['round']}/results").text
    assert "可能已发出" in shown
    assert "/send" in shown
