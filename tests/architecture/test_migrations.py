"""The schema that migrations make is the one that the models say, on both engines, with rows."""

from __future__ import annotations

import sqlalchemy as sa

from reviewapp.db import migrate
from reviewapp.db.base import metadata
from reviewapp.db.session import Database
from reviewapp.db.triggers import existing_triggers, trigger_names
from tests.people import Cast


def _checks(database: Database) -> dict[str, set[str]]:
    inspector = sa.inspect(database.engine)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _modelled_checks() -> dict[str, set[str]]:
    return {
        table.name: {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, sa.CheckConstraint)
        }
        for table in metadata.sorted_tables
    }


def test_there_is_one_head() -> None:
    assert len(migrate.heads()) == 1


def test_models_and_migrations_agree(database: Database) -> None:
    migrate.check(database)


def test_every_check_constraint_and_trigger_stands(database: Database) -> None:
    assert _checks(database) == _modelled_checks()
    with database.engine.connect() as connection:
        assert existing_triggers(connection) == trigger_names(connection.dialect.name)


def test_down_and_up_again_with_rows_present(database: Database, cast: Cast) -> None:
    assert cast.meng.login == "meng"

    migrate.downgrade(database, "base")
    migrate.upgrade(database)

    assert _checks(database) == _modelled_checks()
    with database.engine.connect() as connection:
        assert existing_triggers(connection) == trigger_names(connection.dialect.name)
    assert migrate.is_current(database)
