"""The geometry of the pictures that templates/components/pictures.html draws as SVG.

Everything is in the units of the picture's viewBox; colours and words are the template's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewapp.domain.rubric import RATINGS, Band

WIDTH = 600
_MARGIN = 8  # so that a mark at either end is whole
_FULL = 10_000  # hundredths of a point
_USUAL_LOW = 5_000  # a strip begins at 50 points unless a mark lies lower
_STEP = 1_000


@dataclass(frozen=True)
class Stripe:
    """One band of a strip, or one letter's share of a bar."""

    letter: str
    x: float
    width: float
    count: int = 0


@dataclass(frozen=True)
class Strip:
    """Marks on the scale of points: `low` is where it begins, in hundredths."""

    bands: tuple[Stripe, ...]
    marks: tuple[float, ...]
    result: float | None
    low: int

    @property
    def ends(self) -> tuple[float, float]:
        """Return where the leftmost and the rightmost mark stand."""
        return min(self.marks), max(self.marks)


def strip(bands: Sequence[Band], totals: Sequence[int], result: int | None) -> Strip:
    """Place totals (hundredths) and the result on a scale up to 100 points with its bands."""
    shown = [*totals, *([] if result is None else [result])]
    low = min(_USUAL_LOW, min(shown, default=_FULL) // _STEP * _STEP)

    def at(points: int) -> float:
        return round(_MARGIN + (points - low) * (WIDTH - 2 * _MARGIN) / (_FULL - low), 1)

    edges = [_FULL, *(band.from_points for band in bands)]
    stripes = [
        Stripe(band.letter, at(max(bottom, low)), round(at(top) - at(max(bottom, low)), 1))
        for band, (top, bottom) in zip(bands, pairwise(edges), strict=True)
        if top > low
    ]
    return Strip(
        tuple(stripes),
        tuple(at(total) for total in totals),
        None if result is None else at(result),
        low,
    )


def distribution(counts: Mapping[str, int]) -> tuple[Stripe, ...]:
    """Return each letter's share of one bar, the letters that nobody has left out."""
    total = sum(counts.values())
    stripes, x = [], 0.0
    for letter in RATINGS:
        count = counts.get(letter, 0)
        if count:
            width = WIDTH * count / total
            stripes.append(Stripe(letter, round(x, 1), round(width, 1), count))
            x += width
    return tuple(stripes)
