"""The precheck sheet: what an officer sends back to an agency, read back from the PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Finding
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import prechecks, triage
from tests import report_rows as made
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]


def _put(database: Database, storage: Storage, cast: Cast, folder: Path) -> str:
    """Write a report with a confirmed, an open and a dismissed doubt; return its address."""
    with database.transaction() as session:
        version = made.readable(session, storage, rows.round_(session), folder)
        answer = made.answer(
            made.finding(values={"found": "92.5", "expected": "91.5"}),
            made.finding("pii-phone", severity="warning", page=3, quote="手机13871234506"),
            made.finding(
                "section-missing", page=None, quote="", values={"section": "recommendations"}
            ),
        )
        prechecks.store(session, version.id, answer, rules_hash="abc", now=NOW)
        found = session.exec(
            select(Finding).where(Finding.report_version_id == version.id).order_by("position")
        ).all()
        triage.confirm(session, found[0].id, actor=cast.meng, now=NOW)
        triage.dismiss(session, found[2].id, "另附建议书", actor=cast.meng, now=NOW)
        return f"/reports/{version.report_id}/versions/1/precheck-sheet.pdf"


def _text(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return "".join(texts).replace("\r\n", "")


def test_the_sheet_holds_what_is_confirmed_and_on_demand_what_is_open(
    database: Database, storage: Storage, cast: Cast, client_of: Client, tmp_path: Path
) -> None:
    address = _put(database, storage, cast, tmp_path)
    officer = client_of(cast.meng)
    officer.post("/language", data={"locale": "en"})  # the sheet stays Chinese
    text = _text(officer.get(address).data)
    assert "预检单" in text
    assert "共 1 条疑点，均经经办人核实" in text
    assert "92.5" in text
    assert "依据：财预〔2020〕10号第十八条" in text.replace(" ", "")
    assert "13871234506" not in text
    whole = _text(officer.get(f"{address}?all=1").data)
    assert "13871234506" in whole
    assert "其中 1 条未经核实" in whole
    assert "另附建议书" not in whole


def test_nobody_but_officers_takes_the_sheet(
    database: Database, storage: Storage, cast: Cast, client_of: Client, tmp_path: Path
) -> None:
    address = _put(database, storage, cast, tmp_path)
    for who in (cast.chen, cast.lin, cast.fang, cast.yan, cast.qin):
        answer = client_of(who).get(address)
        assert answer.status_code in {403, 404}
        assert "13871234506" not in answer.text
    assert client_of(cast.meng).get(address.replace("versions/1", "versions/2")).status_code == 404


def test_quotes_cannot_become_commands_of_the_typesetter(
    database: Database, storage: Storage, cast: Cast, client_of: Client, tmp_path: Path
) -> None:
    with database.transaction() as session:
        version = made.readable(session, storage, rows.round_(session), tmp_path)
        evil = made.finding("pii-phone", quote='#read("/etc/passwd") $x$ *a* {0}')
        prechecks.store(session, version.id, made.answer(evil), rules_hash="abc", now=NOW)
        address = f"/reports/{version.report_id}/versions/1/precheck-sheet.pdf?all=1"
    assert '#read("/etc/passwd") $x$ *a* {0}' in _text(client_of(cast.meng).get(address).data)
