"""Which headings are which sections: wordings of practice at their usual places."""

from __future__ import annotations

import pytest

from reviewapp.domain.precheck.sections import Section
from tests.precheck_documents import BODY, COVER, FILLER, document, page, pages_of, report_of

DEPARTMENT = (
    "一、部门（单位）概况",
    "（一）部门职责及机构设置",
    FILLER,
    "（二）预算编制及执行情况",
    FILLER,
    "（三）部门整体绩效目标",
    FILLER,
    "二、绩效评价工作开展情况",
    FILLER,
    "三、综合评价结论",
    FILLER,
    "四、绩效评价指标分析",
    FILLER,
    "五、主要绩效",
    FILLER,
    "六、存在的问题及原因分析",
    FILLER,
    "七、有关建议",
    FILLER,
)


def sections_of(texts: list[str], kind: str = "key-project") -> dict[str, Section]:
    report = report_of(document(page(1, COVER), *pages_of(texts)), kind)
    return {section.rule.id: section for section in report.sections}


def heading_of(section: Section) -> str | None:
    return section.match.heading.text if section.match else None


PROJECT_WORDINGS = [
    ("basic-info", "一、基本情况", "一、项目基本情况"),
    ("basic-info", "一、基本情况", "一、概述"),
    ("basic-info", "一、基本情况", "一、项目单位基本情况"),
    ("project-overview", "（一）项目概况", "（一）项目背景"),
    ("project-overview", "（一）项目概况", "（一）主要内容及实施情况"),
    ("project-overview", "（一）项目概况", "（一）资金投入和使用情况"),
    ("project-overview", "（一）项目概况", "（一）立项依据"),
    ("performance-goals", "（二）项目绩效目标", "（二）绩效目标"),
    ("performance-goals", "（二）项目绩效目标", "（二）总体目标"),
    ("performance-goals", "（二）项目绩效目标", "（二）年度绩效目标"),
    ("evaluation-work", "二、绩效评价工作开展情况", "二、评价工作简述"),
    ("evaluation-work", "二、绩效评价工作开展情况", "二、评价工作组织实施"),
    ("purpose-scope", "（一）绩效评价目的、对象和范围", "（一）评价目的"),
    ("purpose-scope", "（一）绩效评价目的、对象和范围", "（一）评价对象"),
    ("method-criteria", "（二）评价原则、指标体系、评价方法、评价标准", "（二）指标体系"),
    ("method-criteria", "（二）评价原则、指标体系、评价方法、评价标准", "（二）评价方法"),
    ("method-criteria", "（二）评价原则、指标体系、评价方法、评价标准", "（二）评价依据"),
    ("work-process", "（三）绩效评价工作过程", "（三）评价实施过程"),
    ("work-process", "（三）绩效评价工作过程", "（三）评价程序"),
    ("work-process", "（三）绩效评价工作过程", "（三）工作安排"),
    ("conclusion", "三、综合评价情况及评价结论", "三、评价结论"),
    ("conclusion", "三、综合评价情况及评价结论", "三、总体结论"),
    ("conclusion", "三、综合评价情况及评价结论", "三、评分结果"),
    ("indicator-analysis", "四、绩效评价指标分析", "四、绩效分析"),
    ("indicator-analysis", "四、绩效评价指标分析", "四、指标分析"),
    ("indicator-analysis", "四、绩效评价指标分析", "四、绩效目标完成情况分析"),
    ("decision", "（一）项目决策情况", "（一）投入情况分析"),
    ("decision", "（一）项目决策情况", "（一）决策类指标（20分）"),
    ("process", "（二）项目过程情况", "（二）管理情况"),
    ("process", "（二）项目过程情况", "（二）过程"),
    ("output", "（三）项目产出情况", "（三）产出"),
    ("benefit", "（四）项目效益情况", "（四）项目效果"),
    ("experience-problems", "五、主要经验及做法、存在的问题及原因分析", "五、存在的主要问题"),
    ("experience-problems", "五、主要经验及做法、存在的问题及原因分析", "五、评价发现的问题及原因"),
    ("recommendations", "六、有关建议", "六、工作建议"),
    ("recommendations", "六、有关建议", "六、改进措施"),
    ("recommendations", "六、有关建议", "六、意见和建议"),
    ("recommendations", "六、有关建议", "六、相关意见及建议"),
]


@pytest.mark.parametrize(("section", "usual", "other"), PROJECT_WORDINGS)
def test_a_section_is_known_by_other_wordings(section: str, usual: str, other: str) -> None:
    found = sections_of([other if text == usual else text for text in BODY])

    assert heading_of(found[section]) == other
    assert [s.rule.id for s in found.values() if not s.found] == ["other-matters"]


