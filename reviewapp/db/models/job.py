"""Background work: the row is the truth, the queue only carries its id."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of


class Job(Table, table=True):
    """A piece of background work with its lease.

    Whoever runs it holds a lease and renews it; a lease that ran out means that the worker died,
    and the sweep sends the job again. `key` makes asking twice the same as asking once.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", "queued", "running", "done", "failed"),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name="running_has_lease"
        ),
        sa.Index("ix_job_state_lease_until", "state", "lease_until"),
    )

    task: str
    key: str = Field(unique=True)
    arguments: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    state: str = "queued"
    attempts: int = 0
    max_attempts: int = 5
    lease_token: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    run_after: datetime = Field(sa_type=UtcDateTime)
    steps_done: int = 0
    steps_total: int = 0
    error: str = ""
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
