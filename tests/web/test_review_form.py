"""What the review form does when two windows, a refusal or a sheet of paper come between."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.db.models import Assignment, Finding, Report, ReportVersion, Round, Score
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import paper_reviews, prechecks, triage
from tests import report_rows, rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]
HTMX = {"HX-Request": "true"}
SCAN = ("5" * 64, 2048, "application/pdf")


@pytest.fixture
def assignment_id(database: Database, cast: Cast) -> UUID:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"), title="甲报告")
        return rows.assignment(session, report, cast.chen.expert_id).id


def _open(client: FlaskClient, assignment_id: UUID) -> str:
    return str(client.post(f"/assignments/{assignment_id}/review").location)


def _versions(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(\w*-?[\w-]*version[\w-]*)" value="(\d+)"', page))


def _save(client: FlaskClient, path: str, criterion: str, points: str, version: int) -> int:
    data = {f"points-{criterion}": points, f"reason-{criterion}": f"理由{points}"}
    data[f"version-{criterion}"] = str(version)
    answer = client.post(f"{path}/criteria/{criterion}", data=data, headers=HTMX)
    return int(answer.status_code)


def test_saving_again_after_one_stale_text_does_not_overwrite_another(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    assert _save(client, path, "outline", "5", 0) == 200
    assert _save(client, path, "elements", "3", 0) == 200
    # An older window without scripts knows of neither save.
    old = {
        "points-outline": "1",
        "reason-outline": "旧一",
        "version-outline": "0",
        "points-elements": "2",
        "reason-elements": "旧二",
        "version-elements": "0",
    }
    first = client.post(path, data=old)
    assert first.status_code == 409
    assert _versions(first.text)["version-outline"] == "1"  # shown, so saving again may replace it
    assert _versions(first.text)["version-elements"] == "0"  # not shown yet
    second = client.post(path, data={**old, "version-outline": "1"})
    assert second.status_code == 409
    assert "理由3" in second.text
    with database.read() as session:
        kept = {row.criterion: row.points_hundredths for row in session.exec(select(Score))}
    assert kept == {"outline": 500, "elements": 300}


def test_a_refused_field_of_the_whole_form_is_marked_and_linked(
    client_of: Client, cast: Cast, assignment_id: UUID
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    data = {"points-elements": "99", "reason-elements": "没写完的理由", "version-elements": "0"}
    refused = client.post(path, data={**data, "act": "save"})
    assert refused.status_code == 422
    assert 'href="#f-points-elements"' in refused.text
    assert re.search(r'id="f-points-elements"[^>]*value="99"[^>]*aria-invalid', refused.text)
    assert "没写完的理由" in refused.text


def test_everything_that_a_submission_lacks_leads_to_its_field(
    client_of: Client, cast: Cast, assignment_id: UUID
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    _save(client, path, "outline", "5", 0)
    veto = rows._LOADED["key-project"].vetoes[0].id
    claim = {f"claim-{veto}": "1", "vetoes_version": "0"}
    client.post(f"{path}/vetoes/{veto}", data=claim, headers=HTMX)
    data = {"points-outline": "5", "reason-outline": "", "version-outline": "1"}
    page = client.post(path, data={**data, "act": "submit"})
    assert page.status_code == 422
    targets = set(re.findall(r'href="#(f-[\w-]+)"', page.text))
    assert {"f-reason-outline", "f-points-elements", f"f-veto-{veto}", "f-opinion"} <= targets
    for target in targets:
        assert f'id="{target}"' in page.text
    # What is lacking alike on several criteria is one line with a list to open.
    lines = re.findall(r'<li><a href="#(f-[\w-]+)">([^<]*)</a>', page.text)
    assert ("f-points-elements", "16 个评分项未给分") in lines
    assert len(lines) == 4


def test_a_late_save_stays_refused_until_one_text_is_chosen(
    client_of: Client, cast: Cast, assignment_id: UUID
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    _save(client, path, "outline", "5", 0)
    late = {"points-outline": "4", "reason-outline": "后到的", "version-outline": "0"}
    for _time in range(2):
        stale = client.post(f"{path}/criteria/outline", data=late, headers=HTMX)
        assert stale.status_code == 409
        # The field keeps its old version; only the button that chooses carries the new one.
        assert _versions(stale.text) == {}
    assert 'data-keep="criterion-outline" data-version="1"' in stale.text
    assert 'data-drop="criterion-outline" data-version="1"' in stale.text
    assert 'data-theirs="points-outline" value="5"' in stale.text
    assert 'data-theirs="reason-outline" value="理由5"' in stale.text
    assert _save(client, path, "outline", "4", 1) == 200


def test_a_late_save_is_shown_with_what_is_new_in_each_text(
    client_of: Client, cast: Cast, assignment_id: UUID
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)

    def save(points: str, reason: str) -> str:
        data = {"points-outline": points, "reason-outline": reason, "version-outline": version}
        return client.post(f"{path}/criteria/outline", data=data, headers=HTMX).text

    version = "0"
    save("5", "目标笼统。")
    version = "1"
    save("5", "目标笼统，权重有误。")
    text = re.sub(r"\s+", "", save("5", "目标十分笼统。"))
    shown = [re.sub(r"<(?!/?ins)[^>]*>", "", one) for one in re.findall(r"<dd.*?</dd>", text)]
    # The points are the same everywhere and are left out.
    assert shown == [
        "目标<ins>十分</ins>笼统。",
        "目标笼统<ins>，权重有误</ins>。",
        "目标笼统。",
    ]
    text = re.sub(r"\s+", "", save("4", "目标笼统。"))
    shown = [re.sub(r"<[^>]*>", "", one) for one in re.findall(r"<dd.*?</dd>", text)]
    assert shown == ["得分4目标笼统。", "得分5目标笼统，权重有误。", "得分5目标笼统。"]


def test_an_expert_sees_that_the_signed_sheet_is_being_typed_in(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    with database.transaction() as session:
        made = paper_reviews.enter(session, assignment_id, SCAN, actor=cast.meng, now=NOW).id
    client = client_of(cast.chen)
    listing = client.get("/reviews").text
    assert "代录中" in listing
    assert f"/assignments/{assignment_id}/review" not in listing
    told = client.get(f"/assignments/{assignment_id}/review")
    assert told.status_code == 200
    assert "经办人正在代录您签名的评审表" in told.text
    assert '<form method="post" action="/assignments' not in told.text
    assert client.get(f"/reviews/{made}").status_code == 404


def test_an_untouched_draft_can_still_be_entered_from_paper(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    _open(client_of(cast.chen), assignment_id)
    with database.read() as session:
        round_id = session.exec(select(Round.id)).one()
    page = client_of(cast.meng).get(f"/rounds/{round_id}/assignments").text
    assert f"/assignments/{assignment_id}/paper" in page


def _precheck(database: Database, assignment_id: UUID, cast: Cast, *, hides: bool = False) -> None:
    """Store three findings on the criterion outline: confirmed, open and dismissed."""
    with database.transaction() as session:
        work = session.get_one(Assignment, assignment_id)
        report = session.get_one(Report, work.report_id)
        in_round = session.get_one(Round, report.round_id)
        in_round.hides_findings = hides
        session.add(in_round)
        version = session.exec(select(ReportVersion.id)).one()
        found = report_rows.answer(
            *(
                report_rows.finding(check, section=section, message=message)
                for check, section, message in (
                    ("section-missing", "recommendations", "缺少有关建议"),
                    ("section-empty", "basic-info", "基本情况只有标题"),
                    ("section-missing", "other-matters", "缺少其他事项"),
                )
            )
        )
        prechecks.store(session, version, found, rules_hash="abc", now=NOW)
        first, _open, last = session.exec(select(Finding).order_by(Finding.position))  # type: ignore[arg-type]
        triage.confirm(session, first.id, actor=cast.meng, now=NOW)
        triage.dismiss(session, last.id, "见附录", actor=cast.meng, now=NOW)


def test_only_confirmed_findings_suggest_points_off(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    _precheck(database, assignment_id, cast)
    client = client_of(cast.chen)
    page = client.get(_open(client, assignment_id)).text
    assert page.count("建议扣 2 分") + page.count("建议扣2分") == 1  # one section, 2 points
    assert page.count('class="suggested"') == 1
    assert "缺少有关建议" in page
    assert re.search(r"基本情况只有标题 .*疑点，未核实", page)
    assert "缺少其他事项" not in page  # dismissed
    # What bears on no criterion is still to be found, on the report's own page.
    whole = re.search(r'href="(/reports/[^"]+tab=findings[^"]*)"', page)
    assert whole is not None
    assert client.get(html.unescape(whole[1])).status_code == 200
    assert re.search(r'id="f-points-outline"[^>]*value=""', page)  # nothing is taken off by itself


def test_a_round_that_hides_findings_hides_them_in_the_form_too(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    _precheck(database, assignment_id, cast, hides=True)
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    data = {"points-outline": "5", "reason-outline": "", "version-outline": "0"}
    saved = client.post(f"{path}/criteria/outline", data=data, headers=HTMX).text
    for secret in ("缺少有关建议", "基本情况只有标题", "缺少其他事项", "suggested", "综合得分为"):
        assert secret not in client.get(path).text
        assert secret not in saved


def test_a_reopened_review_tells_its_expert_why_and_hides_from_the_officer(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    with database.transaction() as session:
        work = session.get_one(Assignment, assignment_id)
        made = rows.review(session, work, state="submitted", opinion="已交的意见").id
    officer, expert = client_of(cast.meng), client_of(cast.chen)
    path = f"/reviews/{made}"
    assert expert.post(f"{path}/opinion", data={"opinion": "改"}).status_code == 409
    assert officer.post(f"{path}/reopen", data={"reason": " "}).status_code == 422
    assert client_of(cast.fang).post(f"{path}/reopen", data={"reason": "x"}).status_code == 404
    assert officer.post(f"{path}/reopen", data={"reason": "第三项缺依据"}).status_code == 303
    assert officer.get(f"{path}/read").status_code == 404
    assert "第三项缺依据" in expert.get(path).text
    kept = expert.post(f"{path}/opinion", data={"opinion": "补充", "opinion_version": "0"})
    assert kept.status_code == 303


@pytest.mark.parametrize("address", ["", "/read", "/paper", "/scan"])
def test_every_page_of_a_review_needs_a_login(client_of: Client, app: Flask, address: str) -> None:
    nobody = app.test_client()
    answer = nobody.get(f"/reviews/00000000-0000-0000-0000-000000000001{address}")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location
