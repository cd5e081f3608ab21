"""The heading classifier: spaCy's text classifier over characters, learned from the wordings.

It is learned when it is first asked (two seconds), always with the same seed, and kept in
$XDG_CACHE_HOME/reviewapp (~/.cache/reviewapp) under the hash of what it learned; where that folder
cannot be written it is learned once per process.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy

_SEED = 4
_ROUNDS = 20
_BATCH = 32
_DROP = 0.2
_NONE = "none"
_CONFIG = {
    "model": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 3,
        "no_output_layer": False,
        "length": 16384,
    }
}
_lock = threading.Lock()
Examples = tuple[tuple[str, str], ...]


def classify(examples: Examples, text: str) -> Mapping[str, float]:
    """Return the likelihood (0 to 1) of each label that the examples have; "" is no section."""
    with _lock:
        model = _model(examples)
        likely: dict[str, float] = model(text).cats
    return {"" if label == _NONE else label: value for label, value in likely.items()}


def prepare(examples: Examples) -> None:
    """Load the classifier, or learn and keep it, so that the first heading need not wait."""
    with _lock:
        _model(examples)


def cache_folder() -> Path:
    """Return the folder in which learned classifiers are kept."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "reviewapp"


@lru_cache(maxsize=8)
def _model(examples: Examples) -> Any:
    kept = cache_folder() / f"headings-{_fingerprint(examples)}"
    model = _kept(kept, examples)
    if model is None:
        model = _learn(examples)
        _keep(model, kept)
    return model


def _fingerprint(examples: Examples) -> str:
    """Return a hash over all that the classifier depends on."""
    told = [metadata.version("spacy"), _SEED, _ROUNDS, _BATCH, _DROP, _CONFIG, examples]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]


def _blank(examples: Sequence[tuple[str, str]]) -> Any:
    import spacy

    language = spacy.blank("zh")
    textcat: Any = language.add_pipe("textcat", config=_CONFIG)
    for label in dict.fromkeys(label for _, label in examples):
        textcat.add_label(label or _NONE)
    return language


def _learn(examples: Examples) -> Any:
    with _seeded():
        return _learn_in_order(examples)


@contextmanager
def _seeded() -> Iterator[None]:
    """Fix the seeds that learning draws from, and give the process its own back afterwards."""
    states = random.getstate(), numpy.random.get_state()
    random.seed(_SEED)
    numpy.random.seed(_SEED)
    try:
        yield
    finally:
        random.setstate(states[0])
        numpy.random.set_state(states[1])


def _learn_in_order(examples: Examples) -> Any:
    from spacy.training import Example

    language = _blank(examples)
    labels = language.get_pipe("textcat").labels
    lessons = [
        Example.from_dict(
            language.make_doc(text),
            {"cats": {each: float(each == (label or _NONE)) for each in labels}},
        )
        for text, label in examples
    ]
    shuffle = random.Random(_SEED)
    optimizer = language.initialize(lambda: lessons)
    for _ in range(_ROUNDS):
        shuffle.shuffle(lessons)
        for at in range(0, len(lessons), _BATCH):
            language.update(lessons[at : at + _BATCH], sgd=optimizer, drop=_DROP)
    return language


def _kept(folder: Path, examples: Examples) -> Any | None:
    if not folder.is_dir():
        return None
    try:
        language = _blank(examples)
        language.initialize()
        return language.from_disk(folder)
    except Exception:
        return None


def _keep(model: Any, folder: Path) -> None:
    """Write the classifier beside its place and move it there, so that it is whole or absent."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".headings-", dir=folder.parent))
        model.to_disk(made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    except OSError:
        return  # it is learned again by the next process
