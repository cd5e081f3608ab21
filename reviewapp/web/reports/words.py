"""The words of the report page: severities, facts with their values, titles from the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Any

from flask_babel import gettext as _

from reviewapp.db.queries.reports import FindingLine
from reviewapp.domain.errors import N_
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.words import check_title, section_title

SEVERITIES = {
    "error": N_("To be corrected"),
    "warning": N_("To be checked"),
    "notice": N_("For information"),
}
FACTS = {
    "title": N_("Title"),
    "project_name": N_("Project"),
    "unit": N_("Project unit"),
    "department": N_("Department in charge"),
    "agency": N_("Agency"),
    "report_date": N_("Date of the report"),
    "evaluation_year": N_("Evaluated year"),
    "budget_amount": N_("Budget"),
    "spent_amount": N_("Spent"),
    "execution_rate": N_("Budget execution"),
    "satisfaction": N_("Satisfaction"),
    "total_score": N_("Project score as stated"),
    "grade": N_("Project grade as stated"),
    "survey_issued": N_("Questionnaires issued"),
    "survey_valid": N_("Valid questionnaires"),
}


@dataclass(frozen=True)
class FactLine:
    """A fact as it reads, and where it stands."""

    name: str
    label: str
    value: str
    page: int | None


@dataclass(frozen=True)
class Group:
    """The findings of one severity."""

    severity: str
    label: str
    findings: tuple[FindingLine, ...]


def titles(rules: Rules, lang: str) -> Callable[[FindingLine], str]:
    """Return a function that says what a finding's check is called, from the rules' data."""

    def title_of(finding: FindingLine) -> str:
        try:
            return check_title(rules, finding.check, lang)
        except KeyError:  # a check that was taken out of the rules since
            return finding.check

    return title_of


def section_lines(answer: Mapping[str, Any], rules: Rules, lang: str) -> list[dict[str, Any]]:
    """Return the outline's sections as they were found, titled in `lang`."""
    lines = []
    for one in answer.get("sections") or []:
        try:
            title = section_title(rules.outlines[answer["kind"]], one["id"], lang)
        except KeyError:  # a section that was taken out of the rules since
            title = one["title"]
        lines.append({**one, "title": title})
    return lines


def shown(finding: FindingLine, value: str, sections: Sequence[Mapping[str, Any]]) -> str:
    """Return what should stand or what stands, with ids of sections and facts in words."""
    if finding.check == "section-missing":
        return str(next((one["title"] for one in sections if one["id"] == value), value))
    if finding.check == "cover-field-missing" and value in FACTS:
        return str(_(FACTS[value]))
    return value


def grouped(findings: Sequence[FindingLine]) -> tuple[Group, ...]:
    """Return the findings by weight, the weightiest first, each group in page order."""
    return tuple(
        Group(key, str(_(label)), tuple(one for one in findings if one.severity == key))
        for key, label in SEVERITIES.items()
        if any(one.severity == key for one in findings)
    )


def fact_lines(answer: Mapping[str, Any]) -> tuple[FactLine, ...]:
    """Return the facts that were found, in the order in which people read them."""
    facts, places = answer.get("facts") or {}, answer.get("fact_places") or {}
    return tuple(
        FactLine(
            name, str(_(label)), _value(name, facts[name]), (places.get(name) or {}).get("page")
        )
        for name, label in FACTS.items()
        if facts.get(name) not in (None, "")
    )


def file_name(stored: str) -> str:
    """Return a safe name for a download: no folders, no control characters, .pdf at its end."""
    name = PurePosixPath(stored.replace("\\", "/")).name
    name = "".join(char for char in name if char.isprintable()).strip(" .") or "report"
    return name if name.lower().endswith(".pdf") else f"{name}.pdf"


def _value(name: str, value: Any) -> str:
    write = _WRITERS.get(name, str)
    try:
        return write(value)
    except InvalidOperation:
        return str(value)


def _yuan(value: Any) -> str:
    return str(_("%(amount)s yuan", amount=f"{Decimal(str(value)):,.2f}"))


def _percent(value: Any) -> str:
    return f"{value}%"


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "budget_amount": _yuan,
    "spent_amount": _yuan,
    "execution_rate": _percent,
    "satisfaction": _percent,
}
