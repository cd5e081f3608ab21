"""The text of pages: found over line ends, boxed, cropped to its block."""

from __future__ import annotations

import time

import pytest

from reviewapp.domain import page_text
from reviewapp.domain.document import Box, Document, Line, LineKind, Page, Row, Table
from reviewapp.domain.page_text import PageText, TextLine


def _line(text: str, top: float, *, x0: float = 100, x1: float = 500, page: int = 1) -> TextLine:
    return TextLine(text, (x0, top, x1, top + 20))


def _page(number: int, *lines: TextLine) -> PageText:
    return PageText(number, 595, 842, (86, 0, 514, 842), (), lines)


PAGES = (
    _page(1, _line("项目预算执行率为", 100), _line("79.94%，偏低。", 130, x1=300)),
    _page(
        2,
        TextLine("绩效评价报告 预算执行率", (100, 20, 300, 34), True),
        _line("预 算执行率ＡＢＣ", 60),
        _line("再看预算", 90),
    ),
    _page(3, _line("执行率与产出。", 60)),
)


def test_words_are_found_whatever_their_width_spaces_and_line_ends() -> None:
    hits = page_text.find(PAGES, "预算执行率")
    assert [hit.page for hit in hits] == [1, 2, 2]  # the last one runs over to page 3
    assert [hit.text for hit in hits] == ["预算执行率", "预 算执行率", "预算执行率"]
    assert page_text.find(PAGES, "执行率为 79.94％")[0].page == 1
    assert page_text.find(PAGES, "率abc")[0].text == "率ＡＢＣ"
    assert page_text.find(PAGES, "  ") == ()


def test_running_headers_are_not_found() -> None:
    assert page_text.find(PAGES, "绩效评价报告") == ()


def test_a_hit_over_two_lines_has_a_box_on_each() -> None:
    hit = page_text.find(PAGES, "率为79.94%")[0]
    first, second = hit.boxes
    # Eight characters over 400 points: the last two begin at 400.
    assert first == (400, 100, 500, 120)
    assert second[0] == 100
    assert 100 < second[2] < 300
    assert hit.box == (100, 100, 500, 150)


def test_a_hit_that_runs_over_a_page_is_marked_where_it_begins() -> None:
    last = page_text.find(PAGES, "预算执行率")[-1]
    assert last.page == 2
    assert last.boxes == ((300, 90, 500, 110),)


def test_what_stands_around_a_hit_is_told() -> None:
    hit = page_text.find(PAGES, "79.94%")[0]
    assert hit.before.endswith("执行率为")
    assert hit.after.startswith(",偏低")


def test_no_more_hits_than_asked_for() -> None:
    page = _page(1, _line("重复" * 20, 100))
    assert len(page_text.find((page,), "重复", limit=5)) == 5


@pytest.mark.parametrize(("near", "found"), [(1, 1), (2, 2), (9, 2)])
def test_a_quote_is_found_nearest_to_where_it_stood(near: int, found: int) -> None:
    hit = page_text.find_quote(PAGES, "预算执行率", near=near)
    assert hit is not None
    assert hit.page == found
    assert page_text.find_quote(PAGES, "没有这句", near=1) is None


def test_text_in_a_box_is_the_lines_whose_middle_lies_in_it() -> None:
    assert page_text.text_in(PAGES[0], (90, 95, 510, 121)) == "项目预算执行率为"
    assert page_text.text_in(PAGES[0], (0, 0, 595, 842)) == "项目预算执行率为79.94%，偏低。"


def test_a_document_keeps_its_tables_and_the_block_of_its_text() -> None:
    lines = (
        Line(1, Box(250, 30, 345, 40), "页眉", kind=LineKind.HEADER),
        Line(1, Box(90, 100, 505, 114), "正文"),
        Line(1, Box(90, 130, 200, 144), "  "),
    )
    rows = (Row((), 1, Box(90, 200, 505, 220)), Row((), 2, Box(90, 60, 505, 90)))
    table = Table("t1", 1, 2, Box(90, 190, 505, 230), ("a",), rows)
    document = Document(
        "0" * 64,
        "报告.pdf",
        1,
        "",
        (Page(1, 595, 842, lines), Page(2, 595, 842, ())),
        (table,),
    )
    first, second = page_text.of_document(document)
    assert [line.text for line in first.lines] == ["页眉", "正文"]
    assert first.lines[0].is_furniture
    assert first.block == (76, 0, 519, 842)
    assert first.tables == ((90, 190, 505, 230),)
    assert second.tables == ((90, 60, 505, 90),)


def test_a_page_with_a_single_short_line_is_not_cropped() -> None:
    lines = (Line(1, Box(250, 100, 345, 114), "封面"),)
    document = Document("0" * 64, "", 1, "", (Page(1, 595, 842, lines),))
    assert page_text.of_document(document)[0].block == (0, 0, 595, 842)


def test_type_keeps_its_size_from_page_to_page() -> None:
    size, whole = (595.0, 842.0), (0.0, 0.0, 595.0, 842.0)
    usual = (76.0, 0.0, 519.0, 842.0)
    cover, wide = (150.0, 0.0, 440.0, 842.0), (40.0, 0.0, 560.0, 842.0)
    blocks = [cover, whole, *[usual] * 8, wide]
    found = page_text.steady([size] * len(blocks), blocks)
    assert found == [usual, whole, *[usual] * 8, wide]
    turned = page_text.steady([size, (842.0, 595.0)], [usual, (30.0, 0.0, 800.0, 595.0)])
    assert turned == [usual, (30.0, 0.0, 800.0, 595.0)]
    assert page_text.steady([], []) == []


def test_many_hits_in_one_endless_line_take_no_time() -> None:
    line = TextLine("㎡ 执行率" * 25_000, (50, 50, 500, 62))
    began = time.process_time()
    hits = page_text.find([PageText(1, 595, 842, (0, 0, 595, 842), (), (line,))], "率", limit=200)
    assert time.process_time() - began < 2  # each for itself they took 5 s
    assert len(hits) == 200
    assert {hit.text for hit in hits} == {"率"}
    assert hits[0].box[0] < hits[-1].box[0]
