"""Splitting a file into its reports: in one act, with events, and back while nothing is rated."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from reviewapp.adapters import pdf
from reviewapp.adapters.queue import NullQueue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.models import Event, Job, Report, ReportSplit, ReportVersion, StoredFile
from reviewapp.db.queries import originals as queries
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed
from reviewapp.domain.policy import Identity
from reviewapp.domain.ranges import Cut
from reviewapp.services import audit, backup, invariants, reports, splitting
from reviewapp.services.originals import Duplicate
from reviewapp.services.uploads import PdfFile
from tests import report_rows, rows
from tests.people import NOW, Cast

QUEUE = NullQueue()
CUTS = (Cut(1, 3, "key-project", "道路项目报告"), Cut(4, 7, "department", "教育局整体报告"))


@pytest.fixture
def source(database: Database, storage: Storage, tmp_path: Path, cast: Cast) -> UUID:
    """A report whose file has eight pages."""
    with database.transaction() as session:
        version = report_rows.readable(
            session, storage, rows.round_(session), tmp_path, pages=8, state="uploaded"
        )
        lone = select(StoredFile).where(StoredFile.media_type != "application/pdf")
        for row in session.exec(lone):
            session.delete(row)
        return version.report_id


def sha256_of(session: Session, report_id: UUID) -> str:
    return reports.current_version(session, session.get_one(Report, report_id)).sha256


def split(
    database: Database, storage: Storage, source: UUID, who: Identity, *cuts: Cut
) -> list[Report]:
    with database.read() as session:
        sha256 = sha256_of(session, source)
    sliced = splitting.slices(storage, sha256, 8, cuts or CUTS)
    with database.transaction() as session:
        made = splitting.split(session, QUEUE, source, sliced, sha256=sha256, actor=who, now=NOW)
    return list(made)


def state(database: Database, report_id: UUID) -> str:
    with database.read() as session:
        return session.get_one(Report, report_id).state


def test_each_range_becomes_a_report_of_its_own(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    made = split(database, storage, source, cast.meng)

    assert [(one.title, one.kind, one.state) for one in made] == [
        ("道路项目报告", "key-project", "uploaded"),
        ("教育局整体报告", "department", "uploaded"),
    ]
    assert state(database, source) == "split"
    with database.read() as session:
        versions = [reports.current_version(session, one) for one in made]
        assert [version.pages for version in versions] == [3, 4]
        keys = set(session.exec(select(Job.key)))
        assert keys >= {f"precheck:{version.id}" for version in versions}
        found = queries.split_of(session, source)
        assert found is not None
        assert [(one.first_page, one.last_page) for one in found.made] == [(1, 3), (4, 7)]
        assert found.left_out == ((8, 8),)
        origin = queries.source_of(session, made[1].id)
        assert origin is not None
        assert (origin.report_id, origin.first_page, origin.stands) == (source, 4, True)
        event = session.exec(select(Event).where(Event.kind == "report.split")).one()
        assert event.after["pages"] == ["1-3", "4-7"]
        assert audit.verify(session)[1] == []
        whole = sha256_of(session, source)
    with storage.local_path(whole) as path:
        fourth = pdf.read(path).pages[3].lines[0].text
    with storage.local_path(versions[1].sha256) as path:
        assert pdf.read(path).pages[0].lines[0].text == fourth


def test_a_split_is_taken_back_and_made_again_with_the_same_reports(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    first, second = split(database, storage, source, cast.meng)
    with database.transaction() as session:
        splitting.undo(session, source, actor=cast.meng, now=NOW)
    assert [state(database, one) for one in (source, first.id, second.id)] == [
        "uploaded",
        "withdrawn",
        "withdrawn",
    ]
    with pytest.raises(Conflict), database.transaction() as session:
        reports.restore(session, first.id, actor=cast.meng, now=NOW)

    other = Cut(4, 8, "department", "教育局整体报告")
    again = split(database, storage, source, cast.meng, CUTS[0], other)
    assert again[0].id == first.id
    assert again[1].id != second.id
    assert [state(database, one.id) for one in again] == ["uploaded", "uploaded"]
    assert state(database, second.id) == "withdrawn"
    with database.read() as session:
        kinds = list(session.exec(select(Event.kind).order_by(col(Event.number))))
        assert kinds.count("report.split") == 2
        assert kinds.count("report.split-undone") == 1
        assert sorted(session.exec(select(ReportSplit.state))) == ["standing", "undone"]


def test_a_split_that_two_take_back_at_once_is_taken_back_once(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    split(database, storage, source, cast.meng)
    at_once = threading.Barrier(2)

    def take_back(who: Identity) -> str:
        at_once.wait()
        try:
            with database.transaction() as session:
                splitting.undo(session, source, actor=who, now=NOW)
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take_back, [cast.meng, cast.meng])) == ["done", "refused"]
    with database.read() as session:
        kinds = session.exec(select(Event.kind)).all()
    assert kinds.count("report.split-undone") == 1


def test_a_split_stands_once_one_of_its_reports_has_a_review(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    first, _second = split(database, storage, source, cast.meng)
    with database.transaction() as session:
        report = session.get_one(Report, first.id)
        report.agency_id, report.state = rows.agency_id(session), "taken-in"
        session.add(report)
        session.flush()
        work = rows.assignment(session, report, cast.chen.expert_id)
        rows.review(session, work)
    with pytest.raises(Conflict), database.transaction() as session:
        splitting.undo(session, source, actor=cast.meng, now=NOW)
    assert state(database, source) == "split"


def test_only_officers_split_before_rating_and_what_is_split_stays_so(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    for who in (cast.chen, cast.fang, cast.yan, cast.qin):
        with pytest.raises(NotAllowed):
            split(database, storage, source, who)
    split(database, storage, source, cast.meng)
    for act in (reports.take_in, reports.restore):
        with pytest.raises(Conflict), database.transaction() as session:
            act(session, source, actor=cast.meng, now=NOW)
    with pytest.raises(Conflict), database.read() as session:
        splitting.may_split(session, source, actor=cast.meng)
    file = PdfFile("neu.pdf", "f" * 64, 10, 1)
    with pytest.raises(Conflict), database.transaction() as session:
        reports.add_version(session, QUEUE, source, file, actor=cast.meng, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        reports.withdraw(session, source, "重复", actor=cast.meng, now=NOW)


def test_an_assigned_report_is_not_split(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    with database.transaction() as session:
        report = session.get_one(Report, source)
        report.agency_id, report.state = rows.agency_id(session), "taken-in"
        session.add(report)
        session.flush()
        rows.assignment(session, report, cast.chen.expert_id)
    with pytest.raises(Conflict):
        split(database, storage, source, cast.meng)


def test_nothing_is_made_where_one_of_the_reports_is_here_already(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    with database.read() as session:
        sha256, round_id = sha256_of(session, source), session.get_one(Report, source).round_id
    sliced = splitting.slices(storage, sha256, 8, CUTS)
    with database.transaction() as session:
        reports.receive(session, QUEUE, round_id, sliced[1].file, actor=cast.meng, now=NOW)
    with pytest.raises(Duplicate):
        split(database, storage, source, cast.meng)
    assert state(database, source) == "uploaded"
    with database.read() as session:
        assert len(session.exec(select(Report)).all()) == 2


def test_another_version_meanwhile_is_a_conflict(
    database: Database, storage: Storage, cast: Cast, source: UUID
) -> None:
    with database.read() as session:
        sha256 = sha256_of(session, source)
    sliced = splitting.slices(storage, sha256, 8, CUTS)
    with pytest.raises(Conflict), database.transaction() as session:
        splitting.split(session, QUEUE, source, sliced, sha256="0" * 64, actor=cast.meng, now=NOW)
    with pytest.raises(Invalid):
        splitting.slices(storage, sha256, 8, [CUTS[0], Cut(3, 5, "department", "乙")])
    with pytest.raises(Invalid):
        splitting.slices(storage, sha256, 8, [CUTS[0], Cut(4, 5, "neither", "乙")])


def test_splits_are_checked_and_come_back_from_a_backup(
    database: Database, storage: Storage, cast: Cast, source: UUID, config: Config, tmp_path: Path
) -> None:
    split(database, storage, source, cast.meng)
    said = [one for one in invariants.check(config) if not one.startswith("File")]
    assert said == []
    with database.transaction() as session:  # files that the test's rows only name
        kept = set(session.exec(select(ReportVersion.sha256)))
        for row in session.exec(select(StoredFile)):
            if row.sha256 not in kept:
                session.delete(row)
    backup.backup(config, tmp_path / "backup")
    environ = {"DATA_DIR": str(tmp_path / "elsewhere")}
    backup.restore(environ, tmp_path / "backup")
    with Database(Config.from_env(environ).database_url).read() as session:
        found = queries.split_of(session, source)
        assert found is not None
        assert len(found.made) == 2

    with database.transaction() as session:
        report = session.get_one(Report, source)
        report.state = "uploaded"
        session.add(report)
    assert any("its state and its split do not agree" in one for one in invariants.check(config))
