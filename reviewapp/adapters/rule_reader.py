"""One YAML file of the precheck's data with typed access; an error names file, key and reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from reviewapp.domain.errors import N_, Invalid

# What the program puts into a pattern before it is used; not the name of a group, (?P<n>.
_FILLED = re.compile(r"(?<!P)<(?:amount|year|name|n|option|options|count|counts)>")


class RuleFile:
    """One mapping of a file with typed access; keys that nobody asked for are an error."""

    def __init__(self, path: Path, data: object = None, prefix: str = "") -> None:
        self.path = path
        self.prefix = prefix
        if data is None:
            try:
                data = yaml.safe_load(path.read_text(encoding="utf-8"))
            except FileNotFoundError:
                raise wrong(path, "", "the file is missing") from None
            except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                raise wrong(path, prefix, " ".join(str(error).split())) from error
        if not isinstance(data, dict):
            raise wrong(path, prefix, "a mapping is expected")
        self.data: dict[str, Any] = data
        self.asked: set[str] = set()

    def wrong(self, key: str, why: str) -> Invalid:
        """Return the error about a key of this mapping."""
        return wrong(self.path, f"{self.prefix}{key}", why)

    def _take(self, key: str, default: object) -> object:
        self.asked.add(key)
        value = self.data.get(key, default)
        if value is ...:
            raise self.wrong(key, "the key is missing")
        return value

    def text(self, key: str, default: object = ...) -> str:
        """Return a text that is not blank, or raise Invalid."""
        value = self._take(key, default)
        if not isinstance(value, str) or (default is ... and not value.strip()):
            raise self.wrong(key, "a text is expected")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false, or raise Invalid."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false is expected")
        return value

    def number(self, key: str) -> Decimal:
        """Return a number as an exact decimal, or raise Invalid."""
        value = self._take(key, ...)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "a number is expected")
        return Decimal(str(value))

    def day(self, key: str) -> date:
        """Return a calendar date, or raise Invalid."""
        value = self._take(key, ...)
        if not isinstance(value, date):
            raise self.wrong(key, "a date like 2020-02-25 is expected")
        return value

    def texts(self, key: str, default: object = ...) -> tuple[str, ...]:
        """Return a list of texts, or raise Invalid."""
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise self.wrong(key, "a list of texts is expected")
        return tuple(value)

    def patterns(self, key: str, *groups: str) -> tuple[str, ...]:
        """Return a list of regular expressions that compile and name `groups`, or raise Invalid."""
        texts = self.texts(key)
        for number, text in enumerate(texts, 1):
            compile_pattern(self, f"{key}.{number}", text)
            for group in groups:
                if f"(?P<{group}>" not in text and f"<{group}>" not in _FILLED.findall(text):
                    raise self.wrong(f"{key}.{number}", f"the group {group} is missing")
        return texts

    def decimals(self, key: str) -> tuple[Decimal, ...]:
        """Return a list of numbers as exact decimals, or raise Invalid."""
        value = self._take(key, ...)
        if not isinstance(value, list) or not all(
            isinstance(v, int | float) and not isinstance(v, bool) for v in value
        ):
            raise self.wrong(key, "a list of numbers is expected")
        return tuple(Decimal(str(v)) for v in value)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return a list of pairs of texts, or raise Invalid."""
        value = self._take(key, ...)
        if not isinstance(value, list) or not all(
            isinstance(v, list) and len(v) == 2 and all(isinstance(t, str) for t in v)
            for v in value
        ):
            raise self.wrong(key, "a list of pairs of texts is expected")
        return tuple((v[0], v[1]) for v in value)

    def groups(self, key: str, default: object = ...) -> tuple[tuple[str, ...], ...]:
        """Return a list of lists of texts, or raise Invalid."""
        value = self._take(key, default)
        if not isinstance(value, list):
            raise self.wrong(key, "a list is expected")
        rows = RuleFile(
            self.path, {str(n): v for n, v in enumerate(value, 1)}, f"{self.prefix}{key}."
        )
        return tuple(rows.texts(number) for number in rows.data)

    def items(self, key: str) -> list[RuleFile]:
        """Return a list of mappings, or raise Invalid."""
        value = self._take(key, ...)
        if not isinstance(value, list) or not value:
            raise self.wrong(key, "a list is expected")
        return [
            RuleFile(self.path, v if v is not None else {}, f"{self.prefix}{key}.{n}.")
            for n, v in enumerate(value, 1)
        ]

    def inner(self, key: str) -> RuleFile:
        """Return a mapping inside this one, or raise Invalid."""
        return RuleFile(self.path, self._take(key, ...), f"{self.prefix}{key}.")

    def done(self) -> None:
        """Raise Invalid where a key stands that nobody asked for."""
        unknown = sorted(set(self.data) - self.asked)
        if unknown:
            raise self.wrong(unknown[0], "the key is not known here")


def compile_pattern(file: RuleFile, key: str, pattern: str) -> None:
    """Raise Invalid where a text is no regular expression; <amount>, <year> … stand for parts."""
    try:
        re.compile(_FILLED.sub("x", pattern))
    except re.error as error:
        raise file.wrong(key, f"no regular expression: {error}") from None


def lists(file: RuleFile, *, patterns: bool = False) -> Mapping[str, tuple[str, ...]]:
    """Return every key of a mapping with its list of texts or regular expressions."""
    take: Callable[[str], tuple[str, ...]] = file.patterns if patterns else file.texts
    return {key: take(key) for key in file.data}


def wrong(path: Path, key: str, why: str) -> Invalid:
    """Return the error about a key of a file."""
    return Invalid(
        N_("%(file)s, %(key)s: %(why)s"), field=key, file=path.name, key=key or "—", why=why
    )
