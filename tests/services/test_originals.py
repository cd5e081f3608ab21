"""Versions that were put together: originals kept, known again in every report of the round."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from reviewapp.adapters import pdf
from reviewapp.adapters.queue import NullQueue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.models import Event, Job, Report, ReportVersion, StoredFile, VersionPart
from reviewapp.db.session import Database
from reviewapp.domain.bundle import Part
from reviewapp.domain.errors import Conflict, Invalid
from reviewapp.services import backup, invariants, originals, reports
from reviewapp.services.originals import Duplicate
from reviewapp.services.uploads import FileLimits, PdfFile, keep_pdf
from tests import rows
from tests.adapters import pdf_builders as build
from tests.people import NOW, Cast

QUEUE = NullQueue()
Keep = Callable[..., Part]


@pytest.fixture
def keep(storage: Storage, tmp_path: Path) -> Keep:
    """Return a function that keeps a small PDF under a name and returns it as a part."""

    def keep(name: str, kind: str = "body", pages: int = 2) -> Part:
        path = build.with_text(
            tmp_path / "one.pdf",
            [[(72, 60, 20, f"{name}{n}"), *build.prose(3)] for n in range(pages)],
        )
        with path.open("rb") as stream:
            file = keep_pdf(storage, stream, name, FileLimits())
        return Part(file.name, file.sha256, file.size_bytes, file.pages, kind)

    return keep


def together(storage: Storage, *parts: Part) -> PdfFile:
    return originals.put_together(storage, parts, FileLimits())


def alone(part: Part) -> PdfFile:
    return PdfFile(part.name, part.sha256, part.size_bytes, part.pages)


def receive(database: Database, who: object, file: PdfFile, round_id: object = None) -> Report:
    with database.transaction() as session:
        round_id = round_id or rows.round_(session).id
        return reports.receive(session, QUEUE, round_id, file, actor=who, now=NOW)  # type: ignore[arg-type]


def parts_in(session: Session, number: int) -> list[tuple[str, str, int, int]]:
    found = session.exec(
        select(VersionPart)
        .join(ReportVersion, col(ReportVersion.id) == col(VersionPart.report_version_id))
        .where(ReportVersion.number == number)
        .order_by(col(VersionPart.number))
    )
    return [(one.file_name, one.kind, one.first_page, one.pages) for one in found]


def test_a_report_of_several_files_is_one_version_with_its_originals(
    database: Database, storage: Storage, cast: Cast, keep: Keep
) -> None:
    files = (
        keep("报告.pdf", pages=3),
        keep("附件1.pdf", "annex", 1),
        keep("签字页.pdf", "signature"),
    )
    receive(database, cast.chen, together(storage, *files))

    with database.read() as session:
        version = session.exec(select(ReportVersion)).one()
        assert (version.file_name, version.pages) == ("报告.pdf", 6)
        assert parts_in(session, 1) == [
            ("报告.pdf", "body", 1, 3),
            ("附件1.pdf", "annex", 4, 1),
            ("签字页.pdf", "signature", 5, 2),
        ]
        kept = set(session.exec(select(StoredFile.sha256)))
        assert kept >= {version.sha256, *(one.sha256 for one in files)}
        assert session.exec(select(Job.key)).all() == [f"precheck:{version.id}"]
        event = session.exec(select(Event).where(Event.kind == "report.uploaded")).one()
        assert event.after["parts"] == ["报告.pdf", "附件1.pdf", "签字页.pdf"]
    with storage.local_path(version.sha256) as path:
        lines = [page.lines[0].text for page in pdf.read(path).pages]
    assert [line.split(".")[0] for line in lines] == ["报告"] * 3 + ["附件1"] + ["签字页"] * 2


def test_an_annex_that_comes_later_makes_a_new_version_of_the_old_originals(
    database: Database, storage: Storage, cast: Cast, keep: Keep
) -> None:
    body, annex, late = keep("报告.pdf"), keep("附件1.pdf", "annex"), keep("附件2.pdf", "annex")
    report = receive(database, cast.meng, together(storage, body, annex))
    with database.read() as session:
        version = reports.current_version(session, session.get_one(Report, report.id))
        standing = originals.parts_of(session, version)
    made = together(storage, *standing, late)
    with database.transaction() as session:
        reports.add_version(session, QUEUE, report.id, made, actor=cast.meng, now=NOW)

    with database.read() as session:
        assert [name for name, *_ in parts_in(session, 1)] == ["报告.pdf", "附件1.pdf"]
        assert [name for name, *_ in parts_in(session, 2)] == ["报告.pdf", "附件1.pdf", "附件2.pdf"]
        assert session.get_one(Report, report.id).current_version == 2


def test_a_report_of_one_file_can_get_an_annex(
    database: Database, storage: Storage, cast: Cast, keep: Keep
) -> None:
    body, late = keep("报告.pdf"), keep("附件.pdf", "annex")
    report = receive(database, cast.meng, alone(body))
    with database.read() as session:
        version = reports.current_version(session, session.get_one(Report, report.id))
        standing = originals.parts_of(session, version)
    assert standing == (body,)
    with database.transaction() as session:
        made = together(storage, *standing, late)
        reports.add_version(session, QUEUE, report.id, made, actor=cast.meng, now=NOW)
    with database.read() as session:
        assert [name for name, *_ in parts_in(session, 2)] == ["报告.pdf", "附件.pdf"]


def test_what_is_stored_is_checked_and_comes_back_from_a_backup(
    database: Database,
    storage: Storage,
    cast: Cast,
    keep: Keep,
    config: Config,
    tmp_path: Path,
) -> None:
    files = (keep("报告.pdf"), keep("附件.pdf", "annex", 3))
    receive(database, cast.meng, together(storage, *files))
    assert invariants.check(config) == []

    backup.backup(config, tmp_path / "backup")
    environ = {"DATA_DIR": str(tmp_path / "elsewhere")}
    backup.restore(environ, tmp_path / "backup")
    restored = Config.from_env(environ)
    with Database(restored.database_url).read() as session:
        assert parts_in(session, 1) == [("报告.pdf", "body", 1, 2), ("附件.pdf", "annex", 3, 3)]
    there = Storage(restored.storage_url, tmp_path / "t")
    assert all(there.exists(one.sha256) for one in files)

    with database.transaction() as session:
        part = session.exec(select(VersionPart).where(VersionPart.number == 2)).one()
        part.pages = 2
        session.add(part)
    (said,) = invariants.check(config)
    assert "its originals have 4 pages" in said


def test_an_original_of_another_report_leads_there(
    database: Database, storage: Storage, cast: Cast, keep: Keep
) -> None:
    body, annex, other = keep("报告.pdf"), keep("附件.pdf", "annex"), keep("乙.pdf")
    first = receive(database, cast.meng, together(storage, body, annex))
    # alone, under another name
    with pytest.raises(Duplicate) as caught:
        receive(database, cast.meng, alone(annex), first.round_id)
    assert caught.value.report_id == first.id
    # as a part of another report
    with pytest.raises(Duplicate) as caught:
        receive(database, cast.meng, together(storage, other, annex), first.round_id)
    assert (caught.value.report_id, caught.value.values["name"]) == (first.id, "附件.pdf")
    # put together once more, the same way
    with pytest.raises(Duplicate):
        receive(database, cast.meng, together(storage, body, annex), first.round_id)
    # as a part of another report's new version
    second = receive(database, cast.meng, alone(other), first.round_id)
    made = together(storage, other, annex)
    with pytest.raises(Duplicate), database.transaction() as session:
        reports.add_version(session, QUEUE, second.id, made, actor=cast.meng, now=NOW)
    # and the other way round: a whole file that would become a part
    made = together(storage, body, other)
    with pytest.raises(Duplicate) as caught, database.transaction() as session:
        reports.add_version(session, QUEUE, first.id, made, actor=cast.meng, now=NOW)
    assert caught.value.report_id == second.id


def test_an_expert_does_not_learn_whose_report_has_the_part(
    database: Database, storage: Storage, cast: Cast, keep: Keep
) -> None:
    annex = keep("附件.pdf", "annex")
    first = receive(database, cast.chen, together(storage, keep("甲.pdf"), annex))
    with pytest.raises(Conflict) as caught:
        receive(database, cast.luo, together(storage, keep("乙.pdf"), annex), first.round_id)
    assert not isinstance(caught.value, Duplicate)
    assert caught.value.values == {"name": "附件.pdf"}


def test_a_part_in_the_way_is_named(storage: Storage, tmp_path: Path, keep: Keep) -> None:
    path = build.with_scripts(tmp_path / "x.pdf")
    with path.open("rb") as stream:
        file = keep_pdf(storage, stream, "附件2.pdf", FileLimits())
    acting = Part(file.name, file.sha256, file.size_bytes, file.pages, "annex")
    with pytest.raises(Invalid) as caught:
        together(storage, keep("报告.pdf"), acting)
    assert caught.value.values == {"name": "附件2.pdf", "what": "a script"}


def test_the_limits_hold_for_the_sum(storage: Storage, keep: Keep) -> None:
    parts = (keep("a.pdf", pages=3), keep("b.pdf", pages=3))
    for limits in (FileLimits(max_pages=5), FileLimits(max_bytes=parts[0].size_bytes + 10)):
        with pytest.raises(Invalid) as caught:
            originals.put_together(storage, parts, limits)
        assert "Together" in str(caught.value)
