"""The regular expressions of the rules: none that some text keeps busy for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
import yaml

RULES = Path(__file__).resolve().parents[2] / "rubrics"
_MANY = 10  # repetitions from which on two readings of each are too many
_FILLED = re.compile(r"(?<!P)<[a-z]+>")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _patterns() -> Iterator[str]:
    for path in sorted(RULES.rglob("*.yaml")):
        for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            if ")*" in text or ")+" in text or "){" in text:
                yield _FILLED.sub("x", text)


def _words(tree: Any) -> set[str] | None:
    """Return all texts that a part of a pattern stands for; None where they cannot be listed."""
    found = {""}
    for operation, value in tree:
        name = str(operation)
        if name == "LITERAL":
            more: set[str] | None = {chr(value)}
        elif name == "SUBPATTERN":
            more = _words(value[3])
        elif name == "BRANCH":
            parts = [_words(branch) for branch in value[1]]
            more = None if None in parts else set().union(*parts)  # type: ignore[arg-type]
        elif name == "IN" and all(str(kind) == "LITERAL" for kind, _sign in value):
            more = {chr(sign) for _kind, sign in value}
        elif name in {"MAX_REPEAT", "MIN_REPEAT"} and value[:2] == (0, 1):
            inner = _words(value[2])
            more = None if inner is None else inner | {""}
        else:
            more = None
        if more is None:
            return None
        found = {begin + end for begin in found for end in more}
    return found


def _repeated(tree: Any) -> Iterator[set[str]]:
    for operation, value in tree:
        name = str(operation)
        if name in {"MAX_REPEAT", "MIN_REPEAT"}:
            words = _words(value[2])
            if words is not None and int(value[1]) >= _MANY:
                yield words
            yield from _repeated(value[2])
        elif name == "SUBPATTERN":
            yield from _repeated(value[3])
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _repeated(branch)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from _repeated(value[1])


def _is_read_in_two_ways(words: set[str]) -> bool:
    """Say whether some row of these words is also another row of them (Sardinas and Patterson)."""
    if "" in words:
        return True
    rests = {b[len(a) :] for a in words for b in words if a != b and b.startswith(a)}
    seen: set[str] = set()
    while rests:
        if rests & words:
            return True
        seen |= rests
        longer = {w[len(r) :] for r in rests for w in words if w.startswith(r)}
        shorter = {r[len(w) :] for r in rests for w in words if r.startswith(w)}
        rests = (longer | shorter) - seen
    return False


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"共", "计", "共计"}, True),
        ({"签字", "盖章", "签字盖章"}, True),
        ({"ab", "abb", "bbc", "c", "b"}, True),
        ({"共", "共计", "为"}, False),
        ({"a", ""}, True),
    ],
)
def test_what_is_read_in_two_ways_is_known(words: set[str], expected: bool) -> None:
    assert _is_read_in_two_ways(words) is expected


def test_no_repeated_choice_can_be_read_in_two_ways() -> None:
    """With n words after one another it would be tried in two to the power of n ways."""
    bad, looked_at = [], 0
    for pattern in _patterns():
        try:
            tree = _parser.parse(pattern)
        except re.error:  # a text for people
            continue
        for words in _repeated(tree):
            looked_at += 1
            if _is_read_in_two_ways(words):
                bad.append(f"{sorted(words)} in {pattern}")
    assert looked_at > 20
    assert not bad
