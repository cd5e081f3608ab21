"""Triggers that keep written history as it is, for both engines, from one list.

Alembic's batch migrations drop triggers on SQLite, so env.py puts them back from here after
every migration, and a test compares the database with this list.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: table -> acts refused by the database itself
FROZEN: dict[str, tuple[str, ...]] = {
    "event": ("UPDATE", "DELETE"),
    "review_snapshot": ("UPDATE", "DELETE"),
    "review_state": ("UPDATE", "DELETE"),
    "rubric_version": ("UPDATE", "DELETE"),
}

#: table -> condition on the old row under which its frozen columns may not change
FROZEN_WHEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "notice": (
        "OLD.state IN ('published', 'superseded')",
        (
            "content",
            "content_hash",
            "doc_number",
            "issue_date",
            "published_at",
            "edits",
            "signed_on_paper_by",
            "docx_sha256",
            "pdf_sha256",
        ),
    ),
}


def trigger_names(dialect: str) -> set[str]:
    """Return the name of every trigger that must stand on an engine."""
    names = {
        f"{table}_refuses_{act.lower()}"
        for table, acts in FROZEN.items()
        for act in (*acts, *_emptying(dialect))
    }
    frozen = {f"{table}_frozen" for table in FROZEN_WHEN}
    return names | frozen | {f"{table}_kept" for table in FROZEN_WHEN}


def existing_triggers(connection: Connection) -> set[str]:
    """Return the names of the triggers that stand in the database."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return {row[0] for row in connection.execute(sa.text(query))}


def create_triggers(connection: Connection) -> None:
    """Create the triggers that are missing for the tables that are there."""
    tables = set(sa.inspect(connection).get_table_names())
    standing = existing_triggers(connection)
    for name, table, statements in _statements(connection.dialect.name):
        if table in tables and name not in standing:
            for statement in statements:
                connection.execute(sa.text(statement))


def drop_triggers(connection: Connection) -> None:
    """Drop our triggers, so that a batch migration can copy the tables."""
    standing = existing_triggers(connection)
    for name, table, _ in _statements(connection.dialect.name):
        if name in standing:
            suffix = "" if connection.dialect.name == "sqlite" else f" ON {table}"
            connection.execute(sa.text(f"DROP TRIGGER {name}{suffix}"))


def _emptying(dialect: str) -> tuple[str, ...]:
    """PostgreSQL's TRUNCATE passes by the triggers of rows; SQLite has no such statement."""
    return () if dialect == "sqlite" else ("TRUNCATE",)


def _statements(dialect: str) -> list[tuple[str, str, list[str]]]:
    out = []
    for table, acts in FROZEN.items():
        for act in (*acts, *_emptying(dialect)):
            name = f"{table}_refuses_{act.lower()}"
            out.append((name, table, _one(dialect, name, table, act, "")))
    for table, (condition, columns) in FROZEN_WHEN.items():
        # JSON columns are compared as text: PostgreSQL knows no equality for them.
        changed = " OR ".join(
            f"coalesce(CAST(OLD.{column} AS TEXT), '') <> coalesce(CAST(NEW.{column} AS TEXT), '')"
            for column in columns
        )
        name = f"{table}_frozen"
        out.append(
            (name, table, _one(dialect, name, table, "UPDATE", f"{condition} AND ({changed})"))
        )
        name = f"{table}_kept"
        out.append((name, table, _one(dialect, name, table, "DELETE", condition)))
    return out


def _one(dialect: str, name: str, table: str, act: str, condition: str) -> list[str]:
    message = f"{table} rows are frozen"
    when = f" WHEN ({condition})" if condition else ""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW{when}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    each = "STATEMENT" if act == "TRUNCATE" else "ROW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
        " END $$",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each}{when}"
        f" EXECUTE FUNCTION {name}()",
    ]
