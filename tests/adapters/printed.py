"""Reading a printed notice back: lines of characters with their places, in millimetres."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

MM = 25.4 / 72


@dataclass(frozen=True)
class Line:
    """Characters on one baseline, from the page's upper left corner; `ink` ends before `right`."""

    text: str
    baseline: float
    left: float
    right: float
    ink: float


Place = tuple[float, float, float, float, str]


def read_pages(data: bytes) -> list[list[Line]]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [_lines(document[at]) for at in range(len(document))]
    finally:
        document.close()


def _lines(page: pypdfium2.PdfPage) -> list[Line]:
    text = page.get_textpage()
    rows: dict[int, list[Place]] = {}
    for at in range(text.count_chars()):
        character = text.get_text_range(at, 1)
        if not character.strip():
            continue
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(text.raw, at, ctypes.byref(x), ctypes.byref(y))
        right, ink = (text.get_charbox(at, loose=loose)[2] for loose in (True, False))
        down = page.get_height() - y.value
        key = next((row for row in rows if abs(row - down) < 2), round(down))
        rows.setdefault(key, []).append((x.value, down, right, ink, character))
    text.close()
    return [_line(sorted(rows[key])) for key in sorted(rows)]


def _line(places: list[Place]) -> Line:
    return Line(
        "".join(place[4] for place in places),
        places[0][1] * MM,
        places[0][0] * MM,
        max(place[2] for place in places) * MM,
        max(place[3] for place in places) * MM,
    )


def all_text(data: bytes) -> str:
    """Return all characters without the page numbers, which may stand inside a sentence."""
    lines = (line.text for page in read_pages(data) for line in page)
    return "".join(line for line in lines if not re.fullmatch(r"—\d+—", line))


def red_rows(data: bytes) -> list[float]:
    """Return the heights in mm, page one, at which a row of red pixels begins or ends."""
    document = pypdfium2.PdfDocument(data)
    scale = 4
    image = document[0].render(scale=scale).to_pil().convert("RGB")
    document.close()
    red = [_has_red(image, y) for y in range(image.height // 2)]
    edges = [y for y in range(1, len(red)) if red[y] != red[y - 1]]
    return [y / scale * MM for y in edges]


def red_span(data: bytes, y_mm: float) -> tuple[float, float]:
    """Return the first and last red pixel in mm of the row at this height."""
    document = pypdfium2.PdfDocument(data)
    scale = 4
    image = document[0].render(scale=scale).to_pil().convert("RGB")
    document.close()
    row = round(y_mm / MM * scale)
    found = [x for x in range(image.width) if _is_red(image.getpixel((x, row)))]
    return found[0] / scale * MM, (found[-1] + 1) / scale * MM


def _has_red(image, y: int) -> bool:  # type: ignore[no-untyped-def]
    return any(_is_red(image.getpixel((x, y))) for x in range(0, image.width, 2))


def _is_red(pixel: tuple[int, ...]) -> bool:
    return pixel[0] > 150 and pixel[1] < 120 and pixel[2] < 120
