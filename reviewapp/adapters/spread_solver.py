"""The even spread of experts over reports as a minimum cost flow, solved by OR-tools.

Source → report → expert → sink. The more an expert carries, the dearer the next report, so the
cheapest flow is the most even one; leaving a place empty is dearer than any load.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from reviewapp.domain.spread import Pair, Spread, SpreadRequest, answer

_Column = npt.NDArray[np.int64]


@dataclass
class _Arcs:
    """The columns that the solver takes, collected block by block."""

    tails: list[_Column]
    heads: list[_Column]
    capacities: list[_Column]
    costs: list[_Column]

    def add(self, tails: _Column, heads: _Column, capacities: _Column, costs: _Column) -> None:
        self.tails.append(tails)
        self.heads.append(heads)
        self.capacities.append(capacities)
        self.costs.append(costs)


def spread_experts(request: SpreadRequest) -> Spread:
    """Give each report its experts, loads as even as possible; the same request, the same answer.

    As many places as possible are filled first, then the sum of the squared loads is the least.
    """
    needs = _needs(request)
    if not request.experts or not needs.any():
        return answer(request, ())
    # Hardly ever must anybody carry twice the even share. Without the arcs for more the network is
    # half as large, and where no load meets that limit the answer is the best one all the same.
    demand = int(needs.sum())
    even = -(-(demand + len(request.kept)) // len(request.experts))
    for most in (min(len(request.reports), 2 * even + 8), len(request.reports)):
        found = answer(request, _solve(request, needs, most))
        new = Counter(expert for _, expert in found.pairs)
        if found.is_complete and max(new.values(), default=0) < most:
            break
    return found


def _needs(request: SpreadRequest) -> _Column:
    """Return how many experts each report still needs."""
    have = Counter(report for report, _ in request.kept)
    return np.array(
        [max(0, request.per_report - have[report]) for report in request.reports],
        dtype=np.int64,
    )


def _open_pairs(request: SpreadRequest, needs: _Column) -> npt.NDArray[np.bool_]:
    """Return which experts (columns) each report (row) may newly get."""
    rows = {report: row for row, report in enumerate(request.reports)}
    columns = {expert: column for column, expert in enumerate(request.experts)}
    is_open = np.ones((len(rows), len(columns)), dtype=np.bool_)
    is_open[needs == 0] = False
    for report, expert in (*request.forbidden, *request.kept):
        if report in rows and expert in columns:
            is_open[rows[report], columns[expert]] = False
    return is_open


def _add_loads(arcs: _Arcs, request: SpreadRequest, most: int, sink: int) -> int:
    """Add one arc for each of up to `most` further reports of each expert.

    Returns the dearest one's cost. A square grows by the odd numbers: the k-th report of an expert
    costs 2k - 1.
    """
    held = Counter(expert for _, expert in request.kept)
    dearest = 0
    for column, expert in enumerate(request.experts):
        room = max(0, min(most, request.caps.get(expert, held[expert] + most) - held[expert]))
        first = held[expert] + request.other_load.get(expert, 0) + 1
        costs = 2 * np.arange(first, first + room, dtype=np.int64) - 1
        node = np.full(room, len(request.reports) + column, dtype=np.int64)
        arcs.add(node, np.full_like(node, sink), np.ones_like(node), costs)
        dearest = max(dearest, int(costs[-1]) if room else 0)
    return dearest


def _solve(request: SpreadRequest, needs: _Column, most: int) -> tuple[Pair, ...]:
    """Return the new pairs of the cheapest flow with at most `most` new reports per expert."""
    source = len(request.reports) + len(request.experts)
    sink = source + 1
    report_nodes = np.arange(len(request.reports), dtype=np.int64)
    open_rows, open_columns = np.nonzero(_open_pairs(request, needs))
    arcs = _Arcs([], [], [], [])
    ones = np.ones(len(open_rows), dtype=np.int64)
    arcs.add(open_rows, open_columns + len(request.reports), ones, ones * 0)
    dearest = _add_loads(arcs, request, most, sink)
    # Each empty place of a report costs more than its last, so that a lack is shared out too.
    for place in range(1, request.per_report + 1):
        short = report_nodes[needs >= place]
        filled = np.ones(len(short), dtype=np.int64)
        arcs.add(short, np.full_like(short, sink), filled, filled * (dearest + 1) * place)
    arcs.add(np.full_like(report_nodes, source), report_nodes, needs, needs * 0)

    flow = min_cost_flow.SimpleMinCostFlow()
    names = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate(arcs.tails),
        np.concatenate(arcs.heads),
        np.concatenate(arcs.capacities),
        np.concatenate(arcs.costs),
    )
    flow.set_node_supply(source, int(needs.sum()))
    flow.set_node_supply(sink, -int(needs.sum()))
    status = flow.solve()
    if status != flow.OPTIMAL:  # An empty place is always possible, so this is a programming error.
        raise RuntimeError(f"the spread was not solved: {status}")
    taken = np.flatnonzero(flow.flows(names[: len(open_rows)]))
    return tuple(
        (request.reports[open_rows[index]], request.experts[open_columns[index]]) for index in taken
    )
