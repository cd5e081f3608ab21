"""Files that the platform hands out, under names that may be Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from flask import Response, send_file

from reviewapp.adapters.spreadsheets import XLSX, write_sheets


def excel(name: str, sheet: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Send rows as an Excel file; `name` without ending."""
    return workbook(name, [(sheet, header, rows)])


def workbook(
    name: str, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]
) -> Response:
    """Send several sheets (title, header, rows) as an Excel file; `name` without ending."""
    return send_file(
        BytesIO(write_sheets(sheets)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{name}.xlsx",
    )
