"""Somebody who uses the site over HTTP without any browser: keeps the cookie, sends the token."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import TracebackType

import httpx

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One signed-in person. `post` first opens the page that holds the form, as people do."""

    def __init__(self, base_url: str, login: str = "", password: str = "") -> None:
        self.client = httpx.Client(base_url=base_url, follow_redirects=True, timeout=60)
        if login:
            page = self.post("/sign-in", {"login": login, "password": password})
            assert page.status_code == 200, page.text[:500]

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path)

    def post(
        self,
        path: str,
        data: Mapping[str, str] | None = None,
        *,
        page: str = "",
        files: Sequence[tuple[str, tuple[str, bytes, str]]] = (),
    ) -> httpx.Response:
        """Send the form of `page` (the address itself if not given)."""
        found = _TOKEN.search(self.client.get(page or path).text)
        assert found, f"no form on {page or path}"
        return self.client.post(
            path,
            data={"csrf_token": found[1], **(data or {})},
            files=list(files) or None,
        )
