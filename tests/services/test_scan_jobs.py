"""Scanned pages of stored reports: read beside other work, kept page by page, stopped, resumed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from reviewapp import tasks
from reviewapp.adapters import ocr
from reviewapp.adapters.queue import NullQueue
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Event, Finding, Job, PageReading, Precheck, ReportVersion
from reviewapp.db.queries import reports as queries
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, NotAllowed
from reviewapp.services import jobs, prechecks, scan_jobs
from reviewapp.worker import LeaseLost, SlowLane, Workshop, _Heartbeat, run_job
from tests import report_rows as made
from tests import rows
from tests.adapters.scanned import PROSE, TABLE, scan
from tests.people import NOW, Cast

PAGES = 2


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("scan") / "scan.pdf"
    return scan(path, [PROSE, TABLE], dpi=120).read_bytes()


@pytest.fixture(scope="module")
def read(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[int, ocr.Reading]:
    """What OCR says of the two pages; read once for all tests."""
    path = tmp_path_factory.mktemp("read") / "scan.pdf"
    path.write_bytes(content)
    found: dict[int, ocr.Reading] = {}

    def keep(page: int, reading: ocr.Reading | None) -> None:
        assert reading is not None
        found[page] = reading

    ocr.read_pages(path, [1, 2], keep)
    return found


@pytest.fixture
def version(
    database: Database, cast: Cast, storage: Storage, tmp_path: Path, content: bytes
) -> ReportVersion:
    with database.transaction() as session:
        row = made.readable(
            session, storage, rows.round_(session), tmp_path, pages=PAGES, content=content
        )
        session.expunge(row)
    return row


def keep(database: Database, version: ReportVersion, read: dict[int, ocr.Reading]) -> None:
    with database.transaction() as session:
        for page, reading in read.items():
            scan_jobs.keep(session, version.sha256, page, reading, now=NOW)


def ask(workshop: Workshop, version_id: UUID) -> None:
    """Ask for the precheck; with the workshop's queue it and what it asks for run at once."""
    with workshop.database.transaction() as session:
        jobs.add(
            session,
            workshop.queue,
            "precheck",
            prechecks.job_key(version_id),
            now=NOW,
            again=True,
            version_id=version_id,
        )


def run(workshop: Workshop, key: str) -> None:
    with workshop.database.read() as session:
        job_id = session.exec(select(Job.id).where(Job.key == key)).one()
    run_job(workshop, str(job_id))


def job(database: Database, key: str) -> Job:
    with database.read() as session:
        row = session.exec(select(Job).where(Job.key == key)).one()
        session.expunge(row)
    return row


def line(database: Database, version: ReportVersion) -> queries.PrecheckLine:
    with database.read() as session:
        return queries.precheck_line(session, version.id)


def test_a_scan_is_read_in_the_background_and_checked_with_what_was_read(
    workshop: Workshop, version: ReportVersion
) -> None:
    ask(workshop, version.id)
    said = line(workshop.database, version)
    assert said.state == "done"
    assert said.answer["file"]["ocr_pages"] == [1, 2]
    assert said.answer["facts"]["execution_rate"] == "94.38"
    assert said.answer["timing"]["stages"]["ocr"] > 0
    assert "preliminary" not in said.answer
    assert said.reading is not None
    assert (said.reading.state, said.reading.is_busy) == ("done", False)
    with workshop.database.read() as session:
        assert len(session.exec(select(PageReading)).all()) == PAGES


def test_a_page_that_was_read_is_never_read_again(
    workshop: Workshop, version: ReportVersion, read: dict[int, ocr.Reading]
) -> None:
    keep(workshop.database, version, read)
    ask(workshop, version.id)
    assert line(workshop.database, version).answer["file"]["ocr_pages"] == [1, 2]
    with workshop.database.read() as session:
        assert session.exec(select(Job).where(Job.task == scan_jobs.TASK)).all() == []


