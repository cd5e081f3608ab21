"""The working days of mainland China, as the State Council announces them year by year."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from holidays.countries.china import China, ChinaStaticHolidays

from reviewapp.domain.working_days import WorkCalendar


def china_calendar(years: Iterable[int]) -> WorkCalendar:
    """Return the days off and the make-up working days of these years.

    A year counts as known if the library holds its announced arrangement; for others it gives the
    statutory days, without the bridges and make-up days that the announcement will add.
    """
    return _calendar(frozenset(years))


@lru_cache(maxsize=32)
def _calendar(years: frozenset[int]) -> WorkCalendar:
    china = China(years=sorted(years))  # type: ignore[no-untyped-call]
    # The library lists each announced year's bridges and make-up days in this table; a year that
    # is not in it is calculated from the statutory days alone.
    announced = frozenset(ChinaStaticHolidays.special_public_holidays)
    return WorkCalendar(
        days_off=frozenset(day for day in china if day.year in years),
        worked_weekends=frozenset(day for day in china.weekend_workdays if day.year in years),
        known_years=years & announced,
    )
