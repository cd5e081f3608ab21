"""What stands above a review when it is submitted, frozen with it: names change in registers."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from reviewapp import __version__
from reviewapp.db.models import Agency, Assignment, Expert, Report, ReportVersion, Review, Round
from reviewapp.domain.rubric import Rubric


def head_of(session: Session, review: Review, rubric: Rubric) -> dict[str, Any]:
    """Return the head of a review as plain JSON values: whose, of what, by which rubric."""
    assignment = session.get_one(Assignment, review.assignment_id)
    report = session.get_one(Report, assignment.report_id)
    agency = session.get(Agency, report.agency_id) if report.agency_id else None
    version = session.exec(
        select(ReportVersion).where(
            ReportVersion.report_id == report.id, ReportVersion.number == review.report_version
        )
    ).one()
    return {
        "round": session.get_one(Round, report.round_id).title,
        "report": report.title,
        "kind": report.kind,
        "unit": report.unit,
        "agency": agency.name if agency else "",
        "expert": session.get_one(Expert, assignment.expert_id).name,
        "file": version.sha256,
        "pages": version.pages,
        "rubric_title": rubric.title,
        "rubric_version": rubric.version,
        "program": __version__,
    }
