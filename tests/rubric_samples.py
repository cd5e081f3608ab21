"""Small rubrics and review sheets as plain domain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reviewapp.domain.rubric import (
    Band,
    Criterion,
    Dimension,
    Level,
    ReasonRule,
    Rubric,
    RubricKind,
    Veto,
)
from reviewapp.domain.scoring import ReviewSheet, Score, VetoClaim

BANDS = (Band("A", 9000), Band("B", 8000), Band("C", 6000), Band("D", 0))


def criterion(name: str, points: int, **changes: Any) -> Criterion:
    """Make a criterion with two levels."""
    levels = (Level("好", points // 2, "齐全"), Level("差", 0, "不齐全"))
    parts: dict[str, Any] = {"guidance": "看是否齐全。", "levels": levels, **changes}
    return Criterion(name, f"评分项{name}", points, **parts)


def rubric(**changes: Any) -> Rubric:
    """Make a rubric of two dimensions: form (f1 20, f2 20) and matter (m1 60)."""
    parts: dict[str, Any] = {
        "slug": "sample",
        "version": "1",
        "kind": RubricKind.KEY_PROJECT,
        "title": "样例标准",
        "dimensions": (
            Dimension("form", "形式", (criterion("f1", 2000), criterion("f2", 2000))),
            Dimension("matter", "内容", (criterion("m1", 6000),)),
        ),
        "bands": BANDS,
        "vetoes": (Veto("copied", "抄袭", "D"), Veto("torn", "自相矛盾", "C")),
        "reason_rule": ReasonRule.PER_DEDUCTION,
        **changes,
    }
    return Rubric(**parts)


def sheet(
    *points: int | None, vetoes: Sequence[str] = (), opinion: str = "总体较好"
) -> ReviewSheet:
    """Make a sheet on the sample rubric: the points of f1, f2 and m1 in hundredths."""
    return ReviewSheet(
        scores=tuple(
            Score(name, given, "见第3页")
            for name, given in zip(("f1", "f2", "m1"), points, strict=True)
        ),
        vetoes=tuple(VetoClaim(veto, "见第5页") for veto in vetoes),
        opinion=opinion,
    )


def sheet_of(total: int, *, vetoes: Sequence[str] = ()) -> ReviewSheet:
    """Make a sheet whose points (hundredths) add up to the total, lost on m1 first."""
    lost = 10000 - total
    on_m1 = min(lost, 6000)
    on_f1 = min(lost - on_m1, 2000)
    return sheet(2000 - on_f1, 2000 - (lost - on_m1 - on_f1), 6000 - on_m1, vetoes=vetoes)
