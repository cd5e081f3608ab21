"""Fills the shared wordings with one report's own names and numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reviewapp.demo.writer import figures, sources
from reviewapp.demo.writer.agencies import AGENCIES, DemoAgency
from reviewapp.demo.writer.figures import Frame, Line
from reviewapp.demo.writer.model import ReportSpec, Style

_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")
_CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_MONTHS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def money(amount: Decimal) -> str:
    """Print an amount of 万元."""
    return f"{amount:.2f}万元"


def amount_of(number: Decimal, unit: str) -> str:
    """Print a count with its unit, without needless zeros."""
    plain = f"{number.normalize():f}"
    return plain + unit


class Voice:
    """Chooses wordings by the seed and fills their slots; the same seed says the same words."""

    def __init__(self, spec: ReportSpec, seed: int) -> None:
        """Work out the report's figures and slots."""
        self.spec = spec
        self.agency: DemoAgency = AGENCIES[spec.agency]
        self.style: Style = self.agency.style
        self.frame: Frame = sources.frame(spec.kind, self.style.frame)
        self.lines: tuple[Line, ...] = figures.lines(spec, self.frame)
        self.score = figures.total(self.lines)
        self.grade = spec.flaws.get("grade-mismatch", figures.grade_of(self.score))
        self.rng = random.Random(f"{seed}:{spec.key}")
        self.slots = self._slots()

    def pick(self, name: str) -> Any:
        """Return one of the wordings called `name`, by kind where they differ by kind."""
        return self.rng.choice(self._wordings(name))

    def own(self, name: str) -> Any:
        """Return the wording that the agency always uses."""
        known = self._wordings(name)
        return known[self.style.voice % len(known)]

    def own_headings(self) -> dict[str, str]:
        """Return the agency's words for the sections, by id."""
        known = self._wordings("headings")
        heads: dict[str, str] = known[self.style.headings % len(known)]
        return heads

    def say(self, name: str, /, **more: str) -> str:
        """Return one filled wording."""
        return self.fill(self.pick(name), **more)

    def fill(self, text: str, /, **more: str) -> str:
        """Fill the slots of a text."""
        return text.format_map(self.slots | more)

    def points(self, value: Decimal) -> str:
        """Print points of a table as the agency does."""
        if self.style.decimals == 2:
            return f"{value:.2f}"
        return f"{value.normalize():f}"

    def by_first(self) -> list[tuple[str, list[Line]]]:
        """Return the indicators by first level, in the frame's order."""
        return [
            (first, [line for line in self.lines if line.first == first])
            for first in self.frame.firsts
        ]

    def date_on_cover(self) -> str:
        """Print the report's month in the agency's way."""
        if self.style.voice == 0:
            return self.spec.date
        year, month = self._month()
        return f"{str(year).translate(_CHINESE_DIGITS)}年{_MONTHS[month - 1]}月"

    def _wordings(self, name: str) -> Sequence[Any]:
        found = sources.phrases()[name]
        if isinstance(found, dict):
            found = found[self.spec.kind]
        known: Sequence[Any] = found
        return known

    def _month(self) -> tuple[int, int]:
        match = _MONTH.match(self.spec.date)
        if match is None:
            raise ValueError(f"{self.spec.key}: date {self.spec.date}")
        return int(match[1]), int(match[2])

    def _slots(self) -> dict[str, str]:
        return self._names() | self._money() | self._points() | self._survey() | self._people()

    def _names(self) -> dict[str, str]:
        spec = self.spec
        _year, month = self._month()
        whole = f"{spec.department}{spec.year}年度部门整体支出"
        return {
            "y": str(spec.year),
            "y1": str(spec.year + 1),
            "name": spec.name,
            "title_short": whole if spec.office else spec.name,
            "unit": spec.unit,
            "dept": spec.department,
            "agency": self.agency.name,
            "nature": spec.nature,
            "both": spec.unit
            if spec.unit == spec.department
            else f"{spec.unit}和{spec.department}",
            "subject": "部门履职" if spec.office else "项目",
            "doing": "部门履职情况" if spec.office else "项目实施情况",
            "goal": spec.goal,
            "basis1": spec.basis[0],
            "date": spec.date,
            "m0": str(month - 3),
            "m1": str(month - 2),
            "m2": str(month - 1),
            "feedback_date": f"{spec.year + 1}年{month - 1}月{self.rng.randint(11, 26)}日",
            "n_feedback": "5",
            "n_interviews": str(len(spec.interviews)),
            "interviewed": "、".join(one.who for one in spec.interviews),
            "item0": spec.quantity[0].name,
            "item1": spec.quality[0].name,
            "benefit0": spec.benefits[0].name,
            "problem0": spec.problems[0].title,
            "problem1": spec.problems[-1].title,
        }

    def _money(self) -> dict[str, str]:
        spec = self.spec
        top = max(spec.funds, key=lambda line: line.budget)
        low = min(spec.funds, key=lambda line: line.spent / line.budget)
        part = Decimal(self.rng.randint(62, 88)) / 100
        checked = (spec.spent * part).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return {
            "budget": money(spec.budget),
            "spent": money(spec.spent),
            "left": money(spec.budget - spec.spent),
            "rate": f"{figures.execution_rate(spec)}%",
            "top_item": top.item,
            "top_budget": money(top.budget),
            "top_share": f"{figures.percent(top.budget, spec.budget)}%",
            "low_item": low.item,
            "checked": money(checked),
            "checked_share": f"{figures.percent(checked, spec.spent)}%",
        }

    def _points(self) -> dict[str, str]:
        weights = [sum(line.weight for line in lines) for _first, lines in self.by_first()]
        slots = {f"w{index}": f"{weight}" for index, weight in enumerate(weights)}
        slots |= {f"first{index}": first for index, first in enumerate(self.frame.firsts)}
        seconds = {(line.first, line.second) for line in self.lines}
        return slots | {
            "score": self.points(self.score),
            "grade": self.grade,
            "n1": str(len(self.frame.firsts)),
            "n2": str(len(seconds)),
            "n3": str(len(self.lines)),
        }

    def _survey(self) -> dict[str, str]:
        survey = self.spec.survey
        share = figures.percent(Decimal(survey.valid), Decimal(survey.issued))
        return {
            "who": survey.who,
            "issued": str(survey.issued),
            "returned": str(survey.returned),
            "valid": str(survey.valid),
            "valid_share": f"{share}%",
            "sat": f"{figures.satisfaction(self.spec)}%",
            "sat_target": str(survey.target),
        }

    def _people(self) -> dict[str, str]:
        office = self.spec.office
        if office is None:
            return {}
        rate = figures.percent(Decimal(office.present), Decimal(office.posts))
        return {
            "posts": str(office.posts),
            "present": str(office.present),
            "staff_rate": f"{rate}%",
            "rec_budget": money(office.receptions_budget),
            "rec_spent": money(office.receptions_spent),
            "rec_before": money(office.receptions_before),
        }