DEPARTMENT_WORDINGS = [
    ("department-overview", "一、部门（单位）概况", "一、部门基本情况"),
    ("department-overview", "一、部门（单位）概况", "一、单位基本情况"),
    ("department-overview", "一、部门（单位）概况", "一、部门简介"),
    ("duties-organization", "（一）部门职责及机构设置", "（一）职能职责"),
    ("duties-organization", "（一）部门职责及机构设置", "（一）组织架构"),
    ("duties-organization", "（一）部门职责及机构设置", "（一）机构及人员情况"),
    ("duties-organization", "（一）部门职责及机构设置", "（一）人员编制"),
    ("budget-execution", "（二）预算编制及执行情况", "（二）部门收支情况"),
    ("budget-execution", "（二）预算编制及执行情况", "（二）整体支出管理及使用情况"),
    ("budget-execution", "（二）预算编制及执行情况", "（二）资金使用情况"),
    ("department-goals", "（三）部门整体绩效目标", "（三）年度绩效目标"),
    ("department-goals", "（三）部门整体绩效目标", "（三）重点工作任务"),
    ("evaluation-work", "二、绩效评价工作开展情况", "二、评价工作情况"),
    ("evaluation-work", "二、绩效评价工作开展情况", "二、评价组织实施"),
    ("conclusion", "三、综合评价结论", "三、评价得分情况"),
    ("indicator-analysis", "四、绩效评价指标分析", "四、整体绩效分析"),
    ("indicator-analysis", "四、绩效评价指标分析", "四、履职情况分析"),
    ("main-achievements", "五、主要绩效", "五、主要成效"),
    ("main-achievements", "五、主要绩效", "五、取得的成绩"),
    ("main-achievements", "五、主要绩效", "五、主要经验及做法"),
    ("experience-problems", "六、存在的问题及原因分析", "六、存在的主要问题"),
    ("experience-problems", "六、存在的问题及原因分析", "六、存在的不足"),
    ("recommendations", "七、有关建议", "七、改进建议"),
    ("recommendations", "七、有关建议", "七、下一步工作措施"),
]


@pytest.mark.parametrize(("section", "usual", "other"), DEPARTMENT_WORDINGS)
def test_a_departments_section_is_known_by_other_wordings(
    section: str, usual: str, other: str
) -> None:
    found = sections_of([other if text == usual else text for text in DEPARTMENT], "department")

    assert heading_of(found[section]) == other
    assert [s.rule.id for s in found.values() if not s.found] == ["other-matters"]


@pytest.mark.parametrize(
    "marks",
    [
        ("第一部分 ", "1．"),
        ("第一章 ", "第一节 "),
        ("1．", "1.1 "),
        ("1 ", "1.1 "),
        ("（一）", "1．"),
    ],
)
def test_sections_are_found_under_any_style_of_numbers(marks: tuple[str, str]) -> None:
    texts = renumbered(*marks)

    found = sections_of(texts)

    assert [s.rule.id for s in found.values() if not s.found] == ["other-matters"]


def renumbered(top: str, below: str) -> list[str]:
    """Return the body with numbers in other styles: a top and a lower one."""
    chinese = "一二三四五六七八九"
    made, high, low = [], 0, 0
    for text in BODY:
        if text[1:2] == "、":
            high, low = high + 1, 0
            made.append(_number(top, high, high, chinese) + text[2:])
        elif text.startswith("（"):
            low += 1
            made.append(_number(below, low, high, chinese) + text[3:])
        else:
            made.append(text)
    return made


def _number(style: str, number: int, parent: int, chinese: str) -> str:
    if style == "1.1 ":
        return f"{parent}.{number} "
    return style.replace("一", chinese[number - 1]).replace("1", str(number), 1)


def test_problems_with_advice_in_one_heading_are_both_sections() -> None:
    texts = [text for text in BODY if text != "六、有关建议"]
    texts = ["五、存在问题及改进建议" if text.startswith("五、") else text for text in texts]

    found = sections_of(texts)

    assert heading_of(found["experience-problems"]) == "五、存在问题及改进建议"
    assert heading_of(found["recommendations"]) == "五、存在问题及改进建议"


def test_experience_alone_is_not_the_problems() -> None:
    texts = ["五、主要经验及做法" if text.startswith("五、") else text for text in BODY]

    assert not sections_of(texts)["experience-problems"].found


def test_a_childs_name_alone_at_the_top_is_the_parent_as_well() -> None:
    texts = [text for text in BODY if text not in ("一、基本情况", "（二）项目绩效目标")]
    texts[0] = "一、项目概况"

    found = sections_of(texts)

    assert heading_of(found["basic-info"]) == "一、项目概况"
    assert heading_of(found["project-overview"]) == "一、项目概况"
    assert not found["performance-goals"].found


def test_an_item_of_a_list_is_no_section() -> None:
    texts = [text for text in BODY if text != "六、有关建议"]
    texts.insert(3, "1．建议书已批复。")

    assert not sections_of(texts)["recommendations"].found


def test_an_annex_with_the_score_table_is_not_the_method() -> None:
    usual = "（二）评价原则、指标体系、评价方法、评价标准"
    body = pages_of([text for text in BODY if text != usual])
    annex = page(9, ["附件1：绩效评价指标体系及得分表", FILLER])
    report = report_of(document(page(1, COVER), *body, annex))

    assert not {s.rule.id: s for s in report.sections}["method-criteria"].found
