"""Pictures of pages: drawn, turned, straightened, and their ruling lines. In the child only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pypdfium2

from reviewapp.adapters.pdf_chars import Edge

Pixels = np.ndarray[Any, Any]

_SIDE = 2000  # pixels of an A4 page's longer side: 171 dpi, where more gains nothing
_A4_SIDE = 842.0  # points
_MOST = 3200  # pixels of a larger page's longer side
_MAX_SKEW = math.radians(6)
_LONG_LINE = 8.0  # times as long as high: a line that says how the page is turned
_SHORT_LINE = 3.0
_ENOUGH = 6  # long lines
_LEAST_SKEW = math.radians(0.03)

# Rules, in points.
_H_RULE = 18.0
_V_RULE = 11.0
_V_SURE = 26.0  # shorter ones may be strokes of characters
_GAP = 2.5
_THICK = 4.0
_NEAR = 2.5
_IN_TEXT = 0.7  # of a rule: so much inside lines of text makes it a stroke
_SURE = 90.0


@dataclass(frozen=True, slots=True)
class Image:
    """A page as drawn: its pixels, and the page's size in points."""

    pixels: Pixels
    width: float
    height: float

    @property
    def scale(self) -> float:
        """Return pixels per point."""
        return float(self.pixels.shape[0]) / self.height if self.height else 1.0


def draw(page: pypdfium2.PdfPage, side: int = _SIDE) -> Image:
    """Draw a page as a reader shows it; `side` is for A4, larger pages get more up to a limit."""
    width, height = page.get_size()
    longer = max(width, height, 1.0)
    scale = min(side / _A4_SIDE, _MOST / longer) if longer > _A4_SIDE else side / longer
    bitmap = page.render(scale=min(scale, 4 * side / _A4_SIDE), rev_byteorder=False)
    pixels = bitmap.to_numpy()[:, :, :3].copy()
    bitmap.close()
    return Image(pixels, width, height)


def turned(pixels: Pixels, quarters: int) -> Pixels:
    """Return the picture turned clockwise by so many quarters."""
    return np.ascontiguousarray(np.rot90(pixels, -quarters))


def skew_of(pixels: Pixels, corners: Sequence[Pixels]) -> float:
    """Return by how much a page runs down to the right, in radians; 0 where it cannot be told.

    Long lines of text tell it best; on a page that is a table its rules do.
    """
    lines = [(quad[0], quad[1], math.dist(quad[0], quad[3])) for quad in corners]
    lines += [(quad[3], quad[2], math.dist(quad[0], quad[3])) for quad in corners]
    angles = _angles([(a, b) for a, b, high in lines if math.dist(a, b) >= _LONG_LINE * high])
    if len(angles) < 2 * _ENOUGH:
        angles = _angles(_long_rules(pixels)) or _angles(
            [(a, b) for a, b, high in lines if math.dist(a, b) >= _SHORT_LINE * high]
        )
    if not angles:
        return 0.0
    angles.sort()
    half, summed = sum(length for _, length in angles) / 2, 0.0
    for angle, length in angles:
        summed += length
        if summed >= half:
            return angle if abs(angle) >= _LEAST_SKEW else 0.0
    return 0.0


def _angles(ends: Sequence[tuple[Any, Any]]) -> list[tuple[float, float]]:
    """Return angle and length of those lines that may be level."""
    found = []
    for (x0, y0), (x1, y1) in ends:
        angle = math.atan2(float(y1 - y0), float(x1 - x0))
        if abs(angle) <= _MAX_SKEW:
            found.append((angle, math.hypot(float(x1 - x0), float(y1 - y0))))
    return found


