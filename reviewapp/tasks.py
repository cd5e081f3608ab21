"""The tasks by name: each is one service call that is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from reviewapp.adapters import pdf, rule_files
from reviewapp.adapters.intake_words import load_words
from reviewapp.adapters.pdf import ReadLimits
from reviewapp.domain import page_text
from reviewapp.domain.document import Document
from reviewapp.domain.page_text import PageText
from reviewapp.domain.precheck.passages import Comparison, Placed
from reviewapp.services import intake_reading, intakes, page_texts, prechecks, shared_text
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
        files, one_report = brought
        config = workshop.config
        limits = IntakeLimits(
            max_bytes=config.max_upload_bytes,
            max_pages=config.max_pages,
            max_archive_bytes=config.max_archive_bytes,
            max_members=config.max_archive_members,
        )
        words = load_words(config.rubrics_dir / "intake.yaml")
        reading = intake_reading.read(
            workshop.storage, files, words, limits, tell, one_report=one_report
        )
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
    pages: tuple[PageText, ...] = ()

    def keep(document: Document) -> None:
        nonlocal pages
        pages = page_text.of_document(document)

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
                keep=keep,
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
            page_texts.keep(session, version_id, pages, now=now)
        finish(session, workshop, lease)


@task(page_texts.TASK)
def keep_page_text(workshop: Workshop, lease: Lease, tell: Tell) -> None:
    """Read the text of a version that was prechecked before its text was kept.

    A file that can no longer be read has none; its pages are shown without it.
    """
    version_id = UUID(lease.arguments["version_id"])
    with workshop.database.read() as session:
        sha256 = page_texts.file_of(session, version_id)
    pages: tuple[PageText, ...] = ()
    if sha256 is not None:
        limits = ReadLimits(
            max_bytes=workshop.config.max_upload_bytes, max_pages=workshop.config.max_pages
        )
        with suppress(pdf.Unreadable), workshop.storage.local_path(sha256) as path:
            pages = page_text.of_document(pdf.read(path, progress=tell, limits=limits))
    with workshop.database.transaction() as session:
        if pages:
            page_texts.keep(session, version_id, pages, now=workshop.clock())
        finish(session, workshop, lease)
