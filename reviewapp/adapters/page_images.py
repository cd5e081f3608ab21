"""Pictures of pages: drawn in a limited child, kept in a folder as WebP."""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path

from reviewapp.adapters import child

DPI = 110
#: the resolutions that a page is drawn in: as it is read, on a fine screen or enlarged, as a table
SCALES = (DPI, 165, 220)
MAX_SIDE = 2000  # pixels at DPI; a page that claims to be metres wide is drawn smaller
_ENTRY = struct.Struct("!II")
_AHEAD = 3  # pages drawn with the one that was asked for: starting a child costs as much as one
_LIMITS = child.Limits(cpu_seconds=20, wall_seconds=25)


def render(
    path: str | Path,
    pages: Iterable[int],
    *,
    dpi: int = DPI,
    limits: child.Limits = _LIMITS,
) -> dict[int, bytes]:
    """Draw pages (from 1) and return page -> WebP bytes; pages that are not there are left out.

    No side is longer than MAX_SIDE pixels (in proportion more above DPI). Raises child.ChildDied
    and child.ChildRefused.
    """
    most = MAX_SIDE * max(dpi, DPI) // DPI
    arguments = {"pages": sorted(set(pages)), "dpi": dpi, "max_side": most}
    data = child.run("reviewapp.adapters.pdf_child:render", Path(path), arguments, limits=limits)
    images: dict[int, bytes] = {}
    offset = 0
    while offset + _ENTRY.size <= len(data):
        number, length = _ENTRY.unpack_from(data, offset)
        offset += _ENTRY.size
        image = data[offset : offset + length]
        if len(image) != length or image[:4] != b"RIFF" or image[8:12] != b"WEBP":
            raise child.ChildDied("malformed")
        images[number] = image
        offset += length
    return images


def pixels(image: bytes) -> tuple[int, int]:
    """Return width and height of a WebP picture made by `render`, from its header."""
    form = image[12:16]
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", image, 26)
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        bits = int.from_bytes(image[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8X":
        return (
            int.from_bytes(image[24:27], "little") + 1,
            int.from_bytes(image[27:30], "little") + 1,
        )
    raise ValueError("not WebP")


class PageImages:
    """A folder of page pictures by the file's hash; safe for many processes at once."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    def get(self, sha256: str, path: str | Path, page: int, dpi: int = DPI) -> bytes:
        """Return one page as WebP; draws it and the next few at once where it is not kept yet.

        Raises KeyError where the file has no such page, else what `render` raises.
        """
        if not sha256.isalnum():
            raise ValueError("sha256")
        kept = self._place(sha256, page, dpi)
        try:
            return kept.read_bytes()
        except FileNotFoundError:
            pass
        wanted = [
            number
            for number in range(page, page + 1 + _AHEAD)
            if number == page or not self._place(sha256, number, dpi).exists()
        ]
        images = render(path, wanted, dpi=dpi)
        for number, image in images.items():
            self._keep(self._place(sha256, number, dpi), image)
        return images[page]

    def _place(self, sha256: str, page: int, dpi: int) -> Path:
        return self._folder / sha256[:2] / sha256 / f"{page}-{dpi}.webp"

    def _keep(self, place: Path, image: bytes) -> None:
        """Write under another name first: a reader sees the whole picture or none."""
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(image)
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
