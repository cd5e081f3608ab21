"""Finds the head and the columns of a table that has no vertical rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reviewapp.adapters.pdf_table_words import SCORE_HEAD, Loose, Rule, Word, says_score

_NAME = re.compile(r"指标|[一二三四]级|评价内容|考核内容|维度|类别|评价要点")
_NAME_END = re.compile(r"(?:指标|名称|分值|得分|权重|标准|说明|内容|依据|原因|（分）)$")
_FIGURE = re.compile(r"[-+]?\d+(?:\.\d+)?(?:分|%|％)?")
_NO_FIGURES = re.compile(r"率|标准$|细则|依据|说明|理由|规则|过程|要点|方法|扣分|内容|指标$")
_HEAD_LENGTH = 12  # characters of one word in a head
_REACH = 70.0  # points from the first line of a head to its rule
_SAME_X = 6.0
_SPREAD_HEAD = 2.5  # heights between the characters of 「分　值」
_MOST_LINES = 4  # of a head, above and below the one that names the scores
_CLOSE = 1.2  # heights between the lines of one head


@dataclass(slots=True)
class Band:
    """The words at one height, from left to right."""

    words: list[Word]
    y0: float
    y1: float

    @property
    def middle(self) -> float:
        """The y of the centre."""
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        """The height in points."""
        return self.y1 - self.y0


@dataclass(slots=True)
class Head:
    """A head: its bands' indices, its columns' names and places, and the rules of its table."""

    first: int
    end: int  # the index of the first band below
    columns: list[Column]
    rules: list[Rule] = field(default_factory=list)  # as wide as the table, from its top on
    doubtful: bool = False


@dataclass(slots=True)
class Column:
    """A column's name and the place of its name."""

    name: str
    x0: float
    x1: float
    y0: float
    y1: float

    @property
    def middle(self) -> float:
        """The x of the name's centre."""
        return (self.x0 + self.x1) / 2

    @property
    def of_figures(self) -> bool:
        """Say whether weights or scores stand below."""
        bare = re.sub(r"[（(].*|\s", "", self.name)
        return bool(SCORE_HEAD.search(bare)) and not _NO_FIGURES.search(bare)

    @property
    def of_names(self) -> bool:
        """Say whether indicators stand below."""
        return bool(_NAME.search(self.name)) and not self.of_figures and not _weak(self.name)


def _weak(name: str) -> bool:
    return bool(re.search(r"解释|说明|标准|值|完成|依据|要点", name))


def is_figure(text: str) -> bool:
    """Say whether a word is a number of points or a share, and nothing else."""
    return bool(_FIGURE.fullmatch(text))


def bands_of(words: Sequence[Word]) -> list[Band]:
    """Return words by height, from top to bottom."""
    bands: list[Band] = []
    for word in sorted(words, key=lambda w: w.y0 + w.y1):
        band = bands[-1] if bands else None
        if band is not None:
            shared = min(word.y1, band.y1) - max(word.y0, band.y0)
            if shared >= 0.6 * min(word.height, band.height):
                band.words.append(word)
                band.y0, band.y1 = min(band.y0, word.y0), max(band.y1, word.y1)
                continue
        bands.append(Band([word], word.y0, word.y1))
    for band in bands:
        band.words.sort(key=lambda w: w.x0)
    return bands


def find_head(bands: list[Band], loose: Loose, start: int) -> Head | None:
    """Return the first head from the band `start` on, whether between rules or by its words."""
    for index in range(start, len(bands)):
        words = _gathered(bands[index])
        if not any(says_score(word.text) for word in words):
            continue
        rules = _frame(bands[index], loose.rules)
        between = _between(bands, rules, start) if len(rules) >= 2 else None
        found = between if len(rules) >= 2 else _by_words(bands, index, start, loose.rules)
        if found is None:
            continue
        first, end = found
        lowest = bands[end - 1].y0 + 3
        inner = [r for r in loose.rules if bands[first].y0 < r.y < lowest and r not in rules]
        columns, doubtful = _columns(bands[first:end], inner)
        if len(columns) >= 2 and _names_both(columns):
            return Head(first, end, columns, rules if len(rules) >= 2 else [], doubtful)
    return None


def _names_both(columns: list[Column]) -> bool:
    return any(c.of_names for c in columns) and any(c.of_figures for c in columns)


