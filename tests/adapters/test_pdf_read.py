"""Reading pages: text, boxes, what is furniture, what is a contents list."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import ImageFont

from reviewapp.adapters import pdf
from reviewapp.adapters.pdf_measure_font import measure_font
from reviewapp.adapters.pdf_radicals import plain
from reviewapp.domain.document import Document, Line, LineKind, TextLayer
from tests.adapters import pdf_builders as build


def texts(document: Document, kind: LineKind = LineKind.BODY) -> list[str]:
    return [line.text for line in document.lines() if line.kind is kind]


def find(document: Document, text: str) -> Line:
    return next(line for line in document.lines() if text in line.text)


def test_a_line_has_its_text_box_and_size(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [[(100, 150, 20, "项目绩效评价报告")]])
    document = pdf.read(path, name="报告.pdf")
    (line,) = document.lines()
    assert (line.text, line.page, line.size) == ("项目绩效评价报告", 1, 20.0)
    assert line.box.x0 == pytest.approx(100, abs=1)
    assert line.box.x1 == pytest.approx(260, abs=2)
    assert line.box.y0 == pytest.approx(150, abs=4)
    assert 15 <= line.box.y1 - line.box.y0 <= 24
    assert document.name == "报告.pdf"
    assert document.bytes == path.stat().st_size
    assert len(document.sha256) == 64


def test_lines_come_from_top_to_bottom_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    page = [(72, 300, 14, "第三行在下"), (72, 100, 14, "第一行在上"), (72, 200, 14, "第二行在中")]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", [page]))
    assert texts(document) == ["第一行在上", "第二行在中", "第三行在下"]


def test_spaces_stay_between_latin_words_and_go_between_chinese(tmp_path: Path) -> None:
    page = [(72, 100, 14, "预算 执行率 为 95.2 %"), (72, 140, 14, "Annual Report 2024 年")]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", [page]))
    assert texts(document) == ["预算执行率为95.2 %", "Annual Report 2024年"]


def test_far_apart_labels_on_one_line_stay_apart(tmp_path: Path) -> None:
    page = [(72, 100, 14, "项目单位：甲局"), (300, 100, 14, "评价机构：乙所")]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", [page]))
    assert texts(document) == ["项目单位：甲局 评价机构：乙所"]


def test_the_size_is_the_size_on_the_page_and_bold_comes_from_the_font(tmp_path: Path) -> None:
    def scaled(canvas: build.Canvas, number: int) -> None:
        canvas.scale(0.75, 0.75)
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(100, 500, "Bold heading")
        canvas.setFont("Helvetica", 20)
        canvas.drawString(100, 400, "Plain words")

    document = pdf.read(build.with_text(tmp_path / "a.pdf", [[]], scaled))
    assert [(line.text, line.size, line.bold) for line in document.lines()] == [
        ("Bold heading", 15.0, True),
        ("Plain words", 15.0, False),
    ]


def test_an_embedded_chinese_font_reads_the_same(tmp_path: Path) -> None:
    document = pdf.read(build.with_typst(tmp_path / "a.pdf", "一、项目概况\n\n资金（万元）共①项"))
    assert texts(document) == ["一、项目概况", "资金（万元）共①项"]


def test_text_whose_font_is_not_in_the_file_is_as_wide_as_the_file_says(tmp_path: Path) -> None:
    text = "得分（4.0），目标值Q2"
    document = pdf.read(build.with_text(tmp_path / "a.pdf", [[(100, 150, 20, text)]]))
    (line,) = document.lines()
    wide = build.pdfmetrics.stringWidth(text, build.FONT, 20)
    assert line.text == text
    assert (line.box.x0, line.box.x1) == pytest.approx((100, 100 + wide), abs=0.2)
    assert 20 <= line.box.y1 - line.box.y0 <= 23


def test_the_font_that_such_text_is_measured_by_is_one() -> None:
    font = ImageFont.truetype(io.BytesIO(measure_font()), 1000)
    boxes = {text: font.getbbox(text, anchor="ls") for text in "国5 "}
    assert boxes == {"国": (0, -850, 1000, 60), "5": (0, -740, 1000, 0), " ": (0, 0, 1000, 0)}
    assert font.getmask("国").getbbox() is not None
    assert font.getmask(" ").getbbox() is None


def test_radicals_become_characters_and_nothing_else_changes() -> None:
    assert plain("资⾦⻓效⻔户（①㎡）") == "资金长效门户（①㎡）"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_page_is_read_and_its_boxes_are_where_a_reader_sees_them(
    tmp_path: Path, rotation: int
) -> None:
    document = pdf.read(build.turned(tmp_path / "a.pdf", rotation))
    page = document.pages[0]
    first, second = page.lines
    assert (first.text, second.text) == ("项目绩效评价报告", "第二行文字在下面")
    wide = rotation in (90, 270)
    assert (page.width > page.height) is wide
    expected = {
        0: (100, 150),
        90: (build.HEIGHT - 170, 100),
        180: (build.WIDTH - 260, build.HEIGHT - 170),
        270: (150, build.WIDTH - 260),
    }[rotation]
    assert (first.box.x0, first.box.y0) == pytest.approx(expected, abs=6)


def test_a_cropped_page_counts_from_its_visible_corner(tmp_path: Path) -> None:
    document = pdf.read(build.turned(tmp_path / "a.pdf", 0, crop=(40, 60)))
    first = document.pages[0].lines[0]
    assert (first.box.x0, first.box.y0) == pytest.approx((60, 90), abs=4)
    assert document.pages[0].width == pytest.approx(build.WIDTH - 40, abs=1)


def test_running_headers_footers_and_page_numbers_are_told_apart(tmp_path: Path) -> None:
    pages = [
        [
            (200, 40, 10, "某项目绩效评价报告" if n % 2 else "某会计师事务所"),
            *build.prose(),
            (72, 780, 9, "武汉某某咨询有限公司"),
            (280, 800, 10, f"— {n} —"),
        ]
        for n in range(1, 9)
    ]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", pages))
    assert len(texts(document, LineKind.HEADER)) == 8
    assert set(texts(document, LineKind.FOOTER)) == {"武汉某某咨询有限公司"}
    assert len(texts(document, LineKind.PAGE_NUMBER)) == 8
    assert len(texts(document)) == 8 * 12


@pytest.mark.parametrize("form", ["- {} -", "第 {} 页 共 4 页", "{}/4", "{}", "第{}页"])
def test_a_page_number_is_known_in_every_usual_form(tmp_path: Path, form: str) -> None:
    pages = [[*build.prose(), (280, 800, 10, form.format(n))] for n in range(1, 5)]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", pages))
    assert len(texts(document, LineKind.PAGE_NUMBER)) == 4


def test_a_number_alone_at_the_foot_of_one_page_is_text(tmp_path: Path) -> None:
    pages = [[*build.prose(), (72, 780, 12, "8650")], build.prose(), build.prose()]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", pages))
    assert "8650" in texts(document)


def test_a_contents_list_is_marked_with_leaders_and_without(tmp_path: Path) -> None:
    contents = [
        (260, 80, 18, "目 录"),
        (72, 120, 12, "一、基本情况……………………3"),
        (72, 150, 12, "（一）项目概况.................4"),
        (72, 180, 12, "二、评价结论"),
    ]
    body = [
        (72, 80, 14, "一、基本情况"),
        (72, 120, 14, "（一）项目概况"),
        (72, 160, 14, "二、评价结论"),
    ]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", [contents, body]))
    first, second = document.pages
    assert {line.kind for line in first.lines} == {LineKind.TOC}
    assert {line.kind for line in second.lines} == {LineKind.BODY}


def test_a_body_that_begins_below_the_contents_list_is_not_taken_for_entries(
    tmp_path: Path,
) -> None:
    first = [
        (260, 80, 18, "目 录"),
        (72, 120, 12, "一、基本情况……………………2"),
        (72, 150, 12, "（一）项目概况………………2"),
    ]
    second = [
        (72, 80, 12, "二、评价结论…………………3"),
        (72, 120, 16, "一、基本情况"),
        (72, 150, 14, "（一）项目概况"),
        (72, 180, 12, "项目由区公路养护中心实施。"),
    ]
    third = [(72, 80, 16, "二、评价结论"), *build.prose()]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", [first, second, third]))
    kinds = [line.kind for line in document.pages[1].lines]
    assert kinds == [LineKind.TOC, LineKind.BODY, LineKind.BODY, LineKind.BODY]


def test_pages_say_how_their_text_layer_is(tmp_path: Path) -> None:
    scan = pdf.read(build.scanned(tmp_path / "scan.pdf"))
    assert [page.text_layer for page in scan.pages] == [TextLayer.SCANNED] * 2
    bad = pdf.read(build.garbled(tmp_path / "bad.pdf"))
    assert bad.pages[0].text_layer is TextLayer.GARBLED
    mixed = pdf.read(build.with_text(tmp_path / "mixed.pdf", [build.prose(), []]))
    assert [page.text_layer for page in mixed.pages] == [TextLayer.GOOD, TextLayer.EMPTY]


def test_a_page_of_figures_is_not_garbled(tmp_path: Path) -> None:
    page = [(72, 80 + 20 * n, 12, f"{n}  1,234.56  7,890.12  99.5%") for n in range(30)]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", [page]))
    assert document.pages[0].text_layer is TextLayer.GOOD


def test_a_long_document_is_read_whole_and_in_order(tmp_path: Path) -> None:
    pages = [[(72, 100, 14, f"这是第{n}页的正文")] for n in range(1, 91)]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", pages))
    assert texts(document) == [f"这是第{n}页的正文" for n in range(1, 91)]
    assert [page.number for page in document.pages] == list(range(1, 91))


def test_progress_counts_pages_to_the_last(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = build.with_text(tmp_path / "a.pdf", [build.prose(2)] * 12)
    pdf.read(path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (12, 12)
    assert seen == sorted(seen)


def test_a_quick_look_counts_pages_without_reading(tmp_path: Path) -> None:
    look = pdf.inspect(build.with_text(tmp_path / "a.pdf", [build.prose(2)] * 3))
    assert (look.pages, look.repaired) == (3, False)
    assert "ReportLab" in look.producer


def test_a_heading_that_often_begins_a_page_is_no_running_header(tmp_path: Path) -> None:
    pages = [
        [
            (72, 60, 12, "（1）核查结果"),
            *[(72, 100 + 20 * n, 11, f"第{page}页第{n}行的正文内容各不相同") for n in range(20)],
            (72, 520, 12, "（1）核查结果"),
            (72, 540, 11, f"第{page}页最后的正文内容"),
        ]
        for page in range(1, 13)
    ]
    document = pdf.read(build.with_text(tmp_path / "a.pdf", pages))
    told = [line.text for line in document.body_lines() if "核查结果" in line.text]
    assert len(told) == 24
