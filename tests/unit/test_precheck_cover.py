"""What covers state, and in which forms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewapp.domain.document import Box, Line, Page, TextLayer
from reviewapp.domain.precheck.finding import Outcome
from tests.precheck_documents import BODY, document, findings_of, page, pages_of, report_of

PLAIN = (
    "#河东区2024年度老旧小区改造项目",
    "#绩效评价报告",
    "项目名称：老旧小区改造项目",
    "项目单位：河东区住房保障中心",
    "主管部门：河东区住房和城乡建设局",
    "评价机构：中衡会计师事务所（特殊普通合伙）",
    "二〇二五年六月",
)
SPACED = (
    "#2024年老旧小区改造项目绩效评价报告",
    "项 目 单 位：  河东区住房保障中心",
    "主 管 部 门：  河东区住房和城乡建设局",
    "评 价 机 构：  中衡工程咨询有限公司",
    "评 价 时 间：  2025 年 6 月 30 日",
)


def facts_of(cover: tuple[str, ...], kind: str = "key-project") -> dict[str, str | int]:
    report = report_of(document(page(1, cover), *pages_of(BODY)), kind)
    return {name: fact.value for name, fact in report.facts.items() if fact.place.page == 1}


def missing_of(cover: tuple[str, ...], kind: str = "key-project") -> set[str]:
    made = document(page(1, cover), *pages_of(BODY))
    return {finding.expected for finding in findings_of(made, "cover-field-missing", kind)}


def test_labels_that_their_values_follow_at_once_are_read() -> None:
    cover = (
        "#河东区2024年度老旧小区改造项目绩效评价报告",
        "项目单位河东区住房保障中心",
        "主管部门河东区住房和城乡建设局",
        "委托方 河东区财政局",
        "评价机构中衡工程咨询有限公司",
        "完成时间二〇二五年六月",
    )

    found = facts_of(cover)

    assert found["unit"] == "河东区住房保障中心"
    assert found["department"] == "河东区住房和城乡建设局"
    assert found["agency"] == "中衡工程咨询有限公司"
    assert missing_of(cover) == set()


def test_a_period_under_the_label_leaves_the_date_to_its_own_line() -> None:
    cover = (*PLAIN[:6], "评价时间：2025年4月—2025年6月", "2025年6月30日")

    assert facts_of(cover)["report_date"] == "2025-06-30"


def test_a_title_whose_last_character_stands_alone_is_read_whole() -> None:
    cover = ("#2022—2024年度中小企业技术改造专项资金绩效评价报", "#告", *PLAIN[3:])

    found = facts_of(cover)
    assert found["title"] == "2022—2024年度中小企业技术改造专项资金绩效评价报告"
    assert missing_of(cover) == set()


def test_a_name_that_begins_like_a_label_is_a_name() -> None:
    cover = (*PLAIN[:5], "评价机构联合会咨询有限公司", PLAIN[6])

    assert facts_of(cover)["agency"] == "评价机构联合会咨询有限公司"


def test_a_plain_cover_is_read_as_printed() -> None:
    assert facts_of(PLAIN) == {
        "title": "河东区2024年度老旧小区改造项目绩效评价报告",
        "project_name": "老旧小区改造项目",
        "unit": "河东区住房保障中心",
        "department": "河东区住房和城乡建设局",
        "agency": "中衡会计师事务所（特殊普通合伙）",
        "report_date": "2025-06",
        "evaluation_year": 2024,
    }
    assert missing_of(PLAIN) == set()


def test_labels_set_wide_are_labels_as_well() -> None:
    found = facts_of(SPACED)

    assert found["agency"] == "中衡工程咨询有限公司"
    assert found["report_date"] == "2025-06-30"
    assert found["project_name"] == "老旧小区改造项目"


def test_an_office_without_a_label_is_the_unit_but_not_the_finance_bureau() -> None:
    cover = ("#河东区2024年度改造项目绩效评价报告", "河东区财政局", "河东区水利局", "2025年6月")

    assert facts_of(cover)["unit"] == "河东区水利局"


@pytest.mark.parametrize(
    ("title", "department"),
    [
        (("#河东区水利局2024年度部门整体支出", "#绩效评价报告"), "河东区水利局"),
        (("#2024年度河东区水利局部门整体支出绩效评价报告",), "河东区水利局"),
        (("#2024年度部门整体绩效评价报告", "部门名称：河东区水利局"), "河东区水利局"),
        (
            ("#河东区水利局2024年度部门整体支出", "#绩效评价报告", "主管部门：河东区财政局"),
            "河东区水利局",
        ),
        (
            ("#河东区财政局2024年度部门整体支出", "#绩效评价报告", "部门名称：河东区财政局"),
            "河东区财政局",
        ),
    ],
)
def test_a_departments_name_is_taken_from_label_or_title(
    title: tuple[str, ...], department: str
) -> None:
    cover = (*title, "评价机构：中衡会计师事务所", "2025年6月")

    found = facts_of(cover, "department")

    assert found["unit"] == found["department"] == department
    assert missing_of(cover, "department") == set()


def test_the_evaluated_period_is_not_the_date_of_the_report() -> None:
    cover = (*PLAIN[:6], "评价时间：2024年1月1日至2024年12月31日")

    assert "report_date" not in facts_of(cover)
    assert missing_of(cover) == {"report_date"}


def test_a_cover_that_cannot_be_read_is_not_said_to_lack_anything() -> None:

    made = document(Page(1, 595, 842, (), TextLayer.SCANNED), *pages_of(BODY))

    found = findings_of(made, "cover-field-missing")

    assert found
    assert {finding.outcome for finding in found} == {Outcome.UNVERIFIABLE}


def test_formal_numerals_in_a_date_are_read() -> None:
    cover = (*PLAIN[:6], "完成时间：贰零贰伍年陆月")

    assert facts_of(cover)["report_date"] == "2025-06"


def test_of_two_covers_the_title_that_names_something_counts() -> None:
    cover = ("#绩效评价报告", "河东区2024年度老旧小区改造项目绩效评价报告", *PLAIN[3:])

    assert facts_of(cover)["title"] == "河东区2024年度老旧小区改造项目绩效评价报告"


def test_a_value_goes_on_under_its_own_beginning() -> None:
    label = "项目名称：2024年度河东区老旧小区改造"
    rest = Line(1, Box(72 + 5 * 12, 60 + 2 * 14, 400, 60 + 2 * 14 + 12), "项目及配套设施建设", 12.0)
    first = page(1, ("#2024年度老旧小区改造项目绩效评价报告",)).lines[0]
    value = Line(1, Box(72, 74, 72 + 12 * (len(label) - 4) + 4 * 6.6, 86), label, 12.0)
    title = replace(first, box=Box(72, 40, 500, 62))
    front = replace(page(1, ()), lines=(title, value, rest))

    report = report_of(document(front, *pages_of(BODY)))

    assert report.facts["project_name"].value == "2024年度河东区老旧小区改造项目及配套设施建设"
