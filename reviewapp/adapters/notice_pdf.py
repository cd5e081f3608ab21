"""NoticeContent → PDF in official layout, by typst.

The sheet's program is notice.typ; every word reaches it as JSON data, so that no title can become
a command. The same content and fonts give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from reviewapp.adapters import notice_layout as layout
from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice import Block, BlockKind, NoticeContent

_PROGRAM = Path(__file__).with_name("notice.typ")
_SERIF, _SANS = "Noto Serif SC", "Noto Sans SC"
# Names under which the office's own fonts are found, the norm's first choice first.
_FAMILIES = {
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"),
    "body": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "华文仿宋"),
    "kai": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "华文楷体"),
    "hei": ("SimHei", "黑体", "STHeiti", "华文黑体"),
    "song": ("SimSun", "宋体", "NSimSun", "STSong", "华文宋体"),
}
_OWN = {"title": _SERIF, "body": _SERIF, "kai": _SERIF, "hei": _SANS, "song": _SERIF}


def to_pdf(content: NoticeContent, fonts_dir: Path | None = None) -> bytes:
    """Return the printed notice.

    Fonts of the norm are taken from `fonts_dir` where they are there (仿宋, 小标宋, 楷体, 黑体,
    宋体); Noto Serif and Sans SC, which pip installs, stand in for what is missing. Raises Invalid
    where `fonts_dir` is no folder.
    """
    if fonts_dir is not None and not fonts_dir.is_dir():
        raise Invalid(N_("The folder of fonts “%(path)s” does not exist."), path=fonts_dir.name)
    fonts, families = _fonts(fonts_dir)
    data = {
        "title": content.title,
        "fonts": {**families, "thin": families["title"] == [_SERIF]},
        "measures": _measures(content),
        "blocks": [_block(block) for block in content.blocks],
    }
    day = date.fromisoformat(content.issue_date) if content.issue_date else date(2000, 1, 1)
    result: bytes = typst.compile(
        _PROGRAM.read_bytes(),
        format="pdf",
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"notice": json.dumps(data, ensure_ascii=False)},
        timestamp=(day - date(1970, 1, 1)).days * 86_400,
    )
    return result


def font_families(fonts_dir: Path | None = None) -> dict[str, str]:
    """Return which family each role is set in, to show what a site's folder of fonts gives."""
    return {role: names[0] for role, names in _fonts(fonts_dir)[1].items()}


@lru_cache(maxsize=4)
def _fonts(fonts_dir: Path | None) -> tuple[Any, dict[str, list[str]]]:
    own = pylopdf_fonts_zh_cn.serif_path().parent
    folders = [str(own), *((str(fonts_dir),) if fonts_dir else ())]
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=folders
    )
    there = set(fonts.families())
    return fonts, {role: _choice(there, names, _OWN[role]) for role, names in _FAMILIES.items()}


def _choice(there: set[str], names: Iterable[str], own: str) -> list[str]:
    """Return the first family that is there, with our own behind it for characters it lacks."""
    return [*[name for name in names if name in there][:1], own]


def _measures(content: NoticeContent) -> dict[str, Any]:
    indents = layout.signature_indents(content)
    return {
        "page": layout.PAGE_MM,
        "top": layout.TOP_MM,
        "bottom": layout.BOTTOM_MM,
        "left": layout.LEFT_MM,
        "right": layout.RIGHT_MM,
        "body": layout.BODY_PT,
        "line": layout.LINE_PT,
        "tracking": layout.TRACKING_PDF_PT,
        "title": layout.TITLE_PT,
        "title-line": layout.TITLE_LINE_PT,
        "small": layout.SMALL_PT,
        "small-line": layout.SMALL_LINE_PT,
        "table": layout.TABLE_PT,
        "table-line": layout.TABLE_LINE_PT,
        "organ": layout.organ_pt(content.first(BlockKind.ORGAN).text),
        "organ-top": layout.ORGAN_TOP_MM,
        "rule-gap": layout.RULE_GAP_MM,
        "page-number-gap": layout.PAGE_NUMBER_GAP_MM,
        "red": layout.RED,
        "signature": {
            "signature": indents.signature,
            "date": indents.date,
            "blank-lines": indents.blank_lines,
        },
    }


def _breakable(text: str) -> str:
    """Let a Latin word longer than any real one break anywhere, so that it stays in its cell."""
    return re.sub(r"[!-~]{25,}", lambda found: "\u200b".join(found[0]), text)


def _block(block: Block) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": block.kind.value,
        "text": _breakable(block.text),
        "items": block.items,
    }
    if block.table is not None:
        data["table"] = {
            "columns": [
                {"title": column.title, "numeric": column.numeric} for column in block.table.columns
            ],
            "widths": layout.column_widths_mm(block.table),
            "rows": [[_breakable(cell) for cell in row] for row in block.table.rows],
            "total": block.table.total,
        }
    return data