def test_what_a_killed_worker_had_read_is_kept_for_the_next(
    workshop: Workshop, version: ReportVersion, read: dict[int, ocr.Reading]
) -> None:
    keep(workshop.database, version, {1: read[1]})
    slow = replace(workshop, queue=NullQueue())
    ask(slow, version.id)
    run(slow, prechecks.job_key(version.id))
    key = scan_jobs.job_key(version.id)
    with slow.database.transaction() as session:  # a worker takes the job and dies
        found = session.exec(select(Job.id).where(Job.key == key)).one()
        assert jobs.take(session, found, now=NOW, lease_seconds=30)
    later = replace(slow, clock=lambda: NOW + timedelta(minutes=5))
    run(later, key)
    assert line(slow.database, version).answer["file"]["ocr_pages"] == [1, 2]
    with slow.database.read() as session:
        kept = session.exec(select(PageReading).order_by(col(PageReading.page))).all()
        assert [row.created_at for row in kept] == [NOW, NOW + timedelta(minutes=5)]


def test_a_first_answer_is_marked_as_preliminary_and_the_precheck_still_runs(
    workshop: Workshop, version: ReportVersion, read: dict[int, ocr.Reading]
) -> None:
    keep(workshop.database, version, {1: read[1]})
    slow = replace(workshop, queue=NullQueue())
    ask(slow, version.id)
    run(slow, prechecks.job_key(version.id))
    said = line(slow.database, version)
    assert said.is_busy
    assert said.answer["preliminary"] is True
    assert said.answer["facts"]["execution_rate"] == "94.38"
    assert said.reading is not None
    assert said.reading.state == "waiting"
    missing = [f for f in said.answer["findings"] if f["check"] == "section-missing"]
    assert {f["outcome"] for f in missing} == {"unverifiable"}


def test_a_preliminary_answer_never_takes_the_place_of_a_whole_one(
    database: Database, version: ReportVersion
) -> None:
    with database.transaction() as session:
        prechecks.begin(session, version.id, now=NOW)
        whole = made.answer(made.finding())
        prechecks.store(session, version.id, whole, rules_hash="r", now=NOW)
        prechecks.store(
            session, version.id, made.answer(), rules_hash="r", now=NOW, is_preliminary=True
        )
    with database.read() as session:
        assert len(session.exec(select(Finding)).all()) == 1
        precheck = session.exec(select(Precheck)).one()
        assert precheck.state == "running"
        assert "preliminary" not in (precheck.answer or {})


def test_stopping_keeps_what_was_read_and_going_on_reads_the_rest(
    workshop: Workshop, version: ReportVersion, read: dict[int, ocr.Reading], cast: Cast
) -> None:
    database = workshop.database
    keep(database, version, {1: read[1]})
    slow = replace(workshop, queue=NullQueue())
    ask(slow, version.id)
    run(slow, prechecks.job_key(version.id))
    with database.transaction() as session:
        scan_jobs.stop(session, NullQueue(), version.id, actor=cast.meng, now=NOW)
    run(slow, prechecks.job_key(version.id))
    said = line(database, version)
    assert said.reading is not None
    assert (said.state, said.reading.state) == ("done", "stopped")
    assert said.answer["file"]["ocr_pages"] == [1]
    assert "preliminary" not in said.answer

    with database.transaction() as session:
        scan_jobs.resume(session, workshop.queue, version.id, actor=cast.meng, now=NOW)
    said = line(database, version)
    assert said.state == "done"
    assert said.answer["file"]["ocr_pages"] == [1, 2]
    with database.read() as session:
        kinds = session.exec(select(Event.kind).order_by(col(Event.number))).all()
    assert [kind for kind in kinds if "reading" in kind] == [
        "precheck.reading-stopped",
        "precheck.reading-resumed",
    ]


