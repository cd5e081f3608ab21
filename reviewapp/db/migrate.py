"""Bring a database to the newest schema, and compare it with the models."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reviewapp.db.session import Database

HERE = Path(__file__).resolve().parent / "migrations"


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to `revision`; nothing happens where the database is already there."""
    database.reach()
    command.upgrade(_config(database), revision)
    if revision == "head":
        # The trail's head has one row from the start, so that its lock always finds one.
        with database.engine.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO event_head (id, number, hash) SELECT 1, 0, ''"
                    " WHERE NOT EXISTS (SELECT 1 FROM event_head)"
                )
            )


def downgrade(database: Database, revision: str) -> None:
    """Migrate down to `revision` ("base" empties the database, "-1" is one step)."""
    command.downgrade(_config(database), revision)


def check(database: Database) -> None:
    """Raise where the models say something that no migration has made."""
    command.check(_config(database))


def new_revision(database: Database, message: str) -> None:
    """Write a migration file from the difference between the models and the database."""
    command.revision(_config(database), message=message, autogenerate=True)


def heads() -> list[str]:
    """Return the newest revisions; more than one means that two branches have to be joined."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return list(ScriptDirectory.from_config(config).get_heads())


def is_current(database: Database) -> bool:
    """Say whether the database is at the newest revision."""
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    return set(current) == set(heads())
