"""A text kept as changes is the text that was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.domain.text_changes import apply_change, change_between, marked

TEXTS = st.text(alphabet="绩效评价a 1\n👍", max_size=80)


@given(st.lists(TEXTS, max_size=8))
def test_every_text_of_a_row_of_changes_comes_back(texts: list[str]) -> None:
    standing = ""
    for text in texts:
        standing = apply_change(standing, change_between(standing, text))
        assert standing == text


@given(TEXTS, TEXTS, TEXTS)
def test_what_stays_at_both_ends_is_not_kept_twice(start: str, between: str, end: str) -> None:
    change = change_between(start + end, start + between + end)
    kept = change if isinstance(change, str) else str(change[2])
    assert len(kept) <= max(len(between), 24 + len(between))


def test_typing_on_costs_what_was_typed() -> None:
    before = "绩效目标表述笼统，未细化到年度，" * 20
    assert change_between(before, before + "缺少") == [len(before), 0, "缺少"]


def test_a_change_of_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="another text"):
        apply_change("短", [10, 3, "x"])


@given(TEXTS, TEXTS)
def test_the_marked_pieces_are_both_texts(before: str, after: str) -> None:
    pieces = marked(before, after)
    assert "".join(text for kind, text in pieces if kind != "added") == before
    assert "".join(text for kind, text in pieces if kind != "removed") == after


def test_what_changed_is_marked_and_no_more() -> None:
    assert marked("目标未细化到年度。", "目标已细化到年度！") == (
        ("same", "目标"),
        ("removed", "未"),
        ("added", "已"),
        ("same", "细化到年度"),
        ("removed", "。"),
        ("added", "！"),
    )


def test_two_long_texts_without_likeness_are_compared_at_once() -> None:
    assert [kind for kind, _text in marked("甲" * 8000, "乙" * 8000)] == ["removed", "added"]
