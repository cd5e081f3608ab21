"""An agency's grade by the round's rule, with too few reports as a result."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.domain.errors import Invalid
from reviewapp.domain.grading import AgencyGradeRule, GradeCap, SettledReport, grade
from reviewapp.domain.rubric import RATINGS
from reviewapp.domain.scoring import band_rating, worse_of
from tests.rubric_samples import BANDS

RULE = AgencyGradeRule(
    minimum_reports=3,
    caps=(GradeCap("D", 1, "C"), GradeCap("C", 1, "B")),
    text="不足{minimum_reports}份的，不评定等级。",
)


def _reports(*totals: int) -> list[SettledReport]:
    return [SettledReport(total, band_rating(total, BANDS)) for total in totals]


@pytest.mark.parametrize(
    ("totals", "letter", "mean", "too_few"),
    [
        # No report at all has no mean.
        ([], None, None, True),
        # Two are too few; what is known is told all the same.
        ([9500, 9500], None, 9500, True),
        # The mean decides, rounded half up before the band.
        ([9000, 9000, 8999], "A", 9000, False),
        ([9000, 8999, 8999], "B", 8999, False),
        # One C keeps the agency from an A.
        ([10000, 10000, 10000, 7900], "B", 9475, False),
        # One D keeps it from a B.
        ([10000, 10000, 10000, 5000], "C", 8750, False),
        # A cap never lifts.
        ([5000, 5000, 5000], "D", 5000, False),
    ],
)
def test_the_mean_decides_and_the_caps_limit(
    totals: list[int], letter: str | None, mean: int | None, too_few: bool
) -> None:
    result = grade(_reports(*totals), RULE, BANDS)

    assert (result.letter, result.mean, result.too_few) == (letter, mean, too_few)
    assert result.n == len(totals) == sum(result.counts.values())


def test_the_rating_counts_where_a_veto_capped_it() -> None:
    reports = [*_reports(9500, 9500), SettledReport(9500, "D")]

    result = grade(reports, RULE, BANDS)

    assert result.counts == {"A": 2, "B": 0, "C": 0, "D": 1}
    assert result.letter == "C"
    assert result.caps == (GradeCap("D", 1, "C"),)


def test_the_sentence_states_the_rules_own_number() -> None:
    assert grade([], RULE, BANDS).rule_text == "不足3份的，不评定等级。"


def test_a_rule_reads_back_from_json() -> None:
    assert AgencyGradeRule.from_json(json.loads(json.dumps(RULE.to_json()))) == RULE


@pytest.mark.parametrize(
    "data",
    [
        {"minimum_reports": 0},
        {"caps": [{"rating": "E", "at_least": 1, "caps_at": "C"}]},
        {"caps": [{"rating": "D", "at_least": 0, "caps_at": "C"}]},
        {"caps": [{"rating": "D"}]},
    ],
)
def test_an_impossible_rule_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        AgencyGradeRule.from_json(data)


@given(st.lists(st.integers(0, 10000), min_size=3, max_size=12), st.integers(0, 11))
def test_a_better_report_never_worsens_the_grade(totals: list[int], which: int) -> None:
    index = which % len(totals)
    better = [*totals[:index], min(10000, totals[index] + 700), *totals[index + 1 :]]

    before = grade(_reports(*totals), RULE, BANDS).letter
    after = grade(_reports(*better), RULE, BANDS).letter

    assert before in RATINGS
    assert after in RATINGS
    assert worse_of(str(before), str(after)) == before
