"""Prechecks of report versions: begun, stored with their findings, asked for once more."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp import __version__
from reviewapp.adapters.queue import Queue
from reviewapp.db.models import Finding, Job, Precheck, Report, ReportVersion, Round, Verdict
from reviewapp.domain.errors import N_, Conflict, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, require_phase
from reviewapp.domain.policy import SYSTEM, Identity, Permission
from reviewapp.services import audit, jobs, reports


@dataclass(frozen=True)
class Order:
    """What is to be checked: the stored file, as which kind, under which name."""

    sha256: str
    kind: str
    name: str


def job_key(version_id: UUID) -> str:
    """Return the key of the job that checks a version: asking twice is asking once."""
    return f"precheck:{version_id}"


def begin(session: Session, version_id: UUID, *, now: datetime) -> Order | None:
    """Mark the precheck of a version as running; None if the version is not there.

    Safe to repeat: a worker that died half-way left the same mark.
    """
    version = session.get(ReportVersion, version_id)
    if version is None:
        return None
    precheck = _precheck(session, version_id, now)
    precheck.state = "running"
    precheck.runs += 1
    session.add(precheck)
    session.flush()
    return order_of(session, version_id)


def order_of(session: Session, version_id: UUID) -> Order | None:
    """Return what is to be checked of a version, or None if it is not there."""
    version = session.get(ReportVersion, version_id)
    if version is None:
        return None
    report = session.get_one(Report, version.report_id)
    return Order(sha256=version.sha256, kind=report.kind, name=version.file_name)


def break_off(session: Session, version_id: UUID, *, now: datetime) -> None:
    """Mark a run that ended without an answer; the job's next attempt begins it anew."""
    precheck = _precheck(session, version_id, now)
    precheck.state = "failed"
    session.add(precheck)
    session.flush()


def store(
    session: Session,
    version_id: UUID,
    answer: Mapping[str, Any],
    *,
    rules_hash: str,
    now: datetime,
    is_preliminary: bool = False,
) -> Precheck:
    """Store the answer (the JSON of the precheck) with its findings, and propose metadata.

    A finding that was there before keeps its triage, also where the same doubt on the same page is
    now worded by more of the text; what an officer confirmed stays although a run by the same rules
    does not repeat it, as when scanned pages were read meanwhile. A file that could not be read leaves what an
    earlier run found as it is, with the error's code beside it. A preliminary answer, while
    scanned pages are still being read, never takes the place of a whole one.
    """
    if is_preliminary:
        return _store_preliminary(session, version_id, answer, rules_hash, now)
    version = session.get_one(ReportVersion, version_id)
    report = session.get_one(Report, version.report_id)
    precheck = _precheck(session, version_id, now)
    error = answer.get("error")
    if not error:
        _replace_findings(session, precheck, answer, rules_hash, now)
        precheck.layout = str(answer.get("layout") or "")
    precheck.error_code = str(error["code"]) if error else None
    precheck.state = "failed" if error else "done"
    precheck.outcome = "unverifiable" if error else str(answer["outcome"])
    if not error or not precheck.rules_hash:  # what stands was found by these rules
        precheck.program_version, precheck.rules_hash = __version__, rules_hash
    precheck.finished_at = now
    if not error or not (precheck.answer or {}).get("checks"):
        # What silent checks found stands in rows of its own, never in what a page may show.
        precheck.answer = {name: value for name, value in answer.items() if name != "silent"}
    session.add(precheck)
    if not error and version.number == report.current_version:
        reports.propose_metadata(session, report, answer.get("facts") or {}, now=now)
    audit.record_about(
        session,
        "precheck.finished",
        report,
        SYSTEM,
        now,
        after={
            "version": version.number,
            "outcome": precheck.outcome,
            "findings": len(answer.get("findings") or ()),
            "rules": rules_hash[:12],
            **({"error": precheck.error_code} if error else {}),
        },
    )
    session.flush()
    return precheck


def _store_preliminary(
    session: Session, version_id: UUID, answer: Mapping[str, Any], rules_hash: str, now: datetime
) -> Precheck:
    precheck = _precheck(session, version_id, now)
    precheck.state = "running"
    session.add(precheck)
    before = precheck.answer or {}
    if answer.get("error") or (before.get("checks") and not before.get("preliminary")):
        session.flush()
        return precheck
    _replace_findings(session, precheck, answer, rules_hash, now)
    precheck.outcome = str(answer["outcome"])
    precheck.error_code = None
    precheck.program_version, precheck.rules_hash = __version__, rules_hash
    shown = {name: value for name, value in answer.items() if name != "silent"}
    precheck.answer = {**shown, "preliminary": True}
    version = session.get_one(ReportVersion, version_id)
    report = session.get_one(Report, version.report_id)
    if version.number == report.current_version:
        reports.propose_metadata(session, report, answer.get("facts") or {}, now=now)
    session.flush()
    return precheck


def request_precheck(
    session: Session, queue: Queue, version_id: UUID, *, actor: Identity, now: datetime
) -> Job:
    """Ask for a version to be checked once more; triage survives it.

    Only officers, until feedback begins. One that waits or runs already is left alone.
    """
    version = session.get(ReportVersion, version_id)
    if version is None:
        raise NotFound(N_("There is no such version of a report."))
    if not actor.may(Permission.FINDING_TRIAGE):
        raise NotAllowed(N_("Only an officer runs the precheck again."))
    report = session.get_one(Report, version.report_id)
    require_phase(session.get_one(Round, report.round_id).phase, Act.PRECHECK_RUN)
    job = session.exec(select(Job).where(Job.key == job_key(version_id))).one_or_none()
    if job is not None and job.state not in {"done", "failed"}:
        raise Conflict(N_("The precheck of this version is on its way already."))
    precheck = _precheck(session, version_id, now)
    precheck.state = "waiting"
    session.add(precheck)
    audit.record_about(
        session,
        "precheck.requested",
        report,
        actor,
        now,
        after={"version": version.number},
    )
    return jobs.add(
        session,
        queue,
        "precheck",
        job_key(version_id),
        now=now,
        again=True,
        version_id=version_id,
    )


