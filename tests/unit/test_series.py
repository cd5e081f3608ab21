"""Statistics of one's own points over a series."""

from __future__ import annotations

from reviewapp.domain.series import DRIFT_FROM, spread


def test_the_spread_counts_what_is_scored_and_rounds_the_mean_half_up() -> None:
    found = spread([400, None, 550, 600, 155], 600)
    assert (found.reports, found.scored, found.full) == (5, 4, 1)
    assert (found.lowest, found.highest, found.mean) == (155, 600, 426)  # 426.25
    assert spread([100, 101], 600).mean == 101  # 100.5


def test_nothing_scored_has_neither_range_nor_mean() -> None:
    found = spread([None, None], 600)
    assert (found.scored, found.lowest, found.mean) == (0, None, None)
    assert not found.is_full_everywhere


def test_full_marks_everywhere_needs_two_reports_and_no_exception() -> None:
    assert spread([600, None, 600], 600).is_full_everywhere
    assert not spread([600], 600).is_full_everywhere
    assert not spread([600, 599], 600).is_full_everywhere
    assert not spread([0, 0], 600).is_full_everywhere


def test_a_change_of_scale_shows_in_the_halves_and_the_middle_counts_in_neither() -> None:
    assert spread([500] * (DRIFT_FROM - 1), 600).earlier is None
    found = spread([600, 600, 500, 0, 400, 300, 300], 600)
    assert (found.earlier, found.later) == (567, 333)
