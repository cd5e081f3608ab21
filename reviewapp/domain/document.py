"""What a PDF says and where: the value that every reader makes and every check reads.

Boxes are points from the page's top left corner, pages are physical and count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in points, origin top left, x0 <= x1 and y0 <= y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    def union(self, other: Box) -> Box:
        """Return the smallest box that holds both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A box on a page with the page's own text there (at most 120 characters)."""

    page: int
    box: Box
    quote: str = ""


class LineKind(StrEnum):
    """What a line of text is on its page."""

    BODY = "body"
    HEADER = "header"  # running header, repeated over pages
    FOOTER = "footer"  # running footer
    PAGE_NUMBER = "page-number"
    TOC = "toc"  # an entry of the table of contents
    TABLE = "table"  # text inside a table's grid


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, left to right, with its true size in points.

    `ocr` is how sure OCR was of it, from 0 to 1; None where the text is the file's own.
    """

    page: int
    box: Box
    text: str
    size: float = 0.0
    bold: bool = False
    kind: LineKind = LineKind.BODY
    ocr: float | None = None


class TextLayer(StrEnum):
    """How far a page's own text can be used."""

    GOOD = "good"
    EMPTY = "empty"  # neither text nor a picture that covers the page
    SCANNED = "scanned"  # a picture without usable text
    GARBLED = "garbled"  # text from a font without a Unicode map


@dataclass(frozen=True, slots=True)
class Page:
    """One page: size in points, its lines from top to bottom, and how its text layer is.

    `ocr` is how sure OCR was of the page on the whole, from 0 to 1; None where it read nothing.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...] = ()
    text_layer: TextLayer = TextLayer.GOOD
    error: str = ""  # why the page could not be read, "" if it could
    ocr: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table after merged cells are filled forward. `box` is None where it was filled.

    `ocr` is how sure OCR was of its least sure line, from 0 to 1; None where it read none.
    """

    text: str
    page: int
    box: Box | None = None
    ocr: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. `broken` says that a page break cut it, so that text may be lost."""

    cells: tuple[Cell, ...]
    page: int
    box: Box
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One logical table, joined over pages; header rows are folded into `columns`."""

    id: str
    page: int
    end_page: int
    box: Box  # on `page`
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    after_line: int = -1  # index into the document's body lines after which the table stands
    uncertain: bool = False  # rows may be lost (unjoined page break, doubtful grid)


@dataclass(frozen=True, slots=True)
class ActiveContent:
    """A thing in the file that acts by itself: kind is javascript, launch or embedded-file."""

    kind: str
    page: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report as read: pages in order, tables in order, and what else the file carries."""

    sha256: str
    name: str
    bytes: int
    producer: str
    pages: tuple[Page, ...]
    tables: tuple[Table, ...] = ()
    active_content: tuple[ActiveContent, ...] = ()
    repaired: bool = False
    seconds: dict[str, float] = field(default_factory=dict)  # stage -> seconds

    def lines(self) -> list[Line]:
        """Return every line of every page in reading order."""
        return [line for page in self.pages for line in page.lines]

    def body_lines(self) -> list[Line]:
        """Return the lines that are the report's own text: no running header, footer, number."""
        skip = {LineKind.HEADER, LineKind.FOOTER, LineKind.PAGE_NUMBER}
        return [line for line in self.lines() if line.kind not in skip]
