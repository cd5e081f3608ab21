"""Text that was sent when the session had ended: carried through the sign-in, then sent again.

The texts travel in the forms themselves, so that nothing of strangers is stored. After the
sign-in they are shown and sent by a button: nothing is saved that nobody has looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from reviewapp.domain.policy import Permission
from reviewapp.web.support.fragments import is_htmx
from reviewapp.web.support.identity import current_identity, is_signed_in

View = TypeVar("View", bound=Callable[..., Any])

#: bytes of such a form: forty reasons and an opinion at their full length, percent-encoded
MOST_KEPT = 1_000_000
#: fields of such a form; forty criteria have fewer than ten each, and each is written into a page
MOST_FIELDS = 1_000
#: choices, ids and hashes: nobody wrote them
_OF_THE_PROGRAM = re.compile(r"[a-z]+(?:-[a-z]+)*|[0-9a-f-]{32,}")
_PREFIX, _ADDRESS = "kept.", "kept-address"


@dataclass(frozen=True)
class Kept:
    """What was sent, and where to."""

    address: str
    fields: tuple[tuple[str, str], ...]

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """The fields as the sign-in form carries them."""
        return (
            (_ADDRESS, self.address),
            *((f"{_PREFIX}{name}", text) for name, text in self.fields),
        )

    @property
    def page(self) -> str:
        """Where the form stood, as far as its address tells; the first page for acts alone."""
        try:
            current_app.url_map.bind(request.host).match(self.address, method="GET")
        except HTTPException:
            return "/"
        return self.address

    @property
    def texts(self) -> tuple[str, ...]:
        """What a person wrote, to be shown before it is sent again."""
        return tuple(
            text
            for name, text in self.fields
            if len(text) > 1 and "version" not in name and not _OF_THE_PROGRAM.fullmatch(text)
        )


def keeps_text(view: View) -> View:
    """Mark a view whose form is not lost when the session has ended. Stands next to the view."""
    view.keeps_text = True  # type: ignore[attr-defined]
    return carries_kept(view)


def keeps_parts(view: View) -> View:
    """Mark a view as `keeps_text` does, also where only a part of its page is sent by htmx.

    The sign-in then takes the place of the page. Pages with scripts that keep texts themselves
    (the review form) do without.
    """
    view.keeps_parts = True  # type: ignore[attr-defined]
    return keeps_text(view)


def carries_kept(view: View) -> View:
    """Let a view take a form of that size from somebody who is not signed in."""
    view.most_from_strangers = MOST_KEPT  # type: ignore[attr-defined]
    return view


def sent_too_late() -> Response | None:
    """Answer a form that came after its session had ended; None where it is not to be kept.

    Only a form of our own pages is: texts that another site sends would be put before somebody
    who has just signed in.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or not hasattr(view, "keeps_text") or not _is_from_here():
        return None
    if is_htmx() and not hasattr(view, "keeps_parts"):
        return None
    fields = tuple(
        (name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"
    )
    if len(fields) > MOST_FIELDS:
        return None
    if not _may_open(view):
        return None
    kept = Kept(request.path, fields)
    answer = ready(kept, 409) if is_signed_in() else sign_in_page(kept=kept, status=401)
    if is_htmx():
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "body", "innerHTML"
    return answer


def sign_in_page(
    *, kept: Kept | None, status: int, error: str = "", login: str = "", target: str | None = None
) -> Response:
    """Render the sign-in, with what it carries."""
    page = render_template(
        "accounts/sign_in.html", error=error, login=login, target=target, kept=kept
    )
    return make_response(page, status)


def carried() -> Kept | None:
    """Return what a sign-in form carries, if that leads to a view that keeps texts."""
    address = request.form.get(_ADDRESS, "")
    if not address.startswith("/"):
        return None
    try:
        endpoint, _values = current_app.url_map.bind(request.host).match(address, method="POST")
    except HTTPException:
        return None
    view = current_app.view_functions[str(endpoint)]
    if not hasattr(view, "keeps_text") or not _may_open(view):
        return None
    fields = tuple(
        (name.removeprefix(_PREFIX), text)
        for name, text in request.form.items(multi=True)
        if name.startswith(_PREFIX)
    )
    return Kept(address, fields) if len(fields) <= MOST_FIELDS else None


def ready(kept: Kept, status: int = 200) -> Response:
    """Show what was kept, with the button that sends it."""
    return make_response(render_template("accounts/kept.html", kept=kept), status)


def _may_open(view: Any) -> bool:
    """Say whether who has signed in, if anybody, may use a view: it shows what another typed."""
    return not is_signed_in() or current_identity().may(Permission(view.access))


def _is_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")  # browsers tell it over TLS only
    if site:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host
