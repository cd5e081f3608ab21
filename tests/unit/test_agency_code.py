"""The unified social credit code and its check character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.domain.agency_code import (
    ALPHABET,
    check_agency_code,
    check_sign,
    normalise_agency_code,
)


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "91110000101623741K",
        "911101066976941872",
        # As pasted from a web page: lower case, spaces, full width.
        " 91110000 101623741k ",
        "９１１１００００１０１６２３７４１Ｋ",
    ],
)
def test_a_right_code_raises_no_warning(code: str) -> None:
    assert check_agency_code(code) is None


@pytest.mark.parametrize(
    ("code", "says"),
    [
        # A wrong check character, one of them of a firm that exists: hence only a warning.
        ("91310115MA1H8R7C6D", "last character"),
        ("91350211M0000XUF46", "last character"),
        # Letters that the standard leaves out.
        ("9111000010162374IO", "I O"),
        ("9111000010162374", "16"),
        ("", "0"),
    ],
)
def test_a_doubtful_code_is_warned_about(code: str, says: str) -> None:
    warning = check_agency_code(code)

    assert warning is not None
    assert says in (warning.message % warning.values)


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17))
def test_exactly_one_check_character_fits(body: str) -> None:
    fitting = [sign for sign in ALPHABET if check_agency_code(body + sign) is None]

    assert fitting == [check_sign(body)]


def test_a_code_is_stored_in_one_form() -> None:
    assert normalise_agency_code(" 9111-0000 101623741k") == "91110000101623741K"
