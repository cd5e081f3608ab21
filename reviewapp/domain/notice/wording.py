"""The wording of a notice: which texts there must be, and which names each may use."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reviewapp.domain.errors import N_, Invalid

_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_COLUMNS = {
    "results": ("number", "title", "unit", "department", "agency", "rating", "total"),
    "agencies": ("number", "agency", "reports", "A", "B", "C", "D", "grade"),
    "problems": ("number", "dimension", "criterion", "reports", "text", "examples"),
}

#: Every text of the wording with the names that it may use between {{ and }}.
TEXTS: dict[str, frozenset[str]] = {
    key: frozenset(names.split())
    for key, names in {
        "organ": "bureau",
        "title": "round.year",
        "doc-number-blank": "",
        "date-blank": "",
        "kinds.key-project": "",
        "kinds.department": "",
        "letter": "letter",
        "addressees.default": "",
        "addressees.line": "addressees",
        "opening": "",
        "supersession": "title number",
        "organisation.heading": "",
        "organisation.this-year": "",
        "organisation.other-year": "year",
        "organisation.count": "when counts agencies",
        "organisation.kind-count": "count kind",
        "organisation.draws": "draws",
        "organisation.draw-all": "kind count",
        "organisation.draw-sample": "kind population method count",
        "organisation.draw-method": "",
        "organisation.experts": "experts per-report",
        "organisation.experts-independent": "experts per-report",
        "organisation.standard": "rubrics",
        "organisation.rubric": "title version",
        "organisation.bands": "bands",
        "organisation.band-first": "floor letter",
        "organisation.band-middle": "floor ceiling letter",
        "organisation.band-last": "ceiling letter",
        "organisation.settlement": "settlement",
        "organisation.disputed": "disputed",
        "organisation.period": "from to",
        "organisation.feedback": "",
        "settlement.single": "",
        "settlement.mean": "",
        "settlement.trimmed-mean": "",
        "settlement.median": "",
        "results.heading": "",
        "results.lead": "clauses",
        "results.some": "titles count letter",
        "results.all": "titles count letter",
        "results.none": "letters",
        "results.annexes": "",
        "strengths.heading": "",
        "strengths.rates": "best best-rate worst worst-rate",
        "strengths.rates-one": "best best-rate",
        "strengths.examples": "titles",
        "strengths.best-some": "titles count letter",
        "strengths.best-all": "titles letter",
        "problems.heading": "",
        "problems.none": "",
        "problems.title": "dimension criterion",
        "problems.count": "count",
        "problems.examples": "titles",
        "problems.low-heading": "letters",
        "problems.low": "title agency letter",
        "problems.low-why": "shortcomings",
        "problems.annex": "",
        "requirements.heading": "",
        "requirements.deadline": "date",
        "requirements.deadline-none": "",
        "annexes.list-label": "",
        "annexes.label": "number",
        "annexes.label-only": "",
        **{f"annexes.{annex}.title": "" for annex in _COLUMNS},
        **{
            f"annexes.{annex}.columns.{key}": ""
            for annex, columns in _COLUMNS.items()
            for key in columns
        },
        "annexes.agencies.sum": "",
        "annexes.agencies.too-few": "",
        "annexes.agencies.not-applicable": "",
        "contact.both": "name phone",
        "contact.name": "name",
        "contact.phone": "phone",
        "publicity.public": "",
        "publicity.on-request": "",
        "publicity.internal": "",
        "imprint.cc": "names",
        "imprint.printer": "bureau",
        "imprint.printed": "date",
    }.items()
}
#: Texts that must use all of their names, because a figure that is left out would not be published.
_COMPLETE = ("organisation.count", "organisation.kind-count", "results.lead", "results.some",
             "results.all", "results.none", "problems.low")  # fmt: skip
NAMED = ("A", "B", "C", "D", "best")
REQUIREMENT_CASES = ("always", "low")


@dataclass(frozen=True, slots=True)
class DefaultRequirement:
    """A requirement that stands in every notice, or (`when` is "low") only with C or D reports."""

    heading: str
    text: str
    when: str


@dataclass(frozen=True)
class Wording:
    """A checked wording; one that lacks a text or uses an unknown name cannot be made.

    `named` says how many titles a sentence names before 等, 0 for all, by letter and for "best".
    """

    slug: str
    version: int
    texts: Mapping[str, str]
    requirements: tuple[DefaultRequirement, ...]
    named: Mapping[str, int]

    def __post_init__(self) -> None:
        for key in sorted(TEXTS.keys() - self.texts.keys()):
            raise Invalid(N_("The wording lacks the text “%(key)s”."), field=key, key=key)
        for key in sorted(self.texts.keys() - TEXTS.keys()):
            raise Invalid(N_("The wording has an unknown text “%(key)s”."), field=key, key=key)
        for key, text in self.texts.items():
            _check_names(key, text, TEXTS[key])
        for number, item in enumerate(self.requirements, 1):
            key = f"requirements.default.{number}"
            _check_names(key, item.text, frozenset({"deadline"}))
            _check_names(key, item.heading, frozenset())
            if item.when not in REQUIREMENT_CASES:
                raise Invalid(
                    N_("“%(key)s” applies “%(when)s”; it can be “always” or “low”."),
                    field=key,
                    key=key,
                    when=item.when,
                )
        for key in NAMED:
            if not isinstance(self.named.get(key), int) or self.named[key] < 0:
                raise Invalid(
                    N_("The wording lacks how many titles to name for “%(key)s”."),
                    field=f"named.{key}",
                    key=key,
                )

    def text(self, key: str) -> str:
        """Return a text of TEXTS."""
        return self.texts[key]

    @cached_property
    def sha256(self) -> str:
        """The hash of everything that the wording says."""
        data = {
            "slug": self.slug,
            "version": self.version,
            "texts": dict(self.texts),
            "requirements": [[item.heading, item.when, item.text] for item in self.requirements],
            "named": dict(self.named),
        }
        canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def split(template: str) -> list[str]:
    """Return literal text and names in turn: even places are text, odd places names."""
    return _PLACEHOLDER.split(template)


def _check_names(key: str, text: str, allowed: frozenset[str]) -> None:
    used = split(text)[1::2]
    wrong = sorted(set(used) - allowed)
    if wrong:
        raise Invalid(
            N_("“%(key)s” uses the unknown name “%(name)s”."), field=key, key=key, name=wrong[0]
        )
    missing = sorted(allowed - set(used)) if key in _COMPLETE else []
    if missing:
        raise Invalid(
            N_("“%(key)s” must use the name “%(name)s”."), field=key, key=key, name=missing[0]
        )
    if any(mark in text for mark in "⟦⟧"):
        raise Invalid(N_("“%(key)s” must not contain ⟦ or ⟧."), field=key, key=key)
