"""A notice as it stands: composed anew from the settled results while it is a draft, else frozen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlmodel import Session

from reviewapp.adapters.notice_docx import to_docx
from reviewapp.adapters.notice_pdf import to_pdf
from reviewapp.adapters.notice_wording import load_problem_rule, load_wording
from reviewapp.adapters.storage import Storage, TooLarge
from reviewapp.config import Config
from reviewapp.db.models import Notice
from reviewapp.domain.common_problems import ProblemRule
from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice import (
    NoticeContent,
    Wording,
    apply_edits,
    compose,
    refresh_edits,
    typed_figures,
)
from reviewapp.services import uploads
from reviewapp.services.notice_facts import NoticeSettings, notice_input
from reviewapp.services.round_rules import round_of

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF_TYPE = "application/pdf"
FROZEN = frozenset({"published", "superseded"})
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
MAX_SCAN_BYTES = 20_000_000
_SCANS = ((b"%PDF-", PDF_TYPE), (b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


@dataclass(frozen=True)
class Press:
    """What an installation prints with: its name, its wording, its fonts."""

    bureau: str
    wording: Wording
    problem_rule: ProblemRule
    fonts_dir: Path | None = None


def press_of(config: Config) -> Press:
    """Return the installation's press; Invalid, naming file and key, where a data file is wrong."""
    folder = config.rubrics_dir / "notice"
    return Press(
        bureau=config.bureau_name,
        wording=load_wording(folder / "wording.yaml"),
        problem_rule=load_problem_rule(folder / "common-problems.yaml"),
        fonts_dir=config.fonts_dir,
    )


@dataclass(frozen=True)
class Standing:
    """A notice's content, and what is to be looked at before it is signed.

    `base` is what was composed, `edits` an officer's words over it by block, `dropped` the blocks
    whose words no longer fit the figures, `typed` numbers that came in as words. `is_stale` says
    of a submitted notice that it is no longer what was submitted. Of a published notice only the
    content is left.
    """

    content: NoticeContent
    base: NoticeContent
    edits: Mapping[str, str]
    dropped: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    is_stale: bool = False

    @property
    def removed(self) -> tuple[str, ...]:
        """Return the blocks that an officer took out, in the order of the sheet."""
        there = {block.id for block in self.content.blocks}
        return tuple(block.id for block in self.base.blocks if block.id not in there)


def standing_of(session: Session, notice: Notice, press: Press) -> Standing:
    """Return the notice as it stands. A draft is composed anew, so it never differs from the
    settled results; Conflict or Invalid where they no longer make a notice."""
    if notice.state in FROZEN:
        content = stored_content(notice)
        return Standing(content, content, {})
    base = compose_base(session, notice, press)
    kept = refresh_edits(base, texts_of(notice))
    content = apply_edits(base, kept.edits)
    own_words = " ".join(NoticeSettings.from_json(notice.settings).problem_texts.values())
    return Standing(
        content=content,
        base=base,
        edits=kept.edits,
        dropped=kept.dropped,
        typed=(*typed_figures(base, kept.edits), *_NUMBER.findall(own_words)),
        is_stale=notice.state == "submitted" and content.sha256 != notice.content_hash,
    )


def compose_base(session: Session, notice: Notice, press: Press) -> NoticeContent:
    """Compose the notice from the settled results, without an officer's words."""
    old = session.get(Notice, notice.supersedes_id) if notice.supersedes_id else None
    facts = notice_input(
        session,
        round_of(session, notice.round_id),
        NoticeSettings.from_json(notice.settings),
        bureau=press.bureau,
        problem_rule=press.problem_rule,
        doc_number=notice.doc_number or "",
        issue_date=notice.issue_date,
        supersedes_number=(old.doc_number or "") if old else "",
        supersedes_title=stored_content(old).title if old else "",
    )
    return compose(facts, press.wording)


def stored_content(notice: Notice) -> NoticeContent:
    """Return the frozen content. Raises Invalid where it is not what was hashed."""
    content = NoticeContent.from_json(json.dumps(notice.content))
    if content.sha256 != notice.content_hash:
        raise Invalid(N_("The stored notice is not the one that was published."))
    return content


def texts_of(notice: Notice) -> dict[str, str]:
    """Return an officer's words by block; a block that was reset has none."""
    return {
        block_id: edit["text"]
        for block_id, edit in notice.edits.items()
        if edit.get("text") is not None
    }


@dataclass(frozen=True)
class Kept:
    """Bytes that the storage keeps already, on their way to their row."""

    sha256: str
    size_bytes: int
    media_type: str

    def enter(self, session: Session, now: datetime) -> str:
        """Write the row, if it is not there, and return the hash."""
        uploads.enter(session, self.sha256, self.size_bytes, self.media_type, now=now)
        return self.sha256


@dataclass(frozen=True)
class Prints:
    """The printed forms of one content, kept in the storage."""

    content_hash: str
    docx: Kept
    pdf: Kept


def print_docx(content: NoticeContent) -> bytes:
    """Return the notice for WPS or Word."""
    return to_docx(content)


def print_pdf(content: NoticeContent, press: Press) -> bytes:
    """Return the notice as PDF, in the installation's fonts."""
    return to_pdf(content, press.fonts_dir)


def print_forms(content: NoticeContent, press: Press, storage: Storage) -> Prints:
    """Print and keep both forms; runs before the transaction that publishes them."""
    docx, pdf = print_docx(content), print_pdf(content, press)
    return Prints(
        content.sha256,
        Kept(storage.put(docx), len(docx), DOCX_TYPE),
        Kept(storage.put(pdf), len(pdf), PDF_TYPE),
    )


def keep_scan(stream: IO[bytes], storage: Storage) -> Kept:
    """Keep the scan of a signed sheet: PDF, PNG or JPEG, at most 20 MB. Else Invalid."""
    try:
        with storage.receive(stream, MAX_SCAN_BYTES) as received:
            head = received.head()
            media_type = next((kind for mark, kind in _SCANS if head.startswith(mark)), "")
            if not media_type:
                raise Invalid(N_("The scan must be a PDF, PNG or JPEG file."), field="scan")
            storage.keep(received)
            return Kept(received.sha256, received.size_bytes, media_type)
    except TooLarge:
        raise Invalid(
            N_("The scan is larger than %(limit)s MB."),
            field="scan",
            limit=MAX_SCAN_BYTES // 1_000_000,
        ) from None
