"""Practice on reference reports: an expert's own sheet, its comparison, and what waits for it.

Nothing of it counts in a settlement, and nobody but its expert reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Assignment,
    CalibrationReview,
    ReferenceReport,
    Report,
    Round,
)
from reviewapp.db.queries.rubrics import rubric_by_hash
from reviewapp.domain import calibration
from reviewapp.domain.calibration import Comparison
from reviewapp.domain.errors import N_, Conflict, NotFound
from reviewapp.domain.lifecycle import Act, phase_allows, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.rubric import Rubric
from reviewapp.domain.scoring import Incomplete, ReviewSheet
from reviewapp.services import audit, recusals
from reviewapp.services.calibration import is_ready, references
from reviewapp.services.round_rules import bands_of

#: said wherever a review waits for the reference reports
FIRST = N_("Rate the reference reports of this round first; then your reviews open.")


@dataclass(frozen=True)
class Practice:
    """A reference report as one expert works on it."""

    reference: ReferenceReport
    report: Report
    round: Round
    rubric: Rubric
    sheet: ReviewSheet
    submitted_at: datetime | None
    is_required: bool  # one's own reviews of its kind open only after it

    @property
    def is_begun(self) -> bool:
        """Say whether anything is written on the sheet."""
        return any(one.points is not None or one.reason for one in self.sheet.scores)

    @property
    def is_done(self) -> bool:
        """Say whether it is handed in."""
        return self.submitted_at is not None

    @property
    def is_open(self) -> bool:
        """Say whether it can still be written."""
        return not self.is_done and phase_allows(self.round.phase, Act.REVIEW)


def open_practice(session: Session, reference_id: UUID, *, actor: Identity) -> Practice:
    """Return one's own practice, begun or not. NotFound for whoever may not know the report."""
    row = session.get(ReferenceReport, reference_id)
    if row is not None and actor.expert_id is not None and actor.may(Permission.REVIEW_WRITE):
        round_ = session.get_one(Round, row.round_id)
        for one in _of_expert(session, round_, actor.expert_id):
            if one.reference.id == reference_id:
                return one
    raise NotFound(N_("There is no such reference report."))


def own(session: Session, *, actor: Identity) -> list[Practice]:
    """Return all reference reports that one may practise on, round by round."""
    if actor.expert_id is None or not actor.may(Permission.REVIEW_WRITE):
        return []
    rounds = session.exec(
        select(Round)
        .where(
            col(Round.calibration) != "off",
            col(Round.id).in_(
                select(Report.round_id)
                .join(Assignment, col(Assignment.report_id) == col(Report.id))
                .where(
                    col(Assignment.expert_id) == actor.expert_id,
                    col(Assignment.state) == "assigned",
                )
            ),
        )
        .order_by(col(Round.created_at).desc(), col(Round.id))
    ).all()
    return [one for round_ in rounds for one in _of_expert(session, round_, actor.expert_id)]


def save(
    session: Session, reference_id: UUID, sheet: ReviewSheet, *, actor: Identity, now: datetime
) -> None:
    """Keep one's points and reasons so far. Raises Invalid where they do not fit the rubric."""
    practice = _writable(session, reference_id, actor)
    calibration.lacking(sheet, practice.rubric)
    row = _row(session, practice, actor, now)
    row.scores = calibration.to_json(sheet)
    session.add(row)
    session.flush()


def submit(
    session: Session, reference_id: UUID, sheet: ReviewSheet, *, actor: Identity, now: datetime
) -> None:
    """Hand the practice sheet in; from then on it stands. Raises Incomplete with what it lacks."""
    audit.take_turn(session)  # nobody assigns the report to the expert at this moment
    practice = _writable(session, reference_id, actor)
    missing = calibration.lacking(sheet, practice.rubric)
    if missing:
        raise Incomplete(missing)
    row = _row(session, practice, actor, now)
    row.scores, row.submitted_at = calibration.to_json(sheet), now
    session.add(row)
    session.flush()
    audit.record(
        session,
        "calibration.submitted",
        actor=actor,
        now=now,
        subject_type="round",
        subject_id=practice.round.id,
        subject_title=practice.round.title,
        round_id=practice.round.id,
        after={"report": str(practice.report.id)},
    )


