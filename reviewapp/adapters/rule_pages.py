"""The precheck's data files as people read them: every key with its values, nothing left out.

What the program goes by is read by rule_files; this is the same data in the files' own words, so
that a page can show what a bureau may edit and where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Entry:
    """One key of a file, its path joined by dots, and its values as texts."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class DataFile:
    """One data file: its name, the remark at its head, its data, and its keys one by one."""

    name: str
    remark: str
    data: Mapping[str, Any]
    entries: tuple[Entry, ...]


def data_files(folder: Path) -> tuple[DataFile, ...]:
    """Return every data file of a folder by name. ValueError where one is no YAML mapping."""
    paths = sorted(folder.glob("*.yaml"))
    return _cached(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


@lru_cache(maxsize=4)
def _cached(stamps: tuple[tuple[Path, int, int], ...]) -> tuple[DataFile, ...]:
    return tuple(_read(path) for path, _changed, _size in stamps)


def _read(path: Path) -> DataFile:
    text = path.read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} is no mapping")
    return DataFile(path.stem, _remark(text), data, tuple(_entries(data, "")))


def _remark(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# ").rstrip())
    return " ".join(lines)


def _entries(value: Any, key: str) -> Iterator[Entry]:
    """Yield the keys below a value; a list of plain values is one entry."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _entries(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, one in enumerate(value, 1):
            yield from _entries(one, f"{key}.{number}")
    elif isinstance(value, list):
        yield Entry(key, tuple(_text(one) for one in value))
    else:
        yield Entry(key, (_text(value),))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
