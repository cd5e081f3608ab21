"""Score tables without a full grid: three-line tables, missing rules, no rules at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from reportlab.lib.colors import black
from reportlab.lib.pagesizes import A4
from reportlab.platypus import LongTable, SimpleDocTemplate

from reviewapp.adapters import pdf, pdf_table_unruled, rule_files
from reviewapp.adapters.pdf_table_words import Rule
from reviewapp.domain.document import Document, LineKind, Table
from reviewapp.domain.precheck import scores
from reviewapp.domain.precheck.scores import RowKind, ScoreTable
from tests.adapters import pdf_builders as build

RULE = rule_files.load(rule_files.DEFAULT_FOLDER).scores
HEAD = "[一级指标], [二级指标], [三级指标], [分值], [得分],"
LONG = "绩效目标合理性以及指标明确性和可衡量性情况"
GROUPED = f"""
  table.cell(rowspan: 3)[决策], [项目立项], [立项依据充分性], [5], [5],
  [绩效目标], [{LONG}], [6], [5.5],
  [资金投入], [预算编制科学性], [9], [8],
  [过程], [资金管理], [资金到位率], [20], [18],
  table.cell(rowspan: 2)[产出], [产出数量], [实际完成率], [20], [20],
  [产出质量], [质量达标率], [10], [9.5],
  [效益], [社会效益], [受益对象满意度], [30], [28],
  [合计], [], [], [100], [94],
"""
LEAVES = [("5", "5"), ("6", "5.5"), ("9", "8"), ("20", "18"), ("20", "20"), ("10", "9.5")]
LEAVES.append(("30", "28"))
BEFORE = "评价小组按照评价指标体系逐项打分，各项指标的完成情况和得分情况详见下表所列的内容。\n\n表1 评价得分表\n"
AFTER = "\n三、存在的问题\n\n项目实施过程中存在以下问题，需要引起重视，并且逐项认真地加以整改。\n"


def page(height: int = 560) -> str:
    return f"#set page(height: {height}pt, width: 480pt, margin: 45pt)\n" + BEFORE


def table_of(
    body: str = GROUPED,
    *,
    head: str = HEAD,
    lines: bool = True,
    repeat: bool = True,
    align: str = "horizon",
    widths: str = "60pt, 70pt, 130pt, 50pt, 50pt",
    more: str = "",
) -> str:
    """Return a Typst table: with `lines` three horizontal rules, else none."""
    line = "table.hline()," if lines else ""
    return (
        f"#table(columns: ({widths}), stroke: none, align: {align}, "
        f"table.header(repeat: {str(repeat).lower()}, {line} {head} {line}), {body} {line} {more})\n"
    )


def read(folder: Path, source: str) -> Document:
    return pdf.read(build.with_typst(folder / "a.pdf", source))


def only(document: Document) -> ScoreTable:
    (found,) = scores.find(document.tables, RULE)
    assert len(document.tables) == 1
    return found


def points(found: ScoreTable) -> list[tuple[str, str]]:
    return [(str(row.weight), str(row.score)) for row in found.leaves]


def first_cells(table: Table) -> list[str]:
    return [row.cells[0].text for row in table.rows]


@pytest.mark.parametrize("align", ["horizon", "top"])
@pytest.mark.parametrize("lines", [True, False])
def test_every_figure_is_read_without_vertical_rules(
    tmp_path: Path, align: str, lines: bool
) -> None:
    document = read(tmp_path, page() + table_of(align=align, lines=lines) + AFTER)
    found = only(document)
    assert points(found) == LEAVES
    assert found.total is not None
    assert (found.total.weight, found.total.score) == (Decimal(100), Decimal(94))
    assert not found.doubtful
    assert found.table.columns == ("一级指标", "二级指标", "三级指标", "分值", "得分")
    assert found.table.caption == "表1评价得分表"
    assert found.leaves[1].label == LONG
    body = [line.text for line in document.lines() if line.kind is LineKind.BODY]
    assert body[-2] == "三、存在的问题"


@pytest.mark.parametrize("align", ["horizon", "top"])
def test_a_label_for_several_rows_is_spread_over_them(tmp_path: Path, align: str) -> None:
    found = only(read(tmp_path, page() + table_of(align=align)))
    assert first_cells(found.table) == ["决策"] * 3 + ["过程"] + ["产出"] * 2 + ["效益", "合计"]
    drawn = [row.cells[0].box is not None for row in found.table.rows]
    assert drawn == [True, False, False, True, True, False, True, True]


@pytest.mark.parametrize("repeat", [True, False])
@pytest.mark.parametrize("lines", [True, False])
def test_a_table_goes_on_over_pages(tmp_path: Path, repeat: bool, lines: bool) -> None:
    found = only(read(tmp_path, page(270) + table_of(lines=lines, repeat=repeat) + AFTER))
    assert (found.table.page, found.table.end_page) == (1, 2)
    assert points(found) == LEAVES
    assert found.total is not None
    assert not found.doubtful


def test_rows_without_a_head_after_text_are_no_part_of_the_table(tmp_path: Path) -> None:
    half = GROUPED[: GROUPED.index("  [过程]")]
    rest = GROUPED[GROUPED.index("  [过程]") :]
    source = page(270) + table_of(half) + "\n#pagebreak()\n" + AFTER
    source += f"#table(columns: (60pt, 70pt, 130pt, 50pt, 50pt), stroke: none, {rest})"
    found = scores.find(read(tmp_path, source).tables, RULE)
    assert [points(table) for table in found] == [LEAVES[:3]]


def test_sub_totals_are_no_leaves(tmp_path: Path) -> None:
    body = """
      [决策], [项目立项], [立项依据充分性], [12], [11],
      [决策], [绩效目标], [绩效目标合理性], [8], [7],
      [小计], [], [], [20], [18],
      [产出], [产出数量], [实际完成率], [50], [48],
      [产出], [产出质量], [质量达标率], [30], [30],
      [小计], [], [], [80], [78],
      [合计], [], [], [100], [96],
    """
    found = only(read(tmp_path, page() + table_of(body)))
    assert points(found) == [("12", "11"), ("8", "7"), ("50", "48"), ("30", "30")]
    assert [row.label for row in found.rows if row.kind is RowKind.PARENT] == ["小计", "小计"]
    assert [(g.weight, g.score) for g in found.groups] == [
        (Decimal(20), Decimal(18)),
        (Decimal(80), Decimal(78)),
    ]


NESTED = """
  table.cell(rowspan: 2)[一级指标], table.cell(rowspan: 2)[三级指标],
  table.cell(colspan: 2)[单位自评], table.cell(colspan: 2)[绩效评价],
  table.hline(start: 2, end: 4, stroke: 0.3pt), table.hline(start: 4, end: 6, stroke: 0.3pt),
  [分值], [得分], [分值], [得分],
