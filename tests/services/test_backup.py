"""Backup and restore: what comes back is what was there, or a clear refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import AutoString, select

from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.base import UtcDateTime, metadata
from reviewapp.db.models import Account, PageReading, StoredFile
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid
from reviewapp.services import audit, backup
from tests.people import NOW, Cast


def _fill(database: Database, storage: Storage, cast: Cast) -> str:
    sha256 = storage.put(b"%PDF-1.7 a report")
    with database.transaction() as session:
        session.add(
            StoredFile(created_at=NOW, sha256=sha256, size_bytes=17, media_type="application/pdf")
        )
        session.add(
            PageReading(
                created_at=NOW,
                sha256=sha256,
                engine="x",
                page=1,
                milliseconds=9,
                reading=b"\x00\xffpacked",
            )
        )
        audit.record(
            session,
            "report.received",
            actor=cast.meng,
            now=NOW,
            subject_type="report",
            subject_id="1",
            after={"title": "《甲》"},
        )
    return sha256


def test_a_restored_installation_is_the_same(
    config: Config, database: Database, storage: Storage, cast: Cast, tmp_path: Path
) -> None:
    sha256 = _fill(database, storage, cast)
    backup.backup(config, tmp_path / "backup")

    # Restored into SQLite whatever the engine was: a backup moves between the two.
    place = tmp_path / "elsewhere"
    environ = {"DATA_DIR": str(place)}
    backup.restore(environ, tmp_path / "backup")

    restored = Config.from_env(environ)
    assert restored.secret_key == config.secret_key
    with Database(restored.database_url).read() as session:
        account = session.get(Account, cast.chen.id)
        assert account is not None
        assert (account.name, account.expert_id) == ("陈睿", cast.chen.expert_id)
        assert account.created_at == NOW
        assert audit.verify(session) == (1, [])
        assert session.exec(select(PageReading.reading)).one() == b"\x00\xffpacked"
    assert Storage(restored.storage_url, tmp_path / "t").read(sha256) == b"%PDF-1.7 a report"


def test_every_column_is_of_a_type_that_a_backup_can_write() -> None:
    plain = (sa.String, sa.Integer, sa.Boolean, sa.Float, sa.JSON, sa.Uuid, sa.LargeBinary)
    odd = [
        str(column)
        for table in metadata.sorted_tables
        for column in table.columns
        if not isinstance(column.type, (*plain, sa.Date, UtcDateTime, AutoString))
    ]
    assert odd == []


def test_a_backup_never_overwrites(config: Config, cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine").touch()

    with pytest.raises(Conflict):
        backup.backup(config, tmp_path / "backup")


def test_nothing_is_restored_over_data(
    config: Config, database: Database, storage: Storage, cast: Cast, tmp_path: Path
) -> None:
    _fill(database, storage, cast)
    backup.backup(config, tmp_path / "backup")
    environ = {"DATA_DIR": str(tmp_path / "place")}
    backup.restore(environ, tmp_path / "backup")

    # Another installation by now: its key signs the sessions of those who work there.
    key = tmp_path / "place" / "secret-key"
    key.write_text("k" * 64, encoding="ascii")

    with pytest.raises(Conflict):
        backup.restore(environ, tmp_path / "backup")
    assert key.read_text(encoding="ascii") == "k" * 64


def test_a_file_that_was_changed_in_the_backup_is_refused(
    config: Config, database: Database, storage: Storage, cast: Cast, tmp_path: Path
) -> None:
    sha256 = _fill(database, storage, cast)
    backup.backup(config, tmp_path / "backup")
    (tmp_path / "backup" / "files" / sha256).write_bytes(b"%PDF-1.7 another report")

    with pytest.raises(Invalid):
        backup.restore({"DATA_DIR": str(tmp_path / "place")}, tmp_path / "backup")


@pytest.mark.parametrize("damage", ["manifest.json", "database/account.jsonl"])
def test_a_damaged_backup_is_refused(
    config: Config, database: Database, storage: Storage, cast: Cast, tmp_path: Path, damage: str
) -> None:
    _fill(database, storage, cast)
    backup.backup(config, tmp_path / "backup")
    (tmp_path / "backup" / damage).write_text("{}\n")

    with pytest.raises(Invalid):
        backup.restore({"DATA_DIR": str(tmp_path / "place")}, tmp_path / "backup")
