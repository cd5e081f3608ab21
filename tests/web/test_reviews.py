"""The review form: it saves itself, refuses to overwrite, freezes, and nobody else sees a draft."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.db.models import Review, Round
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests import rows
from tests.people import Cast

Client = Callable[[Identity], FlaskClient]
HTMX = {"HX-Request": "true"}
CRITERIA = [one.id for one in rows._LOADED["key-project"].criteria]
FULL = {one.id: one.max_points for one in rows._LOADED["key-project"].criteria}


@pytest.fixture
def assignment_id(database: Database, cast: Cast) -> UUID:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"), title="甲报告")
        rows.report(session, session.get_one(Round, report.round_id), title="别人的报告")
        return rows.assignment(session, report, cast.chen.expert_id).id


def _open(client: FlaskClient, assignment_id: UUID) -> str:
    assert client.get(f"/assignments/{assignment_id}/review").status_code == 200
    opened = client.post(f"/assignments/{assignment_id}/review")
    assert opened.status_code == 303
    return str(opened.location)


def _whole(opinion: str = "总体良好", lost: str = "") -> dict[str, str]:
    form = {f"points-{key}": f"{FULL[key] / 100}" for key in CRITERIA}
    form |= {f"version-{key}": "0" for key in CRITERIA}
    if lost:
        form |= {f"points-{lost}": f"{FULL[lost] / 100 - 1}", f"reason-{lost}": "第三章缺佐证"}
    return {**form, "opinion": opinion, "opinion_version": "0", "vetoes_version": "0"}


def test_the_list_shows_only_own_assignments(
    client_of: Client, cast: Cast, assignment_id: UUID
) -> None:
    assert "甲报告" in client_of(cast.chen).get("/reviews").text
    assert "别人的报告" not in client_of(cast.chen).get("/reviews").text
    assert "甲报告" not in client_of(cast.luo).get("/reviews").text
    assert client_of(cast.meng).get("/reviews").status_code == 404


def test_a_criterion_saves_itself_and_says_when(
    client_of: Client, cast: Cast, assignment_id: UUID
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    saved = client.post(
        f"{path}/criteria/outline",
        data={"points-outline": "5.5", "reason-outline": "摘要过短", "version-outline": "0"},
        headers=HTMX,
    )
    assert saved.status_code == 200
    assert "已保存" in saved.text
    assert 'id="v-version-outline" name="version-outline" value="1"' in saved.text
    assert 'hx-swap-oob="true"' in saved.text
    page = client.get(path).text
    assert "摘要过短" in page
    assert re.search(r'name="points-outline" value="5\.5"', page)


def test_a_stale_save_shows_both_texts_and_loses_neither(
    client_of: Client, cast: Cast, assignment_id: UUID
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    data = {"points-outline": "5", "reason-outline": "先存的", "version-outline": "0"}
    client.post(f"{path}/criteria/outline", data=data, headers=HTMX)
    late = {"points-outline": "4", "reason-outline": "后到的", "version-outline": "0"}
    stale = client.post(f"{path}/criteria/outline", data=late, headers=HTMX)
    assert stale.status_code == 409
    assert "先存的" in stale.text
    assert "后到的" in stale.text
    whole = client.post(path, data={**late, "act": "save"})
    assert whole.status_code == 409
    assert "先存的" in whole.text
    assert "后到的" in whole.text
    assert "先存的" in client.get(path).text


@pytest.mark.parametrize("points", ["9", "-1", "五分", "5.555"])
def test_impossible_points_are_refused_where_they_stand(
    client_of: Client, cast: Cast, assignment_id: UUID, points: str
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    refused = client.post(
        f"{path}/criteria/outline",
        data={"points-outline": points, "version-outline": "0"},
        headers=HTMX,
    )
    assert refused.status_code == 422
    assert 'id="s-criterion-outline"' in refused.text


def test_the_whole_form_works_without_javascript(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    lacking = client.post(path, data={**_whole(opinion=""), "act": "submit"})
    assert lacking.status_code == 422
    assert 'href="#f-opinion"' in lacking.text
    form = _whole(lost="evidence")
    form |= {f"version-{key}": "1" for key in CRITERIA}
    done = client.post(path, data={**form, "act": "submit"})
    assert done.status_code == 303
    page = client.get(path).text
    assert "第三章缺佐证" in page
    assert 'name="points-outline"' not in page
    with database.read() as session:
        review = session.exec(select(Review)).one()
        assert (review.state, review.total_hundredths, review.rating) == ("submitted", 9900, "A")
    assert client.post(path, data={**form, "act": "save"}).status_code in {303, 409}
    again = client.post(f"{path}/opinion", data={"opinion": "改", "opinion_version": "1"})
    assert again.status_code == 409


def test_nobody_else_knows_of_a_draft(client_of: Client, cast: Cast, assignment_id: UUID) -> None:
    path = _open(client_of(cast.chen), assignment_id)
    for name, who in cast.everyone().items():
        if name == "chen":
            continue
        client = client_of(who)
        assert client.get(path).status_code == 404, name
        assert client.get(f"{path}/read").status_code == 404, name
        assert client.post(f"{path}/opinion", data={"opinion": "x"}).status_code == 404, name
        assert client.post(f"{path}/reopen", data={"reason": "x"}).status_code == 404, name
        assert client.get(f"/assignments/{assignment_id}/review").status_code == 404, name


def test_officers_and_auditors_read_what_is_submitted(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        work = rows.assignment(session, report, cast.chen.expert_id)
        review_id = rows.review(session, work, state="submitted", opinion="已交的意见").id
    for who in (cast.meng, cast.fang, cast.yan):
        assert "已交的意见" in client_of(who).get(f"/reviews/{review_id}/read").text
    for who in (cast.luo, cast.lin, cast.qin):
        assert client_of(who).get(f"/reviews/{review_id}/read").status_code == 404


def test_nothing_is_written_outside_the_rating_phase(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    with database.transaction() as session:
        in_round = session.exec(select(Round)).one()
        in_round.phase = "settlement"
        session.add(in_round)
    assert client.post(f"{path}/opinion", data={"opinion": "迟"}).status_code == 409
    assert "disabled" in client.get(path).text


def test_a_veto_caps_the_live_rating(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    client = client_of(cast.chen)
    path = _open(client, assignment_id)
    client.post(path, data={**_whole(), "act": "save"})
    veto = rows._LOADED["key-project"].vetoes[0]
    saved = client.post(
        f"{path}/vetoes/{veto.id}",
        data={f"claim-{veto.id}": "1", f"veto-{veto.id}": "附件造假", "vetoes_version": "0"},
        headers=HTMX,
    )
    assert saved.status_code == 200
    assert f'<span class="seal big">{veto.caps_at}</span>' in saved.text


def test_paper_needs_a_scan_and_a_second_person(
    client_of: Client, cast: Cast, assignment_id: UUID, database: Database
) -> None:
    first, second = client_of(cast.meng), client_of(cast.shen)
    paper = f"/assignments/{assignment_id}/paper"
    assert "评审表" in first.get(f"/assignments/{assignment_id}/sheet").text
    assert first.post(paper, data={}).status_code == 422
    begun = first.post(
        paper,
        data={"scan": (BytesIO(b"%PDF-1.7 signed sheet"), "签名表.pdf")},
        content_type="multipart/form-data",
    )
    path = begun.location
    assert second.get(path).status_code == 404
    assert client_of(cast.chen).get(path).status_code == 404
    assert first.post(path, data={**_whole(), "act": "submit"}).status_code == 409
    assert first.get(f"{path}/paper").status_code == 404
    assert second.post(f"{path}/paper", data={"act": "send-back", "reason": ""}).status_code == 422
    assert first.get(f"{path}/scan").data == b"%PDF-1.7 signed sheet"
    assert client_of(cast.chen).get(f"{path}/scan").status_code == 404
    assert second.post(f"{path}/paper", data={"act": "confirm"}).status_code == 303
    with database.read() as session:
        review = session.exec(select(Review)).one()
        assert review.state == "submitted"
        assert (review.paper_entered_by, review.paper_confirmed_by) == (cast.meng.id, cast.shen.id)
