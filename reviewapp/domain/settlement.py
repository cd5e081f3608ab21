"""From the submitted reviews of one report to a proposed result, and to the settled one (议定).

Points are integer hundredths. Nothing depends on the order of the reviews or on whose they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from reviewapp.domain.errors import N_, Conflict, Invalid
from reviewapp.domain.rubric import FULL_MARKS, Band, Rubric, format_points
from reviewapp.domain.scoring import (
    ReviewSheet,
    check_points,
    half_up,
    rating,
    ratings_apart,
    totals,
)

# Dropping the best and the worst of fewer would leave too few to call it a mean.
# Source: domain practice, "with five or more raters drop highest and lowest".
TRIM_FROM = 5


class Method(StrEnum):
    """How several totals become one."""

    SINGLE = "single"
    MEAN = "mean"
    TRIMMED_MEAN = "trimmed-mean"
    MEDIAN = "median"


class DisputeKind(StrEnum):
    """Why a result needs an officer's word."""

    SPREAD = "spread"
    RATINGS_APART = "ratings-apart"
    VETO_NOT_SHARED = "veto-not-shared"
    TOO_MANY_FOR_SINGLE = "too-many-for-single"


@dataclass(frozen=True)
class SettlementRule:
    """A round's settlement rule; points in hundredths.

    A spread above `spread_points`, or ratings at least `ratings_apart` steps apart, is disputed.
    A total at most `near_points` from a band's edge is pointed out, and no more than that.
    """

    method: Method = Method.MEAN
    spread_points: int = 1000
    ratings_apart: int = 2
    trim_from: int = TRIM_FROM
    near_points: int = 100

    def __post_init__(self) -> None:
        if not 0 <= self.spread_points <= FULL_MARKS or not 0 <= self.near_points <= FULL_MARKS:
            raise Invalid(N_("A limit of the settlement rule must lie between 0 and 100 points."))
        if not 1 <= self.ratings_apart <= 4:
            raise Invalid(N_("Ratings can be disputed from 1 to 4 steps apart."))
        if self.trim_from < 3:
            raise Invalid(N_("A trimmed mean needs at least 3 reviews."))

    def to_json(self) -> dict[str, Any]:
        """Return the rule as plain JSON values, points as hundredths."""
        return {**asdict(self), "method": self.method.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SettlementRule:
        """Build a rule from `to_json`'s values; what is not given takes its default."""
        try:
            return cls(**{**data, "method": Method(data.get("method", Method.MEAN))})
        except (TypeError, ValueError) as error:
            raise Invalid(N_("The settlement rule cannot be read: %(why)s"), why=error) from error


@dataclass(frozen=True)
class Dispute:
    """One reason why the result is disputed, as an English msgid with values."""

    kind: DisputeKind
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class NearBoundary:
    """A total close to a band's edge: `distance` hundredths above it (below if negative)."""

    letter: str
    distance: int


@dataclass(frozen=True)
class CriterionAggregate:
    """What the reviews gave on one criterion, in hundredths; `points` by the round's method."""

    id: str
    points: int
    max_points: int
    lowest: int
    highest: int
    causes_dispute: bool = False

    @property
    def spread(self) -> int:
        """Return the highest minus the lowest points."""
        return self.highest - self.lowest

    @property
    def lost(self) -> int:
        """Return the points lost."""
        return self.max_points - self.points


@dataclass(frozen=True)
class Proposal:
    """What the settlement rule makes of the reviews.

    `vetoes` are those that all reviews share and that cap the rating; `contested_vetoes` those
    that only some claim, which cap nothing until an officer upholds them. `spread` is None for a
    panel of one. The criteria's points add up to the total, except under the median.
    """

    method: Method
    reviews: int
    total: int
    rating: str
    band_rating: str
    spread: int | None
    ratings: tuple[str, ...]
    vetoes: tuple[str, ...]
    contested_vetoes: tuple[str, ...]
    disputes: tuple[Dispute, ...]
    near: tuple[NearBoundary, ...]
    criteria: tuple[CriterionAggregate, ...]
    is_trimmed: bool = False

    @property
    def is_disputed(self) -> bool:
        """Tell whether an officer must settle with a reason."""
        return bool(self.disputes)

    @property
    def dispute_criteria(self) -> tuple[str, ...]:
        """Return the ids of the criteria that cause the dispute."""
        return tuple(one.id for one in self.criteria if one.causes_dispute)

    def to_json(self) -> dict[str, Any]:
        """Return the proposal as plain JSON values."""
        return {
            **asdict(self),
            "method": self.method.value,
            "ratings": list(self.ratings),
            "vetoes": list(self.vetoes),
            "contested_vetoes": list(self.contested_vetoes),
            "disputes": [{**asdict(one), "kind": one.kind.value} for one in self.disputes],
            "near": [asdict(one) for one in self.near],
            "criteria": [asdict(one) for one in self.criteria],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Proposal:
        """Build a proposal from `to_json`'s values."""
        return cls(
            **{
                **data,
                "method": Method(data["method"]),
                "ratings": tuple(data["ratings"]),
                "vetoes": tuple(data["vetoes"]),
                "contested_vetoes": tuple(data["contested_vetoes"]),
                "disputes": tuple(
                    Dispute(DisputeKind(one["kind"]), one["message"], one["values"])
                    for one in data["disputes"]
                ),
                "near": tuple(NearBoundary(**one) for one in data["near"]),
                "criteria": tuple(CriterionAggregate(**one) for one in data["criteria"]),
            }
        )


@dataclass(frozen=True)
class Settled:
    """The settled result of one report; the reviews it came from stay as they were.

    `differs` says that it is not what the rule proposed, `is_off_band` that the rating is not the
    one that the total and the upheld vetoes give; both only ever with a reason.
    """

    total: int
    rating: str
    reason: str
    vetoes: tuple[str, ...]
    was_disputed: bool
    differs: bool
    is_off_band: bool


def propose(
    sheets: Sequence[ReviewSheet],
    rubric: Rubric,
    rule: SettlementRule,
    bands: Sequence[Band] | None = None,
) -> Proposal:
    """Propose a report's result from its submitted reviews.

    The totals are joined by the rule's method and rounded half up to 0.01, then comes the band,
    then the cap of each veto that every review claims. A trimmed mean of fewer than `trim_from`
    reviews is the plain mean. Raises Conflict without reviews, Invalid if one lacks points.
    """
    if not sheets:
        raise Conflict(N_("No review of this report has been submitted yet."))
    panel = sorted(sheets, key=lambda sheet: _order(sheet, rubric))
    sums = [totals(sheet, rubric, bands) for sheet in panel]
    if not all(one.is_complete for one in sums):
        raise Invalid(N_("A review without points on every criterion cannot be settled."))
    shared, contested = _vetoes(panel, rubric)
    is_trimmed = rule.method is Method.TRIMMED_MEAN and len(panel) >= rule.trim_from
    counted = list(range(len(panel)))[1:-1] if is_trimmed else list(range(len(panel)))
    points = [one.points for one in sums]
    total = _join([points[index] for index in counted], rule.method)
    spread = points[-1] - points[0] if len(panel) > 1 else None
    ratings = tuple(one.rating or "" for one in sums)
    disputes = tuple(_disputes(len(panel), spread, ratings, contested, rubric, rule))
    criteria = _aggregate(panel, counted, total, rubric, rule)
    causes = _causes(panel, disputes, rubric, rule)
    return Proposal(
        method=rule.method,
        reviews=len(panel),
        total=total,
        rating=rating(total, rubric, shared, bands),
        band_rating=rating(total, rubric, (), bands),
        spread=spread,
        ratings=tuple(sorted(ratings)),
        vetoes=shared,
        contested_vetoes=contested,
        disputes=disputes,
        near=near_boundaries(total, bands or rubric.bands, rule.near_points),
        criteria=tuple(
            CriterionAggregate(**{**asdict(one), "causes_dispute": one.id in causes})
            for one in criteria
        ),
        is_trimmed=is_trimmed,
    )


def settle(
    proposal: Proposal,
    rubric: Rubric,
    *,
    total: int,
    rating_given: str,
    reason: str = "",
    vetoes: Iterable[str] | None = None,
    bands: Sequence[Band] | None = None,
) -> Settled:
    """Return the settled result, or raise Invalid where it needs a reason and has none.

    `total` hundredths; `vetoes` those that the officer upholds (None: those all reviews share).
    A disputed result needs a reason, and so does one that is not the proposed one or whose rating
    is not what its total and its vetoes give.
    """
    check_points(total, FULL_MARKS, field="total")
    upheld = tuple(sorted(proposal.vetoes if vetoes is None else set(vetoes)))
    expected = rating(total, rubric, upheld, bands)
    if rating_given not in {band.letter for band in bands or rubric.bands}:
        raise Invalid(N_("A rating is A, B, C or D."), field="rating")
    is_off_band = rating_given != expected
    differs = (total, rating_given, upheld) != (
        proposal.total,
        proposal.rating,
        tuple(sorted(proposal.vetoes)),
    )
    if not reason.strip():
        if is_off_band:
            raise Invalid(
                N_("%(points)s points and the vetoes give %(expected)s: say why it is %(given)s."),
                field="reason",
                points=format_points(total),
                expected=expected,
                given=rating_given,
            )
        if proposal.is_disputed:
            raise Invalid(
                N_("The reviews disagree: give the reason for this result."), field="reason"
            )
        if differs:
            raise Invalid(
                N_("This is not the proposed result: give the reason for it."), field="reason"
            )
    return Settled(
        total=total,
        rating=rating_given,
        reason=reason.strip(),
        vetoes=upheld,
        was_disputed=proposal.is_disputed,
        differs=differs,
        is_off_band=is_off_band,
    )


def near_boundaries(total: int, bands: Sequence[Band], near: int) -> tuple[NearBoundary, ...]:
    """Return the band edges at most `near` hundredths from the total, best band first."""
    return tuple(
        NearBoundary(band.letter, total - band.from_points)
        for band in bands
        if band.from_points > 0 and abs(total - band.from_points) <= near
    )


def _order(sheet: ReviewSheet, rubric: Rubric) -> tuple[int, tuple[int, ...]]:
    """Sort by total, then by points: the result may not depend on who came first."""
    points = tuple(sheet.score(criterion.id).points or 0 for criterion in rubric.criteria)
    return sum(points), points


def _join(points: Sequence[int], method: Method) -> int:
    if method is Method.MEDIAN:
        ordered = sorted(points)
        middle = len(ordered) // 2
        if len(ordered) % 2:
            return ordered[middle]
        return half_up(ordered[middle - 1] + ordered[middle], 2)
    return half_up(sum(points), len(points))


def _vetoes(
    panel: Sequence[ReviewSheet], rubric: Rubric
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    claimed = frozenset[str]().union(*(sheet.veto_ids for sheet in panel))
    shared = claimed.intersection(*(sheet.veto_ids for sheet in panel))
    in_order = [veto.id for veto in rubric.vetoes]
    return (
        tuple(veto for veto in in_order if veto in shared),
        tuple(veto for veto in in_order if veto in claimed - shared),
    )


def _disputes(
    reviews: int,
    spread: int | None,
    ratings: Sequence[str],
    contested: Sequence[str],
    rubric: Rubric,
    rule: SettlementRule,
) -> Iterable[Dispute]:
    if spread is None:
        return  # A panel of one has nobody to disagree with.
    if rule.method is Method.SINGLE:
        yield Dispute(
            DisputeKind.TOO_MANY_FOR_SINGLE,
            N_("The rule takes one review, but %(count)d were submitted; the mean is shown."),
            {"count": reviews},
        )
    if spread > rule.spread_points:
        yield Dispute(
            DisputeKind.SPREAD,
            N_("The totals lie %(spread)s points apart, more than %(limit)s."),
            {"spread": format_points(spread), "limit": format_points(rule.spread_points)},
        )
    best, worst = min(ratings), max(ratings)
    if ratings_apart(best, worst) >= rule.ratings_apart:
        yield Dispute(
            DisputeKind.RATINGS_APART,
            N_("The ratings reach from %(best)s to %(worst)s."),
            {"best": best, "worst": worst},
        )
    for veto in contested:
        yield Dispute(
            DisputeKind.VETO_NOT_SHARED,
            N_("Not all reviews claim the veto “%(veto)s”."),
            {"veto": rubric.veto(veto).ground, "id": veto},
        )


def _aggregate(
    panel: Sequence[ReviewSheet],
    counted: Sequence[int],
    total: int,
    rubric: Rubric,
    rule: SettlementRule,
) -> tuple[CriterionAggregate, ...]:
    """Join the points by criterion so that under a mean they add up to the total.

    Each mean is rounded down and the missing hundredths go to the largest remainders; else an
    agency would read parts that do not sum, the very slip that reports are marked down for.
    """
    rows = [[sheet.score(one.id).points or 0 for sheet in panel] for one in rubric.criteria]
    if rule.method is Method.MEDIAN:
        joined = [_join(row, rule.method) for row in rows]
    else:
        sums = [sum(row[index] for index in counted) for row in rows]
        joined = [one // len(counted) for one in sums]
        by_remainder = sorted(range(len(sums)), key=lambda i: -(sums[i] % len(counted)))
        for index in by_remainder[: total - sum(joined)]:
            joined[index] += 1
    return tuple(
        CriterionAggregate(one.id, points, one.max_points, min(row), max(row))
        for one, points, row in zip(rubric.criteria, joined, rows, strict=True)
    )


def _causes(
    panel: Sequence[ReviewSheet],
    disputes: Sequence[Dispute],
    rubric: Rubric,
    rule: SettlementRule,
) -> frozenset[str]:
    """Return the fewest criteria without whose difference the totals would lie within the limit.

    The differences are those between the lowest and the highest review. A veto alone has no
    criterion; ratings far apart within the spread point at the largest difference.
    """
    kinds = {one.kind for one in disputes}
    if not kinds & {DisputeKind.SPREAD, DisputeKind.RATINGS_APART}:
        return frozenset()
    lowest, highest = panel[0], panel[-1]
    gaps = {
        one.id: (highest.score(one.id).points or 0) - (lowest.score(one.id).points or 0)
        for one in rubric.criteria
    }
    left = sum(gaps.values())
    causes: set[str] = set()
    for criterion_id in sorted(gaps, key=lambda one: -gaps[one]):
        if gaps[criterion_id] <= 0 or (causes and left <= rule.spread_points):
            break
        causes.add(criterion_id)
        left -= gaps[criterion_id]
    return frozenset(causes)
