"""What each check says, and what it must not say."""

from __future__ import annotations

import pytest

from reviewapp.domain.document import ActiveContent, Page, TextLayer
from reviewapp.domain.precheck.checks.personal_data import is_id_number
from reviewapp.domain.precheck.finding import Outcome
from tests.precheck_documents import (
    BODY,
    COVER,
    FILLER,
    SCORE_COLUMNS,
    SCORE_ROWS,
    all_findings,
    document,
    findings_of,
    ordinary,
    page,
    pages_of,
    report_of,
    score_table,
    table,
)


def without(*texts: str) -> list[str]:
    return [text for text in BODY if text not in texts]


def test_a_faultless_report_has_no_finding() -> None:
    assert all_findings(ordinary(tables=[score_table()])) == []


def test_a_required_section_that_is_nowhere_is_missing() -> None:
    made = document(page(1, COVER), *pages_of(without("六、有关建议")))

    (finding,) = findings_of(made, "section-missing")

    assert (finding.expected, finding.page, finding.outcome) == (
        "recommendations",
        None,
        Outcome.SUSPECT,
    )


def test_a_missing_parent_speaks_for_its_children() -> None:
    gone = BODY[BODY.index("四、绩效评价指标分析") : BODY.index(BODY[24])]
    texts = BODY[:15] + BODY[24:]
    assert gone
    made = document(page(1, COVER), *pages_of(texts))

    assert [f.expected for f in findings_of(made, "section-missing")] == ["indicator-analysis"]


def test_a_section_may_stand_in_an_annex() -> None:
    body = pages_of(without("（三）绩效评价工作过程"))
    made = document(page(1, COVER), *body, page(9, ["附件1 绩效评价工作过程", FILLER]))

    assert findings_of(made, "section-missing") == []


def test_what_may_stand_on_an_unread_page_is_not_called_missing() -> None:
    made = document(
        page(1, COVER),
        *pages_of(without("六、有关建议")),
        Page(9, 595, 842, (), TextLayer.SCANNED),
    )

    (finding,) = findings_of(made, "section-missing")

    assert finding.outcome is Outcome.UNVERIFIABLE


def test_a_heading_with_nothing_below_it_is_an_empty_section() -> None:
    at = BODY.index("（二）项目绩效目标")
    made = document(page(1, COVER), *pages_of(BODY[: at + 1] + BODY[at + 2 :]))

    (finding,) = findings_of(made, "section-empty")

    assert (finding.section, finding.page, finding.quote) == (
        "performance-goals",
        2,
        "（二）项目绩效目标",
    )


def test_a_section_of_numbered_sentences_is_not_empty() -> None:
    at = BODY.index("六、有关建议") + 1
    listed = ("1.完善绩效指标，补充量化内容。", "2.规范采购公示，及时公布合同。")
    made = document(page(1, COVER), *pages_of((*BODY[:at], *listed)))
    bare = document(page(1, COVER), *pages_of((*BODY[:at], "（一）完善指标", "（二）规范公示")))

    assert findings_of(made, "section-empty") == []
    assert [f.section for f in findings_of(bare, "section-empty")] == ["recommendations"]


def test_none_is_enough_under_other_matters() -> None:
    assert findings_of(ordinary("七、其他需要说明的问题", "无。"), "section-empty") == []
    signed = ("七、其他需要说明的问题", "无。", "主评人（签字）：", "评价机构（盖章）：")
    assert findings_of(ordinary(*signed), "section-empty") == []
    assert len(findings_of(ordinary("七、其他需要说明的问题", "略。"), "section-empty")) == 1


@pytest.mark.parametrize(
    "left",
    [
        "评价对象为××局实施的项目。",
        "合同金额为XX万元。",
        "相关数据待补充。",
        "见错误！未找到引用源。",
        "见表【此处插入表号】。",
    ],
)
def test_leftovers_of_templates_are_found(left: str) -> None:
    assert len(findings_of(ordinary(left), "placeholder-left")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "联系电话138****5678。",
        "采购XXL号工作服二百套。",
        "依据财预【2020】10号文件。",
        "□非常满意 □满意 □一般",
        "二○二四年六月出具。",
    ],
)
def test_what_only_looks_like_a_leftover_is_none(text: str) -> None:
    assert findings_of(ordinary(text), "placeholder-left") == []


