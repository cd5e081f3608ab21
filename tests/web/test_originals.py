"""New versions of several files on the pages, and the originals for whoever may open the report."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Report, ReportVersion, Round, VersionPart
from reviewapp.db.session import Database
from tests import report_rows, rows
from tests.adapters import pdf_builders as build
from tests.people import Cast

Client = Callable[..., FlaskClient]


def pdf(folder: Path, text: str, pages: int = 1) -> tuple[io.BytesIO, str]:
    path = build.with_text(
        folder / "made.pdf", [[(72, 60, 20, f"{text}{n}"), *build.prose(3)] for n in range(pages)]
    )
    return io.BytesIO(path.read_bytes()), f"{text}.pdf"


@pytest.fixture
def report_id(database: Database, storage: Storage, tmp_path: Path, cast: Cast) -> UUID:
    """A report of three pages that chen uploaded."""
    with database.transaction() as session:
        in_round = rows.round_(session)
        version = report_rows.readable(
            session, storage, in_round, tmp_path, state="uploaded", uploaded_by=cast.chen.id
        )
        return version.report_id


def send(client: FlaskClient, report_id: UUID, **data: Any) -> Any:
    return client.post(f"/reports/{report_id}/versions/new", data=data)


def stored(database: Database, number: int) -> list[tuple[str, str, int]]:
    with database.read() as session:
        found = session.exec(
            select(VersionPart)
            .join(ReportVersion, col(ReportVersion.id) == col(VersionPart.report_version_id))
            .where(ReportVersion.number == number)
            .order_by(col(VersionPart.number))
        )
        return [(one.file_name, one.kind, one.first_page) for one in found]


def test_an_annex_is_added_to_what_is_there_in_the_typed_order(
    client_of: Client, cast: Cast, report_id: UUID, database: Database, tmp_path: Path
) -> None:
    client = client_of(cast.chen)
    page = client.get(f"/reports/{report_id}/versions/new?add=1").get_data(as_text=True)
    assert re.search(r'name="keep-old1"[^>]* checked', page)

    answer = send(
        client,
        report_id,
        add="1",
        **{"keep-old1": "1", "place-old1": "2", "part-old1": "body"},
        **{"place-file": "1", "part-file": "annex"},
        file=[pdf(tmp_path, "附件10"), pdf(tmp_path, "附件2", 2)],
    )

    assert answer.status_code == 303
    assert [row[1:] for row in stored(database, 2)] == [
        ("annex", 1),
        ("annex", 3),
        ("body", 4),
    ]
    assert [row[0] for row in stored(database, 2)][:2] == ["附件2.pdf", "附件10.pdf"]
    page = client.get(f"/reports/{report_id}?tab=history").get_data(as_text=True)
    assert "由 3 个文件合并而成" in page
    assert "附件10.pdf" in page
    assert "第 4 至 6 页" in page


def test_a_page_says_from_which_original_it_came_and_each_can_be_downloaded(
    client_of: Client, cast: Cast, report_id: UUID, database: Database, tmp_path: Path
) -> None:
    client = client_of(cast.meng)
    annex, name = pdf(tmp_path, "附件甲", 2)
    content = annex.getvalue()
    send(client, report_id, file=[pdf(tmp_path, "正文")], file2=[(annex, name)])
    viewer = client.get(f"/reports/{report_id}?page=3").get_data(as_text=True)
    assert "附件甲.pdf 第 2 页" in viewer

    address = f"/reports/{report_id}/versions/2/originals/2/file"
    for who in (cast.meng, cast.fang, cast.yan, cast.chen):
        with client_of(who).get(address) as answer:
            assert answer.status_code == 200
            assert answer.data == content
    for who in (cast.luo, cast.qin, cast.lin):
        assert client_of(who).get(address).status_code in (403, 404)
    assert client_of(cast.luo).get(address).status_code == 404
    assert client.get(f"/reports/{report_id}/versions/2/originals/3/file").status_code == 404


def test_the_file_in_the_way_is_named_and_nothing_is_stored(
    client_of: Client, cast: Cast, report_id: UUID, database: Database, tmp_path: Path
) -> None:
    client = client_of(cast.meng)
    locked = build.encrypted(tmp_path / "l.pdf", owner="o", user="u").read_bytes()
    acting = build.with_scripts(tmp_path / "s.pdf").read_bytes()
    for content, name, said in (
        (locked, "附件锁.pdf", "“附件锁.pdf”：PDF 文件设有打开密码"),
        (acting, "附件动.pdf", "“附件动.pdf”中含有脚本"),
        (b"no pdf", "附件空.pdf", "“附件空.pdf”：不接收"),
    ):
        answer = send(
            client,
            report_id,
            file=[pdf(tmp_path, "正文")],
            file2=[(io.BytesIO(content), name)],
            **{"place-file2": "7", "part-file2": "signature"},
        )
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, name
        assert said in page, re.findall(r"alert.>(.*)<", page)
        assert "%(" not in page
        assert 'name="place-file2" value="7"' in page
    with database.read() as session:
        assert session.get_one(Report, report_id).current_version == 1


def test_the_same_part_in_another_report_is_answered_with_a_link(
    client_of: Client, cast: Cast, report_id: UUID, database: Database, tmp_path: Path
) -> None:
    client = client_of(cast.meng)
    annex = pdf(tmp_path, "附件甲")[0].read()
    send(client, report_id, file=[pdf(tmp_path, "正文")], file2=[(io.BytesIO(annex), "附件甲.pdf")])
    with database.transaction() as session:
        first = session.get_one(Report, report_id)
        other = rows.report(session, session.get_one(Round, first.round_id)).id

    answer = send(
        client, other, file=[pdf(tmp_path, "别的")], file2=[(io.BytesIO(annex), "改名.pdf")]
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "“改名.pdf”已在本批次的" in page
    assert f'href="/reports/{report_id}"' in page


def test_others_do_not_add_files(client_of: Client, cast: Cast, report_id: UUID) -> None:
    for who in (cast.luo, cast.fang, cast.yan, cast.lin):
        client = client_of(who)
        assert client.get(f"/reports/{report_id}/versions/new").status_code in (403, 404)
        assert send(client, report_id).status_code in (403, 404)
