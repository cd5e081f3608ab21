"""Finds ruled tables on one page: rules to a grid of cells, characters to cells.

The geometry is pdfplumber's; its edges come from pdfium, which is 10 times faster.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pdfplumber.table import edges_to_intersections, merge_edges
from pdfplumber.utils.geometry import obj_to_bbox

from reviewapp.adapters.pdf_chars import Char, Edge
from reviewapp.adapters.pdf_lines import BoxTuple

_TOLERANCE = 3.0  # points within which rules are the same or meet
_MAX_RULES = 400  # of one direction on one page: a drawing, not a table
_MIN_RULE = 3.0
_CLOSING = 3  # so many rules that end at one height ask for a closing rule

_Rule = dict[str, Any]


@dataclass(slots=True)
class GridCell:
    """A drawn cell over columns c0..c1 and rows r0..r1 (ends excluded)."""

    c0: int
    c1: int
    r0: int
    r1: int
    box: BoxTuple
    chars: list[Char] = field(default_factory=list)
    text: str = ""
    sure: bool = True  # False: which rows the text is for cannot be told
    ocr: float | None = None  # how sure OCR was of its least sure line


@dataclass(slots=True)
class Grid:
    """One table on one page. `open_end`: its last row has no rule under it."""

    page: int
    xs: list[float]
    ys: list[float]
    cells: list[GridCell]
    open_end: bool = False
    stray: int = 0  # characters inside the outline that are in no cell
    head: int | None = None  # header rows where they are known already
    doubtful: bool = False  # made of words without rules, and not clearly
    _owner: dict[tuple[int, int], GridCell] = field(default_factory=dict)

    @property
    def box(self) -> BoxTuple:
        """The outline."""
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def owner(self, row: int, column: int) -> GridCell | None:
        """Return the cell that covers a place of the grid."""
        if not self._owner:
            for cell in self.cells:
                for r in range(cell.r0, cell.r1):
                    for c in range(cell.c0, cell.c1):
                        self._owner[(r, c)] = cell
        return self._owner.get((row, column))


def find_grids(edges: Sequence[Edge], page: int) -> tuple[list[Grid], bool]:
    """Return the page's grids from top to bottom, and whether some had to be left out."""
    rules = [_rule(edge) for edge in edges]
    if not rules:
        return [], False
    merged = merge_edges(rules, _TOLERANCE, _TOLERANCE, _TOLERANCE, _TOLERANCE)
    merged = [rule for rule in merged if _length(rule) >= _MIN_RULE]
    horizontal = sum(rule["orientation"] == "h" for rule in merged)
    vertical = len(merged) - horizontal
    if not vertical or not horizontal:
        return [], False
    if horizontal > _MAX_RULES or vertical > _MAX_RULES:
        return [], True
    ends = _closing_rules(merged)
    ends += _side_rules(merged + ends)
    cells = cells_of(edges_to_intersections(merged + ends, _TOLERANCE, _TOLERANCE))
    grids = [_grid(table, page, ends) for table in tables_of(cells)]
    return [grid for grid in grids if len(grid.xs) > 2], False


def cells_of(crossings: dict[tuple[float, float], dict[str, list[_Rule]]]) -> list[BoxTuple]:
    """Return the smallest rectangle of rules below and right of each crossing, left to right.

    pdfplumber's intersections_to_cells, which makes the sets of rules anew for every pair of
    crossings and took an eighth of the time of reading; a test compares the two.
    """
    upright = {at: frozenset(map(obj_to_bbox, rules["v"])) for at, rules in crossings.items()}
    level = {at: frozenset(map(obj_to_bbox, rules["h"])) for at, rules in crossings.items()}
    columns: dict[float, list[float]] = defaultdict(list)
    rows: dict[float, list[float]] = defaultdict(list)
    ordered = sorted(crossings)
    for x, y in ordered:
        columns[x].append(y)
        rows[y].append(x)
    cells = []
    for x, y in ordered:
        here, along = upright[x, y], level[x, y]
        right = [x1 for x1 in rows[y] if x1 > x and not along.isdisjoint(level[x1, y])]
        if not right:
            continue
        below = (y1 for y1 in columns[x] if y1 > y and not here.isdisjoint(upright[x, y1]))
        corner = next(
            (
                (x1, y1)
                for y1 in below
                for x1 in right
                if (x1, y1) in crossings
                and not upright[x1, y1].isdisjoint(upright[x1, y])
                and not level[x1, y1].isdisjoint(level[x, y1])
            ),
            None,
        )
        if corner is not None:
            cells.append((x, y, *corner))
    return cells


