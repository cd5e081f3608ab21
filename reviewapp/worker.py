"""The worker: names the tasks, runs them under a lease, sweeps up what lost its lease.

Knows no Flask, which proves that services need none.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from reviewapp.adapters.queue import HueyQueue, ImmediateQueue, Queue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.session import Database
from reviewapp.services import jobs, outbox, page_texts
from reviewapp.services.jobs import Lease

log = logging.getLogger("reviewapp.worker")


class LeaseLost(Exception):
    """Somebody else runs the job now; what was done here is thrown away."""


@dataclass
class Workshop:
    """What tasks work with."""

    config: Config
    database: Database
    storage: Storage
    queue: Queue
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    slow_lane: SlowLane | None = None  # None: slow tasks run where they are sent


class SlowLane:
    """One thread for the tasks that take minutes, so that no other ever waits behind them."""

    def __init__(self, run: Callable[[str], None]) -> None:
        self._run = run
        self._waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._known: set[str] = set()
        threading.Thread(target=self._work, daemon=True).start()

    def put(self, job_id: str) -> None:
        """Run the job when those before it have ended; one that waits already is left alone."""
        if job_id not in self._known:
            self._known.add(job_id)
            self._waiting.put(job_id)

    def _work(self) -> None:
        while True:
            job_id = self._waiting.get()
            self._known.discard(job_id)
            try:
                self._run(job_id)
            except Exception:  # its row says where the job stands; the sweep sends it again
                log.exception("job %s broke off", job_id)


#: A task gets the workshop, the lease, and a function that tells progress (steps done, in all).
Task = Callable[[Workshop, Lease, Callable[[int, int], None]], None]
TASKS: dict[str, Task] = {}
SLOW: set[str] = set()


def task(name: str, *, is_slow: bool = False) -> Callable[[Task], Task]:
    """Name a task. It must be safe to repeat, and must end with `jobs.finish` in its commit.

    A slow one takes minutes: a worker runs one of them at a time, beside all others.
    """

    def register(function: Task) -> Task:
        if name in TASKS:
            raise ValueError(f"task {name} is there twice")
        TASKS[name] = function
        if is_slow:
            SLOW.add(name)
        return function

    return register


def run_job(workshop: Workshop, job_id: str) -> None:
    """Run one job under its lease; whatever happens, the row says where it stands."""
    lease_seconds = workshop.config.lease_seconds
    with workshop.database.transaction() as session:
        lease = jobs.take(session, UUID(job_id), now=workshop.clock(), lease_seconds=lease_seconds)
    if lease is None:
        return
    with _Heartbeat(workshop, lease) as heartbeat:
        try:
            TASKS[lease.task](workshop, lease, heartbeat.tell)
        except LeaseLost:
            log.warning("job %s: the lease was lost", job_id)
        except Exception as error:
            log.exception("job %s (%s) failed", job_id, lease.task)
            with workshop.database.transaction() as session:
                jobs.fail(
                    session,
                    lease,
                    now=workshop.clock(),
                    error="".join(traceback.format_exception_only(error)).strip(),
                )


def dispatch(workshop: Workshop, job_id: str) -> None:
    """Run one job here, or in the slow lane if it is one for that."""
    if workshop.slow_lane is not None:
        with workshop.database.read() as session:
            name = jobs.task_of(session, UUID(job_id))
        if name in SLOW:
            workshop.slow_lane.put(job_id)
            return
    run_job(workshop, job_id)


def finish(session: Any, workshop: Workshop, lease: Lease) -> None:
    """Mark the job done in the transaction of its result. Raises LeaseLost, which rolls it back."""
    if not jobs.finish(session, lease, now=workshop.clock()):
        raise LeaseLost


def hold(session: Any, workshop: Workshop, lease: Lease) -> None:
    """Keep the lease in the transaction of a result between. Raises LeaseLost, which undoes it."""
    seconds = workshop.config.lease_seconds
    if not jobs.renew(session, lease, now=workshop.clock(), lease_seconds=seconds):
        raise LeaseLost


def sweep(workshop: Workshop) -> int:
    """Send again what waits or lost its worker; return how many."""
    with workshop.database.transaction() as session:
        jobs.give_up_hopeless(session, now=workshop.clock())
        outbox.note_broken_off(session, now=workshop.clock())
    with workshop.database.read() as session:
        due = jobs.due(session, now=workshop.clock())
    for job_id in due:
        workshop.queue.send(str(job_id))
    return len(due)


class _Heartbeat:
    """Renews a lease from a thread while the task runs, and stores its progress."""

    def __init__(self, workshop: Workshop, lease: Lease) -> None:
        self._workshop, self._lease = workshop, lease
        self._steps: tuple[int, int] | None = None
        self._is_lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> _Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def tell(self, done: int, total: int) -> None:
        """Note the progress; the next beat stores it. Raises LeaseLost once the lease is gone."""
        self._steps = (done, total)
        if self._is_lost:
            raise LeaseLost

    def _beat(self) -> None:
        interval = max(0.5, min(2.0, self._workshop.config.lease_seconds / 4))
        while not self._stop.wait(interval):
            with suppress(Exception), self._workshop.database.transaction() as session:
                held = jobs.renew(
                    session,
                    self._lease,
                    now=self._workshop.clock(),
                    lease_seconds=self._workshop.config.lease_seconds,
                    steps=self._steps,
                )
                self._is_lost = self._is_lost or not held


def make_workshop(config: Config, *, immediate: bool = False) -> Workshop:
    """Open the parts that a worker needs; `immediate` runs each job as soon as it is sent."""
    workshop = Workshop(
        config=config,
        database=Database(config.database_url),
        storage=Storage(config.storage_url, config.data_dir / "tmp"),
        queue=ImmediateQueue(lambda job_id: None),
    )
    if immediate:
        workshop.queue = ImmediateQueue(lambda job_id: run_job(workshop, job_id))
    else:
        workshop.queue = HueyQueue(config.queue_url, run=lambda job_id: dispatch(workshop, job_id))
    return workshop


def serve(config: Config, *, threads: int = 2) -> None:
    """Run huey's consumer with thread workers, and the sweep beside it, until stopped.

    Thread workers only: huey's process workers are daemonic and may not start the child in which
    a PDF is opened.
    """
    workshop = make_workshop(config)
    assert isinstance(workshop.queue, HueyQueue)  # noqa: S101  (make_workshop made it so)
    workshop.slow_lane = SlowLane(lambda job_id: run_job(workshop, job_id))
    with workshop.database.transaction() as session:
        page_texts.ask_where_missing(session, workshop.queue, now=workshop.clock())
    consumer = workshop.queue.huey.create_consumer(
        workers=threads,
        worker_type="thread",
        initial_delay=0.1,
        backoff=1.1,
        max_delay=0.2,
        scheduler_interval=60,
        check_worker_health=True,
    )
    threading.Thread(target=_sweep_for_ever, args=(workshop,), daemon=True).start()
    consumer.run()


def _sweep_for_ever(workshop: Workshop) -> None:
    while True:
        with suppress(Exception):
            sweep(workshop)
        time.sleep(workshop.config.sweep_seconds)
