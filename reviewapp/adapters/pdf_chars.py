"""Takes characters, sizes and rules off a page with pdfium, in display coordinates.

Display coordinates are points from the top left corner of the page as a reader shows it: after
CropBox and /Rotate. Runs in the limited child only.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from reviewapp.adapters import pdf_calls as calls

_BLANKS = frozenset((9, 32, 0xA0, 0x2002, 0x2003, 0x2009, 0x200B, 0x3000, 0xFEFF))
_NO_CHARACTER = frozenset((0xFFFD, 0xFFFE, 0xFFFF))
_BREAKS = frozenset((10, 13))
_CONTROLS = frozenset((*range(32), *range(0x7F, 0xA0)))
_UNSEEN = _BLANKS | _CONTROLS | _NO_CHARACTER
_TEXT = pdfium.FPDF_PAGEOBJ_TEXT
_THIN = 3.0  # points: a path thinner than this is a rule
_BOLD_NAMES = ("bold", "heavy", "black", "simhei", "xiaobiaosong", "黑体", "小标宋")


@dataclass(slots=True)
class Char:
    """One character with its loose box, and its place in pdfium's text page."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    index: int
    spaced: bool = False  # a space stands before it in the page's text
    starts: bool = False  # pdfium puts a line break before it


@dataclass(slots=True)
class Edge:
    """A horizontal or vertical rule: `at` is y or x, from `start` to `end`."""

    horizontal: bool
    at: float
    start: float
    end: float


@dataclass(slots=True)
class Drawing:
    """What a page draws besides text."""

    edges: list[Edge] = field(default_factory=list)
    image_share: float = 0.0  # of the page's area, 0 to 1
    cut_off: bool = False  # more objects than the limit: some rules were not read


class Frame:
    """Maps pdfium's page space to display coordinates of one page."""

    def __init__(self, page: pypdfium2.PdfPage, rotation: int | None = None) -> None:
        left, bottom, right, top = page.get_bbox()
        self.left, self.bottom, self.right, self.top = left, bottom, right, top
        self.rotation = page.get_rotation() % 360 if rotation is None else rotation
        width, height = abs(right - left), abs(top - bottom)
        swap = self.rotation in (90, 270)
        self.width, self.height = (height, width) if swap else (width, height)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """Map a rectangle given by left, bottom, right, top."""
        if self.rotation == 0:
            return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0
        if self.rotation == 90:
            return y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left
        if self.rotation == 180:
            return self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom
        return self.top - y1, self.right - x1, self.top - y0, self.right - x0

    def unbox(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, ...]:
        """Map a rectangle in display coordinates back to left, bottom, right, top."""
        if self.rotation == 0:
            return x0 + self.left, self.top - y1, x1 + self.left, self.top - y0
        if self.rotation == 90:
            return y0 + self.left, x0 + self.bottom, y1 + self.left, x1 + self.bottom
        if self.rotation == 180:
            return self.right - x1, y0 + self.bottom, self.right - x0, y1 + self.bottom
        return self.right - y1, self.top - x1, self.right - y0, self.top - x0