def test_a_leftover_on_the_cover_is_found_on_page_one() -> None:
    cover = [*COVER[:3], "评价机构：××会计师事务所", COVER[4]]

    (finding,) = findings_of(ordinary(cover=cover), "placeholder-left")

    assert (finding.page, finding.found) == (1, "××")


def test_each_field_that_the_cover_lacks_is_told() -> None:
    made = ordinary(cover=[COVER[0], COVER[3]])

    missing = {finding.expected for finding in findings_of(made, "cover-field-missing")}

    assert missing == {"unit", "department", "report_date"}


def test_a_department_report_needs_fewer_fields() -> None:
    cover = [
        "#2024年度河东区水利局部门整体支出绩效评价报告",
        "评价机构：中衡会计师事务所",
        COVER[4],
    ]

    assert findings_of(ordinary(cover=cover), "cover-field-missing", "department") == []


def test_weights_that_do_not_add_up_are_told_at_the_total_row() -> None:
    rows = [*SCORE_ROWS[:3], ("效益", "社会效益", "28", "25")]

    (finding,) = findings_of(ordinary(tables=[score_table(rows=rows)]), "weights-sum")

    assert (finding.expected, finding.found, finding.page) == ("100", "98", 3)
    assert finding.quote.startswith("合计")


def test_children_are_compared_with_the_weight_in_their_parents_name() -> None:
    rows = [("决策（25分）", "立项依据充分性", "20", "18"), *SCORE_ROWS[1:]]

    (finding,) = findings_of(ordinary(tables=[score_table(rows=rows)]), "weights-sum")

    assert (finding.expected, finding.found) == ("25", "20")


LEVELS = ("一级指标", "权重", "二级指标", "权重", "三级指标", "权重", "得分")
OUTPUT = [
    ("产出", "80", "数量", "40", "完成率", "40", "38"),
    (None, None, "质量", "40", "达标率", "40", "35"),
]
DECISION = [
    ("决策", "20", "立项", "20", "依据", "10", "9"),
    (None, None, None, None, "程序", "10", "8"),
]
WHOLE = ("合计", "", "", "", "", "100", "90")


def test_equal_weights_side_by_side_are_two_groups() -> None:
    made = ordinary(tables=[table(LEVELS, [*DECISION, *OUTPUT, WHOLE])])

    assert findings_of(made, "weights-sum") == []


def test_a_level_of_weights_that_its_children_do_not_give_is_told() -> None:
    rows = [("决策", "25", "立项", "20", "依据", "10", "9"), DECISION[1], *OUTPUT, WHOLE]

    (finding,) = findings_of(ordinary(tables=[table(LEVELS, rows)]), "weights-sum")

    assert (finding.expected, finding.found, finding.outcome) == ("25", "20", Outcome.SUSPECT)


NUMBERED = [
    ("一", "项目决策", "20", "17"),
    ("1", "立项依据", "10", "9"),
    ("2", "立项程序", "10", "8"),
    ("二", "项目产出", "80", "73"),
    ("1", "完成数量", "40", "38"),
    ("2", "完成质量", "40", "35"),
    ("", "合计", "100", "90"),
]


def test_parents_numbered_in_a_column_of_their_own_are_not_counted_twice() -> None:
    made = ordinary(tables=[table(("序号", "评价指标", "分值", "得分"), NUMBERED)])

    assert findings_of(made, "weights-sum") == findings_of(made, "scores-sum") == []


@pytest.mark.parametrize(
    ("weights", "count"),
    [
        (("20", "20", "30", "30"), 0),
        (("20", "20", "30", "25"), 1),
        (("20.0", "20", "30", "30.04"), 0),
    ],
)
def test_without_a_total_row_full_marks_are_a_hundred(weights: tuple[str, ...], count: int) -> None:
    rows = [(*row[:2], weight, row[3]) for row, weight in zip(SCORE_ROWS, weights, strict=True)]

    assert len(findings_of(ordinary(tables=[table(SCORE_COLUMNS, rows)]), "weights-sum")) == count


