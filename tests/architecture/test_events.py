"""Every kind of event that services record has words for the people who read the records."""

from __future__ import annotations

import ast

from reviewapp.services.notice_facts import NoticeSettings
from reviewapp.services.report_metadata import FIELDS
from reviewapp.web.support.change_words import NAMES
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
            if not called.endswith(("record", "record_about", "_move")):
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


def _values() -> set[str]:
    """Find the names of the values that services record: keys of what stands before and after."""
    found = set()
    for path in (ROOT / "reviewapp" / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in {"before", "after"}:
                sides = [part for part in ast.walk(node.value) if isinstance(part, ast.Dict)]
            elif isinstance(node, ast.FunctionDef) and node.name in {"_said", "_plain"}:
                sides = [part for part in ast.walk(node) if isinstance(part, ast.Dict)]
            else:
                continue
            for side in sides:
                found |= {
                    key.value
                    for key in side.keys
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                }
    return found


def test_every_value_of_an_event_has_a_name() -> None:
    recorded = _values() | set(FIELDS) | set(NoticeSettings.__dataclass_fields__)
    assert {"state", "hides_findings", "closed_early_reason"} & recorded
    missing = recorded - set(NAMES)
    assert not missing, f"web/support/change_words.py has no name for {sorted(missing)}"
