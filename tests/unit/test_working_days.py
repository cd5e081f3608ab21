"""Counting working days over weekends, days off and make-up days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.domain.errors import Invalid
from reviewapp.domain.working_days import (
    WorkCalendar,
    add_working_days,
    days_left,
    working_days_between,
)

# A Friday off that is made up for on the Sunday after.
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2025, 1, 3) + timedelta(days=n) for n in range(4))
CALENDAR = WorkCalendar(frozenset({FRIDAY}), frozenset({SUNDAY}), frozenset({2025}))
DAYS = st.dates(date(2024, 12, 1), date(2025, 3, 1))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        # The first day does not count, the last one does.
        (MONDAY, MONDAY + timedelta(days=1), 1),
        (MONDAY, MONDAY, 0),
        # A day off does not count, a worked Sunday does.
        (date(2025, 1, 2), FRIDAY, 0),
        (date(2025, 1, 2), SATURDAY, 0),
        (date(2025, 1, 2), SUNDAY, 1),
        (date(2025, 1, 2), MONDAY, 2),
        # Backwards is negative.
        (MONDAY, date(2025, 1, 2), -2),
    ],
)
def test_working_days_are_counted_as_letters_count_them(start: date, end: date, count: int) -> None:
    assert working_days_between(start, end, CALENDAR) == count


@pytest.mark.parametrize(
    ("count", "due"),
    [
        (0, date(2025, 1, 2)),
        (1, SUNDAY),
        (2, MONDAY),
        (6, date(2025, 1, 10)),
        (7, date(2025, 1, 13)),
    ],
)
def test_a_period_ends_on_a_working_day(count: int, due: date) -> None:
    assert add_working_days(date(2025, 1, 2), count, CALENDAR) == due


@given(DAYS, st.integers(1, 40))
def test_a_period_holds_as_many_working_days_as_it_was_given(start: date, count: int) -> None:
    due = add_working_days(start, count, CALENDAR)

    assert CALENDAR.is_working_day(due)
    assert working_days_between(start, due, CALENDAR) == count


@given(DAYS, DAYS, DAYS)
def test_spans_add_up(first: date, second: date, third: date) -> None:
    first, second, third = sorted((first, second, third))

    assert working_days_between(first, third, CALENDAR) == working_days_between(
        first, second, CALENDAR
    ) + working_days_between(second, third, CALENDAR)


@pytest.mark.parametrize("count", [-1, 1001])
def test_a_period_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(Invalid):
        add_working_days(MONDAY, count, CALENDAR)


def test_days_left_are_none_on_the_last_day_and_negative_after_it() -> None:
    assert days_left(MONDAY, date(2025, 1, 8), CALENDAR) == 2
    assert days_left(MONDAY, MONDAY, CALENDAR) == 0
    assert days_left(MONDAY, date(2025, 1, 2), CALENDAR) == -2


def test_years_that_are_not_announced_are_named() -> None:
    assert CALENDAR.unknown_years(date(2025, 12, 1), date(2026, 1, 9)) == (2026,)
    assert CALENDAR.unknown_years(date(2025, 1, 1), date(2025, 12, 31)) == ()
