"""The grid's own geometry says what pdfplumber's says, only sooner."""

from __future__ import annotations

import itertools
import random

import pytest
from pdfplumber.table import (
    cells_to_tables,
    edges_to_intersections,
    intersections_to_cells,
    merge_edges,
)

from reviewapp.adapters.pdf_grids import _at, cells_of, tables_of


def rule(x0: float, top: float, x1: float, bottom: float) -> dict[str, object]:
    level = top == bottom
    return {
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "width": x1 - x0,
        "height": bottom - top,
        "orientation": "h" if level else "v",
        "object_type": "line",
    }


@pytest.mark.parametrize("seed", range(40))
def test_cells_are_those_of_pdfplumber_also_where_rules_are_left_out(seed: int) -> None:
    draw = random.Random(seed)
    xs = [40.0 + 50 * n for n in range(draw.randint(2, 7))]
    ys = [60.0 + 20 * n for n in range(draw.randint(2, 9))]
    # Every side of every cell by itself, a quarter of them left out: cells merge and stay open.
    rules = [rule(a, y, b, y) for y in ys for a, b in itertools.pairwise(xs)]
    rules += [rule(x, a, x, b) for x in xs for a, b in itertools.pairwise(ys)]
    rules = [one for one in rules if draw.random() > 0.25]
    merged = merge_edges(rules, 3, 3, 3, 3)
    crossings = edges_to_intersections(merged, 3, 3)

    cells = cells_of(crossings)
    assert cells == intersections_to_cells(crossings)
    # Some cells left out, so that what is left falls apart.
    kept = [cell for cell in cells if draw.random() > 0.4]
    assert tables_of(kept) == cells_to_tables(kept)


def test_the_nearest_of_rising_values_is_found() -> None:
    values = [10.0, 20.0, 40.0]

    assert [_at(values, x) for x in (0, 14, 15, 16, 29, 31, 99)] == [0, 0, 0, 1, 1, 2, 2]
