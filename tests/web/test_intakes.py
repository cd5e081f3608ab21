"""Bringing reports: the form, the preview, taking and discarding, and who may."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.adapters.spreadsheets import read_sheet, write_sheet
from reviewapp.db.models import Intake, Job, Report
from reviewapp.db.session import Database
from reviewapp.worker import Workshop
from tests import rows
from tests.adapters import pdf_builders
from tests.people import Cast

Client = Callable[..., FlaskClient]
AGENCY = "湖北甲信绩效评价有限公司"


@pytest.fixture
def round_id(database: Database) -> UUID:
    with database.transaction() as session:
        return rows.round_(session).id


@pytest.fixture
def a_pdf(tmp_path: Path) -> bytes:
    return pdf_builders.with_text(tmp_path / "made.pdf", [pdf_builders.prose()] * 2).read_bytes()


def bring(client: FlaskClient, round_id: UUID, *files: tuple[str, bytes]) -> str:
    """Upload files and return the address of the preview."""
    answer = client.post(
        f"/rounds/{round_id}/intakes/new",
        data={"files": [(io.BytesIO(content), name) for name, content in files]},
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def fields(page: str) -> dict[str, list[str]]:
    """Return what the preview's form would send as it stands."""
    sent: dict[str, list[str]] = {"items": re.findall(r'name="items" value="([\w-]+)"', page)}
    for name, options in re.findall(r'<select name="(kind-[\w-]+)"(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([\w-]*)" selected', options)
        sent[name] = [chosen.group(1) if chosen else ""]
    for name, value in re.findall(r'<input name="(agency-[\w-]+)"[^>]*? value="([^"]*)"', page):
        sent[name] = [value]
    return sent


