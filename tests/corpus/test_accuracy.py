"""The short form of `make accuracy`: a few reports, and bounds that a regression would break."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pdfplumber
import pytest

from reviewapp.domain.precheck import suite
from tests.corpus.accuracy import corpus_folder, figures, measure, together, truth_of
from tests.corpus.model import Spec
from tests.corpus.scoring import judge, plain
from tests.corpus.specs import all_specs
from tests.corpus.words import HALVES, Words, data

_PIP = ["typst", "reportlab"]


def _few() -> list[Spec]:
    return all_specs(_PIP, 12, scans=0)[:6]


@pytest.fixture(scope="module")
def folder() -> Path:
    return corpus_folder()


def test_every_list_of_wordings_has_both_halves() -> None:
    def lists(node: object, keys: tuple[str, ...]) -> None:
        if isinstance(node, dict):
            for key, below in node.items():
                lists(below, (*keys, key))
        elif isinstance(node, list):
            drawn = [Words(half, Random(1)).all(keys[0], *keys[1:]) for half in HALVES]
            assert sum(map(len, drawn)) == len(node)

    for name in ("headings", "sentences", "tables", "flaws-language", "flaws-figures"):
        lists(data(name), (name,))


def test_the_truth_s_pages_are_where_another_reader_finds_the_headings(folder: Path) -> None:
    for spec in _few()[:2]:
        truth = truth_of(spec, folder)
        with pdfplumber.open(folder / f"{spec.id}-{spec.producer}.pdf") as pdf:
            texts = {page.page_number: plain(page.extract_text()) for page in pdf.pages}
        for heading in truth["headings"]:
            assert plain(heading["text"]) in texts[heading["page"]]


def test_a_perfect_answer_scores_one_and_an_empty_one_nothing(folder: Path) -> None:
    spec = next(spec for spec in _few() if spec.flaws)
    truth = truth_of(spec, folder)
    findings = [
        {
            "check": flaw["check"],
            "page": flaw["page"],
            "expected": flaw["expected"],
            "found": "",
            "quote": "",
            "severity": "error",
            "outcome": "suspect",
        }
        for flaw in truth["flaws"]
    ]
    perfect = {
        "error": None,
        "file": {"pages": 9},
        "sections": [{"id": s, "page": p, "found": True} for s, p in truth["sections"].items()],
        "headings": truth["headings"],
        "facts": truth["facts"],
        "findings": findings,
    }
    empty = {**perfect, "sections": [], "headings": [], "facts": {}, "findings": []}
    assert set(figures(judge(truth, perfect, spec.flaws)).values()) == {1.0}
    nothing = figures(judge(truth, empty, spec.flaws))
    assert nothing["sections F1"] == nothing["recall"] == nothing["facts exact"] == 0


def test_the_precheck_reads_reports_it_has_not_seen(folder: Path) -> None:
    whole = together([score for _, score in measure(_few(), folder)])
    found = figures(whole)
    # Bounds below what is measured (docs/accuracy.md), so that they fail on a real loss only.
    assert found["sections F1"] >= 0.9
    assert found["page exact"] >= 0.95
    assert found["headings F1"] >= 0.85
    assert found["facts exact"] >= 0.95
    assert found["recall"] >= 0.75


def test_every_check_that_is_built_is_planted_or_named_as_missing() -> None:
    planted = {flaw for spec in all_specs(_PIP) for flaw in spec.flaws}
    scans_tell = {"text-layer-missing"}
    not_planted = {"text-shared"}  # needs another report
    assert set(suite.check_ids()) <= planted | scans_tell | not_planted
