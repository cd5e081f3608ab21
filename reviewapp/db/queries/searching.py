"""Search by a piece of text, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import col


def holds(text: str, *columns: Any) -> Any:
    """Return the condition that one of the columns holds the text as typed.

    Latin letters match in either case; % and _ stand for themselves.
    """
    return sa.or_(*(col(column).icontains(text, autoescape=True) for column in columns))
