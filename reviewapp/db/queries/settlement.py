"""Settlement as officers, approvers and auditors read it; only submitted reviews appear."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Account,
    Agency,
    Assignment,
    Expert,
    Opinion,
    OpinionItem,
    Report,
    Review,
    Round,
    RubricVersion,
    Score,
    Settlement,
    VetoClaim,
)
from reviewapp.domain.rubric import Rubric
from reviewapp.domain.settlement import Proposal


@dataclass(frozen=True)
class SubmittedTotal:
    """One submitted review: whose, and what it came to in hundredths."""

    review_id: UUID
    expert: str
    total_hundredths: int
    rating: str
    is_paper: bool


@dataclass(frozen=True)
class SettlementRow:
    """One report in the round's table."""

    report_id: UUID
    title: str
    kind: str
    agency: str
    asked: int
    totals: tuple[SubmittedTotal, ...]
    proposal: Proposal | None
    state: str | None  # proposed, settled
    is_disputed: bool
    total_hundredths: int | None
    rating: str | None
    opinion: str | None  # draft, final, released

    @property
    def is_waiting(self) -> bool:
        """Reviews are missing and nobody has closed without them."""
        return self.proposal is None


@dataclass(frozen=True)
class ReviewColumn:
    """One submitted review as a column of the matrix."""

    review_id: UUID
    expert: str
    total_hundredths: int
    rating: str
    points: dict[str, int | None]
    reasons: dict[str, str]
    vetoes: dict[str, str]
    opinion: str
    is_paper: bool


@dataclass(frozen=True)
class SettlementPage:
    """Everything about one report's settlement."""

    report_id: UUID
    title: str
    kind: str
    agency: str
    round_id: UUID
    round_title: str
    phase: str
    bands: list[Any]
    rubric: Rubric
    asked: int
    columns: tuple[ReviewColumn, ...]
    proposal: Proposal | None
    state: str | None
    is_disputed: bool
    closed_early_reason: str
    total_hundredths: int | None
    rating: str | None
    reason: str
    upheld_vetoes: tuple[str, ...]
    settled_by: str
    settled_at: datetime | None
    opinion: str | None


@dataclass(frozen=True)
class OpinionText:
    """The opinion on one criterion with its sources; points in hundredths."""

    criterion: str
    title: str
    points_hundredths: int
    max_hundredths: int
    text: str
    sources: list[Any]


@dataclass(frozen=True)
class OpinionPage:
    """The opinion of one report as its editor sees it."""

    report_id: UUID
    title: str
    round_id: UUID
    round_title: str
    phase: str
    settlement_state: str | None
    rating: str | None
    total_hundredths: int | None
    state: str
    overall: str
    items: tuple[OpinionText, ...]
    edited_by: str
    edited_at: datetime | None
    opinions: tuple[str, ...]  # the experts' own overall opinions, in the order of assignment


def settlement_rows(session: Session, round_id: UUID) -> tuple[SettlementRow, ...]:
    """Return the taken-in reports of a round by title; the queries do not grow with them."""
    totals: dict[UUID, list[SubmittedTotal]] = defaultdict(list)
    asked: dict[UUID, int] = defaultdict(int)
    for assignment, review, expert in session.execute(
        sa.select(Assignment, Review, Expert.name)  # type: ignore[call-overload]
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(col(Report.round_id) == round_id, col(Assignment.state) == "assigned")
        .order_by(col(Assignment.created_at), col(Assignment.id))
    ):
        asked[assignment.report_id] += 1
        if review is not None and review.state == "submitted":
            totals[assignment.report_id].append(_total(review, expert))
    rows = session.execute(
        sa.select(Report, Agency.name, Settlement, Opinion.state)  # type: ignore[call-overload]
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(Settlement, col(Settlement.report_id) == col(Report.id))
        .outerjoin(Opinion, col(Opinion.report_id) == col(Report.id))
        .where(col(Report.round_id) == round_id, col(Report.state) == "taken-in")
        .order_by(col(Report.title), col(Report.id))
    )
    return tuple(
        SettlementRow(
            report.id,
            report.title,
            report.kind,
            agency or "",
            asked[report.id],
            tuple(totals[report.id]),
            Proposal.from_json(row.proposal) if row else None,
            row.state if row else None,
            bool(row and row.is_disputed),
            row.total_hundredths if row else None,
            row.rating if row else None,
            opinion,
        )
        for report, agency, row, opinion in rows
    )


