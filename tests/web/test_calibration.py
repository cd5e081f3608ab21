"""Calibration on the page: the officer's reference reports, the expert's practice, the refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Assignment, CalibrationReview, ReferenceReport, Review, Round
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import calibration
from reviewapp.services.round_rules import rubric_of
from tests import report_rows, rows
from tests.people import NOW, Cast
from tests.services.test_calibration import full

Client = Callable[[Identity], FlaskClient]


@pytest.fixture
def ids(database: Database, cast: Cast, storage: Storage, tmp_path: Path) -> dict[str, UUID]:
    """A round in rating that requires calibration; Chen is to declare on a report of it."""
    with database.transaction() as session:
        here = rows.round_(session, calibration="required")
        version = report_rows.readable(
            session, storage, rows.round_(session, phase="closed"), tmp_path, title="标杆报告甲"
        )
        rubric = rubric_of(session, here, "key-project")
        row = calibration.add(session, here.id, version.report_id, actor=cast.meng, now=NOW)
        calibration.set_agreed(session, row.id, full(rubric, 150), actor=cast.meng, now=NOW)
        report = rows.report(session, here)
        work = rows.assignment(session, report, cast.chen.expert_id, declared=False)
        here.phase = "rating"
        return {"round": here.id, "reference": row.id, "work": work.id, "report": report.id}


def _form(database: Database, ids: dict[str, UUID]) -> dict[str, str]:
    with database.read() as session:
        rubric = rubric_of(session, session.get_one(Round, ids["round"]), "key-project")
    return {f"points-{one.id}": f"{one.max_points / 100}" for one in rubric.criteria}


def test_an_expert_declares_practises_sees_the_differences_and_begins(
    client_of: Client, cast: Cast, database: Database, ids: dict[str, UUID]
) -> None:
    client = client_of(cast.chen)
    answer = client.post(f"/assignments/{ids['work']}/declare")
    assert answer.status_code == 303
    assert answer.location.endswith("/calibration")
    with database.read() as session:  # the declaration stands though the review does not open
        assert session.get_one(Assignment, ids["work"]).declared_at is not None
    begin = f"/assignments/{ids['work']}/review"
    assert "请先完成本批次标杆报告的校准" in client.get(begin).text
    assert client.post(begin).status_code == 409
    assert "标杆报告甲" in client.get("/calibration").text
    assert "/calibration" in client.get("/reviews").text
    path = f"/calibration/{ids['reference']}"
    with client.get(f"{path}/file") as sent:
        assert sent.data.startswith(b"%PDF")
    form = _form(database, ids)
    first = next(iter(form))
    assert "目标不清晰" not in client.get(path).text
    assert client.post(path, data=form | {first: "1000"}).status_code == 422
    refused = client.post(path, data={**form, first: "", "act": "submit"})
    assert refused.status_code == 422
    assert f'href="#f-{first}"' in refused.text
    assert client.post(path, data={first: "1.5"}).status_code == 303
    assert 'value="1.5"' in client.get(path).text
    assert client.post(path, data=form | {"act": "submit"}).status_code == 303
    shown = client.get(path).text
    assert "目标不清晰" in shown
    assert "+1.5" in shown
    assert "98.5" in shown
    assert client.post(path, data=form).status_code == 409
    assert client.post(begin).status_code == 303


def test_the_home_shows_calibration_after_declarations_and_says_what_it_locks(
    client_of: Client, cast: Cast, database: Database, ids: dict[str, UUID]
) -> None:
    with database.transaction() as session:
        here = session.get_one(Round, ids["round"])
        ready = rows.report(session, here, title="甲村公路")
        work = rows.assignment(session, ready, cast.chen.expert_id).id
        other = rows.report(session, here, title="某局整体", kind="department")
        rows.assignment(session, other, cast.chen.expert_id)
    client = client_of(cast.chen)
    page = client.get("/home").text
    places = [
        page.index(said) for said in ("请先声明", "校准（必做）", "《某局整体》", "《甲村公路》")
    ]
    assert places[:2] == sorted(places)[:2]
    assert page.index(f'href="/calibration/{ids["reference"]}"') > places[1]
    assert "评完同类标杆报告后开放" in page[places[3] :]
    assert "另有 1 项稍后开放" in page  # the department-wide one has no reference report
    assert f'href="/assignments/{work}/review"' not in page
    listed = client.get("/reviews").text
    assert "评完同类标杆报告后开放" in listed
    assert f'href="/assignments/{work}/review"' not in listed
    begin = client.get(f"/assignments/{work}/review").text
    assert 'href="/calibration">标杆报告' in begin
    client.post(f"/calibration/{ids['reference']}", data=_form(database, ids) | {"act": "submit"})
    page = client.get("/home").text
    assert "校准" not in page
    assert f'href="/assignments/{work}/review"' in page


def test_an_offered_calibration_is_a_task_that_locks_nothing_and_ends_with_the_reviews(
    client_of: Client, cast: Cast, database: Database, ids: dict[str, UUID]
) -> None:
    with database.transaction() as session:
        session.get_one(Round, ids["round"]).calibration = "offered"
        session.get_one(Assignment, ids["work"]).declared_at = NOW
    client = client_of(cast.chen)
    page = client.get("/home").text
    assert "校准（选做）" in page
    assert f'href="/assignments/{ids["work"]}/review"' in page
    assert "稍后开放" not in page
    client.post(f"/calibration/{ids['reference']}", data={"points-outline": "1"})
    task = client.get("/home").text.partition("校准（选做）")[2].partition("</li>")[0]
    assert "继续" in task  # begun
    with database.transaction() as session:
        rows.review(session, session.get_one(Assignment, ids["work"]), state="submitted")
    assert "校准" not in client.get("/home").text


def test_a_series_does_not_open_around_the_calibration(
    client_of: Client, cast: Cast, database: Database, ids: dict[str, UUID]
) -> None:
    client = client_of(cast.chen)
    client.post(f"/assignments/{ids['work']}/declare")
    answer = client.post("/reviews/series/begin", data={"round": str(ids["round"])})
    assert answer.status_code == 409
    with database.transaction() as session:
        assert not session.exec(select(Review)).all()
        other = rows.report(session, session.get_one(Round, ids["round"]), kind="department")
        free = rows.assignment(session, other, cast.chen.expert_id).id
    client.post("/reviews/series/begin", data={"round": str(ids["round"])})
    with database.read() as session:
        assert [one.assignment_id for one in session.exec(select(Review))] == [free]
    assert "您有 1 份评审须先评完同类标杆报告" in client.get("/reviews/series").text


def test_officers_see_who_is_done_and_no_points_of_anybody(
    client_of: Client, cast: Cast, database: Database, ids: dict[str, UUID]
) -> None:
    chen = client_of(cast.chen)
    form = _form(database, ids)
    first = next(iter(form))
    said = form | {
        first: "0.77",
        first.replace("points", "reason"): "只给我自己看",
        "act": "submit",
    }
    assert chen.post(f"/calibration/{ids['reference']}", data=said).status_code == 303
    officer = client_of(cast.meng)
    for path in (
        f"/rounds/{ids['round']}/calibration",
        f"/reference-reports/{ids['reference']}",
        f"/rounds/{ids['round']}/settlement",
        f"/rounds/{ids['round']}/progress",
    ):
        text = officer.get(path).text
        assert "只给我自己看" not in text
        assert "0.77" not in text
    page = officer.get(f"/rounds/{ids['round']}/calibration").text
    assert "陈睿" in page
    assert '<td class="num">1/1</td>' in page
    assert officer.get(f"/calibration/{ids['reference']}").status_code == 404
    luo = client_of(cast.luo)  # rates nothing in this round
    for path in ("", "/file"):
        assert luo.get(f"/calibration/{ids['reference']}{path}").status_code == 404
    assert "标杆报告甲" not in luo.get("/calibration").text
    with database.read() as session:
        assert len(session.exec(select(CalibrationReview)).all()) == 1


def test_an_officer_chooses_scores_and_takes_out_a_reference_report(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        here = rows.round_(session)
        report = rows.report(session, here, title="本批标杆")
        round_id, report_id = here.id, report.id
    client = client_of(cast.meng)
    assert (
        client.post(f"/rounds/{round_id}/settings", data={"calibration": "sometimes"}).status_code
        == 422
    )
    assert (
        client.post(f"/rounds/{round_id}/settings", data={"calibration": "required"}).status_code
        == 303
    )
    page = f"/rounds/{round_id}/calibration"
    assert "本批次尚无标杆报告" in client.get(page).text
    assert client.post(page, data={"report_id": "x"}).status_code == 422
    assert client.post(page, data={"report_id": str(report_id)}).status_code == 303
    with database.read() as session:
        reference = session.exec(select(ReferenceReport.id)).one()
    path = f"/reference-reports/{reference}"
    form = _form(database, {"round": round_id})
    first = next(iter(form))
    refused = client.post(path, data=form | {first: "99"})
    assert refused.status_code == 422
    assert 'value="99"' in refused.text
    assert client.post(f"{path}/copy").status_code == 409
    assert client.post(path, data=form).status_code == 303
    assert "100" in client.get(path).text
    assert "尚不可用" not in client.get(page).text
    assert client.post(f"{path}/removal").status_code == 303
    assert client.get(path).status_code == 404
    for who in (cast.fang, cast.chen, cast.lin, cast.yan):
        assert client_of(who).get(page).status_code == 404
