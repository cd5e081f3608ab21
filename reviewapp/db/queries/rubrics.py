"""Rubric versions as the rounds keep them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Round, RubricVersion
from reviewapp.domain.rubric import Rubric


@dataclass(frozen=True)
class RubricLine:
    """A stored rubric with the titles of the rounds that use it."""

    id: UUID
    title: str
    version: str
    kind: str
    content_hash: str
    rounds: tuple[str, ...]


def rubric_lines(session: Session) -> tuple[RubricLine, ...]:
    """Return every stored rubric by kind and version, newest version first."""
    rounds = session.exec(select(Round).order_by(col(Round.year).desc(), col(Round.title))).all()
    rows = session.exec(
        select(RubricVersion).order_by(
            col(RubricVersion.kind).desc(), col(RubricVersion.version).desc(), col(RubricVersion.id)
        )
    )
    return tuple(
        RubricLine(
            row.id,
            row.title,
            row.version,
            row.kind,
            row.content_hash,
            tuple(
                one.title
                for one in rounds
                if row.id in (one.key_project_rubric_id, one.department_rubric_id)
            ),
        )
        for row in rows
    )


def rubric(session: Session, rubric_id: UUID) -> Rubric | None:
    """Return one stored rubric, whole."""
    row = session.get(RubricVersion, rubric_id)
    return Rubric.from_json(row.content) if row else None


_KEPT = 64  # rubrics kept in memory; a bureau has a handful
_by_hash: dict[str, Rubric] = {}


def rubric_by_hash(session: Session, content_hash: str) -> Rubric:
    """Return a rubric by the hash of its content. It never changes, so it is read once."""
    known = _by_hash.get(content_hash)
    if known is None:
        content = session.exec(
            select(RubricVersion.content).where(RubricVersion.content_hash == content_hash)
        ).one()
        if len(_by_hash) >= _KEPT:
            _by_hash.clear()
        known = _by_hash[content_hash] = Rubric.from_json(content)
    return known


def rubrics_of_round(session: Session, round_id: UUID) -> tuple[Rubric, ...]:
    """Return the rubrics that a round rates by, for key projects first."""
    row = session.get(Round, round_id)
    if row is None:
        return ()
    found = (rubric(session, row.key_project_rubric_id), rubric(session, row.department_rubric_id))
    return tuple(one for one in found if one is not None)
