"""Deductions as the field writes them: written, read back, added up."""

from __future__ import annotations

import pytest

from reviewapp.adapters import deduction_wording
from reviewapp.domain import deductions
from reviewapp.domain.errors import Invalid
from tests.rows import RUBRICS

WORDING = deduction_wording.load(RUBRICS)


def test_a_deduction_reads_as_the_field_writes_it() -> None:
    assert deductions.write(WORDING, "指标权重合计为98分。", 200) == "指标权重合计为98分，扣2分"
    many = deductions.write(WORDING, "模板占位符残留", 50, count=3, pages=(5, 3, 5))
    assert many == "模板占位符残留（第3、5页），3处，每处扣0.5分，共扣1.5分"


@pytest.mark.parametrize(("points", "count"), [(0, 1), (-50, 1), (50, 0), (50, 100)])
def test_an_impossible_deduction_is_refused(points: int, count: int) -> None:
    with pytest.raises(Invalid):
        deductions.write(WORDING, "问题", points, count=count)
    with pytest.raises(Invalid):
        deductions.write(WORDING, " 。", 50)


@pytest.mark.parametrize(
    ("line", "points"),
    [
        ("指标权重合计为98分，与100分不符，扣2分", 200),
        ("指标权重合计为98分，与100分不符，扣2分。", 200),
        ("残留3处，每处扣0.5分，共扣1.5分", 150),
        ("封面缺日期（扣0.5分）", 50),
        ("扣 1 分：没有问卷份数", 100),
        ("问卷份数不明；扣减0.25分；", 25),
        # No deduction: it tells of points without taking any off.
        ("报告自评扣分说明不足", 0),
        ("每处扣0.5分的规定未执行", 0),
        ("项目得分92.5分", 0),
        ("建议下年扣2分以上者不予安排", 0),
    ],
)
def test_the_points_of_a_line_are_recognised(line: str, points: int) -> None:
    assert sum(one.points for one in deductions.written(WORDING, line)) == points


def test_what_is_written_is_read_back() -> None:
    for count in (1, 2, 7):
        line = deductions.write(WORDING, "合计98分，应为100分", 125, count=count)
        assert [one.points for one in deductions.written(WORDING, line)] == [125 * count]


def test_lines_add_up_and_never_fall_below_zero() -> None:
    reason = "总体较好。\n甲，扣2分\n乙，2处，每处扣1分，共扣2分"
    assert deductions.points_left(WORDING, reason, 700) == 300
    assert deductions.points_left(WORDING, reason, 300) == 0
    assert deductions.points_left(WORDING, "总体较好。", 700) is None


def test_a_line_is_added_once_and_taken_out_again() -> None:
    reason = deductions.with_line("已有的理由", "甲，扣2分")
    assert reason == "已有的理由\n甲，扣2分"
    assert deductions.with_line(reason, "甲，扣2分") == reason
    assert deductions.without_line(reason, "甲，扣2分") == "已有的理由"
