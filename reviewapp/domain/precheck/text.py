"""How text is compared: without blanks and in half width, character for character."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

MAX_QUOTE = 120  # characters, precheck contract
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_BLANK = re.compile(r"\s+")
_NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?")


def half(text: str) -> str:
    """Return the text with full-width ASCII forms in half width; the length stays the same."""
    return text.translate(_HALF)


def squeeze(text: str) -> str:
    """Return the text without any blank."""
    return _BLANK.sub("", text)


def plain(text: str) -> str:
    """Return the form that wordings are compared in: no blanks, half width."""
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
