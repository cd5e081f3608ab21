"""Headings whose wording no list knows, numbers without a gap, and scores of a part."""

from __future__ import annotations

import pytest

from reviewapp.domain.document import Box, Line
from reviewapp.domain.precheck.flow import Margins, starts_paragraph
from tests.precheck_documents import BODY, COVER, FILLER, document, page, pages_of, report_of


def _found(*texts: str, kind: str = "key-project") -> dict[str, str | None]:
    report = report_of(document(page(1, COVER), *pages_of(list(texts))), kind)
    return {s.rule.id: s.match.heading.text if s.match else None for s in report.sections}


def _with(old: str, new: str) -> list[str]:
    return [new if text == old else text for text in BODY]


@pytest.mark.parametrize(
    ("section", "usual", "unlisted"),
    [
        ("conclusion", "三、综合评价情况及评价结论", "三、绩效综合评定的结论"),
        ("evaluation-work", "二、绩效评价工作开展情况", "二、本次绩效评价工作的开展与实施"),
    ],
)
def test_an_unlisted_heading_is_taken_for_what_it_most_resembles(
    section: str, usual: str, unlisted: str
) -> None:
    assert _found(*_with(usual, unlisted))[section] == unlisted


def test_likeness_fills_gaps_only_and_never_takes_what_stands() -> None:
    found = _found(*BODY, "七、绩效评价工作开展的保障", FILLER)
    assert found["evaluation-work"] == "二、绩效评价工作开展情况"


def test_what_resembles_nothing_is_no_section() -> None:
    texts = _with("六、有关建议", "六、鸣谢")
    assert _found(*texts)["recommendations"] is None


def test_numbers_may_stand_without_a_gap_where_size_sets_the_heading_apart() -> None:
    found = _found(
        "#1项目基本情况",
        "1.1项目概况",
        FILLER,
        "1.2项目绩效目标",
        FILLER,
        "#2评价工作简述",
        "2.1评价目的",
        FILLER,
        "12月底全部完成，3个标段通过验收，共投入30万元。",
        FILLER,
    )
    assert found["basic-info"] == "1项目基本情况"
    assert found["evaluation-work"] == "2评价工作简述"
    report = report_of(document(page(1, COVER), *pages_of(["2024年概况", "12月底完工", *BODY])))
    assert not [m for m in report.matches if m.heading.text.startswith(("2024", "12"))]


@pytest.mark.parametrize(
    "part",
    [
        "决策部分满分20分，综合得分18分。",
        "效益部分共30分，评价得分为25.5分。",
        "产出分值30分，评价得分为29.5分，得分率98.33%。",
        "过程方面评价得分为17.5分，得分率为87.5%。",
    ],
)
def test_a_score_with_its_own_full_marks_or_rate_is_no_total(part: str) -> None:
    texts = _with(FILLER, FILLER)
    texts.insert(texts.index("三、综合评价情况及评价结论") + 1, part)
    report = report_of(document(page(1, COVER), *pages_of(texts)))
    assert report.facts["total_score"].value == "86.5"
    assert [s.value for s in report.scores] == ["86.5"]


def test_a_total_with_its_full_marks_and_rate_is_a_total() -> None:
    texts = _with(
        "项目综合得分为86.5分，评价等级为“良”。",
        "评价总分100分，综合得分86.5分，得分率86.5%，评价等级为“良”。",
    )
    report = report_of(document(page(1, COVER), *pages_of(texts)))
    assert [s.value for s in report.scores] == ["86.5"]


def test_text_that_runs_on_after_a_heading_may_break_at_a_comma() -> None:
    texts = list(BODY)
    at = texts.index("（二）项目绩效目标")
    texts[at : at + 2] = [
        "（二）项目绩效目标。2024年安排预算444.06万元，",
        "截至年末支出426.3万元。",
    ]
    assert _found(*texts)["performance-goals"] == "（二）项目绩效目标"


def test_a_decimal_number_may_stand_before_a_years_goals() -> None:
    found = _found(
        "#1项目基本情况", "1.1项目概况", FILLER, "1.2年度绩效目标", FILLER, "#2评价工作简述", FILLER
    )
    assert found["performance-goals"] == "1.2年度绩效目标"


def test_a_summary_as_large_as_the_first_heading_stands_beside_it() -> None:
    texts = ["#摘要", FILLER, "#1项目基本情况", "1.1项目概况", FILLER, "#2评价工作简述", FILLER]
    report = report_of(document(page(1, COVER), *pages_of(texts)))
    levels = {m.heading.text: m.heading.level for m in report.matches}
    assert levels["1项目基本情况"] == 1
    assert levels["1.1项目概况"] == 2


@pytest.mark.parametrize("title", ["附件1：指标体系与评分结果", "附件1：评价指标打分明细表"])
def test_an_annex_of_scores_is_no_section(title: str) -> None:
    report = report_of(document(page(1, COVER), *pages_of([*BODY, f"#{title}", FILLER])))
    (annex,) = [m for m in report.matches if m.heading.style == "annex"]
    assert annex.sections == ()


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("截至年末累计支出资金总额为人民币共计", "426.30万元，执行率96.00%。", True),
        ("截至年末该项目到位资金合计三千四百二十六万", "元，实际支出六百万元。", True),
        ("截至年末各项任务均已按照要求全部完成情况", "二、存在的主要问题", False),
        ("截至年末各项任务均已按照要求全部完成。", "工作推进中注意听取各方意见。", False),
    ],
)
def test_a_line_left_short_by_what_cannot_be_parted_goes_on(
    first: str, second: str, is_one: bool
) -> None:
    size = 12.0

    def line(text: str, y: float, x1: float = 0.0) -> Line:
        return Line(2, Box(72, y, x1 or 72 + size * len(text), y + size), text, size)

    short = line(first, 220, 72 + size * 34.1)
    after = line(second, 240)
    pages = {2: Margins(72.0, 72 + size * 36, size)}
    assert starts_paragraph(after, short, pages) is not is_one