def settlement_page(session: Session, report_id: UUID) -> SettlementPage | None:
    """Return one report's settlement, or None."""
    found = session.execute(
        sa.select(Report, Round, Agency.name, Settlement, Account.name, Opinion.state)  # type: ignore[call-overload]
        .join(Round, col(Round.id) == col(Report.round_id))
        .outerjoin(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(Settlement, col(Settlement.report_id) == col(Report.id))
        .outerjoin(Account, col(Account.id) == col(Settlement.settled_by))
        .outerjoin(Opinion, col(Opinion.report_id) == col(Report.id))
        .where(col(Report.id) == report_id, col(Report.state) == "taken-in")
    ).one_or_none()
    if found is None:
        return None
    report, round_, agency, row, settler, opinion = found
    asked = session.execute(
        sa.select(sa.func.count())
        .select_from(Assignment)
        .where(col(Assignment.report_id) == report_id, col(Assignment.state) == "assigned")
    ).scalar_one()
    return SettlementPage(
        report_id=report.id,
        title=report.title,
        kind=report.kind,
        agency=agency or "",
        round_id=round_.id,
        round_title=round_.title,
        phase=round_.phase,
        bands=round_.bands,
        rubric=_rubric(session, round_, report.kind),
        asked=asked,
        columns=_columns(session, report_id),
        proposal=Proposal.from_json(row.proposal) if row else None,
        state=row.state if row else None,
        is_disputed=bool(row and row.is_disputed),
        closed_early_reason=row.closed_early_reason if row else "",
        total_hundredths=row.total_hundredths if row else None,
        rating=row.rating if row else None,
        reason=row.reason if row else "",
        upheld_vetoes=tuple(row.upheld_vetoes) if row else (),
        settled_by=settler or "",
        settled_at=row.settled_at if row else None,
        opinion=opinion,
    )


def opinion_page(session: Session, report_id: UUID) -> OpinionPage | None:
    """Return the opinion of a report with its sources, or None where there is none yet."""
    found = session.execute(
        sa.select(Opinion, Report, Round, Settlement, Account.name)  # type: ignore[call-overload]
        .join(Report, col(Report.id) == col(Opinion.report_id))
        .join(Round, col(Round.id) == col(Report.round_id))
        .outerjoin(Settlement, col(Settlement.report_id) == col(Report.id))
        .outerjoin(Account, col(Account.id) == col(Opinion.edited_by))
        .where(col(Opinion.report_id) == report_id)
    ).one_or_none()
    if found is None:
        return None
    opinion, report, round_, row, editor = found
    rubric = _rubric(session, round_, report.kind)
    order = {criterion.id: place for place, criterion in enumerate(rubric.criteria)}
    items = session.exec(select(OpinionItem).where(OpinionItem.opinion_id == opinion.id)).all()
    return OpinionPage(
        report_id=report.id,
        title=report.title,
        round_id=round_.id,
        round_title=round_.title,
        phase=round_.phase,
        settlement_state=row.state if row else None,
        rating=row.rating if row else None,
        total_hundredths=row.total_hundredths if row else None,
        state=opinion.state,
        overall=opinion.overall,
        items=tuple(
            OpinionText(
                item.criterion,
                rubric.criterion(item.criterion).title,
                item.points_hundredths,
                item.max_hundredths,
                item.text,
                item.sources,
            )
            for item in sorted(items, key=lambda item: order[item.criterion])
        ),
        edited_by=editor or "",
        edited_at=opinion.edited_at,
        opinions=tuple(one.opinion for one in _columns(session, report_id)),
    )


def _columns(session: Session, report_id: UUID) -> tuple[ReviewColumn, ...]:
    rows = session.execute(
        sa.select(Review, Expert.name)  # type: ignore[call-overload]
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Expert, col(Expert.id) == col(Assignment.expert_id))
        .where(
            col(Assignment.report_id) == report_id,
            col(Assignment.state) == "assigned",
            col(Review.state) == "submitted",
        )
        .order_by(col(Assignment.created_at), col(Assignment.id))
    ).all()
    ids = [review.id for review, _expert in rows]
    points: dict[UUID, dict[str, int | None]] = defaultdict(dict)
    reasons: dict[UUID, dict[str, str]] = defaultdict(dict)
    for score in session.exec(select(Score).where(col(Score.review_id).in_(ids))):
        points[score.review_id][score.criterion] = score.points_hundredths
        reasons[score.review_id][score.criterion] = score.reason
    vetoes: dict[UUID, dict[str, str]] = defaultdict(dict)
    for claim in session.exec(select(VetoClaim).where(col(VetoClaim.review_id).in_(ids))):
        vetoes[claim.review_id][claim.veto] = claim.ground
    return tuple(
        ReviewColumn(
            review.id,
            expert,
            review.total_hundredths,
            review.rating,
            points[review.id],
            reasons[review.id],
            vetoes[review.id],
            review.opinion,
            review.paper_entered_by is not None,
        )
        for review, expert in rows
    )


def _rubric(session: Session, round_: Round, kind: str) -> Rubric:
    key = round_.department_rubric_id if kind == "department" else round_.key_project_rubric_id
    content = session.exec(select(RubricVersion.content).where(RubricVersion.id == key)).one()
    return Rubric.from_json(content)


def _total(review: Review, expert: str) -> SubmittedTotal:
    return SubmittedTotal(
        review.id,
        expert,
        review.total_hundredths or 0,
        review.rating or "",
        review.paper_entered_by is not None,
    )
