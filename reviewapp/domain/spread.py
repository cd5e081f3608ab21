"""What an automatic spread of experts over reports is asked and answers (分派)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from reviewapp.domain.errors import N_, Invalid

Pair = tuple[UUID, UUID]  # a report and an expert, in this order


@dataclass(frozen=True)
class SpreadRequest:
    """Reports that need `per_report` experts each, and what stands in the way.

    `forbidden` pairs are never made (a recusal, or a declined or withdrawn assignment). `kept`
    pairs exist already: they stay and count for the report and for the expert's load, even where
    they are forbidden by now. `caps` limits an expert's whole load, the kept included; no entry
    means no limit. `other_load` is what an expert carries elsewhere and only evens out the load.
    """

    reports: tuple[UUID, ...]
    experts: tuple[UUID, ...]
    per_report: int
    forbidden: frozenset[Pair] = frozenset()
    kept: frozenset[Pair] = frozenset()
    caps: Mapping[UUID, int] = field(default_factory=dict)
    other_load: Mapping[UUID, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.per_report < 1:
            raise Invalid(N_("A report needs at least one expert."), field="per_report")
        if len(set(self.reports)) < len(self.reports) or len(set(self.experts)) < len(self.experts):
            raise Invalid(N_("A report or an expert was named twice."))

    def kept_experts(self, report: UUID) -> frozenset[UUID]:
        """Return the experts that the report has already."""
        return frozenset(expert for one, expert in self.kept if one == report)


@dataclass(frozen=True)
class Shortage:
    """A report that gets fewer experts than it needs, and why, as a msgid with values."""

    report: UUID
    needed: int
    given: int
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Spread:
    """New pairs in the order of the reports, the resulting loads, and what was not possible."""

    pairs: tuple[Pair, ...]
    loads: Mapping[UUID, int]
    shortages: tuple[Shortage, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether every report has its experts."""
        return not self.shortages


def answer(request: SpreadRequest, pairs: tuple[Pair, ...]) -> Spread:
    """Turn a solver's new pairs into the answer, with a sentence for every shortage."""
    loads = {expert: request.other_load.get(expert, 0) for expert in request.experts}
    panels: dict[UUID, set[UUID]] = {report: set() for report in request.reports}
    for report, expert in (*request.kept, *pairs):
        if expert in loads:
            loads[expert] += 1
        if report in panels:
            panels[report].add(expert)
    blocked: dict[UUID, set[UUID]] = {}
    for report, expert in request.forbidden:
        blocked.setdefault(report, set()).add(expert)
    shortages = tuple(
        _shortage(request, report, panel, blocked.get(report, set()))
        for report, panel in panels.items()
        if len(panel) < request.per_report
    )
    return Spread(pairs, loads, shortages)


def _shortage(
    request: SpreadRequest, report: UUID, panel: set[UUID], blocked: set[UUID]
) -> Shortage:
    needed = request.per_report
    free = len((set(request.experts) - blocked) | panel)
    values: dict[str, object] = {"needed": needed, "given": len(panel), "free": free}
    if len(request.experts) < needed:
        message = N_("There are not enough experts: %(needed)d are needed, %(free)d can review.")
    elif free < needed:
        message = N_(
            "%(needed)d experts are needed, but only %(free)d can review this report;"
            " the others have a conflict or declined."
        )
    else:
        message = N_(
            "%(needed)d experts are needed and %(given)d were found;"
            " the others who could review it have reached their limit of reports."
        )
    return Shortage(report, needed, len(panel), message, values)
