"""Numbers of a survey that are missing, and satisfactions that the answers do not give."""

from __future__ import annotations

import pytest

from reviewapp.domain.precheck.finding import Finding, Outcome
from tests.precheck_documents import findings_of, ordinary, table


def incomplete(*texts: str) -> list[Finding]:
    return findings_of(ordinary(*texts), "survey-incomplete")


def arithmetic(*texts: str) -> list[Finding]:
    return findings_of(ordinary(*texts), "survey-arithmetic")


MISSING = {
    "no number": "经抽样调查，服务对象满意度为92.5%。",
    "no number, shown": "调查显示群众满意度达到91%。",
    "only issued": "评价组发放问卷200份，受益群众满意度为92.5%。",
    "only valid": "根据180份有效问卷统计，综合满意度为92.5%。",
    "only the share": "问卷调查结果显示，满意及以上占92.5%，服务对象满意度92.5%。",
}


@pytest.mark.parametrize("text", MISSING.values(), ids=MISSING)
def test_a_satisfaction_without_its_numbers_is_found_where_it_stands(text: str) -> None:
    (doubt,) = incomplete(text)
    assert "%" in doubt.found
    assert doubt.page == 3


COMPLETE = {
    "all three": "发放问卷220份，收回208份，有效问卷200份，服务对象满意度为92.5%。",
    "returned and valid at once": "发放问卷220份，回收有效问卷200份，满意度为92.5%。",
    "all back": "共发放问卷200份，全部收回且均为有效问卷，综合满意度92.5%。",
    "elsewhere": "服务对象满意度为92.5%。本次发放调查表100份，回收95份，有效调查表90份。",
    "online": "评价组通过问卷星开展线上调查，收到有效问卷312份，群众满意度为92.5%。",
    "by telephone": "评价组电话回访50名受益群众，满意度为92.5%。",
    "a goal": "年度目标为服务对象满意度达到95%。",
    "a criterion": "服务对象满意度达到90%以上得满分，每降低1%扣0.5分。",
    "another's survey": "据市统计局社情民意调查，群众满意度为92.5%。",
    "none": "受益群众普遍较为满意。",
}


@pytest.mark.parametrize("text", COMPLETE.values(), ids=COMPLETE)
def test_a_satisfaction_with_its_numbers_or_none_is_left_alone(text: str) -> None:
    assert incomplete(text) == []


def test_numbers_in_a_table_are_numbers() -> None:
    counts = table(["对象", "发放份数", "回收份数", "有效份数"], [["居民", "120", "118", "110"]])
    made = ordinary("服务对象满意度为92.5%。", tables=[counts])
    assert findings_of(made, "survey-incomplete") == []


NOT_GIVEN = {
    "counts": (
        "收回有效问卷200份，其中非常满意120份、满意50份、一般20份、不满意10份，满意度为93.2%。",
        "有效",
    ),
    "percentages": (
        "非常满意占60%，比较满意占25%，一般占10%，不满意占5%，综合满意度为93.5%。",
        "",
    ),
    "turned": (
        "120人表示非常满意，50人表示满意，20人表示一般，10人表示不满意，群众满意度为97.5%。",
        "",
    ),
    "in a list": (
        "选择“非常满意”“满意”“一般”“不满意”的分别为120份、50份、20份、10份，总体满意度为78%。",
        "",
    ),
    "own points": (
        "按非常满意100分、满意80分、一般60分、不满意0分计算，非常满意120人、满意50人、一般20人、"
        "不满意10人，满意度为91%。",
        "",
    ),
}


@pytest.mark.parametrize(("text", "_cue"), NOT_GIVEN.values(), ids=NOT_GIVEN)
def test_a_satisfaction_that_its_answers_do_not_give_is_found(text: str, _cue: str) -> None:
    (doubt,) = arithmetic(text)
    assert doubt.variant == "answers"
    assert doubt.found in text


GIVEN = {
    "share of the satisfied": ("非常满意120份、满意50份、一般20份、不满意10份，满意度为85%。"),
    "weights 100 80 60 0": "非常满意120份、满意50份、一般20份、不满意10份，满意度为86%。",
    "weights of five": (
        "非常满意占60%，满意占25%，一般占10%，不满意占4%，非常不满意占1%，满意度为84.75%。"
    ),
    "three answers": "满意170份、一般20份、不满意10份，满意度为90%。",
    "without the undecided": (
        "非常满意100份、满意60份、一般20份、不满意10份、不了解10份，满意度为84.21%。"
    ),
    "from the worst": "不满意10份、一般20份、满意50份、非常满意120份，满意度为85%。",
    "own points": (
        "按非常满意100分、满意90分、一般50分、不满意0分计算，非常满意120人、满意50人、一般20人、"
        "不满意10人，满意度为87.5%。"
    ),
    "points not told": (
        "非常满意120份、满意50份、一般20份、不满意10份，按权重加权计算，满意度为91.7%。"
    ),
    "several questions": (
        "服务态度非常满意120份、满意60份、一般20份；环境非常满意100份、满意70份、一般30份，"
        "满意度为88%。"
    ),
    "several choices": "非常满意60%、满意55%、一般30%，综合满意度为93%。",
    "no answers": "发放问卷220份，收回208份，有效问卷200份，满意度为92.5%。",
    "two satisfactions": (
        "非常满意120份、满意50份、一般20份、不满意10份，居民满意度为85%，企业满意度为93%。"
    ),
}


@pytest.mark.parametrize("text", GIVEN.values(), ids=GIVEN)
def test_a_satisfaction_that_some_formula_gives_is_left_alone(text: str) -> None:
    assert arithmetic(text) == []


def test_numbers_of_a_table_s_row_contradict_each_other() -> None:
    counts = table(
        ["对象", "发放份数", "回收份数", "有效份数"],
        [["居民", "120", "118", "110"], ["企业", "50", "48", "49"], ["合计", "170", "166", "159"]],
    )
    (doubt,) = findings_of(ordinary(tables=[counts]), "survey-arithmetic")
    assert (doubt.expected, doubt.found) == ("≤48", "49")


_HEADS = ("对象", "非常满意（人）", "满意（人）", "一般（人）", "不满意（人）", "满意度")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("学员", "80", "30", "12", "3", "88.96%"), []),
        (("学员", "80", "30", "12", "3", "97.6%"), []),
        # More than all but the dissatisfied: no points give that.
        (("学员", "80", "30", "12", "3", "98.6%"), [("97.6%", "98.6%", Outcome.SUSPECT)]),
        (("学员", "80", "30", "12", "3", "61.00%"), [("84.64%", "61.00%", Outcome.SUSPECT)]),
        (("学员", "80", "30", "12", "3", "91.20%"), [("91.36%", "91.20%", Outcome.UNVERIFIABLE)]),
        (("学员", "80", "30", "—", "3", "98.6%"), []),
        (("学员", "80", "30", "12", "3", "较高"), []),
    ],
)
def test_a_satisfaction_in_a_table_is_held_against_the_answers_of_its_row(
    row: tuple[str, ...], told: list[tuple[str, str, Outcome]]
) -> None:
    found = findings_of(ordinary(tables=[table(_HEADS, [row])]), "survey-arithmetic")
    assert [(f.expected, f.found, f.outcome) for f in found] == told


def test_points_that_the_text_gives_itself_are_not_guessed_for_its_tables() -> None:
    row = ("学员", "80", "30", "12", "3", "98.6%")
    made = ordinary("满意度按各选项赋值加权计算。", tables=[table(_HEADS, [row])])
    assert findings_of(made, "survey-arithmetic") == []
