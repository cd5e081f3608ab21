"""Backup while running, and restore into an empty place, on either engine.

Every table is read in one snapshot and written as JSON lines, so that a backup of an embedded
installation can be restored into PostgreSQL and the other way round.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reviewapp import __version__
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config, prepare_data_dir
from reviewapp.db import (
    migrate,
    models,  # noqa: F401 - without them the metadata knows no table
)
from reviewapp.db.base import UtcDateTime, metadata
from reviewapp.db.session import Database
from reviewapp.domain.errors import N_, Conflict, Invalid

MANIFEST = "manifest.json"
BATCH = 500


def backup(config: Config, folder: Path) -> Path:
    """Write database, files and key into `folder` and return the manifest's path.

    The rows are read first, in one snapshot; every file that they name is already stored then,
    since files are stored before their rows and never removed. Raises Conflict where the folder
    holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(N_("The folder %(folder)s is not empty."), folder=str(folder))
    (folder / "database").mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "files").mkdir(mode=0o700)
    database = Database(config.database_url)
    storage = Storage(config.storage_url, config.data_dir / "tmp")
    counts = _write_tables(database, folder / "database")
    database.engine.dispose()
    for sha256 in _file_hashes(folder / "database"):
        with storage.local_path(sha256) as path:  # a ZIP may be larger than the memory
            shutil.copyfile(path, folder / "files" / sha256)
    (folder / "secret-key").write_text(config.secret_key, encoding="ascii")
    (folder / "secret-key").chmod(0o600)
    manifest = {
        "program": __version__,
        "schema": migrate.heads()[0],
        "rows": counts,
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((folder / "database").iterdir())
        },
    }
    # The manifest comes last: a folder without it is a backup that was cut off.
    target = folder / MANIFEST
    target.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    return target


def restore(environ: Mapping[str, str], folder: Path) -> None:
    """Fill an empty installation from a backup.

    Raises Invalid for a folder that is no whole backup, Conflict where there is data already.
    """
    manifest = _checked_manifest(folder)
    data_dir = prepare_data_dir(environ)
    config = Config.from_env(environ)
    database = Database(config.database_url)
    database.reach()
    if sa.inspect(database.engine).get_table_names() and not _is_empty(database):
        raise Conflict(N_("There is data here already; a backup is restored into an empty place."))
    if not environ.get("SECRET_KEY"):
        shutil.copyfile(folder / "secret-key", data_dir / "secret-key")
    migrate.upgrade(database, manifest["schema"])
    storage = Storage(config.storage_url, config.data_dir / "tmp")
    for path in sorted((folder / "files").iterdir()):
        with path.open("rb") as stream, storage.receive(stream, path.stat().st_size) as received:
            if received.sha256 != path.name:
                raise Invalid(N_("The file %(name)s in the backup is damaged."), name=path.name)
            storage.keep(received)
    with database.engine.execution_options(write=True).begin() as connection:
        for table in metadata.sorted_tables:
            _read_table(connection, table, folder / "database" / f"{table.name}.jsonl")
    migrate.upgrade(database)
    database.engine.dispose()


def _checked_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        checksums = dict(manifest["sha256"])
    except (OSError, ValueError, KeyError):
        raise Invalid(
            N_("%(folder)s holds no whole backup (no manifest)."), folder=str(folder)
        ) from None
    for name, sha256 in checksums.items():
        path = folder / "database" / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise Invalid(N_("The file %(name)s in the backup is damaged."), name=name)
    return manifest


def _is_empty(database: Database) -> bool:
    with database.engine.connect() as connection:
        return not any(
            connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            for table in metadata.sorted_tables
            if table.name != "event_head"
        )


def _write_tables(database: Database, folder: Path) -> dict[str, int]:
    counts = {}
    engine = database.engine
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        for table in metadata.sorted_tables:
            order = [table.c.created_at] if "created_at" in table.c else []
            query = sa.select(table).order_by(*order, *table.primary_key.columns)
            with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8") as out:
                count = 0
                for row in connection.execution_options(yield_per=BATCH).execute(query).mappings():
                    values = {str(key): _plain(value) for key, value in row.items()}
                    out.write(json.dumps(values, ensure_ascii=False, sort_keys=True) + "\n")
                    count += 1
            counts[table.name] = count
    return counts


def _read_table(connection: Connection, table: sa.Table, path: Path) -> None:
    if table.name == "event_head":
        connection.execute(table.delete())
    batch: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            values = json.loads(line)
            batch.append({key: _typed(table.c[key], value) for key, value in values.items()})
            if len(batch) == BATCH:
                connection.execute(table.insert(), batch)
                batch = []
    if batch:
        connection.execute(table.insert(), batch)


def _file_hashes(folder: Path) -> Iterator[str]:
    with (folder / "stored_file.jsonl").open(encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)["sha256"]


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return value


def _typed(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return sa.null() if isinstance(column.type, sa.JSON) and column.nullable else None
    if isinstance(column.type, sa.Uuid):
        return uuid.UUID(value)
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value)
    return value
