"""The tasks by name: each is one service call that is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from reviewapp.adapters.intake_words import load_words
from reviewapp.services import intake_reading, intakes
from reviewapp.services.jobs import Lease
from reviewapp.services.uploads import IntakeLimits
from reviewapp.worker import Workshop, finish, task

Tell = Callable[[int, int], None]


@task("intake")
def intake(workshop: Workshop, lease: Lease, tell: Tell) -> None:
    """Read what an intake brought and show it as a preview."""
    intake_id = UUID(lease.arguments["intake_id"])
    with workshop.database.read() as session:
        brought = intakes.brought_of(session, intake_id)
    reading = None
    if brought is not None:
        config = workshop.config
        limits = IntakeLimits(
            max_bytes=config.max_upload_bytes,
            max_pages=config.max_pages,
            max_archive_bytes=config.max_archive_bytes,
            max_members=config.max_archive_members,
        )
        words = load_words(config.rubrics_dir / "intake.yaml")
        reading = intake_reading.read(workshop.storage, brought, words, limits, tell)
    with workshop.database.transaction() as session:
        if reading is not None:
            intakes.show(session, intake_id, reading, now=workshop.clock())
        finish(session, workshop, lease)
