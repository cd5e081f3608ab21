"""Sentences of reports that are compared with those of others, and the passages they share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewapp.domain.document import Place
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.rules import SharedRule
from reviewapp.domain.precheck.sections import Section

PIECE = 5  # characters of the pieces by which two sentences are compared
_SENTENCE = re.compile(r"[^。；;！!？?]+[。；;！!？?]?")
_LEFT_OUT = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its compared form, the page it begins on, and as printed (to 120 characters)."""

    form: str
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence of the report that is checked, with its place."""

    sentence: Sentence
    place: Place


@dataclass(frozen=True, slots=True)
class Other:
    """Another report that may share something: `key` tells reports apart, `title` names it."""

    key: str
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report's sentences, which of them are common property, and the reports to compare with."""

    own: tuple[Placed, ...]
    common: frozenset[int] = frozenset()  # indices into `own`
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch that two reports share: indices into both reports' sentences."""

    own: tuple[int, ...]
    other: tuple[int, ...]
    chars: int


def sentences(
    paragraphs: Sequence[Paragraph],
    found: Sequence[Section],
    headings: frozenset[int],
    names: Sequence[str],
    rule: SharedRule,
) -> tuple[Placed, ...]:
    """Return the sentences of the running text that are worth comparing, in reading order.

    Left out are headings (by their line), the sections that are rightly alike, boilerplate, and
    what is too short. `names` are the report's own, which two copies would differ by.
    """
    skipped = [
        range(section.match.heading.line, section.end)
        for section in found
        if section.match is not None and section.rule.id in rule.skip_sections
    ]
    known = [re.compile(pattern) for pattern in rule.boilerplate]
    own = re.compile("|".join(re.escape(name) for name in names)) if names else None
    return tuple(
        placed
        for paragraph in paragraphs
        if paragraph.line not in headings and not any(paragraph.line in span for span in skipped)
        for placed in _of(paragraph, known, own, rule.least_sentence)
    )


def _of(
    paragraph: Paragraph,
    known: Sequence[re.Pattern[str]],
    own: re.Pattern[str] | None,
    least: int,
) -> Iterator[Placed]:
    for match in _SENTENCE.finditer(paragraph.text):
        text = match[0]
        if len(text) < least or any(pattern.search(text) for pattern in known):
            continue
        form = _LEFT_OUT.sub("", own.sub("", text) if own else text)
        if len(form) >= least:
            place = paragraph.place(*match.span())
            yield Placed(Sentence(form, place.page, place.quote), place)


def pieces(form: str) -> frozenset[str]:
    """Return the five-character pieces of a sentence's compared form."""
    return frozenset(form[at : at + PIECE] for at in range(max(len(form) - PIECE + 1, 1)))


def alike(one: str, other: str, percent: int) -> bool:
    """Say whether two compared forms share `percent` of all their pieces (Jaccard)."""
    if one == other:
        return True
    if 100 * min(len(one), len(other)) < (percent - 10) * max(len(one), len(other)):
        return False
    first, second = pieces(one), pieces(other)
    return 100 * len(first & second) >= percent * len(first | second)


def shared(comparison: Comparison, other: Other, rule: SharedRule) -> tuple[Passage, ...]:
    """Return the passages that a report shares with another, the longest first."""
    by_form = {sentence.form: at for at, sentence in enumerate(other.sentences)}
    by_piece: dict[str, set[int]] = {}
    for place, sentence in enumerate(other.sentences):
        for piece in pieces(sentence.form):
            by_piece.setdefault(piece, set()).add(place)
    matched: dict[int, int] = {}
    for index, placed in enumerate(comparison.own):
        if index in comparison.common:
            continue
        form = placed.sentence.form
        at = by_form.get(form)
        near = at if at is not None else _nearest(form, other, by_piece, rule.similar_percent)
        if near is not None:
            matched[index] = near
    found = [_passage(run, matched, comparison) for run in _runs(matched)]
    long = [one for one in found if one.chars >= rule.least_passage]
    return tuple(sorted(long, key=lambda one: (-one.chars, one.own)))


def _nearest(form: str, other: Other, by_piece: dict[str, set[int]], percent: int) -> int | None:
    """Return the index of the sentence that is alike and shares most pieces."""
    counts: dict[int, int] = {}
    for piece in pieces(form):
        for at in by_piece.get(piece, ()):
            counts[at] = counts.get(at, 0) + 1
    for at in sorted(counts, key=lambda at: (-counts[at], at))[:3]:
        if alike(form, other.sentences[at].form, percent):
            return at
    return None


def _runs(matched: dict[int, int]) -> Iterator[list[int]]:
    """Return stretches of matched sentences that follow one another in both reports."""
    run: list[int] = []
    for index in sorted(matched):
        if run and not (index == run[-1] + 1 and 0 < matched[index] - matched[run[-1]] <= 2):
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _passage(run: list[int], matched: dict[int, int], comparison: Comparison) -> Passage:
    chars = sum(len(comparison.own[index].sentence.form) for index in run)
    return Passage(tuple(run), tuple(matched[index] for index in run), chars)