def _frame(band: Band, rules: list[Rule]) -> list[Rule]:
    """Return the rules of one width around and below a band: over the head, under it, and on."""
    above = [r for r in rules if r.y <= band.y0 + 2 and band.y0 - r.y <= _REACH]
    for top in reversed(above):
        wide = [
            r
            for r in rules
            if r.y >= top.y and abs(r.x0 - top.x0) <= _SAME_X and abs(r.x1 - top.x1) <= _SAME_X
        ]
        inside = top.x0 - 3 <= band.words[0].x0 and band.words[-1].x1 <= top.x1 + 3
        below = [r for r in wide if r.y >= band.y1 - 2]
        if inside and below and below[0].y - band.y1 <= _REACH:
            # A rule between the lines of a nested head is not as wide as the table.
            first = max((r for r in wide if r.y <= band.y0 + 2), key=lambda r: r.y)
            return [first, *below]
    return []


def _between(bands: list[Band], rules: list[Rule], start: int) -> tuple[int, int] | None:
    inside = [
        i for i in range(start, len(bands)) if rules[0].y - 2 <= bands[i].middle <= rules[1].y + 2
    ]
    if not inside or any(is_figure(w.text) for i in inside for w in bands[i].words):
        return None
    if any(len(w.text) > 2 * _HEAD_LENGTH for i in inside for w in bands[i].words):
        return None
    return inside[0], inside[-1] + 1


def _by_words(
    bands: list[Band], index: int, start: int, rules: list[Rule]
) -> tuple[int, int] | None:
    """Return the bands of a head without rules around it: short words, close to each other.

    One rule below the head says where it ends.
    """
    if not _short(bands[index]) or len(bands[index].words) < 2:
        return None
    first, end = index, index + 1
    while first > start and index - first < _MOST_LINES:
        band = bands[first - 1]
        if _apart(band, bands[first]) or not _short(band) or not _head_words(band):
            break
        first -= 1
    rule = _below(bands[index], rules)
    while end < len(bands) and end - index < _MOST_LINES:
        band = bands[end]
        if _apart(bands[end - 1], band) or not _short(band):
            break
        # The lower line of a nested head has columns that are no scores as well.
        inside = rule is not None and band.middle < rule.y
        if not inside and (rule or not _goes_on(band, bands[first:end])):
            break
        end += 1
    return first, end


def _goes_on(band: Band, head: list[Band]) -> bool:
    """Say whether a line belongs to the head above: more names, or the ends of broken ones."""
    if _head_words(band) or _names_score(band):
        return True
    above = [word for upper in head for word in upper.words]
    return all(
        any(_NAME_END.search(u.text + w.text) and u.x0 < w.x1 and w.x0 < u.x1 for u in above)
        for w in band.words
    )


def _names_score(band: Band) -> bool:
    return any(says_score(word.text) for word in _gathered(band))


def _apart(upper: Band, lower: Band) -> bool:
    return lower.y0 - upper.y1 > _CLOSE * upper.height


def _below(band: Band, rules: list[Rule]) -> Rule | None:
    """Return the first rule below a band if it is as wide as the band and near."""
    left, right = band.words[0].x0, max(word.x1 for word in band.words)
    wide = (r for r in rules if r.y >= band.y1 - 2 and r.x0 - 3 <= left and right <= r.x1 + 3)
    rule = min(wide, key=lambda r: r.y, default=None)
    return rule if rule is not None and rule.y - band.y1 <= _REACH else None


def _short(band: Band) -> bool:
    return all(len(w.text) <= _HEAD_LENGTH and not is_figure(w.text) for w in band.words)


def _head_words(band: Band) -> bool:
    return all(
        SCORE_HEAD.search(w.text)
        or _NAME.search(w.text)
        or w.text in ("序号", "（分）", "（%）")
        or re.search(r"自评|评价$|^备注$|标准$", w.text)
        for w in _gathered(band)
    )


def _gathered(band: Band) -> list[Word]:
    """Put 「分　值」 together: single characters with wide gaps."""
    words: list[Word] = []
    for word in band.words:
        last = words[-1] if words else None
        if (
            last is not None
            and len(word.text) == 1
            and len(last.text) <= 2
            and word.x0 - last.x1 <= _SPREAD_HEAD * word.height
            and (last.text + word.text) in ("分值", "得分", "权重", "指标", "序号", "备注")
        ):
            words[-1] = Word(
                last.text + word.text,
                last.x0,
                min(last.y0, word.y0),
                word.x1,
                max(last.y1, word.y1),
            )
        else:
            words.append(word)
    return words


