"""The table of contents and the numbers of headings."""

from __future__ import annotations

from dataclasses import replace

from reviewapp.domain.document import Document, LineKind
from reviewapp.domain.precheck.finding import Finding
from tests.precheck_documents import (
    BODY,
    COVER,
    SCORE_COLUMNS,
    document,
    findings_of,
    ordinary,
    page,
    pages_of,
    score_table,
    table,
)

ENTRIES = (
    "一、基本情况……………1",
    "（一）项目概况……………1",
    "二、绩效评价工作开展情况……………1",
    "三、综合评价情况及评价结论……………1",
    "四、绩效评价指标分析……………2",
    "五、主要经验及做法、存在的问题及原因分析……………2",
    "六、有关建议……………2",
)


def with_contents(*lines: str) -> Document:
    """Return a report with a page of contents; its body begins on page 3, printed as 1."""
    contents = page(2, lines)
    listed = tuple(replace(line, kind=LineKind.TOC) for line in contents.lines)
    return document(page(1, COVER), replace(contents, lines=listed), *pages_of(BODY, first=3))


def test_contents_that_go_with_the_headings_are_not_doubted() -> None:
    assert findings_of(with_contents(*ENTRIES), "toc-mismatch") == []


def test_an_entry_without_a_heading_is_told_in_the_contents() -> None:
    (finding,) = findings_of(with_contents(*ENTRIES, "七、下年度计划……………3"), "toc-mismatch")

    assert (finding.page, finding.found) == (2, "七、下年度计划")


def test_an_annex_listed_with_a_short_title_is_known_by_its_number() -> None:
    short = with_contents(*ENTRIES, "附件1：评分表……………4")
    annex = page(9, ("附件1：道路养护项目绩效评价评分表", "见下表。"))
    other = page(9, ("附件2：访谈记录", "访谈三人。"))

    assert findings_of(replace(short, pages=(*short.pages, annex)), "toc-mismatch") == []
    # One that is absent is one fault, and annex-missing tells it.
    absent = replace(short, pages=(*short.pages, other))
    assert findings_of(absent, "toc-mismatch") == []
    found = findings_of(absent, "annex-missing")
    assert [f.expected for f in found if f.variant == ""] == ["1"]


def test_a_page_off_by_more_than_one_is_told_after_the_offset_of_the_others() -> None:
    wrong = [entry.replace("有关建议……………2", "有关建议……………9") for entry in ENTRIES]

    (finding,) = findings_of(with_contents(*wrong), "toc-mismatch")

    assert (finding.expected, finding.found) == ("2", "9")


def test_pages_that_share_no_offset_are_not_judged() -> None:
    drifting = [f"{entry.split('…')[0]}……………{3 * n + 1}" for n, entry in enumerate(ENTRIES)]

    assert findings_of(with_contents(*drifting), "toc-mismatch") == []


def numbered(old: str, new: str) -> list[Finding]:
    texts = [new if text == old else text for text in BODY]
    return findings_of(document(page(1, COVER), *pages_of(texts)), "heading-numbering")


def test_a_number_that_skips_or_repeats_is_told() -> None:
    (skipped,) = numbered("六、有关建议", "七、有关建议")
    (repeated,) = numbered("六、有关建议", "五、有关建议")

    assert (skipped.expected, skipped.found, skipped.variant) == ("6", "7", "skips")
    assert (repeated.expected, repeated.found, repeated.variant) == ("6", "5", "repeats")


def test_a_number_that_repeats_is_one_fault_and_the_next_goes_on() -> None:
    renamed = {"四、绩效评价指标分析": "三、绩效评价指标分析"}
    made = document(page(1, COVER), *pages_of([renamed.get(text, text) for text in BODY]))

    (finding,) = findings_of(made, "heading-numbering")

    assert (finding.found, finding.variant) == ("3", "repeats")


def test_a_number_that_stands_in_a_line_between_was_only_not_taken_for_a_heading() -> None:
    at = BODY.index("六、有关建议")
    texts = [
        *BODY[:at],
        "六、需要说明的是，" + "本项目尚未完工，" * 12,
        "七、有关建议",
        BODY[at + 1],
    ]

    made = document(page(1, COVER), *pages_of(texts))

    assert findings_of(made, "heading-numbering") == []


def test_output_and_benefit_weigh_at_least_sixty() -> None:
    rows = [
        ("决策", "立项依据充分性", "25", "25"),
        ("过程", "预算执行率", "25", "25"),
        ("产出", "实际完成率", "30", "30"),
        ("效益", "社会效益", "20", "20"),
        ("合计", "", "100", "100"),
    ]

    (finding,) = findings_of(ordinary(tables=[table(SCORE_COLUMNS, rows)]), "benefit-weight-low")

    assert (finding.found, finding.severity) == ("50", "notice")
    assert findings_of(ordinary(tables=[score_table()]), "benefit-weight-low") == []


def test_unknown_dimensions_are_not_weighed() -> None:
    rows = [
        ("党建", "学习", "50", "50"),
        ("产出", "实际完成率", "50", "50"),
        ("合计", "", "100", "100"),
    ]

    made = ordinary(tables=[table(SCORE_COLUMNS, rows)])

    assert findings_of(made, "benefit-weight-low") == []
