"""The wording file: what is wrong with it is said with its name and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from reviewapp.adapters.notice_wording import (
    DEFAULT_WORDING,
    load_problem_rule,
    load_wording,
)
from reviewapp.domain.errors import Invalid


def _changed(tmp_path: Path, path: str, value: object) -> Path:
    data: Any = yaml.safe_load(DEFAULT_WORDING.read_text(encoding="utf-8"))
    *parents, last = path.split("/")
    place = data
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    file = tmp_path / "wording.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return file


def test_the_shipped_wording_loads_with_its_hash() -> None:
    wording = load_wording()
    assert wording.slug == "notice-wording"
    assert len(wording.sha256) == 64


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("opening", None, "opening"),
        ("opening", 5, "opening"),
        ("opening", "{{secret}}", "secret"),
        ("opening", "⟦x⟧", "⟦"),
        ("results/all", "{{titles}}被评为{{letter}}", "count"),
        ("results/extra", "x", "results.extra"),
        ("named", {"A": 1}, "named.B"),
        ("requirements/default", "x", "requirements.default"),
        ("requirements/default/1/when", "sometimes", "requirements.default.2"),
        ("requirements/default/0/text", "{{x}}", "requirements.default.1"),
        ("version", "one", "version"),
    ],
)
def test_a_wrong_wording_is_refused_with_file_and_key(
    tmp_path: Path, path: str, value: object, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        load_wording(_changed(tmp_path, path, value))
    assert "wording.yaml" in str(refused.value)
    assert words in str(refused.value)


def test_a_file_that_is_no_yaml_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("a: [", encoding="utf-8")
    with pytest.raises(Invalid, match=r"broken\.yaml"):
        load_wording(file)


def test_the_rule_of_common_problems_is_read_and_a_wrong_one_names_its_key(tmp_path: Path) -> None:
    assert load_problem_rule().at_least_reports == 2
    path = tmp_path / "common-problems.yaml"
    for text, why in (
        ("at_most: viele", "at_most"),
        ("most: 3", "a mapping of"),
        ("at_least_reports: 1", "at least two"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Invalid, match=why):
            load_problem_rule(path)
