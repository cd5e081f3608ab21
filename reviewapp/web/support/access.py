"""Permissions fail closed: a view that declares none keeps the app from starting."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, redirect, request, url_for

from reviewapp.domain.errors import N_, NotAllowed, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.web.support.identity import current_identity, is_signed_in
from reviewapp.web.support.kept import sent_too_late

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SIGNED_IN = "signed-in"


def public(view: View) -> View:
    """Let everybody in, signed in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Let everybody in who is signed in."""
    return _guard(view, SIGNED_IN, None)


def requires(permission: Permission) -> Callable[[View], View]:
    """Let in who holds the permission. Others get 404: they need not know that the page exists."""
    return lambda view: _guard(view, permission.value, permission)


def _guard(view: View, access: str, permission: Permission | None) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not is_signed_in():
            return _to_sign_in()
        if permission is not None and not current_identity().may(permission):
            raise NotFound(N_("There is no such page, or not for your account."))
        return view(*args, **kwargs)

    guarded.access = access  # type: ignore[attr-defined]
    return cast(View, guarded)


def _to_sign_in() -> Any:
    too_late = sent_too_late()
    if too_late is not None:
        return too_late
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        # The way back leads to the page, not to the part of it that was asked for.
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        target = f"{page.path}?{page.query}".rstrip("?") or None
    response = redirect(url_for("accounts.sign_in", next=target), 303)
    if request.headers.get("HX-Request"):
        response.headers["HX-Redirect"] = response.headers["Location"]
        response.status_code = 401
    return response


def check_every_view_declares_access(app: Flask) -> None:
    """Raise at start for a view with neither @public, @signed_in nor @requires."""
    silent = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "access")
    )
    if silent:
        raise RuntimeError(f"views without a declared permission: {', '.join(silent)}")


def refuse(message: str, **values: Any) -> NotAllowed:
    """Return the error for someone who may see a thing but not do this to it."""
    return NotAllowed(message, **values)
