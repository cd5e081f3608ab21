"""What the review form does when two windows, a refusal or a sheet of paper come between."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.db.models import Round, Score
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import paper_reviews
from tests import rows
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
    assert 'data-drop="criterion-outline"' in stale.text
    assert _save(client, path, "outline", "4", 1) == 200


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