def test_scores_that_do_not_add_up_to_the_stated_total_are_told() -> None:
    made = ordinary(tables=[score_table(total=("合计", "", "100", "88"))])

    (finding,) = findings_of(made, "scores-sum")

    assert (finding.expected, finding.found, finding.outcome) == ("86.5", "88", Outcome.SUSPECT)


def test_a_sum_is_not_judged_where_a_score_was_not_read() -> None:
    rows = [*SCORE_ROWS[:3], ("效益", "社会效益", "30", "详见说明")]

    (finding,) = findings_of(ordinary(tables=[score_table(rows=rows)]), "scores-sum")

    assert finding.outcome is Outcome.UNVERIFIABLE


def test_a_score_above_its_weight_is_told_at_its_row() -> None:
    rows = [("决策", "立项依据充分性", "20", "21"), *SCORE_ROWS[1:]]
    made = ordinary(tables=[score_table(total=("合计", "", "100", "89.5"), rows=rows)])

    (finding,) = findings_of(made, "score-exceeds-weight")

    assert (finding.expected, finding.found) == ("0–20", "21")
    assert "立项依据充分性" in finding.quote


def test_a_doubtful_table_of_impossible_scores_was_read_wrongly() -> None:
    rows = [[name, name, "6", "66"] for name in ("立项依据充分性", "目标合理性", "制度健全性")]
    columns = ["一级指标", "三级指标", "分值", "得分"]
    whole = ordinary(tables=[table(columns, rows)])
    doubtful = ordinary(tables=[table(columns, rows, uncertain=True)])

    assert [f.outcome for f in findings_of(whole, "score-exceeds-weight")] == [Outcome.SUSPECT] * 3
    assert [f.outcome for f in findings_of(doubtful, "score-exceeds-weight")] == [
        Outcome.UNVERIFIABLE
    ]


def test_a_table_of_funds_is_no_score_table() -> None:
    made = ordinary(
        tables=[table(["项目", "预算数", "支出数"], [["甲", "10", "9"], ["合计", "12", "9"]])]
    )

    assert report_of(made).score_tables == ()


def replaced(old: str, new: str) -> list[str]:
    return [new if text == old else text for text in BODY]


STATED = "项目综合得分为86.5分，评价等级为“良”。"


def test_a_grade_that_the_score_does_not_give_is_told() -> None:
    texts = replaced(STATED, "项目综合得分为86.5分，评价等级为“优”。")
    made = document(page(1, COVER), *pages_of(texts))

    (finding,) = findings_of(made, "grade-mismatch")

    assert (finding.expected, finding.found, finding.page) == ("良", "优", 2)


def test_the_reports_own_thresholds_come_before_the_usual_ones() -> None:
    own = "评分等级为：85分（含）以上为优，75-85分为良，60-75分为中，60分以下为差。"
    texts = replaced(STATED, "项目综合得分为86.5分，评价等级为“优”。")
    made = document(page(1, COVER), *pages_of([*texts, own]))

    assert findings_of(made, "grade-mismatch") == []


@pytest.mark.parametrize(
    ("score", "grade"), [("90", "优"), ("80", "良"), ("60", "中"), ("59.99", "差")]
)
def test_a_lower_bound_belongs_to_its_grade(score: str, grade: str) -> None:
    texts = replaced(STATED, f"项目综合得分为{score}分，评价等级为“{grade}”。")

    assert findings_of(document(page(1, COVER), *pages_of(texts)), "grade-mismatch") == []


def test_a_score_stated_differently_is_told_where_it_deviates() -> None:
    (finding,) = findings_of(ordinary("经评价，项目综合得分为88分。"), "score-inconsistent")

    assert (finding.expected, finding.found, finding.page) == ("86.5", "88", 3)


