"""Rows that tests stand on, built in one line each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session, select

from reviewapp.adapters import rubric_files
from reviewapp.db.models import (
    Account,
    Agency,
    Assignment,
    Report,
    ReportVersion,
    Review,
    ReviewSnapshot,
    ReviewState,
    Round,
    Score,
    StoredFile,
)
from reviewapp.domain.rubric import bands_to_json, canonical_json
from reviewapp.domain.scoring import ReviewSheet, totals
from reviewapp.domain.scoring import Score as Points
from reviewapp.services.review_states import score_value
from reviewapp.services.round_rules import bands_of, rubric_of, rubric_version_of, store_rubric
from tests.people import NOW

RUBRICS = Path(__file__).resolve().parent.parent / "rubrics"
_LOADED = {one.kind.value: one for one in rubric_files.load_all(RUBRICS)}
_RULES = rubric_files.load_round_rules(RUBRICS / "round-rules.yaml")


def account_id(session: Session, login: str) -> UUID:
    """Return the account of one of the cast."""
    return session.exec(select(Account.id).where(Account.login == login)).one()


def agency_id(session: Session, login: str = "lin") -> UUID:
    """Return the agency that one of the cast's agency users belongs to."""
    found = session.exec(select(Account.agency_id).where(Account.login == login)).one()
    assert found is not None
    return found


def round_(session: Session, *, phase: str = "preparation", **over: Any) -> Round:
    """Write a round of 2025 with the rubrics of the rubrics folder."""
    values: dict[str, Any] = {
        "year": 2025,
        "title": f"2025年度绩效评价报告评级{uuid4().hex[:4]}",
        "key_project_rubric_id": store_rubric(session, _LOADED["key-project"], now=NOW).id,
        "department_rubric_id": store_rubric(session, _LOADED["department"], now=NOW).id,
        "bands": bands_to_json(_LOADED["key-project"].bands),
        "settlement_rule": _RULES.settlement.to_json(),
        "agency_grade_rule": _RULES.agency_grade.to_json(),
        "experts_per_report": 2,
    } | over
    row = Round(created_at=NOW, phase=phase, **values)
    session.add(row)
    session.flush()
    return row


def report(
    session: Session, round_: Round, *, agency_id: UUID | None = None, **over: Any
) -> Report:
    """Write a taken-in report of the first agency with one version of invented bytes."""
    if agency_id is None:
        agency_id = session.exec(select(Agency.id).where(Agency.name.startswith("湖北"))).one()
    values: dict[str, Any] = {
        "kind": "key-project",
        "state": "taken-in",
        "title": f"示范区道路养护项目{uuid4().hex[:6]}绩效评价报告",
        "uploaded_by": account_id(session, "meng"),
        "is_confirmed": True,
    } | over
    row = Report(created_at=NOW, round_id=round_.id, agency_id=agency_id, **values)
    session.add(row)
    session.flush()
    sha256 = hashlib.sha256(row.id.bytes).hexdigest()
    session.add(
        StoredFile(created_at=NOW, sha256=sha256, size_bytes=16, media_type="application/pdf")
    )
    session.flush()
    session.add(
        ReportVersion(
            created_at=NOW,
            report_id=row.id,
            round_id=round_.id,
            number=1,
            sha256=sha256,
            file_name=f"{row.title}.pdf",
            pages=30,
            uploaded_by=row.uploaded_by,
        )
    )
    session.flush()
    return row


def assignment(
    session: Session, report: Report, expert_id: UUID | None, *, declared: bool = True, **over: Any
) -> Assignment:
    """Write a standing assignment; `declared` tells whether the file may be opened."""
    assert expert_id is not None
    row = Assignment(
        created_at=NOW,
        report_id=report.id,
        expert_id=expert_id,
        assigned_by=account_id(session, "meng"),
        declared_at=NOW if declared else None,
        **over,
    )
    session.add(row)
    session.flush()
    return row


def review(
    session: Session,
    assignment: Assignment,
    *,
    state: str = "draft",
    points: Mapping[str, int] | None = None,
    opinion: str = "总体结构完整，部分指标论证不足。",
) -> Review:
    """Write a review; a submitted one has full points wherever `points` does not say less."""
    report = session.get_one(Report, assignment.report_id)
    in_round = session.get_one(Round, report.round_id)
    rubric = rubric_of(session, in_round, report.kind)
    given = dict(points or {})
    if state == "submitted":
        given = {c.id: given.get(c.id, c.max_points) for c in rubric.criteria}
    row = Review(
        created_at=NOW,
        assignment_id=assignment.id,
        report_version=report.current_version,
        rubric_hash=rubric_version_of(session, in_round, report.kind).content_hash,
        opinion=opinion,
        saved_at=NOW,
    )
    reasons = {
        key: "" if value == rubric.criterion(key).max_points else f"{key}论证不足，缺少佐证材料"
        for key, value in given.items()
    }
    if state == "submitted":
        sheet = ReviewSheet(
            scores=tuple(Points(key, value, reasons[key]) for key, value in given.items()),
            opinion=opinion,
        )
        result = totals(sheet, rubric, bands_of(in_round))
        row.state, row.total_hundredths, row.rating = "submitted", result.points, result.rating
        row.submitted_at = NOW
    session.add(row)
    session.flush()
    session.add_all(
        Score(
            created_at=NOW,
            review_id=row.id,
            criterion=key,
            points_hundredths=value,
            reason=reasons[key],
            saved_at=NOW,
        )
        for key, value in given.items()
    )
    states = {
        f"criterion-{key}": score_value(value, reasons[key]) for key, value in given.items()
    } | {"opinion": {"opinion": opinion}}
    session.add_all(
        ReviewState(
            created_at=NOW,
            review_id=row.id,
            number=number,
            field=field,
            version=0 if field == "opinion" else 1,
            kind="earlier",
            change=dict(value),
        )
        for number, (field, value) in enumerate(states.items(), start=1)
    )
    row.state_number = len(states)
    session.add(row)
    if state == "submitted":
        content = {
            "scores": [
                {"criterion": key, "points": value, "reason": reasons[key]}
                for key, value in given.items()
            ],
            "vetoes": [],
            "opinion": opinion,
            "total": row.total_hundredths,
            "rating": row.rating,
        }
        session.add(
            ReviewSnapshot(
                created_at=NOW,
                review_id=row.id,
                number=1,
                content=content,
                content_hash=hashlib.sha256(canonical_json(content)).hexdigest(),
            )
        )
    session.flush()
    return row
