"""Common problems are those that several reports share, in words that fit all of them."""

from __future__ import annotations

import pytest

from reviewapp.domain.common_problems import (
    Deduction,
    ProblemRule,
    common_problems,
    first_sentence,
    key_of,
)
from reviewapp.domain.errors import Invalid


def _lost(title: str, criterion: str, lost: int = 100, text: str = "") -> Deduction:
    return Deduction(
        title=title,
        agency="甲信公司",
        dimension="数据",
        criterion=criterion,
        lost=lost,
        max_points=500,
        text=text,
    )


def test_what_one_report_lost_is_not_common() -> None:
    assert common_problems([_lost("甲", "来源"), _lost("乙", "时效")], ProblemRule()) == ()


def test_points_not_lost_do_not_count() -> None:
    assert common_problems([_lost("甲", "来源"), _lost("乙", "来源", 0)], ProblemRule()) == ()


def test_the_problems_of_most_reports_come_first_then_the_dearer_ones() -> None:
    found = common_problems(
        [_lost(title, "时效", 100) for title in ("甲", "乙")]
        + [_lost(title, "来源", 300) for title in ("甲", "乙")]
        + [_lost(title, "口径", 10) for title in ("甲", "乙", "丙")],
        ProblemRule(at_most=2),
    )
    assert [(one.criterion, one.reports) for one in found] == [("口径", 3), ("来源", 2)]


def test_examples_are_the_reports_that_lost_most() -> None:
    (found,) = common_problems(
        [_lost("甲", "来源", 100), _lost("乙", "来源", 400), _lost("丙", "来源", 200)],
        ProblemRule(examples=2),
    )
    assert found.examples == ("乙", "丙")


def test_only_words_that_fit_several_reports_are_quoted() -> None:
    (found,) = common_problems(
        [
            _lost("甲", "来源", 400, "问卷发放200份，只收回20份。"),
            _lost("乙", "来源", 300, "甲信公司未说明来源。"),
            _lost("丙", "来源", 200, "数据未说明来源；另见附表。"),
            _lost("丁", "来源", 100, "数据未说明来源"),
        ],
        ProblemRule(),
    )
    assert found.text == "数据未说明来源。"


def test_an_officers_words_take_the_place_of_the_quotes() -> None:
    (found,) = common_problems(
        [_lost("甲", "来源", text="原文。"), _lost("乙", "来源", text="原文。")],
        ProblemRule(),
        {key_of("数据", "来源"): " 部分报告数据无来源。 "},
    )
    assert found.text == "部分报告数据无来源。"


def test_a_long_sentence_is_not_cut_but_left_out() -> None:
    assert first_sentence("短句；后面不要") == "短句。"
    assert first_sentence("长" * 81) == ""
    assert first_sentence("") == ""


def test_a_problem_of_one_report_cannot_be_made_common_by_the_rule() -> None:
    with pytest.raises(Invalid):
        ProblemRule(at_least_reports=1)
