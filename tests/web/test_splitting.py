"""The split page: proposed, looked at, confirmed, taken back; and for whom it does not exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Precheck, Report
from reviewapp.db.session import Database
from tests import report_rows, rows
from tests.people import NOW, Cast

Client = Callable[..., FlaskClient]
PROPOSED = [
    {"first": 1, "last": 3, "title": "道路养护项目绩效评价报告", "signs": []},
    {"first": 4, "last": 8, "title": "教育局部门整体支出绩效评价报告", "signs": ["title", "cover"]},
]


@pytest.fixture
def report_id(database: Database, storage: Storage, tmp_path: Path, cast: Cast) -> UUID:
    """A report of eight pages that the precheck takes for two."""
    with database.transaction() as session:
        version = report_rows.readable(
            session,
            storage,
            rows.round_(session),
            tmp_path,
            pages=8,
            state="uploaded",
            uploaded_by=cast.chen.id,
        )
        session.add(
            Precheck(
                created_at=NOW,
                report_version_id=version.id,
                state="done",
                outcome="complete",
                answer=report_rows.answer(reports=PROPOSED),
            )
        )
        return version.report_id


def sent(page: str) -> dict[str, str]:
    """Return what the form would send as it stands."""
    found = dict(re.findall(r'name="((?:first|last|title)-\d+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="(kind-\d+)"(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([\w-]+)" selected', options)
        found[name] = chosen.group(1) if chosen else ""
    return found


def reports(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        found = session.exec(select(Report).order_by(col(Report.title)))
        return [(one.title, one.kind, one.state) for one in found]


def test_the_hint_leads_to_a_proposal_that_is_confirmed_and_taken_back(
    client_of: Client, cast: Cast, report_id: UUID, database: Database
) -> None:
    client = client_of(cast.meng)
    page = client.get(f"/reports/{report_id}").get_data(as_text=True)
    assert "此文件似有 2 份报告，分别从第 1、4 页开始" in page

    page = client.get(f"/reports/{report_id}/split").get_data(as_text=True)
    assert f"/reports/{report_id}/versions/1/pages/4.webp" in page
    answer = client.post(f"/reports/{report_id}/split", data=sent(page))

    assert answer.status_code == 303
    made = [one for one in reports(database) if one[2] == "uploaded"]
    assert made == [
        ("教育局部门整体支出绩效评价报告", "department", "uploaded"),
        ("道路养护项目绩效评价报告", "key-project", "uploaded"),
    ]
    page = client.get(f"/reports/{report_id}").get_data(as_text=True)
    assert "已将此文件拆分为以下报告" in page
    assert "第 4 至 8 页" in page
    assert "此文件似有" not in page
    child = re.findall(r'href="/reports/([\w-]{36})">《教育局', page)[0]
    page = client.get(f"/reports/{child}").get_data(as_text=True)
    assert "第 4 至 8 页" in page
    assert f"/reports/{report_id}/versions/1/file" in page

    assert client.post(f"/reports/{report_id}/split/undo").status_code == 303
    assert sorted(one[2] for one in reports(database)) == ["uploaded", "withdrawn", "withdrawn"]
    assert client.post(f"/reports/{report_id}/split/undo").status_code == 409


def test_pages_that_are_left_out_are_named_before_they_go(
    client_of: Client, cast: Cast, report_id: UUID, database: Database
) -> None:
    client = client_of(cast.meng)
    form = sent(client.get(f"/reports/{report_id}/split").get_data(as_text=True))
    form |= {"first-2": "5", "last-2": "7"}

    looked = client.post(f"/reports/{report_id}/split", data=form | {"look": "1"})
    assert looked.status_code == 200
    assert "/pages/5.webp" in looked.get_data(as_text=True)
    assert len(reports(database)) == 1

    refused = client.post(f"/reports/{report_id}/split", data=form)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "有页面不属于任何报告" in page
    assert "第 4 页、第 8 页" in page
    assert client.post(f"/reports/{report_id}/split", data=form | {"leave": "1"}).status_code == 303


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first-2": "3"}, "第 3 页重复"),
        ({"last-2": "9"}, "文件只有第 1 至 8 页"),
        ({"first-2": "vier"}, "“vier”不是页码"),
        ({"first-2": "9" * 5000}, "9”不是页码"),
        ({"title-2": " "}, "请填写第 4 至 8 页的报告标题"),
        ({"first-2": "", "last-2": "", "title-2": ""}, "至少拆分为两份报告"),
        ({"kind-2": "x"}, "《教育局部门整体支出绩效评价报告》"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_stays(
    client_of: Client,
    cast: Cast,
    report_id: UUID,
    database: Database,
    change: dict[str, str],
    said: str,
) -> None:
    client = client_of(cast.meng)
    form = sent(client.get(f"/reports/{report_id}/split").get_data(as_text=True))

    answer = client.post(f"/reports/{report_id}/split", data=form | change | {"leave": "1"})

    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert 'value="道路养护项目绩效评价报告"' in answer.get_data(as_text=True)
    assert len(reports(database)) == 1


def test_others_neither_see_the_hint_nor_split(
    client_of: Client, cast: Cast, report_id: UUID, database: Database
) -> None:
    for who in (cast.fang, cast.yan, cast.chen):
        client = client_of(who)
        assert "此文件似有" not in client.get(f"/reports/{report_id}").get_data(as_text=True)
    for who in (cast.fang, cast.yan, cast.chen, cast.luo, cast.lin, cast.qin):
        client = client_of(who)
        assert client.get(f"/reports/{report_id}/split").status_code == 404
        assert client.post(f"/reports/{report_id}/split", data={}).status_code == 404
        assert client.post(f"/reports/{report_id}/split/undo").status_code == 404
    assert len(reports(database)) == 1


def test_an_assigned_report_says_why_it_is_not_split_and_offers_no_link(
    client_of: Client, cast: Cast, report_id: UUID, database: Database
) -> None:
    client, url = client_of(cast.meng), f"/reports/{report_id}"
    assert f'href="{url}/split"' in client.get(f"{url}?tab=history").text
    with database.transaction() as session:
        rows.assignment(session, session.get_one(Report, report_id), cast.chen.expert_id)
    page = client.get(f"{url}?tab=history").text
    assert ">此文件含多份报告</a>" not in page
    assert "此文件含多份报告：" in page
