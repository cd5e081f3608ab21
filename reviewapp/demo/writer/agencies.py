"""The invented agencies of the demo, each with its own house style."""

from __future__ import annotations

from dataclasses import dataclass

from reviewapp.demo.writer.model import Style
from reviewapp.domain.agency_code import check_sign


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """An agency; `code` is a unified social credit code whose check character fits."""

    name: str
    code: str
    lead_evaluator: str
    style: Style


def _style(producer: str, frame: int, headings: int, **over: object) -> Style:
    values: dict[str, object] = {
        "voice": 0,
        "body_pt": 14.0,
        "line_pt": 26.0,
        "decimals": 2,
        "wide_scores": False,
        "merged_experience": True,
        "accent": "#ffffff",
    }
    return Style(producer, frame, headings, **(values | over))  # type: ignore[arg-type]


def _code(body: str) -> str:
    return body + check_sign(body)


AGENCIES = (
    DemoAgency(
        "湖北楚衡绩效评价咨询有限公司",
        _code("91420106MA4DEM01X"),
        "周亦衡",
        _style("reportlab", 0, 0, accent="#e7eef7"),
    ),
    DemoAgency(
        "武汉明澈会计师事务所有限责任公司",
        _code("91420103MA4DEM02X"),
        "沈若澄",
        _style("typst", 1, 1, voice=1, decimals=1, wide_scores=True, merged_experience=False),
    ),
    DemoAgency(
        "湖北衡准工程咨询有限公司",
        _code("91420105MA4DEM03X"),
        "冯致远",
        _style("typst", 2, 2, voice=2, body_pt=12.0, line_pt=23.0, accent="#f0f0f0"),
    ),
    DemoAgency(
        "武汉知行远见管理咨询有限公司",
        _code("91420111MA4DEM04X"),
        "黎书航",
        _style("reportlab", 1, 0, voice=1, body_pt=15.0, line_pt=27.0, merged_experience=False),
    ),
    DemoAgency(
        "湖北江城致信会计师事务所（普通合伙）",
        _code("91420102MA4DEM05X"),
        "袁景行",
        _style("reportlab", 2, 1, voice=2, wide_scores=True, decimals=1, accent="#fdf3e1"),
    ),
    DemoAgency(
        "武汉云杉财政绩效评价有限公司",
        _code("91420100MA4DEM06X"),
        "顾清和",
        _style("typst", 0, 2, body_pt=14.0, line_pt=25.0, accent="#e9f3ec"),
    ),
)
