"""Passages: what somebody chose is completed, or refused with what is wrong."""

from __future__ import annotations

import pytest

from reviewapp.domain.errors import Invalid
from reviewapp.domain.evidence import MAX_QUOTE, Citation, carried, parse_box, passage
from reviewapp.domain.page_text import PageText, TextLine

LINE = TextLine("预算执行率为79.94%。", (100, 100, 400, 116))
PAGES = (
    PageText(1, 595, 842, (0, 0, 595, 842), (), (TextLine("概况", (100, 60, 140, 76)),)),
    PageText(2, 595, 842, (0, 0, 595, 842), (), (LINE,)),
    PageText(3, 595, 842, (0, 0, 595, 842)),  # a scan: no text
)


def test_a_box_gets_the_text_that_stands_in_it() -> None:
    found = passage(PAGES, 2, (90, 90, 410, 120), "")
    assert found.quote == "预算执行率为79.94%。"
    assert found.box == (90, 90, 410, 120)


def test_a_quote_gets_its_box_and_its_true_page() -> None:
    found = passage(PAGES, 1, None, "执行率为  79.94%")
    assert found.page == 2
    assert found.box is not None
    assert 100 < found.box[0] < found.box[2] < 400
    assert found.quote == "执行率为 79.94%"


def test_a_box_is_cut_to_its_page_and_must_show_something() -> None:
    assert passage(PAGES, 3, (-5, 800, 700, 900), "").box == (0, 800, 595, 842)
    for box in ((10, 10, 11, 11), (600, 10, 700, 90)):
        with pytest.raises(Invalid) as refused:
            passage(PAGES, 3, box, "")
        assert refused.value.field == "evidence-box"


def test_words_that_stand_nowhere_are_refused_where_the_page_has_text() -> None:
    with pytest.raises(Invalid) as refused:
        passage(PAGES, 2, None, "没有这句")
    assert refused.value.field == "evidence-quote"
    # What a scan says only a person can read.
    assert passage(PAGES, 3, None, "扫描页上的话").box is None


def test_nothing_is_no_evidence_and_a_long_quote_is_cut() -> None:
    with pytest.raises(Invalid):
        passage(PAGES, 2, None, "  ")
    assert len(passage(PAGES, 2, (90, 90, 410, 120), "长" * 900).quote) == MAX_QUOTE


@pytest.mark.parametrize("text", ["1 2 3", "a b c d", "nan 1 2 3", "1 2 3 inf", "1 2 3 4 5"])
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_box(text)


def test_a_box_is_read_whichever_corner_comes_first() -> None:
    assert parse_box("30, 40, 10, 20") == (10, 20, 30, 40)
    assert parse_box(" ") is None


def test_evidence_is_carried_where_its_quote_still_stands() -> None:
    hit = carried(Citation(5, "执行率为79.94%", "a", 1), PAGES)
    assert hit is not None
    assert hit.page == 2
    assert carried(Citation(5, "别的话", "a", 1), PAGES) is None
    assert carried(Citation(5, "", "a", 1, (0, 0, 9, 9)), PAGES) is None
