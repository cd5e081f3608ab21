"""How long something still has, in days and in working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reviewapp.adapters.holiday_calendar import china_calendar
from reviewapp.domain.working_days import days_left
from reviewapp.web.support.parts import today


@dataclass(frozen=True)
class Left:
    """Days after today up to and including the last one; negative once it has passed."""

    days: int
    working_days: int


def left(due: date | None) -> Left | None:
    """Return what is left until a date, None where none is set."""
    if due is None:
        return None
    day = today()
    return Left((due - day).days, days_left(day, due, china_calendar({day.year, due.year})))