"""
NESTED_ROWS = """
  [决策], [立项依据充分性], [20], [20], [20], [18],
  [产出], [实际完成率], [50], [49], [40], [39],
  [效益], [受益对象满意度], [30], [30], [40], [35],
  [合计], [], [100], [99], [100], [92],
"""


def test_a_nested_head_names_its_columns_in_full(tmp_path: Path) -> None:
    source = table_of(NESTED_ROWS, head=NESTED, widths="60pt, 120pt, 45pt, 45pt, 45pt, 45pt")
    found = only(read(tmp_path, page() + source))
    assert found.table.columns == (
        "一级指标",
        "三级指标",
        "单位自评 分值",
        "单位自评 得分",
        "绩效评价 分值",
        "绩效评价 得分",
    )
    assert points(found) == [("20", "18"), ("40", "39"), ("40", "35")]


def test_rows_between_rules_need_no_vertical_ones(tmp_path: Path) -> None:
    rows = [
        ["一级指标", "三级指标", "分值", "得分"],
        ["决策", "立项依据充分性", "20", "18"],
        ["产出", "实际完成率", "40", "39"],
        ["效益", "受益对象满意度", "40", "35"],
        ["合计", "", "100", "92"],
    ]
    path = tmp_path / "a.pdf"
    style = [
        ("FONTNAME", (0, 0), (-1, -1), build._font()),
        ("LINEABOVE", (0, 0), (-1, -1), 0.5, black),
        ("LINEBELOW", (0, -1), (-1, -1), 0.5, black),
    ]
    table = LongTable(rows, colWidths=[80, 160, 60, 60], style=style)
    SimpleDocTemplate(str(path), pagesize=A4).build([table])
    found = only(pdf.read(path))
    assert points(found) == [("20", "18"), ("40", "39"), ("40", "35")]
    assert not found.doubtful


def test_two_score_columns_without_a_rule_between_them_are_two(tmp_path: Path) -> None:
    lines = "".join(f"table.vline(x: {x})," for x in (0, 1, 2, 3, 5))
    found = only(read(tmp_path, page() + table_of(more=lines)))
    assert found.table.columns[-2:] == ("分值", "得分")
    assert points(found) == LEAVES


def test_a_row_without_its_figure_makes_the_table_doubtful(tmp_path: Path) -> None:
    body = GROUPED.replace("[立项依据充分性], [5], [5]", "[立项依据充分性], [5], [五分]")
    assert only(read(tmp_path, page() + table_of(body))).doubtful


def test_without_rules_and_total_a_table_is_doubtful(tmp_path: Path) -> None:
    body = GROUPED.replace("[合计], [], [], [100], [94],", "")
    assert only(read(tmp_path, page() + table_of(body, lines=False) + AFTER)).doubtful


def test_two_tables_on_a_page_stay_apart(tmp_path: Path) -> None:
    source = page(842) + table_of() + "\n本表之后是另一张表。\n\n表2 复核得分表\n\n" + table_of()
    found = scores.find(read(tmp_path, source).tables, RULE)
    assert [points(table) for table in found] == [LEAVES, LEAVES]
    assert [table.table.caption for table in found] == ["表1评价得分表", "表2复核得分表"]


PROSE = """
= 目录
一、项目概况 #box(width: 1fr, repeat[.]) 1

