"""How many indicators the text says there are, and lost points without a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewapp.domain.document import Table
from reviewapp.domain.precheck.finding import Finding, Outcome
from tests.precheck_documents import findings_of, ordinary, table

COLUMNS = ["一级指标", "二级指标", "三级指标", "分值", "得分", "扣分原因"]
ROWS: list[list[str | None]] = [
    ["决策", "项目立项", "立项依据充分性", "10", "10", ""],
    [None, None, "立项程序规范性", "10", "8", "缺少集体决策记录"],
    ["过程", "资金管理", "预算执行率", "20", "20", ""],
    ["产出", "产出数量", "实际完成率", "30", "27", "3处未完工"],
    ["效益", "项目效益", "社会效益", "15", "15", ""],
    [None, "满意度", "服务对象满意度", "15", "13", "满意度低于目标值"],
    ["合计", "", "", "100", "93", ""],
]


def scores(rows: list[list[str | None]] | None = None, *, uncertain: bool = False) -> Table:
    return table(COLUMNS, ROWS if rows is None else rows, uncertain=uncertain)


def counted(text: str, *tables: Table) -> list[Finding]:
    made = ordinary(text, tables=tables or [scores()])
    return findings_of(made, "indicator-count-mismatch")


WRONG = {
    "plain": ("指标体系设置4个一级指标、6个二级指标、6个三级指标。", "4/5/6", "4/6/6"),
    "turned": ("一级指标4个、二级指标5个、三级指标8个，满分100分。", "4/5/6", "4/5/8"),
    "short": ("指标体系（一级4个，二级5个，三级7个）见附件。", "4/5/6", "4/5/7"),
    "two levels": ("共设5个一级指标、5个二级指标。", "4/5", "5/5"),
    "numerals": ("包括四个一级指标、五个二级指标和十二个三级指标。", "4/5/6", "4/5/12"),
    "named": (
        "设决策、过程、产出、效益4个一级指标，下设7个二级指标和6个三级指标。",
        "4/5/6",
        "4/7/6",
    ),
    "words between": (
        "一级指标共4项，二级指标共5项，三级指标共9项，均按百分制赋分。",
        "4/5/6",
        "4/5/9",
    ),
}


@pytest.mark.parametrize(("text", "expected", "found"), WRONG.values(), ids=WRONG)
def test_numbers_of_indicators_that_the_table_has_not_are_found(
    text: str, expected: str, found: str
) -> None:
    (doubt,) = counted(text)
    assert (doubt.expected, doubt.found, doubt.outcome) == (expected, found, Outcome.SUSPECT)


RIGHT = {
    "the same": "指标体系设置4个一级指标、5个二级指标、6个三级指标。",
    "numerals": "包括四个一级指标、五个二级指标和六个三级指标。",
    "one of them": "其中1个一级指标下设2个二级指标、2个三级指标。",
    "below one": "决策类一级指标包含2个二级指标、2个三级指标。",
    "the goals'": "项目绩效目标申报表设置3个一级指标、4个二级指标、9个三级指标。",
    "a self-evaluation's": "单位自评设3个一级指标、4个二级指标、9个三级指标。",
    "points": "每个一级指标25分，每个二级指标10分。",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_numbers_that_fit_or_are_others_are_left_alone(text: str) -> None:
    assert counted(text) == []


def test_one_table_that_fits_is_enough() -> None:
    other = table(COLUMNS, [*ROWS[:3], ["产出", "产出质量", "合格率", "60", "60", ""]], number=4)
    assert counted("设4个一级指标、5个二级指标、6个三级指标。", other, scores()) == []


def test_where_rows_may_be_lost_the_numbers_cannot_be_judged() -> None:
    (doubt,) = counted("设4个一级指标、5个二级指标、9个三级指标。", scores(uncertain=True))
    assert doubt.outcome is Outcome.UNVERIFIABLE


def test_names_cut_by_a_page_break_are_not_counted_twice() -> None:
    made = scores([list(row) for row in ROWS])
    rows = list(made.rows)
    for at, name in ((2, "资金管"), (3, "理")):
        cells = list(rows[at].cells)
        cells[1] = replace(cells[1], text=name)
        page_of = 3 if at == 2 else 4
        rows[at] = replace(rows[at], cells=tuple(cells), page=page_of)
    rows[4:] = [replace(row, page=4) for row in rows[4:]]
    turned = replace(made, rows=tuple(rows), end_page=4)
    assert counted("设4个一级指标、4个二级指标、6个三级指标。", turned) == []
    assert counted("设4个一级指标、7个二级指标、6个三级指标。", turned) != []


def unexplained(made: Table, *texts: str) -> list[Finding]:
    return findings_of(ordinary(*texts, tables=[made]), "deduction-unexplained")


def _without_reason(at: int, text: str | None = "") -> list[list[str | None]]:
    return [[*row[:5], text if i == at else row[5]] for i, row in enumerate(ROWS)]


@pytest.mark.parametrize("nothing", ["", "—", "/", "无"])
def test_a_lost_point_with_an_empty_reason_is_found_at_its_row(nothing: str) -> None:
    (doubt,) = unexplained(scores(_without_reason(3, nothing)))
    assert (doubt.values["name"], doubt.values["points"]) == ("实际完成率", "3")
    assert doubt.page == 3
    assert "实际完成率" in doubt.quote


def test_full_points_and_given_reasons_are_left_alone() -> None:
    assert unexplained(scores()) == []


def test_a_reason_in_the_text_is_as_good() -> None:
    made = scores(_without_reason(3))
    text = "实际完成率：该指标分值30分，因3处站点未完工扣3分，得27分。"
    assert unexplained(made, text) == []
    assert unexplained(made, "实际完成率指标：得27分。") != []


def test_a_reason_in_a_merged_cell_is_that_of_each_row() -> None:
    rows = [list(row) for row in ROWS]
    rows[4], rows[5] = [*rows[4][:4], "12", "受益面低于计划"], [*rows[5][:5], None]
    assert unexplained(scores(rows)) == []


def test_a_table_without_reasons_is_judged_only_where_the_text_explains_most() -> None:
    columns = COLUMNS[:5]
    bare = table(columns, [row[:5] for row in ROWS])
    assert unexplained(bare) == []
    told = (
        "立项程序规范性：未见集体决策记录，扣2分。",
        "服务对象满意度低于目标值，扣2分。",
    )
    assert [doubt.values["name"] for doubt in unexplained(bare, *told)] == ["实际完成率"]


def test_a_row_that_may_be_cut_cannot_be_judged() -> None:
    (doubt,) = unexplained(scores(_without_reason(1), uncertain=True))
    assert doubt.outcome is Outcome.UNVERIFIABLE
