"""All open findings of one check in a report, looked at on one page and triaged by one word."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Finding
from reviewapp.db.queries import measurement
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import prechecks
from tests import report_rows as made
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]


@pytest.fixture
def report_url(database: Database, storage: Storage, tmp_path: Path) -> str:
    with database.transaction() as session:
        version = made.readable(session, storage, rows.round_(session), tmp_path)
        answer = made.answer(
            *(made.finding("pii-phone", page=n, quote=f"电话{n}") for n in (1, 2, 3)),
            made.finding("scores-sum"),
        )
        prechecks.store(session, version.id, answer, rules_hash="r", now=NOW)
        return f"/reports/{version.report_id}"


def standing(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        found = session.exec(select(Finding).order_by(col(Finding.position)))
        return [(one.triage, one.triage_reason) for one in found]


def test_an_officer_reads_all_of_a_check_and_dismisses_them_with_one_reason(
    cast: Cast, client_of: Client, database: Database, report_url: str
) -> None:
    client, url = client_of(cast.meng), f"{report_url}/checks/pii-phone/triage"
    assert f'href="{url}"' in client.get(report_url).text
    assert "/checks/scores-sum/triage" not in client.get(report_url).text
    page = client.get(url).text
    assert all(f"电话{n}" in page for n in (1, 2, 3))
    assert "全部 3 条" in page
    seen = re.findall(r'name="seen" value="([^"]+)"', page)

    refused = client.post(url, data={"triage": "dismissed", "reason": "", "seen": seen})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    stale = client.post(url, data={"triage": "confirmed", "reason": "留住", "seen": seen[:2]})
    assert stale.status_code == 422
    assert "留住" in stale.text
    assert standing(database) == [("open", "")] * 4

    said = client.post(url, data={"triage": "dismissed", "reason": "办公电话", "seen": seen})
    assert (said.status_code, said.headers["Location"]) == (303, report_url)
    assert standing(database) == [("dismissed", "办公电话")] * 3 + [("open", "")]
    with database.read() as session:
        (one,) = [row for row in measurement.by_check(session) if row.check == "pii-phone"]
    assert (one.found, one.dismissed, one.confirmed) == (3, 3, 0)
    assert "3 条" in client.get(report_url).text
    assert "没有待处理的疑点" in client.get(url).text


def test_nobody_else_reaches_the_page_of_a_check(
    cast: Cast, client_of: Client, report_url: str
) -> None:
    url = f"{report_url}/checks/pii-phone/triage"
    for who in (cast.lin, cast.xu, cast.qin, cast.shi, cast.chen):
        assert client_of(who).get(url).status_code in {403, 404}
        assert client_of(who).post(url, data={"triage": "confirmed"}).status_code in {403, 404}
    assert client_of(cast.meng).get(f"{report_url}/checks/none/triage").status_code == 404
