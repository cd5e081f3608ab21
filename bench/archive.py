"""Measures what comparing a report with the archive costs as the archive grows (text-shared).

    python bench/archive.py [--sizes 100 1000 10000] [--sentences 300] [--database URL]

Fills a database (a temporary SQLite file, or the empty one that is named) with the prints of so
many made-up reports of so many sentences each; some sentences stand in all of them, some in the
next report as well. At each size a report that shares passages with three of them is compared and
put into the archive ten times. Prints the median wall and processor time of both, and the number
of queries: they must not grow with the archive.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import SQLModel, select

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reviewapp.adapters import rule_files  # noqa: E402
from reviewapp.adapters.similarity import prints  # noqa: E402
from reviewapp.db import migrate  # noqa: E402
from reviewapp.db.models import (  # noqa: E402
    Report,
    ReportText,
    ReportVersion,
    SentencePrint,
    StoredFile,
)
from reviewapp.db.session import Database  # noqa: E402
from reviewapp.domain.document import Box, Place  # noqa: E402
from reviewapp.domain.precheck.passages import Placed, Sentence, pieces, shared  # noqa: E402
from reviewapp.services import shared_text  # noqa: E402
from tests import people, rows  # noqa: E402

RULE = rule_files.load().shared
SIGNS = "资金管理设备采购验收档案资料完整规范实施进度监督检查群众满意服务质量培训宣传保障运行维护"
RUNS = 10
COPIED = 3  # reports of the archive that the new report shares a passage with
EVERYWHERE = 40  # sentences that all reports have
AT_ONCE = 200  # reports written in one transaction


def sentence(draw: random.Random) -> str:
    return "".join(draw.choice(SIGNS) for _ in range(40))


def placed(texts: list[str]) -> tuple[Placed, ...]:
    return tuple(
        Placed(Sentence(text, 3, text), Place(3, Box(72, 100, 500, 112), text)) for text in texts
    )


class Archive:
    """Made-up reports by their prints; those of the archive's own sentences are drawn numbers."""

    def __init__(self, database: Database, own: list[str], sentences: int) -> None:
        self.database, self.own, self.sentences = database, own, sentences
        self.size = 0
        phrases = [number for text in own[-EVERYWHERE:] for number in prints(pieces(text))]
        self.everywhere = set(phrases)
        with database.transaction() as session:
            people.enter(session)
            report = rows.report(session, rows.round_(session))
            version = session.exec(
                select(ReportVersion).where(ReportVersion.report_id == report.id)
            ).one()
            self.report = report.model_dump()
            self.version = version.model_dump()
            file = select(StoredFile).where(StoredFile.sha256 == version.sha256)
            self.file = session.exec(file).one().model_dump()
            self.me: UUID = version.id

    def grow(self, size: int, draw: random.Random) -> None:
        while self.size < size:
            tables: dict[type[SQLModel], list[dict[str, object]]] = {
                model: [] for model in (StoredFile, Report, ReportVersion, ReportText)
            }
            tables[SentencePrint] = []
            for _ in range(min(AT_ONCE, size - self.size)):
                self._add(tables, draw)
            with self.database.transaction() as session:
                for model, values in tables.items():
                    if values:
                        session.connection().execute(sa.insert(model), values)

    def _add(
        self, tables: dict[type[SQLModel], list[dict[str, object]]], draw: random.Random
    ) -> None:
        report_id, version_id, sha256 = uuid4(), uuid4(), f"{self.size:064x}"
        tables[StoredFile].append({**self.file, "id": uuid4(), "sha256": sha256})
        tables[Report].append({**self.report, "id": report_id})
        version = {"id": version_id, "report_id": report_id, "sha256": sha256}
        tables[ReportVersion].append({**self.version, **version})
        own = {draw.getrandbits(63) for _ in range(2 * self.sentences)}
        if self.size < COPIED:
            texts = self.own[10 * self.size : 10 * self.size + 8]
            own |= {number for text in texts for number in prints(pieces(text))}
            kept = [[text, 3, text] for text in texts]
            tables[ReportText].append(
                {
                    "id": uuid4(),
                    "created_at": people.NOW,
                    "report_version_id": version_id,
                    "sentences": kept,
                }
            )
        if self.size < 2 * RULE.common_from:  # later ones are not kept: see shared_text.keep
            own |= self.everywhere
        tables[SentencePrint] += [
            {"print": number, "report_version_id": version_id} for number in own
        ]
        self.size += 1


def measure(archive: Archive) -> None:
    """Print what one report costs at the archive's present size."""
    own, count = placed(archive.own), 0

    def tick(*_args: object) -> None:
        nonlocal count
        count += 1

    compared, kept, spent = [], [], []
    sa.event.listen(archive.database.engine, "before_cursor_execute", tick)
    for _ in range(RUNS):
        count = 0
        processor = time.process_time()
        began = time.perf_counter()
        with archive.database.read() as session:
            found = shared_text.compare(session, archive.me, own, RULE)
            passages = sum(len(shared(found, other, RULE)) for other in found.others)
        compared.append(time.perf_counter() - began)
        began = time.perf_counter()
        with archive.database.transaction() as session:
            shared_text.keep(session, archive.me, own, RULE, now=people.NOW)
        kept.append(time.perf_counter() - began)
        spent.append(time.process_time() - processor)
    sa.event.remove(archive.database.engine, "before_cursor_execute", tick)
    print(
        f"{archive.size:7d} reports: compared in {1000 * statistics.median(compared):5.0f} ms,"
        f" kept in {1000 * statistics.median(kept):5.0f} ms, processor"
        f" {1000 * statistics.median(spent):5.0f} ms, {count} queries, {passages} passages found",
        flush=True,
    )


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 1000, 10_000])
    parser.add_argument("--sentences", type=int, default=300)
    parser.add_argument("--database", default="")
    arguments = parser.parse_args()
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(arguments.database or f"sqlite:///{folder}/archive.sqlite")
        migrate.upgrade(database)
        own = [sentence(draw) for _ in range(arguments.sentences)]
        archive = Archive(database, own, arguments.sentences)
        for size in arguments.sizes:
            archive.grow(size, draw)
            measure(archive)
        database.engine.dispose()


if __name__ == "__main__":
    main()
