"""What is known of a report: the values, their check, and what a precheck's facts propose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Agency
from reviewapp.db.models.round import KINDS
from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.intake import plain_agency, scaled

#: a report may score out of more than 100, e.g. with extra points; hundredths
MAX_SCORE = 100_000
GRADES = ("优", "良", "中", "差")
#: what is known of a report, in the order of the form; `kind` decides outline and rubric
FIELDS = (
    "kind",
    "title",
    "project_name",
    "unit",
    "department",
    "agency_id",
    "evaluation_year",
    "amount_cents",
    "stated_score_hundredths",
    "evaluation_grade",
)
_TEXTS = ("title", "project_name", "unit", "department")


@dataclass(frozen=True)
class Metadata:
    """What is known of a report. Amounts in 分, scores in hundredths; both are the PROJECT's."""

    kind: str
    title: str = ""
    project_name: str = ""
    unit: str = ""
    department: str = ""
    agency_id: UUID | None = None
    evaluation_year: int | None = None
    amount_cents: int | None = None
    stated_score_hundredths: int | None = None
    evaluation_grade: str | None = None


def proposal(session: Session, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the precheck's facts as values of Metadata; the kind is never proposed."""
    values: dict[str, Any] = {
        name: str(facts[name]).strip("《》 ") for name in _TEXTS if facts.get(name)
    }
    if facts.get("agency"):
        values["agency_id"] = find_agency(session, str(facts["agency"]))
    year = facts.get("evaluation_year")
    if isinstance(year, int) and 1990 <= year <= 2100:
        values["evaluation_year"] = year
    # The contract gives amounts in yuan and scores as printed.
    values["amount_cents"] = scaled(str(facts.get("budget_amount", "")), 100)
    values["stated_score_hundredths"] = scaled(str(facts.get("total_score", "")), 100)
    if facts.get("grade") in GRADES:
        values["evaluation_grade"] = facts["grade"]
    return {name: value for name, value in values.items() if value not in (None, "")}


def find_agency(session: Session, name: str) -> UUID | None:
    """Return the agency in the register whose name this is, widths and spaces aside."""
    wanted = plain_agency(name)
    rows = session.exec(select(Agency.id, Agency.name).order_by(col(Agency.name))).all()
    return next((key for key, known in rows if plain_agency(known) == wanted), None)


def check(session: Session, metadata: Metadata) -> None:
    """Raise Invalid, naming the field, for what cannot be stored."""
    if metadata.kind not in KINDS:
        raise Invalid(N_("Key project or department-wide? Please choose."), field="kind")
    if not metadata.title.strip("《》 "):
        raise Invalid(N_("The report needs a title."), field="title")
    if metadata.agency_id is not None and session.get(Agency, metadata.agency_id) is None:
        raise Invalid(N_("Choose an agency of the register."), field="agency_id")
    if metadata.evaluation_grade not in (None, *GRADES):
        raise Invalid(N_("Choose one of the project's grades."), field="evaluation_grade")
    if metadata.evaluation_year is not None and not 1990 <= metadata.evaluation_year <= 2100:
        raise Invalid(N_("The evaluated year has four digits."), field="evaluation_year")
    if metadata.amount_cents is not None and metadata.amount_cents < 0:
        raise Invalid(N_("The amount cannot be negative."), field="amount_cents")
    score = metadata.stated_score_hundredths
    if score is not None and not 0 <= score <= MAX_SCORE:
        raise Invalid(
            N_("The report's own score cannot be read as points."),
            field="stated_score_hundredths",
        )


def stored(value: Any) -> Any:
    """Return a value as it is stored: a title without 《》."""
    return value.strip("《》 ") if isinstance(value, str) else value