def finding_key(finding: Mapping[str, Any]) -> str:
    """Return what stays the same when the same file is checked again (hex SHA-256)."""
    names = ("check", "section", "page", "quote", "expected", "found")
    parts = [str(finding.get(name)) for name in names]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _precheck(session: Session, version_id: UUID, now: datetime) -> Precheck:
    precheck = session.exec(
        select(Precheck).where(Precheck.report_version_id == version_id)
    ).one_or_none()
    if precheck is None:
        precheck = Precheck(created_at=now, report_version_id=version_id)
        session.add(precheck)
        session.flush()
    return precheck


def _replace_findings(
    session: Session,
    precheck: Precheck,
    answer: Mapping[str, Any],
    rules_hash: str,
    now: datetime,
) -> None:
    found = [*(answer.get("findings") or ()), *(answer.get("silent") or ())]
    same = (precheck.rules_hash, precheck.program_version) == (rules_hash, __version__)
    if same:
        _carry_triage(session, precheck.report_version_id, found)
    _keep_verdicts(session, precheck, found, rules_hash, now)
    _store_findings(session, precheck.report_version_id, found, now, keep_confirmed=same)


def _carry_triage(session: Session, version_id: UUID, found: Sequence[Mapping[str, Any]]) -> None:
    """Let a triaged finding be the one that now says the same of its place in other words.

    More pages read by OCR change a quote or a figure, and with them a finding's key. Carried is
    only what the check says once of a page and section, before and now, and with a part the same.
    """
    rows = session.exec(select(Finding).where(col(Finding.report_version_id) == version_id)).all()
    new: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for one in found:
        place = (one["check"], one["version"], one.get("page"), one.get("section"))
        new.setdefault(place, []).append(one)
    old = Counter((row.check, row.version, row.page, row.section) for row in rows)
    standing = {row.key for row in rows}
    for row in rows:
        place = (row.check, row.version, row.page, row.section)
        if row.triage == "open" or old[place] != 1 or len(new.get(place, ())) != 1:
            continue
        one = new[place][0]
        key = str(one.get("key") or finding_key(one))
        if key not in standing and _says_the_same(row, one):
            row.key = key
            session.add(row)
    session.flush()


def _says_the_same(row: Finding, one: Mapping[str, Any]) -> bool:
    pairs = ((row.quote, "quote"), (row.expected, "expected"), (row.found, "found"))
    return any(text and text == str(one.get(name) or "") for text, name in pairs)


def _keep_verdicts(
    session: Session,
    precheck: Precheck,
    found: Sequence[Mapping[str, Any]],
    rules_hash: str,
    now: datetime,
) -> None:
    """Write down what officers said of findings that will be gone, or be found by newer rules."""
    version_id, old = precheck.report_version_id, precheck.rules_hash
    standing = {(str(one.get("key") or finding_key(one)), int(one["version"])) for one in found}
    known = {
        (row.key, row.version, row.rules_hash): row
        for row in session.exec(select(Verdict).where(Verdict.report_version_id == version_id))
    }
    judged = select(Finding).where(
        col(Finding.report_version_id) == version_id, col(Finding.triage) != "open"
    )
    for row in session.exec(judged).all():
        stays = (row.key, row.version) in standing or row.triage == "confirmed"
        if old == rules_hash and stays and precheck.program_version == __version__:
            continue
        verdict = known.get((row.key, row.version, old)) or Verdict(
            created_at=now,
            report_version_id=version_id,
            key=row.key,
            check=row.check,
            version=row.version,
            rules_hash=old,
            triage=row.triage,
        )
        verdict.triage, verdict.layout = row.triage, precheck.layout
        session.add(verdict)


def _store_findings(
    session: Session,
    version_id: UUID,
    found: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    keep_confirmed: bool,
) -> None:
    kept = {
        row.key: row
        for row in session.exec(select(Finding).where(col(Finding.report_version_id) == version_id))
    }
    seen: Counter[str] = Counter()
    for position, one in enumerate(found):
        base = str(one.get("key") or finding_key(one))
        key = f"{base}-{seen[base]}" if seen[base] else base
        seen[base] += 1
        row = kept.pop(key, None)
        if row is None:
            row = Finding(
                created_at=now,
                report_version_id=version_id,
                key=key,
                position=position,
                check="",
                version=1,
                outcome="suspect",
                severity="notice",
            )
        _fill(row, position, one)
        session.add(row)
    for row in kept.values():  # no longer found; the trail still tells what was said of it
        if keep_confirmed and row.triage == "confirmed":
            row.position += len(found)
            session.add(row)
        else:
            session.delete(row)
    session.flush()


def _fill(row: Finding, position: int, one: Mapping[str, Any]) -> None:
    row.position = position
    row.check, row.version = str(one["check"]), int(one["version"])
    row.outcome, row.severity = str(one["outcome"]), str(one["severity"])
    row.section, row.page = one.get("section"), one.get("page")
    row.box = list(one["box"]) if one.get("box") else None
    row.quote = str(one.get("quote") or "")
    row.expected, row.found = str(one.get("expected") or ""), str(one.get("found") or "")
    row.values = {
        "variant": str(one.get("variant") or ""),
        "values": {name: str(value) for name, value in (one.get("values") or {}).items()},
        "message": str(one.get("message") or ""),
    }
