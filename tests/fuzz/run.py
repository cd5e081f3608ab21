"""Feeds damaged PDFs to the precheck and looks at every answer: `make fuzz MINUTES=10`.

Whatever the file, the precheck must answer in the contract's form, within its limits, and leave
no child process behind. What breaks this is kept in the log's folder with its seed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from reviewapp.adapters.child import Limits
from reviewapp.adapters.pdf import MESSAGES, ReadLimits
from reviewapp.services.precheck_file import check_file
from tests.corpus.accuracy import corpus_folder, truth_of
from tests.corpus.specs import all_specs
from tests.fuzz.mutations import mutate

_OUTCOMES = ("complete", "attention", "incomplete", "unverifiable")
_SLACK = 3.0  # seconds for starting and ending the child, on a busy machine


@dataclass(frozen=True)
class Tried:
    """One damaged file: `trouble` says what the answer got wrong, "" if nothing."""

    seed: int
    mutation: str
    outcome: str
    seconds: float
    trouble: str


def sources(folder: Path, count: int) -> list[bytes]:
    """Return reports of the corpus by the producers that pip brings."""
    specs = all_specs(["typst", "reportlab"], count, scans=0)
    for spec in specs:
        truth_of(spec, folder)
    return [(folder / f"{spec.id}-{spec.producer}.pdf").read_bytes() for spec in specs]


def fuzz(
    files: list[bytes], seed: int, *, seconds: float, limits: ReadLimits, folder: Path
) -> Iterator[Tried]:
    """Try damaged files until the time is over; files that brought trouble stay in `folder`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        random = Random(seed)
        mutation, data = mutate(random.choice(files), random)
        path = folder / f"fuzz-{seed}.pdf"
        path.write_bytes(data)
        tried = _try(path, seed, mutation, random.choice(["key-project", "department"]), limits)
        if not tried.trouble:
            path.unlink()
        yield tried
        seed += 1


def _try(path: Path, seed: int, mutation: str, kind: str, limits: ReadLimits) -> Tried:
    began = time.monotonic()
    try:
        answer = check_file(path, kind, limits=limits)
    except Exception:
        trouble = traceback.format_exc()
        return Tried(seed, mutation, "traceback", time.monotonic() - began, trouble)
    seconds = time.monotonic() - began
    trouble = _trouble(answer)
    if seconds > limits.child.wall_seconds * 2 + _SLACK:
        trouble = f"answered after {seconds:.1f} s"
    if left := [child.pid for child in multiprocessing.active_children()]:
        trouble = f"children left: {left}"
    error = answer["error"]
    outcome = f"refused: {error['code']}" if error else answer["outcome"]
    return Tried(seed, mutation, outcome, seconds, trouble)


def _trouble(answer: dict[str, Any]) -> str:
    if answer["outcome"] not in _OUTCOMES:
        return f"outcome {answer['outcome']!r}"
    error = answer["error"]
    if error and (error["code"] not in MESSAGES or not error["message"]):
        return f"error {error!r}"
    pages = answer["file"]["pages"] or 0
    wrong = [f for f in answer["findings"] if f["page"] and not 1 <= f["page"] <= pages]
    return f"findings outside the file: {wrong[:2]}" if wrong else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="reviewapp-fuzz-"))
    files = sources(corpus_folder(), 12)
    limits = ReadLimits(child=Limits(wall_seconds=20))
    counts: Counter[str] = Counter()
    slowest, troubles, total = 0.0, 0, 0
    for tried in fuzz(
        files, options.seed, seconds=options.minutes * 60, limits=limits, folder=folder
    ):
        total += 1
        counts[tried.outcome] += 1
        slowest = max(slowest, tried.seconds)
        if tried.trouble:
            troubles += 1
            print(f"seed {tried.seed} {tried.mutation}: {tried.trouble}")
    for outcome, count in counts.most_common():
        print(f"{count:>7}  {outcome}")
    print(
        f"{total:>7}  files from seed {options.seed}, slowest {slowest:.1f} s, {troubles} troubles"
    )
    if troubles:
        print(f"the files that brought trouble are in {folder}")
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
