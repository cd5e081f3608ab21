"""The page of saved states: two side by side, one brought back; and every submission readable."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from reviewapp.db.models import Review
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import review_states, reviews
from reviewapp.services.review_sheets import rubric_of_review
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]


@pytest.fixture
def review_id(database: Database, cast: Cast) -> UUID:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"), title="甲报告")
        work = rows.assignment(session, report, cast.chen.expert_id)
        return reviews.open_review(session, work.id, actor=cast.chen, now=NOW).id


def _save(client: FlaskClient, review_id: UUID, points: str, reason: str, version: int) -> None:
    data = {"points-outline": points, "reason-outline": reason, "version-outline": str(version)}
    answer = client.post(
        f"/reviews/{review_id}/criteria/outline", data=data, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200


def test_two_states_are_shown_with_what_changed(
    client_of: Client, cast: Cast, review_id: UUID
) -> None:
    client = client_of(cast.chen)
    _save(client, review_id, "5", "目标未细化到年度", 0)
    _save(client, review_id, "4", "目标<b>已</b>细化到年度", 1)
    page = client.get(f"/reviews/{review_id}/states")
    assert page.status_code == 200
    assert "<del>5</del><ins>4</ins>" in page.text
    assert "<del>未</del>" in page.text
    assert "&lt;b&gt;已&lt;/b&gt;" in page.text
    other = client.get(f"/reviews/{review_id}/states?older=2&newer=1").text
    assert "<del>5</del><ins>4</ins>" in other  # in whichever order they were chosen
    first = client.get(f"/reviews/{review_id}/states?newer=1").text
    assert "<ins>目标未细化到年度</ins>" in first


def test_saves_of_one_field_within_a_minute_fold_into_one_line(
    client_of: Client, cast: Cast, review_id: UUID
) -> None:
    client = client_of(cast.chen)
    for version in range(4):
        _save(client, review_id, "5", "写" * (version + 1), version)
    page = client.get(f"/reviews/{review_id}/states").text
    assert "还有 3 次保存" in page
    assert page.count('name="older"') == 4  # each can still be chosen


def test_points_are_compared_as_a_whole_and_a_folded_state_that_is_compared_is_open(
    client_of: Client, cast: Cast, review_id: UUID
) -> None:
    client = client_of(cast.chen)
    for version, points in enumerate(("4.5", "4.0", "4.2")):
        _save(client, review_id, points, "理由", version)
    page = client.get(f"/reviews/{review_id}/states?older=1&newer=3").text
    assert "<del>4.5</del><ins>4.2</ins>" in page
    assert re.search(r'<details open>.*name="older" value="1" checked', page, re.S)


def test_a_state_is_brought_back_by_a_button(
    client_of: Client, cast: Cast, review_id: UUID, database: Database
) -> None:
    client = client_of(cast.chen)
    _save(client, review_id, "5", "第一稿", 0)
    _save(client, review_id, "4", "第二稿", 1)
    path = f"/reviews/{review_id}/states"
    form = re.search(r'action="([^"]+/states/1/restore)"', client.get(path).text)
    assert form
    assert client.post(form[1], data={"newest": "1"}).status_code == 409  # not what one has seen
    assert (
        client.post(form[1], data={"newest": "2", "field": "criterion-outline"}).status_code == 303
    )
    with database.read() as session:
        found = review_states.history(session, review_id)
    assert found[-1].state["criterion-outline"]["reason"] == "第一稿"
    assert "恢复自第 1 次" in client.get(path).text
    assert client.post(f"{path}/9/restore", data={"newest": "3"}).status_code == 404


def test_nobody_else_sees_the_states_of_a_draft(
    client_of: Client, cast: Cast, review_id: UUID
) -> None:
    _save(client_of(cast.chen), review_id, "5", "只给自己看的", 0)
    for who in (cast.luo, cast.meng, cast.fang, cast.yan, cast.qin, cast.lin):
        client = client_of(who)
        for path in ("states", "submissions/1", "submissions/1/read"):
            answer = client.get(f"/reviews/{review_id}/{path}")
            assert answer.status_code == 404
            assert "只给自己看的" not in answer.text
        restored = client.post(f"/reviews/{review_id}/states/1/restore", data={"newest": "1"})
        assert restored.status_code == 404


def test_every_submission_stays_readable_after_the_review_was_reopened(
    client_of: Client, cast: Cast, review_id: UUID, database: Database
) -> None:
    with database.transaction() as session:
        review = session.get_one(Review, review_id)
        for criterion in rubric_of_review(session, review).criteria:
            reviews.save_score(
                session,
                review_id,
                criterion.id,
                points=f"{criterion.max_points / 100}",
                reason="",
                version=0,
                actor=cast.chen,
                now=NOW,
            )
        reviews.save_opinion(session, review_id, "第一次交的", version=0, actor=cast.chen, now=NOW)
        reviews.submit(session, review_id, actor=cast.chen, now=NOW)
        reviews.reopen(session, review_id, "缺依据", actor=cast.meng, now=NOW)
        reviews.save_opinion(session, review_id, "正在改的", version=1, actor=cast.chen, now=NOW)
    own = client_of(cast.chen).get(f"/reviews/{review_id}/submissions/1")
    assert own.status_code == 200
    assert "第一次交的" in own.text
    for who in (cast.meng, cast.fang, cast.yan):
        page = client_of(who).get(f"/reviews/{review_id}/submissions/1/read")
        assert page.status_code == 200
        assert "第一次交的" in page.text
        assert "正在改的" not in page.text
    for who in (cast.luo, cast.lin, cast.qin):
        assert client_of(who).get(f"/reviews/{review_id}/submissions/1/read").status_code == 404
    assert client_of(cast.luo).get(f"/reviews/{review_id}/submissions/1").status_code == 404
    chen, address = client_of(cast.chen), f"/reviews/{review_id}"
    for number in ("2", "9" * 25):  # there is none, and no database holds the latter
        assert chen.get(f"{address}/submissions/{number}").status_code == 404
        for sign in ("", "-"):
            assert chen.get(f"{address}/sheet.pdf?number={sign}{number}").status_code == 404
