"""An agency's grade from the settled results of its reports in a round (机构等级)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.rubric import RATINGS, Band
from reviewapp.domain.scoring import band_rating, half_up, worse_of


@dataclass(frozen=True)
class SettledReport:
    """One settled report of the agency: its total in hundredths and its rating."""

    total: int
    rating: str


@dataclass(frozen=True)
class GradeCap:
    """From `at_least` reports of this rating on, the grade is at best `caps_at`."""

    rating: str
    at_least: int
    caps_at: str


@dataclass(frozen=True)
class AgencyGradeRule:
    """A round's agency grade rule: the band of the mean total, then the caps.

    With fewer than `minimum_reports` settled reports there is no grade. `text` is the official
    Chinese sentence that explains the rule; {minimum_reports} in it is filled in.
    """

    minimum_reports: int = 3
    caps: tuple[GradeCap, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        if self.minimum_reports < 1:
            raise Invalid(N_("An agency grade needs at least one report."))
        for cap in self.caps:
            if cap.rating not in RATINGS or cap.caps_at not in RATINGS or cap.at_least < 1:
                raise Invalid(N_("A cap of the agency grade rule is not possible."))

    @property
    def explanation(self) -> str:
        """Return the rule's sentence with its numbers filled in."""
        return self.text.replace("{minimum_reports}", str(self.minimum_reports))

    def to_json(self) -> dict[str, Any]:
        """Return the rule as plain JSON values."""
        return {**asdict(self), "caps": [asdict(cap) for cap in self.caps]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AgencyGradeRule:
        """Build a rule from `to_json`'s values; what is not given takes its default."""
        try:
            caps = tuple(GradeCap(**cap) for cap in data.get("caps", ()))
            return cls(**{**data, "caps": caps})
        except TypeError as error:
            raise Invalid(N_("The agency grade rule cannot be read: %(why)s"), why=error) from error


@dataclass(frozen=True)
class AgencyGrade:
    """What a round says of an agency's quality.

    `letter` is None if there were too few reports. `mean` is the mean total in hundredths, rounded
    half up, or None without reports. `counts` holds the number of reports by rating, A to D.
    """

    letter: str | None
    n: int
    counts: Mapping[str, int]
    mean: int | None
    too_few: bool
    minimum_reports: int
    rule_text: str
    caps: tuple[GradeCap, ...] = field(default=())


def grade(
    reports: Sequence[SettledReport], rule: AgencyGradeRule, bands: Sequence[Band]
) -> AgencyGrade:
    """Grade an agency by the round's rule; too few reports are a result, not an error."""
    n = len(reports)
    counts = {letter: sum(one.rating == letter for one in reports) for letter in RATINGS}
    mean = half_up(sum(one.total for one in reports), n) if n else None
    too_few = n < rule.minimum_reports
    letter: str | None = None
    applied: tuple[GradeCap, ...] = ()
    if mean is not None and not too_few:
        letter = band_rating(mean, bands)
        applied = tuple(cap for cap in rule.caps if counts[cap.rating] >= cap.at_least)
        for cap in applied:
            letter = worse_of(letter, cap.caps_at)
    return AgencyGrade(
        letter=letter,
        n=n,
        counts=counts,
        mean=mean,
        too_few=too_few,
        minimum_reports=rule.minimum_reports,
        rule_text=rule.explanation,
        caps=applied,
    )
