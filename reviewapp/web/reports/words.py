"""The words of the report page: severities, facts with their values, titles from the rules."""

from __future__ import annotations

from collections import Counter
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

_WEIGHTS = ("error", "warning", "notice")
INDICATOR_SCORES = "indicator-scores"  # a table's role, in answers and findings
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


#: what is to be done about findings, the most pressing first
TODO = {
    "supply": N_("Missing: to be supplied"),
    "error": N_("To be corrected"),
    "mask": N_("Personal data: to be masked"),
    "warning": N_("To be checked"),
    "look": N_("Not verifiable: look for yourself"),
    "notice": N_("For information"),
}


@dataclass(frozen=True)
class Explanation:
    """What a check looks for, in the reader's language."""

    text: str
    tolerance: str
    source: str


@dataclass(frozen=True)
class Group:
    """The findings about which the same is to be done."""

    todo: str
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


def many_open(
    findings: Sequence[FindingLine], title_of: Callable[[FindingLine], str]
) -> list[tuple[str, str, int]]:
    """Return the checks with two or more open findings as (id, title, how many), most first."""
    still_open = [one for one in findings if one.triage == "open"]
    counts = Counter(one.check for one in still_open)
    called = {one.check: title_of(one) for one in still_open}
    return [(check, called[check], many) for check, many in counts.most_common() if many > 1]


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
    """Return what should stand or what stands, with ids of sections, tables and facts in words."""
    if value == INDICATOR_SCORES:
        return str(_("Indicator score table"))
    if finding.check in {"section-missing", "block-mislabelled"}:
        return str(next((one["title"] for one in sections if one["id"] == value), value))
    if finding.check == "cover-field-missing" and value in FACTS:
        return str(_(FACTS[value]))
    return value


def explanations(rules: Rules, lang: str) -> Callable[[FindingLine], Explanation | None]:
    """Return a function that explains a finding's check; None for one that is gone."""

    def explain(finding: FindingLine) -> Explanation | None:
        rule = rules.checks.get(finding.check)
        if rule is None:
            return None
        if lang == "en":
            return Explanation(rule.explanation_en, rule.tolerance_en, rule.source)
        return Explanation(rule.explanation, rule.tolerance, rule.source)

    return explain


def grouped(findings: Sequence[FindingLine], rules: Rules) -> tuple[Group, ...]:
    """Return the findings by what is to be done, in each group by weight and then by page."""
    by_weight = sorted(findings, key=lambda one: _WEIGHTS.index(one.severity))
    groups = (
        Group(key, str(_(label)), tuple(one for one in by_weight if _todo(one, rules) == key))
        for key, label in TODO.items()
    )
    return tuple(group for group in groups if group.findings)


def _todo(finding: FindingLine, rules: Rules) -> str:
    """Return what is to be done; what could not be verified is looked at before all else."""
    if finding.outcome == "unverifiable":
        return "look"
    rule = rules.checks.get(finding.check)
    return (rule.todo if rule else "") or finding.severity


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
