"""Puts characters together to lines: their text, box, size and weight."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

from reviewapp.adapters.pdf_chars import Char
from reviewapp.adapters.pdf_radicals import plain

BoxTuple = tuple[float, float, float, float]


class Looks(Protocol):
    """Says how characters look: those of a font, or those that OCR read."""

    def size(self, char: Char) -> float:
        """Return the true size in points."""

    def bold(self, char: Char) -> bool:
        """Say whether the character is bold."""

    def certainty(self, chars: list[Char]) -> float | None:
        """Return how sure OCR was of them, 0 to 1; None for text of the file's own."""


# A blank between Chinese characters counts as a space from this many character heights on.
_WIDE_GAP = 0.9
# Where the text itself has a blank there, a full-width one is enough: boxes may be 1.5 times as high
# as characters are wide.
_SET_GAP = 0.6
_WORD_GAP = 0.25
_FIRST_OTHER = "\u2000"  # from here on marks and characters that are set without spaces
_SHORT = 6  # characters of one look
# No printed line holds so many. Patterns look for what a line says from each of its characters on.
_MOST_IN_LINE = 500


@dataclass(slots=True)
class RawLine:
    """A line while its page is being read; `kind` is a LineKind's value."""

    text: str
    box: BoxTuple
    size: float
    bold: bool
    kind: str = "body"
    order: tuple[float, int, int] = field(default=(0.0, 0, 0))
    ocr: float | None = None  # how sure OCR was of it, 0 to 1


@dataclass(slots=True)
class _Run:
    """Characters at one height in content order, and how far they reach up and down."""

    chars: list[Char]
    top: float
    bottom: float


def lines_of(chars: list[Char], fonts: Looks) -> list[RawLine]:
    """Return the lines of characters in content order, from top to bottom."""
    rows = _merge(_runs(chars))
    return [_line(part, fonts) for row in rows for part in _parts(row)]


def _parts(row: _Run) -> list[_Run]:
    if len(row.chars) <= _MOST_IN_LINE:
        return [row]
    starts = range(0, len(row.chars), _MOST_IN_LINE)
    return [_Run(row.chars[at : at + _MOST_IN_LINE], row.top, row.bottom) for at in starts]


def _runs(chars: list[Char]) -> list[_Run]:
    """Split at line breaks, at changes of height and where writing goes back."""
    runs: list[_Run] = []
    run = _Run([], 0.0, 0.0)
    left = top = bottom = 0.0  # of the character before
    for char in chars:
        x0, y0, y1 = char.x0, char.y0, char.y1
        same = y0 == top and y1 == bottom
        goes_on = runs and not char.starts and x0 >= left - 1
        if goes_on and (same or _level(y0, y1, top, bottom)):
            run.chars.append(char)
            if not same:
                run.top, run.bottom = min(run.top, y0), max(run.bottom, y1)
        else:
            run = _Run([char], y0, y1)
            runs.append(run)
        left, top, bottom = x0, y0, y1
    return runs


def _level(y0: float, y1: float, top: float, bottom: float) -> bool:
    return min(y1, bottom) - max(y0, top) >= 0.5 * min(y1 - y0, bottom - top)


def _merge(runs: list[_Run]) -> list[_Run]:
    """Join runs at one height to rows, rows from top to bottom, characters from left to right."""
    rows: list[tuple[_Run, list[list[Char]]]] = []
    for run in sorted(runs, key=_middle):
        if rows:
            row, parts = rows[-1]
            shared = min(run.bottom, row.bottom) - max(run.top, row.top)
            lower = min(run.bottom - run.top, row.bottom - row.top)
            if shared >= 0.6 * lower and shared > 0:
                parts.append(run.chars)
                row.top, row.bottom = min(run.top, row.top), max(run.bottom, row.bottom)
                continue
        rows.append((_Run(run.chars, run.top, run.bottom), [run.chars]))
    for row, parts in rows:
        if len(parts) > 1:
            parts.sort(key=lambda chars: chars[0].x0)
            row.chars = [char for chars in parts for char in chars]
    return [row for row, _ in rows]


def _middle(run: _Run) -> float:
    return (run.chars[0].y0 + run.chars[0].y1) / 2


def _line(row: _Run, fonts: Looks) -> RawLine:
    chars = row.chars
    samples = {0, len(chars) // 2} if len(chars) > _SHORT else {0}
    sizes = [fonts.size(chars[position]) for position in samples]
    bold = sum(fonts.bold(chars[position]) for position in samples)
    x0, x1 = min([char.x0 for char in chars]), max([char.x1 for char in chars])
    box = (x0, row.top, x1, row.bottom)
    size, sure = round(sum(sizes) / len(sizes), 2), fonts.certainty(chars)
    return RawLine(text_of(chars), box, size, 2 * bold > len(samples), ocr=sure)


def text_of(chars: list[Char]) -> str:
    """Return the text of one line: spaces between Latin words, none between Chinese."""
    parts: list[str] = []
    end, latin = math.inf, False
    for char in chars:
        text = char.text
        now_latin = text < _FIRST_OTHER
        if latin and now_latin:
            if char.spaced or char.x0 - end > _WORD_GAP * (char.y1 - char.y0):
                parts.append(" ")
        elif char.x0 - end > (_SET_GAP if char.spaced else _WIDE_GAP) * (char.y1 - char.y0):
            parts.append(" ")
        parts.append(text)
        end, latin = char.x1, now_latin
    return plain("".join(parts))


def join_lines(texts: list[str]) -> str:
    """Return the text of a cell or paragraph from its lines; only Latin words get a space."""
    joined = ""
    for text in texts:
        if _word_end(joined[-1:]) and _word_end(text[:1]):
            joined += " "
        joined += text
    return joined


def _word_end(character: str) -> bool:
    return character.isascii() and character.isalpha()
