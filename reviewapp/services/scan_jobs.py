"""Scanned pages of stored files: read in the background, kept page by page, stopped, gone on with.

A page is read once for each file and engine: whatever ends the work, the next run goes on after
the pages that are kept.
"""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters import ocr
from reviewapp.adapters.queue import Queue
from reviewapp.db.models import Job, PageReading, Report, ReportVersion
from reviewapp.domain.errors import N_, Conflict, NotAllowed, NotFound
from reviewapp.domain.policy import Identity, Permission
from reviewapp.services import audit, jobs, prechecks

TASK = "ocr"
STOPPED = "stopped"  # the error of a job that a person ended
_UNDER_WAY = ("queued", "running")


def job_key(version_id: UUID) -> str:
    """Return the key of the job that reads a version's scanned pages."""
    return f"{TASK}:{version_id}"


def kept(session: Session, sha256: str) -> dict[int, ocr.Reading | None]:
    """Return what this engine read of a file, by page; None for a page that it could not read."""
    rows = session.exec(
        select(PageReading).where(
            PageReading.sha256 == sha256, PageReading.engine == ocr.engine_version()
        )
    )
    return {row.page: _unpacked(row.reading) for row in rows}


def _unpacked(packed: bytes | None) -> ocr.Reading | None:
    if packed is None:
        return None
    reading: dict[str, object] = json.loads(zlib.decompress(packed))
    return reading


def keep(
    session: Session, sha256: str, page: int, reading: ocr.Reading | None, *, now: datetime
) -> None:
    """Keep one page; a page that is there already stays (two versions may have one file)."""
    engine = ocr.engine_version()
    there = session.exec(
        select(PageReading.id).where(
            PageReading.sha256 == sha256, PageReading.engine == engine, PageReading.page == page
        )
    ).first()
    if there is not None:
        return
    packed = None
    if reading is not None:
        packed = zlib.compress(json.dumps(reading, ensure_ascii=False).encode())
    milliseconds = int(float(reading["seconds"]) * 1000) if reading else 0
    session.add(
        PageReading(
            created_at=now,
            sha256=sha256,
            engine=engine,
            page=page,
            milliseconds=milliseconds,
            reading=packed,
        )
    )
    session.flush()


def begin(session: Session, queue: Queue, version_id: UUID, *, now: datetime) -> bool:
    """Ask for the scanned pages of a version; False where a person has stopped their reading."""
    job = _job(session, version_id)
    if job is not None and job.state == "failed" and job.error == STOPPED:
        return False
    jobs.add(session, queue, TASK, job_key(version_id), now=now, again=True, version_id=version_id)
    return True


def stop(
    session: Session, queue: Queue, version_id: UUID, *, actor: Identity, now: datetime
) -> None:
    """End the reading; the precheck then says what the pages read so far carry."""
    version = _may(session, version_id, actor)
    job = _job(session, version_id)
    if job is None or job.state not in _UNDER_WAY:
        raise Conflict(N_("The scanned pages are not being read."))
    # Whoever holds the lease finds it gone within seconds and stops.
    job.state, job.error = "failed", STOPPED
    job.lease_until, job.finished_at = None, now
    session.add(job)
    _record(session, "precheck.reading-stopped", version, actor, now)
    _check_again(session, queue, version_id, now)


def resume(
    session: Session, queue: Queue, version_id: UUID, *, actor: Identity, now: datetime
) -> None:
    """Go on with a reading that was stopped or broke off; pages without a result are tried anew."""
    version = _may(session, version_id, actor)
    job = _job(session, version_id)
    if job is None or job.state != "failed":
        raise Conflict(N_("The reading of the scanned pages was not stopped."))
    session.execute(
        sa.delete(PageReading).where(
            col(PageReading.sha256) == version.sha256, col(PageReading.reading).is_(None)
        )
    )
    job.error = ""
    session.add(job)
    _record(session, "precheck.reading-resumed", version, actor, now)
    begin(session, queue, version_id, now=now)


def _may(session: Session, version_id: UUID, actor: Identity) -> ReportVersion:
    version = session.get(ReportVersion, version_id)
    if version is None:
        raise NotFound(N_("There is no such version of a report."))
    if not actor.may(Permission.FINDING_TRIAGE):
        raise NotAllowed(N_("Only an officer stops or resumes the reading of scanned pages."))
    return version


def _job(session: Session, version_id: UUID) -> Job | None:
    return session.exec(select(Job).where(Job.key == job_key(version_id))).one_or_none()


def _check_again(session: Session, queue: Queue, version_id: UUID, now: datetime) -> None:
    jobs.add(
        session,
        queue,
        "precheck",
        prechecks.job_key(version_id),
        now=now,
        again=True,
        version_id=version_id,
    )


def _record(
    session: Session, kind: str, version: ReportVersion, actor: Identity, now: datetime
) -> None:
    report = session.get_one(Report, version.report_id)
    audit.record_about(
        session,
        kind,
        report,
        actor,
        now,
        after={"version": version.number},
    )
