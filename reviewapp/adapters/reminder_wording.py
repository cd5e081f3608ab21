"""How reminders are written, from rubrics/reminders.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from reviewapp.adapters.rubric_files import FileProblem, RubricFileError
from reviewapp.domain.errors import N_
from reviewapp.domain.reminders import AgencyWording, Wording

FILE = "reminders.yaml"
_KEYS = ("subject", "text", "declare", "undated", "day")
_AGENCY_KEYS = ("subject", "text", "undated", "day")


@lru_cache(maxsize=4)
def load(folder: Path) -> Wording:
    """Read the wording to experts. Raises RubricFileError where a key is missing."""
    return Wording(*_read(folder, "", _KEYS))


@lru_cache(maxsize=4)
def load_for_agencies(folder: Path) -> AgencyWording:
    """Read the wording to agencies. Raises RubricFileError where a key is missing."""
    return AgencyWording(*_read(folder, "agency", _AGENCY_KEYS))


def _read(folder: Path, part: str, keys: tuple[str, ...]) -> list[str]:
    data = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    found = (data.get(part) or {}) if part else data
    problems = [
        FileProblem(FILE, f"{part}.{key}" if part else key, N_("must not be empty"))
        for key in keys
        if not isinstance(found.get(key), str) or not found[key]
    ]
    if problems:
        raise RubricFileError(problems)
    return [found[key] for key in keys]
