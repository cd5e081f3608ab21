"""A rubric as a PDF, by typst, to be read beside a report away from the platform.

Every word comes in as JSON data, so that no text of a rubric can become a command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reviewapp.adapters.typst_sheets import compile_sheet
from reviewapp.domain.rubric import Rubric, format_points

_PROGRAM = Path(__file__).with_name("rubric.typ")


def to_pdf(rubric: Rubric) -> bytes:
    """Return the rubric as A4 pages in Noto Serif SC; the same rubric gives the same bytes."""
    return compile_sheet(_PROGRAM, _plain(rubric))


def _plain(rubric: Rubric) -> dict[str, Any]:
    return {
        "title": rubric.title,
        "about": " · ".join(part for part in (rubric.version, rubric.source) if part),
        "hash": rubric.content_hash,
        "guidance": rubric.guidance,
        "bands": "  ".join(
            f"{one.letter} ≥ {format_points(one.from_points)}" for one in rubric.bands
        ),
        "dimensions": [
            {
                "title": f"{dimension.title}（{format_points(dimension.max_points)}）",
                "criteria": [
                    {
                        "title": one.title,
                        "points": format_points(one.max_points),
                        "guidance": one.guidance,
                        "levels": [
                            f"{level.title} {format_points(low)}–{format_points(high)}：{level.text}"
                            for level, low, high in one.level_ranges()
                        ],
                    }
                    for one in dimension.criteria
                ],
            }
            for dimension in rubric.dimensions
        ],
        "vetoes": [f"{one.ground}（{one.caps_at}）" for one in rubric.vetoes],
    }
