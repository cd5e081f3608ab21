"""Score tables: which columns hold weights and scores, which rows are leaves, parents, totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from reviewapp.domain.document import Cell, Place, Row, Table
from reviewapp.domain.precheck import numbering
from reviewapp.domain.precheck.rules import ScoreRule
from reviewapp.domain.precheck.text import MAX_QUOTE, decimal, half, plain

_POINTS = re.compile(r"([-+]?\d+(?:\.\d+)?)(?:分|%)?")
_NAMED_POINTS = re.compile(r"[(]?(\d+(?:\.\d+)?)分[)]?$")
_REMARK = re.compile(r"\([^()]*\)|:.*$")
_MOST_LEVELS = 4
_SERIAL = ("序号", "编号")
_SUB_PROJECT = re.compile(r"\((?!续|附|单位|金额|满分|表|一|二|三|20\d\d年)([^()]{4,})\)")


class RowKind(StrEnum):
    """What a row of a score table is."""

    LEAF = "leaf"
    PARENT = "parent"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One row: weight and score are None where the cell is empty, merged away or no number."""

    kind: RowKind
    label: str
    weight: Decimal | None
    score: Decimal | None
    row: Row
    has_score_cell: bool = False

    def place(self) -> Place:
        """Return the row's place with its text as the quote."""
        drawn = [cell.text for cell in self.row.cells if cell.box is not None and cell.text]
        quote = " ".join(" ".join(drawn).split())[:MAX_QUOTE]
        return Place(self.row.page, self.row.box, quote)


@dataclass(frozen=True, slots=True)
class Group:
    """A parent with a stated weight or score, and the indices of its leaves."""

    label: str
    weight: Decimal | None
    score: Decimal | None
    leaves: tuple[int, ...]
    row: ScoreRow


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A table of indicators with weights or scores."""

    table: Table
    rows: tuple[ScoreRow, ...]
    groups: tuple[Group, ...]
    has_weights: bool
    has_scores: bool
    doubtful: bool  # rows or cells may have been lost
    first: int = 0  # the column of the highest indicators
    levels: tuple[int, ...] = ()  # the columns that name indicators, the highest first

    @property
    def leaves(self) -> list[ScoreRow]:
        """Return the rows that are summed."""
        return [row for row in self.rows if row.kind is RowKind.LEAF]

    @property
    def total(self) -> ScoreRow | None:
        """Return the last total row, if there is one."""
        totals = [row for row in self.rows if row.kind is RowKind.TOTAL]
        return totals[-1] if totals else None

    def weight_sum(self) -> Decimal:
        """Return the sum of the leaves' weights in points."""
        return sum((row.weight for row in self.leaves if row.weight is not None), Decimal(0))

    def score_sum(self) -> Decimal:
        """Return the sum of the leaves' scores in points."""
        return sum((row.score for row in self.leaves if row.score is not None), Decimal(0))

    def is_whole(self, rule: ScoreRule) -> bool:
        """Say whether the table has full marks."""
        stated = self.total.weight if self.total else None
        full = stated if stated is not None else self.weight_sum()
        return abs(full - rule.total) <= rule.tolerance(len(self.leaves))


def names_a_part(words: str, title: str) -> bool:
    """Say whether a plain caption or heading ends with the name of a sub-project in brackets.

    What the report's own title holds is no part of it.
    """
    return any(match.group(1) not in title for match in _SUB_PROJECT.finditer(words))


def find(tables: Sequence[Table], rule: ScoreRule) -> list[ScoreTable]:
    """Return the score tables of a report in order."""
    return [found for table in tables if (found := read(table, rule)) is not None]


def read(table: Table, rule: ScoreRule) -> ScoreTable | None:
    """Read a table as a score table; None if its columns are not those of one."""
    columns = [_header(text) for text in table.columns]
    weights = [i for i, text in enumerate(columns) if _is_weight(text, rule)]
    scores = _score_columns(columns, rule)
    indicators = _indicators(columns, weights + scores, rule)
    if not indicators or not (weights or scores) or len(table.rows) < 2:
        return None
    if not weights and not any("指标" in columns[i] or "级" in columns[i] for i in indicators):
        return None
    weight, score = (weights[-1] if weights else None), (scores[-1] if scores else None)
    rows = [_row(row, indicators, weight, score, rule) for row in table.rows]
    ranks = _ranks(rows, indicators, columns)
    if len(indicators) == 1:
        rows = _by_number_style(rows, ranks)
    # A row cut by a page break is sound if both its figures were read.
    doubtful = table.uncertain or any(
        r.row.broken and (r.weight is None or r.score is None) for r in rows
    )
    groups = _groups(rows, indicators, weights, ranks)
    has_weights = weight is not None and any(r.weight is not None for r in rows)
    has_scores = score is not None and any(r.score is not None for r in rows)
    if not (has_weights or has_scores):
        return None
    return ScoreTable(
        table,
        tuple(rows),
        tuple(groups),
        has_weights,
        has_scores,
        doubtful,
        indicators[0],
        tuple(indicators),
    )


