"""Statistics of one's own points on one criterion over a series of reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DRIFT_FROM = 6  # reports; below that two halves say nothing about a change of scale


@dataclass(frozen=True)
class Spread:
    """One's own points on one criterion, in hundredths, over all reports of a series.

    `earlier` and `later` are the means of the first and the last half in the order of rating,
    None while fewer than DRIFT_FROM reports are scored; a middle one belongs to neither.
    """

    reports: int
    scored: int
    full: int  # how many got full marks
    lowest: int | None = None
    highest: int | None = None
    mean: int | None = None
    earlier: int | None = None
    later: int | None = None

    @property
    def is_full_everywhere(self) -> bool:
        """Whether two or more reports are scored and all of them got full marks."""
        return self.scored > 1 and self.full == self.scored


def spread(points: Sequence[int | None], most: int) -> Spread:
    """Return the statistics of points (hundredths) in the order of rating; None: not scored."""
    given = [one for one in points if one is not None]
    if not given:
        return Spread(len(points), 0, 0)
    half = len(given) // 2 if len(given) >= DRIFT_FROM else 0
    return Spread(
        reports=len(points),
        scored=len(given),
        full=sum(1 for one in given if one == most),
        lowest=min(given),
        highest=max(given),
        mean=_mean(given),
        earlier=_mean(given[:half]) if half else None,
        later=_mean(given[-half:]) if half else None,
    )


def _mean(given: Sequence[int]) -> int:
    """Return the mean in hundredths, halves rounded up."""
    return (2 * sum(given) + len(given)) // (2 * len(given))
