"""Lists go out to Excel and come back as they were; formulas and bombs do not."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib

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


def test_a_list_prints_all_columns_on_one_page_and_wraps_what_is_long() -> None:
    long = "蔡甸区农村公路提档升级及日常养护管理一体化项目绩效评价报告" * 2
    book = load_workbook(io.BytesIO(write_sheet("x", ["报告", "份数"], [["短", 1], [long, 2]])))
    sheet = book.worksheets[0]

    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert not sheet["A2"].alignment.wrap_text
    assert sheet["A3"].alignment.wrap_text
    assert sheet.row_dimensions[2].height is None
    assert sheet.row_dimensions[3].height == 30


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_typed_formula_stays_text(text: str) -> None:
    book = load_workbook(io.BytesIO(write_sheet("x", ["a"], [[text]])))
    cell = book.worksheets[0]["A2"]

    assert cell.data_type == "s"
    assert cell.value == text


def test_numbers_are_read_as_a_spreadsheet_shows_them() -> None:
    content = write_sheet("x", ["a", "b"], [[0.1 + 0.2, "一_x000D_\n二"], [12345678901.25, 5.0]])

    assert [tuple(row.values()) for _number, row in read_sheet(content).rows] == [
        ("0.3", "一\n二"),
        ("12345678901.25", "5"),
    ]


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


def lying(millions: int) -> bytes:
    """Return a ZIP with one member of so many million signs that says it has a thousand."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    data, name = block * millions + packer.flush(), b"[Content_Types].xml"
    said = (zlib.crc32(b" " * 1000), len(data), 1000, len(name), 0)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, *said) + name + data
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, *said, 0, 0, 0, 0, 0)
    entry += name
    return local + entry + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(local), 0)


def test_a_bomb_that_lies_of_its_size_goes_off_in_a_process_of_its_own() -> None:
    content = lying(300)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("[Content_Types].xml") == b" " * 1000

    tracemalloc.start()
    with pytest.raises(Invalid):
        read_sheet(content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 50_000_000


def with_row(number: int) -> bytes:
    """Return a list whose sheet claims one more row far below the others."""
    row = f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>far</t></is></c></row>'
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_sheet("x", ["a"], [["near"]]))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", row.encode() + b"</sheetData>")
            new.writestr(name, content)
    return out.getvalue()


def test_a_row_far_below_costs_no_hours() -> None:
    assert [row["a"] for _number, row in read_sheet(with_row(5000)).rows] == ["near", "far"]
    assert [row["a"] for _number, row in read_sheet(with_row(2_000_000)).rows] == ["near"]


def test_what_xml_cannot_hold_is_left_out_of_a_sheet() -> None:
    content = write_sheet("x", ["a"], [["甲\ufffe乙\ud800\x00丙"]])

    assert read_sheet(content).rows == ((2, {"a": "甲乙丙"}),)
