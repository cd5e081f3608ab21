"""The text of a report page by page, as it was read once: found again, marked, laid over pictures.

Boxes are (x0, y0, x1, y1) in points from the page's top left corner; pages count from 1.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from reviewapp.domain.document import Document, LineKind, Page, Table

BoxTuple = tuple[float, float, float, float]
MARGIN = 14.0  # points left around the text block, so that letters do not touch the edge
LEAST_SHARE = 0.45  # a crop narrower than this share of the page would blow up a single line
AROUND = 18  # characters shown before and after what was found
_FURNITURE = frozenset({LineKind.HEADER, LineKind.FOOTER, LineKind.PAGE_NUMBER})


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a page; `is_furniture` for running headers, footers and page numbers."""

    text: str
    box: BoxTuple
    is_furniture: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """One page: its size in points, the block that its text fills, its tables and its lines."""

    number: int
    width: float
    height: float
    block: BoxTuple
    tables: tuple[BoxTuple, ...] = ()
    lines: tuple[TextLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where something was found: its page, a box per line there, and the words around."""

    page: int
    boxes: tuple[BoxTuple, ...]
    before: str
    text: str
    after: str

    @property
    def box(self) -> BoxTuple:
        """The box around all of it."""
        return around(self.boxes)


def of_document(document: Document) -> tuple[PageText, ...]:
    """Return the pages of what was read, each with its text block and tables."""
    tables = _tables_by_page(document.tables)
    return tuple(_page(page, tuple(tables.get(page.number, ()))) for page in document.pages)


def find(pages: Sequence[PageText], query: str, *, limit: int = 200) -> tuple[Hit, ...]:
    """Return where the query stands, in order, at most `limit` times.

    Width of characters, capitals and spaces do not matter; a place may run over line ends and
    over a page end, and is then marked on the page where it begins.
    """
    wanted = _form(query)
    if not wanted:
        return ()
    text = _Text(pages)
    return tuple(text.hit(start, len(wanted)) for start in text.places(wanted, limit))


def find_quote(pages: Sequence[PageText], quote: str, *, near: int) -> Hit | None:
    """Return where a quote stands, on the page nearest to `near` if it stands more than once."""
    hits = find(pages, quote)
    return min(hits, key=lambda hit: (abs(hit.page - near), hit.page), default=None)


def text_in(page: PageText, box: BoxTuple) -> str:
    """Return the text of the lines whose middle lies in the box."""
    return "".join(
        line.text
        for line in page.lines
        if box[0] <= (line.box[0] + line.box[2]) / 2 <= box[2]
        and box[1] <= (line.box[1] + line.box[3]) / 2 <= box[3]
    )


def steady(sizes: Sequence[tuple[float, float]], blocks: Sequence[BoxTuple]) -> list[BoxTuple]:
    """Return the crop of each page such that type does not change its size from page to page.

    Pages of one size share the sides that fit most of them; a page that is wider inside keeps its
    own, and one that is not cropped stays whole.
    """
    sides: dict[tuple[float, float], tuple[float, float]] = {}
    for size in set(sizes):
        own = [
            block
            for one, block in zip(sizes, blocks, strict=True)
            if one == size and (block[0] > 0 or block[2] < size[0])
        ]
        if own:
            lefts, rights = sorted(b[0] for b in own), sorted(b[2] for b in own)
            sides[size] = (lefts[len(own) // 5], rights[-1 - len(own) // 5])
    steadied = []
    for size, block in zip(sizes, blocks, strict=True):
        if size in sides and (block[0] > 0 or block[2] < size[0]):
            left, right = sides[size]
            block = (min(block[0], left), block[1], max(block[2], right), block[3])
        steadied.append(block)
    return steadied


def around(boxes: Sequence[BoxTuple]) -> BoxTuple:
    """Return the smallest box that holds all boxes, of which there is at least one."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _page(page: Page, tables: tuple[BoxTuple, ...]) -> PageText:
    lines = tuple(
        TextLine(
            line.text,
            (_r(line.box.x0), _r(line.box.y0), _r(line.box.x1), _r(line.box.y1)),
            line.kind in _FURNITURE,
        )
        for line in page.lines
        if line.text.strip()
    )
    block = _block(page.width, page.height, lines, tables)
    return PageText(page.number, _r(page.width), _r(page.height), block, tables, lines)


def _block(
    width: float, height: float, lines: Sequence[TextLine], tables: Sequence[BoxTuple]
) -> BoxTuple:
    """Return what is left of the page where its white margins are cut off at the sides.

    The height stays: pages that differ in height would jump while one scrolls.
    """
    boxes = [line.box for line in lines if not line.is_furniture] + list(tables)
    whole = (0.0, 0.0, _r(width), _r(height))
    if not boxes:
        return whole
    box = around(boxes)
    left, right = max(0.0, box[0] - MARGIN), min(width, box[2] + MARGIN)
    if right - left < LEAST_SHARE * width:
        return whole
    return (_r(left), 0.0, _r(right), _r(height))


def _tables_by_page(tables: Sequence[Table]) -> dict[int, list[BoxTuple]]:
    found: dict[int, list[BoxTuple]] = {}
    for table in tables:
        rows: dict[int, list[BoxTuple]] = {}
        for row in table.rows:
            rows.setdefault(row.page, []).append((row.box.x0, row.box.y0, row.box.x1, row.box.y1))
        own = (table.box.x0, table.box.y0, table.box.x1, table.box.y1)
        rows.setdefault(table.page, []).append(own)
        for number, boxes in rows.items():
            x0, y0, x1, y1 = around(boxes)
            found.setdefault(number, []).append((_r(x0), _r(y0), _r(x1), _r(y1)))
    return found


class _Text:
    """All lines but the furniture as one text without spaces, and the way back to the lines."""

    def __init__(self, pages: Sequence[PageText]) -> None:
        self._lines: list[tuple[int, TextLine]] = []
        self._starts: list[int] = []
        parts: list[str] = []
        length = 0
        for page in pages:
            for line in page.lines:
                form = "" if line.is_furniture else _form(line.text)
                if form:
                    self._lines.append((page.number, line))
                    self._starts.append(length)
                    parts.append(form)
                    length += len(form)
        self._text = "".join(parts)
        self._passed: dict[int, list[int]] = {}
        self._widths: dict[int, list[int]] = {}

    def places(self, wanted: str, limit: int) -> Iterator[int]:
        at = self._text.find(wanted)
        while at >= 0 and limit > 0:
            yield at
            limit -= 1
            at = self._text.find(wanted, at + len(wanted))

    def hit(self, start: int, length: int) -> Hit:
        end = start + length
        first = bisect.bisect_right(self._starts, start) - 1
        page = self._lines[first][0]
        boxes, words = [], []
        for index in range(first, len(self._lines)):
            number, line = self._lines[index]
            begins = self._starts[index]
            if begins >= end:
                break
            low, high = self._within(index, max(0, start - begins), end - begins)
            words.append(line.text[low:high])
            if number == page:
                boxes.append(self._part(index, low, high))
        return Hit(
            page,
            tuple(boxes),
            self._text[max(0, start - AROUND) : start],
            "".join(words),
            self._text[end : end + AROUND],
        )

    def _within(self, index: int, start: int, end: int) -> tuple[int, int]:
        """Map a span of a line's `_form` back to its text; a line may hold many hits."""
        if index not in self._passed:
            text = self._lines[index][1].text
            self._passed[index] = list(accumulate(len(_form(sign)) for sign in text))
        passed = self._passed[index]
        low = bisect.bisect_right(passed, start)
        return low, min(bisect.bisect_left(passed, end) + 1, len(passed))

    def _part(self, index: int, low: int, high: int) -> BoxTuple:
        """Return the box of a part of a line: Chinese characters are twice as wide as Latin ones."""
        line = self._lines[index][1]
        if index not in self._widths:
            signs = (2 if unicodedata.east_asian_width(s) in "WFA" else 1 for s in line.text)
            self._widths[index] = list(accumulate(signs, initial=0))
        widths = self._widths[index]
        x0, y0, x1, y1 = line.box
        unit = (x1 - x0) / max(1, widths[-1])
        return (_r(x0 + unit * widths[low]), y0, _r(x0 + unit * widths[high]), y1)


def _form(text: str) -> str:
    """Return the text as it is compared: one width of characters, small letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _r(value: float) -> float:
    return round(value, 1)
