"""Wordings by which the checks of what a report says work: annexes, signing, names, blocks, advice.

They come from rubrics/precheck/*.yaml through adapters/rule_language.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnnexRule:
    """How annexes are cited; `foreign_before` and `apart` are regular expressions."""

    foreign_before: tuple[str, ...]  # before the annex of another document
    not_numbers: tuple[str, ...]  # after a count of annexes
    apart: tuple[str, ...]  # the annexes are bound apart
    title_endings: tuple[str, ...]  # of annexes that are named without a number
    not_titles: tuple[str, ...]
    titled: tuple[str, ...]  # regular expressions with the group "title", in the text
    pictures: tuple[str, ...]  # titles of annexes without text of their own
    topics: tuple[str, ...]  # words by which an annex may stand under another title
    there: int  # per cent of a title's pairs of characters in one line: it stands there
    perhaps: int  # the same: it may stand there under another title


@dataclass(frozen=True, slots=True)
class SigningRule:
    """Labels of signatures and traces of the consultation, as regular expressions."""

    lead: tuple[str, ...]
    seal: tuple[str, ...]
    not_seals: tuple[str, ...]  # words of another party on the line of a seal
    label_length: int  # characters of the longest line that can be a label
    consultation: tuple[str, ...]  # <gap> stands for a few characters of one clause
    public: tuple[str, ...]  # whose opinion a survey asks
    parties: tuple[str, ...]  # whose opinion the consultation asks
    written: tuple[str, ...]  # words of the consultation in any case
    denied: tuple[str, ...]  # right before a trace: there was none
    denied_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockRule:
    """The blocks of the indicator analysis: id -> what they call themselves, their indicators."""

    names: Mapping[str, tuple[str, ...]]
    indicators: Mapping[str, tuple[str, ...]]
    sections: tuple[str, ...]  # sections whose parts are blocks
    own: tuple[str, ...]  # how a sentence speaks of a block (<block>) as its subject
    targets: tuple[str, ...]  # words of sentences about how indicators are set
    points: str  # regular expression: such a sentence states points all the same
    least_indicators: int


@dataclass(frozen=True, slots=True)
class NameRule:
    """How names of projects and units are known, and which sentences speak of others rightly."""

    project_endings: tuple[str, ...]
    unit_endings: tuple[str, ...]
    not_after: tuple[str, ...]
    not_places: tuple[str, ...]
    not_in_places: tuple[str, ...]
    leads: tuple[str, ...]  # regular expressions, before a name
    concluding: tuple[str, ...]  # before the report's own project only
    other_words: tuple[str, ...]
    generic: tuple[str, ...]
    not_own: tuple[str, ...]  # regular expressions, beginnings of names that are none
    most_mentions: int  # sentences; a place in more of them belongs to the matter
    headers: str  # regular expression with the group "name"


@dataclass(frozen=True, slots=True)
class AdviceRule:
    """How a problem and the recommendation that answers it are brought together."""

    stop: tuple[str, ...]
    topics: tuple[tuple[str, ...], ...]
    advice_verbs: tuple[str, ...]
    faults: tuple[str, ...]  # words of problems' titles
    not_problems: tuple[str, ...]  # regular expressions on headings
    listed: str  # regular expression, how one problem follows another in a paragraph
    least_answered: int  # per cent of the problems


@dataclass(frozen=True, slots=True)
class HeadingRule:
    """How headings are understood that no listed wording knows."""

    synonyms: tuple[tuple[str, ...], ...]  # the first of a group stands for all of them
    others: tuple[str, ...]  # headings that are no section
    least_sure: int  # per cent from which on the classifier is believed


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """All wordings of the checks of what a report says."""

    annexes: AnnexRule
    signing: SigningRule
    blocks: BlockRule
    names: NameRule
    advice: AdviceRule
    headings: HeadingRule
