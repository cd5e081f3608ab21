"""Rubric arithmetic: points, totals, what a review still lacks, and the rating it earns.

All points are integer hundredths of a point.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.evidence import Citation
from reviewapp.domain.rubric import (
    FULL_MARKS,
    HUNDREDTHS,
    RATINGS,
    Band,
    Criterion,
    Dimension,
    ReasonRule,
    Rubric,
    format_points,
)

_NUMBER = re.compile(r"(\d+)(?:\.(\d{0,2}))?")
_LONGEST_INPUT = 20  # characters; longer is no number of points that a person means


@dataclass(frozen=True)
class Score:
    """Points on one criterion (hundredths; None while not given), their reason and evidence."""

    criterion: str
    points: int | None = None
    reason: str = ""
    evidence: tuple[Citation, ...] = ()

    @property
    def is_cited(self) -> bool:
        """Whether evidence stands behind the points."""
        return any(one.stands for one in self.evidence)


@dataclass(frozen=True)
class VetoClaim:
    """A veto that an expert claims, with the ground found in the report."""

    veto: str
    ground: str = ""


@dataclass(frozen=True)
class ReviewSheet:
    """One expert's review as the arithmetic sees it: whose it is does not matter here."""

    scores: tuple[Score, ...] = ()
    vetoes: tuple[VetoClaim, ...] = ()
    opinion: str = ""

    def score(self, criterion_id: str) -> Score:
        """Return the score on a criterion; an empty one if nothing was entered yet."""
        for score in self.scores:
            if score.criterion == criterion_id:
                return score
        return Score(criterion_id)

    @property
    def veto_ids(self) -> frozenset[str]:
        """Return the ids of the claimed vetoes."""
        return frozenset(claim.veto for claim in self.vetoes)


@dataclass(frozen=True)
class Missing:
    """What keeps a review from being submitted, at the form field that it belongs to.

    `field` is points-<criterion>, reason-<criterion>, veto-<veto> or opinion.
    """

    field: str
    message: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)


class Incomplete(Invalid):
    """A review that cannot be submitted yet; `missing` says everything that it lacks."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            N_("The review is not complete: %(count)d entries are missing."),
            field=self.missing[0].field if self.missing else "",
            count=len(self.missing),
        )


@dataclass(frozen=True)
class DimensionTotal:
    """The points (hundredths) of one dimension so far."""

    id: str
    title: str
    points: int
    max_points: int
    is_complete: bool


@dataclass(frozen=True)
class Totals:
    """The live sum of a sheet, complete or not; points in hundredths.

    `points` is the sum of what was given, `highest` what it could still become.
    `band_rating` is the band of the points, `rating` the same under the claimed vetoes; both are
    None until every criterion has points, since a partial sum would read as a bad rating.
    """

    points: int
    highest: int
    scored: int
    criteria: int
    dimensions: tuple[DimensionTotal, ...]
    band_rating: str | None
    rating: str | None

    @property
    def is_complete(self) -> bool:
        """Tell whether every criterion has points."""
        return self.scored == self.criteria

    @property
    def is_capped(self) -> bool:
        """Tell whether a veto makes the rating worse than the points would."""
        return self.rating != self.band_rating


def parse_points(text: str, max_points: int, *, field: str = "") -> int:
    """Read points as people type them and return hundredths, from 0 to `max_points`.

    Accepts full-width digits, a comma or 。 as the decimal sign and a trailing 分, with at most two
    decimals. Raises Invalid, at `field`, saying what is wrong.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = plain.removesuffix("分").strip().translate({ord(sign): "." for sign in ",，、。"})
    if not plain:
        raise Invalid(N_("Enter the points."), field=field)
    if plain.startswith(("-", "−", "–")):
        raise Invalid(N_("Points cannot be below 0."), field=field)
    if len(plain) <= _LONGEST_INPUT and re.fullmatch(r"\d+\.\d{3,}", plain, re.ASCII):
        raise Invalid(N_("Points have at most two decimals."), field=field)
    match = _NUMBER.fullmatch(plain) if len(plain) <= _LONGEST_INPUT and plain.isascii() else None
    if match is None:
        raise Invalid(N_("Enter the points as a number, such as 13.5."), field=field)
    points = int(match[1]) * HUNDREDTHS + int((match[2] or "").ljust(2, "0"))
    check_points(points, max_points, field=field)
    return points


