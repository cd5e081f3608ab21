"""rubrics/intake.yaml: how lists of reports name their columns, kinds and grades."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from reviewapp.domain.bundle import PART_KINDS
from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.intake import IntakeWords, plain_word


@lru_cache(maxsize=4)
def load_words(path: Path) -> IntakeWords:
    """Read the words. Raises Invalid naming the file and the key."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise _problem(path, "", str(error)) from error
    tables = {key: _flat(path, data, key) for key in ("columns", "kinds", "grades")}
    ignored = data.get("ignored") or []
    if not isinstance(ignored, list):
        raise _problem(path, "ignored", "expected a list of words")
    return IntakeWords(
        **tables,
        parts=_parts(path, data),
        ignored=frozenset(plain_word(str(word)) for word in ignored),
    )


def _parts(path: Path, data: object) -> Mapping[str, tuple[str, ...]]:
    """Return the words in a file's name that say what part of a report it is."""
    table = data.get("parts") if isinstance(data, dict) else None
    if not isinstance(table, dict) or not set(table) <= set(PART_KINDS):
        raise _problem(path, "parts", f"expected lists of words for {', '.join(PART_KINDS)}")
    found = {}
    for kind, words in table.items():
        if not isinstance(words, list) or not all(words):
            raise _problem(path, f"parts.{kind}", "expected a list of words")
        found[kind] = tuple(unicodedata.normalize("NFKC", str(word)).casefold() for word in words)
    return found


def _flat(path: Path, data: object, key: str) -> Mapping[str, str]:
    table = data.get(key) if isinstance(data, dict) else None
    if not isinstance(table, dict) or not table:
        raise _problem(path, key, "expected a table of lists")
    flat: dict[str, str] = {}
    for name, spellings in table.items():
        if not isinstance(spellings, list):
            raise _problem(path, f"{key}.{name}", "expected a list of words")
        for word in spellings:
            known = flat.setdefault(plain_word(str(word)), str(name))
            if known != str(name):
                raise _problem(path, f"{key}.{name}", f"{word} already means {known}")
    return flat


def _problem(path: Path, key: str, why: str) -> Invalid:
    where = f"{path.name}: {key}" if key else path.name
    return Invalid(N_("The words for intake lists cannot be used: %(why)s"), why=f"{where}: {why}")
