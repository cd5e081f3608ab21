"""Registers: search, edit, import with preview, export, and who may."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from reviewapp.adapters.spreadsheets import read_sheet, write_sheet
from tests.people import Cast

Client = Callable[..., FlaskClient]


def _upload(client: FlaskClient, rows: list[list[str]]) -> str:
    content = write_sheet("x", ["机构名称", "统一社会信用代码", "联系人"], rows)
    answer = client.post(
        "/registers/agencies/import", data={"list": (io.BytesIO(content), "agencies.xlsx")}
    )
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_import_is_shown_before_anything_is_written(client_of: Client, cast: Cast) -> None:
    client = client_of(cast.meng)
    text = _upload(
        client,
        [
            ["湖北新诚评价有限公司", "", "王一"],
            ["武汉乙正咨询有限公司", "", "李二"],
            ["", "", "无名"],
        ],
    )
    assert "湖北新诚" in text
    assert "湖北新诚" not in client.get("/registers/agencies").get_data(as_text=True)

    sha256 = re.search(r'name="sha256" value="(\w+)"', text)
    assert sha256
    taken = client.post("/registers/agencies/import/taken", data={"sha256": sha256.group(1)})

    assert taken.status_code == 303
    page = client.get("/registers/agencies").get_data(as_text=True)
    assert "湖北新诚" in page
    assert "李二" in page
    assert "无名" not in page


def test_a_wrong_check_digit_warns_and_is_saved(client_of: Client, cast: Cast) -> None:
    client = client_of(cast.meng)

    answer = client.post(
        "/registers/agencies/new", data={"name": "丙公司", "code": "91310115MA1H8R7C6D"}
    )

    assert answer.status_code == 303
    page = client.get("/registers/agencies?q=丙公司").get_data(as_text=True)
    assert "state doubt" in page


def test_the_same_name_twice_is_refused_and_the_form_kept(client_of: Client, cast: Cast) -> None:
    answer = client_of(cast.meng).post(
        "/registers/agencies/new", data={"name": "武汉乙正咨询有限公司", "contact": "赵三"}
    )

    assert answer.status_code == 409
    assert "赵三" in answer.get_data(as_text=True)


def test_the_export_is_what_the_import_takes(client_of: Client, cast: Cast) -> None:
    answer = client_of(cast.meng).get("/registers/experts.xlsx")

    sheet = read_sheet(answer.get_data())
    assert sheet.header[:2] == ("姓名", "单位")
    assert {row["姓名"] for _n, row in sheet.rows} == {"陈睿", "罗珊", "石磊"}


def test_an_approver_reads_but_does_not_edit(client_of: Client, cast: Cast) -> None:
    client = client_of(cast.fang)
    assert client.get("/registers/agencies").status_code == 200
    assert client.get("/registers/agencies/new").status_code == 404
    assert client.post("/registers/agencies/new", data={"name": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["chen", "lin"])
def test_outsiders_learn_nothing_of_the_registers(client_of: Client, cast: Cast, name: str) -> None:
    client = client_of(getattr(cast, name))
    for path in ("/registers", "/registers/experts", "/registers/experts.xlsx"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "罗珊" not in answer.get_data(as_text=True)


def test_what_is_no_list_gets_a_clear_answer(client_of: Client, cast: Cast) -> None:
    answer = client_of(cast.meng).post(
        "/registers/agencies/import", data={"list": (io.BytesIO(b"%PDF-1.7"), "x.xlsx")}
    )
    assert answer.status_code == 422


def test_an_unknown_register_is_not_found(client_of: Client, cast: Cast) -> None:
    assert client_of(cast.meng).get("/registers/secrets").status_code == 404


def _bring(client: FlaskClient, header: list[str], rows: list[list[str]]) -> tuple[int, str]:
    content = write_sheet("x", header, rows)
    answer = client.post(
        "/registers/agencies/import", data={"list": (io.BytesIO(content), "agencies.xlsx")}
    )
    return answer.status_code, answer.get_data(as_text=True)


def test_a_code_that_two_entries_claim_is_refused_before_the_list_is_taken(
    client_of: Client, cast: Cast
) -> None:
    client = client_of(cast.meng)
    code = "91310115MA1H8R7C6D"
    text = _upload(client, [["甲一公司", code, ""], ["甲二公司", code, ""], ["甲三公司", "", ""]])

    assert "该代码已属于甲一公司。" in text
    sha256 = re.search(r'name="sha256" value="(\w+)"', text)
    assert sha256
    taken = client.post("/registers/agencies/import/taken", data={"sha256": sha256.group(1)})
    assert taken.status_code == 303
    page = client.get("/registers/agencies").get_data(as_text=True)
    assert "甲一公司" in page
    assert "甲二公司" not in page
    assert "甲三公司" in page


def test_a_list_without_the_column_for_names_is_refused_with_its_name(
    client_of: Client, cast: Cast
) -> None:
    status, text = _bring(client_of(cast.meng), ["单位名字", "电话"], [["甲公司", "1"]])

    assert status == 422
    assert "清单中没有“机构名称”一列" in text


def test_columns_that_nobody_reads_are_named(client_of: Client, cast: Cast) -> None:
    status, text = _bring(client_of(cast.meng), ["机构名称", "资质等级"], [["甲公司", "甲级"]])

    assert status == 200
    assert "未识别、不导入的列：资质等级" in text
