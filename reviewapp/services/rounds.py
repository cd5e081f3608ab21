"""Rounds: made by an officer, changed while in preparation, moved from phase to phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Round, RoundPhase, RubricVersion
from reviewapp.db.models.round import PHASES
from reviewapp.domain import lifecycle
from reviewapp.domain.calibration import SWITCHES
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed
from reviewapp.domain.grading import AgencyGradeRule
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.rubric import Band, Rubric, bands_to_json, check_bands
from reviewapp.domain.settlement import SettlementRule
from reviewapp.services import audit, calibration, feedback
from reviewapp.services.round_rules import held_round, round_of, store_rubric

MAX_TITLE = 100  # characters


@dataclass(frozen=True)
class Span:
    """The days of one phase in Beijing, both included; an open end is allowed."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class RoundDraft:
    """What an officer says of a round."""

    year: int
    title: str
    key_project: Rubric
    department: Rubric
    bands: tuple[Band, ...]
    settlement_rule: SettlementRule
    agency_grade_rule: AgencyGradeRule
    experts_per_report: int = 1
    drawn_how: str = ""
    hides_findings: bool = False
    calibration: str = "off"  # off, offered, required
    dates: Mapping[str, Span] = field(default_factory=dict)


def create(session: Session, draft: RoundDraft, *, actor: Identity, now: datetime) -> Round:
    """Make a round in preparation. Raises Invalid, or Conflict for a title that is taken."""
    _require_manager(actor)
    _check(session, draft, None)
    round_ = Round(
        created_at=now, year=draft.year, title=_title(draft), **_ids(session, draft, now)
    )
    _apply(round_, draft)
    session.add(round_)
    session.flush()
    _put_dates(session, round_, draft.dates, now=now)
    audit.record_about(session, "round.created", round_, actor, now, after=_said(round_, draft))
    return round_


def change(
    session: Session, round_id: UUID, draft: RoundDraft, *, actor: Identity, now: datetime
) -> Round:
    """Change what a round says of itself and its rules; only while it is in preparation."""
    _require_manager(actor)
    round_ = round_of(session, round_id)
    require_phase(round_.phase, Act.ROUND_RULES_EDIT)
    _check(session, draft, round_.id)
    before = _stored(session, round_)
    round_.year, round_.title = draft.year, _title(draft)
    for name, value in _ids(session, draft, now).items():
        setattr(round_, name, value)
    _apply(round_, draft)
    session.add(round_)
    session.flush()
    after = _said(round_, draft)
    changed = [name for name in after if before.get(name) != after[name]]
    if changed:
        audit.record_about(
            session,
            "round.rules-changed",
            round_,
            actor,
            now,
            before={name: before.get(name) for name in changed},
            after={name: after[name] for name in changed},
        )
    return round_


