"""What an agency reads of its own reports, and what officers see of receipts and answers.

Nothing here reads a review or a score: only the released opinion leaves the bureau.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Account,
    Agency,
    Answer,
    Opinion,
    OpinionItem,
    Receipt,
    Report,
    Round,
    RoundPhase,
    RubricVersion,
    Settlement,
)

#: the phases in which an agency sees anything at all
OPEN_PHASES = ("feedback", "notice", "closed")


@dataclass(frozen=True)
class ResultRow:
    """A released result in a list. Points in hundredths."""

    report_id: UUID
    round_id: UUID
    round_title: str
    phase: str
    title: str
    kind: str
    agency: str
    rating: str | None
    total_hundredths: int | None
    received_at: datetime | None
    answered_at: datetime | None
    accepts: bool
    asks_reply: bool  # it says more than that the agency agrees
    replied_at: datetime | None
    ends_on: date | None


@dataclass(frozen=True)
class OpinionLine:
    """The opinion on one criterion; points in hundredths."""

    criterion: str
    name: str
    dimension: str
    points_hundredths: int
    max_hundredths: int
    text: str


@dataclass(frozen=True)
class ResultPage:
    """One released result with its opinion, receipt, answer and reply."""

    row: ResultRow
    overall: str
    lines: tuple[OpinionLine, ...]
    answer: str
    reply: str
    answered_by: str
    replied_by: str


def agency_results(session: Session, agency_id: UUID | None) -> tuple[ResultRow, ...]:
    """Return the agency's released results, newest round first."""
    if agency_id is None:
        return ()
    return _rows(session, col(Report.agency_id) == agency_id, col(Round.phase).in_(OPEN_PHASES))


def round_results(session: Session, round_id: UUID) -> tuple[ResultRow, ...]:
    """Return all released results of a round with their receipts and answers."""
    return _rows(session, col(Report.round_id) == round_id)


def result_page(
    session: Session, report_id: UUID, *, agency_id: UUID | None = None, is_officer: bool = False
) -> ResultPage | None:
    """Return one released result; None unless it is the agency's own, or an officer asks."""
    conditions = [col(Report.id) == report_id]
    if not is_officer:
        if agency_id is None:
            return None
        conditions += [col(Report.agency_id) == agency_id, col(Round.phase).in_(OPEN_PHASES)]
    rows = _rows(session, *conditions)
    if not rows:
        return None
    opinion = session.exec(select(Opinion).where(Opinion.report_id == report_id)).one()
    answer = session.exec(select(Answer).where(Answer.report_id == report_id)).one_or_none()
    names = _names(session, answer)
    return ResultPage(
        row=rows[0],
        overall=opinion.overall,
        lines=_lines(session, opinion.id, report_id),
        answer=answer.text if answer else "",
        reply=answer.reply if answer else "",
        answered_by=names.get(answer.account_id, "") if answer else "",
        replied_by=names.get(answer.replied_by, "") if answer else "",
    )


def _rows(session: Session, *conditions: Any) -> tuple[ResultRow, ...]:
    query = (
        sa.select(
            col(Report.id),
            col(Round.id),
            col(Round.title),
            col(Round.phase),
            col(Report.title),
            col(Report.kind),
            col(Agency.name),
            col(Settlement.rating),
            col(Settlement.total_hundredths),
            col(Receipt.created_at),
            col(Answer.created_at),
            sa.func.coalesce(col(Answer.accepts), sa.false()),
            sa.func.coalesce(col(Answer.text), "") != "",
            col(Answer.replied_at),
            col(RoundPhase.ends_on),
        )
        .select_from(Report)
        .join(Round, col(Round.id) == col(Report.round_id))
        .join(Agency, col(Agency.id) == col(Report.agency_id))
        .join(Opinion, col(Opinion.report_id) == col(Report.id))
        .join(Settlement, col(Settlement.report_id) == col(Report.id))
        .outerjoin(Receipt, col(Receipt.report_id) == col(Report.id))
        .outerjoin(Answer, col(Answer.report_id) == col(Report.id))
        .outerjoin(
            RoundPhase,
            sa.and_(col(RoundPhase.round_id) == col(Round.id), col(RoundPhase.phase) == "feedback"),
        )
        .where(
            col(Opinion.state) == "released",
            col(Settlement.state) == "settled",
            col(Report.state) == "taken-in",
            *conditions,
        )
        .order_by(col(Round.year).desc(), col(Agency.name), col(Report.title), col(Report.id))
    )
    return tuple(ResultRow(*row) for row in session.execute(query))


def _lines(session: Session, opinion_id: UUID, report_id: UUID) -> tuple[OpinionLine, ...]:
    rubric = _rubric(session, report_id)
    places = {
        criterion["id"]: (place, criterion["title"], dimension["title"])
        for place, (dimension, criterion) in enumerate(
            (dimension, criterion)
            for dimension in rubric["dimensions"]
            for criterion in dimension["criteria"]
        )
    }
    items = session.exec(select(OpinionItem).where(OpinionItem.opinion_id == opinion_id)).all()
    return tuple(
        OpinionLine(
            item.criterion,
            places[item.criterion][1],
            places[item.criterion][2],
            item.points_hundredths,
            item.max_hundredths,
            item.text,
        )
        for item in sorted(items, key=lambda item: places[item.criterion][0])
    )


def _rubric(session: Session, report_id: UUID) -> dict[str, Any]:
    report = session.get_one(Report, report_id)
    round_ = session.get_one(Round, report.round_id)
    key = (
        round_.department_rubric_id if report.kind == "department" else round_.key_project_rubric_id
    )
    return dict(session.exec(select(RubricVersion.content).where(RubricVersion.id == key)).one())


def _names(session: Session, answer: Answer | None) -> dict[UUID | None, str]:
    if answer is None:
        return {}
    wanted = [key for key in (answer.account_id, answer.replied_by) if key]
    rows = session.execute(
        sa.select(col(Account.id), col(Account.name)).where(col(Account.id).in_(wanted))
    )
    return {row[0]: row[1] for row in rows}
