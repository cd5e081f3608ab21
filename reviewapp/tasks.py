"""The tasks by name: each is one service call that is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from reviewapp.adapters import rule_files
from reviewapp.adapters.intake_words import load_words
from reviewapp.adapters.pdf import ReadLimits
from reviewapp.domain.precheck.passages import Comparison, Placed
from reviewapp.services import intake_reading, intakes, prechecks, shared_text
from reviewapp.services.jobs import Lease
from reviewapp.services.precheck_file import check_file
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


@task("precheck")
def precheck(workshop: Workshop, lease: Lease, tell: Tell) -> None:
    """Check one version of a report and store what was found.

    A file that cannot be read is an answer too, and ends the job.
    """
    version_id = UUID(lease.arguments["version_id"])
    with workshop.database.transaction() as session:
        order = prechecks.begin(session, version_id, now=workshop.clock())
    if order is None:
        with workshop.database.transaction() as session:
            finish(session, workshop, lease)
        return
    rules = rule_files.load(workshop.config.rubrics_dir / "precheck")
    own: tuple[Placed, ...] = ()

    def archive(sentences: tuple[Placed, ...]) -> Comparison:
        nonlocal own
        own = sentences
        with workshop.database.read() as session:
            return shared_text.compare(session, version_id, own, rules.shared)

    try:
        with workshop.storage.local_path(order.sha256) as path:
            answer = check_file(
                path,
                order.kind,
                name=order.name,
                rules=rules,
                progress=tell,
                limits=ReadLimits(
                    max_bytes=workshop.config.max_upload_bytes,
                    max_pages=workshop.config.max_pages,
                ),
                archive=archive,
            )
    except Exception:
        with workshop.database.transaction() as session:
            prechecks.break_off(session, version_id, now=workshop.clock())
        raise
    with workshop.database.transaction() as session:
        now, rules_hash = workshop.clock(), rules.content_hash
        prechecks.store(session, version_id, answer, rules_hash=rules_hash, now=now)
        if not answer["error"]:
            shared_text.keep(session, version_id, own, rules.shared, now=now)
        finish(session, workshop, lease)
