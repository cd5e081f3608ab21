"""What an event is called and what it changed, in words."""

from __future__ import annotations

from typing import Any, Protocol

from flask_babel import gettext as _

from reviewapp.domain.errors import N_

EVENT_WORDS: dict[str, str] = {
    "account.created": N_("account made"),
    "account.link-issued": N_("one-time link issued"),
    "account.password-set": N_("password set by link"),
    "account.password-changed": N_("password changed"),
    "account.signed-in": N_("signed in"),
    "account.signed-out": N_("signed out"),
    "account.sign-in-failed": N_("sign-in failed"),
    "account.locked": N_("account locked"),
    "account.opened": N_("account opened again"),
    "account.closed": N_("account closed"),
}


class Changed(Protocol):
    """An event's two sides."""

    @property
    def before(self) -> dict[str, Any]: ...

    @property
    def after(self) -> dict[str, Any]: ...


def event_word(kind: str) -> str:
    """Return an event's name in the reader's language."""
    return str(_(EVENT_WORDS[kind])) if kind in EVENT_WORDS else kind


def changes(event: Changed) -> list[str]:
    """Return what changed, one line a value: from → to."""
    lines = []
    for key in sorted(set(event.before) | set(event.after)):
        old, new = event.before.get(key), event.after.get(key)
        if key in event.before and key in event.after:
            lines.append(f"{key}: {_short(old)} → {_short(new)}")
        elif key in event.after:
            lines.append(f"{key}: {_short(new)}")
        else:
            lines.append(f"{key}: {_short(old)} →")
    return lines


def _short(value: Any) -> str:
    text = "、".join(str(v) for v in value) if isinstance(value, list) else str(value)
    return text if len(text) <= 120 else text[:119] + "…"
