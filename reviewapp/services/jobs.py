"""Background work: rows written with their cause, leases taken and renewed, sweeps."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters.queue import Queue
from reviewapp.db.models import Job
from reviewapp.db.session import after_commit


@dataclass(frozen=True)
class Lease:
    """The right to run one job until the lease ends."""

    job_id: UUID
    token: str
    task: str
    arguments: dict[str, Any]
    attempt: int


def add(
    session: Session,
    queue: Queue,
    task: str,
    key: str,
    *,
    now: datetime,
    again: bool = False,
    **arguments: Any,
) -> Job:
    """Write a job in the transaction that causes it; it is sent after the commit.

    The same `key` twice is one job; `again` runs a finished one once more.
    """
    job = session.exec(select(Job).where(Job.key == key)).one_or_none()
    if job is None:
        job = Job(created_at=now, task=task, key=key, arguments=_text(arguments), run_after=now)
    elif again and job.state in {"done", "failed"}:
        job.state, job.attempts, job.error = "queued", 0, ""
        job.steps_done = job.steps_total = 0
        job.run_after, job.finished_at = now, None
        job.arguments = _text(arguments)
    session.add(job)
    session.flush()
    job_id = str(job.id)
    after_commit(session, lambda: queue.send(job_id))
    return job


def take(session: Session, job_id: UUID, *, now: datetime, lease_seconds: int) -> Lease | None:
    """Take the lease on a job that waits or whose last holder died; None if it is not to be had.

    One conditional UPDATE decides, so that two workers never run one job at the same time.
    """
    token = secrets.token_hex(8)
    result = session.execute(
        sa.update(Job)
        .where(
            col(Job.id) == job_id,
            col(Job.run_after) <= now,
            sa.or_(
                col(Job.state) == "queued",
                sa.and_(col(Job.state) == "running", col(Job.lease_until) < now),
            ),
        )
        .values(
            state="running",
            lease_token=token,
            lease_until=now + timedelta(seconds=lease_seconds),
            attempts=Job.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:  # type: ignore[attr-defined]
        return None
    job = session.exec(select(Job).where(Job.id == job_id)).one()
    return Lease(job.id, token, job.task, job.arguments, job.attempts)


def task_of(session: Session, job_id: UUID) -> str | None:
    """Return the name of a job's task, or None if there is no such job."""
    return session.exec(select(Job.task).where(Job.id == job_id)).one_or_none()


def renew(
    session: Session,
    lease: Lease,
    *,
    now: datetime,
    lease_seconds: int,
    steps: tuple[int, int] | None = None,
) -> bool:
    """Prolong the lease and tell the progress; False if the lease was lost."""
    values: dict[str, Any] = {"lease_until": now + timedelta(seconds=lease_seconds)}
    if steps is not None:
        values["steps_done"], values["steps_total"] = steps
    return _update_held(session, lease, values)


def finish(session: Session, lease: Lease, *, now: datetime) -> bool:
    """Mark the job done in the transaction that stores its result; False if the lease was lost.

    The caller rolls back on False: somebody else is running the job now.
    """
    values = {"state": "done", "lease_until": None, "finished_at": now, "error": ""}
    return _update_held(session, lease, values)


def fail(session: Session, lease: Lease, *, now: datetime, error: str) -> str:
    """Put the job back for a later attempt, or give it up after the last; return its state."""
    job = session.exec(select(Job).where(Job.id == lease.job_id)).one()
    gives_up = job.attempts >= job.max_attempts
    values: dict[str, Any] = {
        "state": "failed" if gives_up else "queued",
        "lease_until": None,
        "error": error[:2000],
        "run_after": now + timedelta(seconds=2**job.attempts),
        "finished_at": now if gives_up else None,
    }
    _update_held(session, lease, values)
    return str(values["state"])


def due(session: Session, *, now: datetime, limit: int = 500) -> list[UUID]:
    """Return the jobs that should be running and are not: never taken, or their lease ran out."""
    found = session.exec(
        select(Job.id)
        .where(
            sa.or_(
                sa.and_(col(Job.state) == "queued", col(Job.run_after) <= now),
                sa.and_(col(Job.state) == "running", col(Job.lease_until) < now),
            )
        )
        .order_by(col(Job.run_after), col(Job.id))
        .limit(limit)
    )
    return list(found)


def give_up_hopeless(session: Session, *, now: datetime) -> list[Job]:
    """Fail the jobs whose worker died on the last allowed attempt, so that none hangs for ever."""
    hopeless = session.exec(
        select(Job).where(
            col(Job.state) == "running",
            col(Job.lease_until) < now,
            col(Job.attempts) >= col(Job.max_attempts),
        )
    ).all()
    for job in hopeless:
        job.state, job.lease_until, job.finished_at = "failed", None, now
        job.error = job.error or "the worker died on every attempt"
        session.add(job)
    session.flush()
    return list(hopeless)


Handler = Callable[..., None]


def _update_held(session: Session, lease: Lease, values: dict[str, Any]) -> bool:
    result = session.execute(
        sa.update(Job)
        .where(
            col(Job.id) == lease.job_id,
            col(Job.state) == "running",
            col(Job.lease_token) == lease.token,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]


def _text(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        key: str(value) if isinstance(value, UUID) else value for key, value in arguments.items()
    }
