"""Reports that arrive as several files: the parts, their order, and which page is whose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewapp.domain.errors import N_, Invalid

PART_KINDS = ("body", "annex", "signature")
_CHINESE = {sign: value for value, sign in enumerate("一二三四五六七八九十", 1)}
_NUMBERS = re.compile(r"\d+|[一二三四五六七八九十]")


@dataclass(frozen=True)
class Part:
    """One file of a report: its kept bytes, its own pages, and what it is (see PART_KINDS)."""

    name: str
    sha256: str
    size_bytes: int
    pages: int
    kind: str = "body"


@dataclass(frozen=True)
class Span:
    """The pages that a part takes in the whole, from 1, both ends included."""

    first: int
    last: int


def spans(parts: Sequence[Part]) -> tuple[Span, ...]:
    """Return which pages of the whole each part takes."""
    found, before = [], 0
    for part in parts:
        found.append(Span(before + 1, before + part.pages))
        before += part.pages
    return tuple(found)


def check(parts: Sequence[Part], *, max_bytes: int, max_pages: int) -> None:
    """Raise Invalid unless the parts can be one file; the limits hold for their sum."""
    if len(parts) < 2:
        raise Invalid(N_("Choose at least two files that belong to one report."), field="files")
    for part in parts:
        if part.kind not in PART_KINDS:
            raise Invalid(N_("“%(name)s”: body, annex or signature page?"), name=part.name)
    seen: dict[str, str] = {}
    for part in parts:
        if part.sha256 in seen:
            raise Invalid(
                N_("“%(name)s” and “%(other)s” are the same file."),
                field="files",
                name=part.name,
                other=seen[part.sha256],
            )
        seen[part.sha256] = part.name
    if sum(part.size_bytes for part in parts) > max_bytes:
        limit = max_bytes // 1_000_000
        raise Invalid(
            N_("Together the files are larger than %(limit)s MB. Save them with smaller pictures."),
            field="files",
            limit=limit,
        )
    if sum(part.pages for part in parts) > max_pages:
        raise Invalid(
            N_("Together the files have more than %(limit)s pages. Leave annexes out."),
            field="files",
            limit=max_pages,
        )


def guess_kind(name: str, words: Mapping[str, Sequence[str]]) -> str:
    """Say what a file is by its name; `words` are the data's, by kind. A body without a sign.

    A signature word outranks an annex word: 附件3 签字盖章页 is signed.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    for kind in ("signature", "annex"):
        if any(word in plain for word in words.get(kind, ())):
            return kind
    return "body"


def in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts as they are proposed: body, annexes, signature pages, each by number."""
    return tuple(sorted(parts, key=lambda part: (PART_KINDS.index(part.kind), sort_key(part.name))))


def sort_key(name: str) -> tuple[object, ...]:
    """Return a key that puts 附件2 before 附件10 and 附件二 before 附件三."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    key: list[object] = []
    at = 0
    for found in _NUMBERS.finditer(plain):
        text = found.group()
        value = _CHINESE.get(text) or int(text)
        key += [plain[at : found.start()], value]
        at = found.end()
    return (*key, plain[at:])


def numbered(parts: Mapping[str, Part], places: Mapping[str, str]) -> tuple[str, ...]:
    """Return the parts' keys in the order of the typed numbers; an equal number keeps its place.

    Raises Invalid for what is no number.
    """
    typed = {}
    for key, part in parts.items():
        text = unicodedata.normalize("NFKC", places.get(key, "")).strip()
        if not re.fullmatch(r"\d{1,4}", text):
            raise Invalid(N_("“%(name)s” needs a number for its place."), name=part.name)
        typed[key] = int(text)
    return tuple(sorted(parts, key=lambda key: typed[key]))
