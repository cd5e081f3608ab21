"""The report's text as paragraphs that know where each character stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewapp.domain.document import Box, Document, Line, LineKind, Place
from reviewapp.domain.precheck.text import MAX_QUOTE, half, shorten, squeeze

_ENDS = "。；;！!？?：:…"
_SENTENCE_ENDS = "。；;！!？?\n"

#: characters of a paragraph, many more than any has that is meant to be read: patterns
#: look for what it says from each of its characters on, so that time grows with the square
MOST_JOINED = 3_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of printed text: a line, or the inside of a table cell."""

    page: int
    box: Box
    raw: str
    kept: Sequence[int]  # for each character of the paragraph, its index in `raw`
    start: int  # offset of the first character in the paragraph


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Joined lines. `text` is plain (no blanks, half width); `line` indexes the body lines."""

    text: str
    pieces: tuple[Piece, ...]
    line: int
    in_table: bool = False

    @property
    def page(self) -> int:
        """Return the page where the paragraph starts."""
        return self.pieces[0].page

    def place(self, start: int, end: int) -> Place:
        """Return where `text[start:end]` begins: page, box of its lines there, its sentence."""
        first = self._piece(start)
        page = self.pieces[first].page
        last = first
        while (
            last + 1 < len(self.pieces)
            and self.pieces[last + 1].page == page
            and self.pieces[last + 1].start < end
        ):
            last += 1
        box = self.pieces[first].box
        for piece in self.pieces[first + 1 : last + 1]:
            box = box.union(piece.box)
        return Place(page, box, self._quote(start, end, page))

    def printed(self, start: int, end: int) -> str:
        """Return `text[start:end]` with the blanks that stand inside it within each line."""
        parts = []
        for piece in self.pieces:
            first, last = max(start - piece.start, 0), min(end - piece.start, len(piece.kept))
            if first < last:
                parts.append(piece.raw[piece.kept[first] : piece.kept[last - 1] + 1])
        return "".join(parts)

    def _piece(self, offset: int) -> int:
        starts = [piece.start for piece in self.pieces]
        return max(0, bisect_right(starts, offset) - 1)

    def _quote(self, start: int, end: int, page: int) -> str:
        """Quote the sentence around the match, of this page only and as printed."""
        low = max((self.text.rfind(c, 0, start) for c in _SENTENCE_ENDS), default=-1) + 1
        ends = [self.text.find(c, end) for c in _SENTENCE_ENDS]
        high = min((e + 1 for e in ends if e >= 0), default=len(self.text))
        if high - low > MAX_QUOTE:
            low = max(low, start - (MAX_QUOTE - min(end - start, MAX_QUOTE)) // 2)
            high = min(high, low + MAX_QUOTE)
        return shorten(self._raw(low, high, page))

    def _raw(self, low: int, high: int, page: int) -> str:
        parts = []
        for piece in self.pieces:
            first, last = max(low - piece.start, 0), min(high - piece.start, len(piece.kept))
            if piece.page == page and first < last:
                parts.append(piece.raw[piece.kept[first] : piece.kept[last - 1] + 1])
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Margins:
    """Where text lines of a page begin and end, in points, and how large its text is."""

    left: float
    right: float
    size: float

    def ends_short(self, line: Line) -> bool:
        """Say whether the line stops before the right margin."""
        return line.box.x1 < self.right - 1.6 * (line.size or self.size)

    def is_indented(self, line: Line) -> bool:
        """Say whether the line begins well inside the left margin."""
        return line.box.x0 > self.left + 1.2 * (line.size or self.size)

    def is_centred(self, line: Line) -> bool:
        """Say whether the line stands in the middle with room on both sides."""
        before, after = line.box.x0 - self.left, self.right - line.box.x1
        size = line.size or self.size
        return before > 2.5 * size and after > 2.5 * size and abs(before - after) < 2 * size


def margins(document: Document) -> dict[int, Margins]:
    """Return the margins of each page; thin pages borrow those of the whole document."""
    lines = [line for line in document.body_lines() if line.kind is LineKind.BODY]
    whole = _measure(lines)
    found = {}
    for page in document.pages:
        own = [line for line in page.lines if line.kind is LineKind.BODY and len(line.text) > 12]
        found[page.number] = _measure(own, whole.size) if len(own) >= 8 else whole
    return found


def _measure(lines: list[Line], size: float = 0.0) -> Margins:
    if not lines:
        return Margins(72.0, 523.0, size or 12.0)
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    body = size or sizes.most_common(1)[0][0] or 12.0
    text = [line for line in lines if abs(line.size - body) < 0.6] or lines
    lefts = Counter(round(line.box.x0 / 4) for line in text)
    # The left margin is the leftmost place where lines often begin; indents are further in.
    common = [x for x, n in lefts.items() if n >= max(2, 0.12 * len(text))]
    left = min(common, default=min(lefts)) * 4.0
    rights = sorted(line.box.x1 for line in text)
    return Margins(left, rights[int(len(rights) * 0.9)], body)


def starts_paragraph(line: Line, previous: Line | None, pages: dict[int, Margins]) -> bool:
    """Say whether a line begins a new paragraph, from indent, size and how the last one ended."""
    if previous is None or previous.kind is not line.kind:
        return True
    here, before = pages[line.page], pages[previous.page]
    if abs(line.size - previous.size) > 0.9:
        return True
    if before.ends_short(previous) and not _pushed(line, before.right - previous.box.x1):
        return True
    if here.is_indented(line):
        return True
    if line.page == previous.page and line.box.y0 - previous.box.y1 > 2.2 * (line.size or 12):
        return True
    return line.bold != previous.bold and previous.text.rstrip()[-1:] in _ENDS


# What a line break does not part: a figure with its sign, a word in quotes, any character but a
# heading's number, each with the stop after it.
_UNBREAKABLE = re.compile(
    r"[“‘《〈〔(\[]*[0-9A-Za-z.,%+/-]+[^\W\d_]?[”’》〉〕)\]。，；、：！？]*|[“‘《〔(]+.[”’》〕)。，；、]*"
    r"|[^一二三四五六七八九十\W\d_][”’》〉〕)\]。，；、：！？]+"
)
_GAP = 0.5  # ems that producers leave between Chinese and figures


def _pushed(line: Line, room: float) -> bool:
    """Say whether the line before was left short because what follows did not fit on it."""
    match = _UNBREAKABLE.match(line.text)
    if match is None:
        return False
    ems = sum(0.55 if ord(char) < 0x2000 else 1.0 for char in match[0])
    return room < (ems + _GAP) * (line.size or 12.0)


def make_piece(line_text: str, page: int, box: Box, start: int) -> Piece:
    """Return the piece of a line; blanks are kept out of the paragraph's text."""
    kept: Sequence[int] = range(len(line_text))
    if len(squeeze(line_text)) < len(line_text):
        kept = tuple(i for i in kept if not line_text[i].isspace())
    return Piece(page, box, line_text, kept, start)


def _kept_text(piece: Piece) -> str:
    text = half(piece.raw)
    return text if len(piece.kept) == len(text) else "".join([text[i] for i in piece.kept])


def paragraph(lines: list[Line], index: int, *, skip: int = 0) -> Paragraph | None:
    """Join lines to a paragraph; `skip` leaves out so many plain characters of the first."""
    pieces: list[Piece] = []
    parts: list[str] = []
    length = 0
    for number, line in enumerate(lines):
        piece = make_piece(line.text, line.page, line.box, length)
        if number == 0 and skip:
            piece = Piece(piece.page, piece.box, piece.raw, piece.kept[skip:], 0)
        if not piece.kept:
            continue
        pieces.append(piece)
        parts.append(_kept_text(piece))
        length += len(piece.kept)
    if not pieces:
        return None
    return Paragraph("".join(parts), tuple(pieces), index)


def cell_paragraphs(document: Document) -> Iterator[Paragraph]:
    """Yield each drawn table cell with text as a paragraph of its own."""
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                if cell.box is None:
                    continue
                piece = make_piece(cell.text, cell.page, cell.box, 0)
                if piece.kept:
                    text = _kept_text(piece)
                    yield Paragraph(text, (piece,), table.after_line, in_table=True)
