"""What a report of the corpus is made of, and what is known to be true of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# A mark is text whose page is wanted: it is printed as a link, read back, and the link removed.
_MARK = re.compile("\x02(.+?)\x03(.+?)\x04", re.S)


def mark(key: str, text: str) -> str:
    return f"\x02{key}\x03{text}\x04"


def pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the text in order with the key of its mark, if it has one."""
    at = 0
    for found in _MARK.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], None
        yield found[2], found[1]
        at = found.end()
    if at < len(text):
        yield text[at:], None


def bare(text: str) -> str:
    return _MARK.sub(lambda found: found[2], text)


@dataclass
class Heading:
    text: str
    level: int
    key: str
    sections: tuple[str, ...] = ()
    run_in: str = ""
    page_break: bool = False
    in_contents: bool = True
    centred: bool = False


@dataclass
class Para:
    text: str
    centred: bool = False


@dataclass
class Table:
    columns: list[str]
    rows: list[list[str]]
    widths: list[int]
    caption: str = ""
    merged: int = 0  # the first columns whose equal neighbours are one cell
    ruled: bool = True
    repeat_header: bool = True
    height: int = 0  # least height of a row in points


@dataclass
class Cover:
    title: list[str]
    fields: list[tuple[str, str]]
    date: str


@dataclass
class Contents:
    title: str
    entries: list[tuple[int, str, str]] = field(default_factory=list)  # level, text, key
    shift: dict[str, int] = field(default_factory=dict)  # key: pages that the entry is off


Block = Heading | Para | Table | Cover | Contents


@dataclass(frozen=True)
class Spec:
    id: str
    kind: str
    half: str
    producer: str
    numbering: str
    layout: str
    table: str
    flaws: tuple[str, ...] = ()
    scan: bool = False
    seed: int = 0


@dataclass
class Flaw:
    check: str
    key: str | None = None  # the mark where the finding belongs; None: something is absent
    expected: str | None = None


@dataclass
class Made:
    """A composed report: blocks to print, and the truth without pages."""

    spec: Spec
    blocks: list[Block]
    facts: dict[str, Any]
    flaws: list[Flaw]
    allowed: set[str]  # checks whose findings are a consequence, neither right nor wrong
    header: str
