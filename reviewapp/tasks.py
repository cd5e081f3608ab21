"""The tasks by name: each is one service call that is safe to repeat."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from reviewapp.adapters import mail, ocr, pdf, rule_files
from reviewapp.adapters.intake_words import load_words
from reviewapp.adapters.ocr import Reading
from reviewapp.adapters.pdf import ReadLimits
from reviewapp.domain import page_text
from reviewapp.domain.document import Document
from reviewapp.domain.page_text import PageText
from reviewapp.domain.precheck.passages import Comparison, Placed
from reviewapp.domain.precheck.rules import Rules
from reviewapp.services import (
    intake_reading,
    intakes,
    outbox,
    page_texts,
    prechecks,
    scan_jobs,
    shared_text,
)
from reviewapp.services.jobs import Lease
from reviewapp.services.precheck_file import check_file, unread_pages
from reviewapp.services.prechecks import Order
from reviewapp.services.uploads import IntakeLimits
from reviewapp.worker import Workshop, finish, hold, task

Tell = Callable[[int, int], None]
_EARLY_SECONDS = 45.0  # the first answer on a scan is due within a minute


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


@dataclass(frozen=True)
class Checked:
    """An answer with what is kept beside it, and the pages that OCR has still to read."""

    answer: dict[str, Any]
    rules: Rules
    sentences: tuple[Placed, ...]
    pages: tuple[PageText, ...]
    unread: tuple[int, ...]


@task("precheck")
def precheck(workshop: Workshop, lease: Lease, tell: Tell) -> None:
    """Check one version of a report and store what was found.

    A file that cannot be read is an answer too, and ends the job. Scanned pages that nobody has
    read yet are left to a job of their own; what is stored until then is preliminary.
    """
    version_id = UUID(lease.arguments["version_id"])
    with workshop.database.transaction() as session:
        order = prechecks.begin(session, version_id, now=workshop.clock())
    if order is None:
        with workshop.database.transaction() as session:
            finish(session, workshop, lease)
        return
    try:
        checked = _check(workshop, version_id, order, tell)
    except Exception:
        with workshop.database.transaction() as session:
            prechecks.break_off(session, version_id, now=workshop.clock())
        raise
    with workshop.database.transaction() as session:
        reads_on = bool(checked.unread) and workshop.config.reads_scans
        if reads_on:
            reads_on = scan_jobs.begin(session, workshop.queue, version_id, now=workshop.clock())
        _store(session, workshop, version_id, checked, is_preliminary=reads_on)
        finish(session, workshop, lease)


def _check(workshop: Workshop, version_id: UUID, order: Order, tell: Tell) -> Checked:
    """Check a version with what OCR has read of it so far."""
    rules = rule_files.load(workshop.config.rubrics_dir / "precheck")
    own: tuple[Placed, ...] = ()
    pages: tuple[PageText, ...] = ()
    unread: list[int] = []
    seconds = 0.0

    def keep(document: Document) -> None:
        nonlocal pages
        pages = page_text.of_document(document)

    def archive(sentences: tuple[Placed, ...]) -> Comparison:
        nonlocal own
        own = sentences
        with workshop.database.read() as session:
            return shared_text.compare(session, version_id, own, rules.shared)

    def readings(_path: Path, wanted: Sequence[int]) -> dict[int, Reading]:
        nonlocal seconds
        with workshop.database.read() as session:
            known = scan_jobs.kept(session, order.sha256)
        unread.extend(page for page in wanted if page not in known)
        found = {page: reading for page, reading in known.items() if reading is not None}
        seconds = sum(float(reading["seconds"]) for reading in found.values())
        return found

    with workshop.storage.local_path(order.sha256) as path:
        answer = check_file(
            path,
            order.kind,
            name=order.name,
            rules=rules,
            progress=tell,
            limits=_limits(workshop),
            archive=archive,
            keep=keep,
            read_scans=readings,
        )
    answer["timing"]["stages"]["ocr"] = round(seconds, 3)
    return Checked(answer, rules, own, pages, tuple(unread))


def _store(
    session: Session,
    workshop: Workshop,
    version_id: UUID,
    checked: Checked,
    *,
    is_preliminary: bool,
) -> None:
    now, rules = workshop.clock(), checked.rules
    prechecks.store(
        session,
        version_id,
        checked.answer,
        rules_hash=rules.content_hash,
        now=now,
        is_preliminary=is_preliminary,
    )
    if not checked.answer["error"] and not is_preliminary:
        shared_text.keep(session, version_id, checked.sentences, rules.shared, now=now)
        page_texts.keep(session, version_id, checked.pages, now=now)


def _limits(workshop: Workshop) -> ReadLimits:
    return ReadLimits(
        max_bytes=workshop.config.max_upload_bytes, max_pages=workshop.config.max_pages
    )


@task(scan_jobs.TASK, is_slow=True)
def read_scans(workshop: Workshop, lease: Lease, tell: Tell) -> None:
    """Read the scanned pages of a version, the most telling first, and check it with them.

    Each page is kept as soon as it is read: whoever goes on does so after it.
    """
    version_id = UUID(lease.arguments["version_id"])
    with workshop.database.read() as session:
        order = prechecks.order_of(session, version_id)
    if order is not None:
        with suppress(pdf.Unreadable), workshop.storage.local_path(order.sha256) as path:
            _read_pages(workshop, version_id, order, path, lease, tell)
        checked = _check(workshop, version_id, order, lambda _done, _total: None)
    with workshop.database.transaction() as session:
        if order is not None:
            _store(session, workshop, version_id, checked, is_preliminary=False)
        finish(session, workshop, lease)


def _read_pages(
    workshop: Workshop, version_id: UUID, order: Order, path: Path, lease: Lease, tell: Tell
) -> None:
    with workshop.database.read() as session:
        known = scan_jobs.kept(session, order.sha256)
    scanned = unread_pages(pdf.read(path, limits=_limits(workshop)))
    waiting = [page for page in scanned if page not in known]
    tell(len(scanned) - len(waiting), len(scanned))
    in_order = ocr.reading_order(path, waiting, max_pages=workshop.config.max_pages)
    early = Early(len(in_order), _EARLY_SECONDS)

    def on_page(page: int, reading: Reading | None) -> None:
        with workshop.database.transaction() as session:
            scan_jobs.keep(session, order.sha256, page, reading, now=workshop.clock())
        early.count += 1
        tell(len(scanned) - len(waiting) + early.count, len(scanned))
        if early.is_due():
            checked = _check(workshop, version_id, order, lambda _done, _total: None)
            with workshop.database.transaction() as session:
                # Stopped meanwhile? The whole answer is then made without this one.
                hold(session, workshop, lease)
                _store(session, workshop, version_id, checked, is_preliminary=True)

    limits = ocr.OcrLimits(max_pages=workshop.config.max_pages)
    ocr.read_pages(path, in_order, on_page, limits=limits)


@dataclass
class Early:
    """When the first useful answer is due: after the telling pages, or when time is up."""

    pages: int
    seconds: float
    count: int = 0
    is_told: bool = False
    began: float = field(default_factory=time.monotonic)

    def is_due(self) -> bool:
        """Say once that the first answer is due, unless the last page was read."""
        enough = self.count >= ocr.early_count(self.pages)
        late = time.monotonic() - self.began >= self.seconds and self.count >= ocr.FRONT
        if self.is_told or self.count >= self.pages or not (enough or late):
            return False
        self.is_told = True
        return True


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
        with suppress(pdf.Unreadable), workshop.storage.local_path(sha256) as path:
            document = pdf.read(path, progress=tell, limits=_limits(workshop))
            pages = page_text.of_document(document)
    with workshop.database.transaction() as session:
        if pages:
            page_texts.keep(session, version_id, pages, now=workshop.clock())
        finish(session, workshop, lease)


@task(outbox.TASK)
def send_letter(workshop: Workshop, lease: Lease, tell: Tell) -> None:
    """Send one letter of the outbox; where that fails its row says why, and the job tries again.

    Three commits, so that a crash is seen: before the server is spoken to, after it, and the job.
    """
    message_id = UUID(lease.arguments["message_id"])
    url = workshop.config.mail_url
    letter = None
    if url:
        with workshop.database.transaction() as session:
            hold(session, workshop, lease)
            letter = outbox.begin(session, message_id, domain=mail.domain_of(url))
    if letter is not None:
        _send(workshop, message_id, letter)
    with workshop.database.transaction() as session:
        finish(session, workshop, lease)


def _send(workshop: Workshop, message_id: UUID, letter: outbox.Mail) -> None:
    try:
        mail.send(
            workshop.config.mail_url,
            mail_id=letter.mail_id,
            address=letter.address,
            subject=letter.subject,
            text=letter.text,
        )
    except mail.PerhapsSent as error:
        with workshop.database.transaction() as session:
            outbox.unsure(session, message_id, str(error))
    except mail.NotSent as error:
        with workshop.database.transaction() as session:
            outbox.failed(session, message_id, str(error))
        raise
    else:
        with workshop.database.transaction() as session:
            outbox.sent(session, message_id, now=workshop.clock())
