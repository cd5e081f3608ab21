"""Deductions as the field writes them: a line of the reason that ends in the points taken off.

What is written is what counts: the lines are the record, and the points follow from them. Points
are integer hundredths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.rubric import format_points
from reviewapp.domain.scoring import points_after

MOST_OCCURRENCES = 99


@dataclass(frozen=True)
class Wording:
    """How deductions are written and recognised (rubrics/deductions.yaml)."""

    once: str
    each: str
    places: str
    cited: str
    read: tuple[str, ...]


@dataclass(frozen=True)
class Deduction:
    """One line of a reason that takes points off."""

    text: str
    points: int


def write(
    wording: Wording, what: str, points: int, *, count: int = 1, pages: Sequence[int] = ()
) -> str:
    """Return the line for `count` occurrences at `points` each. Invalid for impossible ones."""
    what = what.strip().rstrip("。；;，,")
    if not what:
        raise Invalid(N_("Say what is wrong."))
    if points <= 0 or not 1 <= count <= MOST_OCCURRENCES:
        raise Invalid(N_("A deduction takes points off at least once."))
    if pages:
        what += wording.places % {"pages": "、".join(str(page) for page in sorted(set(pages)))}
    form = wording.once if count == 1 else wording.each
    return form % {
        "what": what,
        "each": format_points(points),
        "count": count,
        "points": format_points(points * count),
    }


def written(wording: Wording, reason: str) -> tuple[Deduction, ...]:
    """Return the deductions that a reason states, line by line."""
    found = []
    for line in reason.splitlines():
        points = _points_of(wording, line.strip())
        if points:
            found.append(Deduction(line.strip(), points))
    return tuple(found)


def points_left(wording: Wording, reason: str, max_points: int) -> int | None:
    """Return what the deductions of a reason leave of `max_points`, at least 0; None without any."""
    lines = written(wording, reason)
    return points_after(max_points, (one.points for one in lines)) if lines else None


def with_line(reason: str, line: str) -> str:
    """Return the reason with one more line; a line that stands there already is not repeated."""
    lines = [one for one in reason.splitlines() if one.strip()]
    return "\n".join([*lines, line] if line not in _stripped(lines) else lines)


def without_line(reason: str, line: str) -> str:
    """Return the reason without the line."""
    return "\n".join(one for one in reason.splitlines() if one.strip() != line.strip())


def _stripped(lines: Iterable[str]) -> set[str]:
    return {line.strip() for line in lines}


def _points_of(wording: Wording, line: str) -> int:
    for pattern in wording.read:
        match = re.search(pattern, line, re.ASCII)
        if match:
            whole, _dot, rest = match[1].partition(".")
            return int(whole) * 100 + int(rest.ljust(2, "0")) if len(whole) <= 3 else 0
    return 0
