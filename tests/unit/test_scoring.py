"""Points, totals, what is missing and the rating that follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.domain.errors import Invalid
from reviewapp.domain.rubric import RATINGS, Per, ReasonRule, SuggestedDeduction, format_points
from reviewapp.domain.scoring import (
    Incomplete,
    ReviewSheet,
    Score,
    Suggestion,
    VetoClaim,
    band_rating,
    completeness,
    half_up,
    parse_points,
    points_after,
    rating,
    ratings_apart,
    require_complete,
    suggestions,
    totals,
    worse_of,
)
from tests.rubric_samples import BANDS, criterion, rubric, sheet

TOTALS = st.integers(0, 10000)
SHEETS = st.builds(sheet, st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 6000))


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("13.5", 1350),
        ("0", 0),
        ("20", 2000),
        ("7.", 700),
        ("0.05", 5),
        # Full-width digits and point, as an input method leaves them.
        ("１３．５", 1350),
        # A comma, a Chinese full stop and the unit.
        ("13,5", 1350),
        ("13，25", 1325),
        ("13。5", 1350),
        (" 13.5 分 ", 1350),
        # Leading zeros do no harm.
        ("013", 1300),
    ],
)
def test_points_are_read_as_people_type_them(text: str, points: int) -> None:
    assert parse_points(text, 2000, field="points-f1") == points


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Enter the points."),
        ("   ", "Enter the points."),
        ("abc", "as a number"),
        ("1e3", "as a number"),
        ("1.2.3", "as a number"),
        ("十三", "as a number"),
        ("9" * 400, "as a number"),
        ("-1", "below 0"),
        ("－1", "below 0"),
        ("13.125", "two decimals"),
        ("20.01", "At most 20 points"),
    ],
)
def test_points_that_cannot_be_are_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        parse_points(text, 2000, field="points-f1")

    assert caught.value.field == "points-f1"


@given(TOTALS)
def test_written_points_are_read_back(points: int) -> None:
    assert parse_points(format_points(points), 10000) == points


@pytest.mark.parametrize(
    ("total", "vetoes", "letter"),
    [
        # The band begins at its points, included.
        (10000, (), "A"),
        (9000, (), "A"),
        (8999, (), "B"),
        (8000, (), "B"),
        (7999, (), "C"),
        (6000, (), "C"),
        (5999, (), "D"),
        (0, (), "D"),
        # A veto caps at D unless the rubric says otherwise.
        (9500, ("copied",), "D"),
        (9500, ("torn",), "C"),
        # A cap never lifts a rating.
        (5000, ("torn",), "D"),
        # The hardest cap counts.
        (9500, ("torn", "copied"), "D"),
    ],
)
def test_the_band_comes_first_and_then_the_veto(
    total: int, vetoes: tuple[str, ...], letter: str
) -> None:
    assert rating(total, rubric(), vetoes) == letter


def test_a_round_may_have_bands_of_its_own() -> None:
    stricter = tuple(type(band)(band.letter, band.from_points // 2) for band in BANDS)

    assert rating(4500, rubric(), (), stricter) == "A"


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(26997, 3, 8999), (17999, 2, 9000), (26998, 3, 8999), (26999, 3, 9000), (0, 3, 0)],
)
def test_halves_round_up(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(
    ("deductions", "left"),
    [((), 2000), ((500, 250), 1250), ((1500, 800), 0)],
)
def test_deductions_stop_at_zero(deductions: tuple[int, ...], left: int) -> None:
    assert points_after(2000, deductions) == left


def test_a_partial_sheet_has_a_sum_but_no_rating() -> None:
    live = totals(sheet(1800, None, 5000), rubric())

    assert (live.points, live.highest, live.scored, live.criteria) == (6800, 8800, 2, 3)
    assert (live.rating, live.is_complete) == (None, False)
    assert [(one.id, one.points, one.is_complete) for one in live.dimensions] == [
        ("form", 1800, False),
        ("matter", 5000, True),
    ]


def test_a_complete_sheet_shows_the_veto_beside_the_band() -> None:
    live = totals(sheet(2000, 2000, 5500, vetoes=["torn"]), rubric())

    assert (live.points, live.band_rating, live.rating) == (9500, "A", "C")
    assert live.is_capped


@pytest.mark.parametrize(
    "bad",
    [
        ReviewSheet((Score("nowhere", 1),)),
        ReviewSheet((Score("f1", 2001),)),
        ReviewSheet((Score("f1", -1),)),
        ReviewSheet((Score("f1", 1), Score("f1", 2))),
        ReviewSheet(vetoes=(VetoClaim("nowhere"),)),
        ReviewSheet(vetoes=(VetoClaim("torn"), VetoClaim("torn"))),
    ],
)
def test_a_sheet_that_does_not_fit_the_rubric_is_refused(bad: ReviewSheet) -> None:
    with pytest.raises(Invalid):
        totals(bad, rubric())


@pytest.mark.parametrize(
    ("rule", "scores", "fields"),
    [
        # Per deduction: a reason wherever points were lost, and only there.
        (
            ReasonRule.PER_DEDUCTION,
            (Score("f1", 2000), Score("f2", 1999), Score("m1", 0, " ")),
            ["reason-f2", "reason-m1"],
        ),
        # Per criterion: full marks need their reason too.
        (
            ReasonRule.PER_CRITERION,
            (Score("f1", 2000), Score("f2", 1999, "缺附件"), Score("m1", 6000, "充分")),
            ["reason-f1"],
        ),
        # Per dimension: one reason in each is enough.
        (
            ReasonRule.PER_DIMENSION,
            (Score("f1", 2000), Score("f2", 1999, "缺附件"), Score("m1", 0)),
            ["reason-m1"],
        ),
        # None: points alone suffice.
        (ReasonRule.NONE, (Score("f1", 0), Score("f2", 0), Score("m1", 0)), []),
        # Points are always needed.
        (ReasonRule.NONE, (Score("f1", 0), Score("m1", None)), ["points-f2", "points-m1"]),
    ],
)
def test_what_a_review_lacks_follows_the_reason_rule(
    rule: ReasonRule, scores: tuple[Score, ...], fields: list[str]
) -> None:
    missing = completeness(ReviewSheet(scores, opinion="较好"), rubric(reason_rule=rule))

    assert [one.field for one in missing] == fields


def test_a_veto_needs_a_ground_and_a_review_an_opinion() -> None:
    incomplete = ReviewSheet(
        sheet(2000, 2000, 6000).scores, vetoes=(VetoClaim("torn", " "),), opinion="\n"
    )

    with pytest.raises(Incomplete) as caught:
        require_complete(incomplete, rubric())

    assert [one.field for one in caught.value.missing] == ["veto-torn", "opinion"]


def test_a_complete_review_lacks_nothing() -> None:
    require_complete(sheet(1000, 2000, 6000, vetoes=["copied"]), rubric())


def test_confirmed_findings_suggest_deductions_where_they_bear_on_a_criterion() -> None:
    one = criterion(
        "a",
        10000,
        checks=(
            SuggestedDeduction("section-missing", 200, Per.FINDING, 600),
            SuggestedDeduction("toc-mismatch", 50, Per.ONCE, 50),
        ),
    )

    found = suggestions(
        one, [("section-missing", "process"), ("section-missing", None), ("weights-sum", None)]
    )

    assert found == (Suggestion("section-missing", 2, 400),)


@given(SHEETS, st.sampled_from(["f1", "f2", "m1"]), st.integers(1, 6000))
def test_raising_a_score_never_worsens_the_rating(
    before: ReviewSheet, raised: str, by: int
) -> None:
    limit = rubric().criterion(raised).max_points
    after = ReviewSheet(
        tuple(
            Score(one.criterion, min(limit, (one.points or 0) + by), one.reason)
            if one.criterion == raised
            else one
            for one in before.scores
        )
    )

    old, new = totals(before, rubric()).rating, totals(after, rubric()).rating

    assert old is not None
    assert new is not None
    assert worse_of(old, new) == old


@given(TOTALS, st.sets(st.sampled_from(["copied", "torn"])))
def test_a_veto_never_improves_a_rating(total: int, vetoes: set[str]) -> None:
    by_points = band_rating(total, BANDS)
    given_rating = rating(total, rubric(), vetoes)

    assert given_rating in RATINGS
    assert worse_of(by_points, given_rating) == given_rating


@given(SHEETS)
def test_the_order_of_scores_does_not_matter(one: ReviewSheet) -> None:
    assert totals(one, rubric()) == totals(ReviewSheet(one.scores[::-1]), rubric())


def test_ratings_lie_as_many_steps_apart_as_letters() -> None:
    assert (ratings_apart("A", "C"), ratings_apart("D", "C"), ratings_apart("B", "B")) == (2, 1, 0)
