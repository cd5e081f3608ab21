"""The files of one report: kinds by name, order, limits of the sum, whose page is which."""

from __future__ import annotations

import pytest

from reviewapp.domain import bundle
from reviewapp.domain.bundle import Part, Span
from reviewapp.domain.errors import Invalid

WORDS = {"signature": ["签字", "盖章"], "annex": ["附件", "附表"]}


def part(name: str, pages: int = 2, kind: str = "body", size: int = 10) -> Part:
    return Part(name, name.encode().hex().ljust(64, "0")[:64], size, pages, kind)


def test_a_name_says_what_a_file_is() -> None:
    kinds = {
        "报告正文.pdf": "body",
        "附件1 指标体系.pdf": "annex",
        "附件3签字盖章页.pdf": "signature",
        "附 表.pdf": "body",
    }
    assert {name: bundle.guess_kind(name, WORDS) for name in kinds} == kinds


def test_the_proposed_order_counts_as_people_do() -> None:
    names = ["附件10.pdf", "附件2.pdf", "附件一.pdf", "报告.pdf", "签字页.pdf"]
    parts = [part(name, kind=bundle.guess_kind(name, WORDS)) for name in names]
    assert [one.name for one in bundle.in_order(parts)] == [
        "报告.pdf",
        "附件一.pdf",
        "附件2.pdf",
        "附件10.pdf",
        "签字页.pdf",
    ]


def test_pages_follow_one_another_without_a_gap() -> None:
    assert bundle.spans([part("a", 3), part("b", 1), part("c", 2)]) == (
        Span(1, 3),
        Span(4, 4),
        Span(5, 6),
    )


def test_typed_numbers_say_the_order_and_equal_ones_stay() -> None:
    parts = {"a": part("a"), "b": part("b"), "c": part("c")}
    assert bundle.numbered(parts, {"a": "9", "b": "１", "c": "9"}) == ("b", "a", "c")
    with pytest.raises(Invalid) as caught:
        bundle.numbered(parts, {"a": "1", "b": "-1", "c": "2"})
    assert caught.value.values == {"name": "b"}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([part("a")], "at least two"),
        ([part("a"), part("b", kind="cover")], "body, annex or signature"),
        ([part("a"), part("a")], "the same file"),
        ([part("a", size=60), part("b", size=41)], "larger than"),
        ([part("a", 6), part("b", 5)], "more than 10 pages"),
    ],
)
def test_what_cannot_be_one_file_is_refused(parts: list[Part], said: str) -> None:

    with pytest.raises(Invalid) as caught:
        bundle.check(parts, max_bytes=100, max_pages=10)
    assert said in str(caught.value)


def test_limits_are_reached_and_not_passed() -> None:
    bundle.check([part("a", 5, size=50), part("b", 5, size=50)], max_bytes=100, max_pages=10)
