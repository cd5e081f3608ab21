"""The door to spaCy: finds labelled phrases in short Chinese texts, character by character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from reviewapp.domain.precheck.matching import FindPhrases, Hit

Table = tuple[tuple[str, tuple[str, ...]], ...]


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
            # spaCy wants a name; the empty label (phrases to skip) gets a dash of its own.
            matcher.add(label or "-", [language.make_doc(text) for text in texts])

    def find(texts: Sequence[str]) -> list[list[Hit]]:
        found = []
        for text in texts:
            doc = language.make_doc(text)
            hits = []
            for match_id, start, end in matcher(doc):
                span = doc[start:end]
                label = language.vocab.strings[match_id]
                hits.append(Hit("" if label == "-" else label, span.start_char, span.end_char))
            found.append(hits)
        return found

    return find