def _header(text: str) -> str:
    return plain(text)


def _bare(text: str) -> str:
    return _REMARK.sub("", text)


def _is_weight(text: str, rule: ScoreRule) -> bool:
    bare = _bare(text)
    if any(word in bare for word in rule.not_score_columns):
        return False
    return any(bare == word or bare.endswith(word) for word in rule.weight_columns)


def _score_columns(columns: Sequence[str], rule: ScoreRule) -> list[int]:
    found = []
    for index, text in enumerate(columns):
        bare = _bare(text)
        if any(word in bare for word in rule.not_score_columns) or _is_weight(text, rule):
            continue
        if any(bare == word or bare.endswith(word) for word in rule.score_columns):
            found.append(index)
    return found


def _indicators(columns: Sequence[str], taken: list[int], rule: ScoreRule) -> list[int]:
    """Return the leading columns that name indicators, down to the leaf's own."""
    first_figure = min(taken) if taken else len(columns)
    named = [
        i
        for i, text in enumerate(columns)
        if i not in taken
        and any(word in text for word in rule.indicator_columns)
        and not any(
            word in text for word in ("解释", "说明", "标准", "值", "完成", "依据", "序号", "率")
        )
    ]
    levels = [i for i in named if re.search(r"[一二三四]级", columns[i])]
    if levels:
        # 一级指标, 分项指标, 具体指标: only some of the names tell their level.
        mixed = [i for i in named if i < first_figure and columns[i].endswith(("指标", "指标类别"))]
        return sorted({*levels, *mixed})[:_MOST_LEVELS]
    before = [i for i in named if i < first_figure]
    return before or named[:1]


def _row(
    row: Row, indicators: list[int], weight: int | None, score: int | None, rule: ScoreRule
) -> ScoreRow:
    labels = [row.cells[i] for i in indicators]
    label = next((plain(c.text) for c in reversed(labels) if plain(c.text)), "")
    kind = _kind(row, labels, rule)
    if kind is not RowKind.LEAF:
        label = next((plain(c.text) for c in row.cells if plain(c.text)), label)
    score_cell = row.cells[score] if score is not None else None
    return ScoreRow(
        kind=kind,
        label=label,
        weight=_points(row.cells[weight]) if weight is not None else None,
        score=_points(score_cell) if score_cell is not None else None,
        row=row,
        has_score_cell=score_cell is not None and score_cell.box is not None,
    )


def _kind(row: Row, labels: list[Cell], rule: ScoreRule) -> RowKind:
    drawn = [_bare(plain(c.text)) for c in row.cells if c.box is not None and plain(c.text)]
    first = drawn[0] if drawn else ""
    # A filled label may come from the row below a page break, so only drawn cells say 合计.
    if first in rule.total_labels or (
        len(labels) == 1 and _bare(plain(labels[0].text)) in rule.total_labels and labels[0].box
    ):
        return RowKind.TOTAL
    if any(text.endswith(word) for text in drawn[:3] for word in rule.subtotal_labels):
        return RowKind.PARENT
    if len(first) > 2 and any(first.endswith(word) for word in ("合计", "小计")):
        return RowKind.PARENT
    last = labels[-1]
    if len(labels) > 1 and (not plain(last.text) or _filled_from_left(labels)):
        return RowKind.PARENT
    return RowKind.LEAF


def _filled_from_left(labels: list[Cell]) -> bool:
    last, left = labels[-1], labels[-2]
    return last.box is None and left.box is not None and plain(last.text) == plain(left.text)


def _points(cell: Cell) -> Decimal | None:
    """Read points from a drawn cell; a cell filled from a merged one counts once only."""
    if cell.box is None:
        return None
    text = plain(cell.text)
    match = _POINTS.fullmatch(text)
    return Decimal(match.group(1)) if match else decimal(text)


