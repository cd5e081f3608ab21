"""Settlement (议定): the rule proposes, an officer decides where experts differ, on the record.

The reviews stay as they were submitted; the result stands beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Assignment, Opinion, Report, Review, Round, Settlement
from reviewapp.domain import settlement as rule_of
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import (
    Act,
    OpinionState,
    SettlementState,
    advance,
    phase_allows,
    require_phase,
)
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.rubric import format_points
from reviewapp.domain.scoring import parse_points
from reviewapp.domain.settlement import Proposal, Settled
from reviewapp.services import audit
from reviewapp.services.review_sheets import submitted_sheets
from reviewapp.services.round_rules import bands_of, round_of, rubric_of, settlement_rule_of


def open_if_due(session: Session, report_id: UUID, *, now: datetime) -> Settlement | None:
    """Propose a result once every standing assignment has its submitted review.

    Called whenever a review is submitted or reopened, or an assignment withdrawn. A proposal
    whose reviews are no longer all in is taken away, unless an officer closed it early; a settled
    result is never touched.
    """
    report = session.get_one(Report, report_id)
    round_ = session.get_one(Round, report.round_id)
    row = _row(session, report_id)
    if row is not None and row.state == "settled":
        return row
    if not phase_allows(round_.phase, Act.SETTLEMENT_PROPOSE):
        return row
    asked, submitted = counts(session, report_id)
    is_closed_early = row is not None and bool(row.closed_early_reason)
    if submitted and (submitted == asked or is_closed_early):
        return _propose(session, report, round_, row, now=now)
    if row is not None:
        session.delete(row)
        session.flush()
    return None


def close_early(
    session: Session, report_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Settlement:
    """Propose a result from the reviews that are in, with the reason for not waiting."""
    report, round_ = _managed(session, report_id, actor, Act.SETTLEMENT_PROPOSE)
    if not reason.strip():
        raise Invalid(N_("Say why the missing reviews are not waited for."), field="reason")
    row = _row(session, report_id)
    if row is not None:
        raise Conflict(N_("All reviews of this report are in already."))
    asked, submitted = counts(session, report_id)
    if not submitted:
        raise Conflict(N_("No review of this report has been submitted yet."))
    row = _propose(session, report, round_, None, now=now, closed_early_reason=reason.strip())
    audit.record_about(
        session,
        "settlement.closed-early",
        report,
        actor,
        now,
        after={"reason": reason.strip(), "submitted": submitted, "asked": asked},
    )
    return row


def accept_undisputed(
    session: Session,
    round_id: UUID,
    *,
    actor: Identity,
    now: datetime,
    seen: Collection[tuple[UUID, int]] | None = None,
) -> int:
    """Accept every proposal of the round that nothing speaks against; return how many.

    `seen` are the reports with the totals (hundredths) that the officer looked at: Conflict where
    others stand by now, so that nobody accepts what nobody has seen.
    """
    if not actor.may(Permission.SETTLEMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    require_phase(round_of(session, round_id).phase, Act.SETTLE)
    audit.take_turn(session)
    rows = session.exec(
        select(Settlement, Report)
        .join(Report, col(Report.id) == col(Settlement.report_id))
        .where(
            col(Report.round_id) == round_id,
            col(Report.state) == "taken-in",
            col(Settlement.state) == "proposed",
            col(Settlement.is_disputed).is_(False),
        )
        .order_by(col(Report.title), col(Report.id))
        .with_for_update(of=Settlement)
    ).all()
    if seen is not None and set(seen) != {
        (report.id, proposal_of(row).total) for row, report in rows
    }:
        raise Conflict(N_("Reviews have changed meanwhile: look at the results again."))
    for row, report in rows:
        proposal = proposal_of(row)
        _store(
            session,
            row,
            report,
            Settled(
                total=proposal.total,
                rating=proposal.rating,
                reason="",
                vetoes=proposal.vetoes,
                was_disputed=False,
                differs=False,
                is_off_band=False,
            ),
            actor=actor,
            now=now,
        )
    return len(rows)


def settle(
    session: Session,
    report_id: UUID,
    *,
    total: str,
    rating: str,
    reason: str,
    vetoes: Iterable[str] | None = None,
    actor: Identity,
    now: datetime,
) -> Settlement:
    """Settle one result. A disputed one, or one that is not as proposed, needs a reason.

    `total` as typed; `vetoes` those that the officer upholds, None for those all reviews share.
    """
    report, round_ = _managed(session, report_id, actor, Act.SETTLE)
    row = _row(session, report_id)
    if row is None:
        raise Conflict(N_("The reviews of this report are not all in yet."))
    advance(SettlementState(row.state), "settle")
    result = rule_of.settle(
        proposal_of(row),
        rubric_of(session, round_, report.kind),
        total=parse_points(total, 10_000, field="total"),
        rating_given=rating,
        reason=reason,
        vetoes=vetoes,
        bands=bands_of(round_),
    )
    return _store(session, row, report, result, actor=actor, now=now)


def reopen(
    session: Session, report_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Settlement | None:
    """Take a settled result up again, with a reason; its opinion becomes a draft again."""
    report, _round = _managed(session, report_id, actor, Act.SETTLEMENT_REOPEN)
    row = _row(session, report_id)
    if row is None or row.state != "settled":
        raise NotFound(N_("This report has no settled result."))
    if not reason.strip():
        raise Invalid(N_("Say why the result is taken up again."), field="reason")
    before = _said(row)
    row.state = advance(SettlementState(row.state), "reopen").value
    row.total_hundredths, row.rating, row.reason = None, None, ""
    row.upheld_vetoes = []
    row.settled_by, row.settled_at = None, None
    session.add(row)
    opinion = session.exec(select(Opinion).where(Opinion.report_id == report_id)).one_or_none()
    if opinion is not None and opinion.state != "draft":
        event = "recall" if opinion.state == "released" else "edit"
        opinion.state = advance(OpinionState(opinion.state), event).value
        opinion.released_at = None
        session.add(opinion)
    session.flush()
    audit.record_about(
        session,
        "settlement.reopened",
        report,
        actor,
        now,
        before=before,
        after={"reason": reason.strip()},
    )
    return open_if_due(session, report_id, now=now)


def require_open(session: Session, report_id: UUID) -> None:
    """Raise Conflict when the report's result is settled."""
    row = _row(session, report_id)
    if row is not None and row.state == "settled":
        raise Conflict(N_("The result is settled: take it up again first."))


