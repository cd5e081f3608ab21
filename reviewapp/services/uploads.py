"""One brought file on its way in: looked at, kept, and given its row."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from reviewapp.adapters import pdf
from reviewapp.adapters.file_types import PDF, REFUSED, XLSX, ZIP, file_type
from reviewapp.adapters.storage import Received, Storage, TooLarge
from reviewapp.db.models import StoredFile
from reviewapp.domain.bundle import Part
from reviewapp.domain.errors import Invalid
from reviewapp.domain.intake import DOUBTS, Doubt

PDF_TYPE = "application/pdf"
ZIP_TYPE = "application/zip"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA = {PDF: PDF_TYPE, ZIP: ZIP_TYPE, XLSX: XLSX_TYPE}
MAX_LIST_BYTES = 10_000_000
_UNSEEN = {"Cc", "Cf", "Cs", "Cn"}  # control, format, surrogate, noncharacter


@dataclass(frozen=True)
class FileLimits:
    """How large one file may be, in bytes and pages."""

    max_bytes: int = 100_000_000
    max_pages: int = 500


@dataclass(frozen=True)
class IntakeLimits(FileLimits):
    """How large a ZIP may be, in bytes (packed and unpacked) and files."""

    max_archive_bytes: int = 2_000_000_000
    max_members: int = 500


@dataclass(frozen=True)
class Brought:
    """A file as it came in at the door: a kept PDF, ZIP or list, or what stands against it."""

    name: str
    sha256: str | None
    size_bytes: int
    type: str  # pdf, zip, xlsx; "" for what was refused
    doubt: Doubt | None = None

    @property
    def media_type(self) -> str:
        """Return the media type of what was kept."""
        return _MEDIA[self.type]


@dataclass(frozen=True)
class PdfFile:
    """A PDF whose bytes are kept already; `pages` as counted when it was looked at.

    `parts` are the files that it was put together from, in their order; none for one that came so.
    """

    name: str
    sha256: str
    size_bytes: int
    pages: int
    parts: tuple[Part, ...] = ()


def keep_pdf(storage: Storage, stream: BinaryIO, name: str, limits: FileLimits) -> PdfFile:
    """Receive one PDF, look at it in the limited child, and keep its bytes.

    Runs outside any transaction. Raises Invalid with what is wrong and how to mend it.
    """
    try:
        with storage.receive(stream, limits.max_bytes) as received:
            refusal = refusal_of(received, name)
            if refusal is not None:
                raise refusal
            look = inspect(received, limits)
            storage.keep(received)
            return PdfFile(base_name(name), received.sha256, received.size_bytes, look.pages)
    except TooLarge:
        message = DOUBTS["too-large"][1]
        raise Invalid(message, field="file", limit=limits.max_bytes // 1_000_000) from None


def bring(storage: Storage, stream: BinaryIO, name: str, limits: IntakeLimits) -> Brought:
    """Receive a file of an intake and keep it if it is a PDF, a ZIP or a list; see Brought.

    Runs outside any transaction; the file is looked at later, in the intake's job.
    """
    name = base_name(name)
    try:
        with storage.receive(stream, limits.max_archive_bytes) as received:
            found = file_type(received.head(), name, received.path)
            doubt = _doubt_at_the_door(received, found, limits)
            if doubt is not None:
                return Brought(name, None, received.size_bytes, "", doubt)
            storage.keep(received)
            return Brought(name, received.sha256, received.size_bytes, found)
    except TooLarge:
        limit = limits.max_archive_bytes // 1_000_000
        return Brought(name, None, 0, "", Doubt("too-large", {"limit": limit}))


def _doubt_at_the_door(received: Received, found: str, limits: IntakeLimits) -> Doubt | None:
    if received.size_bytes == 0:
        return Doubt("empty-file")
    if found not in _MEDIA:
        return not_pdf(found)
    most = {PDF: limits.max_bytes, XLSX: MAX_LIST_BYTES}.get(found, limits.max_archive_bytes)
    if received.size_bytes > most:
        return Doubt("too-large", {"limit": most // 1_000_000})
    return None


def not_pdf(found: str) -> Doubt:
    """Return the doubt about a file of another type, with how to save it as PDF."""
    word, how = REFUSED.get(found, REFUSED["other"])
    return Doubt("not-pdf", {"kind": word, "how": how})


def refusal_of(received: Received, name: str) -> Invalid | None:
    """Return why something received is no PDF, with what to do instead; None for a PDF."""
    if received.size_bytes == 0:
        return Invalid(DOUBTS["empty-file"][1], field="file")
    found = file_type(received.head(), name, received.path)
    if found == PDF:
        return None
    return Invalid(DOUBTS["not-pdf"][1], field="file", **not_pdf(found).values)


def inspect(received: Received, limits: FileLimits) -> pdf.Look:
    """Look at a received PDF. Raises Invalid with the sentence of what is wrong."""
    try:
        return pdf.inspect(
            received.path,
            limits=pdf.ReadLimits(max_bytes=limits.max_bytes, max_pages=limits.max_pages),
        )
    except pdf.Unreadable as error:
        raise Invalid(error.message, field="file", **error.values) from error


def enter(
    session: Session, sha256: str, size_bytes: int, media_type: str, *, now: datetime
) -> StoredFile:
    """Return the row of kept bytes, making it where they are new."""
    known = session.exec(select(StoredFile).where(StoredFile.sha256 == sha256)).one_or_none()
    if known is not None:
        return known
    row = StoredFile(created_at=now, sha256=sha256, size_bytes=size_bytes, media_type=media_type)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody brought the same bytes in the same second.
        return session.exec(select(StoredFile).where(StoredFile.sha256 == sha256)).one()
    return row


def base_name(name: str) -> str:
    """Return a file's name without the folders that some browsers send along.

    What nobody can see is left out: control signs, and the marks that turn the direction of
    writing, by which gpj.exe reads as exe.jpg.
    """
    seen = "".join(sign for sign in name if unicodedata.category(sign) not in _UNSEEN)
    return seen.replace("\\", "/").split("/")[-1].strip()[:200] or "report.pdf"
