"""What the limited child does with a PDF: quick look, whole reading, page images.

Every function here is called by child.run and answers in bytes; nothing else imports it.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
from PIL import WebPImagePlugin  # noqa: F401 - loaded once, in the server process

from reviewapp.adapters import ocr_page, pdf_furniture, pdf_wire
from reviewapp.adapters.child import Progress
from reviewapp.adapters.pdf_fonts import use_own_fonts
from reviewapp.adapters.pdf_lines import BoxTuple
from reviewapp.adapters.pdf_measure_font import use_measure_font
from reviewapp.adapters.pdf_open import Opened, active_content, open_pdf
from reviewapp.adapters.pdf_page import PageReader, RawPage, Thresholds
from reviewapp.adapters.pdf_split import read_by_two, worth_splitting
from reviewapp.adapters.pdf_tables import RawRow, RawTable, join_tables
from reviewapp.domain.document import (
    LineKind,
    TextLayer,
)

_UNREADABLE = (TextLayer.SCANNED.value, TextLayer.GARBLED.value)


def inspect(path: str, report: Progress, *, max_pages: int) -> bytes:
    """Open the file and answer what an upload needs to know."""
    opened = open_pdf(path, max_pages=max_pages)
    answer = {
        "pages": len(opened.pdf),
        "producer": _producer(opened.pdf),
        "repaired": opened.repaired,
    }
    return json.dumps(answer).encode()


def read(
    path: str,
    report: Progress,
    *,
    max_pages: int,
    thresholds: dict[str, float],
    readings: dict[int, Any] | None = None,
) -> bytes:
    """Read the whole file and answer a document in pdf_wire's form.

    `readings` are what OCR read on pages without usable text (ocr.py), by page.
    """
    started = time.perf_counter()
    use_measure_font()
    opened = open_pdf(path, max_pages=max_pages)
    pages = _pages(path, opened, report, replace(Thresholds(), **thresholds))  # type: ignore[arg-type]
    _add_readings(pages, readings or {})
    read_at = time.perf_counter()
    pdf_furniture.mark(pages)
    tables = join_tables(pages)
    tables_at = time.perf_counter()
    active = active_content(path if opened.repaired_bytes is None else opened.repaired_bytes)
    done = time.perf_counter()
    return pdf_wire.encode(
        {
            "producer": _producer(opened.pdf),
            "pages": [_page(page) for page in pages],
            "tables": _tables(tables, pages),
            "active": active,
            "repaired": opened.repaired,
            "seconds": {
                "pages": read_at - started,
                "tables": tables_at - read_at,
                "active": done - tables_at,
            },
        }
    )


def _add_readings(pages: list[RawPage], readings: dict[int, Any]) -> None:
    """Fill the pages without usable text with what OCR read there."""
    for page in pages:
        if page.number in readings and page.verdict in _UNREADABLE:
            page.lines, page.grids, page.loose = [], [], None
            try:
                ocr_page.read_into(page, readings[page.number])
            except (ValueError, KeyError, TypeError):
                page.lines, page.grids, page.loose, page.ocr = [], [], None, None
    ocr_page.settle_sizes(pages)


def _pages(path: str, opened: Opened, report: Progress, thresholds: Thresholds) -> list[RawPage]:
    count = len(opened.pdf)

    def part(pdf: pypdfium2.PdfDocument, numbers: Iterable[int], forked: bool) -> Iterator[RawPage]:
        reader = PageReader(pdf, thresholds)
        for number in numbers:
            yield reader.read(number)
            if not forked and number % 5 == 0:
                report(number, count)
        reader.close()

    if worth_splitting(count):
        # The fork opens the file anew: two processes must not share a place in it.
        source = opened.repaired_bytes or path
        pages = read_by_two(
            count,
            lambda numbers: part(opened.pdf, numbers, forked=False),
            lambda numbers: part(pypdfium2.PdfDocument(source), numbers, forked=True),
        )
        pages.sort(key=lambda page: page.number)
    else:
        pages = list(part(opened.pdf, range(1, count + 1), forked=False))
    report(count, count)
    return pages


def render(
    path: str,
    report: Progress,
    *,
    pages: list[int],
    dpi: int,
    max_side: int,
    fonts: list[str] | None = None,
) -> bytes:
    """Draw pages as WebP; answer (page, length, bytes) one after the other."""
    use_own_fonts(fonts)
    pdf = open_pdf(path, max_pages=sys.maxsize).pdf
    parts: list[bytes] = []
    for done, number in enumerate(pages, 1):
        if not 1 <= number <= len(pdf):
            continue
        page = pdf[number - 1]
        width, height = page.get_size()
        scale = min(dpi / 72, max_side / max(width, height, 1))
        bitmap = page.render(scale=scale)
        buffer = io.BytesIO()
        bitmap.to_pil().save(buffer, "WEBP", quality=70, method=2)
        bitmap.close()
        page.close()
        parts += [struct.pack("!II", number, buffer.tell()), buffer.getvalue()]
        report(done, len(pages))
    return b"".join(parts)


def _producer(pdf: pypdfium2.PdfDocument) -> str:
    producer: str = pdf.get_metadata_value("Producer")
    return producer[:200]


def _page(page: RawPage) -> list[Any]:
    lines = [
        pdf_wire.line(_box(page, line.box), line.text, line.size, line.bold, line.kind, line.ocr)
        for line in page.lines
    ]
    shown = page.shown or page
    return pdf_wire.page(
        page.number, shown.width, shown.height, page.verdict, page.error, page.ocr, lines
    )


def _box(page: RawPage, box: BoxTuple) -> BoxTuple:
    """Map a box from the frame in which the text was read to the one that a reader sees."""
    if page.reading is None or page.shown is None:
        return box
    x0, y0, x1, y1 = page.reading.unbox(*box)
    return page.shown.box(x0, y0, x1, y1)


def _tables(tables: list[RawTable], pages: list[RawPage]) -> list[Any]:
    by_number = {page.number: page for page in pages}
    first_lines = _first_lines(pages)
    return [
        pdf_wire.table(
            f"t{position}",
            (table.grid.page, table.end_page),
            _box(by_number[table.grid.page], table.grid.box),
            list(table.columns),
            [_row(row, by_number) for row in table.rows],
            table.caption,
            first_lines[id(table.grid)] - 1,
            table.uncertain,
        )
        for position, table in enumerate(tables, 1)
    ]


def _row(row: RawRow, pages: dict[int, RawPage]) -> list[Any]:
    cells = [
        pdf_wire.cell(
            spot.text,
            spot.page,
            None if spot.box is None else _box(pages[spot.page], spot.box),
            spot.ocr,
        )
        for spot in row.spots
    ]
    return pdf_wire.row(row.page, _box(pages[row.page], row.box), row.broken, cells)


def _first_lines(pages: list[RawPage]) -> dict[int, int]:
    """Return the index among the document's body lines of each grid's first line."""
    skipped = {LineKind.HEADER, LineKind.FOOTER, LineKind.PAGE_NUMBER}
    found: dict[int, int] = {}
    count = 0
    for page in pages:
        for line in page.lines:
            if line.kind in skipped:
                continue
            if line.kind == "table":
                found.setdefault(id(page.grids[line.order[1]]), count)
            count += 1
    return found
