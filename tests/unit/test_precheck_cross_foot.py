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
