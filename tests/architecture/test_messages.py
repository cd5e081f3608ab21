"""The catalogue is complete: every msgid has its Chinese, with the same placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from reviewapp.adapters.catalogue import TRANSLATIONS, merged
from tests.conftest import ROOT

METHODS = [("reviewapp/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "N_": None,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def _extracted() -> Iterator[tuple[str, object]]:
    options = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
    for folder in ("reviewapp", "templates"):
        for filename, line, message, _comments, _context in extract_from_dir(
            ROOT / folder,
            method_map=[("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")],
            options_map={"**.html": options["templates/**.html"]},
            keywords=KEYWORDS,
        ):
            yield f"{folder}/{filename}:{line}", message


def _first(message: object) -> str:
    return message[0] if isinstance(message, tuple) else str(message)


def test_every_msgid_has_its_chinese() -> None:
    catalogue = merged()
    missing = {}
    for place, message in _extracted():
        entry = catalogue.get(_first(message))
        if (
            entry is None
            or not entry.string
            or (isinstance(entry.string, tuple) and not all(entry.string))
        ):
            missing.setdefault(_first(message), place)
    assert not missing, "\n".join(f"{place}: {text!r}" for text, place in missing.items())


def test_placeholders_are_the_same_on_both_sides() -> None:
    for message in merged():
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = {name for text in ids for name in PLACEHOLDER.findall(text)}
        for string in strings:
            found = set(PLACEHOLDER.findall(string))
            assert found <= wanted, f"{message.id!r}: {found - wanted} is not in the msgid"
            if len(ids) == 1:
                assert found == wanted, f"{message.id!r}: {wanted - found} is lost"


def test_no_msgid_is_translated_and_never_used() -> None:
    used = {_first(message) for _place, message in _extracted()}
    stale = {m.id if isinstance(m.id, str) else m.id[0] for m in merged() if m.id} - used
    assert not stale, sorted(stale)


@pytest.mark.parametrize(
    "path", sorted((TRANSLATIONS / "zh_Hans").glob("*.po")), ids=lambda p: p.name
)
def test_no_entry_is_fuzzy_or_left_in_english(path: Path) -> None:
    with path.open("rb") as handle:
        for message in read_po(handle, locale="zh_Hans", abort_invalid=True):
            if not message.id:
                continue
            assert not message.fuzzy, message.id
            texts = [message.string] if isinstance(message.string, str) else message.string
            for text in texts:
                plain = PLACEHOLDER.sub("", text)
                assert re.search(r"[一-鿿]", plain) or not re.search(r"[A-Za-z]{4,}", plain), text
