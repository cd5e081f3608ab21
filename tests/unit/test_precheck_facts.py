"""Amounts, rates and numbers of a survey as reports state them."""

from __future__ import annotations

import pytest

from tests.precheck_documents import BODY, COVER, FILLER, document, page, pages_of, report_of

MONEY = [
    (
        "2024年项目预算资金1,250.00万元，全部为区级财政资金，实际支出1,180.50万元，预算执行率为94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "2024年度项目年初预算1250万元，调整后预算1200万元，全年执行数1180.5万元，执行率98.38%。",
        ("12000000.00", "11805000.00", "98.38"),
    ),
    (
        "该项目2023年预算为900万元，支出880万元。2024年预算为1250万元，截至2024年12月31日累计支出1180.5万元，执行率94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "区财政局下达2024年项目资金1250万元，其中：中央资金800万元、区级资金450万元。实际使用1180.5万元，资金执行率达94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "项目总投资5000万元，2024年安排预算1250万元。截至评价基准日，已支付1180.5万元，预算执行率94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "2024年度批复预算12,500,000.00元，实际支出11,805,000.00元，预算执行率为94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "2024年区级财政预算安排1250万元，资金到位1250万元，到位率100%；实际支付1180.5万元，执行率为94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "2024年，项目预算数1250万元，实际执行数1180.50万元，预算执行率94.44％。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "2024年项目资金总额1250万元，支出总额1180.5万元，执行率为94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "本次评价资金1250万元，2024年实际支出1180.5万元，预算执行率为94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    (
        "2024年年初预算安排1.25亿元，全年支出1.18亿元，执行率为94.4%。",
        ("125000000.00", "118000000.00", "94.4"),
    ),
    # The parts come first, then the total that they add up to.
    (
        "2024年中央财政安排补助资金500万元，省级财政安排300万元，区级配套450万元，合计1250万元，当年支出1180.5万元，预算执行率94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    # What a fund hands out is what it spends.
    (
        "2024年度专项资金预算1250万元，实际拨付1180.5万元，预算执行率94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
    # The day of counting lies in the year after.
    (
        "2024年项目预算资金1250万元。截至2025年3月底，累计支出1180.5万元，预算执行率94.44%。",
        ("12500000.00", "11805000.00", "94.44"),
    ),
]
SURVEYS = [
    # The survey is made in the year after; an earlier one is none of this report's.
    (
        "2023年满意度为88%。2025年6月评价组发放问卷300份，回收285份，有效问卷280份，满意度为92.35%。",
        (300, 280, "92.35"),
    ),
    (
        "共发放问卷300份，回收285份，有效问卷280份，综合满意度为92.35%。",
        (300, 280, "92.35"),
    ),
    (
        "本次调查发放调查问卷300份，收回有效问卷280份，有效率93.33%，服务对象满意度92.35%。",
        (300, 280, "92.35"),
    ),
    (
        "线上线下共发放问卷300份，回收问卷290份，其中有效问卷280份，满意度为92.35%。",
        (300, 280, "92.35"),
    ),
    (
        "共计发放满意度调查问卷300份，回收有效280份，受益群众总体满意度达到92.35%。",
        (300, 280, "92.35"),
    ),
    (
        "发放问卷300份，有效回收280份，满意度达92.35%。",
        (300, 280, "92.35"),
    ),
    (
        "向居民发放300份问卷，回收有效问卷280份，居民满意率为92.35%。",
        (300, 280, "92.35"),
    ),
    (
        "问卷调查共发放300份，有效问卷280份，群众满意度得分为92.35%。",
        (300, 280, "92.35"),
    ),
]


def facts_of(text: str, *names: str) -> tuple[str | int | None, ...]:
    """Return facts where the overview of the project says `text`."""
    texts = list(BODY)
    texts[2] = text
    found = report_of(document(page(1, COVER), *pages_of(texts))).facts
    return tuple(found[name].value if name in found else None for name in names)


@pytest.mark.parametrize(("text", "expected"), MONEY)
def test_budget_and_spending_of_the_evaluated_year_are_read(
    text: str, expected: tuple[str, str, str]
) -> None:
    assert facts_of(text, "budget_amount", "spent_amount", "execution_rate") == expected


@pytest.mark.parametrize(("text", "expected"), SURVEYS)
def test_a_survey_is_read(text: str, expected: tuple[int, int, str]) -> None:
    assert facts_of(FILLER + text, "survey_issued", "survey_valid", "satisfaction") == expected


def test_a_result_held_against_its_goal_is_a_result() -> None:
    text = "家长满意度为89.2%，低于目标值，扣1.5分；公示不及时，扣3分。"

    assert facts_of(text, "satisfaction") == ("89.2",)


def test_a_target_is_no_result() -> None:
    assert facts_of(FILLER + "年度指标：群众满意度达90%以上。", "satisfaction") == (None,)
