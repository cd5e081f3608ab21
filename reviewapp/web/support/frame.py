"""The frame around every page, and the words that every template shares."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Flask, g, request
from flask_babel import gettext as _

from reviewapp.db.queries.frame import Frame, frame
from reviewapp.domain.errors import N_
from reviewapp.domain.policy import Identity, Permission, Role
from reviewapp.web.support.identity import current_identity, is_signed_in
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import parts, read, today

PHASE_WORDS = {
    "preparation": N_("Preparation"),
    "rating": N_("Rating phase"),
    "settlement": N_("Settlement"),
    "feedback": N_("Feedback"),
    "notice": N_("Notice"),
    "closed": N_("Round closed"),
}
ROLE_WORDS = {
    "administrator": N_("Administrator"),
    "officer": N_("Officer"),
    "approver": N_("Approver"),
    "expert": N_("Expert"),
    "agency": N_("Agency user"),
    "auditor": N_("Auditor"),
    "system": N_("The program"),
}
KIND_WORDS = {"key-project": N_("Key project"), "department": N_("Department-wide")}
PART_WORDS = {"body": N_("Body"), "annex": N_("Annex"), "signature": N_("Signature page")}


def word(table: str, key: str | None) -> str:
    """Return the translated word of a stored code: word("phase", "rating")."""
    words = {"phase": PHASE_WORDS, "role": ROLE_WORDS, "kind": KIND_WORDS, "part": PART_WORDS}[
        table
    ]
    return str(_(words[key])) if key in words else (key or "")


def about_round(round_id: UUID) -> None:
    """Say which round the page is about, so that the frame shows its phases."""
    g.round_id = round_id


def init_frame(app: Flask) -> None:
    """Give every template the frame's values."""

    @app.context_processor
    def values() -> dict[str, Any]:
        who: Identity | None = current_identity() if is_signed_in() else None
        return {
            "bureau": parts().config.bureau_name,
            "bureau_short": parts().config.bureau_short,
            "is_demo": parts().config.is_demo,
            "who": who,
            "may": who.may if who else _nothing,
            "Permission": Permission,
            "Role": Role,
            "locale": locale(),
            "html_lang": "zh-Hans" if locale() == "zh_Hans" else "en",
            "word": word,
            "today": today(),
            "frame": _frame(who),
            "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
        }


def _nothing(_permission: Permission) -> bool:
    return False


def _frame(who: Identity | None) -> Frame:
    if who is None or not who.may(Permission.ROUND_READ):
        return Frame()
    with read() as session:
        return frame(session, g.get("round_id"))
