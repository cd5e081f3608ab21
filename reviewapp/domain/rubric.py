"""What reports are rated against: dimensions, criteria, levels, bands and vetoes (评级标准).

All points are integer hundredths of a point: 15 points are 1500, the whole is 10000.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reviewapp.domain.errors import N_, Invalid

HUNDREDTHS = 100  # of one point
FULL_MARKS = 100 * HUNDREDTHS  # Source: the 100 points of 财预〔2020〕10号, art. 18
RATINGS = ("A", "B", "C", "D")  # from best to worst
SCHEMA = 1  # of to_json; raised when a frozen copy could no longer be read


class RubricKind(StrEnum):
    """The kind of report that a rubric is for."""

    KEY_PROJECT = "key-project"
    DEPARTMENT = "department"


class ReasonRule(StrEnum):
    """Where a review must state a reason."""

    PER_DEDUCTION = "per-deduction"  # wherever points were lost
    PER_CRITERION = "per-criterion"  # everywhere, full marks included
    PER_DIMENSION = "per-dimension"  # once in each dimension
    NONE = "none"


class Per(StrEnum):
    """Whether a suggested deduction counts once or for each finding."""

    FINDING = "finding"
    ONCE = "once"


@dataclass(frozen=True)
class Problem:
    """Why a rubric is impossible: the place in it, and an English msgid with values."""

    where: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.where}: {self.message % self.values if self.values else self.message}"


class ImpossibleRubric(Invalid):
    """A rubric that contradicts itself; `problems` lists every contradiction at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            N_("The rubric is not possible: %(problems)s"),
            problems="; ".join(str(problem) for problem in self.problems),
        )


@dataclass(frozen=True)
class Level:
    """What a work looks like from `from_points` (hundredths, included) up to the next level."""

    title: str
    from_points: int
    text: str


@dataclass(frozen=True)
class SuggestedDeduction:
    """What a confirmed finding of `check` suggests to take off; never taken by itself.

    `points` hundredths, for each finding or once; together at most `at_most`. `sections` narrows
    it to findings on these sections; empty means wherever the finding stands.
    """

    check: str
    points: int
    per: Per = Per.ONCE
    at_most: int = 0
    sections: tuple[str, ...] = ()

    def touches(self, check: str, section: str | None) -> bool:
        """Tell whether a finding of this check on this section is meant."""
        return check == self.check and (not self.sections or section in self.sections)

    def for_count(self, count: int) -> int:
        """Return the hundredths suggested for so many confirmed findings."""
        if count <= 0:
            return 0
        return min(self.points * (count if self.per is Per.FINDING else 1), self.at_most)


@dataclass(frozen=True)
class Criterion:
    """One thing to score, from 0 to `max_points` hundredths (评分项)."""

    id: str
    title: str
    max_points: int
    guidance: str
    levels: tuple[Level, ...]
    sections: tuple[str, ...] = ()
    checks: tuple[SuggestedDeduction, ...] = ()

    def level_at(self, points: int) -> Level:
        """Return the level that these points (hundredths) lie in."""
        for level in self.levels:
            if points >= level.from_points:
                return level
        return self.levels[-1]

    def level_ranges(self) -> tuple[tuple[Level, int, int], ...]:
        """Return each level with its lowest and highest points (hundredths), best first.

        The highest point of a lower level is where the level above begins, itself not included;
        only the best level includes its highest.
        """
        tops = (self.max_points, *(level.from_points for level in self.levels[:-1]))
        return tuple(
            (level, level.from_points, top) for level, top in zip(self.levels, tops, strict=True)
        )


@dataclass(frozen=True)
class Dimension:
    """A group of criteria, as 依据充分."""

    id: str
    title: str
    criteria: tuple[Criterion, ...]
    guidance: str = ""

    @property
    def max_points(self) -> int:
        """Return the hundredths that the dimension's criteria weigh together."""
        return sum(criterion.max_points for criterion in self.criteria)


@dataclass(frozen=True)
class Veto:
    """A stated ground that caps the rating at a letter, whatever the points (一票否决)."""

    id: str
    ground: str
    caps_at: str = "D"
    guidance: str = ""


@dataclass(frozen=True)
class Band:
    """The rating that totals from `from_points` (hundredths, included) earn."""

    letter: str
    from_points: int


