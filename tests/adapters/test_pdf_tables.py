"""Ruled tables: cells, merged cells, headers, and what a page break does to them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from reviewapp.adapters import pdf
from reviewapp.domain.document import LineKind, Table
from tests.adapters import pdf_builders as build

FUNDS_HEADER = [
    ["序号", "子项目", "资金来源", "", "支出"],
    ["", "", "中央", "地方", ""],
]
FUNDS_SPANS = [((0, 0), (0, 1)), ((1, 0), (1, 1)), ((2, 0), (3, 0)), ((4, 0), (4, 1))]
WIDTHS = [40, 130, 80, 80, 80]


def funds_rows(count: int) -> list[list[str]]:
    return [
        [str(n), f"第{n}个子项目", f"{n}.50", f"{2 * n},000.25", f"{n * 3}.75"]
        for n in range(1, count + 1)
    ]


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_a_nested_header_is_folded_into_the_columns(tmp_path: Path) -> None:
    rows = funds_rows(3)
    path = build.with_table(
        tmp_path / "a.pdf",
        FUNDS_HEADER + rows,
        widths=WIDTHS,
        spans=FUNDS_SPANS,
        before=["资金使用情况如下。", "表1 项目资金投入和使用情况表", "单位：万元"],
    )
    document = pdf.read(path)
    (table,) = document.tables
    assert table.columns == ("序号", "子项目", "资金来源 中央", "资金来源 地方", "支出")
    assert cells(table) == rows
    assert table.caption == "表1项目资金投入和使用情况表"
    assert not table.uncertain
    assert document.body_lines()[table.after_line].text == "单位：万元"


def test_a_table_over_pages_is_one_table_without_its_repeated_headers(tmp_path: Path) -> None:
    rows = funds_rows(80)
    path = build.with_table(
        tmp_path / "a.pdf", FUNDS_HEADER + rows, widths=WIDTHS, spans=FUNDS_SPANS, repeat=2
    )
    (table,) = pdf.read(path).tables
    assert cells(table) == rows
    assert (table.page, table.end_page) == (1, 3)
    assert {row.page for row in table.rows} == {1, 2, 3}
    assert sum(Decimal(row[3].replace(",", "")) for row in cells(table)) == Decimal("6480020.00")


def test_a_table_over_pages_without_a_repeated_header_keeps_every_row(tmp_path: Path) -> None:
    rows = funds_rows(80)
    path = build.with_table(
        tmp_path / "a.pdf", FUNDS_HEADER + rows, widths=WIDTHS, spans=FUNDS_SPANS, repeat=0
    )
    (table,) = pdf.read(path).tables
    assert cells(table) == rows


def test_text_between_two_tables_keeps_them_apart(tmp_path: Path) -> None:
    first = build.with_table(
        tmp_path / "a.pdf",
        [["指标", "分值"], ["甲", "5"]],
        widths=[200, 100],
        before=["一段话。"] * 43,
        after=["表2 另一张表"],
    )
    second = build.with_table(
        tmp_path / "b.pdf", [["指标", "分值"], ["乙", "6"]], widths=[200, 100], before=["说明"]
    )
    joined = build.joined(tmp_path / "c.pdf", [first, second])
    tables = pdf.read(joined).tables
    assert [cells(table) for table in tables] == [[["甲", "5"]], [["乙", "6"]]]


def test_merged_cells_are_filled_and_say_that_they_are(tmp_path: Path) -> None:
    rows = [
        ["一级指标", "二级指标", "分值"],
        ["决策", "立项", "3"],
        ["", "目标", "4"],
        ["合计", "", "7"],
    ]
    path = build.with_table(
        tmp_path / "a.pdf",
        rows,
        widths=[100, 120, 60],
        spans=[((0, 1), (0, 2)), ((0, 3), (1, 3))],
    )
    (table,) = pdf.read(path).tables
    assert cells(table) == [["决策", "立项", "3"], ["决策", "目标", "4"], ["合计", "合计", "7"]]
    drawn = [[cell.box is not None for cell in row.cells] for row in table.rows]
    assert drawn == [[True, True, True], [False, True, True], [True, False, True]]


SCORES = """
#set page(height: 330pt, width: 420pt, margin: 40pt)
#table(columns: (60pt, 160pt, 60pt),
  table.header([一级指标], [评分要点], [得分]),
  table.cell(rowspan: 4)[过程],
  [资金到位率按实际到位金额与计划金额之比计分，足额到位得满分。], [5.0],
  [预算执行率按实际支出与到位金额之比计分，达到九成以上得满分。], [4.5],
  [资金使用合规性看有无截留挤占挪用，每发现一处扣一分，扣完为止。
   审批手续应当齐全，专款专用，账目清楚，凭证完整，按规定公开；
   发现的问题应当逐项列明原因、金额、责任单位和整改期限。], [4.0],
  [管理制度健全性看是否建立了财务和业务管理制度。], [3.0],
  [产出], [实际完成率按实际完成数与计划完成数之比计分。], [9.0],
)
"""


def test_a_row_cut_by_a_page_break_is_put_together_and_marked(tmp_path: Path) -> None:
    (table,) = pdf.read(build.with_typst(tmp_path / "a.pdf", SCORES)).tables
    assert table.end_page == 2
    assert [row.cells[2].text for row in table.rows] == ["5.0", "4.5", "4.0", "3.0", "9.0"]
    assert [row.cells[0].text for row in table.rows] == ["过程"] * 4 + ["产出"]
    cut = [row for row in table.rows if row.broken]
    assert len(cut) == 1
    assert cut[0].cells[1].text.startswith("资金使用合规性")
    assert cut[0].cells[1].text.endswith("整改期限。")


def test_a_row_without_its_closing_rule_is_not_lost(tmp_path: Path) -> None:
    def open_table(canvas: build.Canvas, number: int) -> None:
        for x in (72, 172, 272):
            canvas.line(x, 700, x, 640)
        for y in (700, 680, 660):
            canvas.line(72, y, 272, y)

    texts = [
        (80, build.HEIGHT - 698, 11, "名称"),
        (180, build.HEIGHT - 698, 11, "金额"),
        (80, build.HEIGHT - 678, 11, "甲"),
        (180, build.HEIGHT - 678, 11, "1.00"),
        (80, build.HEIGHT - 658, 11, "乙"),
        (180, build.HEIGHT - 658, 11, "2.00"),
    ]
    (table,) = pdf.read(build.with_text(tmp_path / "a.pdf", [texts], open_table)).tables
    assert cells(table) == [["甲", "1.00"], ["乙", "2.00"]]


def test_a_table_that_is_open_at_its_sides_keeps_its_outer_columns(tmp_path: Path) -> None:
    def open_sides(canvas: build.Canvas, number: int) -> None:
        for y in (700, 680, 660, 640):
            canvas.line(72, y, 372, y)
        for x in (172, 272):
            canvas.line(x, 700, x, 640)

    texts = [
        (x + 8, build.HEIGHT - y + 3, 11, text)
        for y, row in zip(
            (700, 680, 660), ("名称 预算 支出", "甲 1.0 2.0", "乙 3.0 4.0"), strict=True
        )
        for x, text in zip((72, 172, 272), row.split(), strict=True)
    ]
    (table,) = pdf.read(build.with_text(tmp_path / "a.pdf", [texts], open_sides)).tables
    assert table.columns == ("名称", "预算", "支出")
    assert cells(table) == [["甲", "1.0", "2.0"], ["乙", "3.0", "4.0"]]


def test_rules_drawn_as_thin_filled_boxes_in_one_path_are_rules(tmp_path: Path) -> None:
    """Word and WPS draw borders so."""

    def boxes(canvas: build.Canvas, number: int) -> None:
        path = canvas.beginPath()
        for y in (700, 680, 660):
            for x in (72, 172):
                path.rect(x, y, 100, 0.5)
        for x in (72, 172, 272):
            for y in (660, 680):
                path.rect(x, y, 0.5, 20)
        canvas.drawPath(path, stroke=0, fill=1)

    texts = [
        (80, build.HEIGHT - 698, 11, "名称"),
        (180, build.HEIGHT - 698, 11, "金额"),
        (80, build.HEIGHT - 678, 11, "甲"),
        (180, build.HEIGHT - 678, 11, "1.00"),
    ]
    (table,) = pdf.read(build.with_text(tmp_path / "a.pdf", [texts], boxes)).tables
    assert (table.columns, cells(table)) == (("名称", "金额"), [["甲", "1.00"]])


def test_a_number_missing_from_the_series_makes_the_table_uncertain(tmp_path: Path) -> None:
    rows = [row for row in funds_rows(6) if row[0] != "4"]
    path = build.with_table(
        tmp_path / "a.pdf", FUNDS_HEADER + rows, widths=WIDTHS, spans=FUNDS_SPANS
    )
    (table,) = pdf.read(path).tables
    assert table.uncertain


def test_table_text_is_marked_and_stands_between_the_text_around_it(tmp_path: Path) -> None:
    path = build.with_table(
        tmp_path / "a.pdf",
        [["名称", "金额"], ["甲", "1.00"]],
        widths=[100, 100],
        before=["前面的话。"],
        after=["后面的话。"],
    )
    document = pdf.read(path)
    assert [(line.text, line.kind) for line in document.lines()] == [
        ("前面的话。", LineKind.BODY),
        ("名称", LineKind.TABLE),
        ("金额", LineKind.TABLE),
        ("甲", LineKind.TABLE),
        ("1.00", LineKind.TABLE),
        ("后面的话。", LineKind.BODY),
    ]


def test_a_frame_around_text_is_no_table(tmp_path: Path) -> None:
    def frame(canvas: build.Canvas, number: int) -> None:
        canvas.rect(60, 60, 480, 720)
        canvas.line(60, 740, 540, 740)

    document = pdf.read(build.with_text(tmp_path / "a.pdf", [build.prose()], frame))
    assert document.tables == ()
    assert len(document.body_lines()) == 12


@pytest.mark.parametrize("rotation", [90, 270])
def test_a_table_on_a_turned_page_is_read(tmp_path: Path, rotation: int) -> None:
    path = build.with_table(
        tmp_path / "a.pdf", [["名称", "金额"], ["甲", "1.00"]], widths=[100, 100]
    )
    (table,) = pdf.read(build.rotated(path, rotation)).tables
    assert cells(table) == [["甲", "1.00"]]
    box = table.rows[0].cells[0].box
    assert box is not None
    assert box.y1 - box.y0 == pytest.approx(100, abs=1)
