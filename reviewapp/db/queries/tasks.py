"""One line of what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reviewapp.db.queries.own_work import Progress


@dataclass(frozen=True)
class Task:
    """One thing to do: an English msgid with values, a button, and where it leads.

    Whatever cannot be done yet says why in `locked` (an English msgid) and has no button.
    """

    sentence: str
    values: dict[str, Any]
    button: str
    endpoint: str
    address: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    due: date | None = None
    rank: int = 9  # lower comes before all that is due, as a declaration does before the work
    kind: str = ""  # of the report that it is about, with its pages and how far its review is
    pages: int | None = None
    progress: Progress | None = None
    locked: str = ""
