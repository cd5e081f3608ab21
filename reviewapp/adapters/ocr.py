"""The door to OCR: reads pages of a PDF that have no usable text, one after the other.

Nothing of the file is opened and no model is loaded in this process; see child.py. A page's
reading is plain data (JSON): `width` and `height` of the page in points; by how many `quarter`s
(clockwise) and by how much `skew` (radians) it was straightened; `lines` of text, certainty from
0 to 1, box, and the middles of the characters; the boxes of `lost` lines; `rules` as horizontal
(0 or 1), place, start and end. All places are points of the straightened page. pdf.read takes
readings and makes pages of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reviewapp.adapters import child

Reading = Mapping[str, Any]
OnPage = Callable[[int, Reading | None], None]

_FORM = 1  # of a reading: raised where older readings are no longer good enough
_READ = "reviewapp.adapters.ocr_child:read"
_GLANCE = "reviewapp.adapters.ocr_child:glance"
FRONT = 5  # pages: cover, contents, summary
_TABLES = 6  # pages that are read early because of their tables
_FEW_RULES = 8  # fewer make no table


@dataclass(frozen=True, slots=True)
class OcrLimits:
    """What the child that reads page images may use; seconds are for one page."""

    max_pages: int = 500
    threads: int = field(default_factory=lambda: max(1, min(2, os.cpu_count() or 1)))
    child: child.Limits = field(
        default_factory=lambda: child.Limits(
            memory=4_000_000_000,  # of addresses; the memory in use stays below 1.5 GB
            cpu_seconds=6 * 3600,
            wall_seconds=180.0,
            result_bytes=8_000_000,
            niceness=10,
        )
    )


def engine_version() -> str:
    """Name what reads: a stored reading of another version is read anew."""
    return f"rapidocr-{version('rapidocr')}/{_FORM}"


def read_pages(
    path: str | Path,
    pages: Sequence[int],
    on_page: OnPage,
    *,
    limits: OcrLimits | None = None,
) -> None:
    """Read `pages` in their order; `on_page(number, reading)` is told each as soon as it is read.

    A page at which the child dies has no reading (None) and the next child goes on after it. What
    `on_page` raises ends the work at once.
    """
    limits = limits or OcrLimits()
    waiting = list(pages)
    while waiting:
        left = _one_child(Path(path), waiting, on_page, limits)
        if left:
            on_page(left[0], None)
        waiting = left[1:]


def _one_child(path: Path, pages: list[int], on_page: OnPage, limits: OcrLimits) -> list[int]:
    """Read pages with one child; return those that it did not come to, the deadly one first."""
    left = list(pages)

    def part(payload: bytes) -> None:
        reading = _reading(payload)
        if reading is None or reading["page"] not in left:
            raise child.ChildDied("malformed")
        left.remove(reading["page"])
        on_page(reading["page"], reading)

    arguments = {"pages": pages, "threads": limits.threads, "max_pages": limits.max_pages}
    try:
        child.run(_READ, path, arguments, limits=limits.child, part=part)
    except (child.ChildDied, child.ChildRefused):
        return left
    for number in left:
        on_page(number, None)
    return []


def _reading(payload: bytes) -> dict[str, Any] | None:
    try:
        reading = json.loads(payload)
        return reading if isinstance(reading["page"], int) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def reading_order(path: str | Path, pages: Iterable[int], *, max_pages: int = 500) -> list[int]:
    """Return the pages in the order in which they say most: front, tables, the rest.

    Tables with many rules are looked for from the back, where the table of scores mostly stands.
    """
    waiting = sorted(pages)
    if len(waiting) <= FRONT:
        return waiting
    front, rest = waiting[:FRONT], waiting[FRONT:]
    try:
        arguments = {"pages": rest, "max_pages": max_pages}
        data = child.run(_GLANCE, Path(path), arguments, limits=child.Limits(memory=2_000_000_000))
        counts = {int(page): int(count) for page, count in json.loads(data).items()}
    except (child.ChildDied, child.ChildRefused, ValueError, AttributeError, TypeError):
        counts = {}
    ruled = [page for page in rest if counts.get(page, 0) >= _FEW_RULES]
    tables = sorted(ruled, key=lambda page: -counts[page])[:_TABLES]
    last = [] if tables else rest[-(len(rest) // 3 or 1) :][:_TABLES]
    early = sorted(tables or last)
    return front + early + [page for page in rest if page not in early]


def early_count(pages: int) -> int:
    """Return how many of the first pages in reading order make a first useful answer."""
    return min(pages, FRONT + _TABLES)
