"""Errors for people: what happened, what it means, what to do, and a number that is in the log."""

from __future__ import annotations

import logging
import secrets
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from reviewapp.domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from reviewapp.web.support.fragments import wants_fragment
from reviewapp.web.support.kept import sent_too_late

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Invalid: 422,
}
log = logging.getLogger("reviewapp")


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)


def words(error: DomainError) -> str:
    """Return the refusal in the reader's language."""
    values = {
        key: _(value) if isinstance(value, str) else value for key, value in error.values.items()
    }
    if "%(" in str(values.get("why", "")):  # a sentence inside the sentence, with the same values
        values["why"] = str(values["why"]) % values
    text = str(_(error.message))
    return text % values if values else text


def init_errors(app: Flask) -> None:
    """Answer every error with a page, or for htmx with a notice at the top."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Response:
        return _answer(status_of(error), words(error))

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> Response:
        return sent_too_late() or _answer(
            400,
            _(
                "This form was opened in an earlier session. Go back, reload the page and send again."
            ),
        )

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error.get_response()
        if error.code == 413:
            return _answer(413, _("What you sent is larger than the platform accepts."))
        if error.code == 404:
            return _answer(404, _("There is no such page, or not for your account."))
        return _answer(
            error.code, _("The request could not be answered (%(code)s).", code=error.code)
        )

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        number = secrets.token_hex(4)
        log.exception("error %s", number, exc_info=error)
        return _answer(
            500,
            _(
                "Something went wrong on our side. Nothing that was saved is lost. Number: %(number)s",
                number=number,
            ),
        )


def _answer(status: int, message: str) -> Response:
    if wants_fragment():
        response = make_response(render_template("errors/_notice.html", message=message), status)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    titles = {
        400: _("The form is no longer valid"),
        403: _("You may not do this"),
        404: _("Not found"),
        409: _("Not possible as things stand"),
        413: _("Too large"),
        422: _("Please correct what is marked"),
        500: _("Something went wrong"),
    }
    page = render_template(
        "errors/page.html",
        title=titles.get(status, _("Not possible")),
        message=message,
        before=_page_before(),
    )
    return make_response(page, status)


def _page_before() -> str:
    """Return the page of ours that the person came from; empty where there is none."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    # Two strokes at the begin would lead to another site.
    if before.netloc != request.host or before.path.startswith("//"):
        return ""
    if before.path == request.path and request.method == "GET":
        return ""
    return urlunsplit(("", "", before.path or "/", before.query, ""))
