"""Which reports the corpus has: every check planted and absent, in every shape."""

from __future__ import annotations

from random import Random

from tests.corpus import language
from tests.corpus.model import Spec
from tests.corpus.numbering import STYLES
from tests.corpus.words import HALVES

KINDS = ("key-project", "department")
_LAYOUTS = ("plain", "summary-first", "work-in-annex", "merged-advice", "plain")
_TABLES = ("merged", "plain", "merged long", "long bare", "three-line", "merged subtotals")
# Sets of flaws that do not disturb one another; the empty ones are clean reports.
_FLAWS: tuple[tuple[str, ...], ...] = (
    (),
    ("section-missing", "scores-sum", "citation-repealed", "pii-phone"),
    ("section-empty", "weights-sum", "placeholder-left", "consultation-missing", "rate-mismatch"),
    ("grade-mismatch", "citation-malformed", "pii-id-number", "annex-missing"),
    (),
    (
        *("score-inconsistent", "heading-numbering", "survey-incomplete", "cover-field-missing"),
        "indicator-count-mismatch",
    ),
    ("score-exceeds-weight", "toc-mismatch", "amount-cross-foot", "problem-without-advice"),
    (
        *("score-rate-mismatch", "survey-arithmetic", "pii-bank-card", "signature-missing"),
        *("year-inconsistent", "deduction-unexplained"),
    ),
    (),
    ("benefit-weight-low", "rate-mismatch", "year-inconsistent", "active-content"),
    ("indicator-count-mismatch", "amount-inconsistent", "name-inconsistent", "placeholder-left"),
    (
        *("deduction-unexplained", "block-mislabelled", "section-missing", "grade-mismatch"),
        *("amount-inconsistent", "survey-arithmetic"),
    ),
)
# Where a flaw needs a section that a shape of the report lacks, or a rule for projects only.
_KEY_ONLY = {"block-mislabelled", "benefit-weight-low"}


def all_specs(producers: list[str], count: int = 72, scans: int = 8) -> list[Spec]:
    """Return the reports in a fixed order; every sixth of them is enough for a first look."""
    random = Random("corpus 1")
    found = []
    for index in range(count):
        flaws = _FLAWS[index % len(_FLAWS)]
        turn = index // len(_FLAWS)
        kind = KINDS[(index // 3 + turn) % 2]
        spec = Spec(
            id=f"r{index:03}",
            kind=kind,
            half=HALVES[(index + turn) % 2],
            producer=producers[(index // 2 + turn) % len(producers)],
            numbering=STYLES[(index + turn) % len(STYLES)],
            layout=_fitting(random.choice(_LAYOUTS), flaws, kind),
            table=_TABLES[(index + turn) % len(_TABLES)],
            flaws=tuple(flaw for flaw in flaws if kind == "key-project" or flaw not in _KEY_ONLY),
            seed=index,
        )
        found.append(spec)
    found += language.specs(producers, count // 3)
    for index in range(scans):
        found.append(
            Spec(
                id=f"s{index:03}",
                kind=KINDS[index % 2],
                half=HALVES[index // 2 % 2],
                producer="typst",
                numbering=STYLES[index % len(STYLES)],
                layout="plain",
                table=_TABLES[index % 4],
                flaws=_FLAWS[index % 8],
                scan=True,
                seed=500 + index,
            )
        )
    return found


def _fitting(layout: str, flaws: tuple[str, ...], kind: str) -> str:
    """Keep a layout out of the way of what is planted."""
    if layout == "merged-advice" and {"section-empty", "section-missing"} & set(flaws):
        return "plain"
    if layout == "work-in-annex" and kind == "department":
        return "plain"
    return layout
