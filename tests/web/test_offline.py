"""Rating offline: a package goes out, a filled form comes back, every doubt is seen first."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import select

from reviewapp.adapters import pdf
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Event, ReportVersion, Review, ReviewState, Score, StoredFile
from reviewapp.db.queries.reviews import own_page
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import reviews
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]
Cells = dict[str, tuple[object, object]]  # field → points and text to type in
PDF = b"%PDF-1.4 the report itself"


@pytest.fixture
def ids(database: Database, cast: Cast, storage: Storage) -> dict[str, UUID]:
    """Chen has two drafts on reports whose file is kept, and Luo has one."""
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        report = rows.report(session, in_round, title="甲/报告")
        other = rows.report(session, in_round, title="乙报告")
        for one, content in ((report, PDF), (other, PDF + b" of another")):
            sha256 = storage.put(content)
            version = session.exec(
                select(ReportVersion).where(ReportVersion.report_id == one.id)
            ).one()
            session.add(
                StoredFile(
                    created_at=NOW, sha256=sha256, size_bytes=9, media_type="application/pdf"
                )
            )
            session.flush()
            version.sha256 = sha256
            session.add(version)
        seats = {
            "mine": rows.assignment(session, report, cast.chen.expert_id),
            "second": rows.assignment(session, other, cast.chen.expert_id),
            "luos": rows.assignment(session, report, cast.luo.expert_id),
        }
        return {key: rows.review(session, seat, opinion="").id for key, seat in seats.items()}


def _save(
    database: Database, cast: Cast, review_id: UUID, criterion: str, points: str, reason: str
) -> None:
    with database.transaction() as session:
        version = session.exec(
            select(Score.version).where(Score.review_id == review_id, Score.criterion == criterion)
        ).first()
        reviews.save_score(
            session,
            review_id,
            criterion,
            points=points,
            reason=reason,
            version=version or 0,
            actor=cast.chen,
            now=NOW,
        )


def _package(client: FlaskClient, review_id: UUID) -> dict[str, bytes]:
    answer = client.get(f"/reviews/{review_id}/offline.zip")
    assert answer.status_code == 200
    content = answer.get_data()
    answer.close()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _filled(form: bytes, cells: Cells, *, rename: dict[str, str] | None = None) -> bytes:
    """Type into a form as an expert would in Excel, and return the saved file."""
    book = load_workbook(io.BytesIO(form))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=4):
        name = str(row[0].value)
        if name in cells:
            row[3].value, row[4].value = cells[name]  # type: ignore[assignment]
        if rename and name in rename:
            row[0].value = rename[name]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _upload(client: FlaskClient, review_id: UUID, content: bytes) -> tuple[int, str]:
    answer = client.post(
        f"/reviews/{review_id}/offline",
        data={"file": (io.BytesIO(content), "form.xlsx")},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.text


def _carried(page: str) -> dict[str, list[str]]:
    """Read what the preview would send: hidden fields and texts, and the radios that are on."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or not value or ('type="radio"' in tag and " checked" not in tag):
            continue
        found.setdefault(name.group(1), []).append(html.unescape(value.group(1)))
    for name, text in re.findall(r'<textarea name="([^"]*)"[^>]*>\n(.*?)</textarea>', page, re.S):
        found[name] = [html.unescape(text)]
    return found


def _scores(database: Database, review_id: UUID) -> dict[str, tuple[int | None, str]]:
    with database.read() as session:
        found = session.exec(select(Score).where(Score.review_id == review_id))
        return {one.criterion: (one.points_hundredths, one.reason) for one in found}


FORM = "离线评审表.xlsx"


