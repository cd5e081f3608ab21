"""Triage: an officer's word on what the precheck found. What is not confirmed stays a doubt."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

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
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Say in a few words why this is no fault."), field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid(
            N_("The reason has more than %(limit)s characters."), field="reason", limit=MAX_REASON
        )
    return _set(session, finding, report, "dismissed", reason, actor=actor, now=now)


def leave(session: Session, finding_id: UUID, *, actor: Identity, now: datetime) -> Finding:
    """Take an earlier word back: the finding is an open doubt again."""
    finding, report = _open(session, finding_id, actor)
    return _set(session, finding, report, "open", "", actor=actor, now=now)


def _open(session: Session, finding_id: UUID, actor: Identity) -> tuple[Finding, Report]:
    """Return a finding that the actor may triage now. Raises NotFound, NotAllowed, Conflict."""
    finding = session.get(Finding, finding_id)
    if finding is None:
        raise NotFound(N_("There is no such finding; perhaps the precheck has run again."))
    if not actor.may(Permission.FINDING_TRIAGE):
        raise NotAllowed(N_("Only an officer triages findings."))
    version = session.get_one(ReportVersion, finding.report_version_id)
    report = session.get_one(Report, version.report_id)
    require_phase(session.get_one(Round, report.round_id).phase, Act.TRIAGE)
    if version.number != report.current_version:
        raise Conflict(N_("There is a newer version of the report: triage its findings."))
    if report.state == "withdrawn":
        raise Conflict(N_("The report is withdrawn: bring it back first."))
    if report.state == "split":
        raise Conflict(N_("The report is split: triage the findings of its reports."))
    return finding, report


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
