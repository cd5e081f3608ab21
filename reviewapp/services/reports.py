"""Reports: receive, take in, confirm what is known of them, withdraw, new versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from reviewapp.adapters.queue import Queue
from reviewapp.db.models import Report, ReportVersion, Round
from reviewapp.db.models.round import KINDS
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.intake import kind_from_title, title_from_name
from reviewapp.domain.lifecycle import Act, ReportState, advance, require_phase
from reviewapp.domain.policy import SYSTEM, Identity, Permission, Role
from reviewapp.services import audit, jobs, originals, uploads
from reviewapp.services.report_metadata import FIELDS, Metadata, check, proposal, stored
from reviewapp.services.uploads import PDF_TYPE, PdfFile

_OUTRANKS_PRECHECK = frozenset({"person", "list"})


def receive(
    session: Session,
    queue: Queue,
    round_id: UUID,
    file: PdfFile,
    *,
    actor: Identity,
    now: datetime,
    known: Mapping[str, Any] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Report:
    """Make a report of a kept file, in state uploaded, and ask for its precheck.

    `known` are values of Metadata that came along, `sources` whence each (list or person; list
    where it says nothing); the rest is guessed from the name until the precheck proposes better.
    An expert uploads while the round is in preparation, an officer until settlement.
    Raises Duplicate for bytes that the round has.
    """
    round_ = open_round(session, round_id, Act.REPORT_UPLOAD, actor)
    if actor.id is None or not actor.may(Permission.REPORT_UPLOAD):
        raise NotAllowed(N_("Your role does not upload reports."))
    if file.parts:
        audit.take_turn(session)  # two uploads at once might bring the same part
    originals.refuse_twin(session, round_.id, file, actor, version_of=None)
    given = {key: value for key, value in (known or {}).items() if key in FIELDS and value}
    title = str(given.get("title") or title_from_name(file.name))
    values = {**given, "title": title}
    values.setdefault("kind", kind_from_title(title) or KINDS[0])
    report = Report(
        created_at=now,
        round_id=round_.id,
        uploaded_by=actor.id,
        sources={name: (sources or {}).get(name, "list") for name in given},
        **values,
    )
    session.add(report)
    session.flush()
    version = _add_version(session, report, file, 1, actor=actor, now=now)
    audit.record_about(session, "report.uploaded", report, actor, now, after=_told(file))
    _ask_precheck(session, queue, version, actor=actor, now=now)
    return report


def take_in(session: Session, report_id: UUID, *, actor: Identity, now: datetime) -> Report:
    """Make an uploaded report part of the round; it needs kind, title and agency."""
    report = managed(session, report_id, Act.REPORT_TAKE_IN, actor)
    after = advance(ReportState(report.state), "take-in")
    if not report.title:
        raise Invalid(N_("The report has no title yet."), field="title")
    if report.agency_id is None:
        raise Invalid(
            N_("%(title)s has no agency yet: choose it first."),
            field="agency_id",
            title=f"《{report.title}》",
        )
    return _move(session, report, after, "report.taken-in", actor, now)


def withdraw(
    session: Session, report_id: UUID, reason: str, *, actor: Identity, now: datetime
) -> Report:
    """Take a report out of the round, with a reason; its file and reviews are kept.

    Officers may do it until settlement, an expert with an own upload that is not taken in.
    """
    report = reachable(session, report_id, Act.REPORT_WITHDRAW, actor)
    if not reason.strip():
        raise Invalid(N_("Say why the report is withdrawn."), field="reason")
    after = advance(ReportState(report.state), "withdraw")
    report.note = reason.strip()
    return _move(session, report, after, "report.withdrawn", actor, now, reason=reason.strip())


def restore(session: Session, report_id: UUID, *, actor: Identity, now: datetime) -> Report:
    """Bring a withdrawn report back; it waits to be taken in again."""
    report = managed(session, report_id, Act.REPORT_TAKE_IN, actor)
    after = advance(ReportState(report.state), "restore")
    if originals.is_taken_back(session, report.id):
        raise Conflict(N_("Its split was taken back: split the file again instead."))
    report.note = ""
    return _move(session, report, after, "report.restored", actor, now)


def add_version(
    session: Session,
    queue: Queue,
    report_id: UUID,
    file: PdfFile,
    *,
    actor: Identity,
    now: datetime,
) -> ReportVersion:
    """Put a new file to a report. The old one is kept; the new one gets its own precheck."""
    report = reachable(session, report_id, Act.REPORT_UPLOAD, actor)
    if report.state == ReportState.WITHDRAWN:
        raise Conflict(N_("The report is withdrawn: bring it back first."))
    if report.state == ReportState.SPLIT:
        raise Conflict(N_("The report is split: bring a new version of one of its reports."))
    audit.take_turn(session)  # two versions at once might bring the same part
    originals.refuse_twin(session, report.round_id, file, actor, version_of=report.id)
    report.current_version += 1
    # What the new file says may differ, so a person looks at it once more.
    report.is_confirmed = False
    session.add(report)
    version = _add_version(session, report, file, report.current_version, actor=actor, now=now)
    audit.record_about(
        session,
        "report.version-added",
        report,
        actor,
        now,
        before={"version": version.number - 1},
        after={"version": version.number, "sha256": file.sha256, **_told(file)},
    )
    _ask_precheck(session, queue, version, actor=actor, now=now)
    return version


def confirm_metadata(
    session: Session,
    queue: Queue,
    report_id: UUID,
    metadata: Metadata,
    *,
    actor: Identity,
    now: datetime,
) -> Report:
    """Store what a person says of a report; no later proposal overwrites it.

    Another kind means another outline, so the precheck runs once more.
    """
    report = managed(session, report_id, Act.REPORT_CONFIRM, actor)
    check(session, metadata)
    if report.state == ReportState.TAKEN_IN and metadata.agency_id is None:
        raise Invalid(N_("A report that is taken in needs its agency."), field="agency_id")
    old = {name: getattr(report, name) for name in FIELDS}
    new = {name: stored(getattr(metadata, name)) for name in FIELDS}
    changed = [name for name in FIELDS if old[name] != new[name]]
    for name in FIELDS:
        setattr(report, name, new[name])
    report.sources = dict.fromkeys(FIELDS, "person")
    report.is_confirmed = True
    session.add(report)
    audit.record_about(
        session,
        "report.metadata-confirmed",
        report,
        actor,
        now,
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
    )
    if "kind" in changed:
        version = current_version(session, report)
        _ask_precheck(session, queue, version, actor=actor, now=now, again=True)
    return report


def propose_metadata(
    session: Session, report: Report, facts: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Fill in from the precheck's facts what no person and no list has said; return the changes.

    The agency is taken where the register holds one of that name.
    """
    if report.is_confirmed:
        return {}
    proposed = proposal(session, facts)
    sources = dict(report.sources)
    changed = {}
    for name, value in proposed.items():
        if sources.get(name) in _OUTRANKS_PRECHECK or value in (None, ""):
            continue
        if getattr(report, name) != value:
            changed[name] = value
            setattr(report, name, value)
        sources[name] = "precheck"
    report.sources = sources
    session.add(report)
    if changed:
        audit.record_about(session, "report.metadata-proposed", report, SYSTEM, now, after=changed)
    session.flush()
    return changed


