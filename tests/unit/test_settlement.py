"""From several reviews to one proposed result, and to the settled one."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.domain.errors import Conflict, Invalid
from reviewapp.domain.rubric import RATINGS
from reviewapp.domain.scoring import ReviewSheet, Score
from reviewapp.domain.settlement import (
    DisputeKind,
    Method,
    NearBoundary,
    Proposal,
    SettlementRule,
    propose,
    settle,
)
from tests.rubric_samples import rubric, sheet, sheet_of

RUBRIC = rubric()
SHEETS = st.builds(
    sheet,
    st.integers(0, 2000),
    st.integers(0, 2000),
    st.integers(0, 6000),
    vetoes=st.sets(st.sampled_from(["copied", "torn"])).map(sorted),
)
PANELS = st.lists(SHEETS, min_size=1, max_size=7)
RULES = st.sampled_from(list(Method)).map(SettlementRule)


def _kinds(proposal: Proposal) -> set[DisputeKind]:
    return {one.kind for one in proposal.disputes}


@pytest.mark.parametrize(
    ("method", "given_totals", "total", "letter"),
    [
        # One review is its own result, whatever the method.
        (Method.SINGLE, [8550], 8550, "B"),
        (Method.MEAN, [8550], 8550, "B"),
        (Method.TRIMMED_MEAN, [8550], 8550, "B"),
        (Method.MEDIAN, [8550], 8550, "B"),
        # The mean is rounded half up to 0.01 and only then meets the band: 89.995 is an A.
        (Method.MEAN, [8999, 9000], 9000, "A"),
        (Method.MEAN, [8999, 8999, 9000], 8999, "B"),
        # Fewer than five: nothing is trimmed.
        (Method.TRIMMED_MEAN, [8000, 8500, 8600, 9000], 8525, "B"),
        # From five: the highest and the lowest do not count.
        (Method.TRIMMED_MEAN, [8000, 8500, 8600, 8700, 9000], 8600, "B"),
        # The middle one of an odd number, the mean of the two middle ones of an even number.
        (Method.MEDIAN, [8000, 8900, 9000], 8900, "B"),
        (Method.MEDIAN, [8000, 8999, 9000, 9000], 9000, "A"),
    ],
)
def test_the_rule_joins_the_totals(
    method: Method, given_totals: list[int], total: int, letter: str
) -> None:
    proposal = propose([sheet_of(one) for one in given_totals], RUBRIC, SettlementRule(method))

    assert (proposal.total, proposal.rating) == (total, letter)


@pytest.mark.parametrize(
    ("given_totals", "kinds"),
    [
        # Ten points apart is still agreement.
        ([8000, 9000], set()),
        # More than ten is not.
        ([8000, 9001], {DisputeKind.SPREAD}),
        # A and B are neighbours.
        ([8999, 9000], set()),
        # A and C are two apart.
        ([7999, 9000], {DisputeKind.SPREAD, DisputeKind.RATINGS_APART}),
        # A panel of one has nobody to disagree with.
        ([100], set()),
    ],
)
def test_what_lies_too_far_apart_is_disputed(
    given_totals: list[int], kinds: set[DisputeKind]
) -> None:
    proposal = propose([sheet_of(one) for one in given_totals], RUBRIC, SettlementRule())

    assert _kinds(proposal) == kinds
    assert proposal.is_disputed == bool(kinds)


def test_a_panel_of_one_has_no_spread() -> None:
    assert propose([sheet_of(8999)], RUBRIC, SettlementRule()).spread is None


def test_ratings_apart_within_the_spread_are_disputed_where_bands_are_narrow() -> None:
    rule = SettlementRule(spread_points=3000)

    proposal = propose([sheet_of(7900), sheet_of(9100)], RUBRIC, rule)

    assert _kinds(proposal) == {DisputeKind.RATINGS_APART}
    assert proposal.dispute_criteria == ("m1",)


@pytest.mark.parametrize(
    ("vetoes", "letter", "shared", "contested"),
    [
        # Nobody claims one.
        ([(), ()], "A", (), ()),
        # All claim the same: it caps.
        ([("torn",), ("torn",)], "C", ("torn",), ()),
        # Not all share it: it caps nothing until an officer upholds it.
        ([("torn",), ()], "A", (), ("torn",)),
        # Everybody claims one, but not the same.
        ([("torn",), ("copied",)], "A", (), ("copied", "torn")),
        # One alone claims it on a panel of one: that is all of the panel.
        ([("copied",)], "D", ("copied",), ()),
    ],
)
def test_a_veto_caps_if_all_share_it_and_is_disputed_if_not(
    vetoes: list[Sequence[str]],
    letter: str,
    shared: tuple[str, ...],
    contested: tuple[str, ...],
) -> None:
    panel = [sheet_of(9500, vetoes=claimed) for claimed in vetoes]

    proposal = propose(panel, RUBRIC, SettlementRule())

    assert (proposal.rating, proposal.band_rating) == (letter, "A")
    assert (proposal.vetoes, proposal.contested_vetoes) == (shared, contested)
    assert (DisputeKind.VETO_NOT_SHARED in _kinds(proposal)) == bool(contested)


def test_the_fewest_criteria_that_explain_a_dispute_are_named() -> None:
    low, high = sheet(1900, 1000, 4000), sheet(2000, 1500, 6000)

    proposal = propose([high, low], RUBRIC, SettlementRule())

    assert proposal.spread == 2600
    assert proposal.dispute_criteria == ("m1",)
    assert next(one for one in proposal.criteria if one.id == "f2").spread == 500


def test_several_reviews_under_the_single_rule_are_left_to_an_officer() -> None:
    rule = SettlementRule(Method.SINGLE)

    proposal = propose([sheet_of(8000), sheet_of(8200)], RUBRIC, rule)

    assert proposal.total == 8100
    assert _kinds(proposal) == {DisputeKind.TOO_MANY_FOR_SINGLE}


def test_a_total_near_a_band_is_pointed_out_and_nothing_more() -> None:
    near = propose([sheet_of(8900)], RUBRIC, SettlementRule())
    far = propose([sheet_of(8899)], RUBRIC, SettlementRule())

    assert near.near == (NearBoundary("A", -100),)
    assert far.near == ()
    assert not near.is_disputed


def test_no_review_is_no_result() -> None:
    with pytest.raises(Conflict):
        propose([], RUBRIC, SettlementRule())


def test_a_review_without_all_points_is_never_counted() -> None:
    with pytest.raises(Invalid):
        propose([sheet_of(9000), sheet(2000, None, 6000)], RUBRIC, SettlementRule())


@given(PANELS, RULES, st.randoms())
def test_the_order_of_experts_does_not_matter(
    panel: list[ReviewSheet], rule: SettlementRule, chance: object
) -> None:
    shuffled = list(panel)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert propose(shuffled, RUBRIC, rule) == propose(panel, RUBRIC, rule)


@given(SHEETS, st.integers(1, 7), RULES)
def test_identical_sheets_agree(one: ReviewSheet, count: int, rule: SettlementRule) -> None:
    alone = propose([one], RUBRIC, rule)

    proposal = propose([one] * count, RUBRIC, rule)

    assert (proposal.total, proposal.rating) == (alone.total, alone.rating)
    assert [c.points for c in proposal.criteria] == [c.points for c in alone.criteria]
    assert _kinds(proposal) <= {DisputeKind.TOO_MANY_FOR_SINGLE}


@given(PANELS, RULES)
def test_a_result_lies_between_the_reviews_it_comes_from(
    panel: list[ReviewSheet], rule: SettlementRule
) -> None:
    given_totals = [sum(score.points or 0 for score in one.scores) for one in panel]

    proposal = propose(panel, RUBRIC, rule)

    assert min(given_totals) <= proposal.total <= max(given_totals)
    assert RATINGS.index(proposal.rating) >= RATINGS.index(proposal.band_rating)
    for one in proposal.criteria:
        assert one.lowest <= one.points <= one.highest


@given(PANELS, st.sampled_from([Method.MEAN, Method.TRIMMED_MEAN, Method.SINGLE]))
def test_the_criteria_add_up_to_the_total(panel: list[ReviewSheet], method: Method) -> None:
    proposal = propose(panel, RUBRIC, SettlementRule(method))

    assert sum(one.points for one in proposal.criteria) == proposal.total


@given(PANELS, RULES, st.integers(0, 6), st.integers(1, 6000))
def test_a_better_score_never_worsens_the_proposal(
    panel: list[ReviewSheet], rule: SettlementRule, which: int, by: int
) -> None:
    index = which % len(panel)
    old = panel[index]
    m1 = Score("m1", min(6000, (old.score("m1").points or 0) + by))
    better = ReviewSheet((old.score("f1"), old.score("f2"), m1), old.vetoes, old.opinion)

    before = propose(panel, RUBRIC, rule)
    after = propose([*panel[:index], better, *panel[index + 1 :]], RUBRIC, rule)

    assert after.total >= before.total
    assert RATINGS.index(after.rating) <= RATINGS.index(before.rating)


@given(PANELS, RULES)
def test_a_stored_proposal_reads_back_the_same(
    panel: list[ReviewSheet], rule: SettlementRule
) -> None:
    proposal = propose(panel, RUBRIC, rule)

    assert Proposal.from_json(json.loads(json.dumps(proposal.to_json()))) == proposal
    assert SettlementRule.from_json(json.loads(json.dumps(rule.to_json()))) == rule


AGREED = propose([sheet_of(8500), sheet_of(8600)], RUBRIC, SettlementRule())  # 85.5 B
DISPUTED = propose([sheet_of(7500), sheet_of(9200)], RUBRIC, SettlementRule())  # 83.5 B


@pytest.mark.parametrize(
    ("proposal", "total", "letter", "vetoes", "says"),
    [
        # The proposed result of an agreed report is taken as it is.
        (AGREED, 8550, "B", None, None),
        # A disputed one needs a reason, even if the proposal is taken.
        (DISPUTED, 8350, "B", None, "disagree"),
        # Another total needs a reason.
        (AGREED, 8600, "B", None, "not the proposed result"),
        # A rating that its total does not give needs a reason, and is told so.
        (AGREED, 8550, "A", None, "say why it is A"),
        # An upheld veto changes what the total gives.
        (AGREED, 8550, "B", ("copied",), "say why it is B"),
        (AGREED, 8550, "D", ("copied",), "not the proposed result"),
    ],
)
def test_what_differs_or_was_disputed_needs_a_reason(
    proposal: Proposal, total: int, letter: str, vetoes: tuple[str, ...] | None, says: str | None
) -> None:
    def attempt(reason: str) -> None:
        settle(proposal, RUBRIC, total=total, rating_given=letter, reason=reason, vetoes=vetoes)

    attempt("经评审会复核，专家组意见一致。")
    if says is None:
        attempt("")
        return
    with pytest.raises(Invalid, match=says) as caught:
        attempt("  ")
    assert caught.value.field == "reason"


def test_a_settled_result_says_how_it_came_about() -> None:
    settled = settle(DISPUTED, RUBRIC, total=9000, rating_given="B", reason=" 复核后议定 ")

    assert (settled.was_disputed, settled.differs, settled.is_off_band) == (True, True, True)
    assert settled.reason == "复核后议定"


@pytest.mark.parametrize(("total", "letter"), [(-1, "D"), (10001, "A"), (8550, "E"), (8550, "优")])
def test_a_result_that_cannot_be_is_refused_whatever_the_reason(total: int, letter: str) -> None:
    with pytest.raises(Invalid):
        settle(AGREED, RUBRIC, total=total, rating_given=letter, reason="理由")


@pytest.mark.parametrize(
    "data",
    [
        {"method": "lottery"},
        {"spread_points": -1},
        {"ratings_apart": 0},
        {"trim_from": 2},
        {"unknown": 1},
    ],
)
def test_an_impossible_rule_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        SettlementRule.from_json(data)
