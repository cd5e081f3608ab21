"""The submitted review as a PDF to sign: made of what was frozen, whatever happens later."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp import __version__
from reviewapp.db.models import Evidence, Report, ReportVersion, ReviewSnapshot
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.domain.rubric import canonical_json, format_points
from reviewapp.services import reviews
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]
RUBRIC = rows._LOADED["key-project"]
TITLE = "甲村道路养护项目绩效评价报告"
REASON = "第三章未写明抽样方法 #let x = [1] $a$"
QUOTE = "抽取样本若干份"


def _save(database: Database, cast: Cast, review_id: UUID, reason: str, version: int) -> None:
    with database.transaction() as session:
        reviews.save_score(
            session,
            review_id,
            "outline",
            points="4",
            reason=reason,
            version=version,
            actor=cast.chen,
            now=NOW,
        )


@pytest.fixture
def review_id(database: Database, cast: Cast) -> UUID:
    """A review that was submitted as experts do it."""
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"), title=TITLE)
        assignment = rows.assignment(session, report, cast.chen.expert_id)
        found = reviews.open_review(session, assignment.id, actor=cast.chen, now=NOW).id
        for one in RUBRIC.criteria:
            reviews.save_score(
                session,
                found,
                one.id,
                points=format_points(one.max_points),
                reason="",
                version=0,
                actor=cast.chen,
                now=NOW,
            )
        reviews.save_opinion(
            session, found, "总体结构完整。\n建议可行。", version=0, actor=cast.chen, now=NOW
        )
        reviews.save_veto(
            session,
            found,
            "plagiarism",
            claimed=True,
            ground="与乙村报告雷同",
            version=0,
            actor=cast.chen,
            now=NOW,
        )
        session.add(
            Evidence(
                created_at=NOW,
                review_id=found,
                number=1,
                criterion="outline",
                page=12,
                has_box=False,
                quote=QUOTE,
                sha256=session.exec(
                    select(ReportVersion.sha256).where(ReportVersion.report_id == report.id)
                ).one(),
                report_version=1,
            )
        )
    _save(database, cast, found, REASON, 1)
    with database.transaction() as session:
        reviews.submit(session, found, actor=cast.chen, now=NOW)
    return found


def _text(answer_data: bytes) -> str:
    """Return the words of a PDF without blanks: typst sets thin ones between scripts."""
    with pypdfium2.PdfDocument(answer_data) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(texts).split())


def _pdf(client: FlaskClient, review_id: UUID, more: str = "") -> str:
    answer = client.get(f"/reviews/{review_id}/sheet.pdf{more}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    return _text(answer.data)


def test_the_sheet_holds_everything_that_was_submitted(
    client_of: Client, cast: Cast, database: Database, review_id: UUID
) -> None:
    client = client_of(cast.chen)
    client.post("/language", data={"locale": "en"})  # the sheet stays Chinese
    text = _pdf(client, review_id)
    with database.read() as session:
        snapshot = session.exec(select(ReviewSnapshot)).one()
        file = session.exec(select(ReportVersion.sha256)).one()
    for part in (
        TITLE,
        "湖北甲信绩效评价有限公司",
        "陈睿",
        f"{RUBRIC.title}{RUBRIC.version}",
        RUBRIC.content_hash,
        REASON,
        "4/6",
        "第12页",
        QUOTE,
        file,
        f"{RUBRIC.veto('plagiarism').ground}：与乙村报告雷同",
        "总体结构完整。建议可行。",
        "合计98评级D",
        snapshot.content_hash,
        "评审专家签名：",
        "日期：",
        __version__,
    ):
        assert "".join(part.split()) in text, part
    for one in RUBRIC.criteria:
        assert one.title in text
    assert snapshot.content_hash == hashlib.sha256(canonical_json(snapshot.content)).hexdigest()


def test_what_changes_later_does_not_change_the_sheet(
    client_of: Client, cast: Cast, database: Database, review_id: UUID
) -> None:
    client = client_of(cast.chen)
    before = client.get(f"/reviews/{review_id}/sheet.pdf").data
    with database.transaction() as session:
        report = session.exec(select(Report)).one()
        report.title, report.unit = "改了名的报告", "改了的单位"
        session.add(report)
        session.exec(select(Evidence)).one().removed_at = NOW
        reviews.reopen(session, review_id, "补充理由", actor=cast.meng, now=NOW)
    _save(database, cast, review_id, "后来改的理由", 2)
    assert client.get(f"/reviews/{review_id}/sheet.pdf").data == before
    with database.transaction() as session:
        reviews.submit(session, review_id, actor=cast.chen, now=NOW)
    assert client.get(f"/reviews/{review_id}/sheet.pdf?number=1").data == before
    newest = _pdf(client, review_id)
    assert "后来改的理由" in newest
    assert "改了名的报告" in newest


def test_who_may_read_submitted_reviews_may_have_the_sheet_and_nobody_else(
    client_of: Client, cast: Cast, review_id: UUID
) -> None:
    own, reading = f"/reviews/{review_id}/sheet.pdf", f"/reviews/{review_id}/read/sheet.pdf"
    for reader in (cast.meng, cast.fang, cast.yan):
        assert REASON.split()[0] in _text(client_of(reader).get(reading).data)
    for other in (cast.luo, cast.lin, cast.qin):
        assert client_of(other).get(own).status_code == 404
        assert client_of(other).get(reading).status_code == 404
    assert client_of(cast.chen).get(reading).status_code == 404
    assert client_of(cast.chen).get(f"{own}?number=7").status_code == 404
    assert own in client_of(cast.chen).get(f"/reviews/{review_id}").text
    assert reading in client_of(cast.yan).get(f"/reviews/{review_id}/read").text


def test_a_draft_has_no_sheet_to_sign(client_of: Client, cast: Cast, database: Database) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        draft = rows.review(session, rows.assignment(session, report, cast.chen.expert_id)).id
    assert client_of(cast.chen).get(f"/reviews/{draft}/sheet.pdf").status_code == 404
    assert client_of(cast.meng).get(f"/reviews/{draft}/read/sheet.pdf").status_code == 404


def test_a_submission_from_before_the_head_was_frozen_still_makes_a_sheet(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"), title=TITLE)
        assignment = rows.assignment(session, report, cast.chen.expert_id)
        old = rows.review(session, assignment, state="submitted").id  # its content has no head
    text = _pdf(client_of(cast.chen), old)
    assert TITLE in text
    assert "陈睿" in text
    assert "未认定一票否决" in text