def set_dates(
    session: Session,
    round_id: UUID,
    dates: Mapping[str, Span],
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Set the dates of the phases; those that are not named lose theirs."""
    _require_manager(actor)
    round_ = round_of(session, round_id)
    require_phase(round_.phase, Act.ROUND_DATES_EDIT)
    _check_dates(dates)
    before = dates_of(session, round_id)
    if before == dict(dates):
        return
    _put_dates(session, round_, dates, now=now)
    audit.record_about(
        session,
        "round.dates-set",
        round_,
        actor,
        now,
        before={phase: _days(span) for phase, span in before.items()},
        after={phase: _days(span) for phase, span in dates.items()},
    )


def advance(session: Session, round_id: UUID, *, actor: Identity, now: datetime) -> Round:
    """Move the round into its next phase.

    Feedback begins only when every taken-in report is settled with a finished opinion, which
    is released to its agency by the same act.
    """
    _require_manager(actor)
    round_ = held_round(session, round_id)
    after = lifecycle.advance(lifecycle.RoundPhase(round_.phase), "advance")
    refusal = blocked(session, round_)
    if refusal is not None:
        raise refusal
    before, round_.phase = round_.phase, after.value
    session.add(round_)
    session.flush()
    audit.record_about(
        session,
        "round.phase-changed",
        round_,
        actor,
        now,
        before={"phase": before},
        after={"phase": after.value},
    )
    if after is lifecycle.RoundPhase.FEEDBACK:
        feedback.release(session, round_id, actor=actor, now=now)
    return round_


def return_to(
    session: Session, round_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Round:
    """Take the phase before up again, with a reason; nothing done is undone by it."""
    _require_manager(actor)
    round_ = held_round(session, round_id)
    if not reason.strip():
        raise Invalid(N_("Say why the phase is taken up again."), field="reason")
    after = lifecycle.advance(lifecycle.RoundPhase(round_.phase), "return")
    before, round_.phase = round_.phase, after.value
    session.add(round_)
    session.flush()
    audit.record_about(
        session,
        "round.phase-returned",
        round_,
        actor,
        now,
        before={"phase": before},
        after={"phase": after.value, "reason": reason.strip()},
    )
    return round_


def blocked(session: Session, round_: Round) -> Conflict | None:
    """Return why the round cannot go on yet, or None."""
    if round_.phase == "preparation":
        return calibration.blocked(session, round_)
    if round_.phase == "settlement":
        return feedback.not_ready(session, round_.id)
    return None


def next_phase(phase: str) -> str | None:
    """Return the phase after this one."""
    at = PHASES.index(phase)
    return PHASES[at + 1] if at + 1 < len(PHASES) else None


def dates_of(session: Session, round_id: UUID) -> dict[str, Span]:
    """Return the dates that are set, in the order of the phases."""
    rows = session.exec(select(RoundPhase).where(RoundPhase.round_id == round_id)).all()
    return {
        row.phase: Span(row.starts_on, row.ends_on)
        for row in sorted(rows, key=lambda row: PHASES.index(row.phase))
    }


def _require_manager(actor: Identity) -> None:
    if not actor.may(Permission.ROUND_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))


def _title(draft: RoundDraft) -> str:
    """Return the title in one line: exported files are named after it, in a header of HTTP."""
    return " ".join(draft.title.split())


def _check(session: Session, draft: RoundDraft, round_id: UUID | None) -> None:
    if not 2000 <= draft.year <= 2100:
        raise Invalid(N_("The year has four digits."), field="year")
    title = _title(draft)
    if not title:
        raise Invalid(N_("The round needs a title."), field="title")
    if len(title) > MAX_TITLE:
        raise Invalid(N_("At most %(limit)s characters fit here."), field="title", limit=MAX_TITLE)
    if not 1 <= draft.experts_per_report <= 15:
        raise Invalid(N_("Between 1 and 15 experts rate a report."), field="experts_per_report")
    if draft.calibration not in SWITCHES:
        raise Invalid(N_("Choose one of the options."), field="calibration")
    check_bands(draft.bands)
    _check_dates(draft.dates)
    twin = session.exec(select(Round.id).where(col(Round.title) == title)).one_or_none()
    if twin is not None and twin != round_id:
        raise Conflict(N_("Another round has this title."), field="title")


def _check_dates(dates: Mapping[str, Span]) -> None:
    last: date | None = None
    for phase in PHASES:
        span = dates.get(phase)
        if span is None:
            continue
        if span.ends_on is not None and span.ends_on < span.starts_on:
            raise Invalid(N_("A phase cannot end before it begins."), field=f"ends-{phase}")
        if last is not None and span.starts_on < last:
            raise Invalid(
                N_("A phase cannot begin before the one ahead of it."), field=f"starts-{phase}"
            )
        last = span.starts_on


def _ids(session: Session, draft: RoundDraft, now: datetime) -> dict[str, Any]:
    return {
        "key_project_rubric_id": store_rubric(session, draft.key_project, now=now).id,
        "department_rubric_id": store_rubric(session, draft.department, now=now).id,
    }


def _apply(round_: Round, draft: RoundDraft) -> None:
    round_.bands = bands_to_json(draft.bands)
    round_.settlement_rule = draft.settlement_rule.to_json()
    round_.agency_grade_rule = draft.agency_grade_rule.to_json()
    round_.experts_per_report = draft.experts_per_report
    round_.drawn_how = draft.drawn_how.strip()
    round_.hides_findings = draft.hides_findings
    round_.calibration = draft.calibration


def _put_dates(
    session: Session, round_: Round, dates: Mapping[str, Span], *, now: datetime
) -> None:
    for row in session.exec(select(RoundPhase).where(RoundPhase.round_id == round_.id)).all():
        session.delete(row)
    session.flush()
    session.add_all(
        RoundPhase(
            created_at=now,
            round_id=round_.id,
            phase=phase,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
        )
        for phase, span in dates.items()
    )
    session.flush()


def _said(round_: Round, draft: RoundDraft) -> dict[str, Any]:
    return _plain(
        round_,
        f"{draft.key_project.slug} {draft.key_project.version}",
        f"{draft.department.slug} {draft.department.version}",
    )


def _stored(session: Session, round_: Round) -> dict[str, Any]:
    names = []
    for key in (round_.key_project_rubric_id, round_.department_rubric_id):
        row = session.exec(select(RubricVersion).where(RubricVersion.id == key)).one()
        names.append(f"{row.slug} {row.version}")
    return _plain(round_, *names)


def _plain(round_: Round, key_project: str, department: str) -> dict[str, Any]:
    return {
        "year": round_.year,
        "title": round_.title,
        "key_project_rubric": key_project,
        "department_rubric": department,
        "bands": [f"{band['letter']} {band['from_points']}" for band in round_.bands],
        "settlement_rule": round_.settlement_rule,
        "agency_grade_rule": round_.agency_grade_rule,
        "experts_per_report": round_.experts_per_report,
        "drawn_how": round_.drawn_how,
        "hides_findings": round_.hides_findings,
        "calibration": round_.calibration,
    }


def _days(span: Span) -> str:
    return f"{span.starts_on} – {span.ends_on or ''}".rstrip()
