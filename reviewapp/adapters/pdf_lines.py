"""Puts characters together to lines: their text, box, size and weight."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median

from reviewapp.adapters.pdf_chars import Char, Fonts
from reviewapp.adapters.pdf_radicals import plain

BoxTuple = tuple[float, float, float, float]

# A blank between Chinese characters counts as a space from this many character heights on.
_WIDE_GAP = 0.9
_WORD_GAP = 0.25
_FIRST_OTHER = "\u2000"  # from here on marks and characters that are set without spaces
_SHORT = 6  # characters of one look


@dataclass(slots=True)
class RawLine:
    """A line while its page is being read; `kind` is a LineKind's value."""

    text: str
    box: BoxTuple
    size: float
    bold: bool
    kind: str = "body"
    order: tuple[float, int, int] = field(default=(0.0, 0, 0))


def lines_of(chars: list[Char], fonts: Fonts) -> list[RawLine]:
    """Return the lines of characters in content order, from top to bottom."""
    rows = _merge(_runs(chars))
    return [_line(row, fonts) for row in rows]


def _runs(chars: list[Char]) -> list[list[Char]]:
    """Split at line breaks, at changes of height and where writing goes back."""
    runs: list[list[Char]] = []
    run: list[Char] = []
    last: Char | None = None
    for char in chars:
        if last is None or char.starts or char.x0 < last.x0 - 1 or not _level(last, char):
            run = []
            runs.append(run)
        run.append(char)
        last = char
    return runs


def _level(a: Char, b: Char) -> bool:
    if a.y0 == b.y0 and a.y1 == b.y1:
        return True
    shared = min(a.y1, b.y1) - max(a.y0, b.y0)
    return shared >= 0.5 * min(a.y1 - a.y0, b.y1 - b.y0)


def _merge(runs: list[list[Char]]) -> list[list[Char]]:
    """Join runs at one height to rows, rows from top to bottom, characters from left to right."""
    rows: list[tuple[float, float, list[list[Char]]]] = []
    for run in sorted(runs, key=_middle):
        top, bottom = min(c.y0 for c in run), max(c.y1 for c in run)
        if rows:
            row_top, row_bottom, row_runs = rows[-1]
            shared = min(bottom, row_bottom) - max(top, row_top)
            if shared >= 0.6 * min(bottom - top, row_bottom - row_top) and shared > 0:
                row_runs.append(run)
                rows[-1] = (min(top, row_top), max(bottom, row_bottom), row_runs)
                continue
        rows.append((top, bottom, [run]))
    merged = []
    for _, _, row_runs in rows:
        row_runs.sort(key=lambda run: run[0].x0)
        merged.append([char for run in row_runs for char in run])
    return merged


def _middle(run: list[Char]) -> float:
    return (run[0].y0 + run[0].y1) / 2


def _line(chars: list[Char], fonts: Fonts) -> RawLine:
    samples = {0, len(chars) // 2} if len(chars) > _SHORT else {0}
    sizes = [fonts.size(chars[position]) for position in samples]
    bold = sum(fonts.bold(chars[position]) for position in samples)
    box = (
        min(char.x0 for char in chars),
        min(char.y0 for char in chars),
        max(char.x1 for char in chars),
        max(char.y1 for char in chars),
    )
    return RawLine(text_of(chars), box, round(median(sizes), 2), 2 * bold > len(samples))


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
        elif char.x0 - end > _WIDE_GAP * (char.y1 - char.y0):
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
