"""The demo's reports: which there are, what they state, and which flaws were planted in them."""

from __future__ import annotations

from dataclasses import dataclass

from reviewapp.demo.writer import agencies, figures, sources
from reviewapp.demo.writer.model import ReportSpec

# Name -> unified social credit code, in the order of the register.
AGENCIES = {agency.name: agency.code for agency in agencies.AGENCIES}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """One report of the demo.

    `title` is without 《》; `stated_score_hundredths` and `evaluation_grade` are the PROJECT's as
    the report states them in its conclusion, a planted wrong grade included; `rating_2024` is the
    rating of the REPORT that the round of 2024 shall end in; `expert_points` are total points in
    hundredths that experts may give; `flaws` are ids of checks of the precheck contract.
    """

    key: str
    kind: str
    title: str
    project_name: str
    unit: str
    department: str
    agency: str
    evaluation_year: int
    amount_cents: int
    stated_score_hundredths: int
    evaluation_grade: str
    rating_2024: str | None
    expert_points: tuple[int, ...]
    flaws: tuple[str, ...]
    producer: str
    leads: bool = False  # the notice names it as an example


def reports(year: int, seed: int) -> list[DemoReport]:
    """Return the reports that the round of `year` rates, in the catalogue's order.

    What a report states does not depend on `seed`; only its wording does (see writer.write).
    """
    del seed
    return [_report(spec) for spec in sources.specs(year)]


def _report(spec: ReportSpec) -> DemoReport:
    agency = agencies.AGENCIES[spec.agency]
    score = figures.total(figures.lines(spec, sources.frame(spec.kind, agency.style.frame)))
    return DemoReport(
        key=spec.key,
        kind=spec.kind,
        title=spec.title,
        project_name=spec.name,
        unit=spec.unit,
        department=spec.department,
        agency=agency.name,
        evaluation_year=spec.year,
        amount_cents=int(spec.budget * 1_000_000),
        stated_score_hundredths=int(score * 100),
        evaluation_grade=spec.flaws.get("grade-mismatch", figures.grade_of(score)),
        rating_2024=spec.rating,
        expert_points=spec.points,
        flaws=tuple(sorted(spec.flaws)),
        producer=agency.style.producer,
        leads=spec.leads,
    )
