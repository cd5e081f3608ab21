"""The corpus's wordings and their two halves: `seen` while developing, `unseen` only for scores."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

HALVES = ("seen", "unseen")
_DATA = Path(__file__).with_name("data")
# Chosen once so that every list has wordings in both halves; never changed afterwards.
_SALT = "4323"


@cache
def data(name: str) -> Any:
    return yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def half_of(wording: object) -> str:
    """Say which half a wording belongs to; new wordings do not move the old ones."""
    digest = hashlib.sha256(f"{_SALT}:{wording}".encode()).digest()
    return HALVES[digest[0] & 1]


class Words:
    """Draws wordings of one half."""

    def __init__(self, half: str, random: Random) -> None:
        self.half = half
        self.random = random

    def all(self, name: str, *keys: str) -> list[Any]:
        found = data(name)
        for key in keys:
            found = found[key]
        kept = [wording for wording in found if half_of(wording) == self.half]
        if not kept:
            raise LookupError(f"no {self.half} wording for {name}/{'/'.join(keys)}")
        return kept

    def one(self, name: str, *keys: str) -> Any:
        return self.random.choice(self.all(name, *keys))
