"""Invented facts for a notice, shared by the tests of the domain and of the printed forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from reviewapp.domain.notice import (
    AgencyLine,
    Band,
    CommonProblem,
    DimensionRate,
    Draw,
    NoticeInput,
    Organisation,
    RatedReport,
    RubricRef,
)

FREIGHT = "蔡甸区公路运输管理所2023年公路货物运规上企业奖补资金项目评价报告"
TALENT = "中共蔡甸区委组织部招才引智专项经费项目绩效评价报告"
AGENCIES = ("武汉甲信咨询有限公司", "湖北乙成会计师事务所", "武汉丙言评估有限公司")


def report(rating: str, title: str, **changes: Any) -> RatedReport:
    values = {
        "title": title,
        "kind": "key-project",
        "unit": "区公路运输管理所",
        "department": "区交通运输局",
        "agency": AGENCIES[0],
        "rating": rating,
        "total": {"A": 9200, "B": 8500, "C": 7000, "D": 4000}[rating],
    }
    return RatedReport(**{**values, **changes})


def year_2024() -> tuple[RatedReport, ...]:
    """14 key-project and 2 department reports, 4 rated A and 12 B."""
    made = []
    for at in range(16):
        title = {0: FREIGHT, 4: TALENT}.get(at, f"区某单位2023年第{at}号专项资金绩效评价报告")
        kind = "department" if at in (3, 9) else "key-project"
        agency = AGENCIES[at % 3]
        made.append(report("A" if at < 4 else "B", title, kind=kind, agency=agency))
    return tuple(made)


def facts(reports: Sequence[RatedReport] | None = None, **changes: Any) -> NoticeInput:
    rated = year_2024() if reports is None else tuple(reports)
    floors = (("A", 9000), ("B", 8000), ("C", 6000), ("D", 0))
    names = dict.fromkeys(item.agency for item in rated)
    base = NoticeInput(
        bureau="蔡甸区财政局",
        year=2024,
        round_title="2024年度绩效评价报告评级",
        reports=rated,
        organisation=Organisation(
            experts=5,
            per_report_min=3,
            per_report_max=3,
            settlement="mean",
            rated_from=date(2024, 10, 8),
            rated_to=date(2024, 10, 25),
            feedback=True,
            draws=(
                Draw(kind="key-project", population=42),
                Draw(kind="department", population=2),
            ),
            bands=tuple(Band(letter=letter, floor=floor) for letter, floor in floors),
        ),
        rubrics=(
            RubricRef(kind="key-project", title="重点项目评级标准", version="1", sha256="a" * 64),
        ),
        agencies=tuple(
            AgencyLine(agency=name, grade="" if name == AGENCIES[2] else "B") for name in names
        ),
        dimension_rates=(
            DimensionRate(title="结构完整", rate=9520),
            DimensionRate(title="建议可行", rate=8105),
        ),
        problems=(
            CommonProblem(
                dimension="数据详实",
                criterion="数据来源说明",
                reports=1,
                text="部分报告未说明数据来源，问卷发放与回收份数前后不一致。",
                examples=(TALENT,),
            ),
        ),
        cc=("区人大财经委", "区审计局"),
        contact_name="孟敏",
        contact_phone="027-00000000",
        doc_number="蔡财[2024]36号",
        issue_date=date(2024, 12, 5),
    )
    return replace(base, **changes)