def test_only_officers_stop_what_runs(
    database: Database, version: ReportVersion, cast: Cast
) -> None:
    for who in (cast.chen, cast.fang, cast.lin, cast.yan, cast.qin):
        with database.transaction() as session, pytest.raises(NotAllowed):
            scan_jobs.stop(session, NullQueue(), version.id, actor=who, now=NOW)
    with database.transaction() as session, pytest.raises(Conflict):
        scan_jobs.stop(session, NullQueue(), version.id, actor=cast.meng, now=NOW)
    with database.transaction() as session, pytest.raises(Conflict):
        scan_jobs.resume(session, NullQueue(), version.id, actor=cast.meng, now=NOW)


def test_without_ocr_a_scan_is_said_to_be_one(workshop: Workshop, version: ReportVersion) -> None:
    without = replace(workshop, config=replace(workshop.config, reads_scans=False))
    without.queue = NullQueue()
    ask(without, version.id)
    run(without, prechecks.job_key(version.id))
    said = line(workshop.database, version)
    assert (said.state, said.error_code, said.reading) == ("failed", "empty", None)


def test_a_worker_that_lost_its_lease_notices_at_the_next_page(
    workshop: Workshop, version: ReportVersion, cast: Cast
) -> None:
    shop = replace(workshop, config=replace(workshop.config, lease_seconds=2))
    with shop.database.transaction() as session:
        assert scan_jobs.begin(session, NullQueue(), version.id, now=NOW)
        found = session.exec(select(Job.id).where(Job.task == scan_jobs.TASK)).one()
        lease = jobs.take(session, found, now=NOW, lease_seconds=2)
    assert lease is not None
    with _Heartbeat(shop, lease) as heartbeat:
        heartbeat.tell(1, 2)
        with shop.database.transaction() as session:
            scan_jobs.stop(session, NullQueue(), version.id, actor=cast.meng, now=NOW)
        noticed = threading.Event()
        for _ in range(100):
            try:
                heartbeat.tell(1, 2)
            except LeaseLost:
                noticed.set()
                break
            noticed.wait(0.1)
        assert noticed.is_set()


def test_slow_work_goes_one_after_the_other_beside_all_else() -> None:
    began, go_on, ran = threading.Event(), threading.Event(), []

    def work(job_id: str) -> None:
        began.set()
        go_on.wait(10)
        ran.append(job_id)
        if job_id == "b":
            ended.set()

    ended = threading.Event()
    lane = SlowLane(work)
    lane.put("a")
    assert began.wait(10)
    lane.put("b")  # comes back at once although "a" is still at work
    lane.put("b")
    assert ran == []
    go_on.set()
    assert ended.wait(10)
    assert ran == ["a", "b"]


def test_the_first_answer_is_due_after_the_telling_pages_or_when_time_is_up() -> None:
    many = tasks.Early(pages=73, seconds=1000.0)
    due = []
    for page in range(1, 74):
        many.count = page
        if many.is_due():
            due.append(page)
    assert due == [ocr.early_count(73)]
    late = tasks.Early(pages=73, seconds=0.0, count=ocr.FRONT)
    assert late.is_due()
    few = tasks.Early(pages=3, seconds=0.0, count=3)
    assert not few.is_due()


def test_a_first_answer_that_comes_after_a_stop_is_not_stored(
    workshop: Workshop,
    version: ReportVersion,
    read: dict[int, ocr.Reading],
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(workshop.database, version, {1: read[1]})
    slow = replace(workshop, queue=NullQueue())
    ask(slow, version.id)
    run(slow, prechecks.job_key(version.id))

    def stopped_meanwhile(_early: tasks.Early) -> bool:
        with slow.database.transaction() as session:
            scan_jobs.stop(session, NullQueue(), version.id, actor=cast.meng, now=NOW)
        run(slow, prechecks.job_key(version.id))
        return True

    monkeypatch.setattr(tasks.Early, "is_due", stopped_meanwhile)
    run(slow, scan_jobs.job_key(version.id))
    said = line(slow.database, version)
    assert said.reading is not None
    assert (said.state, said.reading.state) == ("done", "stopped")
    assert "preliminary" not in said.answer
