"""What the limited child does with a list that somebody brings as .xlsx: its rows as texts.

A file of 15 KB can hold a table of styles that takes minutes and gigabytes to read, and what a ZIP
says of its own sizes may be false. Called by child.run; nothing else imports it.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from reviewapp.adapters.archives import MAX_DIRECTORY_BYTES, directory_bytes
from reviewapp.adapters.child import ChildRefused, Progress


def rows(
    path: str,
    report: Progress,
    *,
    max_bytes: int,
    max_lines: int,
    max_columns: int,
    max_rows: int,
) -> bytes:
    """Answer the first sheet's rows that are not empty, each with its line from 1 on, as JSON.

    Refuses as "too-large" what says that it unpacks to more than `max_bytes`; no more than
    `max_rows` rows are answered and `max_lines` lines looked at.
    """
    if directory_bytes(Path(path)) > MAX_DIRECTORY_BYTES:
        raise ChildRefused("too-large")
    with zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > max_bytes:
            raise ChildRefused("too-large")
    # openpyxl would load it to know its kinds of numbers: slow, and much of the child's memory.
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]
    from openpyxl import load_workbook

    with Path(path).open("rb") as handle:  # since openpyxl judges a path by its ending
        sheet = load_workbook(handle, read_only=True, data_only=True).worksheets[0]
        lines = sheet.iter_rows(values_only=True, max_col=max_columns)
        found = list(islice(_texts(islice(lines, max_lines)), max_rows))
    return json.dumps(found, ensure_ascii=True).encode("ascii")


def _texts(lines: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    for number, values in enumerate(lines, start=1):
        texts = [_text(value) for value in values] if any(values) else []
        if any(texts):
            yield number, texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # What a spreadsheet shows of 0.1 + 0.2 is 0.3: it keeps 15 digits, Python 17.
        value = int(value) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        value = value.date()
    return str(value)
