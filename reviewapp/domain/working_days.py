"""Counting working days over a given calendar of days off and make-up working days.

Days count as in official letters: the day something begins is not counted, its last day is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from reviewapp.domain.errors import N_, Invalid

_SATURDAY = 5  # date.weekday()
_ONE_DAY = timedelta(days=1)
_MOST_DAYS = 1000  # working days ahead; a period longer than four years is a slip of the keyboard


@dataclass(frozen=True)
class WorkCalendar:
    """Days off besides weekends, weekend days that are worked, and the years they are known for."""

    days_off: frozenset[date] = frozenset()
    worked_weekends: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on this day."""
        if day in self.worked_weekends:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    def unknown_years(self, start: date, end: date) -> tuple[int, ...]:
        """Return the years of a span whose days off have not been announced yet.

        In these only weekends and fixed holidays are known, and a count may be off by some days.
        """
        first, last = sorted((start, end))
        return tuple(
            year for year in range(first.year, last.year + 1) if year not in self.known_years
        )


def working_days_between(start: date, end: date, calendar: WorkCalendar) -> int:
    """Count the working days after `start` up to and including `end`; negative if it is before."""
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(
        calendar.is_working_day(start + _ONE_DAY * ahead)
        for ahead in range(1, (end - start).days + 1)
    )


def add_working_days(start: date, count: int, calendar: WorkCalendar) -> date:
    """Return the last day of a period of `count` working days (0 to 1000) that begins at `start`.

    Zero gives `start` itself. Raises Invalid outside the range.
    """
    if not 0 <= count <= _MOST_DAYS:
        raise Invalid(
            N_("A period has between 0 and %(most)d working days."), field="days", most=_MOST_DAYS
        )
    day = start
    while count:
        day += _ONE_DAY
        count -= calendar.is_working_day(day)
    return day


def days_left(today: date, due: date, calendar: WorkCalendar) -> int:
    """Count the working days left after today: 0 on the last day, negative once it has passed."""
    return working_days_between(today, due, calendar)
