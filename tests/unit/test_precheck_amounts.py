"""Rates against the amounts stated with them, and one fact with two values."""

from __future__ import annotations

import pytest

from reviewapp.domain.precheck import amounts, numerals
from reviewapp.domain.precheck.finding import Finding, Outcome
from tests.precheck_documents import FILLER, document, findings_of, ordinary, page, report_of, table

MONEY = "2024年项目预算1250万元，实际支出1180.5万元，预算执行率94.44%。"


def rates(*texts: str) -> list[Finding]:
    return findings_of(ordinary(*texts), "rate-mismatch")


def unequal(*texts: str, kind: str = "key-project") -> list[Finding]:
    return findings_of(ordinary(*texts), "amount-inconsistent", kind)


WRONG_RATES = {
    "spent over budget": (
        "2024年项目预算1250万元，实际支出1180.5万元，预算执行率为96.44%。",
        "94.44%",
    ),
    "budget as a label": (
        "资金情况：全年预算数1,250.00万元，全年执行数1,180.50万元，执行率88.15%。",
        "94.44%",
    ),
    "a sentence in two clauses": (
        "2024年区财政批复项目预算1250万元；截至2024年12月31日，累计支出1180.5万元，执行率达到90%。",
        "94.44%",
    ),
    "spent over adjusted": (
        "年初预算1000万元，调整后预算1250万元，决算支出1180.5万元，预算完成率为85.32%。",
        "94.44%",
    ),
    "arrival": (
        "2024年项目预算资金1250万元，实际到位资金1000万元，资金到位率为90%。",
        "80%",
    ),
    "in yuan": (
        "2024年度批复预算12,500,000.00元，实际支付11,805,000.00元，预算执行率为74.44%。",
        "94.44%",
    ),
    "a hundred million": (
        "2024年全年预算1.25亿元，全年支出1.18亿元，预算执行率99.4%。",
        "94.4%",
    ),
    "things planned and done": (
        "计划改造小区36个，实际完成30个，完成率为95%。",
        "83.33%",
    ),
    "kilometres": (
        "年度计划养护道路120.5公里，实际养护115公里，实际完成率98.1%。",
        "95.44%",
    ),
    "computed before the reader": (
        "2024年项目预算1250万元，决算数1180.5万元，预算执行率＝1180.5/1250×100%＝95.44%。",
        "94.44%",
    ),
    "progress": ("项目预算1250万元，截至2024年底支付1180.5万元，预算执行进度为88%。", "94.44%"),
    "what should have come": ("2024年应到位资金1250万元，实际到位1000万元，到位率85%。", "80%"),
    "chinese numerals": ("2024年项目预算三百万元，实际支出一百五十万元，预算执行率为60%。", "50%"),
}


@pytest.mark.parametrize(("text", "expected"), WRONG_RATES.values(), ids=WRONG_RATES)
def test_a_rate_that_no_formula_gives_is_found_with_what_it_should_be(
    text: str, expected: str
) -> None:
    (found,) = rates(text)
    assert (found.expected, found.outcome) == (expected, Outcome.SUSPECT)
    assert found.page == 3


RIGHT_RATES = {
    "as printed": MONEY,
    "cut off": "2024年项目预算1250万元，实际支出1180.6万元，预算执行率94.44%。",
    "whole number": "2024年项目预算1250万元，实际支出1180.5万元，预算执行率94%。",
    "over the arrived": (
        "2024年项目预算1250万元，到位资金1200万元，实际支出1180.5万元，预算执行率98.38%。"
    ),
    "over the adjusted": (
        "年初预算1000万元，调整后预算1250万元，全年执行数1180.5万元，执行率94.44%。"
    ),
    "with a carry-over": (
        "2024年项目预算1000万元，上年结转250万元，实际支出1180.5万元，预算执行率94.44%。"
    ),
    "less what was taken back": (
        "2024年项目预算1300万元，财政收回50万元，实际支出1180.5万元，执行率94.44%。"
    ),
    "two rates": (
        "2024年项目预算1250万元，到位1200万元，到位率96%；支出1180.5万元，执行率98.38%。"
    ),
    "about": "2024年项目预算约1250万元，实际支出1180.5万元，预算执行率90%。",
    "a part's rate": (
        "2024年项目预算1250万元，实际支出1180.5万元，预算执行率94.44%，其中道路检测执行率79%。"
    ),
    "another's rate": (
        "2024年项目预算1250万元，实际支出1180.5万元，执行率94.44%，养护考核经费执行率79%。"
    ),
    "a goal": "2024年项目预算1250万元，实际支出1180.5万元，目标为执行率不低于95%。",
    "a goal after": "2024年项目预算1250万元，实际支出1180.5万元，要求预算执行率95%以上。",
    "rounded amounts": "2024年全年预算1.3亿元，全年支出1.2亿元，预算执行率94.4%。",
    "last year's": "2024年项目预算1250万元，实际支出1180.5万元，上年预算执行率91%。",
    "all done": "计划改造小区36个，实际完成36个，完成率为100%。",
    "another unit": "计划改造小区36个，实际完成投资3000万元，形象进度完成率为95%。",
    "of several": (
        "计划改造小区36个、道路20公里，实际改造小区36个、道路18公里，完成率分别为100%、90%。"
    ),
    "bands": "预算执行率100%得满分，每降低1%扣0.1分。",
}


