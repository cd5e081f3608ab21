"""The Chinese of the precheck's sentences for those who have no web catalogue: terminal, worker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from babel.messages.pofile import read_po

from reviewapp.adapters.catalogue import TRANSLATIONS

_FILES = ("ocr.po", "precheck.po", "precheck_figures.po", "pdf.po")


def say(msgid: str, values: Mapping[str, object], lang: str) -> str:
    """Return a sentence in `lang` ("en", else Simplified Chinese) with its values filled in."""
    text = msgid if lang == "en" else _chinese().get(msgid, msgid)
    return text % dict(values) if values else text


@lru_cache(maxsize=1)
def _chinese() -> dict[str, str]:
    words: dict[str, str] = {}
    for name in _FILES:
        with (TRANSLATIONS / "zh_Hans" / name).open("rb") as handle:
            catalogue = read_po(handle, locale="zh_Hans", abort_invalid=True)
        words |= {str(m.id): str(m.string) for m in catalogue if m.id}
    return words
