"""Checks, their data, their sentences and their documentation go together."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from reviewapp.adapters import rule_files
from reviewapp.domain.errors import Invalid
from reviewapp.domain.precheck import suite
from reviewapp.domain.precheck.words import MESSAGES
from tests.conftest import ROOT


def test_every_check_has_data_sentences_and_a_line_in_the_documentation() -> None:
    rules = rule_files.load()
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", text, re.MULTILINE))

    assert set(suite.check_ids()) == set(rules.checks) == set(MESSAGES)
    assert documented == {check.id: check.severity.value for check in rules.checks.values()}


def test_every_check_says_why_it_weighs_what_it_weighs() -> None:
    for rule in rule_files.load().checks.values():
        assert rule.why, rule.id
        assert rule.why_en, rule.id


def test_a_heading_wording_belongs_to_one_section_or_is_shared_on_purpose() -> None:
    for outline in rule_files.load().outlines.values():
        for rule in outline.sections:
            assert len(set(rule.exact)) == len(rule.exact), rule.id
            assert not set(rule.exact) & set(rule.shared), rule.id


def edited(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(rule_files.DEFAULT_FOLDER, folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("checks.yaml", "pii-phone:", "pii-fax:", "pii-fax"),
        ("outline-department.yaml", "parent: department-overview", "parent: nothing", "sections"),
        ("scores.yaml", "tolerance_on_total: 0.05", "tolerance_on_total: much", "tolerance"),
        ("repealed.yaml", "since: 2020-02-25", "since: later", "since"),
        ("leftovers.yaml", "'×{2,}'", "'(×'", "leftovers"),
        ("facts.yaml", "table_columns:", "columns_of_tables:", "table_columns"),
        ("scores.yaml", "(?P<low>", "(?P<least>", "own_thresholds"),
        ("surveys.yaml", "'<option>[^,;。、\\d满意一般]", "'<answer>[^,", "paired"),
        ("surveys.yaml", "(?P<count>", "(?P<number>", "issued"),
    ],
)
def test_a_fault_in_the_data_is_told_with_file_and_key(
    tmp_path: Path, name: str, old: str, new: str, key: str
) -> None:
    folder = edited(tmp_path, name, old, new)

    with pytest.raises(Invalid) as refusal:
        rule_files.load(folder)

    assert refusal.value.values["file"] == name
    assert key in str(refusal.value.values["key"])


def test_the_hash_changes_with_the_data(tmp_path: Path) -> None:
    folder = edited(tmp_path, "leftovers.yaml", "TODO|TBD", "TODO|TBA")

    assert rule_files.load(folder).content_hash != rule_files.load().content_hash
