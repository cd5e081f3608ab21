"""How text is compared: without blanks and in half width, character for character."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

MAX_QUOTE = 120  # characters, precheck contract
_SHORT = 100  # characters: what is kept of longer texts would add up
_HALF = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " "}
_FULL = re.compile(f"[{''.join(map(re.escape, _HALF))}]")
_NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?")


def half(text: str) -> str:
    """Return the text with full-width ASCII forms in half width; the length stays the same."""
    # str.translate asks a dictionary for every character and takes four times as long.
    return _FULL.sub(_in_half, text)


def _in_half(match: re.Match[str]) -> str:
    return _HALF[match[0]]


def squeeze(text: str) -> str:
    """Return the text without any blank."""
    return "".join(text.split())


def plain(text: str) -> str:
    """Return the form that wordings are compared in: no blanks, half width."""
    # Many checks ask for the same lines and cells, of which a long report has some 20,000.
    return _plain(text) if len(text) <= _SHORT else squeeze(half(text))


@lru_cache(maxsize=32_768)
def _plain(text: str) -> str:
    return squeeze(half(text))


def shorten(text: str, limit: int = MAX_QUOTE) -> str:
    """Cut a quote to `limit` characters."""
    return text.strip()[:limit]


def decimal(text: str) -> Decimal | None:
    """Read a number as printed, with or without thousands commas; None if it is none."""
    cleaned = plain(text)
    if not _NUMBER.fullmatch(cleaned):
        return None
    try:
        return Decimal(cleaned.replace(",", ""))
    except InvalidOperation:
        return None


def show(value: Decimal) -> str:
    """Return a number as people write it: no exponent, no trailing zeros after the point."""
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
