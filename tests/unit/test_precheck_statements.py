"""How reports state their total score and grade, and what only looks like it."""

from __future__ import annotations

import pytest

from reviewapp.adapters import rule_files
from reviewapp.domain.precheck import statements
from tests.precheck_documents import BODY, COVER, document, ordinary, page, pages_of, report_of

STATED = "项目综合得分为86.5分，评价等级为“良”。"
STATEMENTS = [
    "综合评价得分87.25分，评价等级为“良”。",
    "最终评分为87.25分，绩效评级为“良好”。",
    "总得分87.25分（满分100分），评价结论为良。",
    "本项目绩效评价综合得分87.25分，绩效等级为“良好”。",
    "项目得分为87.25分，属于“良”等级。",
    "评价得分为 87.25 分,等次为良。",
    "项目最终得分87.25，评价等级：良。",
    "综合评分87.25分，对应评价级别为“良”。",
    "总分为87.25分，绩效级别为“良”。",
    "综合得分为87.25分，被评为“良”等次。",
    "综合得分87.25分，绩效等级评定为良。",
    "项目绩效得分87.25分，评价结果为“良”。",
    "该项目综合绩效评价得分为87.25分，绩效评价等级为“良”级。",
    "综合得分87.25分（百分制），等级为良。",
    "经评价，项目总体得分为87.25分，总体评价为“良”。",
    "经综合评定，项目得87.25分，评定等级为“良”。",
    "绩效评价总得分为87.25分，达到“良好”等级。",
    "综合评定结果：87.25分，等级为“良好”。",
    "评价综合得分：87.25分；评价等级：良。",
    "最终评价得分为87.25分，评级结果为“良”。",
    "项目综合得分87.25分，评价等级“良”。",
    "综合得分87.25分，按照评级标准，绩效评价结果属于良。",
    "综合得分 87.25 分,评定为良好等级。",
    "项目绩效评价总得分为87.25分，等级：“良”",
    "评价得分87.25分，等级“良”。",
    "绩效评价得分为87.25分，综合绩效级别为“良”。",
    "评价总得分为87.25分，综合评价等级为良好。",
    "总评分为87.25分，绩效为“良”。",
]
OTHERS = [
    "评价等级分为优、良、中、差四个等级。",
    "综合得分90分（含）以上为优。",
    "绩效自评得分98分，自评等级为优。",
    "上年度评价等级为优。",
    "决策类指标得分率为95%。",
    "工程质量等级为优。",
    "水质等级为优，空气质量等级为优。",
    "项目单位信用等级为优。",
    "满意度综合得分为95分。",
    "得分90-100分为优，80-90分为良。",
    "若综合得分为95分，则等级为优。",
    "综合得分在90分以上的，等级为“优”。",
    "该指标综合得分为5分。",
    "全市平均综合得分为83分。",
    "根据问卷统计，综合满意度得分为92分。",
    "评价等级为：优（90≤得分≤100）、良（80≤得分<90）。",
    "（一）决策情况综合得分为18分。",
    "产出指标总得分为38分。",
    "课题组对12个乡镇评分，最高的综合得分为95分。",
    "考核得分为95分，考核等级为优秀。",
    "部门自评综合得分为96分，等级为“优”。",
    "学生综合得分为80分以上的占比60%。",
]


def stated(text: str) -> tuple[list[str], list[str]]:
    """Return the scores and grades that are read where the conclusion says `text`."""
    texts = [text if usual == STATED else usual for usual in BODY]
    report = report_of(document(page(1, COVER), *pages_of(texts)))
    return [s.value for s in report.scores], [s.value for s in report.grades]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_stated_score_and_grade_are_read(text: str) -> None:
    assert stated(text) == (["87.25"], ["良"])


@pytest.mark.parametrize("text", OTHERS)
def test_thresholds_and_other_scores_and_grades_are_not(text: str) -> None:
    assert stated(text) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "得分≥90分为优，75≤得分＜90为良，60≤得分＜75为中，得分＜60为差。",
        "绩效级别分为优（得分≥90）、良（90＞得分≥75）、中（75＞得分≥60）、差（得分＜60）。",
        "等级为：优[90,100]、良[75,90)、中[60,75)、差[0,60)。",
        "总分90（含）以上为优，75（含）至90为良，60（含）至75为中，60以下为差。",
        "综合得分在90-100分之间的为优，75-89分之间的为良，60-74分之间的为中，60分以下的为差。",
    ],
)
def test_a_report_s_own_thresholds_are_read_however_they_are_written(text: str) -> None:
    report = report_of(ordinary(text))
    found = statements.own_bands(report.texts, rule_files.load().scores)
    assert {grade: str(low) for grade, low in found.items()} == {"优": "90", "良": "75", "中": "60"}
