"""The door to spaCy: reads headings by phrases, by token patterns and by a small classifier.

All work on single characters (ADR 9). The classifier is learned from the wordings in the rules
when it is first asked, within seconds, and kept in the user's cache folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from reviewapp.adapters import heading_model
from reviewapp.domain.precheck.language_rules import HeadingRule
from reviewapp.domain.precheck.matching import (
    FindPatterns,
    FindPhrases,
    HeadingReader,
    Hit,
    examples,
    pattern_table,
    phrase_table,
)
from reviewapp.domain.precheck.rules import Outline

_GAP = 4  # characters that may stand between the words of a pattern
_NONE = "-"  # spaCy wants a name for the empty label
Table = tuple[tuple[str, tuple[str, ...]], ...]
PatternTable = tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


@lru_cache(maxsize=16)
def heading_reader(outline: Outline, rule: HeadingRule) -> HeadingReader:
    """Return what reads the headings of one outline, classifier loaded or learned.

    The same data is prepared once per process.
    """
    learned = tuple(examples(outline, rule))
    heading_model.prepare(learned)
    return HeadingReader(
        phrases=phrase_finder(phrase_table(outline)),
        patterns=_pattern_finder(tuple(pattern_table(outline).items())),
        classify=lambda text: heading_model.classify(learned, text),
    )


def phrase_finder(phrases: Mapping[str, Sequence[str]]) -> FindPhrases:
    """Return a function that finds the phrases of each label; the same phrases are built once."""
    return _finder(tuple((label, tuple(texts)) for label, texts in phrases.items()))


@lru_cache(maxsize=1)
def _language() -> Any:
    import spacy

    # No trained Chinese pipeline can be installed; characters as tokens lose no known term.
    return spacy.blank("zh")


@lru_cache(maxsize=16)
def _finder(table: Table) -> FindPhrases:
    from spacy.matcher import PhraseMatcher

    language = _language()
    matcher = PhraseMatcher(language.vocab)
    for label, texts in table:
        if texts:
            matcher.add(label or _NONE, [language.make_doc(text) for text in texts])

    def find(texts: Sequence[str]) -> list[list[Hit]]:
        found = []
        for text in texts:
            doc = language.make_doc(text)
            hits = []
            for match_id, start, end in matcher(doc):
                span = doc[start:end]
                label = language.vocab.strings[match_id]
                hits.append(Hit("" if label == _NONE else label, span.start_char, span.end_char))
            found.append(hits)
        return found

    return find


@lru_cache(maxsize=16)
def _pattern_finder(table: PatternTable) -> FindPatterns:
    from spacy.matcher import Matcher

    language = _language()
    matcher = Matcher(language.vocab)
    for label, patterns in table:
        matcher.add(label, [tokens for pattern in patterns for tokens in _tokens(pattern)])

    def find(text: str) -> frozenset[str]:
        if not len(matcher):
            return frozenset()
        doc = language.make_doc(text)
        return frozenset(language.vocab.strings[match_id] for match_id, _, _ in matcher(doc))

    return find


def _tokens(pattern: Sequence[str]) -> list[list[dict[str, str]]]:
    """Return a pattern's token rules, one for each choice of its alternatives."""
    made = []
    for words in product(*(step.split("|") for step in pattern)):
        tokens: list[dict[str, str]] = []
        for at, word in enumerate(words):
            if at:
                tokens += [{"OP": "?"}] * _GAP
            tokens += [{"ORTH": character} for character in word]
        made.append(tokens)
    return made
