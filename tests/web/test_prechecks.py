"""The precheck over a round, and how often each check was right by what officers said."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from reviewapp.db.models import Agency, Finding, Report, ReportVersion
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import prechecks, triage
from tests import report_rows as made
from tests import rows
from tests.conftest import ROOT
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
    assert _cells(page, "别的批次") == ["1", "1", "0", "1", "0", "0%"]
    with database.read() as session:
        names = {one.name for one in session.exec(select(Agency)) if one.name in page}
    assert names
    assert "容差" in page
    whole = client_of(cast.fang).get("/prechecks").text
    assert _cells(whole, "/prechecks/scores-sum") == ["4", "2", "2", "0", "50%"]
    assert "尚未发现疑点" in whole


def test_the_rounds_figures_open_in_excel(client_of: Client, cast: Cast, round_id: str) -> None:
    answer = client_of(cast.meng).get(f"/rounds/{round_id}/precheck.xlsx")
    reports, checks, agencies = (_rows(answer.data, number) for number in range(3))
    assert ["得分合计不符", 3, 3, 2, 1, 0] in checks
    assert [row[4:] for row in reports].count(["需关注", 1, 0, 0, 1, 1, 0, 0]) == 1
    assert agencies[0][1:] == [3, 0, 3, 0, 0, 0, 4, 2, 1, 1]


def _rows(data: bytes, number: int = 0) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[number]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def test_a_rounds_reports_are_listed_by_outcome(
    client_of: Client, cast: Cast, round_id: str
) -> None:
    officer = client_of(cast.meng)
    page = officer.get(f"/rounds/{round_id}/precheck?outcome=attention").text
    listed = page[page.index('id="reports"') :]
    assert listed.count('class="whole"') == 3
    none = officer.get(f"/rounds/{round_id}/precheck?outcome=incomplete").text
    assert "没有此类结果的报告" in none


def test_a_check_is_measured_by_rules_and_layout_also_after_they_changed(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        one = rows.round_(session, title="规则批次")
        report = _report(session, cast, one, {"scores-sum": "dismissed"})
        version = session.exec(
            select(ReportVersion.id).where(ReportVersion.report_id == report.id)
        ).one()
        newer = made.answer(made.finding(quote="换了地方"), layout="Typst · 一、 / （一）")
        prechecks.store(session, version, newer, rules_hash="def", now=NOW)
    page = client_of(cast.meng).get("/prechecks/scores-sum").text
    assert _cells(page, "rules=abc") == ["1", "0", "1", "0", "0%"]
    assert _cells(page, "rules=def") == ["1", "0", "0", "1", "–"]
    assert _cells(page, "Typst · 一、 / （一）") == ["1", "1", "0", "0", "1", "–"]
    only = client_of(cast.meng).get("/prechecks/scores-sum?rules=abc").text
    assert _cells(only, "规则批次") == ["1", "1", "0", "1", "0", "0%"]
    told = _rows(client_of(cast.meng).get("/prechecks.xlsx").data)
    found = [row[1:4] + row[4:5] + row[7:] for row in told if row[1] == "scores-sum"]
    assert ["scores-sum", 1, "abc", "规则批次", 1, 0, 1, 0, 0] in found
    assert ["scores-sum", 1, "def", "规则批次", 1, 0, 0, 1, None] in found


def test_what_a_silent_check_found_is_judged_on_its_own_page_and_shown_nowhere_else(
    client_of: Client,
    cast: Cast,
    database: Database,
    app: Flask,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "rubrics"
    shutil.copytree(ROOT / "rubrics", folder)
    text = (folder / "precheck" / "checks.yaml").read_text(encoding="utf-8")
    old = "pii-phone:\n  severity: warning"
    assert old in text
    text = text.replace(old, "pii-phone:\n  severity: silent")
    (folder / "precheck" / "checks.yaml").write_text(text, encoding="utf-8")
    parts_ = app.extensions["reviewapp"]
    parts_.config = replace(parts_.config, rubrics_dir=folder)
    with database.transaction() as session:
        one = rows.round_(session)
        report = rows.report(session, one)
        version = session.exec(
            select(ReportVersion).where(ReportVersion.report_id == report.id)
        ).one()
        silent = made.finding("pii-phone", severity="silent", quote="13800138000")
        prechecks.store(
            session, version.id, made.answer(silent=[silent]), rules_hash="abc", now=NOW
        )
        finding_id = session.exec(select(Finding.id).where(Finding.check == "pii-phone")).one()
        report_id, round_id = report.id, one.id
    officer = client_of(cast.meng)
    for address in (f"/reports/{report_id}", f"/rounds/{round_id}/precheck"):
        page = officer.get(address).text
        assert "13800138000" not in page
        assert "/prechecks/pii-phone" not in page
    page = officer.get("/prechecks/pii-phone").text
    assert "13800138000" in page
    assert "静默" in page
    assert "13800138000" not in client_of(cast.yan).get("/prechecks/pii-phone").text
    target = f"/prechecks/pii-phone/findings/{finding_id}/triage"
    assert officer.post(target, data={"act": "dismiss"}).status_code == 422
    done = officer.post(target, data={"act": "dismiss", "reason": "公开的服务电话"})
    assert done.status_code == 303
    assert "公开的服务电话" in officer.get("/prechecks/pii-phone?triage=dismissed").text
    assert "公开的服务电话" not in officer.get("/prechecks/pii-phone?triage=open").text


def test_experts_and_agencies_know_nothing_of_these_pages(
    client_of: Client, cast: Cast, round_id: str
) -> None:
    for who in (cast.chen, cast.lin, cast.qin):
        for address in (
            f"/rounds/{round_id}/precheck",
            f"/rounds/{round_id}/precheck.xlsx",
            "/prechecks",
            "/prechecks.xlsx",
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
