"""What a spread says of loads and of places that stay empty."""

from __future__ import annotations

from uuid import UUID

import pytest

from reviewapp.domain.spread import Pair, SpreadRequest, answer

FIRST, SECOND = UUID(int=1), UUID(int=2)
LIN, CHEN, LUO = UUID(int=11), UUID(int=12), UUID(int=13)


def test_kept_and_new_pairs_and_other_work_make_the_load() -> None:
    request = SpreadRequest(
        (FIRST, SECOND), (LIN, CHEN), 1, kept=frozenset({(FIRST, LIN)}), other_load={LIN: 2}
    )

    found = answer(request, ((SECOND, CHEN),))

    assert found.loads == {LIN: 3, CHEN: 1}
    assert found.is_complete


def test_an_assignment_of_somebody_no_longer_asked_still_fills_its_place() -> None:
    request = SpreadRequest((FIRST,), (CHEN,), 1, kept=frozenset({(FIRST, LUO)}))

    found = answer(request, ())

    assert found.is_complete
    assert found.loads == {CHEN: 0}


@pytest.mark.parametrize(
    ("experts", "forbidden", "says"),
    [
        # Nobody else was named.
        ((LIN,), set(), "There are not enough experts: 2 are needed, 1 can review."),
        # The others may not.
        ((LIN, CHEN), {(FIRST, CHEN)}, "only 1 can review this report"),
        # The others might, but carry as much as they may.
        ((LIN, CHEN), set(), "1 were found; the others who could review it have reached"),
    ],
)
def test_an_empty_place_is_explained(
    experts: tuple[UUID, ...], forbidden: set[Pair], says: str
) -> None:
    request = SpreadRequest((FIRST,), experts, 2, frozenset(forbidden))

    (lack,) = answer(request, ((FIRST, LIN),)).shortages

    assert says in lack.message % lack.values
    assert (lack.needed, lack.given) == (2, 1)
