"""The text of a report's pages: who may read it, what is found, how sharp a picture may be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters.page_images import pixels
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import PageTextRow
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import jobs, page_texts, prechecks
from reviewapp.worker import Workshop
from tests import report_rows, rows
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]


@pytest.fixture
def report_id(
    database: Database, cast: Cast, storage: Storage, tmp_path: Path, workshop: Workshop
) -> UUID:
    """A report of three pages whose text was read by the worker, assigned to chen."""
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        version = report_rows.readable(session, storage, in_round, tmp_path)
        report = report_rows.report_of(session, version)
        rows.assignment(session, report, cast.chen.expert_id)
        jobs.add(
            session,
            workshop.queue,
            "precheck",
            prechecks.job_key(version.id),
            now=NOW,
            version_id=version.id,
        )
        return report.id


def test_the_precheck_keeps_the_text_of_every_page(database: Database, report_id: UUID) -> None:
    with database.read() as session:
        kept = session.exec(select(PageTextRow).order_by(PageTextRow.page)).all()  # type: ignore[arg-type]
    assert [row.page for row in kept] == [1, 2, 3]
    assert any("项目资金管理总体规范" in line[0] for line in kept[0].lines)
    assert kept[0].block[0] > 0  # the white margin is cut off


def test_a_page_gives_its_lines_as_text_at_their_places(
    client_of: Client, cast: Cast, report_id: UUID
) -> None:
    address = f"/reports/{report_id}/versions/1/pages"
    answer = client_of(cast.chen).get(f"{address}/2/text")
    assert answer.status_code == 200
    assert "项目资金管理总体规范" in answer.text
    assert 'textLength="' in answer.text
    assert client_of(cast.chen).get(f"{address}/4/text").status_code == 404


def test_words_are_found_with_page_and_boxes(
    client_of: Client, cast: Cast, report_id: UUID
) -> None:
    page = client_of(cast.chen).get(f"/reports/{report_id}/versions/1/search?find=第2段")
    assert page.text.count("<mark>第2段</mark>") == 3
    assert 'data-page="3"' in page.text
    nothing = client_of(cast.chen).get(f"/reports/{report_id}/versions/1/search?find=没有这话")
    assert "报告正文中没有“没有这话”" in nothing.text


@pytest.mark.parametrize("what", ["pages/1/text", "search?find=项目"])
def test_text_is_for_those_who_may_open_the_file(
    client_of: Client, cast: Cast, report_id: UUID, what: str
) -> None:
    address = f"/reports/{report_id}/versions/1/{what}"
    assert client_of(cast.meng).get(address).status_code == 200
    assert client_of(cast.luo).get(address).status_code == 404
    assert client_of(cast.lin).get(address).status_code in {403, 404}
    assert client_of(None).get(address).status_code == 303


def test_a_picture_comes_in_three_sizes_and_no_other(
    client_of: Client, cast: Cast, report_id: UUID
) -> None:
    client, address = client_of(cast.chen), f"/reports/{report_id}/versions/1/pages/1.webp"
    widths, marks = [], set()
    for query in ("", "?dpi=165", "?dpi=220"):
        answer = client.get(address + query)
        widths.append(pixels(answer.data)[0])
        marks.add(answer.headers["ETag"])
    assert widths[1] == pytest.approx(widths[0] * 1.5, abs=2)
    assert widths[2] == pytest.approx(widths[0] * 2, abs=2)
    assert len(marks) == 3
    assert client.get(f"{address}?dpi=900").status_code == 404


def test_text_that_an_older_precheck_did_not_keep_is_read_by_the_worker(
    database: Database, report_id: UUID, workshop: Workshop, client_of: Client, cast: Cast
) -> None:
    with database.transaction() as session:
        for row in session.exec(select(PageTextRow)):
            session.delete(row)
    address = f"/reports/{report_id}/versions/1"
    assert "<text" not in client_of(cast.chen).get(f"{address}/pages/1/text").text
    assert "尚未读取" in client_of(cast.chen).get(f"{address}/search?find=项目").text
    with database.transaction() as session:
        assert page_texts.ask_where_missing(session, workshop.queue, now=NOW) == 1
    with database.read() as session:
        assert len(session.exec(select(PageTextRow)).all()) == 3
    with database.transaction() as session:
        assert page_texts.ask_where_missing(session, workshop.queue, now=NOW) == 0
