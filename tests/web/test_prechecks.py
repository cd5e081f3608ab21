"""The precheck over a round, and how often each check was right by what officers said."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from reviewapp.db.models import Agency, Finding, Report, ReportVersion
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import prechecks, triage
from tests import report_rows as made
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]


def _report(session: Session, cast: Cast, in_round: object, checks: dict[str, str]) -> Report:
    """Write a report whose findings are judged as told: open, confirmed, dismissed."""
    report = rows.report(session, in_round)  # type: ignore[arg-type]
    version = session.exec(select(ReportVersion).where(ReportVersion.report_id == report.id)).one()
    answer = made.answer(*(made.finding(check) for check in checks))
    prechecks.store(session, version.id, answer, rules_hash="abc", now=NOW)
    for finding in session.exec(select(Finding).where(Finding.report_version_id == version.id)):
        if checks[finding.check] == "confirmed":
            triage.confirm(session, finding.id, actor=cast.meng, now=NOW)
        elif checks[finding.check] == "dismissed":
            triage.dismiss(session, finding.id, "看错了", actor=cast.meng, now=NOW)
    return report


@pytest.fixture
def round_id(database: Database, cast: Cast) -> str:
    """A round with four reports, one withdrawn, and one report of another round."""
    with database.transaction() as session:
        one, other = rows.round_(session), rows.round_(session, title="别的批次")
        _report(session, cast, one, {"scores-sum": "confirmed", "pii-phone": "open"})
        _report(session, cast, one, {"scores-sum": "confirmed"})
        _report(session, cast, one, {"scores-sum": "dismissed"})
        gone = _report(session, cast, one, {"toc-mismatch": "open"})
        gone.state = "withdrawn"
        session.add(gone)
        _report(session, cast, other, {"scores-sum": "dismissed"})
        return str(one.id)


def _cells(page: str, link: str) -> list[str]:
    row = re.search(rf"<tr>(?:(?!</tr>).)*{link}(?:(?!</tr>).)*</tr>", page, re.S)
    assert row is not None, link
    return [cell.strip() for cell in re.findall(r'class="num"[^>]*>([^<]*)<', row[0])]


def test_a_round_shows_its_most_frequent_doubts_and_how_they_were_judged(
    client_of: Client, cast: Cast, round_id: str
) -> None:
    page = client_of(cast.meng).get(f"/rounds/{round_id}/precheck").text
    assert _cells(page, "/prechecks/scores-sum") == ["3", "3", "2", "1", "0", "67%"]
    assert _cells(page, "/prechecks/pii-phone") == ["1", "1", "0", "0", "1", "–"]
    assert "toc-mismatch" not in page  # of a withdrawn report
    assert page.index("/prechecks/scores-sum") < page.index("/prechecks/pii-phone")


def test_a_check_is_measured_by_round_and_by_agency(
    client_of: Client, cast: Cast, round_id: str, database: Database
) -> None:
    page = client_of(cast.yan).get("/prechecks/scores-sum").text
    assert _cells(page, "别的批次") == ["1", "0", "1", "0", "0%"]
    with database.read() as session:
        names = {one.name for one in session.exec(select(Agency)) if one.name in page}
    assert names
    assert "容差" in page
    whole = client_of(cast.fang).get("/prechecks").text
    assert _cells(whole, "/prechecks/scores-sum") == ["4", "2", "2", "0", "50%"]
    assert "尚未发现疑点" in whole


def test_the_rounds_figures_open_in_excel(client_of: Client, cast: Cast, round_id: str) -> None:
    answer = client_of(cast.meng).get(f"/rounds/{round_id}/precheck.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert ["得分合计不符", 3, 3, 2, 1, 0] in told


def test_experts_and_agencies_know_nothing_of_these_pages(
    client_of: Client, cast: Cast, round_id: str
) -> None:
    for who in (cast.chen, cast.lin, cast.qin):
        for address in (
            f"/rounds/{round_id}/precheck",
            f"/rounds/{round_id}/precheck.xlsx",
            "/prechecks",
            "/prechecks/scores-sum",
        ):
            answer = client_of(who).get(address)
            assert answer.status_code == 404
            assert "得分合计不符" not in answer.text


def test_what_is_not_there_is_said(client_of: Client, cast: Cast, round_id: str) -> None:
    officer = client_of(cast.meng)
    assert officer.get("/prechecks/spelling").status_code == 404
    other = round_id.replace(round_id[:4], "0000")
    assert officer.get(f"/rounds/{other}/precheck").status_code == 404
