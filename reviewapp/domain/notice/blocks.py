"""The parts that a notice is made of; all frozen, all plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reviewapp.domain.errors import N_

#: Where a locked figure comes from; the page shows these words beside the sheet.
SOURCES = {
    "reports": N_("The reports of the round, by kind"),
    "results": N_("The settled results"),
    "round": N_("The settings of the round"),
    "experts": N_("The assignments and reviews"),
    "agencies": N_("The agency grades by the round's rule"),
    "deductions": N_("The deductions in the reviews"),
    "notice": N_("Entered with the notice"),
}


class BlockKind(StrEnum):
    """What a block is on the sheet."""

    ORGAN = "organ"
    DOC_NUMBER = "doc-number"
    TITLE = "title"
    ADDRESSEES = "addressees"
    PARAGRAPH = "paragraph"
    HEADING1 = "heading1"
    HEADING2 = "heading2"
    ANNEX_LIST = "annex-list"
    SIGNATURE = "signature"
    DATE = "date"
    REMARK = "remark"
    ANNEX_LABEL = "annex-label"
    ANNEX_TITLE = "annex-title"
    TABLE = "table"
    CC = "cc"
    PRINTER = "printer"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text; with a `key` it is locked and equals the figure of that key."""

    text: str
    key: str = ""

    @property
    def locked(self) -> bool:
        """Whether no edit may change it."""
        return bool(self.key)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an annex table; `numeric` columns are set in the middle."""

    key: str
    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """An annex table; `total` is its closing row or empty. Cells are text, never edited."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()

    def column(self, key: str) -> tuple[str, ...]:
        """Return the cells of a column, without the total."""
        at = [column.key for column in self.columns].index(key)
        return tuple(row[at] for row in self.rows)

    def total_of(self, key: str) -> str:
        """Return the cell of a column in the closing row."""
        return self.total[[column.key for column in self.columns].index(key)]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the sheet: text in segments, or items of a list, or a table."""

    id: str
    kind: BlockKind
    segments: tuple[Segment, ...] = ()
    editable: bool = False
    items: tuple[str, ...] = ()
    table: Table | None = None

    @property
    def text(self) -> str:
        """The text as it prints."""
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Figure:
    """A locked value: its key, its text as printed, and where it comes from (SOURCES)."""

    key: str
    text: str
    source: str
