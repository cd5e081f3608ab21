"""The short form of `make fuzz`: damaged files are answered, and nothing stays behind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

from reviewapp.adapters.child import Limits
from reviewapp.adapters.pdf import ReadLimits
from tests.corpus.accuracy import corpus_folder
from tests.fuzz.mutations import MUTATIONS, mutate
from tests.fuzz.run import fuzz, sources

_SECONDS = 10.0


def test_damaged_files_are_answered_in_the_contract_s_form(tmp_path: Path) -> None:
    files = sources(corpus_folder(), 4)
    limits = ReadLimits(child=Limits(wall_seconds=10))
    tried = list(fuzz(files, 1, seconds=_SECONDS, limits=limits, folder=tmp_path))
    assert [t for t in tried if t.trouble] == []
    outcomes = Counter(t.outcome for t in tried)
    # Some damage must be survived and some refused, or the mutations try nothing.
    assert any(outcome.startswith("refused") for outcome in outcomes)
    assert any(not outcome.startswith("refused") for outcome in outcomes)


def test_the_same_seed_damages_a_file_in_the_same_way() -> None:
    data = sources(corpus_folder(), 1)[0]
    assert mutate(data, Random(7)) == mutate(data, Random(7))
    for mutation in MUTATIONS:
        assert mutation(data, Random(3)) == mutation(data, Random(3))
        assert any(mutation(data, Random(seed)) != data for seed in range(5))
