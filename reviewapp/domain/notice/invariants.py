"""What must hold in every notice: rows, columns, sentences and lists say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice.blocks import SOURCES, Block, Figure, Table

LETTERS = ("A", "B", "C", "D")
RESULTS = "annex.results.table"
AGENCIES = "annex.agencies.table"


def check(blocks: Sequence[Block], figures: Sequence[Figure]) -> None:
    """Raise Invalid unless the notice is consistent in itself."""
    known = {figure.key: figure.text for figure in figures}
    _check_ids(blocks, figures, known)
    _check_locked(blocks, known)
    tables = {block.id: block.table for block in blocks if block.table is not None}
    for name in (RESULTS, AGENCIES):
        if name not in tables:
            raise Invalid(N_("The notice lacks the table “%(table)s”."), table=name)
    for table in tables.values():
        _check_shape(table)
    _check_agencies(tables[AGENCIES], known)
    _check_results(tables[RESULTS], tables[AGENCIES])
    _check_titles(tables[RESULTS], known)


def _check_ids(blocks: Sequence[Block], figures: Sequence[Figure], known: dict[str, str]) -> None:
    for name, count in Counter(block.id for block in blocks).items():
        if count > 1:
            raise Invalid(N_("The block “%(block)s” appears twice."), block=name)
    if len(known) != len(figures) or any(figure.source not in SOURCES for figure in figures):
        raise Invalid(N_("A figure appears twice or comes from nowhere."))


def _check_locked(blocks: Iterable[Block], known: dict[str, str]) -> None:
    for block in blocks:
        for segment in block.segments:
            if segment.locked and known.get(segment.key) != segment.text:
                raise Invalid(
                    N_("The locked figure “%(key)s” reads “%(text)s”; its source says otherwise."),
                    key=segment.key,
                    text=segment.text,
                )


def _check_shape(table: Table) -> None:
    wide = len(table.columns)
    for row in (*table.rows, table.total or ("",) * wide):
        if len(row) != wide:
            raise Invalid(N_("A table row does not have one cell per column."))


def _check_agencies(table: Table, known: dict[str, str]) -> None:
    counted = ("reports", *LETTERS)
    cells = {key: _integers(table.column(key)) for key in counted}
    for at, name in enumerate(table.column("agency")):
        if cells["reports"][at] != sum(cells[letter][at] for letter in LETTERS):
            raise Invalid(N_("The row of “%(agency)s” does not add up."), agency=name)
    for key in counted:
        total = _integers((table.total_of(key),))[0]
        said = known.get(f"distribution.{key}")
        if total != sum(cells[key]) or said is None or total != _integers((said,))[0]:
            raise Invalid(N_("The column “%(column)s” does not add up."), column=key)
    kinds = _integers(text for key, text in known.items() if key.startswith("kinds."))
    if sum(kinds) != _integers((known["distribution.reports"],))[0]:
        raise Invalid(N_("The kinds of reports do not add up to all reports."))


def _check_results(results: Table, agencies: Table) -> None:
    listed = Counter(zip(results.column("agency"), results.column("rating"), strict=True))
    summed = {
        (name, letter): count
        for letter in LETTERS
        for name, count in zip(
            agencies.column("agency"), _integers(agencies.column(letter)), strict=True
        )
        if count
    }
    if listed != Counter(summed):
        raise Invalid(N_("The list of results and the table of agencies differ."))
    if results.column("number") != tuple(str(n) for n in range(1, len(results.rows) + 1)):
        raise Invalid(N_("The list of results is not numbered from 1."))


def _check_titles(results: Table, known: dict[str, str]) -> None:
    rated = set(zip(results.column("title"), results.column("rating"), strict=True))
    for letter in LETTERS:
        for title in re.findall(r"《[^《》]*》", known.get(f"titles.{letter}", "")):
            if (title, letter) not in rated:
                raise Invalid(
                    N_("%(title)s is named as rated %(letter)s; the list says otherwise."),
                    title=title,
                    letter=letter,
                )


def _integers(cells: Iterable[str]) -> list[int]:
    try:
        return [int(cell) for cell in cells]
    except ValueError as error:
        raise Invalid(N_("A count in the notice is not a whole number.")) from error