@pytest.mark.parametrize(
    "text",
    [
        "项目单位自评得分为95分。",
        "决策类指标得分18分。",
        "上年度综合得分为80分。",
        "2023年综合得分为81分。",
        "综合得分为86.50分。",
        "四舍五入后，项目综合得分为87分。",
    ],
)
def test_other_scores_are_not_the_total(text: str) -> None:
    assert findings_of(ordinary(text), "score-inconsistent") == []


def test_a_projects_name_is_not_taken_for_an_indicators() -> None:
    cover = ["#2024年度生活垃圾分类项目绩效评价报告", *COVER[1:]]
    text = "经综合评价，生活垃圾分类项目综合得分为88分。"

    (finding,) = findings_of(ordinary(text, cover=cover), "score-inconsistent")

    assert finding.found == "88"


def test_a_repealed_rule_is_told_at_its_first_place_only() -> None:
    text = "根据《财政支出绩效评价管理暂行办法》（财预〔2011〕285号）开展评价。"

    (finding,) = findings_of(ordinary(text, text), "citation-repealed")

    assert finding.expected == "财预〔2020〕10号"


@pytest.mark.parametrize(
    "text",
    [
        "根据《项目支出绩效评价管理办法》（财预〔2020〕10号）开展评价。",
        "财预〔2011〕285号已于2020年废止。",
        "根据《某市财政支出绩效评价管理暂行办法》（豫财预〔2011〕285号）。",
        "根据《财政支出绩效评价管理暂行办法》（河政〔2021〕9号）。",
    ],
)
def test_rules_in_force_and_local_ones_are_not_repealed(text: str) -> None:
    assert findings_of(ordinary(text), "citation-repealed") == []


def test_a_rule_in_force_in_the_evaluated_year_may_be_cited() -> None:
    text = "根据财预〔2011〕285号开展评价。"
    cover = ["#2019年度城区道路养护项目绩效评价报告", *COVER[1:4], "2020年6月"]

    assert findings_of(ordinary(text, cover=cover), "citation-repealed") == []


def test_an_identity_number_counts_only_with_its_check_digit() -> None:
    assert is_id_number("11010519491231002X")
    assert not is_id_number("110105194912310021")
    assert not is_id_number("110105194913310026")
    assert len(findings_of(ordinary("负责人证号11010519491231002X。"), "pii-id-number")) == 1
    assert findings_of(ordinary("负责人证号110105194912310021。"), "pii-id-number") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("联系人电话：13812345678。", 1),
        ("联系人电话：138****5678。", 0),
        ("专户账号6213812345678001。", 0),
        ("下达资金13812345678元。", 0),
        ("统一社会信用代码91413812345678901X。", 0),
        # Blanks part the groups of one number; in a row they part figures.
        ("联系人电话：138 1234 5678。", 1),
        ("分值 15 20 35 30 100", 0),
    ],
)
def test_mobile_numbers_are_found_and_longer_numbers_are_not(text: str, count: int) -> None:
    assert len(findings_of(ordinary(text), "pii-phone")) == count


def test_pages_without_usable_text_are_told_one_by_one() -> None:
    made = document(
        page(1, COVER),
        *pages_of(BODY),
        Page(8, 595, 842, (), TextLayer.SCANNED),
        Page(9, 595, 842, (), TextLayer.GARBLED),
    )

    assert [f.page for f in findings_of(made, "text-layer-missing")] == [8]
    assert [f.page for f in findings_of(made, "text-layer-garbled")] == [9]


def test_things_that_act_by_themselves_are_told() -> None:
    active = (ActiveContent("javascript", 2), ActiveContent("embedded-file", None, "a.exe"))

    found = findings_of(ordinary(active_content=active), "active-content")

    assert {(finding.found, finding.page) for finding in found} == {
        ("javascript", 2),
        ("embedded-file", None),
    }


def test_the_same_doubt_has_the_same_key_and_two_doubts_have_two() -> None:
    text = "相关数据待补充，其他数据待补充。"
    first = findings_of(ordinary(text), "placeholder-left")
    again = findings_of(ordinary(text), "placeholder-left")

    assert [f.key for f in first] == [f.key for f in again]
    assert len({f.key for f in first}) == 2
