"""`reviewapp precheck` at the terminal."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
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


def _memory(root: int) -> int:
    """Return the resident bytes of a process and all below it; what they share counts twice."""
    total, todo = 0, [root]
    while todo:
        place = Path(f"/proc/{todo.pop()}")
        try:
            lines = (place / "status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024
            for thread in (place / "task").iterdir():
                todo += [int(one) for one in (thread / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("build", [pdf_builders.flate_bomb, pdf_builders.recursive_form])
def test_a_bomb_is_answered_within_30_seconds_and_a_gigabyte(
    tmp_path: Path, build: Callable[[Path], Path]
) -> None:
    path, began, peak = build(tmp_path / "bomb.pdf"), time.monotonic(), 0
    program = [Path(sys.executable).with_name("reviewapp"), "precheck", path]
    with subprocess.Popen(
        [*program, "--kind", "key-project", "--format", "json"], stdout=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.02)
        assert process.stdout
        answer = json.loads(process.stdout.read())

    assert answer["error"]["code"] == "unsafe"
    assert time.monotonic() - began < 30
    assert 200_000_000 < peak < 1_000_000_000


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
    assert answer["outcome"] == "complete"
    assert not {"silent", "layout"} & set(answer)


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


def test_against_a_folder_shared_passages_are_found_on_their_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = (
        "项目实施中各责任单位分工明确，定期召开调度会通报进展，对滞后事项逐项督办并限期整改。"
        "镇街与部门之间建立了联络员制度，资金拨付、工程变更和质量问题均在一周之内得到书面答复。"
        "群众意见由专人登记、转办和回访，回访结果纳入年度考核，各项任务因此得以按期完成。"
    )
    folder = tmp_path / "earlier"
    folder.mkdir()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 no report")
    path = set_report(tmp_path / "own.pdf", extra=copied)
    command = ["precheck", str(path), "--kind", "key-project", "--format", "json"]

    main([*command, "--against", str(folder)])
    alone = json.loads(capsys.readouterr().out)
    set_report(folder / "other.pdf", extra=copied)
    main([*command, "--against", str(folder)])
    both = json.loads(capsys.readouterr().out)

    def outcome(answer: dict[str, object]) -> str:
        checks = answer["checks"]
        assert isinstance(checks, list)
        return next(str(one["outcome"]) for one in checks if one["id"] == "text-shared")

    assert (outcome(alone), outcome(both)) == ("pass", "suspect")
    found = [one for one in both["findings"] if one["check"] == "text-shared"]
    assert any("各责任单位分工明确" in one["quote"] for one in found)
    assert all(one["page"] and one["box"] for one in found)
    assert main([*command, "--against", str(path)]) == 2
