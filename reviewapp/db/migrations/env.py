"""Alembic's environment: one connection, foreign keys checked by hand on SQLite, triggers kept."""

import sqlalchemy as sa
from alembic import context

import reviewapp.db.models  # noqa: F401  (registers the tables)
from reviewapp.db.base import UtcDateTime, metadata
from reviewapp.db.triggers import create_triggers, drop_triggers


def render_item(kind, item, autogen_context):  # type: ignore[no-untyped-def]
    """Write our column types and SQLModel's strings as plain SQLAlchemy."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(item).__module__.startswith("sqlmodel"):
        return "sa.Text()"
    return False


def run() -> None:
    """Migrate in one transaction.

    A batch migration on SQLite copies the table and drops the old one; with foreign keys on, the
    drop would fail or, with ON DELETE CASCADE, silently delete every child row. So they are off
    until the check before the commit.
    """
    engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(write=True)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=compare_type,
            # Both engines roll DDL back; Alembic believes it of PostgreSQL only.
            transactional_ddl=True,
        )
        try:
            with context.begin_transaction():
                drop_triggers(connection)
                context.run_migrations()
                create_triggers(connection)
                if sqlite:
                    broken = connection.execute(sa.text("PRAGMA foreign_key_check")).fetchall()
                    if broken:
                        raise RuntimeError(f"the migration breaks foreign keys: {broken[:5]}")
            connection.commit()
        finally:
            if sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


def compare_type(ctx, inspected, column, inspected_type, metadata_type):  # type: ignore[no-untyped-def]
    """Texts and our UTC times are the same to both engines."""
    if isinstance(metadata_type, UtcDateTime):
        return not isinstance(inspected_type, sa.DateTime)
    if isinstance(metadata_type, sa.String) or type(metadata_type).__module__.startswith(
        "sqlmodel"
    ):
        return not isinstance(inspected_type, sa.String)
    return None


run()