def tables_of(cells: Sequence[BoxTuple]) -> list[list[BoxTuple]]:
    """Return cells that share corners together, from top to bottom, without single ones.

    pdfplumber's cells_to_tables, which looks for a cell in the list to take it out; a test compares
    the two.
    """
    tables: list[list[BoxTuple]] = []
    remaining = list(cells)
    while remaining:
        table: list[BoxTuple] = []
        corners: set[tuple[float, float]] = set()
        before = len(remaining) + 1
        while len(remaining) < before:
            before, apart = len(remaining), []
            for cell in remaining:
                x0, y0, x1, y1 = cell
                own = ((x0, y0), (x0, y1), (x1, y0), (x1, y1))
                if table and corners.isdisjoint(own):
                    apart.append(cell)
                else:
                    corners.update(own)
                    table.append(cell)
            remaining = apart
        tables.append(table)
    tables.sort(key=lambda table: min((cell[1], cell[0]) for cell in table))
    return [table for table in tables if len(table) > 1]


def _rule(edge: Edge) -> _Rule:
    if edge.horizontal:
        x0, x1, top, bottom = edge.start, edge.end, edge.at, edge.at
    else:
        x0, x1, top, bottom = edge.at, edge.at, edge.start, edge.end
    return {
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "width": x1 - x0,
        "height": bottom - top,
        "orientation": "h" if edge.horizontal else "v",
        "object_type": "line",
    }


def _length(rule: _Rule) -> float:
    length: float = rule["width"] if rule["orientation"] == "h" else rule["height"]
    return length


def _closing_rules(rules: list[_Rule]) -> list[_Rule]:
    """Make the rules that browsers leave out under, and over, a row that the page cuts.

    Where three or more vertical rules end at one height, every column between two of them is
    closed there; merged cells that go on over the page are often the only ones left open.
    """
    made: list[_Rule] = []
    horizontals = [rule for rule in rules if rule["orientation"] == "h"]
    verticals = [rule for rule in rules if rule["orientation"] == "v"]
    for end in ("top", "bottom"):
        for group in _clusters(sorted(verticals, key=lambda rule: rule[end]), end):
            if len(group) < _CLOSING:
                continue
            height = _shared_height(sum(rule[end] for rule in group) / len(group), horizontals)
            group.sort(key=lambda rule: rule["x0"])
            for left, right in pairwise(group):
                if _open_column(left, right, height, horizontals):
                    made.append(_rule(Edge(True, height, left["x0"], right["x0"])))
    return made


def _side_rules(rules: list[_Rule]) -> list[_Rule]:
    """Make the outer rules of a table that is open at its sides, a usual style in reports.

    Three or more horizontal rules that end at one place, crossed by a vertical one, are closed
    there. The question is that of _closing_rules with the page turned by a quarter.
    """
    turned = [_turn(rule) for rule in rules]
    horizontals = [rule for rule in turned if rule["orientation"] == "h"]
    verticals = [rule for rule in turned if rule["orientation"] == "v"]
    made: list[_Rule] = []
    for end in ("top", "bottom"):
        for group in _clusters(sorted(verticals, key=lambda rule: rule[end]), end):
            if len(group) < _CLOSING:
                continue
            place = _shared_height(sum(rule[end] for rule in group) / len(group), horizontals)
            group.sort(key=lambda rule: rule["x0"])
            pairs = list(pairwise(group))
            crossed = [n for n, pair in enumerate(pairs) if _crossed(*pair, horizontals)]
            if not crossed or any(abs(rule["top"] - place) <= _TOLERANCE for rule in horizontals):
                continue
            first, last = pairs[crossed[0]][0], pairs[crossed[-1]][1]
            made.append(_turn(_rule(Edge(True, place, first["x0"], last["x0"]))))
    return made


def _crossed(left: _Rule, right: _Rule, horizontals: list[_Rule]) -> bool:
    low = max(left["top"], right["top"]) - _TOLERANCE
    high = min(left["bottom"], right["bottom"]) + _TOLERANCE
    return any(
        low <= rule["top"] <= high
        and rule["x0"] <= left["x0"] + _TOLERANCE
        and rule["x1"] >= right["x0"] - _TOLERANCE
        for rule in horizontals
    )


