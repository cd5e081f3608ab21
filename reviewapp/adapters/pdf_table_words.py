"""Keeps the words and long rules of a page that may hold a table without a full grid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewapp.adapters.pdf_chars import Char, Edge
from reviewapp.adapters.pdf_grids import Grid
from reviewapp.adapters.pdf_lines import RawLine
from reviewapp.adapters.pdf_radicals import plain

# A word ends where the gap is this share of the character's height; Chinese is set without gaps.
_GAP = 0.4
_APART = 0.9  # of the height, between two names in one cell
_MIN_RULE = 25.0  # points
_SAME_HEIGHT = 1.5
_MEET = 4.0  # points between the parts of one rule
_FIGURE_APART = re.compile(r"\s[\d.]+(?:分|%|％)?(?=\s|$)")
# What the head of a score table says; which of its words count is the rules' business.
SCORE_HEAD = re.compile(r"(?:分值|权重|权数|得分|满分|标准分|评分|分数)")
_SCORE_NAME = re.compile(rf"[\u4e00-\u9fff]{{0,6}}{SCORE_HEAD.pattern}(?:[（(].*)?")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{1,2})?")  # never a part of an amount


@dataclass(slots=True)
class Word:
    """Characters of one line without a gap, with their box."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def middle(self) -> float:
        """The x of the centre."""
        return (self.x0 + self.x1) / 2

    @property
    def height(self) -> float:
        """The height of the box in points."""
        return self.y1 - self.y0


@dataclass(slots=True)
class Rule:
    """A horizontal rule: its y, and x from left to right."""

    y: float
    x0: float
    x1: float


@dataclass(slots=True)
class Loose:
    """A page's words outside its grids in content order, and its horizontal rules there."""

    words: list[Word]
    rules: list[Rule]


def loose_words(
    chars: Sequence[Char], lines: Sequence[RawLine], edges: Sequence[Edge], grids: Sequence[Grid]
) -> Loose | None:
    """Return a page's loose words if any of its lines has a figure apart from other words."""
    if not any(
        line.kind == "body" and _FIGURE_APART.search(line.text)
        for line in lines
        if " " in line.text
    ):
        return None
    return Loose(_words(chars), _rules(edges, grids))


def _words(chars: Sequence[Char]) -> list[Word]:
    words: list[Word] = []
    word: Word | None = None
    for char in chars:
        x0, y0, y1 = char.x0, char.y0, char.y1
        if (
            word is None
            or char.starts
            or not -1 <= x0 - word.x1 <= _GAP * (y1 - y0)
            or min(y1, word.y1) - max(y0, word.y0) < 0.5 * min(y1 - y0, word.y1 - word.y0)
        ):
            word = Word(char.text, x0, y0, char.x1, y1)
            words.append(word)
            continue
        word.text += f" {char.text}" if char.spaced and char.text < "\u2000" else char.text
        word.x1 = max(word.x1, char.x1)
        word.y0, word.y1 = min(word.y0, y0), max(word.y1, y1)
    for word in words:
        word.text = plain(word.text)
    return words


def _rules(edges: Sequence[Edge], grids: Sequence[Grid]) -> list[Rule]:
    """Return horizontal rules outside grids from top to bottom, their parts put together."""
    rules: list[Rule] = []
    for edge in sorted((e for e in edges if e.horizontal), key=lambda e: (round(e.at), e.start)):
        if any(g.ys[0] - 3 <= edge.at <= g.ys[-1] + 3 for g in grids):
            continue
        last = next((r for r in rules[-3:] if _same(r, edge)), None)
        if last is None:
            rules.append(Rule(edge.at, edge.start, edge.end))
        else:
            last.x0, last.x1 = min(last.x0, edge.start), max(last.x1, edge.end)
    return sorted((r for r in rules if r.x1 - r.x0 >= _MIN_RULE), key=lambda r: r.y)


def _same(rule: Rule, edge: Edge) -> bool:
    return (
        abs(rule.y - edge.at) <= _SAME_HEIGHT
        and edge.start <= rule.x1 + _MEET
        and edge.end >= rule.x0 - _MEET
    )


def says_score(text: str) -> bool:
    """Say whether a word names a column of weights or scores."""
    return bool(_SCORE_NAME.fullmatch(text))


def lacks_rules(grid: Grid) -> bool:
    """Say whether rules between columns or rows of a score table are missing in a grid.

    Two score columns in one cell of the head, or the points of several rows in one cell each: such
    a grid is read by its words instead.
    """
    rows: dict[int, int] = {}
    for cell in grid.cells:
        if not 2 <= len(cell.chars) <= 400:
            continue
        named = cell.r0 <= 1 and 4 <= len(cell.chars) <= 24
        if named and any(_two_names(a, b) for a, b in pairwise(_words(cell.chars))):
            return True
        first, last = cell.chars[0], cell.chars[-1]
        if last.text.isdecimal() and last.y0 - first.y0 > 0.5 * (first.y1 - first.y0):
            words = _words(cell.chars)
            points = sum(1 for word in words if _POINTS.fullmatch(word.text))
            if points > 1 and 2 * points >= len(words):
                rows[cell.r0] = rows.get(cell.r0, 0) + 1 + any(map(_beside, words, words[1:]))
    return any(count > 1 for count in rows.values())


def _two_names(a: Word, b: Word) -> bool:
    """Say whether two words are names of two columns, one of them of scores."""
    if min(len(a.text), len(b.text)) < 2 or b.text[0] in "（(" or not _beside(a, b):
        return False
    return (says_score(a.text) or says_score(b.text)) and b.x0 - a.x1 > _APART * a.height


def _beside(a: Word, b: Word) -> bool:
    return min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5 * a.height and b.x0 > a.x1
