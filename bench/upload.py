"""Measures what the person waits for: from the drop to the outcome, and many large uploads.

    python bench/upload.py [--outcomes 20] [--pages 200] [--uploads 300] [--megabytes 20]

Starts an installation of its own (web as in the Procfile, one worker, SQLite, loopback only) in a
temporary folder. First, with the worker idle, a report of so many digital pages is dropped again
and again: sent, previewed, taken, prechecked; the page is asked anew at the pace at which the
browser asks, and the seconds until it shows the outcome are added up, those in which the person
would look at the preview left out. Then so many files of so many megabytes are sent by four
people at once, and every answer that is no success is counted. Files are made on the fly.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path

import pikepdf

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from long_reports import write_long  # noqa: E402

from reviewapp.config import Config  # noqa: E402
from reviewapp.db.session import Database  # noqa: E402
from tests import people, rows  # noqa: E402
from tests.e2e.conftest import Site, make_site  # noqa: E402
from tests.e2e.visitor import Visitor  # noqa: E402

PEOPLE = 4
_ITEM = re.compile(r'name="items" value="([0-9a-f-]{36})"')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_REPORT = re.compile(r"/reports/([0-9a-f-]{36})")
_DELAY = re.compile(r'id="(?:intake|precheck-state)"[^>]*delay:(\d+)(ms|s)')
_PATIENCE = 120.0  # seconds for one file


def ask_until(visitor: Visitor, path: str, ready: Callable[[str], bool]) -> str:
    """Ask for a page as its own script does, until it is ready."""
    ends = time.monotonic() + _PATIENCE
    while True:
        answer = visitor.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        if ready(answer.text):
            return answer.text
        if time.monotonic() > ends:
            raise RuntimeError(f"{path} was not ready after {_PATIENCE:.0f} s")
        pause = _DELAY.search(answer.text)
        time.sleep(int(pause[1]) / (1000 if pause[2] == "ms" else 1) if pause else 1.0)


def send(visitor: Visitor, round_id: str, name: str, content: bytes) -> tuple[str, str]:
    """Send one file and wait for its preview; return the intake's address and page."""
    files = [("files", (name, content, "application/pdf"))]
    sent = visitor.post(f"/rounds/{round_id}/intakes/new", files=files)
    if sent.status_code != 200 or "/intakes/" not in str(sent.url):
        raise RuntimeError(f"the upload answered {sent.status_code}")
    address = sent.url.path
    return address, ask_until(visitor, address, lambda text: bool(_ITEM.search(text)))


def take(visitor: Visitor, address: str, page: str) -> str:
    """Take what the preview shows; return the page that tells of it."""
    item, token = _ITEM.search(page), _TOKEN.search(page)
    assert item
    assert token
    data = {"csrf_token": token[1], "items": item[1], f"kind-{item[1]}": "key-project"}
    return visitor.client.post(f"{address}/take", data=data).text


def outcome_seconds(visitor: Visitor, round_id: str, content: bytes, number: int) -> float:
    """Return the seconds from the drop of one file until its page shows the outcome."""
    began = time.perf_counter()
    address, page = send(visitor, round_id, f"report-{number}.pdf", content)
    taken = take(visitor, address, page)
    found = _REPORT.search(html.unescape(taken))
    if not found:
        raise RuntimeError("nothing was taken")
    report = f"/reports/{found[1]}"
    ask_until(visitor, report, lambda text: "delay:" not in text.split("report-head")[1][:6000])
    return time.perf_counter() - began


def unique(content: bytes, number: int) -> bytes:
    """Return the file with a remark at its end: other bytes, the same report."""
    return content + b"\n%% copy %d\n" % number


def large(path: Path, megabytes: int) -> bytes:
    """Return the report with pictures of noise on its pages, so many megabytes in all."""
    with pikepdf.open(path) as document:
        side = 500
        for number in range(max(megabytes * 1_000_000 // (3 * side * side), 1)):
            page = document.pages[number % len(document.pages)]
            picture = document.make_stream(os.urandom(3 * side * side))
            picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            picture.Width = picture.Height = side
            picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
            name = page.add_resource(picture, pikepdf.Name.XObject)
            drawn = f"q 60 0 0 60 {20 + number % 8 * 64} 20 cm {name} Do Q".encode()
            page.contents_add(document.make_stream(drawn))
        whole = BytesIO()
        document.save(whole)
    return whole.getvalue()


def measure_outcomes(site: Site, round_id: str, content: bytes, count: int) -> None:
    """Print how long the outcome takes with the worker idle."""
    with Visitor(site.url, "meng", people.PASSWORD) as meng:
        seconds = sorted(
            outcome_seconds(meng, round_id, unique(content, number), number)
            for number in range(count)
        )
    slowest = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    print(
        f"from drop to outcome, {count} times: median {statistics.median(seconds):.1f} s,"
        f" p95 {slowest:.1f} s, first to last {seconds[0]:.1f} to {seconds[-1]:.1f} s"
    )


def measure_uploads(site: Site, round_id: str, content: bytes, count: int) -> None:
    """Print how many uploads of large files went well, and how long they took."""
    waits: list[float] = []
    faults: Counter[str] = Counter()
    left = iter(range(count))
    lock = threading.Lock()

    def visit() -> None:
        with Visitor(site.url, "meng", people.PASSWORD) as meng:
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                began = time.perf_counter()
                try:
                    file = unique(content, 1_000_000 + number)
                    address, page = send(meng, round_id, f"large-{number}.pdf", file)
                    take(meng, address, page)
                except Exception as fault:
                    faults[f"{type(fault).__name__}: {fault}"[:200]] += 1
                waits.append(time.perf_counter() - began)

    began = time.perf_counter()
    visitors = [threading.Thread(target=visit) for _ in range(PEOPLE)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    waits.sort()
    print(
        f"{count} uploads of {len(content) / 1e6:.0f} MB in {time.perf_counter() - began:.0f} s"
        f" by {PEOPLE} at once: {sum(faults.values())} errors, from drop to taken median"
        f" {statistics.median(waits):.1f} s, p95 {waits[int(0.95 * (len(waits) - 1))]:.1f} s"
    )
    for fault, times in faults.most_common():
        print(f"  {times} x {fault}")


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outcomes", type=int, default=20)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--uploads", type=int, default=300)
    parser.add_argument("--megabytes", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ProcessPoolExecutor(1) as pool:  # the writers' memory goes with it
            report = pool.submit(write_long, "typst", arguments.pages, folder).result()
            short = pool.submit(write_long, "typst", 30, folder).result()
            heavy = pool.submit(large, short, arguments.megabytes).result()
        site = make_site(folder / "site", LEASE_SECONDS="60", SWEEP_SECONDS="30")
        database = Database(Config.from_env(site.environ).database_url)
        with database.transaction() as session:
            people.enter(session)
            round_id = str(rows.round_(session).id)
        site.start_web()
        site.start_worker()
        try:
            if arguments.outcomes:
                measure_outcomes(site, round_id, report.read_bytes(), arguments.outcomes)
            if arguments.uploads:
                measure_uploads(site, round_id, heavy, arguments.uploads)
        finally:
            site.stop()


if __name__ == "__main__":
    main()
