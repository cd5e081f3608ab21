"""Page ranges of a split: in the file, in order, without overlap; what they leave out."""

from __future__ import annotations

import pytest

from reviewapp.domain import ranges
from reviewapp.domain.errors import Invalid
from reviewapp.domain.ranges import Cut


def cut(first: int, last: int, title: str = "甲") -> Cut:
    return Cut(first, last, "key-project", title)


@pytest.mark.parametrize(
    ("cuts", "said"),
    [
        ([cut(1, 9)], "at least two"),
        ([cut(1, 5), cut(5, 9)], "overlap at page 5"),
        ([cut(4, 9), cut(1, 4)], "overlap at page 4"),
        ([cut(1, 5), cut(6, 10)], "the pages 1 to 9"),
        ([cut(0, 5), cut(6, 9)], "the pages 1 to 9"),
        ([cut(5, 1), cut(6, 9)], "Pages 5 to 1"),
        ([cut(1, 5), cut(6, 9, " ")], "need a title"),
        ([cut(n, n) for n in range(1, 43)], "At most 40"),
    ],
)
def test_ranges_that_cannot_be_are_refused(cuts: list[Cut], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        ranges.check(cuts, 50 if "40" in said else 9)
    assert said in str(caught.value)


def test_ranges_may_stand_in_any_order_and_leave_pages_out() -> None:
    cuts = [cut(7, 8), cut(2, 4)]
    ranges.check(cuts, 9)
    assert ranges.left_out(cuts, 9) == ((1, 1), (5, 6), (9, 9))
    assert ranges.left_out([cut(1, 4), cut(5, 9)], 9) == ()


def test_page_numbers_are_read_full_width_and_nothing_else() -> None:
    assert ranges.page_number(" １２ ", "first-1") == 12
    for text in ("", "-1", "十", "1.5"):
        with pytest.raises(Invalid) as caught:
            ranges.page_number(text, "first-1")
        assert caught.value.field == "first-1"
