"""A submitted review as a PDF to sign, by typst.

Every word comes in as JSON data, so that nothing an expert typed can become a command.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from reviewapp.adapters.typst_sheets import compile_sheet

_PROGRAM = Path(__file__).with_name("review_sheet.typ")


@dataclass(frozen=True)
class Cited:
    """One passage: where it stands, its words, and the hash of the file it stands in."""

    place: str
    quote: str
    sha256: str


@dataclass(frozen=True)
class ScoreRow:
    """One criterion with what was given and why."""

    criterion: str
    points: str
    most: str
    reason: str
    evidence: tuple[Cited, ...]


@dataclass(frozen=True)
class ScoreGroup:
    """The criteria of one dimension."""

    label: str
    rows: tuple[ScoreRow, ...]


@dataclass(frozen=True)
class SignedSheet:
    """A whole review in words. `about` and `proof` are pairs of label and value."""

    title: str
    report: str
    about: tuple[tuple[str, str], ...]
    result: tuple[tuple[str, str], ...]
    columns: tuple[str, str, str]  # criterion, points, reason and evidence
    groups: tuple[ScoreGroup, ...]
    vetoes_title: str
    vetoes: tuple[str, ...]
    opinion_title: str
    opinion: str
    statement: str
    signature: str
    date: str
    proof: tuple[tuple[str, str], ...]
    page_of: str  # "Page {0} of {1}"


def to_pdf(sheet: SignedSheet) -> bytes:
    """Return the review as A4 pages in Noto Serif SC; the same review gives the same bytes."""
    return compile_sheet(_PROGRAM, asdict(sheet))