def _by_number_style(rows: list[ScoreRow], ranks: Sequence[int | None]) -> list[ScoreRow]:
    """With one column of names, rows numbered 一、 are parents of those numbered （一） or 1."""
    leaves = [i for i, row in enumerate(rows) if row.kind is RowKind.LEAF]
    known = [i for i in leaves if ranks[i] is not None]
    if len({ranks[i] for i in known}) < 2 or len(known) < 0.8 * len(leaves):
        return rows
    result = list(rows)
    for i, following in pairwise(leaves):
        own, next_rank = ranks[i], ranks[following]
        if own is not None and next_rank is not None and next_rank > own:
            result[i] = replace(rows[i], kind=RowKind.PARENT)
    return result


def _ranks(
    rows: Sequence[ScoreRow], indicators: list[int], columns: Sequence[str]
) -> list[int | None]:
    """Return how high each row's number ranks: that of 序号, or the one its name begins with."""
    serial = next((i for i, text in enumerate(columns) if text in _SERIAL), None)
    ranks: list[int | None] = []
    for row in rows:
        text = half(row.row.cells[indicators[0] if serial is None else serial].text)
        number = numbering.parse(f"{text.strip()}、" if serial is not None else text)
        ranks.append(numbering.RANKS[number.style] if number else None)
    return ranks


def _groups(
    rows: list[ScoreRow], indicators: list[int], weights: list[int], ranks: Sequence[int | None]
) -> list[Group]:
    """Return parents that state what their leaves add up to."""
    groups = _subtotals(rows) + _numbered_parents(rows, ranks)
    for column in weights[:-1]:
        groups += _spans(rows, column, _points)
    for column in indicators[:-1]:
        groups += _spans(rows, column, _named)
    return groups


def _named(cell: Cell) -> Decimal | None:
    """Read the weight that a name carries, 「决策（20分）」."""
    if cell.box is None:
        return None
    match = _NAMED_POINTS.search(plain(cell.text))
    return Decimal(match.group(1)) if match else None


def _subtotals(rows: list[ScoreRow]) -> list[Group]:
    """小计 closes the leaves above it."""
    groups, leaves = [], []
    for i, row in enumerate(rows):
        if row.kind is RowKind.LEAF:
            leaves.append(i)
        elif row.kind is RowKind.PARENT and row.label.endswith(("小计", "合计")):
            if leaves:
                groups.append(Group(row.label, row.weight, row.score, tuple(leaves), row))
            leaves = []
    return groups


def _numbered_parents(rows: list[ScoreRow], ranks: Sequence[int | None]) -> list[Group]:
    """一、 holds the leaves below it until the next number of its own or a higher rank."""
    groups = []
    for i, row in enumerate(rows):
        rank = ranks[i]
        if row.kind is not RowKind.PARENT or rank is None:
            continue
        leaves = []
        for j in range(i + 1, len(rows)):
            other = ranks[j]
            if rows[j].kind is RowKind.TOTAL or (other is not None and other <= rank):
                break
            if rows[j].kind is RowKind.LEAF:
                leaves.append(j)
        if leaves:
            groups.append(Group(row.label, row.weight, row.score, tuple(leaves), row))
    return groups


def _spans(
    rows: list[ScoreRow], column: int, points: Callable[[Cell], Decimal | None]
) -> list[Group]:
    """Return groups from a column of merged cells, each holding the rows beside it."""
    groups: list[Group] = []
    opened: tuple[int, str, Decimal | None] | None = None
    for i, row in enumerate(rows):
        cell = row.row.cells[column]
        text = plain(cell.text) if cell.box is not None else ""
        ends = row.kind is RowKind.TOTAL
        # The same text drawn again on the next page is a merged cell that goes on there.
        goes_on = opened is not None and text == opened[1] and i > 0 and _turns(rows, i, column)
        if ends or (text and not goes_on):
            groups += _close(rows, opened, i)
            opened = None if ends else (i, text, points(cell))
    return groups + _close(rows, opened, len(rows))


def _turns(rows: list[ScoreRow], i: int, column: int) -> bool:
    """Say whether row `i` begins a page and its cells left of the column are those above it."""
    here, above = rows[i].row, rows[i - 1].row
    left = zip(here.cells[:column], above.cells[:column], strict=False)
    return here.page != above.page and all(plain(a.text) == plain(b.text) for a, b in left)


def _close(
    rows: list[ScoreRow], opened: tuple[int, str, Decimal | None] | None, end: int
) -> list[Group]:
    if opened is None or opened[2] is None:
        return []
    start, text, weight = opened
    leaves = tuple(j for j in range(start, end) if rows[j].kind is RowKind.LEAF)
    return [Group(text, weight, None, leaves, rows[start])] if leaves else []
