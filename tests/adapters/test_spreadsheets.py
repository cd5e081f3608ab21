"""Lists go out to Excel and come back as they were; formulas and bombs do not."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import load_workbook

from reviewapp.adapters.spreadsheets import read_sheet, write_sheet
from reviewapp.domain.errors import Invalid


def test_what_was_written_is_read_back() -> None:
    content = write_sheet("机构", ["名称", "份数"], [["湖北甲信", 3], ["武汉乙正", None]])

    sheet = read_sheet(content)

    assert sheet.header == ("名称", "份数")
    assert sheet.rows == (
        (2, {"名称": "湖北甲信", "份数": "3"}),
        (3, {"名称": "武汉乙正", "份数": ""}),
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_typed_formula_stays_text(text: str) -> None:
    book = load_workbook(io.BytesIO(write_sheet("x", ["a"], [[text]])))
    cell = book.worksheets[0]["A2"]

    assert cell.data_type == "s"
    assert cell.value == text


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_sheet(content)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 201_000_000)

    with pytest.raises(Invalid, match="unpacks"):
        read_sheet(out.getvalue())
