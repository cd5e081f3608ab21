"""What OCR sent becomes lines like those of other pages."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.adapters.ocr_page import Level, read_into, settle_sizes
from reviewapp.adapters.pdf_page import RawPage


def reading(*lines: tuple[str, float, float, float], **over: Any) -> dict[str, Any]:
    """Return a reading of lines (text, x, y, width), all of them 14 points high."""
    made = [[text, 0.99, [x, y, x + width, y + 14], []] for text, x, y, width in lines]
    page = {"page": 1, "width": 595.0, "height": 842.0, "quarter": 0, "skew": 0.0}
    return {**page, "lines": made, "lost": [], "rules": [], **over}


def page_of(made: dict[str, Any]) -> RawPage:
    page = RawPage(1, 595.0, 842.0, verdict="scanned")
    read_into(page, made)
    settle_sizes([page])
    return page


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("—、基本情况", "一、基本情况"),
        ("(-)项目概况", "（一）项目概况"),
        ("第-章总则", "第一章总则"),
        ("+二、附则", "十二、附则"),
        ("预算1O0万元", "预算100万元"),
        ("一般公共预算", "一般公共预算"),
    ],
)
def test_slips_that_can_mean_one_thing_only_are_put_right(printed: str, meant: str) -> None:
    assert [line.text for line in page_of(reading((printed, 72, 100, 120))).lines] == [meant]


def test_pieces_of_one_line_are_joined() -> None:
    page = page_of(reading(("评价结论", 72, 100, 56), ("为良好", 130, 101, 42)))
    assert [line.text for line in page.lines] == ["评价结论为良好"]


def test_page_numbers_of_a_contents_list_get_their_dots_back() -> None:
    entries = [(f"{at}、第几部分内容", 72.0, 100.0 + 20 * at, 110.0) for at in range(1, 6)]
    numbers = [(str(at), 505.0, 100.0 + 20 * at, 10.0) for at in range(1, 6)]
    page = page_of(reading(*entries, *numbers))
    assert page.lines[0].text.startswith("1、第几部分内容")
    assert all("…" in line.text and line.text[-1].isdigit() for line in page.lines)


def test_lost_lines_count_against_the_page_and_the_table_that_holds_them() -> None:
    rules = [[1, y, 72, 300] for y in (100, 120, 140)] + [[0, x, 100, 140] for x in (72, 150, 300)]
    lines = [("指标", 80, 103, 30), ("得分", 160, 103, 30), ("产出", 80, 123, 30)]
    whole = page_of(reading(*lines, rules=rules))
    torn = page_of(reading(*lines, rules=rules, lost=[[160, 123, 190, 137]]))
    assert not whole.grids[0].doubtful
    assert torn.grids[0].doubtful
    assert whole.ocr is not None
    assert torn.ocr is not None
    assert torn.ocr < whole.ocr


def test_a_reading_that_is_no_reading_is_refused() -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        page_of({"width": 1, "lines": "no"})


@pytest.mark.parametrize(
    ("quarter", "corner"), [(0, (10, 20)), (1, (20, 832)), (2, (585, 822)), (3, (575, 10))]
)
def test_places_of_a_turned_page_map_back(quarter: int, corner: tuple[float, float]) -> None:
    x0, y0, _, _ = Level(595.0, 842.0, quarter, 0.0).unbox(10, 20, 10, 20)
    assert (x0, y0) == pytest.approx(corner)


def test_a_short_last_line_has_the_size_of_its_paragraph() -> None:
    line = "评价工作组查阅了会议纪要和工作台账并与经办人员座谈"
    page = reading((line, 72, 100, 12 * len(line)), (line, 72, 120, 12 * len(line)))
    for at, (text, _sure, _box, spots) in enumerate(page["lines"]):
        spots += [72 + 12 * (place + 0.5) for place in range(len(text))]
        assert at < 2
    page["lines"].append(["流程。", 0.99, [72, 138, 112, 156], []])  # OCR's box is too high
    page["lines"].append(["绩效评价报告正文", 0.99, [72, 180, 300, 210], []])
    sizes = [line.size for line in page_of(page).lines]
    assert sizes[0] == sizes[1] == sizes[2] == pytest.approx(12, abs=0.2)
    assert sizes[3] > 18
