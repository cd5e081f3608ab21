"""One page of a register, one entry, and the whole for export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Agency, Department, Expert, Report
from reviewapp.db.queries.searching import holds

_MODELS: dict[str, type[Any]] = {"agencies": Agency, "departments": Department, "experts": Expert}


@dataclass(frozen=True)
class EntryLine:
    """One entry: its values by column name."""

    id: UUID
    values: dict[str, Any]
    is_active: bool


def entries(
    session: Session,
    slug: str,
    *,
    text: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[EntryLine, ...], int]:
    """Return one page of a register by name, active ones first, and how many fit."""
    model = _MODELS[slug]
    query = select(model)
    if text:
        columns = (
            [model.name, model.code]
            if slug != "experts"
            else [model.name, model.institution, model.field]
        )
        query = query.where(holds(text, *columns))
    total = session.exec(select(sa.func.count()).select_from(query.subquery())).one()
    rows = session.exec(
        query.order_by(col(model.is_active).desc(), col(model.name), col(model.id))
        .offset(offset)
        .limit(limit)
    )
    return tuple(_line(row) for row in rows), total


def entry(session: Session, slug: str, entry_id: UUID) -> EntryLine | None:
    """Return one entry."""
    row = session.get(_MODELS[slug], entry_id)
    return _line(row) if row else None


def counts(session: Session) -> dict[str, int]:
    """Return how many entries each register has."""
    return {
        slug: session.exec(select(sa.func.count()).select_from(model)).one()
        for slug, model in _MODELS.items()
    }


def reports_of_agency(session: Session, agency_id: UUID) -> int:
    """Return how many reports of the agency are in the rounds."""
    return session.exec(
        select(sa.func.count()).select_from(Report).where(Report.agency_id == agency_id)
    ).one()


def _line(row: Any) -> EntryLine:
    values = {
        name: value
        for name, value in row.model_dump().items()
        if name not in {"id", "created_at", "is_active"}
    }
    return EntryLine(row.id, values, row.is_active)
