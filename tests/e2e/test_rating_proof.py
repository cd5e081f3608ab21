"""The proof that a review loses nothing, in its short form; `make proof-rating` cuts 200 times."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.rating_proof import prove

pytestmark = pytest.mark.browser


def test_nothing_is_lost_in_one_cut_of_each_kind_while_typing(
    chromium: Browser, tmp_path: Path
) -> None:
    tally = prove(chromium, tmp_path / "site", cuts=7, seed=4)
    assert list(tally.cuts.values()) == [1] * 7
    assert tally.composing > 0
    assert tally.acknowledged > 7
