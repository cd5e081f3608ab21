"""A series rated alike: one criterion over all of an expert's reports, saved like any other."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import Session, select

from reviewapp.db.models import Evidence, ReportVersion, Review, ReviewState, Round, Score
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]
HTMX = {"HX-Request": "true"}
MOST = {one.id: one.max_points for one in rows._LOADED["key-project"].criteria}


@dataclass
class Made:
    """The ids of what stands in the series."""

    round_id: UUID
    reviews: dict[str, UUID] = field(default_factory=dict)


def _draft(session: Session, made: Made, cast: Cast, title: str, points: int, hour: int) -> None:
    report = rows.report(session, session.get_one(Round, made.round_id), title=title)
    review = rows.review(
        session, rows.assignment(session, report, cast.chen.expert_id), points={"outline": points}
    )
    score = session.exec(select(Score).where(Score.review_id == review.id)).one()
    score.created_at = NOW + timedelta(hours=hour)
    session.add(score)
    version = session.exec(select(ReportVersion).where(ReportVersion.report_id == report.id)).one()
    session.add(
        Evidence(
            created_at=NOW,
            review_id=review.id,
            number=1,
            criterion="outline",
            page=hour + 3,
            has_box=False,
            quote=f"{title}的目录",
            sha256=version.sha256,
            report_version=1,
        )
    )
    made.reviews[title] = review.id


@pytest.fixture
def made(database: Database, cast: Cast) -> Made:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        found = Made(in_round.id)
        _draft(session, found, cast, "甲报告", 300, 3)
        _draft(session, found, cast, "乙报告", MOST["outline"], 1)
        for title, state, whose in (
            ("丙报告", "submitted", "chen"),
            ("别人的报告", "draft", "luo"),
        ):
            report = rows.report(session, in_round, title=title)
            expert = getattr(cast, whose).expert_id
            review = rows.review(
                session,
                rows.assignment(session, report, expert),
                state=state,
                points={"outline": 400},
            )
            found.reviews[title] = review.id
        untold = rows.report(session, in_round, title="未声明的报告")
        rows.assignment(session, untold, cast.chen.expert_id, declared=False)
        ready = rows.report(session, in_round, title="未开始的报告")
        rows.assignment(session, ready, cast.chen.expert_id)
    return found


def _address(made: Made, criterion: str = "outline", more: str = "") -> str:
    return f"/reviews/series?round={made.round_id}&criterion={criterion}{more}"


def _save(made: Made, title: str, criterion: str = "outline") -> str:
    return f"/reviews/series/{made.reviews[title]}/criteria/{criterion}"


def _form(points: str, reason: str, version: int, criterion: str = "outline") -> dict[str, str]:
    return {
        f"points-{criterion}": points,
        f"reason-{criterion}": reason,
        f"version-{criterion}": str(version),
    }


def _score(database: Database, made: Made, title: str) -> tuple[int | None, str, int]:
    with database.read() as session:
        row = session.exec(
            select(Score).where(
                Score.review_id == made.reviews[title], Score.criterion == "outline"
            )
        ).one()
        return row.points_hundredths, row.reason, row.version


def test_all_own_reports_stand_in_the_order_of_rating_with_passages_and_figures(
    client_of: Client, cast: Cast, made: Made
) -> None:
    page = client_of(cast.chen).get(_address(made)).text
    table = page[page.index('class="list cards series"') :]
    assert table.index("丙报告") < table.index("乙报告") < table.index("甲报告")
    assert "甲报告的目录" in table
    assert "别人的报告" not in page
    assert "未声明的报告" not in page
    assert "湖北甲信" not in page
    figures = re.sub(r"<[^>]+>", " ", page[page.index('id="spread"') : page.index("levels-of")])
    assert "3/3" in figures
    assert f"3–{MOST['outline'] // 100}" in figures
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page
    last = client_of(cast.chen).get(_address(made, "feasible")).text
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last


def test_by_points_each_level_shows_what_earned_it(
    client_of: Client, cast: Cast, made: Made
) -> None:
    page = client_of(cast.chen).get(_address(made, more="&order=points")).text
    table = page[page.index('class="list cards series"') :]
    assert table.index("乙报告") < table.index("丙报告") < table.index("甲报告")
    outline = rows._LOADED["key-project"].criterion("outline")
    best = html.escape(outline.level_at(MOST["outline"]).title)
    low = html.escape(outline.level_at(300).title)
    assert best != low
    levels = page[page.index("levels-of") : page.index('class="list cards series"')]
    terms = levels.split("<dt>")
    assert "乙报告的目录" in next(one for one in terms if f">{best}<" in one)
    assert "甲报告的目录" in next(one for one in terms if f">{low}<" in one)


def test_full_marks_everywhere_are_pointed_out(
    client_of: Client, cast: Cast, made: Made, database: Database
) -> None:
    assert "均为满分" not in client_of(cast.chen).get(_address(made)).text
    page = client_of(cast.chen).get(_address(made, "elements")).text
    assert "均为满分" not in page  # one report alone is scored there
    client = client_of(cast.chen)
    most = f"{MOST['elements'] / 100}"
    answer = client.post(
        _save(made, "甲报告", "elements"), data=_form(most, "", 0, "elements"), headers=HTMX
    )
    assert "均为满分" in answer.text
    assert "均为满分" in client.get(_address(made, "elements")).text


def test_a_change_is_saved_like_in_the_review_itself(
    client_of: Client, cast: Cast, made: Made, database: Database
) -> None:
    client = client_of(cast.chen)
    saved = client.post(_save(made, "甲报告"), data=_form("4.5", "缺附件目录", 1), headers=HTMX)
    assert saved.status_code == 200
    assert f'id="v-{made.reviews["甲报告"]}"' in saved.text
    assert 'value="2"' in saved.text
    assert 'id="spread"' in saved.text
    assert "<textarea" not in saved.text  # typing goes on meanwhile
    assert _score(database, made, "甲报告") == (450, "缺附件目录", 2)
    with database.read() as session:
        states = session.exec(
            select(ReviewState).where(
                ReviewState.review_id == made.reviews["甲报告"], ReviewState.version == 2
            )
        ).all()
    assert [one.field for one in states] == ["criterion-outline"]
    assert "缺附件目录" in client.get(f"/reviews/{made.reviews['甲报告']}").text


def test_without_javascript_a_button_saves_and_leads_back_to_the_row(
    client_of: Client, cast: Cast, made: Made, database: Database
) -> None:
    client = client_of(cast.chen)
    saved = client.post(_save(made, "甲报告"), data=_form("4", "缺目录", 1))
    assert saved.status_code == 303
    assert saved.location.endswith(f"#row-{made.reviews['甲报告']}")
    assert _score(database, made, "甲报告") == (400, "缺目录", 2)
    refused = client.post(_save(made, "甲报告"), data=_form("99", "仍要留住的话", 2))
    assert refused.status_code == 422
    assert "仍要留住的话" in refused.text
    assert 'value="99"' in refused.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_late_save_shows_mine_theirs_and_before_and_one_chooses(
    client_of: Client, cast: Cast, made: Made, database: Database, headers: dict[str, str]
) -> None:
    client, path = client_of(cast.chen), _save(made, "甲报告")
    assert client.post(path, data=_form("3.5", "别处写的", 1), headers=HTMX).status_code == 200
    late = client.post(path, data=_form("2", "这里写的", 1), headers=headers)
    assert late.status_code == 409
    for text in ("您的内容（未保存）", "outline论证不足，缺少佐证材料"):
        assert text in late.text
    # As in the workspace: what each of the two added to what stood there before.
    assert {"这里写的", "别处写的"} <= set(re.findall(r"<ins>(.*?)</ins>", late.text))
    assert _score(database, made, "甲报告") == (350, "别处写的", 2)
    keep = re.search(r'name="keep" value="(\d+)"', late.text)
    assert keep is not None
    kept = client.post(
        path, data=_form("2", "这里写的", 1) | {"keep": keep.group(1)}, headers=headers
    )
    assert kept.status_code in {200, 303}
    assert _score(database, made, "甲报告") == (200, "这里写的", 3)


def test_a_submitted_review_is_shown_and_never_changed(
    client_of: Client, cast: Cast, made: Made, database: Database
) -> None:
    client = client_of(cast.chen)
    page = client.get(_address(made)).text
    row = page[page.index(f'id="row-{made.reviews["丙报告"]}"') :]
    row = row[: row.index("</tr>")]
    assert "<form" not in row
    assert "outline论证不足" in row
    answer = client.post(_save(made, "丙报告"), data=_form("1", "改", 1), headers=HTMX)
    assert answer.status_code == 409
    assert _score(database, made, "丙报告")[0] == 400


def test_nobody_reads_or_writes_somebody_elses_series(
    client_of: Client, cast: Cast, made: Made, database: Database
) -> None:
    for other in (cast.luo, cast.shi, cast.meng, cast.yan):
        client = client_of(other)
        answer = client.post(_save(made, "甲报告"), data=_form("1", "改", 1), headers=HTMX)
        assert answer.status_code == 404
    assert "甲报告" not in client_of(cast.luo).get(_address(made)).text
    for page in (_address(made), f"/reviews/worksheet?round={made.round_id}"):
        assert client_of(cast.shi).get(page).status_code == 404
    assert _score(database, made, "甲报告")[0] == 300


def test_what_is_declared_on_is_begun_from_here_and_nothing_else(
    client_of: Client, cast: Cast, made: Made, database: Database
) -> None:
    client = client_of(cast.chen)
    begun = client.post("/reviews/series/begin", data={"round": str(made.round_id)})
    assert begun.status_code == 303
    page = client.get(_address(made)).text
    assert "未开始的报告" in page
    assert "未声明的报告" not in page
    with database.read() as session:
        assert len(session.exec(select(Review)).all()) == 5


def test_the_worksheet_has_all_own_reports_by_all_criteria(
    client_of: Client, cast: Cast, made: Made
) -> None:
    path = f"/reviews/worksheet?round={made.round_id}"
    page = client_of(cast.chen).get(path).text
    for one in rows._LOADED["key-project"].criteria:
        assert one.title in page
    assert page.count('<th scope="row"') == 4
    assert "未开始的报告" in page
    assert "<td>4</td>" in page
    assert "<td>4</td>" not in client_of(cast.chen).get(f"{path}&empty=1").text
    assert "未声明的报告" not in page
    assert "别人的报告" not in page


def test_the_list_of_work_done_has_pages_and_dates_and_room_for_half_days(
    client_of: Client, cast: Cast, made: Made
) -> None:
    client = client_of(cast.chen)
    page = client.get(f"/reviews/work-done?round={made.round_id}").text
    assert "丙报告" in page
    assert "甲报告" not in page  # not submitted
    assert "2025-11-03" in page
    answer = client.get(f"/reviews/work-done.xlsx?round={made.round_id}")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    listed = list(sheet.iter_rows(values_only=True))
    assert listed[1][:2] == ("《丙报告》", 30)
    assert [str(one)[:10] for one in listed[1][2:]] == ["2025-11-03", "2025-11-03", "None"]
    assert client_of(cast.shi).get(f"/reviews/work-done?round={made.round_id}").status_code == 404
