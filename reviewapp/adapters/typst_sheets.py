"""Sheets of the office as PDF by typst: the precheck sheet, a review to sign, a rubric.

Every word comes in as JSON data, so that no text of a report or a person can become a command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst


def compile_sheet(program: Path, sheet: Mapping[str, Any]) -> bytes:
    """Return a sheet as pages in Noto Serif SC; the same sheet gives the same bytes.

    `program` reads the sheet's fields as JSON from the input `sheet`.
    """
    result: bytes = typst.compile(
        program.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
        timestamp=0,
    )
    return result


@lru_cache(maxsize=1)
def _fonts() -> Any:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(pylopdf_fonts_zh_cn.serif_path().parent)],
    )
