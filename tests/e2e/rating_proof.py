"""Does a review lose a character? `python -m tests.e2e.rating_proof --cuts 200 --seed 1`.

A typist writes into a real site through a real browser. At random moments, also in the middle of
a pinyin composition, the network goes, web or worker are killed with -9, the session ends, the
window is reloaded or closed, or a second window writes too. At the end

- every text that the platform acknowledged, or that the page called saved, must be a kept state;
- every run of signs that was typed must be in a kept state, with the signs before it, or in a
  text that the typist gave up where two windows disagreed; a field in which only one window
  wrote must end exactly as it was typed, and never ask which text is meant;
- what was being composed must stand in the field after a cut that the page survives.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from reviewapp.adapters.catalogue import compile_all
from reviewapp.services import review_states
from tests.e2e.conftest import CHROMIUM_FLAGS, make_site
from tests.e2e.rating_cuts import Interrupted
from tests.e2e.rating_typist import FIELDS, Lost, Tally


def compare(typist: Interrupted) -> Tally:
    """Let everything arrive and compare."""
    typist.until(lambda: typist.is_settled(typist.page), "the page never settles")
    typist.page.goto(typist.address)
    typist.page.wait_for_timeout(1000)
    typist.until(lambda: typist.is_settled(typist.page), "the page never settles")
    left = typist.page.evaluate(
        "Object.keys(localStorage).filter(key => key.startsWith('unsaved/')).length"
    )
    if left or typist.errors:
        raise Lost(f"{left} copies are left; script errors: {typist.errors}")
    with typist.database.read() as session:
        kept = review_states.history(session, typist.review_id)
    texts: dict[str, set[str]] = {
        name: {one.state.get(key, {}).get(part, "") for one in kept} | {""}
        for name, (key, part) in FIELDS.items()
    }
    missing = [(name, text) for name, text in typist.acked if text not in texts[name]]
    if missing:
        raise Lost(f"acknowledged and not kept: {missing[:3]}")
    for name, text in typist.typed:
        if any(text in one for one in texts[name]):
            continue
        if not any(field == name and text in one for field, one in typist.dropped):
            raise Lost(f"typed into {name} and not kept: {text!r}")
        typist.tally.given_up += 1
    for name, wanted in typist.model.items():
        key, part = FIELDS[name]
        stands = kept[-1].state.get(key, {}).get(part, "")
        if name not in typist.contested and stands != wanted:
            raise Lost(f"{name} should end {wanted[-40:]!r} and ends {stands[-40:]!r}")
    typist.tally.acknowledged = len(typist.acked)
    typist.tally.acknowledged_characters = sum(len(text) for _name, text in typist.acked)
    typist.tally.states = len(kept)
    return typist.tally


def prove(
    browser: Browser,
    folder: Path,
    *,
    cuts: int,
    seed: int,
    most_seconds: float = 3600,
) -> Tally:
    """Type through `cuts` cuts in a site in `folder`; fewer where the time is over before.

    Raises Lost where a character is missing.
    """
    site = make_site(folder)
    began = time.monotonic()
    try:
        site.start_web()
        site.start_worker()
        typist = Interrupted(site, browser, seed)
        for number, kind in enumerate(typist.some_kinds(cuts), start=1):
            if time.monotonic() - began > most_seconds:
                break
            try:
                typist.type_with_a_cut(kind)
            except Lost as lost:
                raise Lost(f"cut {number} ({kind}), seed {seed}: {lost}") from lost
        tally = compare(typist)
        typist.context.close()
    finally:
        site.stop()
    tally.seconds = time.monotonic() - began
    return tally


@contextmanager
def _chromium() -> Iterator[Browser]:
    import shutil

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )


def main() -> int:
    """Run the proof and print what happened."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--minutes", type=float, default=60, help="stop after so long")
    arguments = parser.parse_args()
    compile_all()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="reviewapp-proof-") as folder, _chromium() as browser:
        try:
            tally = prove(
                browser,
                Path(folder) / "site",
                cuts=arguments.cuts,
                seed=arguments.seed,
                most_seconds=arguments.minutes * 60,
            )
        except Lost as lost:
            print(f"LOST: {lost}")
            return 1
    print(tally)
    return 0


if __name__ == "__main__":
    sys.exit(main())
