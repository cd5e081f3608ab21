"""The door to PDF files: read one to a Document, or look at one quickly at upload.

Nothing of the file is parsed in this process; see child.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reviewapp.adapters import child, pdf_wire
from reviewapp.domain.document import Document, TextLayer
from reviewapp.domain.errors import N_

_MAGIC_WITHIN = 1024

MESSAGES = {
    "not-a-pdf": N_("This is not a PDF. Save the document as PDF and upload that file."),
    "damaged": N_("The PDF is damaged and could not be repaired. Save it again as PDF."),
    "encrypted": N_("The PDF needs a password. Save it without a password and upload it again."),
    "too-large": N_("The file is larger than %(limit)s MB. Save it with smaller pictures."),
    "too-many-pages": N_("The PDF has more than %(limit)s pages. Split it or leave annexes out."),
    "unsafe": N_("The PDF could not be read within safe limits. Print it to a new PDF."),
    "empty": N_("No page of the PDF holds anything to read. Check that it is the right file."),
}


class Unreadable(Exception):
    """The file is no report that can be read; `code` is one of the precheck contract's.

    `message` is an English msgid and `values` what fills it; `detail` is for logs only.
    """

    def __init__(self, code: str, detail: str = "", **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.message = MESSAGES[code]
        self.values = values


@dataclass(frozen=True, slots=True)
class TextThresholds:
    """When a page's text cannot be used; characters, and shares from 0 to 1."""

    few_characters: int = 50
    picture_share: float = 0.5
    unmapped_share: float = 0.3
    strange_share: float = 0.5
    judged_from: int = 30


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How large a file may be, and what the child that reads it may use."""

    max_bytes: int = 100 * 1024 * 1024
    max_pages: int = 500
    child: child.Limits = field(default_factory=child.Limits)


@dataclass(frozen=True, slots=True)
class Look:
    """What an upload wants to know at once. `bytes` is the file's size."""

    sha256: str
    bytes: int
    pages: int
    producer: str
    repaired: bool


def read(
    path: str | Path,
    *,
    name: str = "",
    progress: Callable[[int, int], None] | None = None,
    limits: ReadLimits | None = None,
    thresholds: TextThresholds | None = None,
    readings: Mapping[int, Any] | None = None,
) -> Document:
    """Read a whole PDF. `progress(done, total)` counts pages. Raises Unreadable.

    A document of scanned or garbled pages is returned with those pages marked; only one without
    anything on any page is refused as `empty`. `readings` are what OCR read on such pages (see
    ocr.py), by page: they then have lines and tables like others, marked as read by OCR.
    """
    limits = limits or ReadLimits()
    path = Path(path)
    sha256, size = _check(path, limits)
    arguments: dict[str, object] = {
        "max_pages": limits.max_pages,
        "thresholds": asdict(thresholds or TextThresholds()),
        "readings": dict(readings or {}),
    }
    data = _run("reviewapp.adapters.pdf_child:read", path, arguments, limits, progress)
    try:
        document = pdf_wire.decode(data, sha256=sha256, name=name or path.name, size=size)
    except child.ChildDied as died:
        raise Unreadable("unsafe", died.reason) from None
    if all(page.text_layer is TextLayer.EMPTY for page in document.pages):
        raise Unreadable("empty")
    return document


def inspect(path: str | Path, *, limits: ReadLimits | None = None) -> Look:
    """Look at a file as it is uploaded: kind, size, password, pages. Raises Unreadable."""
    limits = limits or ReadLimits()
    path = Path(path)
    sha256, size = _check(path, limits)
    arguments: dict[str, object] = {"max_pages": limits.max_pages}
    data = _run("reviewapp.adapters.pdf_child:inspect", path, arguments, limits, None)
    try:
        raw = json.loads(data)
        return Look(sha256, size, int(raw["pages"]), str(raw["producer"]), bool(raw["repaired"]))
    except (ValueError, KeyError, TypeError):
        raise Unreadable("unsafe", "malformed") from None


def _check(path: Path, limits: ReadLimits) -> tuple[str, int]:
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise Unreadable("too-large", limit=limits.max_bytes // (1024 * 1024))
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(_MAGIC_WITHIN):
            raise Unreadable("not-a-pdf")
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest(), size


def _run(
    function: str,
    path: Path,
    arguments: dict[str, object],
    limits: ReadLimits,
    progress: Callable[[int, int], None] | None,
) -> bytes:
    try:
        return child.run(function, path, arguments, limits=limits.child, progress=progress)
    except child.ChildDied as died:
        raise Unreadable("unsafe", died.reason) from None
    except child.ChildRefused as refusal:
        values = {"limit": limits.max_pages} if refusal.code == "too-many-pages" else {}
        code = refusal.code if refusal.code in MESSAGES else "unsafe"
        raise Unreadable(code, refusal.detail, **values) from None
