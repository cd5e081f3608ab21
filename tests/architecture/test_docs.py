"""The documents say what the program does."""

from __future__ import annotations

import dataclasses
import re

from reviewapp.config import Config
from reviewapp.domain.policy import Permission
from tests.conftest import ROOT

DOCS = ROOT / "docs"


def test_every_setting_stands_in_operations() -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    fields = {field.name for field in dataclasses.fields(Config)} - {"testing"}
    assert not {name for name in fields if f"`{name}`" not in text}


def test_every_permission_stands_in_the_architecture() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert not [p.value for p in Permission if f"`{p.value}`" not in text]


def test_the_readmes_are_short_and_name_the_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 100
        assert "make run" in text
        assert "make test" in text


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md"]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.name} -> {target}")
    assert not broken


def test_every_decision_names_what_was_discarded() -> None:
    for path in sorted((DOCS / "adr").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for part in (
            "**Context.**",
            "**Decision.**",
            "**Alternatives discarded.**",
            "**Consequences.**",
            "Status:",
        ):
            assert part in text, f"{path.name} lacks {part}"


def test_every_decision_has_a_number_of_its_own() -> None:
    paths = sorted((DOCS / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in paths] == list(range(1, len(paths) + 1))
    for path in paths:
        assert path.read_text(encoding="utf-8").startswith(f"# {int(path.name[:4])}. "), path.name
