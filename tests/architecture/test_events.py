"""Every kind of event that services record has words for the people who read the records."""

from __future__ import annotations

import ast

from reviewapp.web.support.event_words import EVENT_WORDS
from tests.conftest import ROOT


def _recorded() -> set[str]:
    """Find the kinds among the strings of services: a lower-case thing, a dot, a past tense."""
    found = set()
    for path in (ROOT / "reviewapp" / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if not called.endswith(("record", "_move")):
                continue
            for argument in node.args:
                for part in ast.walk(argument):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        thing, dot, act = part.value.partition(".")
                        if dot and thing.isalpha() and act.replace("-", "").isalpha():
                            found.add(part.value)
    return found


def test_every_event_has_words() -> None:
    recorded = _recorded()
    assert {"report.taken-in", "round.phase-changed"} <= recorded
    assert not recorded - set(EVENT_WORDS)
