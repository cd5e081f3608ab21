"""The numbers of a report: indicators with weights and scores, rates, the grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from reviewapp.demo.writer.model import Described, Measured, Problem, ReportSpec

_CENT = Decimal("0.01")
_ONE = Decimal(1)
_OPTION_WEIGHTS = (100, 80, 60, 30, 0)
SATISFACTION_POINTS = 10
EXECUTION = ("预算执行率", "预算完成率")


@dataclass(frozen=True, slots=True)
class Line:
    """A third-level indicator with its points; `problem` says why points were lost."""

    first: str
    second: str
    name: str
    weight: Decimal
    score: Decimal
    problem: Problem | None = None
    measured: Measured | None = None
    described: Described | None = None

    @property
    def loss(self) -> Decimal:
        """Return the points lost."""
        return self.weight - self.score


@dataclass(frozen=True, slots=True)
class Frame:
    """An agency's indicator frame: managed leaves with weights, points of output and benefit."""

    firsts: tuple[str, str, str, str]
    leaves: tuple[tuple[int, str, str, int], ...]  # first level's index, second, name, weight
    output: int
    benefit: int


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return part of whole in percent, to two decimals, half up."""
    return (part * 100 / whole).quantize(_CENT, ROUND_HALF_UP)


def satisfaction(spec: ReportSpec) -> Decimal:
    """Return the weighted satisfaction in percent (100, 80, 60, 30 and 0 for the five answers)."""
    survey = spec.survey
    points = sum(
        count * weight for count, weight in zip(survey.options, _OPTION_WEIGHTS, strict=True)
    )
    return percent(Decimal(points) / 100, Decimal(survey.valid))


def execution_rate(spec: ReportSpec) -> Decimal:
    """Return spending over budget in percent."""
    return percent(spec.spent, spec.budget)


def lines(spec: ReportSpec, frame: Frame) -> tuple[Line, ...]:
    """Return all third-level indicators in the table's order; their weights sum to 100."""
    reasons = {problem.indicator: problem for problem in spec.problems}
    found: list[Line] = []
    for index, second, name, weight in frame.leaves:
        share = min(_ONE, spec.spent / spec.budget) if name in EXECUTION else _ONE
        found.append(_line(frame.firsts[index], second, name, Decimal(weight), share, reasons))
    found += _output(spec, frame, reasons)
    found += _benefit(spec, frame, reasons)
    unknown = reasons.keys() - {line.name for line in found}
    if unknown:
        raise ValueError(f"{spec.key}: no indicator is called {', '.join(sorted(unknown))}")
    return tuple(found)


def total(found: Sequence[Line]) -> Decimal:
    """Return the sum of the scores."""
    return sum((line.score for line in found), Decimal(0))


def grade_of(score: Decimal) -> str:
    """Return the project's evaluation grade (财预〔2020〕10号第十八条)."""
    for low, grade in ((90, "优"), (80, "良"), (60, "中")):
        if score >= low:
            return grade
    return "差"


def _line(
    first: str,
    second: str,
    name: str,
    weight: Decimal,
    share: Decimal,
    reasons: dict[str, Problem],
    measured: Measured | None = None,
    described: Described | None = None,
) -> Line:
    problem = reasons.get(name)
    if problem is not None and problem.loss is not None:
        score = weight - problem.loss
    elif described is not None:
        score = weight - described.loss
    else:
        score = (weight * share).quantize(_CENT, ROUND_HALF_UP)
    if not 0 <= score <= weight:
        raise ValueError(f"{name}: {score} of {weight} points")
    return Line(first, second, name, weight, score, problem, measured, described)


def _output(spec: ReportSpec, frame: Frame, reasons: dict[str, Problem]) -> list[Line]:
    first = frame.firsts[2]
    planned: list[tuple[str, Measured | Described]] = [
        *(("产出数量", one) for one in spec.quantity),
        *(("产出质量", one) for one in spec.quality),
        ("产出时效", spec.timeliness),
        ("产出成本", spec.cost),
    ]
    found = []
    for (second, one), weight in zip(planned, _shares(frame.output, len(planned)), strict=True):
        if isinstance(one, Measured):
            share = min(_ONE, one.actual / one.plan)
            found.append(_line(first, second, one.name, weight, share, reasons, measured=one))
        else:
            found.append(_line(first, second, one.name, weight, _ONE, reasons, described=one))
    return found


def _benefit(spec: ReportSpec, frame: Frame, reasons: dict[str, Problem]) -> list[Line]:
    first = frame.firsts[3]
    second = "履职效益" if spec.office else "项目效益"
    weights = _shares(frame.benefit - SATISFACTION_POINTS, len(spec.benefits))
    found = [
        _line(first, second, one.name, weight, _ONE, reasons, described=one)
        for one, weight in zip(spec.benefits, weights, strict=True)
    ]
    share = min(_ONE, satisfaction(spec) / spec.survey.target)
    name = f"{spec.survey.who}满意度"
    points = Decimal(SATISFACTION_POINTS)
    return [*found, _line(first, "满意度", name, points, share, reasons)]


def _shares(points: int, count: int) -> list[Decimal]:
    """Split whole points as evenly as whole numbers allow, the larger first."""
    base, more = divmod(points, count)
    return [Decimal(base + (index < more)) for index in range(count)]
