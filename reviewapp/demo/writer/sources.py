"""Reads the demo's data: reports by year, and the wordings that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reviewapp.demo.writer.figures import Frame
from reviewapp.demo.writer.model import (
    Described,
    FundLine,
    Interview,
    Measured,
    Office,
    Problem,
    ReportSpec,
    Survey,
)

YEARS = (2024, 2025)
_DATA = Path(__file__).resolve().parent.parent / "data"


@cache
def phrases() -> Mapping[str, Any]:
    """Return the shared wordings."""
    loaded: Mapping[str, Any] = _load("phrases.yaml")
    return loaded


@cache
def specs(year: int) -> tuple[ReportSpec, ...]:
    """Return the reports of a round's year in the catalogue's order; empty for other years."""
    if year not in YEARS:
        return ()
    return tuple(_spec(one, year - 1) for one in _load(f"reports-{year}.yaml"))


@cache
def spec(key: str) -> ReportSpec:
    """Return the report with this key; KeyError if the catalogue has none."""
    for year in YEARS:
        for one in specs(year):
            if one.key == key:
                return one
    raise KeyError(key)


@cache
def frame(kind: str, index: int) -> Frame:
    """Return an indicator frame of the kind; an agency's number wraps around."""
    known = phrases()["frames"][kind]
    data = known[index % len(known)]
    leaves = tuple((row[0], row[1], row[2], row[3]) for row in data["leaves"])
    return Frame(tuple(data["firsts"]), leaves, data["output"], data["benefit"])


def _load(name: str) -> Any:
    return yaml.load((_DATA / name).read_text("utf-8"), yaml.CSafeLoader)


def _number(value: object) -> Decimal:
    return Decimal(str(value))


def _spec(data: Mapping[str, Any], evaluated: int) -> ReportSpec:
    values = dict(data)
    kind = values.get("kind", "key-project")
    department = values["department"]
    office = values.get("office")
    return ReportSpec(
        key=values["key"],
        kind=kind,
        title=values["title"],
        name=values.get("name", "部门整体支出"),
        unit=values.get("unit", department),
        department=department,
        agency=values["agency"],
        year=evaluated,
        date=values["date"],
        nature=values.get("nature", "经常性项目"),
        background=tuple(values["background"]),
        basis=tuple(values["basis"]),
        content=tuple(values["content"]),
        funds=tuple(FundLine(row[0], _number(row[1]), _number(row[2])) for row in values["funds"]),
        goal=values["goal"],
        quantity=tuple(_measured(row) for row in values["quantity"]),
        quality=tuple(_measured([row[0], "%", *row[1:]]) for row in values["quality"]),
        timeliness=_described(values["timeliness"]),
        cost=_described(values["cost"]),
        benefits=tuple(_described(row) for row in values["benefits"]),
        survey=_survey(values["survey"]),
        problems=tuple(_problem(row) for row in values["problems"]),
        experience=tuple((row[0], row[1]) for row in values["experience"]),
        interviews=tuple(Interview(*row) for row in values["interviews"]),
        rating=values.get("rating"),
        points=tuple(values.get("points", ())),
        leads=values.get("leads", False),
        office=_office(office) if office else None,
        flaws=values.get("flaws", {}),
    )


def _measured(row: Sequence[Any]) -> Measured:
    return Measured(row[0], row[1], _number(row[2]), _number(row[3]))


def _described(row: Sequence[Any]) -> Described:
    loss = _number(row[3]) if len(row) > 3 else Decimal(0)
    return Described(row[0], row[1], row[2], loss)


def _survey(data: Mapping[str, Any]) -> Survey:
    return Survey(
        who=data["who"],
        issued=data["issued"],
        returned=data["returned"],
        valid=sum(data["options"]),
        options=tuple(data["options"]),
        target=data.get("target", 90),
        questions=tuple(data["questions"]),
    )


def _problem(data: Mapping[str, Any]) -> Problem:
    loss = data.get("loss")
    return Problem(
        indicator=data["indicator"],
        title=data["title"],
        fact=data["fact"],
        cause=data["cause"],
        advice_title=data["advice"][0],
        advice=data["advice"][1],
        loss=None if loss is None else _number(loss),
    )


def _office(data: Mapping[str, Any]) -> Office:
    budget, spent, before = (_number(value) for value in data["receptions"])
    return Office(
        duties=tuple(data["duties"]),
        offices=tuple(data["offices"]),
        posts=data["posts"],
        present=data["present"],
        receptions_budget=budget,
        receptions_spent=spent,
        receptions_before=before,
    )
