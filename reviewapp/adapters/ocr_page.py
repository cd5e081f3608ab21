"""Makes of what OCR read on a page the same as is made of a page's own text.

Runs in the limited child that reads the PDF: what the OCR child sent is data of an untrusted file.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from reviewapp.adapters.pdf_chars import Char, Edge
from reviewapp.adapters.pdf_grids import Grid, deal, find_grids, is_table
from reviewapp.adapters.pdf_lines import BoxTuple
from reviewapp.adapters.pdf_page import RawPage, set_text
from reviewapp.adapters.pdf_table_words import lacks_rules

_EM_OF_HEIGHT = 0.8  # of a line's box, where its characters do not tell
_SAME_SIZE = 0.15  # of the running text's size: so far OCR's own boxes differ
_SAME_SIZE_SHORT = 0.4  # the same of a line with little Chinese in a row
_TELLING = 4  # pairs of Chinese characters
_NO_BLANK = 2.0  # times the size: a gap in one line that OCR did not take for a blank
_FIRST_WIDE = "\u2e80"
_MOST_LINES = 3000  # of one page
_MOST_TEXT = 2000  # characters of one line

_LEADER = re.compile(r"[.·…．。\-_\s]+")
_ENTRY_PAGE = re.compile(r"[.·…．。\s]*\d{1,3}")
_RIGHT = 0.78  # of the page's width
_COLUMN = 12.0  # points by which page numbers of a contents list may differ
_FEWEST_ENTRIES = 4

# What OCR takes for one another, only where nothing else can be meant.
_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^[-—–―ー一]\s*([、，])(?=\S)"), r"一、"),
    (re.compile(r"^[+＋十]\s*(?:([-—–―一二三四五六七八九])\s*)?、"), r"十\1、"),
    (re.compile(r"^([（(])\s*[-—–―ー]\s*([)）])"), r"（一）"),
    (re.compile(r"^第\s*[-—–―ー]\s*(?=[章节篇部])"), r"第一"),
    (re.compile(r"^[lI|]\s*([、.．])(?=[\u4e00-\u9fff])"), r"1\1"),
    (re.compile(r"(?<=\d)\s*[,，]\s*(?=\d{3}(?:\D|$))"), ","),
    (re.compile(r"(?<=\d)\s+\.\s*(?=\d)|(?<=\d)\.\s+(?=\d{2}\D)"), "."),
    (re.compile(r"(?<=\d)[oO](?=[\d.%])|(?<=[\d.])[oO](?=\d)"), "0"),
)


@dataclass(frozen=True, slots=True)
class Level:
    """The frame in which a scanned page's text runs level; maps back to the page as shown."""

    width: float  # of the page as shown, in points
    height: float
    quarter: int
    skew: float

    def unbox(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, ...]:
        """Map a box of the level frame to the smallest one around it on the page."""
        corners = [self._point(x, y) for x in (x0, x1) for y in (y0, y1)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        turned = (self.height, self.width) if self.quarter % 2 else (self.width, self.height)
        cx, cy = turned[0] / 2, turned[1] / 2
        cosine, sine = math.cos(self.skew), math.sin(self.skew)
        dx, dy = x - cx, y - cy
        x, y = cx + dx * cosine - dy * sine, cy + dx * sine + dy * cosine
        if self.quarter == 1:
            return y, self.height - x
        if self.quarter == 2:
            return self.width - x, self.height - y
        if self.quarter == 3:
            return self.width - y, x
        return x, y


@dataclass(frozen=True, slots=True)
class AsShown:
    """The page as a reader sees it: boxes stay what they are."""

    width: float
    height: float

    def box(self, x0: float, y0: float, x1: float, y1: float) -> BoxTuple:
        """Return the rectangle unchanged."""
        return x0, y0, x1, y1


class _Looks:
    """Size and certainty of characters that OCR read, by the line that each is of."""

    def __init__(self) -> None:
        self.sizes: list[float] = []
        self.certainties: list[float] = []
        self.line_of: list[int] = []  # by the character's index

    def size(self, char: Char) -> float:
        return self.sizes[self.line_of[char.index]]

    def bold(self, _char: Char) -> bool:
        return False  # a scan's strokes say too little

    def certainty(self, chars: list[Char]) -> float | None:
        return min(self.certainties[n] for n in {self.line_of[char.index] for char in chars})


def read_into(raw: RawPage, reading: Mapping[str, Any]) -> None:
    """Fill a page that has no usable text of its own with what OCR read there.

    Raises ValueError, KeyError or TypeError where `reading` is not what the OCR child sends.
    """
    width, height = float(reading["width"]), float(reading["height"])
    quarter = int(reading["quarter"]) % 4
    raw.reading = Level(width, height, quarter, float(reading["skew"]))
    raw.shown = AsShown(width, height)
    raw.width, raw.height = (height, width) if quarter % 2 else (width, height)
    looks = _Looks()
    chars = _chars(list(reading["lines"])[:_MOST_LINES], looks, raw.width)
    edges = [
        Edge(bool(flat), float(at), float(start), float(end))
        for flat, at, start, end in reading["rules"]
    ]
    grids, left_out = find_grids(edges, raw.number)
    raw.doubtful = left_out
    rest = deal(chars, grids)
    tables = [grid for grid in grids if is_table(grid) and not lacks_rules(grid)]
    for grid in grids:
        if grid not in tables:
            rest += [char for cell in grid.cells for char in cell.chars]
    rest.sort(key=lambda char: char.index)
    for grid in tables:
        grid.doubtful = grid.doubtful or _lost_in(grid, reading["lost"])
    set_text(raw, rest, tables, edges, looks)
    raw.ocr = _certainty(reading["lines"], len(reading["lost"]))
    raw.error = ""


def _certainty(lines: Sequence[Any], lost: int) -> float:
    """Return the mean certainty over characters; each lost line counts as a short one unread."""
    length = sum(len(str(line[0])) for line in lines)
    known = sum(float(line[1]) * len(str(line[0])) for line in lines)
    whole = length + 6 * lost
    return round(known / whole, 3) if whole else 1.0


def _lost_in(grid: Grid, lost: Sequence[Any]) -> bool:
    x0, y0, x1, y1 = grid.box
    return any(
        x0 <= (float(b[0]) + float(b[2])) / 2 <= x1 and y0 <= (float(b[1]) + float(b[3])) / 2 <= y1
        for b in lost
    )


def _contents_numbers(lines: Sequence[Any], width: float) -> set[int]:
    """Return which lines are the page numbers of a contents list: a column at the right margin."""
    found = {
        index
        for index, (text, _sure, box, _spots) in enumerate(lines)
        if _ENTRY_PAGE.fullmatch(str(text)) and float(box[2]) > _RIGHT * width
    }
    rights = [float(lines[index][2][2]) for index in found]
    if len(rights) < _FEWEST_ENTRIES or max(rights) - min(rights) > _COLUMN:
        return set()
    return found


def _chars(lines: Sequence[Any], looks: _Looks, width: float) -> list[Char]:
    """Return the characters of all lines, each with a box of its own."""
    ratio = _em_ratio(lines)
    numbers = _contents_numbers(lines, width)
    chars: list[Char] = []
    for index, (text, sure, box, spots) in enumerate(lines):
        x0, y0, x1, y1 = (float(value) for value in box)
        text = str(text)[:_MOST_TEXT]
        middles = [float(x) for x in spots]
        if index in numbers:  # the dots before it are often lost
            text, middles, x0 = f"……{text.strip('.·… ')}", [], x0 - 24
        visible = [char for char in text if not char.isspace()]
        if not visible:
            continue
        if len(middles) != len(visible):
            middles = _spread(text, x0, x1)
        size = _size(visible, middles, y1 - y0, ratio)
        looks.sizes.append(round(size, 2))
        looks.certainties.append(1.0 if _LEADER.fullmatch(text) else float(sure))
        # OCR's boxes are padded: the characters themselves are as high as the text is large.
        middle, half = (y0 + y1) / 2, min(0.6 * size, (y1 - y0) / 2)
        own = _boxes(_mend(visible), middles, size, (x0, x1), _spaced(text))
        for at, (char, left, right, is_spaced) in enumerate(own):
            looks.line_of.append(len(looks.sizes) - 1)
            top, bottom = middle - half, middle + half
            chars.append(Char(char, left, top, right, bottom, len(chars), is_spaced, at == 0))
    return chars


def _boxes(
    visible: Sequence[str],
    middles: Sequence[float],
    size: float,
    ends: tuple[float, float],
    spaced: set[int],
) -> list[tuple[str, float, float, bool]]:
    """Return each character with its left and right, and whether a blank stands before it.

    Neighbours that OCR wrote without a blank touch, for what is read goes before what is measured.
    """
    lefts = [max(x - _width(c) * size / 2, ends[0]) for c, x in zip(visible, middles, strict=True)]
    rights = [min(x + _width(c) * size / 2, ends[1]) for c, x in zip(visible, middles, strict=True)]
    for at in range(1, len(visible)):
        gap = lefts[at] - rights[at - 1]
        if 0 < gap < _NO_BLANK * size and at not in spaced:
            lefts[at] -= gap / 2
            rights[at - 1] += gap / 2
    marked = (at in spaced for at in range(len(visible)))
    return list(zip(visible, lefts, rights, marked, strict=True))


def _mend(visible: list[str]) -> list[str]:
    """Put right what OCR takes for one another; the number of characters stays the same."""
    text = "".join(visible)
    mended = text
    for pattern, better in _SLIPS:
        mended = pattern.sub(better, mended)
    return list(mended) if len(mended) == len(text) else visible


def _width(char: str) -> float:
    return 1.0 if char >= _FIRST_WIDE else 0.55


def _spread(text: str, x0: float, x1: float) -> list[float]:
    """Return where the middles of visible characters stand if all are as wide as usual."""
    whole = sum(_width(char) for char in text) or 1.0
    middles, at = [], 0.0
    for char in text:
        width = _width(char)
        if not char.isspace():
            middles.append(x0 + (x1 - x0) * (at + width / 2) / whole)
        at += width
    return middles


def _spaced(text: str) -> set[int]:
    """Return which visible characters have a blank before them."""
    found, count, blank = set(), 0, False
    for char in text:
        if char.isspace():
            blank = True
            continue
        if blank:
            found.add(count)
        count, blank = count + 1, False
    return found


def _pitch(visible: Sequence[str], middles: Sequence[float]) -> float | None:
    """Return the mean step between Chinese characters: the size, where nothing is set apart."""
    steps = [
        b - a
        for a, b, left, right in zip(middles, middles[1:], visible, visible[1:], strict=False)
        if _is_full(left) and _is_full(right)
    ]
    return sum(steps) / len(steps) if len(steps) >= 3 else None


def _is_full(char: str) -> bool:
    """Say whether a character is always as wide as it is high; punctuation may be squeezed."""
    return "\u4e00" <= char <= "\u9fff"


def _em_ratio(lines: Sequence[Any]) -> float:
    """Return the size over the height of a line's box, as this page's lines of Chinese tell it."""
    found = []
    for text, _sure, box, spots in lines:
        visible = [char for char in str(text) if not char.isspace()]
        if len(spots) == len(visible):
            pitch = _pitch(visible, [float(x) for x in spots])
            height = float(box[3]) - float(box[1])
            if pitch and height > 0 and 0.5 <= pitch / height <= 1.0:
                found.append(pitch / height)
    return median(found) if len(found) >= 3 else _EM_OF_HEIGHT


def _size(visible: Sequence[str], middles: Sequence[float], height: float, ratio: float) -> float:
    """Return the size of a line's text in points."""
    by_height = height * ratio
    pitch = _pitch(visible, middles) if len(middles) == len(visible) else None
    # Letters set apart, as on a cover, have a wide pitch.
    return min(pitch, 1.15 * by_height) if pitch else by_height


def settle_sizes(pages: Sequence[RawPage]) -> None:
    """Give lines that differ from the running text by no more than OCR errs its very size."""
    lines = [line for page in pages if page.ocr is not None for line in page.lines]
    counts: Counter[float] = Counter()
    for line in lines:
        if line.kind == "body":
            counts[round(line.size * 2) / 2] += len(line.text)
    if not counts:
        return
    body = counts.most_common(1)[0][0]
    own = [line.size for line in lines if abs(line.size - body) <= _SAME_SIZE * body]
    body = round(median(own), 2) if own else body
    for line in lines:
        near = _SAME_SIZE if _tells_size(line.text) else _SAME_SIZE_SHORT
        if abs(line.size - body) <= near * body:
            line.size = body
        else:
            line.size = round(line.size * 2) / 2


def _tells_size(text: str) -> bool:
    """Say whether a line has enough Chinese in a row for its pitch to be its size."""
    return sum(_is_full(a) and _is_full(b) for a, b in pairwise(text)) >= _TELLING