def current_version(session: Session, report: Report) -> ReportVersion:
    """Return the version of a report that counts."""
    return session.exec(
        select(ReportVersion).where(
            ReportVersion.report_id == report.id, ReportVersion.number == report.current_version
        )
    ).one()


def open_round(session: Session, round_id: UUID, act: Act, actor: Identity) -> Round:
    """Return the round if its phase allows the act. Raises NotFound, Conflict."""
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound(N_("There is no such round."))
    require_phase(round_.phase, act)
    if actor.role is Role.EXPERT and round_.phase != "preparation":
        raise Conflict(N_("Experts upload during preparation; hand a late report to the bureau."))
    return round_


def managed(session: Session, report_id: UUID, act: Act, actor: Identity) -> Report:
    """Return a report for an officer, if the round's phase allows the act."""
    report = session.get(Report, report_id)
    if report is None:
        raise NotFound(N_("There is no such report."))
    if not actor.may(Permission.REPORT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    open_round(session, report.round_id, act, actor)
    return report


def reachable(session: Session, report_id: UUID, act: Act, actor: Identity) -> Report:
    """Return a report that the actor manages, or an own upload that waits to be taken in."""
    report = session.get(Report, report_id)
    own = (
        report is not None
        and report.uploaded_by == actor.id
        and report.state == ReportState.UPLOADED
        and actor.may(Permission.REPORT_UPLOAD)
    )
    if report is None or not (own or actor.may(Permission.REPORT_MANAGE)):
        raise NotFound(N_("There is no such report."))
    open_round(session, report.round_id, act, actor)
    return report


def _add_version(
    session: Session,
    report: Report,
    file: PdfFile,
    number: int,
    *,
    actor: Identity,
    now: datetime,
) -> ReportVersion:
    if actor.id is None:
        raise NotAllowed(N_("Only a person uploads a report."))
    uploads.enter(session, file.sha256, file.size_bytes, PDF_TYPE, now=now)
    version = ReportVersion(
        created_at=now,
        report_id=report.id,
        round_id=report.round_id,
        number=number,
        sha256=file.sha256,
        file_name=file.name,
        pages=file.pages,
        uploaded_by=actor.id,
    )
    try:
        with session.begin_nested():
            session.add(version)
    except IntegrityError:
        # Somebody uploaded the same bytes while this upload was on its way.
        originals.refuse_twin(session, report.round_id, file, actor, version_of=report.id)
        raise
    originals.enter_parts(session, version, file.parts, now=now)
    return version


def _told(file: PdfFile) -> dict[str, Any]:
    """Return what an event tells of a file: its name, and the names of its parts in order."""
    parts = [part.name for part in file.parts]
    return {"file": file.name, **({"parts": parts} if parts else {})}


def _ask_precheck(
    session: Session,
    queue: Queue,
    version: ReportVersion,
    *,
    actor: Identity,
    now: datetime,
    again: bool = False,
) -> None:
    jobs.add(
        session,
        queue,
        "precheck",
        f"precheck:{version.id}",
        now=now,
        again=again,
        version_id=version.id,
    )


def _move(
    session: Session,
    report: Report,
    after: ReportState,
    kind: str,
    actor: Identity,
    now: datetime,
    **more: Any,
) -> Report:
    before = report.state
    report.state = after.value
    session.add(report)
    session.flush()
    audit.record_about(
        session, kind, report, actor, now, before={"state": before}, after={"state": after, **more}
    )
    return report