def _columns(bands: list[Band], rules: list[Rule]) -> tuple[list[Column], bool]:
    """Return the columns of a head and whether it is unclear which words span which columns.

    Lines are taken from the lowest up: a word over one column belongs to its name, a word over
    several, or over a rule across several, to the names of all of them.
    """
    columns: list[Column] = []
    spanning: list[Word] = []
    lowest: list[Column] = []
    rules = [rule for rule in rules if not any(_under_several(rule, band) for band in bands)]
    for depth, band in enumerate(reversed(bands)):
        for word in _gathered(band):
            under = [c for c in columns if c.y0 >= word.y1 - 2 and _over(word, c, rules)]
            if not under:
                columns.append(Column(word.text, word.x0, word.x1, word.y0, word.y1))
                if not depth:
                    lowest.append(columns[-1])
            elif len(under) == 1 and not _ruled(word, rules):
                column = under[0]
                column.name = word.text + column.name
                column.x0, column.x1 = min(column.x0, word.x0), max(column.x1, word.x1)
                column.y0 = word.y0
            else:
                spanning.append(word)
                for column in under:
                    column.name = f"{word.text} {column.name}"
        columns.sort(key=lambda c: c.x0)
    unruled = [word for word in spanning if not _ruled(word, rules)]
    left = [c for c in lowest if c.y0 > bands[0].y1 - 2 and " " not in c.name]
    return columns, bool(unruled and left) or any(a.x1 > b.x0 for a, b in _pairs(columns))


def _pairs(columns: list[Column]) -> list[tuple[Column, Column]]:
    return list(pairwise(columns))


def _over(word: Word, column: Column, rules: list[Rule]) -> bool:
    rule = _rule_under(word, rules)
    if rule is not None and rule.y <= column.y0 + 3:
        return rule.x0 - 3 <= column.middle <= rule.x1 + 3
    return min(word.x1, column.x1) - max(word.x0, column.x0) > 1


def _under_several(rule: Rule, band: Band) -> bool:
    """Say whether the rules under several words meet, so that they part no columns."""
    near = [w for w in band.words if -2 <= rule.y - w.y1 <= w.height]
    return sum(rule.x0 - 3 <= w.x0 and w.x1 <= rule.x1 + 3 for w in near) > 1


def _ruled(word: Word, rules: list[Rule]) -> bool:
    return _rule_under(word, rules) is not None


def _rule_under(word: Word, rules: list[Rule]) -> Rule | None:
    """Return the short rule below a word that says which columns it spans."""
    return next(
        (
            r
            for r in rules
            if -2 <= r.y - word.y1 <= word.height
            and r.x0 - 3 <= word.x0
            and word.x1 <= r.x1 + 3
            and r.x1 - r.x0 <= 6 * (word.x1 - word.x0)
        ),
        None,
    )


def places(columns: list[Column], words: Sequence[Word]) -> tuple[list[float], int]:
    """Return the x of the borders between columns and how many words cross one.

    A border is where the fewest words are between the middles of two names, there where the gap
    is widest.
    """
    borders, crossing = [], 0
    spans = [(w.x0, w.x1) for w in words] + [(c.x0, c.x1) for c in columns]
    for a, b in _pairs(columns):
        x, count = _border(a.middle, b.middle, spans)
        borders.append(x)
        crossing += count
    return borders, crossing


def _border(left: float, right: float, spans: list[tuple[float, float]]) -> tuple[float, int]:
    inside = [(x0, x1) for x0, x1 in spans if x1 > left and x0 < right]
    stops = sorted({left, right, *(x for span in inside for x in span if left < x < right)})
    best: tuple[int, float, float] | None = None
    for a, b in pairwise(stops):
        middle = (a + b) / 2
        count = sum(1 for x0, x1 in inside if x0 < middle < x1)
        candidate = (count, -(b - a), middle)
        best = candidate if best is None or candidate < best else best
    return (best[2], best[0]) if best else ((left + right) / 2, 0)
