"""Parts and totals that one sentence states, and what is no such sum."""

from __future__ import annotations

import pytest

from tests.precheck_documents import (
    COVER,
    document,
    findings_of,
    ordinary,
    page,
    pages_of,
    report_of,
    table,
)

WRONG = [
    ("资金来源合计339.59万元，包括市级财政203.75万元和区级财政145.84万元。", "349.59万元"),
    ("项目总投资1.20亿元，其中：中央补助7000万元，地方配套5200万元。", "1.22亿元"),
    ("到位资金共500万元，由省级资金300万元、县级资金190万元构成。", "490万元"),
]
RIGHT = [
    "资金来源合计339.59万元，包括市级财政203.75万元和区级财政135.84万元。",
    "项目总投资1.2亿元，其中：中央补助7000万元，地方配套5000万元。",
    "项目总投资1.2亿元，其中：中央补助7000万元，地方配套5200万元。",  # 1.22 rounds to 1.2
    "预算500万元，其中：设备购置120万元，培训80万元。",  # some parts only
    "预算500万元，其中设备购置120万元。",
    "预算共500万元，包括年初预算450万元和追加80万元，调减30万元。",
    "预算500.00万元，包括甲项166.67万元、乙项166.67万元、丙项166.67万元。",  # rounded
    "共有500户，包括甲村300户、乙村190户。",
    "支出100万元。其中人员60万元，公用30万元，合计90万元。",
]


@pytest.mark.parametrize(("sentence", "expected"), WRONG)
def test_parts_that_do_not_add_up_are_doubted(sentence: str, expected: str) -> None:
    (finding,) = findings_of(ordinary(sentence), "amount-cross-foot")
    assert finding.expected == expected
    assert finding.page is not None
    assert finding.found in sentence


@pytest.mark.parametrize("sentence", RIGHT)
def test_what_adds_up_or_is_no_sum_is_not(sentence: str) -> None:
    assert findings_of(ordinary(sentence), "amount-cross-foot") == []


@pytest.mark.parametrize(
    ("fact", "line", "value"),
    [
        ("unit", "项目具体实施单位：河东区市政管理所", "河东区市政管理所"),
        ("department", "项目归口主管：河东区城市管理局", "河东区城市管理局"),
        ("agency", "报告撰写机构：中衡会计师事务所", "中衡会计师事务所"),
    ],
)
def test_a_label_that_no_list_knows_is_known_by_its_stem(fact: str, line: str, value: str) -> None:
    cover = [COVER[0], line, "委托人：河东区财政局", "2025年6月"]
    report = report_of(document(page(1, cover), *pages_of(["一、基本情况", "正文内容。"])))
    assert report.facts[fact].value == value


HEADS = ["类别", "内容", "金额（万元）"]


def doubts(rows: list[list[str | None]], heads: list[str] | None = None) -> list[tuple[str, str]]:
    made = ordinary(tables=[table(heads or HEADS, rows)])
    return [(f.expected, f.found) for f in findings_of(made, "amount-cross-foot")]


def test_a_total_over_merged_labels_is_judged() -> None:
    rows: list[list[str | None]] = [
        ["设施", "路面", "100"],
        [None, "路灯", "50"],
        ["管理", "巡查", "30"],
    ]
    assert doubts([*rows, ["合计", "", "190"]]) == [("180", "190")]
    assert doubts([*rows, ["合计", "", "180"]]) == []


def test_a_total_over_sub_totals_is_judged() -> None:
    rows: list[list[str | None]] = [
        ["设施", "路面", "100"],
        [None, "路灯", "50"],
        ["小计", "", "150"],
        ["管理", "巡查", "30"],
        [None, "检测", "20"],
        ["小计", "", "50"],
    ]
    assert doubts([*rows, ["合计", "", "200"]]) == []
    assert doubts([*rows, ["合计", "", "210"]]) == [("200", "210")]
    wrong = [*rows[:5], ["小计", "", "60"]]
    assert doubts([*wrong, ["合计", "", "200"]]) == [("50", "60")]
    assert doubts([*wrong, ["合计", "", "210"]]) == []  # which of them is wrong is not known


def test_numbered_levels_are_followed() -> None:
    heads = ["项目", "支出（万元）"]
    rows: list[list[str | None]] = [
        ["一、设施", "150"],
        ["（一）路面", "100"],
        ["（二）路灯", "50"],
        ["二、管理", "50"],
        ["（一）巡查", "30"],
        ["（二）检测", "20"],
    ]
    assert doubts([*rows, ["合计", "200"]], heads) == []
    assert doubts([*rows, ["合计", "220"]], heads) == [("200", "220")]


@pytest.mark.parametrize("label", ["其中：区级", "上年结转"])
def test_a_table_with_rows_of_another_kind_is_not_judged(label: str) -> None:
    rows: list[list[str | None]] = [["路面", "", "100"], [label, "", "40"], ["路灯", "", "50"]]
    assert doubts([*rows, ["合计", "", "150"]]) == []


def test_a_figure_in_a_merged_cell_is_not_judged() -> None:
    rows: list[list[str | None]] = [["设施", "路面", "100"], ["设施", "路灯", None]]
    assert doubts([*rows, ["管理", "巡查", "30"], ["合计", "", "130"]]) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("中央资金200万元、省级资金100万元、区级资金50万元，合计360万元。", "350万元"),
        ("预算资金350万元中，上级补助203万元，本级安排137万元。", "340万元"),
    ],
)
def test_parts_before_their_total_and_parts_of_it_are_summed(sentence: str, expected: str) -> None:
    (finding,) = findings_of(ordinary(sentence), "amount-cross-foot")
    assert finding.expected == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "中央资金200万元、省级资金100万元、区级资金50万元，合计350万元。",
        "年初预算200万元，追加100万元，合计310万元。",
        "项目投入200万元、配套100万元，其他投入合计900万元。",
        "预算资金350万元中，上级补助203万元，用于路面改造100万元。",
    ],
)
def test_sums_that_fit_or_are_none_are_left_alone(sentence: str) -> None:
    assert findings_of(ordinary(sentence), "amount-cross-foot") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("预算480万元，其中省级资金300万元、县级资金180万元，全部到位；实际支出456万元。", 0),
        ("预算480万元，其中省级资金300万元、县级资金180万元，实际支出456万元。", 0),
        ("预算480万元，其中省级资金300万元、县级资金190万元；实际支出456万元。", 1),
    ],
)
def test_what_became_of_the_whole_is_none_of_its_parts(text: str, count: int) -> None:
    assert len(findings_of(ordinary(text), "amount-cross-foot")) == count
