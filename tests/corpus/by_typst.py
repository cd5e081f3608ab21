"""Prints a report with Typst; its fonts are embedded."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from tests.corpus.layout import Pages, cells, entries, front, looks
from tests.corpus.model import Block, Contents, Cover, Heading, Made, Para, pieces

_PROGRAM = Path(__file__).with_name("sheet.typ")


@cache
def _fonts() -> Any:
    folder = str(pylopdf_fonts_zh_cn.serif_path().parent)
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def write(made: Made, pages: Pages, path: Path) -> None:
    data = looks(made) | {
        "front": front(pages),
        "blocks": [_block(block, pages) for block in made.blocks],
    }
    pdf: bytes = typst.compile(
        _PROGRAM.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        timestamp=1_700_000_000,
    )
    path.write_bytes(pdf)


def _block(block: Block, pages: Pages) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {
            "kind": "heading",
            "runs": [(block.text, block.key)] if "\x02" not in block.text else _both(block),
            "level": block.level,
            "run-in": list(pieces(block.run_in)) if block.run_in else None,
            "page-break": block.page_break,
            "centred": block.centred,
        }
    if isinstance(block, Para):
        return {"kind": "para", "runs": list(pieces(block.text))}
    if isinstance(block, Contents):
        return {"kind": "contents", "title": block.title, "entries": entries(block, pages)}
    if isinstance(block, Cover):
        title = [list(pieces(line)) for line in block.title]
        return {"kind": "cover", "title": title, "fields": block.fields, "date": block.date}
    return {
        "kind": "table",
        "columns": block.columns,
        "widths": block.widths,
        "ruled": block.ruled,
        "repeat": block.repeat_header,
        "height": block.height,
        "cells": [(list(pieces(text)), span) for row in cells(block) for text, span in row],
    }


def _both(block: Heading) -> list[tuple[str, str]]:
    """Give the heading's own key to its unmarked part; a marked part keeps its key."""
    return [(text, key or block.key) for text, key in pieces(block.text)]
