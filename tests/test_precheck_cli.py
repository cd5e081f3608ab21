"""`reviewapp precheck` at the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reviewapp.adapters import rule_files
from reviewapp.cli import main
from tests.adapters import pdf_builders
from tests.precheck_documents import set_report


def test_json_is_one_object_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = set_report(tmp_path / "r.pdf")

    status = main(["precheck", str(path), "--kind", "key-project", "--format", "json"])

    assert status == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "complete"


def test_text_tells_findings_for_reading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = set_report(tmp_path / "r.pdf", without="六、有关建议")

    assert main(["precheck", str(path), "--kind", "key-project"]) == 0

    assert "必备章节“有关建议”" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_ends_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = pdf_builders.encrypted(tmp_path / "r.pdf", owner="o", user="u")

    status = main(["precheck", str(path), "--kind", "department", "--format", "json"])

    assert status == 2
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["error"]["code"]) == ("unverifiable", "encrypted")


def test_every_check_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for check in rule_files.load().checks:
        assert main(["precheck", "--explain", check]) == 0
        assert main(["precheck", "--explain", check, "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "依据：" in told
    assert "Tolerance: " in told


def test_an_unknown_check_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["precheck", "--explain", "spelling"]) == 2
    assert "weights-sum" in capsys.readouterr().err


def test_other_rules_change_severities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rule_files.DEFAULT_FOLDER, folder)
    checks = folder / "checks.yaml"
    text = checks.read_text(encoding="utf-8")
    checks.write_text(text.replace("severity: error", "severity: silent", 1), encoding="utf-8")
    path = set_report(tmp_path / "r.pdf", without="六、有关建议")

    main(
        ["precheck", str(path), "--kind", "key-project", "--format", "json", "--rules", str(folder)]
    )

    answer = json.loads(capsys.readouterr().out)
    assert answer["findings"] == []
    assert "section-missing" not in {check["id"] for check in answer["checks"]}


def test_a_fault_in_the_rules_is_told_with_file_and_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rule_files.DEFAULT_FOLDER, folder)
    text = (folder / "checks.yaml").read_text(encoding="utf-8")
    (folder / "checks.yaml").write_text(text.replace(": error", ": grave", 1), encoding="utf-8")

    status = main(["precheck", "x.pdf", "--kind", "key-project", "--rules", str(folder)])

    assert status == 2
    told = capsys.readouterr().err
    assert "checks.yaml" in told
    assert "severity" in told


def test_a_finding_has_the_contracts_keys_and_no_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = set_report(tmp_path / "r.pdf", without="六、有关建议")
    main(["precheck", str(path), "--kind", "key-project", "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    keys = "check version outcome severity section page box quote expected found message"
    assert answer["findings"]
    assert all(list(one) == keys.split() for one in answer["findings"])