@dataclass(frozen=True)
class Rubric:
    """A rubric that adds up. Raises ImpossibleRubric with every problem otherwise."""

    slug: str
    version: str
    kind: RubricKind
    title: str
    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...]
    vetoes: tuple[Veto, ...] = ()
    reason_rule: ReasonRule = ReasonRule.PER_DEDUCTION
    source: str = ""
    guidance: str = ""

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ImpossibleRubric(problems)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Return all criteria in the order of the rubric."""
        return tuple(criterion for dim in self.dimensions for criterion in dim.criteria)

    def criterion(self, criterion_id: str) -> Criterion:
        """Return the criterion; Invalid if the rubric has none of this id."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise Invalid(N_("The rubric has no criterion %(id)s."), id=criterion_id)

    def dimension_of(self, criterion_id: str) -> Dimension:
        """Return the dimension that holds the criterion; Invalid if there is none."""
        for dimension in self.dimensions:
            if any(criterion.id == criterion_id for criterion in dimension.criteria):
                return dimension
        raise Invalid(N_("The rubric has no criterion %(id)s."), id=criterion_id)

    def veto(self, veto_id: str) -> Veto:
        """Return the veto; Invalid if the rubric has none of this id."""
        for veto in self.vetoes:
            if veto.id == veto_id:
                return veto
        raise Invalid(N_("The rubric has no veto %(id)s."), id=veto_id)

    def criteria_touched_by(self, check: str, section: str | None) -> tuple[Criterion, ...]:
        """Return the criteria that a finding of this check on this section bears on."""
        return tuple(
            criterion
            for criterion in self.criteria
            if any(suggested.touches(check, section) for suggested in criterion.checks)
        )

    @property
    def content_hash(self) -> str:
        """Return the SHA-256, in hex, over the canonical JSON of the whole rubric."""
        return hashlib.sha256(canonical_json(self.to_json())).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the whole rubric as plain JSON values; points stay hundredths."""
        plain = json.loads(json.dumps(dataclasses.asdict(self)))
        return {"schema": SCHEMA, **plain}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rubric:
        """Build a rubric from `to_json`'s values; Invalid if they are not such values."""
        if data.get("schema") != SCHEMA:
            raise Invalid(
                N_("This copy of a rubric was written by another version of the program.")
            )
        try:
            return cls(
                slug=data["slug"],
                version=data["version"],
                kind=RubricKind(data["kind"]),
                title=data["title"],
                source=data["source"],
                guidance=data["guidance"],
                reason_rule=ReasonRule(data["reason_rule"]),
                bands=bands_from_json(data["bands"]),
                vetoes=tuple(Veto(**veto) for veto in data["vetoes"]),
                dimensions=tuple(_dimension_from_json(dim) for dim in data["dimensions"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid(N_("This copy of a rubric cannot be read: %(why)s"), why=error) from error


def canonical_json(value: object) -> bytes:
    """Return the one UTF-8 form of JSON values: keys sorted, no spaces, nothing escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def bands_to_json(bands: Sequence[Band]) -> list[dict[str, Any]]:
    """Return bands as plain JSON values, best first."""
    return [{"letter": band.letter, "from_points": band.from_points} for band in bands]


def bands_from_json(data: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    """Build bands from `bands_to_json`'s values; Invalid if they do not cover 0 to 100 points."""
    bands = tuple(Band(item["letter"], item["from_points"]) for item in data)
    check_bands(bands)
    return bands


def check_bands(bands: Sequence[Band]) -> None:
    """Raise ImpossibleRubric unless the bands are A to D, strictly descending, down to 0."""
    problems = list(_band_problems(bands))
    if problems:
        raise ImpossibleRubric(problems)


def _dimension_from_json(data: Mapping[str, Any]) -> Dimension:
    return Dimension(
        id=data["id"],
        title=data["title"],
        guidance=data["guidance"],
        criteria=tuple(
            Criterion(
                id=item["id"],
                title=item["title"],
                max_points=item["max_points"],
                guidance=item["guidance"],
                sections=tuple(item["sections"]),
                levels=tuple(Level(**level) for level in item["levels"]),
                checks=tuple(
                    SuggestedDeduction(
                        check=suggested["check"],
                        points=suggested["points"],
                        per=Per(suggested["per"]),
                        at_most=suggested["at_most"],
                        sections=tuple(suggested["sections"]),
                    )
                    for suggested in item["checks"]
                ),
            )
            for item in data["criteria"]
        ),
    )


def _problems(rubric: Rubric) -> Iterator[Problem]:
    for name in ("slug", "version", "title"):
        if not getattr(rubric, name).strip():
            yield Problem(name, N_("must not be empty"))
    if not rubric.dimensions:
        yield Problem("dimensions", N_("expected at least one dimension"))
    total = sum(dimension.max_points for dimension in rubric.dimensions)
    if total != FULL_MARKS:
        yield Problem(
            "dimensions",
            N_("the criteria weigh %(found)s points together, expected 100"),
            {"found": format_points(total)},
        )
    yield from _repeated("dimensions", [dimension.id for dimension in rubric.dimensions])
    yield from _repeated("criteria", [criterion.id for criterion in rubric.criteria])
    for dimension in rubric.dimensions:
        where = f"dimensions[{dimension.id}]"
        if not dimension.criteria:
            yield Problem(where, N_("expected at least one criterion"))
        for criterion in dimension.criteria:
            yield from _criterion_problems(f"{where}.criteria[{criterion.id}]", criterion)
    yield from _band_problems(rubric.bands)
    yield from _veto_problems(rubric.vetoes)


def _veto_problems(vetoes: Sequence[Veto]) -> Iterator[Problem]:
    yield from _repeated("vetoes", [veto.id for veto in vetoes])
    for veto in vetoes:
        if veto.caps_at not in RATINGS[1:]:
            yield Problem(
                f"vetoes[{veto.id}].caps_at",
                N_("found %(found)s, expected B, C or D"),
                {"found": veto.caps_at},
            )
        if not veto.ground.strip():
            yield Problem(f"vetoes[{veto.id}].ground", N_("must not be empty"))


def _criterion_problems(where: str, criterion: Criterion) -> Iterator[Problem]:
    if criterion.max_points <= 0:
        yield Problem(
            f"{where}.points",
            N_("found %(found)s, expected more than 0 points"),
            {"found": format_points(criterion.max_points)},
        )
    if not criterion.title.strip():
        yield Problem(f"{where}.title", N_("must not be empty"))
    starts = [level.from_points for level in criterion.levels]
    if not starts or starts[-1] != 0:
        yield Problem(f"{where}.levels", N_("the lowest level must begin at 0 points"))
    if not _strictly_descending(starts):
        yield Problem(f"{where}.levels", N_("levels must go from the highest to the lowest"))
    if starts and starts[0] > criterion.max_points:
        yield Problem(
            f"{where}.levels",
            N_("the highest level begins at %(found)s points, above the criterion's %(most)s"),
            {"found": format_points(starts[0]), "most": format_points(criterion.max_points)},
        )
    for suggested in criterion.checks:
        if not 0 < suggested.points <= suggested.at_most <= criterion.max_points:
            yield Problem(
                f"{where}.checks[{suggested.check}]",
                N_("a deduction must be above 0 and at most the criterion's %(most)s points"),
                {"most": format_points(criterion.max_points)},
            )


def _band_problems(bands: Sequence[Band]) -> Iterator[Problem]:
    if tuple(band.letter for band in bands) != RATINGS:
        yield Problem("bands", N_("expected the letters A, B, C and D in this order"))
    starts = [band.from_points for band in bands]
    if not starts or starts[-1] != 0:
        yield Problem("bands", N_("the lowest band must begin at 0 points"))
    if starts and starts[0] > FULL_MARKS:
        yield Problem("bands", N_("no band may begin above 100 points"))
    if not _strictly_descending(starts):
        yield Problem("bands", N_("each band must begin below the one before it"))


def _strictly_descending(values: Sequence[int]) -> bool:
    return all(upper > lower for upper, lower in itertools.pairwise(values))


def _repeated(where: str, ids: Sequence[str]) -> Iterator[Problem]:
    for repeated in sorted({one for one in ids if ids.count(one) > 1}):
        yield Problem(where, N_("the id %(id)s is used more than once"), {"id": repeated})
    if any(not one.strip() for one in ids):
        yield Problem(where, N_("every entry needs an id"))


def format_points(hundredths: int) -> str:
    """Write hundredths as people do: 1350 as 13.5, 9000 as 90, 8999 as 89.99."""
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), HUNDREDTHS)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:02d}".rstrip("0")