@pytest.mark.parametrize("text", RIGHT_RATES.values(), ids=RIGHT_RATES)
def test_a_rate_that_may_be_right_is_left_alone(text: str) -> None:
    assert rates(text) == []


def test_a_rate_in_a_row_of_a_table_is_judged_by_its_row() -> None:
    funds = table(
        ["项目", "预算数（万元）", "支出数（万元）", "执行率（%）"],
        [
            ["道路", "500", "450", "90"],
            ["检测", "250", "200", "88"],
            ["合计", "750", "650", "86.67"],
        ],
    )
    (found,) = findings_of(ordinary(tables=[funds]), "rate-mismatch")
    assert (found.expected, found.found, found.page) == ("80%", "88%", 3)


def test_where_rows_may_be_lost_a_rate_cannot_be_judged() -> None:
    funds = table(
        ["项目", "预算数", "支出数", "执行率"],
        [["检测", "250", "200", "88%"]],
        caption="单位：万元",
        uncertain=True,
    )
    (found,) = findings_of(ordinary(tables=[funds]), "rate-mismatch")
    assert found.outcome is Outcome.UNVERIFIABLE


UNEQUAL = {
    "again in full": ("2024年项目预算1265万元已全部纳入部门预算管理。", "1250万元", "1265万元"),
    "another label": ("2024年度批复预算1,265.00万元，资金来源明确。", "1250万元", "1,265.00万元"),
    "in yuan": ("2024年项目预算资金12650000元，均为财政资金。", "12500000元", "12650000元"),
    "a unit too small": ("2024年度项目预算总额1250元。", "12500000元", "1250元"),
    "spending": ("2024年度项目实际支出1108.5万元。", "1180.5万元", "1108.5万元"),
    "by the year's end": (
        "截至2024年12月31日，项目累计支出1180.05万元。",
        "1180.5万元",
        "1180.05万元",
    ),
    "the project's name": ("城区道路养护项目预算1205万元。", "1250万元", "1205万元"),
}


@pytest.mark.parametrize(("text", "expected", "found"), UNEQUAL.values(), ids=UNEQUAL)
def test_one_fact_with_two_values_is_found_where_it_deviates(
    text: str, expected: str, found: str
) -> None:
    doubts = unequal(MONEY, "项目" + MONEY, text)
    assert [(doubt.expected, doubt.found) for doubt in doubts] == [(expected, found)]
    assert doubts[0].values["page"] == "3"


EQUAL = {
    "same in another unit": "2024年项目预算0.125亿元，实际支出11,805,000.00元。",
    "coarser": "2024年项目预算0.13亿元。",
    "last year's": "2023年项目预算1100万元，实际支出1090万元。",
    "initial and adjusted": "2024年年初预算1000万元，年中追加250万元，调整后预算1250万元。",
    "the initial one called budget": "2024年年初预算1300万元。2024年项目预算1300万元经人大批准。",
    "a part": "其中：2024年道路检测项目预算1100万元。",
    "a level's": "2024年区级预算1000万元，2024年市级预算250万元。",
    "an instalment": "2024年第一批项目预算1100万元于3月下达。",
    "up to June": "截至2024年6月30日，项目累计支出1000万元。",
    "up to the visit": "截至现场评价日，项目累计支出1200万元。",
    "asked for": "项目单位申请2024年预算1300万元。",
    "about": "2024年项目预算约1200万元。",
    "a contract": "2024年项目合同金额1190万元。",
    "one of several parts": "2024年A项目预算1100万元，B项目预算150万元。",
    "more than two": "2024年项目预算1100万元。2024年项目预算1200万元。",
    "far off": "2024年项目预算150万元。",
    "a range of years": "2022-2024年项目预算1300万元。",
    "given": "2024年共安排1260万元。",
    "given up for another": "2024年项目预算由1100万元调整为1250万元。",
    "with what others give": "2024年项目财政拨款预算1250万元，自筹资金100万元，总预算1350万元。",
    "quoted": "2024年“三公经费”预算1240万元。",
}


@pytest.mark.parametrize("text", EQUAL.values(), ids=EQUAL)
def test_what_may_be_another_amount_is_left_alone(text: str) -> None:
    assert unequal(MONEY, text) == []


def test_the_conclusion_s_value_is_the_reference_even_where_others_are_more() -> None:
    from tests.precheck_documents import COVER, body, pages_of

    text = body(after_13="项目综合得分为86.5分，评价等级为“良”。2024年项目预算1265万元。")
    made = document(page(1, COVER), *pages_of([*text, MONEY, "项目" + MONEY]))
    found = findings_of(made, "amount-inconsistent")
    assert {f.expected for f in found} == {"1265万元"}
    assert len(found) == 2


