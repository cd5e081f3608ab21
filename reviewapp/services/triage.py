"""Triage: an officer's word on what the precheck found. What is not confirmed stays a doubt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Finding, Report, ReportVersion, Round
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.services import audit

MAX_REASON = 500  # characters
_KINDS = {
    "confirmed": "finding.confirmed",
    "dismissed": "finding.dismissed",
    "open": "finding.left-open",
}


def confirm(session: Session, finding_id: UUID, *, actor: Identity, now: datetime) -> Finding:
    """Say that the finding is right; experts then see it as confirmed."""
    finding, report = _open(session, finding_id, actor)
    return _set(session, finding, report, "confirmed", "", actor=actor, now=now)


def dismiss(
    session: Session, finding_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Finding:
    """Say that the finding is wrong, and why; experts no longer see it.

    `reason` has 1 to 500 characters. Raises Invalid for field reason.
    """
    finding, report = _open(session, finding_id, actor)
    reason = _reason(reason, must=True)
    return _set(session, finding, report, "dismissed", reason, actor=actor, now=now)


def leave(session: Session, finding_id: UUID, *, actor: Identity, now: datetime) -> Finding:
    """Take an earlier word back: the finding is an open doubt again."""
    finding, report = _open(session, finding_id, actor)
    return _set(session, finding, report, "open", "", actor=actor, now=now)


def triage_check(
    session: Session,
    report_id: UUID,
    check: str,
    triage: str,
    reason: str,
    *,
    seen: Collection[UUID],
    actor: Identity,
    now: datetime,
) -> int:
    """Confirm or dismiss every open finding of one check in a report; return how many these were.

    `triage` is confirmed or dismissed; `reason` (up to 500 characters, none needed to confirm) is
    kept with each of them. `seen` are the findings that the actor was shown. What was triaged
    before stays as it is, each finding gets its own event, and each can be left open again alone.
    Raises Invalid for the fields triage and reason, and where `seen` is no longer what is open.
    """
    report, version = _triaged_now(session, report_id, actor)
    if triage not in {"confirmed", "dismissed"}:
        raise Invalid(N_("Confirm or dismiss: choose one of them."), field="triage")
    reason = _reason(reason, must=triage == "dismissed")
    still_open = session.exec(
        select(Finding)
        .where(
            Finding.report_version_id == version.id,
            Finding.check == check,
            Finding.triage == "open",
        )
        .order_by(col(Finding.position))
        .with_for_update()
    ).all()
    if {one.id for one in still_open} != set(seen):
        raise Invalid(N_("Some of these findings have changed meanwhile: look at them once more."))
    for finding in still_open:
        _set(session, finding, report, triage, reason, actor=actor, now=now)
    return len(still_open)


def _reason(reason: str, *, must: bool) -> str:
    reason = reason.strip()
    if must and not reason:
        raise Invalid(N_("Say in a few words why this is no fault."), field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid(
            N_("The reason has more than %(limit)s characters."), field="reason", limit=MAX_REASON
        )
    return reason


def _open(session: Session, finding_id: UUID, actor: Identity) -> tuple[Finding, Report]:
    """Return a finding that the actor may triage now. Raises NotFound, NotAllowed, Conflict."""
    finding = session.get(Finding, finding_id)
    if finding is None:
        raise NotFound(N_("There is no such finding; perhaps the precheck has run again."))
    version = session.get_one(ReportVersion, finding.report_version_id)
    report, current = _triaged_now(session, version.report_id, actor)
    if version.id != current.id:
        raise Conflict(N_("There is a newer version of the report: triage its findings."))
    return finding, report


def _triaged_now(
    session: Session, report_id: UUID, actor: Identity
) -> tuple[Report, ReportVersion]:
    """Return a report whose findings the actor may triage now, with the version that counts."""
    if not actor.may(Permission.FINDING_TRIAGE):
        raise NotAllowed(N_("Only an officer triages findings."))
    report = session.get(Report, report_id)
    if report is None:
        raise NotFound(N_("There is no such report."))
    require_phase(session.get_one(Round, report.round_id).phase, Act.TRIAGE)
    if report.state == "withdrawn":
        raise Conflict(N_("The report is withdrawn: bring it back first."))
    if report.state == "split":
        raise Conflict(N_("The report is split: triage the findings of its reports."))
    version = session.exec(
        select(ReportVersion).where(
            ReportVersion.report_id == report.id, ReportVersion.number == report.current_version
        )
    ).first()
    if version is None:
        raise Conflict(N_("There is a newer version of the report: triage its findings."))
    return report, version


def _set(
    session: Session,
    finding: Finding,
    report: Report,
    triage: str,
    reason: str,
    *,
    actor: Identity,
    now: datetime,
) -> Finding:
    before = {"triage": finding.triage, "reason": finding.triage_reason}
    after = {"triage": triage, "reason": reason}
    if before == after:
        return finding
    finding.triage, finding.triage_reason = triage, reason
    finding.triaged_by = None if triage == "open" else actor.id
    finding.triaged_at = None if triage == "open" else now
    session.add(finding)
    session.flush()
    # The quote stays out of the trail: it may be the personal data that was found.
    audit.record_about(
        session,
        _KINDS[triage],
        report,
        actor,
        now,
        before=before,
        after={"finding": finding.check, "page": finding.page, **after},
    )
    return finding
