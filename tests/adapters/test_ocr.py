"""Reading scans: text with its place, tables with their cells, and what may go wrong."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pikepdf
import pytest

from reviewapp.adapters import child, ocr, pdf
from reviewapp.domain.document import Document, TextLayer
from tests.adapters import pdf_builders as build
from tests.adapters.scanned import PROSE, TABLE, scan


def read(path: Path, pages: Sequence[int]) -> Document:
    readings: dict[int, ocr.Reading] = {}

    def keep(page: int, reading: ocr.Reading | None) -> None:
        assert reading is not None
        readings[page] = reading

    ocr.read_pages(path, pages, keep)
    return pdf.read(path, readings=readings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scans")


@pytest.fixture(scope="module")
def askew(folder: Path) -> Document:
    path = scan(folder / "askew.pdf", [PROSE, TABLE], degrees=1.3)
    return read(path, [1, 2])


def text_of(document: Document, page: int) -> str:
    return "".join(line.text for line in document.pages[page - 1].lines).replace(" ", "")


def test_a_scanned_page_has_its_text_marked_as_read_by_ocr(askew: Document) -> None:
    page = askew.pages[0]
    assert page.text_layer is TextLayer.SCANNED
    assert page.ocr is not None
    assert page.ocr > 0.9
    assert "项目预算批复资金1,250.50万元，实际支出1,180.25万元" in text_of(askew, 1)
    assert all(line.ocr is not None for line in page.lines)


def test_a_line_of_a_scan_stands_where_it_stands_on_the_page(askew: Document, folder: Path) -> None:
    printed = pdf.read(build.with_typst(folder / "set.pdf", PROSE))
    (true,) = (line for line in printed.lines() if line.text.startswith("一、"))
    (found,) = (line for line in askew.lines() if line.text.startswith("一、"))
    for edge in ("x0", "y0", "x1", "y1"):
        assert getattr(found.box, edge) == pytest.approx(getattr(true.box, edge), abs=9)


def test_running_text_has_one_size_and_the_title_a_larger_one(askew: Document) -> None:
    title, *rest = askew.pages[0].lines
    assert title.size > 1.3 * rest[0].size
    assert len({line.size for line in rest}) == 1


def test_a_ruled_table_on_a_crooked_scan_has_its_cells(askew: Document) -> None:
    (table,) = askew.tables
    assert table.columns == ("一级指标", "三级指标", "分值", "得分")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["决策", "立项依据充分性", "10", "9.5"],
        ["决策", "目标合理性", "10", "8"],
        ["产出", "实际完成率", "40", "38.5"],
        ["产出", "质量达标率", "40", "36"],
        ["合计", "", "100", "92"],
    ]
    figure = table.rows[0].cells[3]
    assert figure.ocr is not None
    assert figure.box is not None
    assert not table.uncertain


@pytest.mark.parametrize("quarter", [1, 2])
def test_a_page_scanned_sideways_or_on_its_head_is_turned(folder: Path, quarter: int) -> None:
    document = read(scan(folder / f"turned{quarter}.pdf", [TABLE], quarter=quarter), [1])
    (table,) = document.tables
    assert [cell.text for cell in table.rows[-1].cells] == ["合计", "", "100", "92"]
    page, box = document.pages[0], table.rows[-1].box
    assert 0 <= box.x0 < box.x1 <= page.width
    assert 0 <= box.y0 < box.y1 <= page.height
    if quarter == 2:  # the last row stands at the top of a page on its head
        assert box.y1 < table.rows[0].box.y0


def test_a_page_with_text_keeps_its_own(folder: Path) -> None:
    scanned = scan(folder / "one.pdf", [PROSE])
    path = build.with_text(folder / "mixed.pdf", [build.prose()])
    with pikepdf.open(path, allow_overwriting_input=True) as mixed, pikepdf.open(scanned) as other:
        mixed.pages.extend(other.pages)
        mixed.save(path)
    document = read(path, [2])
    assert [page.text_layer for page in document.pages] == [TextLayer.GOOD, TextLayer.SCANNED]
    assert all(line.ocr is None for line in document.pages[0].lines)
    assert all(line.ocr is not None for line in document.pages[1].lines)


def test_a_child_that_dies_leaves_its_page_unread_and_the_rest_are_read(folder: Path) -> None:
    path = scan(folder / "dies.pdf", [PROSE, PROSE])
    told: list[tuple[int, bool]] = []
    limits = ocr.OcrLimits(child=child.Limits(memory=300_000_000, cpu_seconds=60))
    ocr.read_pages(
        path, [1, 2], lambda page, read: told.append((page, read is None)), limits=limits
    )
    assert told == [(1, True), (2, True)]


def test_who_listens_may_end_the_reading(folder: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(_page: int, _reading: ocr.Reading | None) -> NoReturn:
        raise Stopped

    with pytest.raises(Stopped):
        ocr.read_pages(scan(folder / "stop.pdf", [PROSE, PROSE]), [1, 2], stop)


def test_tables_are_read_early_and_the_front_first(folder: Path) -> None:
    sources = [PROSE] * 8
    sources[6] = TABLE
    path = scan(folder / "order.pdf", sources, dpi=100)
    assert ocr.reading_order(path, range(1, 9)) == [1, 2, 3, 4, 5, 7, 6, 8]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    tried: list[object] = []

    def refuse(*arguments: object, **_named: object) -> NoReturn:
        tried.append(arguments)
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


def test_the_models_come_with_the_program_and_nothing_is_fetched(
    no_network: list[object], folder: Path
) -> None:
    from reviewapp.adapters.ocr_child import Engine, read_image
    from reviewapp.adapters.ocr_image import draw
    from reviewapp.adapters.pdf_open import open_pdf

    opened = open_pdf(str(scan(folder / "offline.pdf", [PROSE])), max_pages=5)
    reading = read_image(Engine(1), draw(opened.pdf[0]))
    assert any("项目概况" in line[0] for line in reading["lines"])
    assert no_network == []
