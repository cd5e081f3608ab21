"""The precheck sheet (预检单) as a PDF, by typst: what was found, for paper and for the agency.

Every word comes in as JSON data, so that no quote of a report can become a command.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from reviewapp.adapters.typst_sheets import compile_sheet

_PROGRAM = Path(__file__).with_name("precheck_sheet.typ")


@dataclass(frozen=True)
class SheetLine:
    """One finding: where it stands, what it is called, what it says, the report's own words."""

    page: str
    title: str
    sentence: str
    quote: str
    note: str  # how far an officer has looked at it
    basis: str = ""  # the document and article that ask for it


@dataclass(frozen=True)
class SheetGroup:
    """The findings about which the same is to be done, under their heading."""

    label: str
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True)
class PrecheckSheet:
    """A whole sheet, in words. `about` are pairs of label and value, `sections` rows of three."""

    title: str
    report: str
    about: tuple[tuple[str, str], ...]
    summary: str
    groups: tuple[SheetGroup, ...]
    columns: tuple[str, str, str]  # page, doubt, the report's own words
    sections_title: str
    section_columns: tuple[str, str, str]
    sections: tuple[tuple[str, str, str], ...]
    closing: str
    page_of: str  # "Page {0} of {1}"


def to_pdf(sheet: PrecheckSheet) -> bytes:
    """Return the sheet as A4 pages in Noto Serif SC; the same sheet gives the same bytes."""
    return compile_sheet(_PROGRAM, asdict(sheet))
