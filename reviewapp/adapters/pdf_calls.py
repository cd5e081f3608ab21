"""pdfium's functions that are called for every character or object, without ctypes' checks.

pypdfium2 declares the type of every argument, and to check it takes longer than what most of these
functions do. Here arguments go as they are: a whole number as an int, a pointer as an object of
ctypes (a handle, c_void_p or byref) and never as an int, which would lose its upper half.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_AT_ONCE = 4096  # characters; most pages have fewer


def _unchecked(function: Any, result: Any = ctypes.c_int) -> Any:
    """Return the function anew, its arguments undeclared."""
    made = type(function)(ctypes.cast(function, ctypes.c_void_p).value)
    made.restype = result
    return made


char_matrix = _unchecked(pdfium.FPDFText_GetMatrix)
font_size = _unchecked(pdfium.FPDFText_GetFontSize, ctypes.c_double)
text_object = _unchecked(pdfium.FPDFText_GetTextObject, ctypes.c_void_p)
render_mode = _unchecked(pdfium.FPDFTextObj_GetTextRenderMode)
font_of = _unchecked(pdfium.FPDFTextObj_GetFont, ctypes.c_void_p)
page_object = _unchecked(pdfium.FPDFPage_GetObject, ctypes.c_void_p)
form_object = _unchecked(pdfium.FPDFFormObj_GetObject, ctypes.c_void_p)
object_type = _unchecked(pdfium.FPDFPageObj_GetType)
object_matrix = _unchecked(pdfium.FPDFPageObj_GetMatrix)
count_form_objects = _unchecked(pdfium.FPDFFormObj_CountObjects)
count_segments = _unchecked(pdfium.FPDFPath_CountSegments)
path_segment = _unchecked(pdfium.FPDFPath_GetPathSegment, ctypes.c_void_p)
segment_point = _unchecked(pdfium.FPDFPathSegment_GetPoint)
segment_type = _unchecked(pdfium.FPDFPathSegment_GetType)
segment_closes = _unchecked(pdfium.FPDFPathSegment_GetClose)

_object_bounds = _unchecked(pdfium.FPDFPageObj_GetBounds)
_sides = (ctypes.c_float * 4)()
_side_at = [ctypes.byref(_sides, at * ctypes.sizeof(ctypes.c_float)) for at in range(4)]

_loose_box = _unchecked(pdfium.FPDFText_GetLooseCharBox)
_rects = (pdfium.FS_RECTF * _AT_ONCE)()
_places = [ctypes.byref(_rects, at * ctypes.sizeof(pdfium.FS_RECTF)) for at in range(_AT_ONCE)]


def loose_boxes(
    text_page: pypdfium2.PdfTextPage, indexes: Sequence[int]
) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return left, top, right and bottom of the loose boxes of characters, in page space."""
    values: list[float] = []
    for start in range(0, len(indexes), _AT_ONCE):
        part = indexes[start : start + _AT_ONCE]
        deque(map(_loose_box, repeat(text_page.raw), part, _places), 0)  # called, answers dropped
        values += memoryview(_rects).cast("B").cast("f")[: 4 * len(part)].tolist()
    return values[0::4], values[1::4], values[2::4], values[3::4]


def bounds(item: ctypes.c_void_p) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of a page object, in the space that holds it."""
    if not _object_bounds(item, *_side_at):
        return 0.0, 0.0, 0.0, 0.0
    left, bottom, right, top = _sides
    return left, bottom, right, top