二、评价指标和得分 #box(width: 1fr, repeat[.]) 2

三、存在的问题 #box(width: 1fr, repeat[.]) 3
#pagebreak()
项目名称　　　　道路改造项目\\
评价得分　　　　92.5　分\\
评价等级　　　　优
#pagebreak()
一级指标共4个，权重合计100分。其中决策指标分值为20分，得分为18分；产出指标分值 50 分，得分 48.5 分。
各项指标得分汇总 100 分 92.5 分。评价指标 分值 得分 三者均已核对，与现场核查的情况相符。

1. 决策指标 20 分，得分 18 分。

2. 过程指标 20 分，得分 19 分。

3. 产出指标 30 分，得分 29 分。
"""


def test_no_table_is_made_of_running_text_a_cover_or_the_contents(tmp_path: Path) -> None:
    document = read(tmp_path, "#set page(height: 400pt, width: 480pt, margin: 45pt)\n" + PROSE)
    assert document.tables == ()
    assert not [line for line in document.lines() if line.kind is LineKind.TABLE]


def test_names_broken_over_two_lines_are_put_together(tmp_path: Path) -> None:
    widths = "38pt, 38pt, 130pt, 50pt, 50pt"
    body = GROUPED.replace("table.cell(rowspan: 3)", "").replace("table.cell(rowspan: 2)", "")
    body = body.replace("[绩效目标]", "[决策], [目标]").replace("[资金投入]", "[决策], [投入]")
    body = body.replace("[产出质量]", "[产出], [质量]")
    for lines in (True, False):
        found = only(read(tmp_path, page() + table_of(body, widths=widths, lines=lines)))
        assert found.table.columns[:2] == ("一级指标", "二级指标")
        assert points(found) == LEAVES


def test_a_part_whose_beginning_was_not_read_is_doubtful(tmp_path: Path) -> None:
    source = f"{page(270)}#pagebreak()\n{table_of()}"
    alone = scores.find(read(tmp_path, source).tables, RULE)
    assert [table.doubtful for table in alone] == [True]


def test_a_head_whose_columns_were_not_measured_gives_no_width_to_the_next_page() -> None:
    # Prose with gaps at the end of a page can look like a head; then there is nothing to go on.
    opened = pdf_table_unruled._Open(1, [], [], closed=False, grid=None)
    rule = Rule(100, 45, 400)
    assert pdf_table_unruled._same_width([rule], opened) == []
