"""Reports whose file can really be opened, and answers of the precheck, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Report, ReportVersion, Round, StoredFile
from tests import rows
from tests.adapters.pdf_builders import prose, with_text
from tests.people import NOW


def readable(
    session: Session,
    storage: Storage,
    in_round: Round,
    folder: Path,
    *,
    pages: int = 3,
    content: bytes | None = None,
    **over: Any,
) -> ReportVersion:
    """Write a report with a PDF in the store (ordinary text, or `content`); return its version."""
    report = rows.report(session, in_round, **over)
    path = with_text(
        folder / f"{report.id}.pdf",
        [[(72, 60, 20, f"{report.title}{n}"), *prose(6)] for n in range(pages)],
    )
    content = content or path.read_bytes()
    sha256 = storage.put(content)
    session.add(
        StoredFile(
            created_at=NOW, sha256=sha256, size_bytes=len(content), media_type="application/pdf"
        )
    )
    session.flush()
    version = session.exec(select(ReportVersion).where(ReportVersion.report_id == report.id)).one()
    version.sha256, version.pages = sha256, pages
    session.add(version)
    session.flush()
    return version


def report_of(session: Session, version: ReportVersion) -> Report:
    """Return the report that a version belongs to."""
    return session.get_one(Report, version.report_id)


def finding(check: str = "scores-sum", **over: Any) -> dict[str, Any]:
    """Return one finding as the precheck's JSON has it."""
    return {
        "check": check,
        "version": 1,
        "outcome": "suspect",
        "severity": "error",
        "section": "conclusion",
        "page": 2,
        "box": [72.0, 100.0, 300.0, 120.0],
        "quote": "综合得分为 92.5 分",
        "expected": "91.5",
        "found": "92.5",
        "message": "各指标得分之和与总分不一致。",
    } | over


def answer(*findings: dict[str, Any], **over: Any) -> dict[str, Any]:
    """Return an answer as the precheck's JSON has it."""
    return {
        "schema": 1,
        "file": {"name": "报告.pdf", "sha256": "0" * 64, "bytes": 1, "pages": 3},
        "kind": "key-project",
        "outcome": "attention" if findings else "complete",
        "facts": {"title": "示范项目绩效评价报告", "total_score": "92.5", "grade": "优"},
        "fact_places": {"total_score": {"page": 2, "box": [72, 100, 300, 120]}},
        "sections": [
            {
                "id": "basic-info",
                "title": "基本情况",
                "required": True,
                "found": True,
                "heading": "一、项目基本情况",
                "level": 1,
                "page": 1,
            },
            {
                "id": "recommendations",
                "title": "有关建议",
                "required": True,
                "found": False,
                "heading": None,
                "level": None,
                "page": None,
            },
        ],
        "headings": [{"text": "一、项目基本情况", "level": 1, "page": 1, "section": "basic-info"}],
        "findings": list(findings),
        "checks": [{"id": "scores-sum", "outcome": "suspect", "milliseconds": 1.0}],
        "error": None,
    } | over


def failure(code: str) -> dict[str, Any]:
    """Return the answer for a file that cannot be read."""
    return answer(
        outcome="unverifiable",
        facts={},
        sections=[],
        headings=[],
        checks=[],
        error={"code": code, "message": "无法读取。"},
    )
