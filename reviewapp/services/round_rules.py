"""The rules that a round was given, as the values that the arithmetic works with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Round, RubricVersion
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.grading import AgencyGradeRule
from reviewapp.domain.rubric import Band, Rubric, bands_from_json
from reviewapp.domain.settlement import SettlementRule


def round_of(session: Session, round_id: UUID) -> Round:
    """Return the round. Raises NotFound."""
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound(N_("There is no such round."))
    return round_


def held_round(session: Session, round_id: UUID) -> Round:
    """Return the round as it is now, held until the transaction ends. Raises NotFound.

    For what happens to a round once: on PostgreSQL two officers may do it at one moment.
    """
    round_ = session.get(Round, round_id, with_for_update=True, populate_existing=True)
    if round_ is None:
        raise NotFound(N_("There is no such round."))
    return round_


def bands_of(round_: Round) -> tuple[Band, ...]:
    """Return the round's bands, highest first."""
    return bands_from_json(round_.bands)


def settlement_rule_of(round_: Round) -> SettlementRule:
    """Return the round's settlement rule."""
    return SettlementRule.from_json(round_.settlement_rule)


def agency_grade_rule_of(round_: Round) -> AgencyGradeRule:
    """Return the round's agency grade rule."""
    return AgencyGradeRule.from_json(round_.agency_grade_rule)


def rubric_version_of(session: Session, round_: Round, kind: str) -> RubricVersion:
    """Return the stored rubric that the round rates reports of this kind with."""
    key = round_.department_rubric_id if kind == "department" else round_.key_project_rubric_id
    return session.exec(select(RubricVersion).where(RubricVersion.id == key)).one()


def rubric_of(session: Session, round_: Round, kind: str) -> Rubric:
    """Return the rubric that the round rates reports of this kind with."""
    return Rubric.from_json(rubric_version_of(session, round_, kind).content)


def store_rubric(session: Session, rubric: Rubric, *, now: datetime) -> RubricVersion:
    """Keep the rubric as it is now, whole; the same content is kept once."""
    known = session.exec(
        select(RubricVersion).where(col(RubricVersion.content_hash) == rubric.content_hash)
    ).one_or_none()
    if known is not None:
        return known
    row = RubricVersion(
        created_at=now,
        content_hash=rubric.content_hash,
        slug=rubric.slug,
        version=rubric.version,
        kind=rubric.kind.value,
        title=rubric.title,
        content=rubric.to_json(),
    )
    session.add(row)
    session.flush()
    return row
