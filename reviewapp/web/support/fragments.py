"""Whole pages for browsers, named blocks of the same template for htmx."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask_htmx import HTMX
from jinja2_fragments.flask import render_block

htmx = HTMX()


def wants_fragment() -> bool:
    """Say whether the asker is htmx and wants a part of the page only."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_blocks(template: str, *blocks: str, status: int = 200, **context: Any) -> Response:
    """Render the page, or for htmx the first block and the others out of band (`oob` is true)."""
    if not wants_fragment() or not blocks:
        return make_response(render_template(template, **context), status)
    first, *others = blocks
    parts = [render_block(template, first, **context)]
    parts += [render_block(template, other, oob=True, **context) for other in others]
    return make_response("".join(parts), status)


def done(location: str) -> Response:
    """Answer a successful POST: 303 for a browser, HX-Redirect for htmx that wants the page."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = location
        return response
    return make_response(redirect(location, 303))


def is_htmx() -> bool:
    """Say whether htmx asks."""
    return request.headers.get("HX-Request") == "true"
