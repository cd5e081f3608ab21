"""How reminders are written, from rubrics/reminders.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from reviewapp.adapters.rubric_files import FileProblem, RubricFileError
from reviewapp.domain.errors import N_
from reviewapp.domain.reminders import Wording

FILE = "reminders.yaml"
_KEYS = ("subject", "text", "declare", "undated", "day")


@lru_cache(maxsize=4)
def load(folder: Path) -> Wording:
    """Read the wording. Raises RubricFileError where a key is missing."""
    data = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    problems = [
        FileProblem(FILE, key, N_("must not be empty"))
        for key in _KEYS
        if not isinstance(data.get(key), str) or not data[key]
    ]
    if problems:
        raise RubricFileError(problems)
    return Wording(*(data[key] for key in _KEYS))
