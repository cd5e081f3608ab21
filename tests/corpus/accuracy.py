"""Makes the corpus, prechecks it and prints how right the answers are: `make accuracy`."""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reviewapp.adapters import ocr, rule_files
from reviewapp.domain.precheck import suite
from reviewapp.services import scans
from reviewapp.services.precheck_file import check_file
from tests.corpus.model import Spec
from tests.corpus.printing import make, producers
from tests.corpus.scoring import Score, Tally, judge
from tests.corpus.specs import all_specs

# The contract, "How good is good": digital reports, scans at 200 dpi.
BARS = {
    "sections F1": (0.99, 0.95),
    "page exact": (0.97, 0.95),
    "recall": (0.95, 0.70),
    "precision": (0.95, 0.85),
    "facts exact": (0.97, 0.85),
}


def corpus_folder() -> Path:
    """Return the folder of this version of the generator: another version has another folder."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for source in sorted(here.rglob("*")):
        if source.suffix in (".py", ".typ", ".yaml") and source.stem not in _NOT_PRINTING:
            digest.update(source.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"reviewapp-corpus-{digest.hexdigest()[:12]}"
    folder.mkdir(exist_ok=True)
    return folder


_NOT_PRINTING = (
    *("accuracy", "scoring", "test_accuracy"),
    *("strange", "headings-strange", "headings-practice"),
)


def truth_of(spec: Spec, folder: Path) -> dict[str, Any]:
    """Return the truth of a report, making it first if it is not there."""
    known = folder / f"{spec.id}-{spec.producer}.json"
    if known.exists():
        loaded: dict[str, Any] = json.loads(known.read_text(encoding="utf-8"))
        return loaded
    truth = make(spec, folder)
    (folder / f"{spec.id}.pdf").replace(known.with_suffix(".pdf"))
    (folder / f"{spec.id}.json").replace(known)
    return truth


def measure(specs: list[Spec], folder: Path) -> list[tuple[Spec, Score]]:
    """Precheck every report and score the answer."""
    built = suite.check_ids()
    rules = rule_files.load()  # once: an edit while this runs must not change the ruler
    found = []
    for spec in specs:
        truth = truth_of(spec, folder)
        path = folder / f"{spec.id}-{spec.producer}.pdf"
        # The garbled page is a copy of another: read with OCR its headings would stand twice.
        copied = "text-layer-garbled" in spec.flaws
        read_scans = None if copied else _read_scans
        answer = check_file(path, spec.kind, rules=rules, read_scans=read_scans)
        found.append((spec, judge(truth, answer, built)))
    return found


def _read_scans(path: Path, pages: Sequence[int]) -> dict[int, ocr.Reading]:
    """Read scanned pages once for each version of what reads them: it takes seconds a page."""
    kept = path.with_suffix(f".{ocr.engine_version().replace('/', '-')}.ocr")
    if kept.exists():
        return {int(page): reading for page, reading in json.loads(kept.read_text()).items()}
    readings = dict(scans.read_at_once()(path, pages))
    kept.write_text(json.dumps(readings, ensure_ascii=False))
    return readings


def together(scores: list[Score]) -> Score:
    whole = Score()
    for score in scores:
        whole.add(score)
    return whole


def figures(score: Score) -> dict[str, float]:
    planted = score.planted()
    return {
        "sections F1": score.sections.f1,
        "page exact": score.pages.recall,
        "recall": planted.recall,
        "precision": planted.precision,
        "facts exact": score.facts.recall,
        "headings F1": score.headings.f1,
    }


def _print_group(name: str, score: Score, scan: bool) -> None:
    print(f"\n{name} ({score.reports} reports)")
    for measure_name, value in figures(score).items():
        if measure_name in ("page exact", "precision") and not score.sections.right:
            print(f"  {measure_name:<12} nothing found to be judged")
            continue
        bars = BARS.get(measure_name)
        bar = bars[scan] if bars else None
        note = "" if bar is None else f"  bar {bar:.2f} {'met' if value >= bar else 'NOT MET'}"
        print(f"  {measure_name:<12} {value:.4f}{note}")
    if score.clean_pages:
        per = score.clean_warnings * 60 / score.clean_pages
        print(
            f"  clean reports: {score.clean_pages} pages, {score.clean_errors} false errors"
            f" ({'met' if not score.clean_errors else 'NOT MET'}), {per:.2f} false warnings"
            f" per 60 pages ({'met' if per <= 1 else 'NOT MET'})"
        )


def _print_checks(halves: dict[str, Score]) -> None:
    unseen, seen = halves.get("unseen", Score()), halves.get("seen", Score())
    print(f"\n{'check':<26}{'unseen: recall precision (planted)':<40}seen: recall precision")
    for check in sorted({*unseen.checks, *seen.checks}):
        cells = []
        for score in (unseen, seen):
            tally = score.checks.get(check, Tally())
            planted = tally.right + tally.missed
            cells.append(f"{tally.recall:.2f}  {tally.precision:.2f}  ({planted}+{tally.false})")
        print(f"{check:<26}{cells[0]:<40}{cells[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show-unseen", action="store_true", help="list its failures as well")
    parser.add_argument("--count", type=int, default=72)
    parser.add_argument("--scans", type=int, default=8)
    parser.add_argument("--producers", nargs="*", default=None)
    parser.add_argument("--only", default="", help="ids that begin so")
    options = parser.parse_args()
    began = time.perf_counter()
    available = sorted(options.producers or producers())
    specs = all_specs(available, options.count, options.scans)
    specs = [spec for spec in specs if spec.id.startswith(options.only)]
    folder = corpus_folder()
    results = measure(specs, folder)
    print(
        f"{len(results)} reports by {', '.join(available)} in {folder},"
        f" {time.perf_counter() - began:.0f} s"
    )
    digital = [(spec, score) for spec, score in results if not spec.scan]
    halves = {}
    for half in ("unseen", "seen"):
        halves[half] = together([score for spec, score in digital if spec.half == half])
        _print_group(f"digital, {half} half", halves[half], False)
    for name in ("kind", "producer", "numbering", "layout", "table"):
        groups: dict[str, list[Score]] = defaultdict(list)
        for spec, score in digital:
            groups[getattr(spec, name)].append(score)
        print(f"\nby {name:<18}" + "".join(f"{key:>13}" for key in figures(Score())))
        for key, scores in sorted(groups.items()):
            row = figures(together(scores)).values()
            print(f"  {key:<19}" + "".join(f"{value:>13.3f}" for value in row))
    scans = [score for spec, score in results if spec.scan]
    if scans:
        _print_group("scans, both halves", together(scans), True)
    _print_checks(halves)
    absent = {flaw for spec in specs for flaw in spec.flaws} - set(suite.check_ids())
    print(f"\nplanted but not built yet: {', '.join(sorted(absent)) or 'none'}")
    for spec, score in results:
        if spec.half == "seen" or options.show_unseen:
            for line in score.failures:
                print(f"{spec.half}: {line}")


if __name__ == "__main__":
    main()
