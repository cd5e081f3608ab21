"""The geometry of strips and bars, and that pages carry them with their words."""

from __future__ import annotations

import itertools

import pytest

from reviewapp.domain.rubric import Band
from reviewapp.web.support.pictures import WIDTH, distribution, strip

BANDS = (Band("A", 9000), Band("B", 8000), Band("C", 6000), Band("D", 0))


def test_bands_fill_the_strip_without_gap_or_overlap() -> None:
    stripes = sorted(strip(BANDS, [8500], 8500).bands, key=lambda band: band.x)

    assert [band.letter for band in stripes] == ["D", "C", "B", "A"]
    assert (stripes[0].x, stripes[-1].x + stripes[-1].width) == (8, WIDTH - 8)
    for left, right in itertools.pairwise(stripes):
        assert left.x + left.width == pytest.approx(right.x, abs=0.2)


def test_a_mark_stands_in_the_band_of_its_rating() -> None:
    drawn = strip(BANDS, [6450, 8999, 9000], 8150)
    band = {one.letter: one for one in drawn.bands}

    c, b, a = (band[letter] for letter in "CBA")
    assert c.x < drawn.marks[0] < c.x + c.width
    assert b.x < drawn.marks[1] <= b.x + b.width
    assert drawn.marks[2] == a.x
    assert drawn.result is not None
    assert b.x < drawn.result < b.x + b.width
    assert drawn.ends == (drawn.marks[0], drawn.marks[2])


def test_a_low_mark_moves_the_beginning_of_the_scale() -> None:
    assert strip(BANDS, [8500], None).low == 5000
    assert strip(BANDS, [4210], None).low == 4000
    assert strip(BANDS, [0], None).marks == (8,)


def test_letters_share_the_bar_by_their_counts() -> None:
    stripes = distribution({"B": 12, "A": 4})

    assert [(one.letter, one.count, one.width) for one in stripes] == [
        ("A", 4, WIDTH / 4),
        ("B", 12, WIDTH * 3 / 4),
    ]
    assert distribution({}) == ()
