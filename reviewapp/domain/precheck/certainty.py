"""How far what OCR read carries a judgement: a doubt on unsure ground is unverifiable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewapp.domain.document import Box, Document, Place, Table
from reviewapp.domain.precheck.finding import Doubt, Outcome

if TYPE_CHECKING:
    from reviewapp.domain.precheck.report import Report

BY_OCR, UNSURE = "ocr", "unsure"


@dataclass(frozen=True, slots=True)
class OcrRule:
    """From which certainty on (0 to 1) what OCR read is judged like other text."""

    page: float
    line: float
    heading: int  # characters from which one wrong character in a heading is forgiven
    tables: tuple[str, ...]  # checks that need every figure of a table
    marks: tuple[str, ...]  # checks that need single marks


def badly_read(document: Document, rule: OcrRule) -> frozenset[int]:
    """Return the pages that OCR read, but too badly to say anything of them."""
    return frozenset(
        page.number for page in document.pages if page.ocr is not None and page.ocr < rule.page
    )


def judge(doubt: Doubt, check_id: str, report: Report, rule: OcrRule) -> Doubt:
    """Return a doubt as it may be raised where OCR read the place; `values` say that it did."""
    place = doubt.place
    if place is None or place.page not in report.ocr_pages:
        return doubt
    sure = certainty(report.document, place)
    if check_id in rule.tables:
        tables = [t for t in report.document.tables if _holds(t, place)]
        sure = min([sure, *(figure for table in tables for figure in _figures(table))])
        if any(table.uncertain for table in tables):
            sure = 0.0
    is_unsure = sure < rule.line or check_id in rule.marks
    values = {**doubt.values, BY_OCR: UNSURE if is_unsure else "sure"}
    if is_unsure and doubt.outcome is Outcome.SUSPECT:
        return replace(doubt, outcome=Outcome.UNVERIFIABLE, values=values)
    return replace(doubt, values=values)


def certainty(document: Document, place: Place) -> float:
    """Return how sure OCR was of the least sure line in a place; 1 where it read none there."""
    page = next(page for page in document.pages if page.number == place.page)
    found = [
        line.ocr for line in page.lines if line.ocr is not None and _meets(line.box, place.box)
    ]
    return min(found, default=1.0)


def _meets(line: Box, box: Box) -> bool:
    middle = (line.y0 + line.y1) / 2
    return box.y0 <= middle <= box.y1 and line.x0 < box.x1 and line.x1 > box.x0


def _holds(table: Table, place: Place) -> bool:
    if not table.page <= place.page <= table.end_page:
        return False
    return any(
        row.page == place.page and row.box.y0 <= _middle(place) <= row.box.y1 for row in table.rows
    )


def _middle(place: Place) -> float:
    return (place.box.y0 + place.box.y1) / 2


def _figures(table: Table) -> Iterable[float]:
    for row in table.rows:
        for cell in row.cells:
            if cell.ocr is not None and cell.text[:1].isdigit() and len(cell.text) <= 12:
                yield cell.ocr
