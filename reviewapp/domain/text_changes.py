"""How a text became the next one: what stayed at both ends, and what stands between.

A text that is typed is saved every half second, each time a few characters longer. Kept as
changes, every one of these states costs what was typed since, not the whole text again.
"""

from __future__ import annotations

import difflib
from typing import TypeAlias

#: the new text in full, or [characters kept at the start, kept at the end, text between them]
Change: TypeAlias = str | list[int | str]

_WORTH_IT = 24  # characters; a shorter text is not worth a list around it


def change_between(before: str, after: str) -> Change:
    """Return the shorter of the whole new text and what changed in the old one."""
    start = _common_start(before, after)
    rest = min(len(before), len(after)) - start
    end = _common_start(before[::-1][:rest], after[::-1][:rest])
    between = after[start : len(after) - end]
    if len(after) - len(between) < _WORTH_IT:
        return after
    return [start, end, between]


def apply_change(before: str, change: Change) -> str:
    """Return the text after the change. Raises ValueError where it was not made of this text."""
    if isinstance(change, str):
        return change
    start, end, between = int(change[0]), int(change[1]), str(change[2])
    if start < 0 or end < 0 or start + end > len(before):
        raise ValueError("the change belongs to another text")
    return before[:start] + between + before[len(before) - end :]


def _common_start(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


_MOST_COMPARED = 4_000_000  # pairs of characters; beyond, a comparison takes seconds


def marked(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Return the pieces of both texts in reading order, each with same, removed or added."""
    start = _common_start(before, after)
    rest = min(len(before), len(after)) - start
    end = _common_start(before[::-1][:rest], after[::-1][:rest])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    pieces = [("same", before[:start])]
    if len(old) * len(new) > _MOST_COMPARED:
        pieces += [("removed", old), ("added", new)]
    else:
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                pieces.append(("same", old[a:b]))
            else:
                pieces += [("removed", old[a:b]), ("added", new[c:d])]
    pieces.append(("same", before[len(before) - end :]))
    return tuple(piece for piece in pieces if piece[1])
