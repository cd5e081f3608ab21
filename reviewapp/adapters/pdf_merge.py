"""Puts PDFs together and cuts pages out of one, in the limited child; the door to both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reviewapp.adapters import child
from reviewapp.adapters.pdf import MESSAGES
from reviewapp.domain.errors import N_

ACTING = {
    "javascript": N_("a script"),
    "launch": N_("a command that starts a program"),
    "embedded-file": N_("a file inside it"),
}
# Two copies of 100 MB and what the parser holds beside them.
_LIMITS = child.Limits(
    memory=1_500_000_000, cpu_seconds=60, wall_seconds=90.0, result_bytes=120_000_000
)


class PartRefused(Exception):
    """A file cannot be used: `index` is its place, None where none can be named.

    `code` is one of the precheck contract's, or "active" with `acting`, what it does by itself.
    """

    def __init__(self, code: str, index: int | None, acting: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.index = index
        self.acting = acting

    @property
    def message(self) -> str:
        """Return the msgid of what is wrong and how to mend it."""
        return MESSAGES.get(self.code, MESSAGES["unsafe"])


def merge(paths: Sequence[Path], names: Sequence[str], pages: Sequence[int]) -> bytes:
    """Return one PDF of the files in their order, with a bookmark for each.

    `pages` are as counted when each was looked at. Raises PartRefused.
    """
    arguments: dict[str, object] = {
        "paths": [str(path) for path in paths],
        "names": list(names),
        "pages": list(pages),
    }
    return _run("reviewapp.adapters.pdf_merge_child:merge", paths[0], arguments)


def extract(path: Path, first: int, last: int) -> bytes:
    """Return the pages from `first` to `last`, both included. Raises PartRefused."""
    arguments: dict[str, object] = {"first": first, "last": last}
    return _run("reviewapp.adapters.pdf_merge_child:extract", path, arguments)


def _run(function: str, path: Path, arguments: dict[str, object]) -> bytes:
    try:
        return child.run(function, path, arguments, limits=_LIMITS)
    except child.ChildDied:
        raise PartRefused("unsafe", None) from None
    except child.ChildRefused as refusal:
        place, _space, rest = refusal.detail.partition(" ")
        index = int(place) if place.isdecimal() else None
        acting = rest if refusal.code == "active" else ""
        raise PartRefused(refusal.code, index, acting) from None
