"""Reading what an intake brought: unpacking, looking at each file, matching the list.

Needs no session; the limited child looks at the PDFs, and nothing is unpacked under its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from reviewapp.adapters import pdf
from reviewapp.adapters.archives import Archive, ArchiveRefused, Member, MemberDamaged, open_archive
from reviewapp.adapters.file_types import ARCHIVES, PDF, XLSX, ZIP, file_type
from reviewapp.adapters.spreadsheets import read_sheet
from reviewapp.adapters.storage import Received, Storage, TooLarge
from reviewapp.domain.errors import Invalid
from reviewapp.domain.intake import (
    Doubt,
    IntakeWords,
    ListRow,
    kind_from_title,
    match,
    plain_word,
    read_row,
    title_from_name,
)
from reviewapp.services.uploads import (
    MAX_LIST_BYTES,
    Brought,
    IntakeLimits,
    base_name,
    not_pdf,
)


@dataclass(frozen=True)
class LookedAt:
    """A file of an intake: kept under `sha256` if it is a PDF that can be read."""

    name: str
    sha256: str | None = None
    size_bytes: int = 0
    pages: int | None = None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class ItemDraft:
    """A row of the preview: a file, or a row of the list that no file fits, and the doubts."""

    file: LookedAt | None
    listed: dict[str, object]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Reading:
    """All that an intake brought."""

    items: tuple[ItemDraft, ...]
    notes: tuple[Doubt, ...]
    has_list: bool


@dataclass
class _Desk:
    """What lies on the desk while the files are being read."""

    storage: Storage
    words: IntakeWords
    limits: IntakeLimits
    tell: Callable[[int, int], None]
    total: int = 0
    done: int = 0
    files: list[LookedAt] = field(default_factory=list)
    notes: list[Doubt] = field(default_factory=list)
    rows: list[ListRow] | None = None

    def step(self) -> None:
        self.done += 1
        self.tell(self.done, max(self.total, self.done))


def read(
    storage: Storage,
    brought: Sequence[Brought],
    words: IntakeWords,
    limits: IntakeLimits,
    tell: Callable[[int, int], None],
) -> Reading:
    """Read everything that was brought. `tell(done, total)` counts files."""
    desk = _Desk(storage, words, limits, tell, total=len(brought))
    for one in brought:
        _read_brought(desk, one)
        desk.step()
    return Reading(_items(desk), tuple(desk.notes), desk.rows is not None)


def _read_brought(desk: _Desk, one: Brought) -> None:
    if one.sha256 is None:
        doubts = (one.doubt,) if one.doubt else ()
        desk.files.append(LookedAt(one.name, size_bytes=one.size_bytes, doubts=doubts))
        return
    with desk.storage.local_path(one.sha256) as path:
        received = Received(path, one.sha256, one.size_bytes)
        if one.type == PDF:
            desk.files.append(_look(desk, received, one.name))
        elif one.type == XLSX:
            _read_list(desk, path, one.name)
        elif one.type == ZIP:
            _read_archive(desk, path, one.name)


def _read_archive(desk: _Desk, path: Path, name: str) -> None:
    limits = desk.limits
    try:
        with open_archive(
            path, max_members=limits.max_members, max_bytes=limits.max_archive_bytes
        ) as archive:
            desk.total += len(archive.members)
            for member in archive.members:
                _read_member(desk, archive, member)
                desk.step()
    except ArchiveRefused as refused:
        desk.notes.append(Doubt(refused.code, {"name": name, "limit": refused.limit}))


def _read_member(desk: _Desk, archive: Archive, member: Member) -> None:
    name = base_name(member.name)
    if member.is_unsafe:
        desk.files.append(LookedAt(name, doubts=(Doubt("unsafe-name"),)))
        return
    try:
        with archive.stream(member) as stream:
            _read_stream(desk, stream, name)
    except MemberDamaged:
        desk.files.append(LookedAt(name, doubts=(Doubt("damaged-member"),)))
    except TooLarge:
        limit = desk.limits.max_bytes // 1_000_000
        desk.files.append(LookedAt(name, doubts=(Doubt("too-large", {"limit": limit}),)))


def _read_stream(desk: _Desk, stream: BinaryIO, name: str) -> None:
    with desk.storage.receive(stream, desk.limits.max_bytes) as received:
        found = file_type(received.head(), name, received.path)
        if received.size_bytes == 0:
            doubt = Doubt("empty-file")
        elif found == XLSX and received.size_bytes > MAX_LIST_BYTES:
            doubt = Doubt("too-large", {"limit": MAX_LIST_BYTES // 1_000_000})
        elif found == XLSX:
            _read_list(desk, received.path, name)
            return
        elif found == PDF:
            looked = _look(desk, received, name)
            if looked.sha256 is not None:
                desk.storage.keep(received)
            desk.files.append(looked)
            return
        else:
            doubt = Doubt("archive-inside") if found in ARCHIVES else not_pdf(found)
        desk.files.append(LookedAt(name, size_bytes=received.size_bytes, doubts=(doubt,)))


def _look(desk: _Desk, received: Received, name: str) -> LookedAt:
    limits = pdf.ReadLimits(max_bytes=desk.limits.max_bytes, max_pages=desk.limits.max_pages)
    try:
        look = pdf.inspect(received.path, limits=limits)
    except pdf.Unreadable as error:
        doubt = Doubt(error.code, dict(error.values))
        return LookedAt(name, size_bytes=received.size_bytes, doubts=(doubt,))
    return LookedAt(name, received.sha256, received.size_bytes, look.pages)


def _read_list(desk: _Desk, path: Path, name: str) -> None:
    """Read the first list; a second one is noted and left out."""
    if desk.rows is not None:
        desk.notes.append(Doubt("lists-many", {"name": name}))
        return
    columns = desk.words.columns

    def is_header(texts: Sequence[str]) -> bool:
        known = {columns.get(plain_word(text)) for text in texts}
        return bool(known & {"file_name", "title"})

    try:
        sheet = read_sheet(path, is_header)
    except Invalid as error:
        values = {"name": name, "why": error.message, **error.values}
        desk.notes.append(Doubt("list-unreadable", values))
        return
    if not sheet.header:
        desk.notes.append(Doubt("list-headings", {"name": name}))
        return
    read_rows = (read_row(number, cells, desk.words) for number, cells in sheet.rows)
    # A row with neither name is a total or a remark below the list.
    desk.rows = [one for one in read_rows if {"file_name", "title"} & set(one.values)]


def _items(desk: _Desk) -> tuple[ItemDraft, ...]:
    files = _with_twins_marked(desk.files)
    items = []
    for found in match([one.name for one in files], desk.rows or ()):
        file = files[found.file] if found.file is not None else None
        listed = dict(found.row.values) if found.row else {}
        if found.row:
            listed["row"] = found.row.number
        doubts = (*(file.doubts if file else ()), *found.doubts)
        if file is not None and "kind" not in listed:
            doubts = (*doubts, _doubt_of_kind(str(listed.get("title") or file.name)))
        items.append(ItemDraft(file, listed, doubts))
    return tuple(items)


def _doubt_of_kind(title: str) -> Doubt:
    guessed = kind_from_title(title_from_name(title))
    return Doubt("kind-guessed" if guessed else "kind-unknown")


def _with_twins_marked(files: Sequence[LookedAt]) -> list[LookedAt]:
    first: dict[str, str] = {}
    marked = []
    for one in files:
        if one.sha256 is not None and one.sha256 in first:
            twin = Doubt("twice", {"name": first[one.sha256]})
            one = replace(one, doubts=(*one.doubts, twin))
        elif one.sha256 is not None:
            first[one.sha256] = one.name
        marked.append(one)
    return marked
