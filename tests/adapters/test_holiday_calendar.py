"""The announced days off and make-up days of mainland China."""

from __future__ import annotations

from datetime import date

import pytest

from reviewapp.adapters.holiday_calendar import china_calendar
from reviewapp.domain.working_days import add_working_days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # National Day week of 2025, with the Mid-Autumn festival in it.
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        # The Sunday before and the Saturday after it are worked.
        (date(2025, 9, 28), True),
        (date(2025, 10, 11), True),
        (date(2025, 10, 12), False),
        # An ordinary week.
        (date(2025, 11, 14), True),
        (date(2025, 11, 15), False),
    ],
)
def test_days_are_worked_as_announced(day: date, works: bool) -> None:
    assert china_calendar([2025]).is_working_day(day) is works


def test_five_working_days_reach_over_the_national_day_week() -> None:
    assert add_working_days(date(2025, 9, 29), 5, china_calendar([2025])) == date(2025, 10, 13)


def test_a_year_without_announcement_is_not_known() -> None:
    calendar = china_calendar([2025, 2090])

    assert calendar.known_years == {2025}
    assert not calendar.is_working_day(date(2090, 10, 2))