def proposal_of(row: Settlement) -> Proposal:
    """Return the stored proposal."""
    return Proposal.from_json(row.proposal)


def counts(session: Session, report_id: UUID) -> tuple[int, int]:
    """Return how many reviews are asked for and how many of them are submitted."""
    asked, submitted = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(
                sa.func.sum(sa.case((col(Review.state) == "submitted", 1), else_=0)), 0
            ),
        )
        .select_from(Assignment)
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(col(Assignment.report_id) == report_id, col(Assignment.state) == "assigned")
    ).one()
    return asked, submitted


def _propose(
    session: Session,
    report: Report,
    round_: Round,
    row: Settlement | None,
    *,
    now: datetime,
    closed_early_reason: str = "",
) -> Settlement:
    proposal = rule_of.propose(
        [one.sheet for one in submitted_sheets(session, report.id)],
        rubric_of(session, round_, report.kind),
        settlement_rule_of(round_),
        bands_of(round_),
    )
    row = row or Settlement(
        created_at=now, report_id=report.id, closed_early_reason=closed_early_reason
    )
    row.proposal, row.is_disputed = proposal.to_json(), proposal.is_disputed
    session.add(row)
    session.flush()
    return row


def _store(
    session: Session,
    row: Settlement,
    report: Report,
    result: Settled,
    *,
    actor: Identity,
    now: datetime,
) -> Settlement:
    row.state = advance(SettlementState(row.state), "settle").value
    row.total_hundredths, row.rating, row.reason = result.total, result.rating, result.reason
    row.upheld_vetoes = list(result.vetoes)
    row.settled_by, row.settled_at = actor.id, now
    session.add(row)
    session.flush()
    audit.record_about(
        session,
        "settlement.settled",
        report,
        actor,
        now,
        before={"total": format_points(row.proposal["total"]), "rating": row.proposal["rating"]},
        after=_said(row),
    )
    return row


def _said(row: Settlement) -> dict[str, Any]:
    return {
        "total": format_points(row.total_hundredths or 0),
        "rating": row.rating,
        "reason": row.reason,
        "vetoes": list(row.upheld_vetoes),
    }


def _row(session: Session, report_id: UUID) -> Settlement | None:
    """Return the row, held for this transaction: two officers may settle at the same moment.

    The trail comes first: who submits a review writes it before looking at the settlement, and two
    locks taken in different orders would wait for each other.
    """
    audit.take_turn(session)
    return session.exec(
        select(Settlement)
        .where(Settlement.report_id == report_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _managed(session: Session, report_id: UUID, actor: Identity, act: Act) -> tuple[Report, Round]:
    report = session.get(Report, report_id)
    if report is None or report.state != "taken-in":
        raise NotFound(N_("There is no such report."))
    if not actor.may(Permission.SETTLEMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    round_ = session.get_one(Round, report.round_id)
    require_phase(round_.phase, act)
    return report, round_
