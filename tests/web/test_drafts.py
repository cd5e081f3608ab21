"""An agency checks its drafts: what it is told, what is kept (nothing), how often it may."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlmodel import func, select

from reviewapp.config import Config
from reviewapp.db.models import Event, Report, StoredFile
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests.adapters.pdf_builders import encrypted, scanned
from tests.people import Cast
from tests.precheck_documents import set_report

Client = Callable[[Identity | None], FlaskClient]
ADDRESS = "/draft-precheck"


@pytest.fixture
def draft(tmp_path: Path) -> bytes:
    return set_report(tmp_path / "draft.pdf", without="六、有关建议").read_bytes()


def _send(client: FlaskClient, content: bytes, name: str = "草稿.pdf", **form: str) -> Any:
    data = {"kind": "key-project", "file": (BytesIO(content), name)} | form
    return client.post(ADDRESS, data=data, content_type="multipart/form-data")


def test_an_agency_learns_what_its_draft_lacks_and_nothing_is_kept(
    client_of: Client, cast: Cast, draft: bytes, database: Database, config: Config
) -> None:
    answer = _send(client_of(cast.lin), draft)
    assert answer.status_code == 200
    assert "缺少必备章节" in answer.text
    assert "有关建议" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(StoredFile)).one() == 0
        assert session.exec(select(func.count()).select_from(Report)).one() == 0
        event = session.exec(select(Event).where(Event.kind == "draft.prechecked")).one()
        assert "草稿" not in str(event.after)
    assert list((config.data_dir / "tmp").iterdir()) == []


def test_what_is_no_pdf_is_refused_and_costs_nothing(client_of: Client, cast: Cast) -> None:
    client = client_of(cast.lin)
    answer = _send(client, b"PK\x03\x04 a document", "草稿.docx")
    assert answer.status_code == 422
    assert "PDF" in answer.text
    assert "还可预检 30 次" in client.get(ADDRESS).text


def test_a_file_that_cannot_be_read_says_why(client_of: Client, cast: Cast, tmp_path: Path) -> None:
    locked = encrypted(tmp_path / "locked.pdf", owner="o", user="u").read_bytes()
    answer = _send(client_of(cast.lin), locked)
    assert answer.status_code == 422
    assert "密码" in answer.text


def test_an_agencys_day_has_an_end_and_is_its_own(
    client_of: Client, cast: Cast, draft: bytes
) -> None:
    client = client_of(cast.lin)
    assert "还可预检 30 次" in client.get(ADDRESS).text
    _send(client, draft)
    assert "还可预检 29 次" in client.get(ADDRESS).text
    assert "还可预检 30 次" in client_of(cast.xu).get(ADDRESS).text


def test_only_agencies_check_drafts(client_of: Client, cast: Cast, draft: bytes) -> None:
    for who in (cast.meng, cast.chen, cast.fang, cast.qin, cast.yan):
        assert client_of(who).get(ADDRESS).status_code == 404
        assert _send(client_of(who), draft).status_code == 404


def test_scanned_pages_of_a_draft_are_named_and_it_is_said_that_nobody_read_them(
    client_of: Client, cast: Cast, draft: bytes, tmp_path: Path
) -> None:
    client = client_of(cast.lin)
    assert "草稿预检不识别扫描页" in client.get(ADDRESS).text
    scan = scanned(tmp_path / "scan.pdf", pages=1)
    with pikepdf.open(BytesIO(draft)) as mixed, pikepdf.open(scan) as other:
        first = len(mixed.pages) + 1
        mixed.pages.extend(other.pages)
        mixed.save(tmp_path / "mixed.pdf")
    answer = _send(client, (tmp_path / "mixed.pdf").read_bytes())
    assert answer.status_code == 200
    assert f"第 {first} 页没有可用的文字" in answer.text
    # A scan altogether says what to hand in instead.
    refused = _send(client, scan.read_bytes())
    assert refused.status_code == 422
    assert "扫描件" in refused.text
