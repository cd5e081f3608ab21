"""Reading by two processes: each page once, and a fork that dies is told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator

import pytest

from reviewapp.adapters.pdf_split import HalfDied, read_by_two


@pytest.mark.parametrize("pages", [1, 4, 203, 1500])
def test_each_page_is_read_once_by_one_of_the_two(pages: int) -> None:
    def told(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
        return ((number, os.getpid()) for number in numbers)

    parts = read_by_two(pages, told, told)

    assert sorted(number for number, _ in parts) == list(range(1, pages + 1))
    assert len({process for _, process in parts}) <= 2


def test_a_slow_page_does_not_keep_the_others_waiting() -> None:
    """While one of the two is held up by its first pages the other reads the rest."""
    free, told = os.pipe()

    def stuck(numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        for number in numbers:
            os.read(free, 1)
            yield number, "stuck"

    def busy(numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        yield from ((number, "busy") for number in numbers)
        os.write(told, bytes(8))

    parts = read_by_two(100, stuck, busy)

    assert sorted(number for number, _ in parts) == list(range(1, 101))
    assert sum(who == "stuck" for _, who in parts) <= 4
    os.close(free)
    os.close(told)


def test_a_fork_that_dies_is_told() -> None:
    def killed(numbers: Iterable[int]) -> Iterator[int]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield from numbers

    with pytest.raises(HalfDied, match=str(-signal.SIGKILL)):
        read_by_two(40, lambda numbers: list(numbers), killed)