def _turn(rule: _Rule) -> _Rule:
    """Change x and y."""
    if rule["orientation"] == "h":
        return _rule(Edge(False, rule["top"], rule["x0"], rule["x1"]))
    return _rule(Edge(True, rule["x0"], rule["top"], rule["bottom"]))


def _shared_height(height: float, horizontals: list[_Rule]) -> float:
    """Return the height of a rule that some columns have here, else `height`."""
    near = min((rule["top"] for rule in horizontals), key=lambda y: abs(y - height), default=height)
    return near if abs(near - height) <= _TOLERANCE else height


def _clusters(ordered: list[_Rule], end: str) -> list[list[_Rule]]:
    groups: list[list[_Rule]] = []
    for rule in ordered:
        if groups and rule[end] - groups[-1][-1][end] <= _TOLERANCE:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return groups


def _open_column(left: _Rule, right: _Rule, height: float, horizontals: list[_Rule]) -> bool:
    """Say whether a column between two rules has no rule at `height` but belongs to a table.

    It belongs where another rule crosses it, or where the rows have no rules at all.
    """
    top = min(left["top"], right["top"]) - _TOLERANCE
    bottom = max(left["bottom"], right["bottom"]) + _TOLERANCE
    crossing = False
    near = False
    for rule in horizontals:
        if not top <= rule["top"] <= bottom:
            continue
        touches = rule["x0"] <= right["x0"] and rule["x1"] >= left["x0"]
        near = near or touches
        if rule["x0"] <= left["x0"] + _TOLERANCE and rule["x1"] >= right["x0"] - _TOLERANCE:
            if abs(rule["top"] - height) <= _TOLERANCE:
                return False
            crossing = True
    return crossing or not near


def _grid(cells: list[BoxTuple], page: int, ends: list[_Rule]) -> Grid:
    xs = _distinct([x for cell in cells for x in (cell[0], cell[2])])
    ys = _distinct([y for cell in cells for y in (cell[1], cell[3])])
    placed = [
        GridCell(_at(xs, c[0]), _at(xs, c[2]), _at(ys, c[1]), _at(ys, c[3]), c) for c in cells
    ]
    open_end = any(abs(rule["top"] - ys[-1]) <= _TOLERANCE for rule in ends)
    return Grid(page, xs, ys, placed, open_end)


def _distinct(values: list[float]) -> list[float]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _TOLERANCE / 2:
            kept.append(value)
    return kept


def _at(values: list[float], value: float) -> int:
    """Return the index of the nearest of rising values, the lower one of two as near."""
    after = bisect_left(values, value)
    if after == len(values):
        return after - 1
    nearer = after > 0 and value - values[after - 1] <= values[after] - value
    return after - 1 if nearer else after


def deal(chars: list[Char], grids: list[Grid]) -> list[Char]:
    """Give each character to the cell that holds its centre; return those outside all grids."""
    if not grids:
        return chars
    rest: list[Char] = []
    boxes = [(grid, *grid.box) for grid in grids]
    last: list[Char] = []
    left = top = right = bottom = 0.0  # the place of the grid that the last character was in
    for char in chars:
        x, y = (char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2
        if left < x < right and top < y < bottom:
            last.append(char)
            continue
        for grid, x0, y0, x1, y1 in boxes:
            if x0 <= x <= x1 and y0 <= y <= y1:
                column = min(bisect_right(grid.xs, x) - 1, len(grid.xs) - 2)
                row = min(bisect_right(grid.ys, y) - 1, len(grid.ys) - 2)
                cell = grid.owner(row, column)
                if cell is None:
                    grid.stray += 1
                    rest.append(char)
                else:
                    cell.chars.append(char)
                    last = cell.chars
                    left, right = grid.xs[column], grid.xs[column + 1]
                    top, bottom = grid.ys[row], grid.ys[row + 1]
                break
        else:
            rest.append(char)
    return rest


def is_table(grid: Grid) -> bool:
    """Tell a table from a chart's grid lines: most of a chart's cells are empty."""
    filled = sum(1 for cell in grid.cells if cell.chars)
    return filled >= 2 and (len(grid.cells) <= 6 or filled >= 0.15 * len(grid.cells))
