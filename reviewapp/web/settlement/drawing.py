"""What the settlement pages draw: a strip per report, and how warm each cell of the matrix is."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from flask_babel import ngettext

from reviewapp.db.queries.settlement import SettlementPage, SettlementRow
from reviewapp.domain.rubric import Band, format_points
from reviewapp.domain.settlement import Proposal
from reviewapp.web.support.pictures import Strip, strip

# Shares of a criterion's maximum by which points lie away from the middle of the experts'.
_WARM = ((0.3, "warm-3"), (0.2, "warm-2"), (0.1, "warm-1"))


def lines_of(
    rows: Sequence[SettlementRow], bands: Sequence[Band]
) -> list[tuple[SettlementRow, Strip | None, str]]:
    """Return each row with its strip and the strip in words, what is open and disputed first."""
    lines = []
    for row in sorted(rows, key=lambda row: row.state == "settled" or not row.is_disputed):
        totals = [one.total_hundredths for one in row.totals]
        lines.append((row, *_drawn(totals, row.proposal, bands)))
    return lines


def page_strip(page: SettlementPage, bands: Sequence[Band]) -> tuple[Strip | None, str]:
    """Return one report's strip and the strip in words."""
    return _drawn([one.total_hundredths for one in page.columns], page.proposal, bands)


def _drawn(
    totals: Sequence[int], proposal: Proposal | None, bands: Sequence[Band]
) -> tuple[Strip | None, str]:
    if not totals:
        return None, ""
    points = ", ".join(format_points(total) for total in totals)
    if proposal is None:
        said = ngettext(
            "%(num)s review: %(points)s", "%(num)s reviews: %(points)s", len(totals), points=points
        )
        return strip(bands, totals, None), said
    said = ngettext(
        "%(num)s review: %(points)s; proposed %(proposed)s",
        "%(num)s reviews: %(points)s; proposed %(proposed)s",
        len(totals),
        points=points,
        proposed=format_points(proposal.total),
    )
    return strip(bands, totals, proposal.total), said


def warmth(page: SettlementPage) -> dict[str, list[str]]:
    """Return for each criterion a class per expert: how far the points lie from the middle."""
    found: dict[str, list[str]] = {}
    for criterion in page.rubric.criteria:
        given = [one.points.get(criterion.id) for one in page.columns]
        known = [points for points in given if points is not None]
        middle = median(known) if len(known) > 1 else None
        found[criterion.id] = [_class(points, middle, criterion.max_points) for points in given]
    return found


def _class(points: int | None, middle: float | None, most: int) -> str:
    if points is None or middle is None:
        return ""
    away = abs(points - middle) / most
    return next((name for least, name in _WARM if away >= least), "")
