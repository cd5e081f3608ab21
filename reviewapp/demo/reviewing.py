"""How the demo's experts score, and what its officer makes of their opinions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlmodel import Session, select

from reviewapp.db.models import Report, Round, Settlement
from reviewapp.domain.rubric import Rubric, format_points
from reviewapp.domain.settlement import Proposal
from reviewapp.services.round_rules import rubric_of

_TEXTS = Path(__file__).parent / "data" / "reviews.yaml"
_STEP = 50  # hundredths: experts take off half points


@dataclass(frozen=True)
class PlannedReview:
    """Points (hundredths) and reason by criterion, and the overall opinion."""

    points: dict[str, int]
    reasons: dict[str, str]
    opinion: str

    @property
    def total(self) -> int:
        """The sum in hundredths."""
        return sum(self.points.values())


@cache
def texts() -> dict[str, Any]:
    """Return the demo's sentences."""
    read: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return read


def plan(rubric: Rubric, total: int, draw: random.Random) -> PlannedReview:
    """Plan a review that comes to `total` hundredths; a criterion loses a third at the most."""
    lost = dict.fromkeys((criterion.id for criterion in rubric.criteria), 0)
    left = 10_000 - total
    while left > 0:
        criterion = draw.choice(rubric.criteria)
        step = min(_STEP, left)
        if lost[criterion.id] + step <= criterion.max_points // 3 + _STEP:
            lost[criterion.id] += step
            left -= step
    points = {c.id: c.max_points - lost[c.id] for c in rubric.criteria}
    reasons = {
        key: draw.choice(texts()["reasons"][key]) if value else "" for key, value in lost.items()
    }
    letter = "A" if total >= 9_000 else "B" if total >= 8_000 else "C"
    return PlannedReview(points, reasons, draw.choice(texts()["overall"][letter]))


def overall(session: Session, report_id: UUID) -> str:
    """Return the bureau's overall opinion on a settled report, in words of no expert."""
    report = session.get_one(Report, report_id)
    rubric = rubric_of(session, session.get_one(Round, report.round_id), report.kind)
    settled = session.exec(select(Settlement).where(Settlement.report_id == report_id)).one()
    by_loss = sorted(Proposal.from_json(settled.proposal).criteria, key=lambda one: -one.lost)
    worst = [rubric.criterion(one.id).title for one in by_loss[:2] if one.lost > 0]
    wording: str = texts()["opinion"][0]
    return wording.format(
        points=format_points(settled.total_hundredths or 0),
        rating=settled.rating,
        criteria="、".join(worst),
    )
