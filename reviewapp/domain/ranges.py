"""The page ranges into which a file is split: in order, without overlap, pages may be left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewapp.domain.errors import N_, Invalid

MOST = 40  # reports out of one file


@dataclass(frozen=True)
class Cut:
    """Pages that become a report of their own, both ends included, with its kind and title."""

    first: int
    last: int
    kind: str
    title: str


def page_number(text: str, field: str) -> int:
    """Return a typed page number, full width as well. Raises Invalid."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"\d{1,5}", plain):
        raise Invalid(N_("“%(value)s” is no page number."), field=field, value=text[:20])
    return int(plain)


def check(cuts: Sequence[Cut], pages: int) -> None:
    """Raise Invalid unless the cuts are at least two ranges in the file that do not overlap."""
    if len(cuts) < 2:
        raise Invalid(N_("A file is split into at least two reports."))
    if len(cuts) > MOST:
        raise Invalid(N_("At most %(limit)s reports at once."), limit=MOST)
    for cut in cuts:
        if not 1 <= cut.first <= cut.last <= pages:
            raise Invalid(
                N_("Pages %(first)s to %(last)s: the file has the pages 1 to %(pages)s."),
                first=cut.first,
                last=cut.last,
                pages=pages,
            )
        if not cut.title.strip():
            raise Invalid(
                N_("Pages %(first)s to %(last)s need a title."), first=cut.first, last=cut.last
            )
    ordered = sorted(cuts, key=lambda cut: cut.first)
    for before, after in pairwise(ordered):
        if after.first <= before.last:
            raise Invalid(
                N_("The ranges overlap at page %(page)s: a page belongs to one report."),
                page=after.first,
            )


def left_out(cuts: Sequence[Cut], pages: int) -> tuple[tuple[int, int], ...]:
    """Return the ranges of pages that no cut takes."""
    found, next_page = [], 1
    for cut in sorted(cuts, key=lambda cut: cut.first):
        if cut.first > next_page:
            found.append((next_page, cut.first - 1))
        next_page = max(next_page, cut.last + 1)
    if next_page <= pages:
        found.append((next_page, pages))
    return tuple(found)
