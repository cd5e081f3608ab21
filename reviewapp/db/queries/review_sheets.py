"""Paper beside a review: what the printed sheet needs, and the scan of a signed one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Agency,
    Assignment,
    Expert,
    Report,
    Review,
    Round,
    RubricVersion,
    StoredFile,
)
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.rubric import Rubric


@dataclass(frozen=True)
class SheetHead:
    """What stands above a sheet, with the rubric it is made of."""

    assignment_id: UUID
    review_id: UUID | None
    round_id: UUID
    round_title: str
    title: str
    kind: str
    unit: str
    agency: str
    expert: str
    rubric: Rubric


def sheet_head(session: Session, assignment_id: UUID, who: Identity) -> SheetHead | None:
    """Return the head of a sheet to its expert and to officers; None for others."""
    found = session.execute(
        sa.select(Assignment, Report, Round, Expert.name, Agency.name, Review.id)  # type: ignore[call-overload]
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(
            col(Assignment.id) == assignment_id,
            col(Assignment.state) == "assigned",
            col(Report.state) == "taken-in",
        )
    ).one_or_none()
    if found is None:
        return None
    assignment, report, round_, expert, agency, review_id = found
    is_own = who.expert_id is not None and assignment.expert_id == who.expert_id
    if not (is_own and assignment.declared_at) and not who.may(Permission.REVIEW_ENTER):
        return None
    key = (
        round_.department_rubric_id if report.kind == "department" else round_.key_project_rubric_id
    )
    content = session.exec(select(RubricVersion.content).where(RubricVersion.id == key)).one()
    return SheetHead(
        assignment_id,
        review_id,
        round_.id,
        round_.title,
        report.title,
        report.kind,
        report.unit,
        agency or "",
        expert,
        Rubric.from_json(content),
    )


def scan_of(session: Session, review_id: UUID) -> tuple[str, str] | None:
    """Return hash and media type of the scan of a review from paper."""
    row = session.execute(
        sa.select(col(StoredFile.sha256), col(StoredFile.media_type))
        .join(Review, col(Review.paper_sha256) == col(StoredFile.sha256))
        .where(col(Review.id) == review_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None
