"""Reading of scanned pages within one call: for the terminal, where nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reviewapp.adapters import ocr

#: Reads pages of a file without usable text; a page that could not be read is left out.
ReadScans = Callable[[Path, Sequence[int]], Mapping[int, ocr.Reading]]
Tell = Callable[[int, int], None]


def read_at_once(tell: Tell | None = None) -> ReadScans:
    """Return what reads all pages of a file one after the other; `tell(done, total)` counts."""

    def read(path: Path, pages: Sequence[int]) -> dict[int, ocr.Reading]:
        readings: dict[int, ocr.Reading] = {}
        done = 0

        def keep(page: int, reading: ocr.Reading | None) -> None:
            nonlocal done
            done += 1
            if reading is not None:
                readings[page] = reading
            if tell is not None:
                tell(done, len(pages))

        ocr.read_pages(path, pages, keep)
        return readings

    return read