def check_points(points: int, max_points: int, *, field: str = "") -> None:
    """Raise Invalid unless the points (hundredths) lie between 0 and `max_points`."""
    if points < 0:
        raise Invalid(N_("Points cannot be below 0."), field=field)
    if points > max_points:
        raise Invalid(
            N_("At most %(most)s points can be given here."),
            field=field,
            most=format_points(max_points),
        )


def points_after(max_points: int, deductions: Iterable[int]) -> int:
    """Return what is left of `max_points` after the deductions (hundredths), never below 0."""
    return max(0, max_points - sum(deductions))


@dataclass(frozen=True)
class Suggestion:
    """What the confirmed findings of one check suggest to take off a criterion (hundredths)."""

    check: str
    count: int
    points: int


def suggestions(
    criterion: Criterion, confirmed: Iterable[tuple[str, str | None]]
) -> tuple[Suggestion, ...]:
    """Return the deductions that confirmed findings, as (check, section), suggest here.

    Nothing is ever deducted by this alone. Doubts that nobody confirmed do not belong in the input.
    """
    findings = list(confirmed)
    counted = [
        (one, sum(one.touches(check, section) for check, section in findings))
        for one in criterion.checks
    ]
    return tuple(
        Suggestion(one.check, count, one.for_count(count)) for one, count in counted if count
    )


def half_up(numerator: int, denominator: int) -> int:
    """Divide two numbers that are not negative and round half up to a whole number."""
    return (2 * numerator + denominator) // (2 * denominator)


def worse_of(first: str, second: str) -> str:
    """Return the worse of two ratings."""
    return max(first, second, key=RATINGS.index)


def ratings_apart(first: str, second: str) -> int:
    """Return how many steps lie between two ratings: A and C are 2 apart."""
    return abs(RATINGS.index(first) - RATINGS.index(second))


def band_rating(total: int, bands: Sequence[Band]) -> str:
    """Return the rating that a total (hundredths, 0 to 10000) earns by points alone."""
    check_points(total, FULL_MARKS)
    return next(band.letter for band in bands if total >= band.from_points)


def rating(
    total: int, rubric: Rubric, vetoes: Iterable[str] = (), bands: Sequence[Band] | None = None
) -> str:
    """Return the rating of a total under the vetoes (their ids) that count.

    The total is already rounded half up to 0.01; first its band, then each veto's cap. `bands`
    are the round's own, if it has its own, else the rubric's.
    """
    letter = band_rating(total, bands or rubric.bands)
    for veto_id in vetoes:
        letter = worse_of(letter, rubric.veto(veto_id).caps_at)
    return letter


def check_sheet(sheet: ReviewSheet, rubric: Rubric) -> None:
    """Raise Invalid if the sheet does not fit the rubric: unknown or double entries, points out.

    What is merely missing is not an error here; see `completeness`.
    """
    ids = [score.criterion for score in sheet.scores]
    vetoes = [claim.veto for claim in sheet.vetoes]
    if len(set(ids)) < len(ids) or len(set(vetoes)) < len(vetoes):
        raise Invalid(N_("The same criterion or veto was entered twice."))
    for score in sheet.scores:
        criterion = rubric.criterion(score.criterion)
        if score.points is not None:
            check_points(score.points, criterion.max_points, field=f"points-{criterion.id}")
    for claim in sheet.vetoes:
        rubric.veto(claim.veto)