def reading_frame(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> Frame:
    """Return the frame in which most of the page's text stands upright.

    It differs from the page's own where a table was set sideways or a page was turned after it
    was made.
    """
    handle = text_page.raw
    count = pdfium.FPDFText_CountChars(handle)
    votes: dict[int, int] = {}
    matrix = pdfium.FS_MATRIX()
    for index in range(0, count, max(count // 40, 1)):
        if pdfium.FPDFText_GetUnicode(handle, index) <= 32:
            continue
        if calls.char_matrix(handle, index, ctypes.byref(matrix)):
            turn = round(math.degrees(math.atan2(matrix.b, matrix.a)) / 90) * 90 % 360
            votes[turn] = votes.get(turn, 0) + 1
    own = Frame(page)
    best = max(votes, key=lambda turn: votes[turn]) if votes else own.rotation
    return own if best == own.rotation else Frame(page, best)


@dataclass(slots=True)
class Chars:
    """Visible characters of a page in content order, and how many have no Unicode value."""

    items: list[Char]
    unmapped: int


def read_chars(text_page: pypdfium2.PdfTextPage, frame: Frame, limit: int) -> Chars:
    """Return the visible characters of a page, at most `limit` of all."""
    handle = text_page.raw
    count = pdfium.FPDFText_CountChars(handle)
    text = _whole_text(handle, count)
    if text:
        codes = list(map(ord, text[:limit]))
    else:
        codes = [pdfium.FPDFText_GetUnicode(handle, index) for index in range(min(count, limit))]
    seen = [index for index, code in enumerate(codes) if code not in _UNSEEN]
    spaced, starts = [False] * len(seen), [False] * len(seen)
    unmapped = 0
    unseen = [index for index, code in enumerate(codes) if code in _UNSEEN]
    for passed, index in enumerate(unseen):
        code, following = codes[index], index - passed
        if code in _BLANKS or code in _BREAKS:
            if following < len(seen):
                (spaced if code in _BLANKS else starts)[following] = True
        else:
            # pdfium writes 2 for a soft hyphen at a line's end; a page full of others is a font
            # without a Unicode map.
            unmapped += code != 2
    signs = [text[index] for index in seen] if text else [_character(codes[i]) for i in seen]
    boxes = _in_frame(frame, *calls.loose_boxes(text_page, seen))
    return Chars(list(map(Char, signs, *boxes, seen, spaced, starts)), unmapped)


def _in_frame(
    frame: Frame, left: list[float], top: list[float], right: list[float], bottom: list[float]
) -> list[list[float]]:
    """Return x0, y0, x1 and y1 of boxes in the frame."""
    if frame.rotation == 0:
        x, y = frame.left, frame.top
        return [
            [value - x for value in left],
            [y - value for value in top],
            [value - x for value in right],
            [y - value for value in bottom],
        ]
    turned = [frame.box(*box) for box in zip(left, bottom, right, top, strict=True)]
    return [[box[side] for box in turned] for side in range(4)]


def _whole_text(handle: object, count: int) -> str:
    """Return every character by one call, or nothing where text and index do not agree.

    pdfium leaves characters without a Unicode value out of its text, and splits those beyond the
    first plane in two.
    """
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(handle, 0, count, buffer) != count + 1:
        return ""
    try:
        text = bytes(buffer)[: 2 * count].decode("utf-16-le")
    except UnicodeDecodeError:
        return ""
    return "" if len(text) != count or "\0" in text else text


def _character(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"


class Fonts:
    """Answers size and weight of single characters, with a memory of one page's fonts."""

    def __init__(self, text_page: pypdfium2.PdfTextPage) -> None:
        self._handle = text_page.raw
        self._bold: dict[int, bool] = {}
        self._matrix = pdfium.FS_MATRIX()
        self._matrix_at = ctypes.byref(self._matrix)

    def size(self, char: Char) -> float:
        """Return the true size in points: pdfium's own is in text space."""
        size: float = calls.font_size(self._handle, char.index)
        matrix = self._matrix
        if not calls.char_matrix(self._handle, char.index, self._matrix_at):
            return max(char.y1 - char.y0, 0.0)
        scale = math.hypot(matrix.b, matrix.d)
        return size * scale if scale else size

    def certainty(self, _chars: list[Char]) -> None:
        """Return None: this is the file's own text."""

    def upright(self, char: Char, frame: Frame) -> bool:
        """Say whether the character stands upright on the page as shown."""
        matrix = self._matrix
        if not calls.char_matrix(self._handle, char.index, self._matrix_at):
            return True
        angle = math.degrees(math.atan2(matrix.b, matrix.a)) - frame.rotation
        return abs((angle + 180) % 360 - 180) < 5

    def bold(self, char: Char) -> bool:
        """Say whether the font's name or an outlined drawing mode makes the character bold."""
        drawn = ctypes.c_void_p(calls.text_object(self._handle, char.index))
        if not drawn:
            return False
        if calls.render_mode(drawn) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE:
            return True
        font: int | None = calls.font_of(drawn)
        if not font:
            return False
        if font not in self._bold:
            buffer = ctypes.create_string_buffer(128)
            handle = ctypes.cast(font, pdfium.FPDF_FONT)
            pdfium.FPDFFont_GetBaseFontName(handle, buffer, 128)
            name = buffer.value.decode("utf-8", "replace").lower()
            self._bold[font] = any(part in name for part in _BOLD_NAMES)
        return self._bold[font]


def read_drawing(page: pypdfium2.PdfPage, frame: Frame, limit: int) -> Drawing:
    """Return rules and the share of the page that pictures cover; at most `limit` objects."""
    drawing = Drawing()
    budget = _Budget(limit)
    handle = page.raw
    area = 0.0
    for index in range(pdfium.FPDFPage_CountObjects(handle)):
        item = ctypes.c_void_p(calls.page_object(handle, index))
        area += _object(item, None, frame, drawing, budget, 0)
        if budget.left <= 0:
            drawing.cut_off = True
            break
    page_area = frame.width * frame.height
    drawing.image_share = min(area / page_area, 1.0) if page_area > 0 else 0.0
    return drawing


@dataclass(slots=True)
class _Budget:
    left: int


_Matrix = tuple[float, float, float, float, float, float]


def _object(
    item: ctypes.c_void_p,
    outer: _Matrix | None,
    frame: Frame,
    drawing: Drawing,
    budget: _Budget,
    depth: int,
) -> float:
    """Collect one page object; return the area of the page that it covers as a picture."""
    budget.left -= 1
    kind = calls.object_type(item)
    if kind == _TEXT:  # most of a page's objects
        return 0.0
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        _path(item, outer, frame, drawing, budget)
    elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
        x0, y0, x1, y1 = _clip(frame, *frame.box(*_bounds(item, outer)))
        return max(x1 - x0, 0) * max(y1 - y0, 0)
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 8:
        matrix = _multiply(_matrix(item), outer)
        area = 0.0
        for index in range(calls.count_form_objects(item)):
            if budget.left <= 0:
                break
            inner = ctypes.c_void_p(calls.form_object(item, index))
            area += _object(inner, matrix, frame, drawing, budget, depth + 1)
        return area
    return 0.0


def _clip(
    frame: Frame, x0: float, y0: float, x1: float, y1: float
) -> tuple[float, float, float, float]:
    return max(x0, 0.0), max(y0, 0.0), min(x1, frame.width), min(y1, frame.height)


def _matrix(item: ctypes.c_void_p) -> _Matrix:
    raw = pdfium.FS_MATRIX()
    calls.object_matrix(item, ctypes.byref(raw))
    return raw.a, raw.b, raw.c, raw.d, raw.e, raw.f


def _multiply(inner: _Matrix, outer: _Matrix | None) -> _Matrix:
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    )


def _point(matrix: _Matrix | None, x: float, y: float) -> tuple[float, float]:
    if matrix is None:
        return x, y
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(item: ctypes.c_void_p, outer: _Matrix | None) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = calls.bounds(item)
    if outer is None:
        return x0, y0, x1, y1
    corners = [_point(outer, x, y) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _path(
    item: ctypes.c_void_p, outer: _Matrix | None, frame: Frame, drawing: Drawing, budget: _Budget
) -> None:
    x0, y0, x1, y1 = frame.box(*_bounds(item, outer))
    width, height = x1 - x0, y1 - y0
    if width < _THIN and height < _THIN:
        return
    if height < _THIN:
        drawing.edges.append(Edge(True, (y0 + y1) / 2, x0, x1))
    elif width < _THIN:
        drawing.edges.append(Edge(False, (x0 + x1) / 2, y0, y1))
    else:
        _segments(item, outer, frame, drawing, budget)


def _segments(
    item: ctypes.c_void_p, outer: _Matrix | None, frame: Frame, drawing: Drawing, budget: _Budget
) -> None:
    count = calls.count_segments(item)
    budget.left -= count
    if budget.left <= 0:
        return
    matrix = _multiply(_matrix(item), outer)
    x_raw, y_raw = ctypes.c_float(), ctypes.c_float()
    x_at, y_at = ctypes.byref(x_raw), ctypes.byref(y_raw)
    start = here = (0.0, 0.0)
    for index in range(count):
        segment = ctypes.c_void_p(calls.path_segment(item, index))
        calls.segment_point(segment, x_at, y_at)
        x, y = _point(matrix, x_raw.value, y_raw.value)
        x, y, _, _ = frame.box(x, y, x, y)
        kind = calls.segment_type(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = (x, y)
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            _edge(drawing, here, (x, y))
        here = (x, y)
        if calls.segment_closes(segment):
            _edge(drawing, here, start)
            here = start


def _edge(drawing: Drawing, a: tuple[float, float], b: tuple[float, float]) -> None:
    if abs(a[1] - b[1]) < 0.5 and abs(a[0] - b[0]) >= 1:
        drawing.edges.append(Edge(True, (a[1] + b[1]) / 2, min(a[0], b[0]), max(a[0], b[0])))
    elif abs(a[0] - b[0]) < 0.5 and abs(a[1] - b[1]) >= 1:
        drawing.edges.append(Edge(False, (a[0] + b[0]) / 2, min(a[1], b[1]), max(a[1], b[1])))
