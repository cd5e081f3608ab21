"""The even spread of experts over reports."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.adapters.spread_solver import spread_experts
from reviewapp.domain.errors import Invalid
from reviewapp.domain.spread import Pair, Spread, SpreadRequest


def _reports(count: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=number) for number in range(count))


def _experts(count: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=1000 + number) for number in range(count))


def _check(request: SpreadRequest, found: Spread) -> None:
    """Assert what no spread may ever break."""
    new = set(found.pairs)
    assert len(new) == len(found.pairs)
    assert not new & request.forbidden
    assert not new & request.kept
    panels = Counter(report for report, _ in new | request.kept)
    short = {one.report for one in found.shortages}
    for report in request.reports:
        assert panels[report] <= max(request.per_report, len(request.kept_experts(report)))
        assert (report in short) == (panels[report] < request.per_report)
    carried = Counter(expert for _, expert in new | request.kept)
    held = Counter(expert for _, expert in request.kept)
    for expert, cap in request.caps.items():
        assert carried[expert] <= max(cap, held[expert])
    for expert in request.experts:
        assert found.loads[expert] == carried[expert] + request.other_load.get(expert, 0)


@pytest.mark.parametrize(
    ("reports", "experts", "per_report", "loads"),
    [
        # 16 reports, 5 experts, 3 each: 48 places, 9 or 10 for everybody.
        (16, 5, 3, {9: 2, 10: 3}),
        # One professor for 26 reports.
        (26, 1, 1, {26: 1}),
        # Fewer reports than experts.
        (2, 5, 1, {0: 3, 1: 2}),
    ],
)
def test_loads_are_as_even_as_can_be(
    reports: int, experts: int, per_report: int, loads: dict[int, int]
) -> None:
    request = SpreadRequest(_reports(reports), _experts(experts), per_report)

    found = spread_experts(request)

    _check(request, found)
    assert found.is_complete
    assert Counter(found.loads.values()) == loads


def test_what_was_assigned_stays_and_counts() -> None:
    reports, experts = _reports(4), _experts(2)
    kept = frozenset({(reports[0], experts[0]), (reports[1], experts[0])})

    found = spread_experts(SpreadRequest(reports, experts, 1, kept=kept))

    assert set(found.pairs) == {(reports[2], experts[1]), (reports[3], experts[1])}


def test_what_an_expert_carries_elsewhere_is_evened_out() -> None:
    reports, experts = _reports(4), _experts(2)

    found = spread_experts(SpreadRequest(reports, experts, 1, other_load={experts[0]: 3}))

    assert sorted(found.loads.values()) == [3, 4]


def test_a_report_that_nobody_may_review_is_told_with_the_reason() -> None:
    reports, experts = _reports(2), _experts(2)
    forbidden = frozenset({(reports[0], expert) for expert in experts})

    found = spread_experts(SpreadRequest(reports, experts, 1, forbidden))

    (lack,) = found.shortages
    assert (lack.report, lack.needed, lack.given) == (reports[0], 1, 0)
    assert "conflict" in lack.message
    assert lack.values["free"] == 0


def test_caps_share_out_the_lack() -> None:
    reports, experts = _reports(4), _experts(2)
    request = SpreadRequest(reports, experts, 2, caps=dict.fromkeys(experts, 2))

    found = spread_experts(request)

    _check(request, found)
    assert [one.given for one in found.shortages] == [1, 1, 1, 1]
    assert all("limit" in one.message for one in found.shortages)


def test_too_few_experts_are_told() -> None:
    found = spread_experts(SpreadRequest(_reports(1), _experts(1), 3))

    assert len(found.pairs) == 1
    assert "not enough experts" in found.shortages[0].message
    assert spread_experts(SpreadRequest(_reports(1), (), 1)).shortages


def test_an_expert_far_above_the_even_share_is_found_where_only_they_are_free() -> None:
    reports, experts = _reports(40), _experts(20)
    forbidden = frozenset(
        (report, expert) for report in reports for expert in experts if expert != experts[7]
    )

    found = spread_experts(SpreadRequest(reports, experts, 1, forbidden))

    assert found.is_complete
    assert found.loads[experts[7]] == 40


def test_the_same_request_has_the_same_answer() -> None:
    request = SpreadRequest(_reports(30), _experts(7), 3)

    assert spread_experts(request) == spread_experts(request)


def test_a_request_that_names_one_twice_is_refused() -> None:
    with pytest.raises(Invalid):
        SpreadRequest(_reports(1) * 2, _experts(1), 1)
    with pytest.raises(Invalid):
        SpreadRequest(_reports(1), _experts(1), 0)


@st.composite
def _requests(draw: st.DrawFn) -> SpreadRequest:
    reports = _reports(draw(st.integers(1, 8)))
    experts = _experts(draw(st.integers(1, 6)))
    pairs: st.SearchStrategy[Pair] = st.tuples(st.sampled_from(reports), st.sampled_from(experts))
    return SpreadRequest(
        reports,
        experts,
        draw(st.integers(1, 3)),
        frozenset(draw(st.sets(pairs, max_size=20))),
        frozenset(draw(st.sets(pairs, max_size=6))),
        draw(st.dictionaries(st.sampled_from(experts), st.integers(0, 4))),
        draw(st.dictionaries(st.sampled_from(experts), st.integers(0, 4))),
    )


@settings(max_examples=80, deadline=None)
@given(_requests())
def test_no_spread_breaks_a_rule_and_no_single_change_makes_it_better(
    request: SpreadRequest,
) -> None:
    found = spread_experts(request)

    _check(request, found)
    held = Counter(expert for _, expert in (*request.kept, *found.pairs))
    for report, expert in found.pairs:
        for other in request.experts:
            pair = (report, other)
            has_room = held[other] < request.caps.get(other, 99)
            if pair not in request.forbidden | request.kept | set(found.pairs) and has_room:
                assert found.loads[expert] <= found.loads[other] + 1
    for lack in found.shortages:
        for expert in request.experts:
            pair = (lack.report, expert)
            if pair not in request.forbidden | request.kept | set(found.pairs):
                assert held[expert] >= request.caps.get(expert, 99)
