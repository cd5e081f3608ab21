"""The form of rating offline as .xlsx, written with locked ids and read back with its stamp."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from reviewapp.adapters.rubric_files import FileProblem, RubricFileError
from reviewapp.adapters.spreadsheets import read_sheet
from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.offline import Filled, Limits, Row, Stamp
from reviewapp.domain.rubric import HUNDREDTHS, Rubric, format_points

FILE = "offline.yaml"
MAX_BYTES = 5_000_000  # of a form that comes back
_STAMP = "stamp"
_FIRST = 4  # row of the first criterion: title, hint and headings stand above
_KEYS = (
    "title",
    "hint",
    "sheet",
    "columns",
    "claimed",
    "veto",
    "opinion",
    "wrong",
    "form_file",
    "rubric_file",
)
_OPEN = PatternFill("solid", fgColor="FFF9E5")
_TOP = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True)
class Wording:
    """The words of a form, from rubrics/offline.yaml; `columns` are what it is read back by."""

    title: str
    hint: str
    sheet: str
    columns: tuple[str, ...]
    claimed: str
    veto: str
    opinion: str
    wrong: str
    form_file: str
    rubric_file: str


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
    said = {key: str(data[key]) for key in _KEYS if key != "columns"}
    return Wording(columns=columns, **said)


def write(
    words: Wording, report: str, rubric: Rubric, stamp: Stamp, rows: tuple[Row, ...], limits: Limits
) -> bytes:
    """Return the form with what is rated so far in it; only points and reasons can be typed into."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = words.sheet[:31]
    _head(sheet, words, report)
    for at, row in enumerate(rows, start=_FIRST):
        _row(sheet, at, row, words, rubric, limits)
    last = _FIRST + len(rows)
    sheet.cell(last, 1, _STAMP)
    sheet.cell(last, 5, json.dumps(stamp.to_json(), ensure_ascii=False, sort_keys=True))
    sheet.row_dimensions[last].hidden = True
    for column, width in zip("ABCDE", (14, 34, 8, 10, 80), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = f"A{_FIRST}"
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
            rows.append(
                Row(number, cells.get(name, ""), cells.get(points, ""), cells.get(text, ""))
            )
    return Filled(stamp or Stamp.from_json(None), tuple(rows))


def _head(sheet: Any, words: Wording, report: str) -> None:
    sheet.cell(1, 1, _text(words.title % {"report": report})).font = Font(bold=True, size=14)
    sheet.cell(2, 1, words.hint)
    for index, heading in enumerate(words.columns, start=1):
        cell = sheet.cell(_FIRST - 1, index, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E3F1F0")


def _row(sheet: Any, at: int, row: Row, words: Wording, rubric: Rubric, limits: Limits) -> None:
    kind, _dash, key = row.name.partition("-")
    title, most, length = words.opinion, "", limits.opinion
    points: Any = None
    if kind == "criterion":
        found = rubric.criterion(key)
        title, most, length = found.title, format_points(found.max_points), limits.reason
        points = float(row.points) if row.points else None
        _rule(sheet, f"D{at}", words.wrong % {"most": most}, found.max_points)
    elif kind == "veto":
        title, length = words.veto % {"ground": rubric.veto(key).ground}, limits.reason
        points = words.claimed if row.points else None
        _rule(sheet, f"D{at}", words.claimed)
    for column, value in enumerate((row.name, title, most, points, row.text), start=1):
        cell = sheet.cell(at, column)
        cell.value = _text(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"  # a reason that begins with = is no formula
        cell.alignment = _TOP
        if column == 5 or (column == 4 and kind != "opinion"):
            cell.fill, cell.protection = _OPEN, Protection(locked=False)
    rule = DataValidation(
        "textLength", operator="lessThanOrEqual", formula1=str(length), allow_blank=True
    )
    rule.showErrorMessage = True  # else Excel takes anything
    sheet.add_data_validation(rule)
    rule.add(f"E{at}")


def _rule(sheet: Any, cell: str, said: str, most: int | None = None) -> None:
    """Allow points up to `most` hundredths in a cell, or without it the one word `said`."""
    if most is None:
        rule = DataValidation("list", formula1=f'"{said}"', allow_blank=True)
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
