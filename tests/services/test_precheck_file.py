"""The precheck of a whole file: the answer's form, its errors, and what it says of real PDFs."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.adapters import rule_files
from reviewapp.services.precheck_file import check_file
from tests.adapters import pdf_builders
from tests.precheck_documents import TITLE, set_report

KEYS = {
    "schema",
    "file",
    "kind",
    "outcome",
    "facts",
    "fact_places",
    "sections",
    "headings",
    "tables",
    "findings",
    "checks",
    "error",
    "timing",
    "silent",
    "layout",
}


def test_a_faultless_report_is_complete(tmp_path: Path) -> None:
    answer = check_file(set_report(tmp_path / "r.pdf"), "key-project", name="养护.pdf")

    assert answer["findings"] == []
    assert answer["outcome"] == "complete"
    assert answer["error"] is None
    assert set(answer) == KEYS
    assert answer["file"]["name"] == "养护.pdf"
    assert {check["outcome"] for check in answer["checks"]} <= {"pass", "not-applicable"}


def test_sections_come_in_outline_order_with_the_pages_of_their_own_headings(
    tmp_path: Path,
) -> None:
    answer = check_file(set_report(tmp_path / "r.pdf"), "key-project")

    ids = [rule.id for rule in rule_files.load().outlines["key-project"].sections]
    assert [section["id"] for section in answer["sections"]] == ids
    found = {section["id"]: section for section in answer["sections"]}
    assert found["basic-info"]["page"] == 3  # not the contents on page 2
    assert found["recommendations"]["heading"] == "六、有关建议"
    assert found["other-matters"]["found"] is False
    assert found["other-matters"]["page"] is None


def test_facts_are_read_with_their_places(tmp_path: Path) -> None:
    answer = check_file(set_report(tmp_path / "r.pdf"), "key-project")

    expected = {
        "title": TITLE,
        "project_name": "城区道路养护项目",
        "unit": "河东区市政管理所",
        "department": "河东区城市管理局",
        "agency": "中衡会计师事务所",
        "report_date": "2025-06",
        "evaluation_year": 2024,
        "total_score": "86.5",
        "grade": "良",
    }
    assert answer["facts"] == expected
    assert set(answer["fact_places"]) == set(expected)
    assert answer["fact_places"]["unit"]["page"] == 1


def test_planted_faults_are_found_on_their_pages(tmp_path: Path) -> None:
    path = set_report(
        tmp_path / "r.pdf", without="六、有关建议", score="88", extra="相关数据待补充。"
    )

    answer = check_file(path, "key-project")

    found = {(finding["check"], finding["page"]) for finding in answer["findings"]}
    last = answer["file"]["pages"]
    assert found == {
        ("section-missing", None),
        ("placeholder-left", last),
        ("scores-sum", answer["tables"][0]["end_page"]),
        ("score-inconsistent", answer["tables"][0]["end_page"]),
    }
    assert answer["outcome"] == "incomplete"
    assert answer["tables"][0]["role"] == "indicator-scores"
    assert all(len(finding["key"]) == 64 for finding in answer["findings"])


def test_messages_are_chinese_unless_english_is_asked_for(tmp_path: Path) -> None:
    path = set_report(tmp_path / "r.pdf", without="六、有关建议")

    (chinese,) = check_file(path, "key-project")["findings"]
    (english,) = check_file(path, "key-project", lang="en")["findings"]

    assert chinese["message"] == "正文和附件中均未找到必备章节“有关建议”。"
    assert "Recommendations" in english["message"]


def test_a_department_report_is_measured_by_its_own_outline(tmp_path: Path) -> None:
    answer = check_file(set_report(tmp_path / "r.pdf"), "department")

    missing = {f["expected"] for f in answer["findings"] if f["check"] == "section-missing"}
    assert missing == {"duties-organization", "budget-execution"}
    assert "decision" not in {section["id"] for section in answer["sections"]}


def test_a_file_behind_a_password_is_an_answer_and_no_exception(tmp_path: Path) -> None:
    path = pdf_builders.encrypted(tmp_path / "r.pdf", owner="o", user="u")

    answer = check_file(path, "key-project")

    assert answer["error"]["code"] == "encrypted"
    assert answer["outcome"] == "unverifiable"
    assert set(answer) == KEYS
    assert answer["sections"] == answer["findings"] == answer["checks"] == []


def test_a_scan_says_what_to_hand_in_instead(tmp_path: Path) -> None:
    answer = check_file(pdf_builders.scanned(tmp_path / "r.pdf"), "key-project")

    assert answer["error"]["code"] == "empty"
    assert "扫描件" in answer["error"]["message"]
    assert answer["file"]["scanned_pages"] == [1, 2]


def test_a_file_that_is_no_pdf_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    path.write_text("报告", encoding="utf-8")

    assert check_file(path, "key-project")["error"]["code"] == "not-a-pdf"


def test_an_unknown_kind_is_the_callers_fault(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        check_file(tmp_path / "r.pdf", "annual")
