"""Page hygiene: every HTML answer of every web test is checked as it passes by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import html5lib
import pytest
from flask import Flask, Response

STRICT = html5lib.HTMLParser(strict=True)


@pytest.fixture(autouse=True)
def _hygiene(request: pytest.FixtureRequest) -> Iterator[None]:
    if "app" not in request.fixturenames:
        yield
        return
    app: Flask = request.getfixturevalue("app")
    problems: list[str] = []

    @app.after_request
    def look(response: Response) -> Response:
        from flask import request as asked

        if response.mimetype == "text/html" and not response.direct_passthrough:
            text = response.get_data(as_text=True)
            if text.lstrip().lower().startswith("<!doctype"):
                problems.extend(f"{asked.path}: {what}" for what in faults(text))
        return response

    yield
    assert not problems, "\n".join(sorted(set(problems)))


def faults(text: str) -> list[str]:
    """Return what is wrong with a page."""
    found = []
    parser = html5lib.HTMLParser()
    parser.parse(text)
    # A stray end tag or a table out of order shows another page than the one that was meant.
    for position, code, _values in parser.errors:
        found.append(f"HTML {code} at {position}")
    headings = re.findall(r"<h1\b[^>]*>(.*?)</h1>", text, flags=re.S)
    title = re.search(r"<title>(.*?)</title>", text, flags=re.S)
    if len(headings) != 1:
        found.append(f"{len(headings)} h1")
    if title is None or not title.group(1).split("·")[0].strip():
        found.append("no title")
    ids = Counter(re.findall(r'\sid="([^"]+)"', text))
    found.extend(f"id {name} stands {n} times" for name, n in ids.items() if n > 1)
    for form in re.findall(r"<form\b[^>]*>.*?</form>", text, flags=re.S):
        head = form.split(">", 1)[0]
        if 'action="' not in head:
            found.append(f"a form without action: {head[:80]}")
        if 'method="post"' in head and 'name="csrf_token"' not in form:
            found.append(f"a form without token: {head[:80]}")
    labels = set(re.findall(r'<label\b[^>]*\bfor="([^"]+)"', text))
    found.extend(f"label for {name} leads nowhere" for name in labels - set(ids))
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", text):
        if re.search(r'type="(?:hidden|submit)"', tag):
            continue
        name = re.search(r'\sid="([^"]+)"', tag)
        if "aria-label" not in tag and (name is None or name.group(1) not in labels):
            inside = re.search(
                r"<label\b[^>]*>(?:(?!</label>).)*" + re.escape(tag), text, flags=re.S
            )
            if inside is None:
                found.append(f"no label: {tag[:100]}")
    if re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=\"", text):
        found.append("something inline")
    return found