def test_the_table_of_facts_knows_what_year_and_part_an_amount_is() -> None:
    report = report_of(
        ordinary(
            "2023年项目预算900万元，2024年项目预算1250万元，其中：中央资金800万元，支出700万元。"
        )
    )
    told = [(e.what, e.year, e.subject == "", f"{e.value:.0f}") for e in report.ledger]
    assert told == [
        ("budget", 2023, True, "9000000"),
        ("budget", 2024, True, "12500000"),
        ("", 2024, False, "8000000"),
        ("spent", 2024, False, "7000000"),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,250.50万元", "12505000.00"),
        ("0.8223亿元", "82230000.00"),
        ("82300元", "82300.00"),
        ("三百二十万元", "3200000.00"),
        ("叁佰万元", "3000000.00"),
        ("一千二百五十万元", "12500000.00"),
        ("十五万元", "150000.00"),
    ],
)
def test_amounts_are_exact_decimals_in_digits_and_numerals(text: str, value: str) -> None:
    (found,) = amounts.find(text)
    assert amounts.yuan(found.value) == value


@pytest.mark.parametrize("text", ["几百万元", "上千万元", "15元/平方米", "每元"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amounts.find(text) == []


def test_numerals_with_thousands_are_read() -> None:
    read = [
        numerals.number(text) for text in ("三千二百", "十五万", "二万三千", "叁佰", "二〇二四")
    ]
    assert read == [3200, 150_000, 23_000, 300, 2024]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "2024年项目预算500.00万元，全部到位。截至2024年底实际支出465.00万元，预算执行率95.00%。",
            [("93%", "95%")],
        ),
        (
            "2024年下达中央财政资金600.00万元，实际到位588.00万元，资金到位率98.00%。"
            "截至2024年12月31日，实际支出546.84万元，预算执行率95.00%。",
            [("93%", "95%")],
        ),
        ("2024年项目预算500.00万元。截至2024年底实际支出465.00万元，预算执行率93.00%。", []),
        ("2023年项目预算500.00万元。2024年实际支出465.00万元，预算执行率95.00%。", []),
        ("2024年项目预算500.00万元。其中第一批支出100.00万元，执行率25.00%。", []),
        ("2024年下达中央资金500.00万元。项目实际支出720.00万元，执行率90.00%。", []),
    ],
)
def test_a_rate_is_held_against_the_whole_in_the_sentences_before_it(
    text: str, told: list[tuple[str, str]]
) -> None:
    found = findings_of(ordinary(text), "rate-mismatch")
    assert [(f.expected, f.found) for f in found] == told


@pytest.mark.parametrize(
    ("plan", "done", "told"),
    [
        ("2024年计划开展技能培训60场次。", "全年开展技能培训57场次，完成率98%。", [("95%", "98%")]),
        ("年度目标：培训60场次。", "全年培训57场次，完成率98%。", [("95%", "98%")]),
        ("2024年计划开展技能培训60场次。", "全年开展技能培训57场次，完成率95%。", []),
        ("2024年计划开展技能培训60场次。", "全年组织现场招聘57场次，完成率98%。", []),
        ("计划培训60场次。", "追加后计划培训58场次。全年培训57场次，完成率98%。", []),
        ("计划培训60场次，后调整计划培训58场次。", "全年培训57场次，完成率98%。", []),
        ("2023年曾培训60场次。", "全年培训57场次，完成率98%。", []),
        ("计划培训60场次。", "三季度培训17场次，完成率85%。", []),
        ("计划培训60场次。", "其中网络培训17场次，完成率85%。", []),
    ],
)
def test_a_plan_in_another_paragraph_makes_a_completion_rate_a_thing_to_look_at(
    plan: str, done: str, told: list[tuple[str, str]]
) -> None:
    found = findings_of(ordinary(plan, FILLER, done), "rate-mismatch")
    assert [(f.expected, f.found) for f in found] == told
    assert {(f.outcome, f.variant) for f in found} <= {(Outcome.UNVERIFIABLE, "elsewhere")}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("丙县", "20.00", "18.50", "95.50%"), [("92.5%", "95.5%")]),
        (("丙县", "20.00", "18.50", "92.50%"), []),
        (("丙县", "20.00", "20.00", "100%"), []),
        (("丙县造价", "20.00", "18.50", "100%"), []),
        (("丙县", "≥20", "18.50", "95.50%"), []),
        (("丙县", "20.00", "18.50", "未达标"), []),
    ],
)
def test_completion_rates_in_tables_of_work_are_computed_where_all_cells_are_plain(
    row: tuple[str, ...], told: list[tuple[str, str]]
) -> None:
    made = table(("县别", "计划治理河长（公里）", "实际治理河长（公里）", "完成率"), [row, row])
    found = findings_of(ordinary(tables=[made]), "rate-mismatch")
    assert [(f.expected, f.found) for f in found] == told * 2


def test_a_table_with_two_planned_columns_is_not_judged() -> None:
    heads = ("任务", "计划数", "计划值", "实际完成", "完成率")
    made = table(heads, [("河道", "20", "30", "18", "98%")])
    assert findings_of(ordinary(tables=[made]), "rate-mismatch") == []
