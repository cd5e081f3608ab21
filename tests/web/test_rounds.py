"""A round's pages: the list, its reports, its rules and phases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from reviewapp.adapters.spreadsheets import read_sheet
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests import rows
from tests.people import Cast

Client = Callable[[Identity], FlaskClient]


@pytest.fixture
def round_id(database: Database) -> str:
    with database.transaction() as session:
        in_round = rows.round_(session, title="2025年度评级")
        rows.report(session, in_round, title="示范区路灯改造项目绩效评价报告", unit="市政所")
        rows.report(
            session,
            in_round,
            title="示范区文旅局部门整体绩效评价报告",
            kind="department",
            agency_id=rows.agency_id(session, "xu"),
        )
        rows.report(session, in_round, title="已撤回的报告", state="withdrawn")
        rows.report(session, rows.round_(session), title="别的批次的报告")
        return str(in_round.id)


def test_the_list_shows_the_rounds_reports_and_no_others(
    client_of: Client, cast: Cast, round_id: str
) -> None:
    page = client_of(cast.meng).get(f"/rounds/{round_id}").text
    assert "路灯改造" in page
    assert "文旅局" in page
    assert "已撤回的报告" not in page
    assert "别的批次的报告" not in page


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("q=路灯", "路灯改造", "文旅局部门"),
        ("kind=department", "文旅局部门", "路灯改造"),
        ("standing=withdrawn", "已撤回的报告", "路灯改造"),
        ("standing=unassigned", "路灯改造", "已撤回的报告"),
    ],
)
def test_the_list_is_filtered(
    client_of: Client, cast: Cast, round_id: str, query: str, there: str, gone: str
) -> None:
    page = client_of(cast.meng).get(f"/rounds/{round_id}?{query}").text
    assert there in page
    assert gone not in page


def test_the_list_opens_in_excel(client_of: Client, cast: Cast, round_id: str) -> None:
    sent = client_of(cast.meng).get(f"/rounds/{round_id}/reports.xlsx?kind=department")
    sheet = read_sheet(sent.data)
    assert [next(iter(cells.values())) for _number, cells in sheet.rows] == [
        "示范区文旅局部门整体绩效评价报告"
    ]


@pytest.mark.parametrize("name", ["qin", "chen", "lin"])
def test_others_do_not_know_of_rounds(
    client_of: Client, cast: Cast, round_id: str, name: str
) -> None:
    client = client_of(getattr(cast, name))
    for path in ("/rounds", f"/rounds/{round_id}", f"/rounds/{round_id}/settings"):
        assert client.get(path).status_code == 404
    assert client.post(f"/rounds/{round_id}/advance").status_code == 404


def test_who_reads_rounds_does_not_move_them(
    client_of: Client, cast: Cast, round_id: str, database: Database
) -> None:
    for who in (cast.fang, cast.yan):
        client = client_of(who)
        assert client.get(f"/rounds/{round_id}").status_code == 200
        assert client.post(f"/rounds/{round_id}/advance").status_code in {403, 404}
        assert client.post(f"/rounds/{round_id}/settings", data={"year": "2030"}).status_code == 403
    with database.read() as session:
        assert set(session.execute(sa.text("SELECT phase FROM round")).scalars()) == {"preparation"}


def test_an_officer_makes_a_round_with_the_forms_defaults(client_of: Client, cast: Cast) -> None:
    client = client_of(cast.meng)
    assert client.get("/rounds/new").status_code == 200
    made = client.post(
        "/rounds/new",
        data={"year": "2026", "title": "2026年度评级", "experts_per_report": "1", "band-A": "92"},
    )
    assert made.status_code == 303
    assert "2026年度评级" in client.get("/rounds").text
    settings = client.get(made.location + "/settings").text
    assert 'value="92"' in settings


def test_a_wrong_field_is_marked_and_nothing_typed_is_lost(client_of: Client, cast: Cast) -> None:
    refused = client_of(cast.meng).post(
        "/rounds/new", data={"year": "2026", "title": "我的批次", "starts-rating": "2026年3月"}
    )
    assert refused.status_code == 422
    assert "我的批次" in refused.text
    assert 'aria-invalid="true"' in refused.text


def test_two_clicks_move_the_round_once(
    client_of: Client, cast: Cast, round_id: str, database: Database
) -> None:
    client = client_of(cast.meng)
    for _click in range(2):
        assert client.post(f"/rounds/{round_id}/advance", data={"from": "preparation"}).status_code
    with database.read() as session:
        phases = session.execute(sa.text("SELECT phase FROM round ORDER BY title")).scalars().all()
    assert sorted(phases) == ["preparation", "rating"]


def test_the_list_stays_flat_in_queries(
    client_of: Client, cast: Cast, database: Database, round_id: str
) -> None:
    def queries(in_round: str) -> int:
        client, seen = client_of(cast.meng), []

        def count(*_args: object) -> None:
            seen.append(1)

        sa.event.listen(database.engine, "before_cursor_execute", count)
        try:
            assert client.get(f"/rounds/{in_round}").status_code == 200
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", count)
        return len(seen)

    with database.transaction() as session:
        many = rows.round_(session)
        for _number in range(49):
            rows.report(session, many)
        many_id = str(many.id)
    assert queries(many_id) <= queries(round_id)
