"""Reference reports (标杆报告) of a round: chosen by an officer, with agreed points and reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    CalibrationReview,
    Opinion,
    OpinionItem,
    ReferenceReport,
    Report,
    Round,
    Settlement,
)
from reviewapp.db.queries.rubrics import rubric_by_hash
from reviewapp.domain import calibration
from reviewapp.domain.calibration import MOST_REFERENCES
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.rubric import Rubric, format_points
from reviewapp.domain.scoring import ReviewSheet, Score
from reviewapp.domain.settlement import Proposal
from reviewapp.services import audit
from reviewapp.services.round_rules import held_round, rubric_version_of


def add(
    session: Session, round_id: UUID, report_id: UUID, *, actor: Identity, now: datetime
) -> ReferenceReport:
    """Make a report a reference report of the round; its agreed scores are entered afterwards.

    A taken-in report of this round, or of an earlier one that rates its kind by the same rubric.
    """
    round_ = _open_round(session, round_id, actor)
    report = session.get(Report, report_id)
    if report is None or report.state != "taken-in":
        raise Invalid(N_("Choose a report from the list."), field="report_id")
    rubric = rubric_version_of(session, round_, report.kind)
    home = session.get_one(Round, report.round_id)
    if home.year > round_.year:
        raise Invalid(N_("Choose a report from the list."), field="report_id")
    if rubric_version_of(session, home, report.kind).id != rubric.id:
        raise Invalid(N_("This report was rated by another rubric."), field="report_id")
    taken = references(session, round_id)
    if any(one.report_id == report_id for one in taken):
        raise Conflict(N_("This report is a reference report already."), field="report_id")
    free = sorted(set(range(1, MOST_REFERENCES + 1)) - {one.number for one in taken})
    if not free:
        raise Conflict(N_("A round has at most three reference reports."), field="report_id")
    row = ReferenceReport(
        created_at=now,
        round_id=round_id,
        report_id=report_id,
        report_version=report.current_version,
        number=free[0],
        rubric_hash=rubric.content_hash,
        agreed={},
        entered_by=_hand(actor),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another officer was faster by a moment
        raise Conflict(
            N_("This report is a reference report already."), field="report_id"
        ) from None
    _record(session, "calibration.reference-added", round_, row, actor, now)
    return row


def set_agreed(
    session: Session, reference_id: UUID, sheet: ReviewSheet, *, actor: Identity, now: datetime
) -> ReferenceReport:
    """Put the agreed points and reasons on record; what is still missing may follow.

    Raises Invalid where the sheet does not fit the rubric.
    """
    row, round_ = _managed(session, reference_id, actor)
    calibration.lacking(sheet, rubric_by_hash(session, row.rubric_hash))
    after = calibration.to_json(sheet)
    if after == row.agreed:
        return row
    row.agreed, row.entered_by = after, _hand(actor)
    session.add(row)
    session.flush()
    _forget_practice(session, row)
    points = sum(one.points or 0 for one in sheet.scores)
    _record(
        session,
        "calibration.scores-set",
        round_,
        row,
        actor,
        now,
        after={"total": format_points(points)},
    )
    return row


def copy_agreed(
    session: Session, reference_id: UUID, *, actor: Identity, now: datetime
) -> ReferenceReport:
    """Take the points from the report's settled result and the reasons from its opinion."""
    row, _round = _managed(session, reference_id, actor)
    settled = session.exec(
        select(Settlement).where(
            Settlement.report_id == row.report_id, Settlement.state == "settled"
        )
    ).one_or_none()
    if settled is None:
        raise Conflict(N_("The report has no settled result to copy from; enter the scores."))
    reasons = {
        item.criterion: item.text
        for item in session.exec(
            select(OpinionItem)
            .join(Opinion, col(Opinion.id) == col(OpinionItem.opinion_id))
            .where(col(Opinion.report_id) == row.report_id)
        )
    }
    sheet = ReviewSheet(
        tuple(
            Score(one.id, one.points, reasons.get(one.id, ""))
            for one in Proposal.from_json(settled.proposal).criteria
        )
    )
    return set_agreed(session, reference_id, sheet, actor=actor, now=now)


