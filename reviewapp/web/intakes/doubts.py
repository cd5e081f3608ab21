"""The sentences of doubts, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

from reviewapp.adapters.pdf import MESSAGES
from reviewapp.domain.intake import DOUBTS, NOTES, Doubt

# Values that are words of the program; every other value is a name that somebody gave.
_WORDS = {"kind", "how", "what", "why"}


def sentence(doubt: Doubt) -> str:
    """Return what is doubtful about an item or about a whole intake."""
    known = DOUBTS.get(doubt.code)
    message = known[1] if known else NOTES.get(doubt.code) or MESSAGES[doubt.code]
    values = dict(doubt.values)
    for key in _WORDS & values.keys():
        values[key] = _filled(str(values[key]), values)
    return _filled(message, values)


def _filled(message: str, values: dict[str, object]) -> str:
    text = str(_(message)) if message else ""
    return text % values if values and "%(" in text else text
