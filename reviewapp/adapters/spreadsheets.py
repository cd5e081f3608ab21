"""Spreadsheets that open right in Excel and WPS, and lists that people bring as .xlsx."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reviewapp.adapters import child
from reviewapp.domain.errors import N_, Invalid

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 20_000
MAX_COLUMNS = 60
#: rows above the header that are looked at
MAX_ABOVE = 1_000
#: the last line that is looked at, empty ones counted: lists are often formatted to the bottom of
#: the sheet, and a hostile file of 5 KB may claim a row 2,000,000,000
MAX_LINES = 100_000
#: what an .xlsx may unpack to: a list of 20,000 rows is far below, a bomb far above
MAX_UNPACKED_BYTES = 100_000_000
_WIDEST = 60  # of a column, in characters; longer texts wrap
_LINE, _MOST_LINES = 15.0, 27  # height in points, and what fits into the highest row of Excel
_NO_XML = frozenset({"\ufffe", "\uffff", *map(chr, range(0xD800, 0xE000))})


@dataclass(frozen=True)
class SheetRows:
    """The first sheet of a list: its header, and rows of texts with their row number in Excel."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def write_sheet(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an .xlsx with one sheet: bold header, frozen, filtered, columns as wide as needed.

    Texts are written as texts, so that one that begins with = is never read as a formula.
    """
    return write_sheets([(title, header, rows)])


def write_sheets(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """Return an .xlsx with several sheets (title, header, rows), each as write_sheet makes it."""
    book = Workbook(write_only=True)
    for title, header, rows in sheets:
        _add_sheet(book, title, header, [list(row) for row in rows])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_sheet(book: Workbook, title: str, header: Sequence[str], listed: list[list[Any]]) -> None:
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for index, name in enumerate(header, start=1):
        texts = [str(name)] + [str(row[index - 1] or "") for row in listed[:500]]
        widest = max((_width(text) for text in texts), default=8)
        sheet.column_dimensions[get_column_letter(index)].width = min(_WIDEST, max(8, widest + 2))
    _print_wide(sheet)
    sheet.append([_head(sheet, name) for name in header])
    for number, row in enumerate(listed, start=2):
        lines = max((_lines(value) for value in row if isinstance(value, str)), default=1)
        if lines > 1:
            # LibreOffice fits no row to its text by itself.
            sheet.row_dimensions[number].height = min(lines, _MOST_LINES) * _LINE
        sheet.append([_cell(sheet, value) for value in row])
    if header:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(listed) + 1}"


def _print_wide(sheet: Any) -> None:
    """Print on A4 across, all columns on one page, the header on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:1"


def read_sheet(
    source: Path | bytes, is_header: Callable[[Sequence[str]], bool] | None = None
) -> SheetRows:
    """Read the first sheet of an .xlsx: the first row that is not empty is the header.

    `is_header` passes over the title lines that stand above the header of many official lists.
    Nothing of the file is parsed in this process; see spreadsheet_child.py. Raises Invalid for
    what is no .xlsx, too long, or takes more than is sane to unpack or to read.
    """
    header: tuple[str, ...] = ()
    rows: list[tuple[int, dict[str, str]]] = []
    for number, values in _rows_of(source):
        texts = [_clean(text.replace("_x000D_", "")).strip() for text in values]
        if not any(texts):
            continue
        if not header:
            if is_header is None or is_header(texts):
                header = tuple(texts)
            continue
        if len(rows) >= MAX_ROWS:
            raise Invalid(N_("The list has more than %(count)s rows; split it."), count=MAX_ROWS)
        pairs = zip(header, texts, strict=False)
        rows.append((number, {name: text for name, text in pairs if name}))
    return SheetRows(tuple(name for name in header if name), tuple(rows))


def _rows_of(source: Path | bytes) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, as the limited child has read them. Raises Invalid."""
    if isinstance(source, bytes):
        with NamedTemporaryFile() as handle:
            handle.write(source)
            handle.flush()
            return _rows_of(Path(handle.name))
    limits = {
        "max_bytes": MAX_UNPACKED_BYTES,
        "max_lines": MAX_LINES,
        "max_columns": MAX_COLUMNS,
        "max_rows": MAX_ROWS + MAX_ABOVE,
    }
    try:
        answer = child.run("reviewapp.adapters.spreadsheet_child:rows", source, limits)
        return [(int(number), [str(one) for one in texts]) for number, texts in json.loads(answer)]
    except child.ChildRefused as error:
        raise Invalid(N_("The list unpacks to far more than a list can hold.")) from error
    except (child.ChildDied, ValueError, TypeError) as error:
        raise Invalid(
            N_("This is no Excel list that can be read. Save it as .xlsx and try again.")
        ) from error


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _lines(text: str) -> int:
    """Return how many lines a text takes in the widest column there is."""
    return sum(max(1, -(-_width(line) // _WIDEST)) for line in text.split("\n"))


def _head(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, value=str(name))
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E3F1F0")
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    if value is None or isinstance(value, int | float | date | datetime):
        plain: Any = value
        cell = WriteOnlyCell(sheet, value=plain)
        cell.alignment = Alignment(vertical="top")
        return cell
    cell = WriteOnlyCell(sheet, value=_clean(str(value)))
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=_lines(str(value)) > 1)
    return cell


def _clean(text: str) -> str:
    """Drop control signs, surrogates and noncharacters, which no spreadsheet accepts."""
    return "".join(c for c in text if (c >= " " or c in "\n\t") and c not in _NO_XML)
