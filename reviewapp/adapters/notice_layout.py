"""The measures of an official sheet (GB/T 9704-2012), shared by the .docx and the PDF.

Lengths are millimetres or points as the names say; an em is one character of the body.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from reviewapp.domain.notice import BlockKind, NoticeContent, Table

PAGE_MM = (210.0, 297.0)
TOP_MM, LEFT_MM = 37.0, 28.0
TEXT_MM = (156.0, 225.0)
RIGHT_MM = PAGE_MM[0] - LEFT_MM - TEXT_MM[0]
BOTTOM_MM = PAGE_MM[1] - TOP_MM - TEXT_MM[1]
PT_PER_MM = 72 / 25.4

BODY_PT = 16.0
LINE_PT = 28.95
TITLE_PT, TITLE_LINE_PT = 22.0, 36.0
SMALL_PT, SMALL_LINE_PT = 14.0, 22.0
TABLE_PT, TABLE_LINE_PT = 10.5, 15.0
ORGAN_TOP_MM = 35.0
ORGAN_MAX_PT = 56.0
RULE_GAP_MM = 4.0
PAGE_NUMBER_GAP_MM = 7.0
RED = "C7000B"
# 28 characters of 16 pt are wider than 156 mm: each must give up this much.
TRACKING_DOCX_PT = -0.25
TRACKING_PDF_PT = -0.21

_WIDTHS_MM = {
    "number": 11.0,
    "title": 54.0,
    "unit": 27.0,
    "department": 26.0,
    "rating": 12.0,
    "total": 14.0,
    "reports": 18.0,
    "A": 14.0,
    "B": 14.0,
    "C": 14.0,
    "D": 14.0,
    "grade": 24.0,
    "dimension": 22.0,
    "criterion": 28.0,
    "text": 46.0,
    "examples": 40.0,
}
_AGENCY_MM = {True: 47.0, False: 26.0}


@dataclass(frozen=True, slots=True)
class SignatureIndents:
    """Right indents in ems of the signature and of the date, and the blank lines above them."""

    signature: float
    date: float
    blank_lines: int


def width_em(text: str) -> float:
    """Return the width in ems: wide and ambiguous characters count 1, others one half."""
    return sum(1 if unicodedata.east_asian_width(ch) in "WFA" else 0.5 for ch in text)


def signature_indents(content: NoticeContent) -> SignatureIndents:
    """Place signature and date (GB/T 9704-2012, 7.3.5).

    Without a seal: the signature two characters from the right, the date two characters right of
    the signature's first; a date longer than the signature keeps two from the right and moves the
    signature. With a seal: the date four from the right, the signature centred above it, and two
    blank lines so that the seal's upper edge stays within a line of the text.
    """
    name = width_em(content.first(BlockKind.SIGNATURE).text)
    day = width_em(content.first(BlockKind.DATE).text)
    if content.sealed:
        centre = max(4 + day / 2, name / 2)
        return SignatureIndents(centre - name / 2, centre - day / 2, 2)
    if day > name:
        return SignatureIndents(4 + day - name, 2, 1)
    return SignatureIndents(2, name - day, 1)


def organ_pt(text: str) -> float:
    """Return the size of the organ's name so that it fits the text width on one line."""
    width = TEXT_MM[0] * PT_PER_MM
    return max(16.0, min(ORGAN_MAX_PT, width / (1.08 * max(width_em(text), 1))))


def imprint_height_pt(copies: str) -> float:
    """Return the height of the colophon: its copies, broken into lines, and the printer's line."""
    characters = TEXT_MM[0] * PT_PER_MM / SMALL_PT - 5
    lines = 1 + (math.ceil((width_em(copies) - 3) / characters) if copies else 0)
    return lines * SMALL_LINE_PT + 3


def column_widths_mm(table: Table) -> tuple[float, ...]:
    """Return the column widths of an annex table, together as wide as the text."""
    by_agency = any(column.key == "grade" for column in table.columns)
    widths = [
        _WIDTHS_MM.get(column.key, _AGENCY_MM[by_agency] if column.key == "agency" else 26.0)
        for column in table.columns
    ]
    return tuple(width * TEXT_MM[0] / sum(widths) for width in widths)
