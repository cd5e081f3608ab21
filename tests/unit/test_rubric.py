"""A rubric that does not add up cannot be constructed, and its copy is the same rubric."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reviewapp.domain.errors import Invalid
from reviewapp.domain.rubric import (
    Band,
    Dimension,
    ImpossibleRubric,
    Level,
    Per,
    Rubric,
    SuggestedDeduction,
    Veto,
    check_bands,
    format_points,
)
from tests.rubric_samples import BANDS, criterion, rubric


def _whole(*criteria: Any) -> tuple[Dimension, ...]:
    return (Dimension("all", "全部", criteria),)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        # The criteria must weigh 100 points together.
        ({"dimensions": _whole(criterion("a", 9999))}, "dimensions"),
        # No criterion may weigh nothing.
        (
            {"dimensions": _whole(criterion("a", 10000), criterion("b", 0))},
            "dimensions[all].criteria[b].points",
        ),
        # Each id names one criterion.
        ({"dimensions": _whole(criterion("a", 5000), criterion("a", 5000))}, "criteria"),
        # The lowest level must reach down to 0.
        (
            {"dimensions": _whole(criterion("a", 10000, levels=(Level("好", 100, "x"),)))},
            "dimensions[all].criteria[a].levels",
        ),
        # Levels are written from the highest to the lowest.
        (
            {
                "dimensions": _whole(
                    criterion("a", 10000, levels=(Level("差", 0, "x"), Level("好", 0, "x")))
                )
            },
            "dimensions[all].criteria[a].levels",
        ),
        # A level above the criterion's points can never be reached.
        (
            {
                "dimensions": _whole(
                    criterion("a", 10000, levels=(Level("好", 10001, "x"), Level("差", 0, "x")))
                )
            },
            "dimensions[all].criteria[a].levels",
        ),
        # A suggested deduction may not exceed what there is to lose.
        (
            {
                "dimensions": _whole(
                    criterion("a", 10000, checks=(SuggestedDeduction("c", 1, at_most=10001),))
                )
            },
            "dimensions[all].criteria[a].checks[c]",
        ),
        # A dimension without criteria weighs nothing.
        (
            {"dimensions": (*_whole(criterion("a", 10000)), Dimension("no", "无", ()))},
            "dimensions[no]",
        ),
        # A veto that caps at A caps nothing.
        ({"vetoes": (Veto("v", "抄袭", "A"),)}, "vetoes[v].caps_at"),
        # A veto must say its ground.
        ({"vetoes": (Veto("v", " ", "D"),)}, "vetoes[v].ground"),
        # Each veto has its own id.
        ({"vetoes": (Veto("v", "一"), Veto("v", "二"))}, "vetoes"),
        # Bands reach down to 0.
        ({"bands": (*BANDS[:3], Band("D", 100))}, "bands"),
        # Bands descend strictly.
        ({"bands": (Band("A", 9000), Band("B", 9000), *BANDS[2:])}, "bands"),
        # All four ratings can be given.
        ({"bands": (Band("A", 9000), Band("D", 0))}, "bands"),
        # Nobody can earn more than 100 points.
        ({"bands": (Band("A", 10001), *BANDS[1:])}, "bands"),
        # A rubric without a version could not be told from its successor.
        ({"version": " "}, "version"),
    ],
)
def test_an_impossible_rubric_cannot_be_constructed(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(ImpossibleRubric) as caught:
        rubric(**changes)

    assert where in {problem.where for problem in caught.value.problems}


def test_all_problems_of_a_rubric_are_told_at_once() -> None:
    with pytest.raises(ImpossibleRubric) as caught:
        rubric(version="", bands=(*BANDS[:3], Band("D", 1)), vetoes=(Veto("v", "抄袭", "E"),))

    assert {problem.where for problem in caught.value.problems} == {
        "version",
        "bands",
        "vetoes[v].caps_at",
    }


def test_a_copy_through_json_is_the_same_rubric_with_the_same_hash() -> None:
    original = rubric()

    copy = Rubric.from_json(json.loads(json.dumps(original.to_json())))

    assert copy == original
    assert copy.content_hash == original.content_hash


def test_one_changed_word_changes_the_hash() -> None:
    assert rubric(title="样例标准。").content_hash != rubric().content_hash


def test_a_frozen_copy_that_was_tampered_with_is_refused() -> None:
    data = rubric().to_json()
    data["dimensions"][0]["criteria"][0]["max_points"] = 1

    with pytest.raises(ImpossibleRubric):
        Rubric.from_json(data)


def test_values_that_are_no_rubric_are_refused() -> None:
    with pytest.raises(Invalid):
        Rubric.from_json({"schema": 1})
    with pytest.raises(Invalid):
        Rubric.from_json({"schema": 99})


def test_level_ranges_meet_without_gap_or_overlap() -> None:
    one = rubric().criterion("f1")

    assert [(low, high) for _, low, high in one.level_ranges()] == [(1000, 2000), (0, 1000)]
    assert one.level_at(1000).title == "好"
    assert one.level_at(999).title == "差"


@pytest.mark.parametrize(
    ("per", "count", "points"),
    [
        # No finding, no suggestion.
        (Per.FINDING, 0, 0),
        # Each finding counts.
        (Per.FINDING, 2, 200),
        # Deducted until the most is reached.
        (Per.FINDING, 9, 300),
        # Once, however many.
        (Per.ONCE, 9, 100),
    ],
)
def test_a_suggested_deduction_counts_findings(per: Per, count: int, points: int) -> None:
    assert SuggestedDeduction("c", 100, per, 300).for_count(count) == points


def test_a_deduction_may_be_meant_for_some_sections_only() -> None:
    touching = criterion(
        "a", 10000, checks=(SuggestedDeduction("section-missing", 100, Per.ONCE, 100, ("other",)),)
    )
    whole = rubric(dimensions=_whole(touching))

    assert whole.criteria_touched_by("section-missing", "other") == (touching,)
    assert whole.criteria_touched_by("section-missing", "conclusion") == ()
    assert whole.criteria_touched_by("weights-sum", "other") == ()


def test_what_the_rubric_does_not_have_is_refused_by_name() -> None:
    for find in (rubric().criterion, rubric().dimension_of, rubric().veto):
        with pytest.raises(Invalid, match="nowhere"):
            find("nowhere")


def test_bands_of_a_round_are_checked_like_those_of_a_rubric() -> None:
    check_bands(BANDS)
    with pytest.raises(ImpossibleRubric):
        check_bands(BANDS[:3])


@pytest.mark.parametrize(
    ("hundredths", "text"),
    [(0, "0"), (1350, "13.5"), (9000, "90"), (8999, "89.99"), (5, "0.05"), (-150, "-1.5")],
)
def test_points_are_written_as_people_do(hundredths: int, text: str) -> None:
    assert format_points(hundredths) == text