def totals(sheet: ReviewSheet, rubric: Rubric, bands: Sequence[Band] | None = None) -> Totals:
    """Add up a sheet, complete or not. Raises Invalid if it does not fit the rubric."""
    check_sheet(sheet, rubric)
    dimensions = tuple(_dimension_total(sheet, dimension) for dimension in rubric.dimensions)
    given = [sheet.score(criterion.id).points for criterion in rubric.criteria]
    points = sum(one for one in given if one is not None)
    open_points = sum(
        criterion.max_points
        for criterion, one in zip(rubric.criteria, given, strict=True)
        if one is None
    )
    is_complete = None not in given
    return Totals(
        points=points,
        highest=points + open_points,
        scored=sum(one is not None for one in given),
        criteria=len(given),
        dimensions=dimensions,
        band_rating=band_rating(points, bands or rubric.bands) if is_complete else None,
        rating=rating(points, rubric, sheet.veto_ids, bands) if is_complete else None,
    )


def completeness(sheet: ReviewSheet, rubric: Rubric) -> tuple[Missing, ...]:
    """Return everything that the sheet lacks, in the order of the form; empty if complete."""
    check_sheet(sheet, rubric)
    missing: list[Missing] = []
    for dimension in rubric.dimensions:
        for criterion in dimension.criteria:
            missing.extend(_missing_on(sheet.score(criterion.id), criterion, rubric.reason_rule))
        missing.extend(_missing_in_dimension(sheet, dimension, rubric.reason_rule))
    for claim in sheet.vetoes:
        if not claim.ground.strip():
            missing.append(
                Missing(f"veto-{claim.veto}", N_("State what in the report justifies the veto."))
            )
    if not sheet.opinion.strip():
        missing.append(Missing("opinion", N_("Write the overall opinion.")))
    return tuple(missing)


def require_complete(sheet: ReviewSheet, rubric: Rubric) -> None:
    """Raise Incomplete, which lists all that is missing, unless the sheet can be submitted."""
    missing = completeness(sheet, rubric)
    if missing:
        raise Incomplete(missing)


def needs_reason(points: int | None, max_points: int, rule: ReasonRule) -> bool:
    """Tell whether a score (hundredths) on one criterion needs a reason of its own."""
    if rule is ReasonRule.PER_CRITERION:
        return True
    return rule is ReasonRule.PER_DEDUCTION and points is not None and points < max_points


def _dimension_total(sheet: ReviewSheet, dimension: Dimension) -> DimensionTotal:
    given = [sheet.score(criterion.id).points for criterion in dimension.criteria]
    return DimensionTotal(
        id=dimension.id,
        title=dimension.title,
        points=sum(one for one in given if one is not None),
        max_points=dimension.max_points,
        is_complete=None not in given,
    )


def _missing_on(score: Score, criterion: Criterion, rule: ReasonRule) -> Iterator[Missing]:
    if score.points is None:
        yield Missing(
            f"points-{criterion.id}",
            N_("Give points for “%(criterion)s”."),
            {"criterion": criterion.title},
        )
    # Lost points may rest on a passage alone: it is shown to the agency where a reason would be.
    is_deduction = score.points is not None and score.points < criterion.max_points
    is_founded = bool(score.reason.strip()) or (is_deduction and score.is_cited)
    if needs_reason(score.points, criterion.max_points, rule) and not is_founded:
        message = (
            N_("Give a reason for the points on “%(criterion)s”.")
            if rule is ReasonRule.PER_CRITERION
            else N_("Give a reason or evidence for the points lost on “%(criterion)s”.")
        )
        yield Missing(f"reason-{criterion.id}", message, {"criterion": criterion.title})


def _missing_in_dimension(
    sheet: ReviewSheet, dimension: Dimension, rule: ReasonRule
) -> Iterator[Missing]:
    if rule is not ReasonRule.PER_DIMENSION:
        return
    if not any(sheet.score(criterion.id).reason.strip() for criterion in dimension.criteria):
        yield Missing(
            f"reason-{dimension.criteria[0].id}",
            N_("Give at least one reason in “%(dimension)s”."),
            {"dimension": dimension.title},
        )