def remove(session: Session, reference_id: UUID, *, actor: Identity, now: datetime) -> UUID:
    """Take a reference report out of the round again; return the round."""
    row, round_ = _managed(session, reference_id, actor)
    _forget_practice(session, row)
    _record(session, "calibration.reference-removed", round_, row, actor, now)
    session.delete(row)
    session.flush()
    return round_.id


def references(session: Session, round_id: UUID) -> list[ReferenceReport]:
    """Return the round's reference reports in their order, ready or not."""
    return list(
        session.exec(
            select(ReferenceReport)
            .where(ReferenceReport.round_id == round_id)
            .order_by(col(ReferenceReport.number))
        )
    )


def agreed_of(session: Session, reference_id: UUID) -> tuple[Rubric, ReviewSheet]:
    """Return the rubric of a reference report and what is on record. Raises NotFound."""
    row = session.get(ReferenceReport, reference_id)
    if row is None:
        raise NotFound(N_("There is no such reference report."))
    return rubric_by_hash(session, row.rubric_hash), calibration.from_json(row.agreed)


def is_ready(session: Session, row: ReferenceReport, round_: Round, report: Report) -> bool:
    """Say whether experts can practise on it: taken in, the round's rubric, nothing missing."""
    return (
        report.state == "taken-in"
        and rubric_version_of(session, round_, report.kind).content_hash == row.rubric_hash
        and not calibration.lacking(
            calibration.from_json(row.agreed), rubric_by_hash(session, row.rubric_hash)
        )
    )


def blocked(session: Session, round_: Round) -> Conflict | None:
    """Return why rating cannot begin: calibration is on, and a reference report is not ready."""
    if round_.calibration == "off":
        return None
    found = references(session, round_.id)
    if not found:
        return Conflict(N_("Calibration is on, but the round has no reference report yet."))
    for row in found:
        if not is_ready(session, row, round_, session.get_one(Report, row.report_id)):
            return Conflict(
                N_("Reference report %(number)d is not ready: see the page on calibration."),
                number=row.number,
            )
    return None


def who_know(session: Session, report_ids: Iterable[UUID]) -> frozenset[tuple[UUID, UUID]]:
    """Return the pairs (report, expert) where the expert has read the report's agreed scores.

    Such an expert cannot rate the report for the record any more.
    """
    rows = session.exec(
        select(ReferenceReport.report_id, CalibrationReview.expert_id)
        .join(CalibrationReview, col(CalibrationReview.reference_id) == col(ReferenceReport.id))
        .where(
            col(CalibrationReview.submitted_at).is_not(None),
            col(ReferenceReport.report_id).in_(list(report_ids)),
        )
    )
    return frozenset((report_id, expert_id) for report_id, expert_id in rows)


def _forget_practice(session: Session, row: ReferenceReport) -> None:
    """Drop what was begun on scores that no longer stand; Conflict where somebody is done.

    Practice begins with the rating phase: there is some only after a return to preparation.
    """
    begun = session.exec(
        select(CalibrationReview).where(CalibrationReview.reference_id == row.id)
    ).all()
    if any(one.submitted_at is not None for one in begun):
        raise Conflict(N_("An expert has rated this reference report: its scores stand."))
    for one in begun:
        session.delete(one)
    session.flush()


def _open_round(session: Session, round_id: UUID, actor: Identity) -> Round:
    if not actor.may(Permission.ROUND_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    round_ = held_round(session, round_id)
    require_phase(round_.phase, Act.ROUND_RULES_EDIT)
    return round_


def _managed(
    session: Session, reference_id: UUID, actor: Identity
) -> tuple[ReferenceReport, Round]:
    row = session.get(ReferenceReport, reference_id)
    if row is None:
        raise NotFound(N_("There is no such reference report."))
    return row, _open_round(session, row.round_id, actor)


def _hand(actor: Identity) -> UUID:
    if actor.id is None:
        raise NotAllowed(N_("The program itself does not do this."))
    return actor.id


def _record(
    session: Session,
    kind: str,
    round_: Round,
    row: ReferenceReport,
    actor: Identity,
    now: datetime,
    *,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record_about(
        session,
        kind,
        round_,
        actor,
        now,
        after={"report": str(row.report_id)} | (after or {}),
    )
