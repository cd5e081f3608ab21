"""When a file seems to hold several reports, and the many times when it does not."""

from __future__ import annotations

from reviewapp.adapters import rule_files
from reviewapp.domain.document import Page
from reviewapp.domain.precheck import several
from reviewapp.domain.precheck.several import Range
from tests.precheck_documents import FILLER, document, page, report_of

RULES = rule_files.load()
ROADS = "2024年度城区道路养护项目绩效评价报告"
SCHOOL = "2024年度中小学食堂改造项目绩效评价报告"


def cover(title: str) -> list[str]:
    return [f"#{title}", "项目单位：河东区某某所", "评价机构：中衡会计师事务所", "2025年6月"]


def body(pages: int = 6) -> list[list[str]]:
    heads = [
        "一、项目基本情况",
        "二、绩效评价工作开展情况",
        "三、评价结论",
        "四、存在问题",
        "五、建议",
    ]
    return [[heads[min(n, 4)] if n < 5 else FILLER, FILLER, FILLER] for n in range(pages)]


def found(*pages: list[str]) -> tuple[Range, ...]:
    made: list[Page] = [page(number, texts) for number, texts in enumerate(pages, 1)]
    report = report_of(document(*made))
    title = report.facts.get("title")
    headings = [match.heading for match in report.matches]
    name = str(title.value) if title else ""
    return several.find(report.document, headings, name, RULES.cover, RULES.several)


def test_two_covers_with_their_own_numbering_are_two_reports() -> None:
    first, second = found(cover(ROADS), *body(), cover(SCHOOL), *body())
    assert (first.first, first.last, first.title) == (1, 7, ROADS)
    assert (second.first, second.last, second.title) == (8, 14, SCHOOL)
    assert set(second.signs) == {"title", "cover", "numbering"}


def test_a_title_over_the_first_section_is_enough() -> None:
    start = [f"#{SCHOOL}", "一、项目基本情况", FILLER]
    ranges = found(cover(ROADS), *body(), start, *body()[1:])
    assert [one.first for one in ranges] == [1, 8]


def test_three_reports_have_three_ranges_without_a_gap() -> None:
    third = "2023年度公园绿化养护资金绩效评价报告"
    ranges = found(cover(ROADS), *body(), cover(SCHOOL), *body(), cover(third), *body())
    assert [(one.first, one.last) for one in ranges] == [(1, 7), (8, 14), (15, 21)]


def test_one_report_with_contents_and_its_title_again_is_one() -> None:
    contents = ["目录", "一、项目基本情况........4", "二、评价结论........9"]
    again = [f"#{ROADS}", "一、项目基本情况", FILLER]
    summary = ["摘要", "一、基本情况", FILLER]
    filler = [[FILLER] * 3] * 3
    assert found(cover(ROADS), summary, *filler, contents, again, *body()[1:]) == ()


def test_a_report_in_an_annex_and_a_survey_with_numbers_of_its_own_are_none() -> None:
    annex = ["附件1", f"#{SCHOOL}", "一、项目基本情况", FILLER]
    survey = ["附件2", "#满意度调查分析", "一、调查对象", FILLER]
    assert found(cover(ROADS), *body(), annex, survey, *body(2)[1:]) == ()


def test_a_title_in_the_text_alone_says_nothing() -> None:
    named = [FILLER, SCHOOL, FILLER]
    assert found(cover(ROADS), *body(), named, [FILLER] * 3, [FILLER] * 3) == ()


def test_new_contents_and_new_numbering_count_after_a_whole_report_only() -> None:
    contents = ["目录", "一、项目基本情况........2"]
    long = [*body(), *[[FILLER] * 3] * 12]
    assert [one.first for one in found(cover(ROADS), *long, contents, *body())] == [1, 20]
    assert found(cover(ROADS), *body(), contents, *body()) == ()