def test_the_package_holds_report_rubric_and_a_form_that_guards_itself(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    _save(database, cast, ids["mine"], "outline", "3.5", "=1+1 不是公式")
    files = _package(client_of(cast.chen), ids["mine"])
    assert set(files) == {FORM, "评级标准.pdf", "甲_报告.pdf"}
    assert files["甲_报告.pdf"] == PDF
    sheet = load_workbook(io.BytesIO(files[FORM])).worksheets[0]
    found = {str(row[0].value): row for row in sheet.iter_rows(min_row=4)}
    row = found["criterion-outline"]
    assert (row[3].value, row[4].value, row[4].data_type) == (3.5, "=1+1 不是公式", "s")
    assert sheet.protection.sheet
    assert [cell.protection.locked for cell in row[:5]] == [True, True, True, False, False]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert all(rule.showErrorMessage for rule in rules.values())
    assert rules[row[4].coordinate].formula1 == "2000"
    assert float(rules[row[3].coordinate].formula2) == float(str(row[2].value))
    assert sheet.row_dimensions[found["stamp"][0].row or 0].hidden


def test_the_rubric_can_be_read_without_the_platform(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database, tmp_path: Path
) -> None:
    kept = tmp_path / "rubric.pdf"
    kept.write_bytes(_package(client_of(cast.chen), ids["mine"])["评级标准.pdf"])
    text = "".join(line.text for page in pdf.read(kept).pages for line in page.lines)
    with database.read() as session:
        page = own_page(session, ids["mine"], cast.chen)
    assert page is not None
    for criterion in page.rubric.criteria:
        assert criterion.title in text


def test_a_filled_form_is_seen_first_and_then_taken_in_one_act(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, key = client_of(cast.chen), ids["mine"]
    _save(database, cast, key, "outline", "3.5", "缺项目背景")
    content = _filled(
        _package(client, key)[FORM],
        {
            "criterion-outline": (4, "缺项目背景\n及实施情况"),
            "veto-plagiarism": ("是", "与他稿雷同"),
            "opinion": (None, "总体较好"),
        },
    )
    status, page = _upload(client, key, content)
    assert status == 200
    assert "及实施情况" in page
    assert _scores(database, key) == {"outline": (350, "缺项目背景")}
    answer = client.post(f"/reviews/{key}/offline/take", data=_carried(page))
    assert answer.status_code == 303
    assert _scores(database, key) == {"outline": (400, "缺项目背景\n及实施情况")}
    shown = client.get(f"/reviews/{key}").text
    assert "与他稿雷同" in shown
    assert "总体较好" in shown
    with database.read() as session:
        states = session.exec(select(ReviewState.field).where(ReviewState.review_id == key)).all()
        assert {"criterion-outline", "veto-plagiarism", "opinion"} <= set(states)
        event = session.exec(select(Event).where(Event.kind == "review.taken-from-form")).one()
        assert event.after == {"fields": 3}
    again = client.post(f"/reviews/{key}/offline/take", data=_carried(page))
    assert again.status_code == 303  # all of it stands already: nothing is taken twice
    assert _scores(database, key) == {"outline": (400, "缺项目背景\n及实施情况")}


def test_what_cannot_be_taken_is_named_and_stays_as_it_was(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, key = client_of(cast.chen), ids["mine"]
    _save(database, cast, key, "outline", "3.5", "缺项目背景")
    form = _package(client, key)[FORM]
    names = [
        str(row[0].value)
        for row in load_workbook(io.BytesIO(form)).worksheets[0].iter_rows(min_row=4)
    ]
    second, third, fourth = [one for one in names if one.startswith("criterion-")][1:4]
    content = _filled(
        form,
        {
            "criterion-outline": (99, "缺项目背景"),
            second: ("一般", "理由仍可采用"),
            third: (1, "长" * 2001),
        },
        rename={fourth: "criterion-invented"},
    )
    status, page = _upload(client, key, content)
    assert status == 200
    for said in (
        "“99”不能作为得分",
        "“一般”不能作为得分",
        "文字有2001字",
        "没有“criterion-invented”",
    ):
        assert said in page
    assert "一行，保持系统中的内容" in page  # the row that was renamed is missing
    assert client.post(f"/reviews/{key}/offline/take", data=_carried(page)).status_code == 303
    assert _scores(database, key) == {
        "outline": (350, "缺项目背景"),
        second.removeprefix("criterion-"): (None, "理由仍可采用"),
        third.removeprefix("criterion-"): (100, ""),
    }


def test_a_newer_save_online_is_never_overwritten_unseen(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, key = client_of(cast.chen), ids["mine"]
    _save(database, cast, key, "outline", "3", "下载时的理由")
    form = _package(client, key)[FORM]
    _save(database, cast, key, "outline", "2", "网上后写的理由")
    # Left as downloaded: what was saved online since stands, and there is nothing to ask.
    _status, page = _upload(client, key, form)
    assert "没有需要采用的内容" in page
    filled = _filled(form, {"criterion-outline": (4, "表里写的理由")})
    _status, page = _upload(client, key, filled)
    for text in ("下载时的理由", "网上后写的理由", "表里写的理由", "下载后系统中又保存过这一项"):
        assert text in page
    sent = _carried(page)
    assert "take-criterion-outline" not in sent  # nobody chooses for the person
    assert client.post(f"/reviews/{key}/offline/take", data=sent).status_code == 422
    _save(database, cast, key, "outline", "1", "核对时又改")
    sent["take-criterion-outline"] = ["mine"]
    late = client.post(f"/reviews/{key}/offline/take", data=sent)
    assert late.status_code == 409
    assert "核对时又改" in late.text
    assert _scores(database, key) == {"outline": (100, "核对时又改")}
    sent = _carried(late.text) | {"take-criterion-outline": ["mine"]}
    assert client.post(f"/reviews/{key}/offline/take", data=sent).status_code == 303
    assert _scores(database, key) == {"outline": (400, "表里写的理由")}


def test_an_emptied_cell_loses_nothing_by_itself(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, key = client_of(cast.chen), ids["mine"]
    _save(database, cast, key, "outline", "3", "写好的理由")
    form = _filled(_package(client, key)[FORM], {"criterion-outline": (3, None)})
    _status, page = _upload(client, key, form)
    assert "表中为空，而系统中已有内容" in page
    assert "take-criterion-outline" not in _carried(page)


def test_other_peoples_and_other_reports_forms_are_refused(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    luos = _filled(
        _package(client_of(cast.luo), ids["luos"])[FORM], {"criterion-outline": (1, "罗的秘密")}
    )
    client = client_of(cast.chen)
    _status, page = _upload(client, ids["mine"], luos)
    assert "这是他人的离线评审表" in page
    assert "罗的秘密" not in page
    own = _package(client_of(cast.luo), ids["luos"])[FORM]
    stamp = next(
        str(row[4].value)
        for row in load_workbook(io.BytesIO(own)).worksheets[0].iter_rows(min_row=4)
        if row[0].value == "stamp"
    )
    forced = {
        "stamp": stamp,
        "name": "criterion-outline",
        "points-criterion-outline": "1",
        "take-criterion-outline": "mine",
        "seen-criterion-outline": "0",
    }
    path = f"/reviews/{ids['mine']}/offline"
    assert client.post(f"{path}/take", data=forced).status_code == 409
    second = _filled(
        _package(client, ids["second"])[FORM], {"criterion-outline": (1, "乙报告的理由")}
    )
    _status, page = _upload(client, ids["mine"], second)
    assert "这是另一份报告的离线评审表" in page
    assert "乙报告的理由" not in page
    assert client_of(cast.luo).get(path).status_code == 404
    assert client_of(cast.meng).get(path).status_code == 404


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04broken"])
def test_what_is_no_form_is_refused(
    client_of: Client, cast: Cast, ids: dict[str, UUID], content: bytes
) -> None:
    assert _upload(client_of(cast.chen), ids["mine"], content)[0] == 422


def test_a_form_without_its_stamp_is_refused(
    client_of: Client, cast: Cast, ids: dict[str, UUID]
) -> None:
    client = client_of(cast.chen)
    form = _package(client, ids["mine"])[FORM]
    status, page = _upload(client, ids["mine"], _filled(form, {}, rename={"stamp": "x"}))
    assert (status, "来源标记" in page) == (422, True)
    for broken in ('{"format": 1}', "[]", "no", '{"format": 1, "versions": {"opinion": true}}'):
        answer = _upload(client, ids["mine"], _filled(form, {"stamp": (None, broken)}))
        assert answer[0] == 422


def test_nothing_is_taken_once_the_review_is_submitted(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, key = client_of(cast.chen), ids["mine"]
    form = _filled(_package(client, key)[FORM], {"opinion": (None, "来晚了")})
    with database.transaction() as session:
        review = session.get_one(Review, key)
        review.state, review.total_hundredths, review.rating = "submitted", 9000, "A"
        review.submitted_at = NOW
    _status, page = _upload(client, key, form)
    assert "该评审已经提交" in page
    assert "来晚了" not in page
    assert client.get(f"/reviews/{key}/offline.zip").status_code == 409