def _long_rules(pixels: Pixels) -> list[tuple[Any, Any]]:
    """Return the ends of long straight lines that run across the page."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 18
    )
    # What is left of it are strokes that run across for some length.
    dark = cv2.morphologyEx(
        dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (15, 1))
    )
    length = pixels.shape[1] // 5
    found = cv2.HoughLinesP(dark, 1, math.radians(0.1), length // 2, None, length, 12)
    return [] if found is None else [(r[:2], r[2:]) for r in found.reshape(-1, 4).tolist()]


class Straightened:
    """The frame of a page in which its text runs level: turned by quarters, then by the skew."""

    def __init__(self, image: Image, quarter: int, skew: float) -> None:
        self.image, self.quarter, self.skew = image, quarter, skew
        swap = quarter % 2 == 1
        self.width = image.height if swap else image.width
        self.height = image.width if swap else image.height
        shape = image.pixels.shape
        self._size = (shape[0], shape[1]) if swap else (shape[1], shape[0])  # width, height
        centre = (self._size[0] / 2, self._size[1] / 2)
        self._matrix = cv2.getRotationMatrix2D(centre, math.degrees(skew), 1.0)

    def points(self, pixels: Pixels) -> Pixels:
        """Map pixels of the turned picture to points of this frame."""
        level = pixels @ self._matrix[:, :2].T + self._matrix[:, 2]
        return np.asarray(level / self.image.scale)

    def grey(self) -> Pixels:
        """Return the straightened picture in grey."""
        grey = cv2.cvtColor(self.image.pixels, cv2.COLOR_BGR2GRAY)
        if self.quarter:
            grey = turned(grey, self.quarter)
        if self.skew:
            grey = cv2.warpAffine(grey, self._matrix, self._size, borderValue=(255.0,))
        return np.asarray(grey)


def find_rules(straight: Straightened, text: Sequence[Sequence[float]] = ()) -> list[Edge]:
    """Return the ruling lines of a page in points of its straightened frame.

    Without the boxes of its `text` some are strokes of characters.
    """
    grey, scale = straight.grey(), straight.image.scale
    block = int(16 * scale) | 1
    dark = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 18
    )
    level = _runs(dark, scale, horizontal=True)
    upright = _runs(dark, scale, horizontal=False)
    level = [edge for edge in level if not _is_stroke(edge, text)]
    kept = [edge for edge in upright if edge.end - edge.start >= _V_SURE or _meets(edge, level)]
    return level + [edge for edge in kept if not _is_stroke(edge, text)]


def _is_stroke(edge: Edge, text: Sequence[Sequence[float]]) -> bool:
    """Say whether most of a rule lies inside lines of text."""
    if edge.end - edge.start >= _SURE:
        return False
    inside = 0.0
    for x0, y0, x1, y1 in text:
        low, high, first, last = (y0, y1, x0, x1) if edge.horizontal else (x0, x1, y0, y1)
        margin = 0.15 * (y1 - y0)
        if low + margin < edge.at < high - margin:
            inside += max(0.0, min(edge.end, last) - max(edge.start, first))
    return inside >= _IN_TEXT * (edge.end - edge.start)


def _runs(dark: Pixels, scale: float, *, horizontal: bool) -> list[Edge]:
    least = max(int((_H_RULE if horizontal else _V_RULE) * scale), 3)
    gap = max(int(_GAP * scale), 1)
    along = (lambda n: (n, 1)) if horizontal else (lambda n: (1, n))
    across = (1, 3) if horizontal else (3, 1)
    # A rule that wavers by a pixel is still one rule, and a faint one has gaps.
    thick = cv2.dilate(dark, cv2.getStructuringElement(cv2.MORPH_RECT, across))
    short = cv2.getStructuringElement(cv2.MORPH_RECT, along(max(2 * least // 3, 3)))
    lines = cv2.morphologyEx(thick, cv2.MORPH_OPEN, short)
    bridge = cv2.getStructuringElement(cv2.MORPH_RECT, along(gap))
    lines = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, bridge)
    whole = cv2.getStructuringElement(cv2.MORPH_RECT, along(least))
    lines = cv2.morphologyEx(lines, cv2.MORPH_OPEN, whole)
    _count, _labels, boxes, _centres = cv2.connectedComponentsWithStats(lines, connectivity=8)
    edges = []
    for x, y, width, height, _area in boxes[1:].tolist():
        length, thickness = (width, height) if horizontal else (height, width)
        if thickness > _THICK * scale + 2 or length < 4 * thickness:
            continue
        start, at = (x, y + height / 2) if horizontal else (y, x + width / 2)
        edges.append(Edge(horizontal, at / scale, start / scale, (start + length) / scale))
    return edges


def _meets(edge: Edge, level: Sequence[Edge]) -> bool:
    """Say whether a short vertical rule stands between two horizontal ones."""
    return all(
        any(
            abs(other.at - end) <= _NEAR and other.start - _NEAR <= edge.at <= other.end + _NEAR
            for other in level
        )
        for end in (edge.start, edge.end)
    )
