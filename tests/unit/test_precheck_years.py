"""Years that cannot be meant."""

from __future__ import annotations

import pytest

from reviewapp.domain.precheck.finding import Finding
from tests.precheck_documents import COVER, body, document, findings_of, ordinary, page, pages_of


def concluded(text: str) -> list[Finding]:
    """Return the findings on a sentence in the conclusion; the report evaluates 2024, from 2025."""
    made = document(page(1, COVER), *pages_of(body(after_13=text)))
    return findings_of(made, "year-inconsistent")


WRONG = {
    "not yet": ("经过全年努力，2031年各项任务均已完成。", "2031"),
    "the year after": ("2026年度项目的实施情况总体良好。", "2026"),
    "long past": ("截至2012年底，各项任务已经完成。", "2012"),
    "a year's results": ("2019年度项目实施情况总体较好，资金使用合规。", "2019"),
    "the year before": ("2023年度项目绩效目标基本完成。", "2023"),
    "up to a later year": ("截至2030年底，累计完成养护120公里。", "2030"),
    "outputs of another year": ("2022年度项目产出指标全部完成，质量达标。", "2022"),
    "another period": ("评价时段为2023年1月1日至2023年12月31日。", "2023"),
    "another period, short": ("评价年度为2022年度，重点关注产出质量。", "2022"),
    "another project year": (
        "本次评价对象为2023年度城区道路养护项目，涉及全部资金。",
        "2023",
    ),
    "another year's score": ("2023年城区道路养护项目综合得分86.5分。", "2023"),
}


@pytest.mark.parametrize(("text", "year"), WRONG.values(), ids=WRONG)
def test_a_year_that_cannot_be_meant_is_found(text: str, year: str) -> None:
    (doubt,) = concluded(text)
    assert (doubt.expected, doubt.found) == ("2024", year)
    assert doubt.page == 2


RIGHT = {
    "the evaluated one": "2024年度项目实施情况总体较好，任务已完成。",
    "the writing's": "2025年3月，评价组完成现场评价。",
    "a plan": "到2030年，实现道路完好率95%的目标。",
    "a plan of years": "《“十四五”规划》提出2026年全面完成改造任务。",
    "a term": "养护合同服务期至2027年12月，已签订补充协议。",
    "advice": "建议在2026年预算编制时完善绩效目标，实现科学分配。",
    "a title": "《关于印发2027年工作要点的通知》已经落实。",
    "a number": "根据城管〔2012〕15号文件，各项任务已完成。",
    "a comparison": "与2019年度相比，项目实施情况明显好转。",
    "a rise": "2019年度项目支出1000万元，2024年较其增长18%。",
    "history": "该项目自2015年实施以来，各项任务逐年完成。",
    "founded": "养护所成立于2008年，2012年启动改革。",
    "the year before, and this one": "2023年度项目绩效目标基本完成，2024年继续推进。",
    "the year before, as history": "2023年度项目实施情况已在上一轮评价中说明。",
    "in the year before": "2023年项目完成前期工作。",
    "several years": "评价时段为2022年1月1日至2024年12月31日。",
    "self-evaluation of the year": "评价年度为2024年。",
    "a warranty": "设备质保期到2028年，运行情况良好。",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_year_that_can_be_meant_is_left_alone(text: str) -> None:
    assert concluded(text) == []


def test_history_outside_the_results_is_never_judged() -> None:
    made = ordinary("截至2012年底，各项任务已经完成。")
    text = body(after_2="截至2012年底，一期各项任务已经完成。")
    assert findings_of(document(page(1, COVER), *pages_of(text)), "year-inconsistent") == []
    assert made is not None


def test_the_year_s_amount_under_another_year_is_found() -> None:
    money = "2024年项目预算1234.56万元，实际支出1180.52万元。"
    (doubt,) = findings_of(ordinary(money, "2023年项目预算1234.56万元。"), "year-inconsistent")
    assert (doubt.expected, doubt.found) == ("2024", "2023")
    same = findings_of(
        ordinary(money, "2023年、2024年项目预算均为1234.56万元。"), "year-inconsistent"
    )
    assert same == []
    round_sums = ("2024年项目预算1200万元。", "2023年项目预算1200万元。")
    assert findings_of(ordinary(*round_sums), "year-inconsistent") == []
