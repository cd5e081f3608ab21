"""The carrier of background work: huey takes a job's id to a worker, and nothing else.

The job's row in the database is the truth; a message that is lost here is sent again by the sweep.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from huey import SqliteHuey

from reviewapp.config import SettingError


class Queue(Protocol):
    """Something that brings a job's id to a worker."""

    def send(self, job_id: str) -> None:
        """Ask a worker to run the job; called after the commit that wrote the row."""


class NullQueue:
    """Sends nothing: rows wait for a sweep. For commands that only write."""

    def send(self, job_id: str) -> None:
        """Leave the job to the next sweep."""


class ImmediateQueue:
    """Runs each job at once in this process, for tests and the demo."""

    def __init__(self, run: Callable[[str], None]) -> None:
        self._run = run

    def send(self, job_id: str) -> None:
        """Run the job now."""
        self._run(job_id)


class HueyQueue:
    """Sends through huey: an SQLite file, Redis or PostgreSQL by one address."""

    def __init__(
        self,
        url: str,
        run: Callable[[str], None] | None = None,
        sweep: Callable[[], None] | None = None,
    ) -> None:
        self.huey = _open(url)

        def run_job(job_id: str) -> None:
            if run is None:
                raise RuntimeError("this process only sends jobs")
            run(job_id)

        self._task = self.huey.task(name="run_job")(run_job)
        self.sweep = sweep

    def send(self, job_id: str) -> None:
        """Put the job's id into the queue."""
        self._task(job_id)


def _open(url: str) -> Any:
    if url.startswith("sqlite:///"):
        return SqliteHuey("reviewapp", filename=url.removeprefix("sqlite:///"), fsync=True)
    if url.startswith(("redis://", "rediss://")):
        from huey import RedisHuey

        try:
            return RedisHuey("reviewapp", url=url)
        except Exception as error:  # the redis package is the site's own choice
            raise SettingError(f"QUEUE_URL: {str(error).rstrip(chr(46))}.") from error
    if url.startswith(("postgres://", "postgresql://")):
        from huey.contrib.sql_huey import SqlHuey

        return SqlHuey(name="reviewapp", database=url)
    raise SettingError(f"QUEUE_URL: {url.split(':', 1)[0]} is not known.")