def test_a_zip_with_a_list_goes_from_the_form_to_the_round(
    client_of: Client, cast: Cast, round_id: UUID, database: Database, a_pdf: bytes
) -> None:
    other = a_pdf + b"\n"
    listed = write_sheet(
        "清单",
        ["报告名称", "报告类型", "第三方机构", "资质"],
        [
            ["甲项目绩效评价报告", "重点项目", AGENCY, "甲级"],
            ["乙局部门整体支出绩效评价报告", "", "无此公司", ""],
        ],
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("报告/甲项目绩效评价报告.pdf", a_pdf)
        archive.writestr("报告/乙局部门整体支出绩效评价报告.pdf", other)
        archive.writestr("报告/说明.docx", b"PK\x03\x04")
        archive.writestr("报告/清单.xlsx", listed)
    client = client_of(cast.meng)

    address = bring(client, round_id, ("报告.zip", out.getvalue()))
    page = text_of(client, address)

    assert "《甲项目绩效评价报告》" in page
    assert "名录中没有机构“无此公司”。" in page
    assert "报告类型由标题推断，请核对。" in page
    assert "清单.xlsx 中未识别、不读取的栏目：资质。" in page
    sent = fields(page)
    assert len(sent["items"]) == 2
    with database.read() as session:
        assert session.exec(select(Report)).all() == []

    taken = client.post(f"{address}/take", data=sent)

    assert taken.status_code == 303
    result = text_of(client, taken.location)
    assert "2 份报告已进入批次" in result
    assert "不接收.docx文件。" in result  # why a file was left out stays readable
    with database.read() as session:
        found = session.exec(select(Report).order_by(col(Report.title))).all()
    assert {(r.title[:1], r.kind, r.state) for r in found} == {
        ("甲", "key-project", "taken-in"),
        ("乙", "department", "uploaded"),
    }


def test_one_choice_gives_a_kind_to_all_that_have_none(
    client_of: Client, cast: Cast, round_id: UUID, database: Database, a_pdf: bytes
) -> None:
    client = client_of(cast.meng)
    names = ("甲.pdf", "乙.pdf", "丙.pdf")
    address = bring(client, round_id, *((n, a_pdf + b"\n" * i) for i, n in enumerate(names)))
    page = text_of(client, address)
    assert 'name="kind-all"' in page
    sent = fields(page)
    sent |= {f"kind-{sent['items'][0]}": ["department"], "kind-all": ["key-project"]}

    assert client.post(f"{address}/take", data=sent).status_code == 303

    with database.read() as session:
        kinds = sorted(session.exec(select(Report.kind)))
    assert kinds == ["department", "key-project", "key-project"]


def test_what_was_chosen_stays_when_the_preview_is_refused(
    client_of: Client, cast: Cast, round_id: UUID, database: Database, a_pdf: bytes
) -> None:
    client = client_of(cast.meng)
    address = bring(client, round_id, ("某项目.pdf", a_pdf))
    sent = fields(text_of(client, address))
    (item,) = sent["items"]
    sent |= {f"kind-{item}": ["department"], f"agency-{item}": ["不在名录的公司"]}

    answer = client.post(f"{address}/take", data=sent)

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "名录中没有机构“不在名录的公司”。" in page
    assert fields(page) == sent
    sent[f"agency-{item}"] = [AGENCY]
    assert client.post(f"{address}/take", data=sent).status_code == 303
    with database.read() as session:
        report = session.exec(select(Report)).one()
        assert (report.kind, report.state) == ("department", "taken-in")


def test_each_refusal_says_what_and_why(client_of: Client, cast: Cast, round_id: UUID) -> None:
    client = client_of(cast.meng)
    old_word = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

    page = text_of(
        client,
        bring(client, round_id, ("旧.doc", old_word), ("空.pdf", b""), ("坏.pdf", b"%PDF-1.4 x")),
    )

    assert "不接收.doc文件。请用 Word 或 WPS 打开" in page
    assert "文件为空。" in page
    assert "这些文件都不能接收，原因见各行。" in page
    assert "PDF 文件已损坏" in page or "已损坏" in page
    assert fields(page)["items"] == []


def test_nothing_chosen_is_said_in_the_form(client_of: Client, cast: Cast, round_id: UUID) -> None:
    answer = client_of(cast.meng).post(f"/rounds/{round_id}/intakes/new", data={})

    assert answer.status_code == 422
    assert "请先选择报告" in answer.get_data(as_text=True)


def test_the_same_bytes_twice_lead_to_the_first_report(
    client_of: Client, cast: Cast, round_id: UUID, a_pdf: bytes, database: Database
) -> None:
    client = client_of(cast.meng)
    first = bring(client, round_id, ("某项目.pdf", a_pdf))
    client.post(f"{first}/take", data=fields(text_of(client, first)))
    with database.read() as session:
        report_id = session.exec(select(Report.id)).one()

    page = text_of(client, bring(client, round_id, ("改名.pdf", a_pdf)))

    assert "本批次中已有同一文件" in page
    assert f"/reports/{report_id}" in page
    assert fields(page)["items"] == []


def test_an_expert_learns_nothing_of_the_first_report(
    client_of: Client, cast: Cast, round_id: UUID, a_pdf: bytes, database: Database
) -> None:
    officer, expert = client_of(cast.meng), client_of(cast.chen)
    first = bring(officer, round_id, ("保密项目.pdf", a_pdf))
    officer.post(f"{first}/take", data=fields(text_of(officer, first)))
    with database.read() as session:
        report_id = session.exec(select(Report.id)).one()

    page = text_of(expert, bring(expert, round_id, ("改名.pdf", a_pdf)))

    assert "本批次中已有同一文件" in page
    assert str(report_id) not in page
    assert "保密项目" not in page


def test_an_expert_brings_reports_and_sees_only_the_own_ones(
    client_of: Client, cast: Cast, round_id: UUID, a_pdf: bytes, database: Database
) -> None:
    officer, expert = client_of(cast.meng), client_of(cast.chen)
    theirs = bring(officer, round_id, ("他人项目.pdf", a_pdf))
    assert rounds_offered(expert) == 1
    assert "他人项目" not in text_of(expert, f"/rounds/{round_id}/intakes/new")
    for method in (expert.get, client_of(cast.luo).get):
        assert method(theirs).status_code == 404
    assert expert.post(f"{theirs}/discard").status_code == 404

    mine = bring(expert, round_id, ("我的项目.pdf", a_pdf + b"\n"))
    sent = fields(text_of(expert, mine))
    sent[f"agency-{sent['items'][0]}"] = [AGENCY]
    assert expert.post(f"{mine}/take", data=sent).status_code == 303

    assert client_of(cast.luo).get(mine).status_code == 404
    assert "我的项目" in text_of(expert, "/intakes")
    assert "我的项目" not in text_of(client_of(cast.luo), "/intakes")
    with database.read() as session:
        report = session.exec(select(Report)).one()
        assert (report.state, report.uploaded_by) == ("uploaded", cast.chen.id)


def rounds_offered(client: FlaskClient) -> int:
    return len(re.findall(r"/rounds/[\w-]+/intakes/new", text_of(client, "/intakes")))


def test_the_round_must_take_reports(
    client_of: Client, cast: Cast, database: Database, a_pdf: bytes
) -> None:
    with database.transaction() as session:
        rating = rows.round_(session, phase="rating").id
        settlement = rows.round_(session, phase="settlement").id
    assert rounds_offered(client_of(cast.meng)) == 1
    assert rounds_offered(client_of(cast.chen)) == 0
    assert client_of(cast.meng).get(f"/rounds/{rating}/intakes/new").status_code == 200
    for who, round_id in ((cast.chen, rating), (cast.meng, settlement)):
        client, address = client_of(who), f"/rounds/{round_id}/intakes/new"
        assert client.get(address).status_code == 409
        data = {"files": [(io.BytesIO(a_pdf), "a.pdf")]}
        assert client.post(address, data=data).status_code == 409


def test_a_preview_is_taken_or_discarded_once(
    client_of: Client, cast: Cast, round_id: UUID, a_pdf: bytes, database: Database
) -> None:
    client = client_of(cast.meng)
    address = bring(client, round_id, ("某项目.pdf", a_pdf))
    sent = fields(text_of(client, address))

    assert client.post(f"{address}/discard").status_code == 303
    assert "本次上传已放弃" in text_of(client, address)
    assert client.post(f"{address}/take", data=sent).status_code == 409
    with database.read() as session:
        assert session.exec(select(Report)).all() == []


def test_while_it_is_read_the_page_asks_again_and_says_how_far_it_is(
    client_of: Client,
    cast: Cast,
    round_id: UUID,
    a_pdf: bytes,
    database: Database,
    workshop: Workshop,
) -> None:
    client = client_of(cast.meng)
    address = bring(client, round_id, ("某项目.pdf", a_pdf))
    with database.transaction() as session:
        session.exec(select(Intake)).one().state = "reading"
        job = session.exec(select(Job).where(Job.task == "intake")).one()
        job.state, job.steps_done, job.steps_total = "queued", 3, 8

    page = text_of(client, address)
    assert 'hx-trigger="load delay:400ms"' in page
    assert "已查看 3 个，共 8 个" in page
    part = client.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.lstrip().startswith('<div id="intake"')

    with database.transaction() as session:
        session.exec(select(Job).where(Job.task == "intake")).one().state = "failed"
    page = text_of(client, address)
    assert "hx-trigger" not in page
    assert "文件未能读取" in page


def test_htmx_is_led_to_the_preview(
    client_of: Client, cast: Cast, round_id: UUID, a_pdf: bytes
) -> None:
    answer = client_of(cast.meng).post(
        f"/rounds/{round_id}/intakes/new",
        data={"files": [(io.BytesIO(a_pdf), "a.pdf")]},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/intakes/")


def test_an_empty_list_has_the_headings_that_are_known(client_of: Client, cast: Cast) -> None:
    sheet = read_sheet(client_of(cast.chen).get("/intakes/list.xlsx").get_data())

    assert sheet.header[:2] == ("文件名", "报告名称")


def test_everybody_else_is_kept_out(
    client_of: Client, cast: Cast, round_id: UUID, a_pdf: bytes
) -> None:
    address = bring(client_of(cast.meng), round_id, ("某项目.pdf", a_pdf))
    pages = ["/intakes", f"/rounds/{round_id}/intakes/new", address, "/intakes/list.xlsx"]
    posts = [f"/rounds/{round_id}/intakes/new", f"{address}/take", f"{address}/discard"]

    nobody = client_of(None)
    for page in pages:
        assert nobody.get(page).status_code == 303
    for post in posts:
        assert "/sign-in" in nobody.post(post).location
    for who in (cast.qin, cast.fang, cast.lin, cast.xu, cast.yan):
        client = client_of(who)
        assert {client.get(page).status_code for page in pages} == {404}
        assert {client.post(post).status_code for post in posts} == {404}


def test_an_experts_upload_stays_theirs_until_it_is_taken_in(
    client_of: Client, cast: Cast, round_id: UUID, a_pdf: bytes, database: Database
) -> None:
    expert, officer = client_of(cast.chen), client_of(cast.meng)
    address = bring(expert, round_id, ("我的项目.pdf", a_pdf))
    sent = fields(text_of(expert, address))
    sent[f"agency-{sent['items'][0]}"] = [AGENCY]
    expert.post(f"{address}/take", data=sent)
    with database.read() as session:
        report_id = session.exec(select(Report.id)).one()
    shown = f"/reports/{report_id}"

    page = text_of(expert, shown)
    assert f"{shown}/versions/new" in page
    assert f"{shown}/withdraw" in page
    assert f"{shown}/take-in" not in page
    assert client_of(cast.luo).get(shown).status_code == 404

    assert f"{shown}/take-in" in text_of(officer, shown)
    assert officer.post(f"{shown}/take-in").status_code == 303
    closed = text_of(expert, shown)
    assert f"{shown}/" not in closed
    assert expert.get(f"{shown}/versions/1/file").status_code != 200
    assert shown not in text_of(expert, "/intakes")
