"""Calibration (校准): practice points beside the agreed ones of a reference report, by criterion.

All points are integer hundredths of a point. Vetoes are no part of it: both ratings are those
that the points alone earn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.rubric import Band, Rubric
from reviewapp.domain.scoring import (
    Missing,
    ReviewSheet,
    Score,
    Totals,
    completeness,
    parse_points,
    totals,
)

SWITCHES = ("off", "offered", "required")
MOST_REFERENCES = 3
MAX_REASON = 4000  # characters
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # all but tab and line break


@dataclass(frozen=True)
class Difference:
    """One criterion: points given in practice and agreed ones, each with its reason."""

    criterion: str
    title: str
    max_points: int
    mine: int
    agreed: int
    my_reason: str
    agreed_reason: str

    @property
    def points(self) -> int:
        """Return mine minus agreed: above 0 where one was milder."""
        return self.mine - self.agreed


@dataclass(frozen=True)
class Comparison:
    """A finished practice sheet beside the agreed scores."""

    rows: tuple[Difference, ...]
    mine: Totals
    agreed: Totals

    @property
    def points(self) -> int:
        """Return the difference of the totals, mine minus agreed."""
        return self.mine.points - self.agreed.points


def to_json(sheet: ReviewSheet) -> dict[str, Any]:
    """Return points and reasons by criterion as plain JSON values."""
    return {
        one.criterion: {"points": one.points, "reason": one.reason}
        for one in sorted(sheet.scores, key=lambda one: one.criterion)
    }


def from_json(data: Mapping[str, Any]) -> ReviewSheet:
    """Build a sheet from `to_json`'s values."""
    return ReviewSheet(tuple(Score(key, one["points"], one["reason"]) for key, one in data.items()))


def read_form(form: Mapping[str, str], rubric: Rubric) -> ReviewSheet:
    """Read points-<criterion> and reason-<criterion>; an empty field is not given yet.

    Raises Invalid at the field for points outside the criterion.
    """
    scores = []
    for criterion in rubric.criteria:
        field = f"points-{criterion.id}"
        typed = form.get(field, "").strip()
        points = parse_points(typed, criterion.max_points, field=field) if typed else None
        reason = _CONTROL.sub("", form.get(f"reason-{criterion.id}", "")).strip()
        if len(reason) > MAX_REASON:
            raise Invalid(
                N_("At most %(limit)s characters fit here."),
                field=f"reason-{criterion.id}",
                limit=MAX_REASON,
            )
        scores.append(Score(criterion.id, points, reason))
    return ReviewSheet(tuple(scores))


def lacking(sheet: ReviewSheet, rubric: Rubric) -> tuple[Missing, ...]:
    """Return what keeps points and reasons from being whole; an overall opinion is not asked for.

    Raises Invalid where the sheet does not fit the rubric.
    """
    return tuple(one for one in completeness(sheet, rubric) if one.field != "opinion")


def compare(
    mine: ReviewSheet, agreed: ReviewSheet, rubric: Rubric, bands: Sequence[Band]
) -> Comparison:
    """Set two sheets that lack nothing beside each other."""
    return Comparison(
        rows=tuple(
            Difference(
                criterion.id,
                criterion.title,
                criterion.max_points,
                mine.score(criterion.id).points or 0,
                agreed.score(criterion.id).points or 0,
                mine.score(criterion.id).reason,
                agreed.score(criterion.id).reason,
            )
            for criterion in rubric.criteria
        ),
        mine=totals(mine, rubric, bands),
        agreed=totals(agreed, rubric, bands),
    )
