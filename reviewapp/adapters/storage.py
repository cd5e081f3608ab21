"""The files: content-addressed, written once, behind one door (a folder now, S3 by URL)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from urllib.parse import urlparse

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, from_url

from reviewapp.config import SettingError

CHUNK = 1 << 20


class TooLarge(Exception):
    """The stream was longer than allowed."""


@dataclass(frozen=True)
class Received:
    """Bytes on their way in: a temporary file with its hash and size."""

    path: Path
    sha256: str
    size_bytes: int

    def head(self, count: int = 1024) -> bytes:
        """Return the first bytes, to see what kind of file it is."""
        with self.path.open("rb") as handle:
            return handle.read(count)


class Storage:
    """Uploaded and made files by their SHA-256. What was put is never changed or removed."""

    def __init__(self, url: str, temporary: Path) -> None:
        self._temporary = temporary
        self._temporary.mkdir(parents=True, exist_ok=True)
        parts = urlparse(url)
        self._folder: Path | None = None
        self._store: Any
        if parts.scheme in {"", "file"}:
            self._folder = Path(parts.path)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(self._folder)
        else:
            try:
                self._store = from_url(url)
            except Exception as error:
                raise SettingError(f"STORAGE_URL: {_first_line(error)}.") from error

    @contextmanager
    def receive(self, stream: IO[bytes], limit: int) -> Iterator[Received]:
        """Copy a stream to a temporary file while hashing it; it is gone after the block.

        Raises TooLarge past `limit` bytes.
        """
        digest = hashlib.sha256()
        size = 0
        with NamedTemporaryFile(dir=self._temporary, prefix="in-") as handle:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise TooLarge
                digest.update(chunk)
                handle.write(chunk)
            handle.flush()
            yield Received(Path(handle.name), digest.hexdigest(), size)

    def keep(self, received: Received) -> None:
        """Store what was received; nothing happens where the same bytes are already kept."""
        with received.path.open("rb") as handle:
            self._put(received.sha256, handle)

    def put(self, content: bytes) -> str:
        """Store bytes made by the program and return their SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._put(sha256, content)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the whole content. Raises FileNotFoundError."""
        return bytes(obstore.get(self._store, _key(sha256)).bytes())

    def exists(self, sha256: str) -> bool:
        """Say whether the content is kept."""
        try:
            obstore.head(self._store, _key(sha256))
        except FileNotFoundError:
            return False
        return True

    def hashes(self) -> Iterator[str]:
        """Yield the hash of everything kept."""
        for batch in obstore.list(self._store):
            for item in batch:
                yield Path(item["path"]).name

    @contextmanager
    def local_path(self, sha256: str) -> Iterator[Path]:
        """Yield a path that a child process can open; a remote file is fetched for the block."""
        if self._folder is not None:
            path = self._folder / _key(sha256)
            if not path.is_file():
                raise FileNotFoundError(sha256)
            yield path
            return
        with NamedTemporaryFile(dir=self._temporary, prefix="out-") as handle:
            for chunk in obstore.get(self._store, _key(sha256)).stream():
                handle.write(bytes(chunk))
            handle.flush()
            yield Path(handle.name)

    def _put(self, sha256: str, content: Any) -> None:
        try:
            obstore.put(self._store, _key(sha256), content, mode="create")
        except AlreadyExistsError:
            return


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _key(sha256: str) -> str:
    if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
        raise FileNotFoundError(sha256)
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
