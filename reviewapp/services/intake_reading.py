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
from reviewapp.domain.bundle import Part
from reviewapp.domain.errors import Invalid
from reviewapp.domain.intake import (
    DOUBTS,
    Doubt,
    IntakeWords,
    ListRow,
    Match,
    kind_from_title,
    match,
    plain_word,
    read_row,
    title_from_name,
)
from reviewapp.domain.intake_groups import Group, Named, one_row_a_file, propose
from reviewapp.services import originals
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
    folder: str = ""  # in a ZIP
    is_pdf: bool = False  # also one that cannot be used


@dataclass(frozen=True)
class ItemDraft:
    """A row of the preview: a file, or a row of the list that no file fits, and the doubts.

    `parts` are the files, each with its kind, that the row's file was put together from.
    """

    file: LookedAt | None
    listed: dict[str, object]
    doubts: tuple[Doubt, ...]
    parts: tuple[tuple[ItemDraft, str], ...] = ()


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
    one_report: bool = False
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
    *,
    one_report: bool = False,
) -> Reading:
    """Read everything that was brought. `tell(done, total)` counts files.

    `one_report` is what whoever brought the files said of them.
    """
    desk = _Desk(storage, words, limits, tell, one_report, total=len(brought))
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
            _read_stream(desk, stream, name, member.folder)
    except MemberDamaged:
        desk.files.append(LookedAt(name, doubts=(Doubt("damaged-member"),)))
    except TooLarge:
        limit = desk.limits.max_bytes // 1_000_000
        desk.files.append(LookedAt(name, doubts=(Doubt("too-large", {"limit": limit}),)))


def _read_stream(desk: _Desk, stream: BinaryIO, name: str, folder: str) -> None:
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
            desk.files.append(replace(looked, folder=folder))
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
        return LookedAt(name, size_bytes=received.size_bytes, doubts=(doubt,), is_pdf=True)
    return LookedAt(name, received.sha256, received.size_bytes, look.pages, is_pdf=True)


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
    known_words = columns.keys() | desk.words.ignored
    unread = [text for text in sheet.header if text and plain_word(text) not in known_words]
    if unread:
        desk.notes.append(Doubt("list-unread", {"name": name, "columns": "、".join(unread)}))
    read_rows = (read_row(number, cells, desk.words) for number, cells in sheet.rows)
    # A row with neither name is a total or a remark below the list.
    desk.rows = [one for one in read_rows if {"file_name", "title"} & set(one.values)]


def _items(desk: _Desk) -> tuple[ItemDraft, ...]:
    """Return the rows of the preview; files that seem to be one report are one row."""
    files = _with_twins_marked(desk.files)
    rows = one_row_a_file(desk.rows or ())
    named = [
        Named(one.name, one.folder, one.is_pdf and all(d.code != "twice" for d in one.doubts))
        for one in files
    ]
    matches = match([one.name for one in files], rows)
    grouped = propose(named, rows, matches, desk.words.parts, one_report=desk.one_report)
    first = {min(group.files): group for group in grouped.groups}
    in_a_group = {index for group in grouped.groups for index in group.files}
    alone = {found.file: found for found in grouped.matches if found.file is not None}
    items = []
    for index in range(len(files)):
        if index in first:
            items.append(_bundle(desk, first[index], files))
        elif index not in in_a_group:
            items.append(_item(alone[index], files))
    items += [_item(found, files) for found in grouped.matches if found.file is None]
    return tuple(items)


def _item(found: Match, files: Sequence[LookedAt]) -> ItemDraft:
    file = files[found.file] if found.file is not None else None
    listed = dict(found.row.values) if found.row else {}
    if found.row:
        listed["row"] = found.row.number
    doubts = (*(file.doubts if file else ()), *found.doubts)
    if file is not None and "kind" not in listed:
        doubts = (*doubts, _doubt_of_kind(str(listed.get("title") or file.name)))
    return ItemDraft(file, listed, doubts)


def _bundle(desk: _Desk, group: Group, files: Sequence[LookedAt]) -> ItemDraft:
    """Put the files of a proposed report together; what is in the way is a doubt that blocks."""
    own = [files[index] for index in group.files]
    pairs = list(zip(own, group.kinds, strict=True))
    named = next((one for one, kind in pairs if kind == "body"), own[0])
    listed = dict(group.listed)
    # A part that is taken out again is a file like any other.
    alone = tuple(
        (_item(Match(index, None), files), kind)
        for index, kind in zip(group.files, group.kinds, strict=True)
    )
    doubts = group.doubts
    if "kind" not in listed:
        doubts = (*doubts, _doubt_of_kind(str(listed.get("title") or named.name)))
    refused = tuple(_part_doubt(one) for one in own if one.sha256 is None)
    whole = LookedAt(named.name, size_bytes=sum(one.size_bytes for one in own))
    if refused:
        return ItemDraft(whole, listed, (*refused, *doubts), alone)
    parts = [
        Part(one.name, one.sha256 or "", one.size_bytes, one.pages or 1, kind)
        for one, kind in pairs
    ]
    try:
        made = originals.put_together(desk.storage, parts, desk.limits)
    except Invalid as why:
        return ItemDraft(whole, listed, (originals.doubt_of(why), *doubts), alone)
    whole = LookedAt(made.name, made.sha256, made.size_bytes, made.pages)
    return ItemDraft(whole, listed, doubts, alone)


def _part_doubt(file: LookedAt) -> Doubt:
    doubt = file.doubts[0]
    why = DOUBTS[doubt.code][1] if doubt.code in DOUBTS else pdf.MESSAGES[doubt.code]
    return Doubt("part-refused", {**doubt.values, "name": file.name, "why": why})


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
