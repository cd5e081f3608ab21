"""ZIP files that people bring: what is in them, and each member as a stream, within limits.

Nothing is ever written under a member's own name, so a name can lead nowhere; one that tries is
marked. Sizes are counted while unpacking, since what a ZIP says of itself may be false.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_UNICODE_PATH_FIELD = 0x7075
_END_BYTES = 22  # the record that ends a ZIP
_LONG_BYTES = 56 + 20  # the ZIP64 record and the pointer to it
#: the list of members of a ZIP: 500 members take some 60 KB
MAX_DIRECTORY_BYTES = 20_000_000
_IGNORED_FOLDERS = {"__macosx"}
_IGNORED_NAMES = {".ds_store", "thumbs.db", "desktop.ini"}


class ArchiveRefused(Exception):
    """The ZIP as a whole cannot be used; `code` is a note of domain.intake, `limit` its number."""

    def __init__(self, code: str, limit: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


class MemberDamaged(Exception):
    """One member could not be unpacked."""


@dataclass(frozen=True)
class Member:
    """A file in a ZIP: its place, its readable name, its folder's, and its stated size."""

    index: int
    name: str
    size_bytes: int
    is_unsafe: bool  # the name leads out of the archive, or is a link
    folder: str = ""  # the path of folders around it, empty at the top


class Archive:
    """An opened ZIP. Raises ArchiveRefused where it is too much or needs a password."""

    def __init__(self, handle: zipfile.ZipFile, *, max_members: int, max_bytes: int) -> None:
        self._zip = handle
        self._infos = handle.infolist()
        self.members = tuple(_members(self._infos))
        if len(self.members) > max_members:
            raise ArchiveRefused("archive-too-many", max_members)
        if sum(member.size_bytes for member in self.members) > max_bytes:
            raise ArchiveRefused("archive-too-large", max_bytes // 1_000_000)
        if any(self._infos[m.index].flag_bits & _ENCRYPTED_FLAG for m in self.members):
            raise ArchiveRefused("archive-encrypted")

    @contextmanager
    def stream(self, member: Member) -> Iterator[BinaryIO]:
        """Yield a member's bytes. Raises MemberDamaged, also for what fails inside the block."""
        try:
            with self._zip.open(self._infos[member.index]) as handle:
                yield cast(BinaryIO, handle)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as why:
            raise MemberDamaged(member.name) from why


@contextmanager
def open_archive(path: Path, *, max_members: int, max_bytes: int) -> Iterator[Archive]:
    """Open a ZIP. Raises ArchiveRefused."""
    try:
        if directory_bytes(path) > MAX_DIRECTORY_BYTES:
            raise ArchiveRefused("archive-too-many", max_members)
        handle = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise ArchiveRefused("archive-damaged") from error
    with handle:
        yield Archive(handle, max_members=max_members, max_bytes=max_bytes)


def directory_bytes(path: Path) -> int:
    """Return how long a ZIP says its list of members is; 0 where it says nothing.

    zipfile makes an object of every entry before anybody can count them, so that 100 MB of entries
    take more memory than the machine has. This number bounds what zipfile reads.
    """
    with path.open("rb") as handle:
        start = max(0, handle.seek(0, 2) - _END_BYTES - 0xFFFF - _LONG_BYTES)
        handle.seek(start)
        tail = handle.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END_BYTES:
        return 0
    said = int.from_bytes(tail[at + 12 : at + 16], "little")
    long = tail[max(0, at - _LONG_BYTES) : at]
    if long[:4] == b"PK\x06\x06":  # ZIP64: its own record and a pointer to it stand right before
        said = max(said if said < 0xFFFFFFFF else 0, int.from_bytes(long[40:48], "little"))
    return said


def _members(infos: list[zipfile.ZipInfo]) -> Iterator[Member]:
    for index, info in enumerate(infos):
        if info.is_dir():
            continue
        parts = _readable(info).replace("\\", "/").split("/")
        if parts[0].casefold() in _IGNORED_FOLDERS or parts[-1].casefold() in _IGNORED_NAMES:
            continue
        if parts[-1].startswith("._"):
            continue
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        leads_out = ".." in parts or parts[0] == "" or parts[0].endswith(":")
        folder = "" if leads_out else "/".join(parts[:-1])
        yield Member(index, parts[-1], info.file_size, is_link or leads_out, folder)


def _readable(info: zipfile.ZipInfo) -> str:
    """Return a member's name as the packer meant it.

    Without the UTF-8 flag Python reads names as cp437; Windows in China writes GBK there, macOS
    and some phones UTF-8, and Info-ZIP adds the right name in a field of its own.
    """
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    extra = _unicode_path(info.extra)
    if extra:
        return extra
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unicode_path(extra: bytes) -> str:
    while len(extra) >= 4:
        field, length = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if field == _UNICODE_PATH_FIELD and length > 5:
            try:
                return extra[9 : 4 + length].decode("utf-8")
            except UnicodeDecodeError:
                return ""
        extra = extra[4 + length :]
    return ""
