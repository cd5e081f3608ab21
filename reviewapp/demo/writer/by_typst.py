"""Prints blocks with Typst; its fonts are embedded. The program of the sheet is report.typ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from reviewapp.demo.writer.model import Block, Contents, Cover, Heading, Para, Style, Table

_PROGRAM = Path(__file__).with_name("report.typ")
_FIXED_TIME = 1_700_000_000  # so that the same report gives the same bytes


def write(blocks: Sequence[Block], style: Style, header: str, path: Path) -> None:
    """Write the PDF; `header` stands at the top of every page of the body."""
    cut = next(i for i, block in enumerate(blocks) if isinstance(block, Contents)) + 1
    data = {
        "header": header,
        "style": {
            "body": style.body_pt,
            "line": style.line_pt,
            "accent": style.accent,
            "sans-titles": style.voice != 1,
            "of-total": style.voice == 2,
        },
        "front": [_block(block) for block in blocks[:cut]],
        "body": _with_wide_pages(blocks[cut:]),
    }
    result: bytes = typst.compile(
        _PROGRAM.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        timestamp=_FIXED_TIME,
    )
    path.write_bytes(result)


@cache
def _fonts() -> Any:
    folder = str(pylopdf_fonts_zh_cn.serif_path().parent)
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def _with_wide_pages(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Put an annex whose table is wide on landscape pages of its own."""
    found: list[dict[str, Any]] = []
    wide: list[dict[str, Any]] | None = None
    for index, block in enumerate(blocks):
        if isinstance(block, Heading) and block.page_break:
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            wide = [] if isinstance(following, Table) and following.wide else None
            if wide is not None:
                found.append({"kind": "wide", "blocks": wide})
                block = replace(block, page_break=False)  # the landscape page is a new one
        (found if wide is None else wide).append(_block(block))
    return found


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {
            "kind": "heading",
            "level": block.level,
            "text": block.text,
            "outlined": block.in_contents and block.level <= 2,
            "page-break": block.page_break,
            "centred": block.centred,
        }
    if isinstance(block, Para):
        return {"kind": "para", "text": block.text, "style": block.style}
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Cover):
        return {
            "kind": "cover",
            "title": block.title,
            "fields": block.fields,
            "date": block.date,
        }
    return {"kind": "contents", "title": block.title}


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": table.caption,
        "unit": table.unit,
        "columns": table.columns,
        "widths": table.widths,
        "cells": list(_cells(table)),
    }


def _cells(table: Table) -> Iterable[dict[str, Any]]:
    for number, row in enumerate(table.rows):
        for index, text in enumerate(row):
            rows = 1
            if index < table.merged:
                same = row[: index + 1]
                if number and table.rows[number - 1][: index + 1] == same:
                    continue
                rows = _run(table.rows[number:], same)
            yield {"text": text, "rows": rows, "centred": table.centred[index]}


def _run(rows: Sequence[tuple[str, ...]], same: tuple[str, ...]) -> int:
    count = 0
    for row in rows:
        if row[: len(same)] != same:
            break
        count += 1
    return count
