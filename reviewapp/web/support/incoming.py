"""What a request brings, made harmless before any view reads it."""

from __future__ import annotations

import re
from typing import IO, Any

from flask import Flask, Request, request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from reviewapp.web.support.identity import is_signed_in

#: forms of people who are not signed in hold a name and a password, unless a view says more
MOST_FROM_STRANGERS = 100_000

# NUL is refused by PostgreSQL, the other signs by XML, thus by the Excel and Word files that the
# texts go into; no keyboard makes them. Tab and line break stay.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def harmless(text: str) -> str:
    """Return a text without the control signs and noncharacters that files cannot hold."""
    return _UNPRINTABLE.sub("", text)


class HarmlessForms(FormDataParser):
    """Reads forms; fields and file names lose what is unprintable."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Return the rest of the stream, the fields and the files."""
        rest, form, files = super().parse(stream, mimetype, content_length, options)
        for file in files.values():
            file.filename = harmless(file.filename) if file.filename else file.filename
        pairs = form.items(multi=True)
        # A part of a hostile form may have no name at all; no view asks for it.
        kept = [(harmless(name), harmless(text)) for name, text in pairs if name is not None]
        return rest, self.cls(kept), files


class HarmlessRequest(Request):
    """A request whose texts are printable, and whose HEAD is a GET without the body.

    Views tell a shown form from a sent one by the method. A HEAD that is not called GET would run
    what belongs to the POST, and no CSRF token is asked of it.
    """

    form_data_parser_class = HarmlessForms

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.method == "HEAD":
            self.method = "GET"

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Return the values of the address after the question mark."""
        pairs = super().args.items(multi=True)
        return ImmutableMultiDict([(harmless(name), harmless(text)) for name, text in pairs])


def init_incoming(app: Flask) -> None:
    """Read requests as HarmlessRequest, and next to nothing from people who are not signed in.

    Comes before the CSRF protection, which has the whole form read, files and all, before any
    view is asked whether it lets the sender in.
    """
    app.request_class = HarmlessRequest

    @app.before_request
    def keep_strangers_short() -> None:
        if request.method == "POST" and not is_signed_in():
            view = app.view_functions.get(request.endpoint or "")
            has_files = request.mimetype == "multipart/form-data"
            most = getattr(view, "most_from_strangers", MOST_FROM_STRANGERS)
            request.max_content_length = MOST_FROM_STRANGERS if has_files else most
