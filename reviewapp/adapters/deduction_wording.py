"""How deductions are written, from rubrics/deductions.yaml."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from reviewapp.adapters.rubric_files import FileProblem, RubricFileError
from reviewapp.domain.deductions import Wording
from reviewapp.domain.errors import N_

FILE = "deductions.yaml"


@lru_cache(maxsize=4)
def load(folder: Path) -> Wording:
    """Read the wording. Raises RubricFileError where a key is missing or a pattern is none."""
    data = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    problems = []
    for key in ("once", "each", "places", "cited", "read"):
        kind = list if key == "read" else str
        if not isinstance(data.get(key), kind) or not data[key]:
            problems.append(FileProblem(FILE, key, N_("must not be empty")))
    for pattern in data.get("read") or ():
        try:
            if re.compile(pattern).groups != 1:
                problems.append(FileProblem(FILE, "read", N_("a pattern needs one group")))
        except re.error:
            problems.append(FileProblem(FILE, "read", N_("a pattern cannot be read")))
    if problems:
        raise RubricFileError(problems)
    return Wording(data["once"], data["each"], data["places"], data["cited"], tuple(data["read"]))
