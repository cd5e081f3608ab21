"""Passages that stand in another report as well."""

from __future__ import annotations

from collections.abc import Iterator

from reviewapp.domain.document import Place
from reviewapp.domain.precheck import passages
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.passages import Comparison, Other, Passage
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import MAX_QUOTE, shorten


def _has_archive(report: Report) -> bool:
    return report.comparison is not None


@check("text-shared", version=1, applies=_has_archive)
def text_shared(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Each passage once, with the report that shares most of it; the longest ones first."""
    comparison, rule = report.comparison, rules.shared
    assert comparison is not None  # noqa: S101 - _has_archive said so
    found = [
        (passage, other)
        for other in comparison.others
        for passage in passages.shared(comparison, other, rule)
    ]
    found.sort(key=lambda pair: (-pair[0].chars, pair[0].own, pair[1].key))
    told: set[int] = set()
    count = 0
    for passage, other in found:
        if told & set(passage.own):
            continue
        told |= set(passage.own)
        count += 1
        if count > rule.most_passages:
            return
        yield _doubt(passage, other, comparison)


def _doubt(passage: Passage, other: Other, comparison: Comparison) -> Doubt:
    """Place the doubt at the passage's sentences on its first page; quote both reports."""
    places = [comparison.own[index].place for index in passage.own]
    first = places[0]
    box = first.box
    for place in places[1:]:
        if place.page == first.page:
            box = box.union(place.box)
    theirs = [other.sentences[at] for at in passage.other]
    return Doubt(
        place=Place(first.page, box, shorten("".join(place.quote for place in places))),
        found=shorten("".join(one.text for one in theirs), MAX_QUOTE),
        values={
            "other": other.title,
            "key": other.key,
            "page": str(theirs[0].page),
            "chars": str(passage.chars),
            "sentences": str(len(passage.own)),
        },
    )
