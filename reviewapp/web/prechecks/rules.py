"""The rules of the precheck as a page: all that a bureau may edit, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from reviewapp.adapters.rule_pages import DataFile, Entry, data_files
from reviewapp.domain.errors import N_
from reviewapp.domain.policy import Permission
from reviewapp.domain.precheck.rules import CheckRule, Rules, SectionRule
from reviewapp.web.prechecks import bp
from reviewapp.web.prechecks.words import SEVERITIES, rules_now
from reviewapp.web.support.access import requires
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import parts

OUTLINE = "outline-"
#: files in the order in which people ask for them; others follow by name
TITLES = {
    "checks": N_("Checks: weight, tolerance and source"),
    "outline-key-project": N_("Outline and wordings of headings: key projects"),
    "outline-department": N_("Outline and wordings of headings: departments"),
    "repealed": N_("Repealed rules"),
    "scores": N_("Scores, grades and their tolerances"),
    "indicators": N_("Numbers of indicators and reasons of deductions"),
    "cover": N_("Cover: labels and required fields"),
    "facts": N_("Facts: wordings of amounts, rates and years"),
    "figures": N_("Rates and amounts: accepted formulas"),
    "funds": N_("Tables of funds"),
    "surveys": N_("Surveys"),
    "years": N_("Years"),
    "shared": N_("Shared text: lengths and standard phrases"),
    "leftovers": N_("Leftovers of templates"),
    "names": N_("Names of projects and units"),
    "signing": N_("Signatures, seals and consultation"),
    "annexes": N_("Annexes"),
    "blocks": N_("Blocks and their indicators"),
    "advice": N_("Problems and advice"),
    "headings": N_("Headings: patterns and examples"),
    "ocr": N_("Scans: how surely a page was read"),
    "several": N_("Several reports in one file"),
}
MARKS = {
    "rules": N_("read in the repealing text"),
    "found": N_("from a public source"),
    "experience": N_("to be checked before relying on it"),
}


@dataclass(frozen=True)
class Shown:
    """What of one file fits the search: rows of its own kind, and its other keys."""

    name: str
    title: str
    remark: str
    checks: tuple[CheckRule, ...]
    sections: tuple[SectionRule, ...]
    repealed: tuple[dict[str, Any], ...]
    entries: tuple[Entry, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing fits."""
        return not (self.checks or self.sections or self.repealed or self.entries)


@bp.get("/precheck-rules")
@requires(Permission.RUBRIC_READ)
def rules() -> str:
    """Show all data of the precheck, or what of it holds the searched words."""
    wanted = request.args.get("q", "").strip()[:100]
    in_force = rules_now()
    files = data_files(parts().config.rubrics_dir / "precheck")
    shown = [_shown(file, wanted, in_force) for file in _ordered(files)]
    return render_template(
        "prechecks/rules.html",
        files=[one for one in shown if not one.is_empty],
        wanted=wanted,
        rules_hash=in_force.content_hash,
        severities=SEVERITIES,
        marks=MARKS,
        is_english=locale() == "en",
    )


def _ordered(files: Iterable[DataFile]) -> list[DataFile]:
    places = {name: place for place, name in enumerate(TITLES)}
    return sorted(files, key=lambda file: (places.get(file.name, len(places)), file.name))


def _shown(file: DataFile, wanted: str, in_force: Rules) -> Shown:
    outline = in_force.outlines.get(file.name.removeprefix(OUTLINE))
    sections = outline.sections if outline else ()
    repealed = file.data.get("rules", ()) if file.name == "repealed" else ()
    own = tuple(in_force.checks.values()) if file.name == "checks" else ()
    apart = ("sections.", "rules.") if sections or repealed else ()
    title = TITLES.get(file.name)
    return Shown(
        name=file.name,
        title=str(_(title)) if title else file.name,
        remark=file.remark,
        checks=tuple(one for one in own if _fits(wanted, *_texts_of(one))),
        sections=tuple(one for one in sections if _fits(wanted, *_flat(asdict(one)))),
        repealed=tuple(one for one in repealed if _fits(wanted, *_flat(one))),
        entries=()
        if own
        else tuple(
            entry for entry in _fitting(file.entries, wanted) if not entry.key.startswith(apart)
        ),
    )


def _texts_of(rule: CheckRule) -> list[str]:
    told = [rule.id, rule.title, rule.title_en, rule.explanation, rule.explanation_en]
    return [*told, rule.tolerance, rule.tolerance_en, rule.source, rule.why, rule.why_en]


def _flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _flat(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _flat(inner)]
    return [str(value)]


def _fitting(entries: Iterable[Entry], wanted: str) -> list[Entry]:
    """Return the entries whose key or values hold the searched words; of lists what holds them."""
    found = []
    for entry in entries:
        if _fits(wanted, entry.key):
            found.append(entry)
            continue
        values = tuple(value for value in entry.values if _fits(wanted, value))
        if values:
            found.append(Entry(entry.key, values))
    return found


def _fits(wanted: str, *texts: str) -> bool:
    return not wanted or any(wanted.casefold() in text.casefold() for text in texts)
