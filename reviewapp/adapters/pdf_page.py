"""Reads one page: its lines, its tables' grids, and whether its text layer can be used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

import pypdfium2

from reviewapp.adapters.pdf_chars import (
    Char,
    Edge,
    Fonts,
    Frame,
    read_chars,
    read_drawing,
    reading_frame,
)
from reviewapp.adapters.pdf_grids import Grid, deal, find_grids, is_table
from reviewapp.adapters.pdf_lines import Looks, RawLine, join_lines, lines_of
from reviewapp.adapters.pdf_table_words import Loose, lacks_rules, loose_words

# Chinese, ASCII and usual marks
_USUAL = re.compile(
    "[\\x00-\\x7e\\xb0\\xb1\\xb7\\xd7\\xf7\\u2000-\\u26ff\\u2e80-\\u9fff\\uf900-\\ufaff\\ufe30-\\ufe4f"
    "\\uff00-\\uffef\\U00020000-\\U00031fff]+"
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a page's text layer cannot be used; shares are of visible characters, 0 to 1."""

    few_characters: int = 50  # under a picture that covers the page
    picture_share: float = 0.5  # of the page's area
    unmapped_share: float = 0.3
    strange_share: float = 0.5  # neither Chinese nor ASCII nor usual marks
    judged_from: int = 30  # characters; fewer say nothing about a font
    max_characters: int = 60_000  # of one page
    max_objects: int = 60_000


class Reading(Protocol):
    """The frame in which a page's text stands upright."""

    def unbox(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, ...]:
        """Map a box of this frame to the page's own space."""


class Shown(Protocol):
    """The frame in which a reader sees a page; sizes in points."""

    @property
    def width(self) -> float: ...  # noqa: D102

    @property
    def height(self) -> float: ...  # noqa: D102

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """Map a rectangle of the page's own space to this frame."""


@dataclass(slots=True)
class RawPage:
    """One page while the document is being read, boxes in the reading frame."""

    number: int
    width: float
    height: float
    lines: list[RawLine] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    verdict: str = "good"
    error: str = ""
    doubtful: bool = False  # rules were left out
    loose: Loose | None = None  # set where a table without a full grid may stand
    reading: Reading | None = None  # set where it is not the page's own frame
    shown: Shown | None = None
    ocr: float | None = None  # how sure OCR was of the page, where it read one


class PageReader:
    """Reads pages one after the other.

    The page before stays open meanwhile: pdfium drops a font with the last page that uses it, and
    loading a font that is not in the file anew for every page took up to half of the time.
    """

    def __init__(self, pdf: pypdfium2.PdfDocument, thresholds: Thresholds) -> None:
        self._pdf, self._thresholds = pdf, thresholds
        self._before: pypdfium2.PdfPage | None = None

    def read(self, number: int) -> RawPage:
        """Read page `number` (from 1). One that pdfium cannot load is recorded, not fatal."""
        try:
            page = self._pdf[number - 1]
        except pypdfium2.PdfiumError as error:
            return RawPage(number, 0.0, 0.0, verdict="empty", error=str(error))
        try:
            text_page = page.get_textpage()
            try:
                return _read(page, text_page, number, self._thresholds)
            finally:
                text_page.close()
        except pypdfium2.PdfiumError as error:
            shown = Frame(page)
            return RawPage(number, shown.width, shown.height, verdict="empty", error=str(error))
        finally:
            self.close()
            self._before = page

    def close(self) -> None:
        """Let go of the page that was read last."""
        if self._before is not None:
            self._before.close()
            self._before = None


def _read(
    page: pypdfium2.PdfPage,
    text_page: pypdfium2.PdfTextPage,
    number: int,
    thresholds: Thresholds,
) -> RawPage:
    shown = Frame(page)
    frame = reading_frame(page, text_page)
    read = read_chars(text_page, frame, thresholds.max_characters)
    drawing = read_drawing(page, frame, thresholds.max_objects)
    raw = RawPage(number, frame.width, frame.height)
    if frame.rotation != shown.rotation:
        raw.reading, raw.shown = frame, shown
    raw.verdict = verdict(read.items, read.unmapped, drawing.image_share, thresholds)
    fonts = Fonts(text_page)
    chars = _upright(read.items, fonts, frame)
    grids, left_out = find_grids(drawing.edges, number)
    raw.doubtful = left_out or drawing.cut_off
    rest = deal(chars, grids)
    tables = [grid for grid in grids if is_table(grid) and not lacks_rules(grid)]
    for grid in grids:
        if grid not in tables:
            rest += [char for cell in grid.cells for char in cell.chars]
    if len(rest) != len(chars) and grids:
        rest.sort(key=lambda char: char.index)
    set_text(raw, rest, tables, drawing.edges, fonts)
    return raw


def set_text(
    raw: RawPage, rest: list[Char], tables: list[Grid], edges: list[Edge], fonts: Looks
) -> None:
    """Make the page's lines of its tables' characters and the `rest`."""
    raw.grids = tables
    lines = lines_of(rest, fonts)
    raw.loose = loose_words(rest, lines, edges, tables)
    raw.lines = _in_order(lines, tables, fonts)


def _upright(chars: list[Char], fonts: Fonts, frame: Frame) -> list[Char]:
    """Leave out slanted text, a watermark across the page; asked once per run of characters."""
    kept: list[Char] = []
    upright = True
    last: Char | None = None
    for char in chars:
        if last is None or char.starts or abs(char.y0 - last.y0) > 3:
            upright = fonts.upright(char, frame)
        if upright:
            kept.append(char)
        last = char
    return kept


def _in_order(lines: list[RawLine], grids: list[Grid], fonts: Looks) -> list[RawLine]:
    """Return lines from top to bottom, a table's lines together, row by row, cell by cell."""
    ordered = list(lines)
    for line in lines:
        line.order = (line.box[1], -1, 0)
    for position, grid in enumerate(grids):
        count = 0
        for cell in sorted(grid.cells, key=lambda cell: (cell.r0, cell.c0)):
            if not cell.chars:
                continue
            inside = lines_of(cell.chars, fonts)
            cell.text = join_lines([line.text for line in inside])
            cell.ocr = min((line.ocr for line in inside if line.ocr is not None), default=None)
            for line in inside:
                line.kind = "table"
                line.order = (grid.ys[0], position, count)
                count += 1
            ordered += inside
            cell.chars = []
    ordered.sort(key=lambda line: line.order)
    return ordered


def verdict(chars: list[Char], unmapped: int, picture: float, thresholds: Thresholds) -> str:
    """Say how far the text layer can be used: a TextLayer's value."""
    count = len(chars) + unmapped
    if count < thresholds.few_characters and picture >= thresholds.picture_share:
        return "scanned"
    if count == 0:
        return "empty"
    if count >= thresholds.judged_from:
        strange = len(_USUAL.sub("", "".join([char.text for char in chars])))
        if unmapped >= thresholds.unmapped_share * count:
            return "garbled"
        if strange + unmapped >= thresholds.strange_share * count:
            return "garbled"
    return "good"