def comparison(practice: Practice) -> Comparison:
    """Set a practice sheet that is handed in beside the agreed scores. Conflict before that."""
    if not practice.is_done:
        raise Conflict(N_("Hand your points in first; then the agreed ones are shown."))
    agreed = calibration.from_json(practice.reference.agreed)
    return calibration.compare(practice.sheet, agreed, practice.rubric, bands_of(practice.round))


def must_wait(session: Session, assignment_id: UUID) -> bool:
    """Say whether the review of an assignment waits for reference reports of its kind."""
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        return False
    report = session.get_one(Report, assignment.report_id)
    round_ = session.get_one(Round, report.round_id)
    found = _of_expert(session, round_, assignment.expert_id)
    return (round_.id, report.kind) in locked(found)


def locked(found: Iterable[Practice]) -> frozenset[tuple[UUID, str]]:
    """Return the rounds and kinds of reports whose reviews wait for one of these."""
    return frozenset(
        (one.round.id, one.report.kind) for one in found if one.is_required and not one.is_done
    )


def require_done(session: Session, assignment_id: UUID) -> None:
    """Raise Conflict while the review of an assignment has to wait."""
    if must_wait(session, assignment_id):
        raise Conflict(FIRST)


def _of_expert(session: Session, round_: Round, expert_id: UUID) -> list[Practice]:
    """Return what an expert of the round's panel may practise on, from the rating phase on.

    A report that was ever the expert's to rate, in whichever round, is left out, and so is one
    that a declared conflict forbids.
    """
    if round_.calibration == "off" or round_.phase == "preparation":
        return []
    works = session.exec(
        select(Assignment.report_id, Assignment.state, Report.round_id, Report.kind)
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .where(Assignment.expert_id == expert_id)
    ).all()
    kinds = {kind for _id, state, home, kind in works if state == "assigned" and home == round_.id}
    if not kinds:
        return []
    met = {report_id for report_id, *_rest in works}
    begun = {
        one.reference_id: one
        for one in session.exec(
            select(CalibrationReview)
            .join(ReferenceReport, col(ReferenceReport.id) == col(CalibrationReview.reference_id))
            .where(
                col(CalibrationReview.expert_id) == expert_id,
                col(ReferenceReport.round_id) == round_.id,
            )
        )
    }
    found = []
    for row in references(session, round_.id):
        report = session.get_one(Report, row.report_id)
        if (
            row.report_id in met
            or recusals.standing_with(session, expert_id, report)
            or not is_ready(session, row, round_, report)
        ):
            continue
        mine = begun.get(row.id)
        found.append(
            Practice(
                row,
                report,
                round_,
                rubric_by_hash(session, row.rubric_hash),
                calibration.from_json(mine.scores if mine else {}),
                mine.submitted_at if mine else None,
                round_.calibration == "required" and report.kind in kinds,
            )
        )
    return found


def _writable(session: Session, reference_id: UUID, actor: Identity) -> Practice:
    practice = open_practice(session, reference_id, actor=actor)
    require_phase(practice.round.phase, Act.REVIEW)
    if practice.is_done:
        raise Conflict(N_("You have handed this in already: it stands as it is."))
    return practice


def _row(session: Session, practice: Practice, actor: Identity, now: datetime) -> CalibrationReview:
    if actor.expert_id is None:
        raise NotFound(N_("There is no such reference report."))
    wanted = select(CalibrationReview).where(
        CalibrationReview.reference_id == practice.reference.id,
        CalibrationReview.expert_id == actor.expert_id,
    )
    known = session.exec(
        wanted.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if known is None:
        row = CalibrationReview(
            created_at=now, reference_id=practice.reference.id, expert_id=actor.expert_id, scores={}
        )
        try:
            with session.begin_nested():
                session.add(row)
            return row
        except IntegrityError:  # two windows saved first in the same second
            known = session.exec(wanted.with_for_update()).one()
    if known.submitted_at is not None:
        raise Conflict(N_("You have handed this in already: it stands as it is."))
    return known
