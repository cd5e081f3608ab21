"""The form of rating offline as .xlsx, written with locked ids and read back with its stamp."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.properties import PageSetupProperties

from reviewapp.adapters.rubric_files import FileProblem, RubricFileError
from reviewapp.adapters.spreadsheets import read_sheet
from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.offline import Filled, Limits, Row, Stamp
from reviewapp.domain.rubric import HUNDREDTHS, Rubric, format_points

FILE = "offline.yaml"
MAX_BYTES = 5_000_000  # of a form that comes back
_STAMP = "stamp"
_FIRST = 5  # row of the first criterion: title, hint, total and headings stand above
_WIDTHS = (14, 38, 8, 10, 80)  # of the columns, in characters of the standard type
_LINE = 16.0  # height of a line, in points
_ROOM = 2  # lines of an empty cell: somebody writes here, perhaps on paper
_KEYS = (
    "title",
    "hint",
    "sheet",
    "columns",
    "claimed",
    "only_claimed",
    "veto",
    "opinion",
    "total",
    "too_long",
    "wrong",
    "form_file",
    "rubric_file",
)
_LISTS = ("claimed_also", "not_claimed")
_OPEN = PatternFill("solid", fgColor="FFF9E5")
_EDGE = Side(style="thin", color="BFC7C6")
_GRID = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_TOP = Alignment(vertical="top", wrap_text=True)


class _Growing(RowDimension):
    """A row with a height to begin with, which Excel still fits to what is typed."""

    @property
    def customHeight(self) -> bool:
        """Say that nobody has set the height by hand."""
        return False


@dataclass(frozen=True)
class Wording:
    """The words of a form, from rubrics/offline.yaml; `columns` are what it is read back by."""

    title: str
    hint: str
    sheet: str
    columns: tuple[str, ...]
    claimed: str
    only_claimed: str
    veto: str
    opinion: str
    total: str
    too_long: str
    wrong: str
    form_file: str
    rubric_file: str
    claimed_also: frozenset[str]
    not_claimed: frozenset[str]


@lru_cache(maxsize=4)
def load(folder: Path) -> Wording:
    """Read the wording. Raises RubricFileError where a key is missing or not five columns stand."""
    data = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    problems = [
        FileProblem(FILE, key, N_("must not be empty")) for key in _KEYS if not data.get(key)
    ]
    columns = tuple(str(one) for one in data.get("columns") or ())
    if len(set(columns)) != 5:
        problems.append(FileProblem(FILE, "columns", N_("five different headings are needed")))
    if problems:
        raise RubricFileError(problems)
    said: dict[str, Any] = {key: str(data[key]) for key in _KEYS if key != "columns"}
    for key in _LISTS:
        said[key] = frozenset(str(one).casefold() for one in data.get(key) or ())
    return Wording(columns=columns, **said)


def write(
    words: Wording, report: str, rubric: Rubric, stamp: Stamp, rows: tuple[Row, ...], limits: Limits
) -> bytes:
    """Return the form with what is rated so far in it; only points and reasons can be typed into."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = words.sheet[:31]
    _head(sheet, words, report, len(rubric.criteria))
    for at, row in enumerate(rows, start=_FIRST):
        _row(sheet, at, row, words, rubric, limits)
    last = _FIRST + len(rows)
    sheet.cell(last, 1, _STAMP)
    sheet.cell(last, 5, json.dumps(stamp.to_json(), ensure_ascii=False, sort_keys=True))
    sheet.row_dimensions[last].hidden = True
    for column, width in zip("ABCDE", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.column_dimensions["A"].hidden = True  # the ids say nothing to whoever fills it in
    sheet.freeze_panes = f"A{_FIRST}"
    _print(sheet, last)
    sheet.protection.sheet = True  # against slips, not against will: no password
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(words: Wording, content: bytes) -> Filled:
    """Read a form that came back. Raises Invalid for what is none or has lost its stamp."""
    if len(content) > MAX_BYTES:
        raise Invalid(N_("The file is too large for a form."), field="file")
    sheet = read_sheet(content, is_header=lambda texts: set(words.columns) <= set(texts))
    name, _title, _most, points, text = words.columns
    stamp: Stamp | None = None
    rows = []
    for number, cells in sheet.rows:
        if cells.get(name) == _STAMP:
            stamp = stamp or Stamp.from_json(_json(cells.get(text, "")))
        elif any(cells.get(one) for one in (name, points, text)):
            given = cells.get(points, "")
            if cells.get(name, "").startswith("veto-"):
                given = _claim(words, given)
            rows.append(Row(number, cells.get(name, ""), given, cells.get(text, "")))
    return Filled(stamp or Stamp.from_json(None), tuple(rows))


def _claim(words: Wording, typed: str) -> str:
    """Return 1 for a veto that is claimed, nothing for none, and anything else as it was typed."""
    plain = unicodedata.normalize("NFKC", typed).strip().casefold()
    if plain == words.claimed or plain in words.claimed_also:
        return "1"
    return "" if plain in words.not_claimed else typed


def _head(sheet: Any, words: Wording, report: str, criteria: int) -> None:
    title, hint = sheet.cell(1, 2), sheet.cell(2, 2, words.hint)
    title.value, title.data_type = _text(words.title % {"report": report}), "s"
    title.font, hint.alignment, title.alignment = Font(bold=True, size=14), _TOP, _TOP
    width = sum(_WIDTHS[1:])
    for at, text, height in ((1, title.value, 1.4 * _LINE), (2, words.hint, _LINE)):
        sheet.merge_cells(start_row=at, end_row=at, start_column=2, end_column=5)
        lines = _lines(text, width / (1.4 if at == 1 else 1))
        sheet.row_dimensions[at].height = lines * height + 4
    sheet.cell(3, 3, words.total).font = Font(bold=True)
    sheet.cell(3, 4, f"=SUM(D{_FIRST}:D{_FIRST + criteria - 1})").font = Font(bold=True)
    for index, heading in enumerate(words.columns, start=1):
        cell = sheet.cell(_FIRST - 1, index, heading)
        cell.font, cell.border = Font(bold=True), _GRID
        cell.fill = PatternFill("solid", fgColor="E3F1F0")


def _print(sheet: Any, last: int) -> None:
    """Print on A4 across, as wide as the paper, with the headings on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = f"{_FIRST - 1}:{_FIRST - 1}"
    sheet.print_area = f"B1:E{last - 1}"
    sheet.oddFooter.center.text = "&P / &N"


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of this width; wide signs count twice."""
    wide = (sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in text.split("\n"))
    return sum(max(1, -(-signs // max(1, int(width - 2)))) for signs in wide)


def _row(sheet: Any, at: int, row: Row, words: Wording, rubric: Rubric, limits: Limits) -> None:
    kind, _dash, key = row.name.partition("-")
    title, length = words.opinion, limits.opinion
    most: Any = None
    points: Any = None
    if kind == "criterion":
        found = rubric.criterion(key)
        title, most, length = found.title, found.max_points / HUNDREDTHS, limits.reason
        points = float(row.points) if row.points else None
        said = words.wrong % {"most": format_points(found.max_points)}
        _rule(sheet, f"D{at}", said, found.max_points)
    elif kind == "veto":
        title, length = words.veto % {"ground": rubric.veto(key).ground}, limits.reason
        points = words.claimed if row.points else None
        _rule(sheet, f"D{at}", words.only_claimed, word=words.claimed)
    for column, value in enumerate((row.name, title, most, points, row.text), start=1):
        cell = sheet.cell(at, column)
        cell.value = _text(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"  # a reason that begins with = is no formula
        cell.alignment, cell.border = _TOP, _GRID
        if column == 5 or (column == 4 and kind != "opinion"):
            cell.fill, cell.protection = _OPEN, Protection(locked=False)
    room = 3 * _ROOM if kind == "opinion" else _ROOM
    lines = max(_lines(title, _WIDTHS[1]), _lines(row.text, _WIDTHS[4]), room)
    sheet.row_dimensions[at] = _Growing(sheet, index=at, ht=lines * _LINE)
    rule = DataValidation(
        "textLength",
        operator="lessThanOrEqual",
        formula1=str(length),
        allow_blank=True,
        error=words.too_long % {"most": length},
    )
    rule.showErrorMessage = True  # else Excel takes anything
    sheet.add_data_validation(rule)
    rule.add(f"E{at}")


def _rule(sheet: Any, cell: str, said: str, most: int = 0, *, word: str = "") -> None:
    """Allow points up to `most` hundredths in a cell, or just one word; else `said` is shown."""
    if word:
        rule = DataValidation("list", formula1=f'"{word}"', allow_blank=True, error=said)
    else:
        rule = DataValidation(
            "decimal",
            operator="between",
            formula1="0",
            formula2=str(most / HUNDREDTHS),
            allow_blank=True,
            error=said,
        )
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cell)


def _text(value: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", value)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
