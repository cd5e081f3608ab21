"""The one opinion per report: drafted from the reviews, edited by officers, finished once true."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from reviewapp.adapters import deduction_wording
from reviewapp.db.models import (
    Evidence,
    Opinion,
    OpinionItem,
    Report,
    ReportVersion,
    Review,
    Score,
)
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed
from reviewapp.services import opinions, settlement
from tests import rows
from tests.people import NOW, Cast


def _settled(session: Session, cast: Cast, lost: dict[str, int] | None = None) -> UUID:
    """Write a report with two submitted reviews that lost points, settled as proposed."""
    report = rows.report(session, rows.round_(session, phase="settlement"))
    for expert in (cast.chen, cast.luo):
        work = rows.assignment(session, report, expert.expert_id)
        given = {key: 600 - value for key, value in (lost or {"evidence": 200}).items()}
        rows.review(session, work, state="submitted", points=given)
    settlement.open_if_due(session, report.id, now=NOW)
    settlement.accept_undisputed(session, report.round_id, actor=cast.meng, now=NOW)
    return report.id


def _lose_rules_points(session: Session, report_id: UUID, cast: Cast) -> None:
    """Take the result up again, let every review lose a point on `rules`, settle it anew."""
    settlement.reopen(session, report_id, "漏看附件", actor=cast.meng, now=NOW)
    for score in session.exec(select(Score).where(Score.criterion == "rules")):
        score.points_hundredths, score.reason = 500, "引用已废止的文件"
        session.add(score)
    for review in session.exec(select(Review)):
        review.total_hundredths = (review.total_hundredths or 0) - 100
        session.add(review)
    session.flush()
    settlement.open_if_due(session, report_id, now=NOW)
    in_round = session.get_one(Report, report_id).round_id
    settlement.accept_undisputed(session, in_round, actor=cast.meng, now=NOW)


def _items(session: Session) -> dict[str, OpinionItem]:
    found = session.exec(select(OpinionItem).order_by(col(OpinionItem.criterion)))
    return {item.criterion: item for item in found}


def test_the_draft_holds_only_criteria_that_lost_points_and_says_a_reason_once(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
        opinion = opinions.draft(session, report_id, actor=cast.meng, now=NOW)
        (item,) = _items(session).values()
        assert (item.criterion, item.points_hundredths, item.max_hundredths) == (
            "evidence",
            400,
            600,
        )
        assert item.text == "evidence论证不足，缺少佐证材料。"
        assert [source["number"] for source in item.sources] == [1, 2]
        assert "陈睿" not in str(item.sources)
        assert opinion.overall == "总体结构完整，部分指标论证不足。"


def test_points_that_changed_since_the_draft_are_renewed_before_it_is_finished(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
        opinions.draft(session, report_id, actor=cast.meng, now=NOW)
        was = opinions.mark_of(_items(session)["evidence"].text)
        opinions.save_item(
            session, report_id, "evidence", "缺支付凭证", was=was, actor=cast.meng, now=NOW
        )
        _lose_rules_points(session, report_id, cast)
    with pytest.raises(Conflict), database.transaction() as session:
        opinions.finish(session, report_id, actor=cast.meng, now=NOW)
    with database.transaction() as session:
        opinions.draft(session, report_id, actor=cast.meng, now=NOW)
        assert {key: item.text for key, item in _items(session).items()} == {
            "evidence": "缺支付凭证",
            "rules": "引用已废止的文件。",
        }
        assert opinions.finish(session, report_id, actor=cast.meng, now=NOW).state == "final"


def test_taking_the_result_up_again_makes_the_finished_opinion_a_draft(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
        opinions.draft(session, report_id, actor=cast.meng, now=NOW)
        opinions.finish(session, report_id, actor=cast.meng, now=NOW)
        settlement.reopen(session, report_id, "漏看附件", actor=cast.meng, now=NOW)
        assert session.exec(select(Opinion.state)).one() == "draft"


def test_an_empty_text_is_not_finished(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
        opinions.draft(session, report_id, actor=cast.meng, now=NOW)
        was = opinions.mark_of(_items(session)["evidence"].text)
        opinions.save_item(session, report_id, "evidence", " ", was=was, actor=cast.meng, now=NOW)
    with pytest.raises(Invalid) as refused, database.transaction() as session:
        opinions.finish(session, report_id, actor=cast.meng, now=NOW)
    assert refused.value.field == "item-evidence"


def test_a_stale_overall_text_is_refused_and_the_same_text_is_not(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
        was = opinions.mark_of(opinions.draft(session, report_id, actor=cast.meng, now=NOW).overall)
        opinions.save_overall(session, report_id, "甲写的", was=was, actor=cast.meng, now=NOW)
    with database.transaction() as session:
        opinions.save_overall(session, report_id, "甲写的", was=was, actor=cast.shen, now=NOW)
    with pytest.raises(opinions.StaleOpinion) as stale, database.transaction() as session:
        opinions.save_overall(session, report_id, "乙写的", was=was, actor=cast.shen, now=NOW)
    assert (stale.value.stored, stale.value.sent) == ("甲写的", "乙写的")
    with database.read() as session:
        assert session.exec(select(Opinion.overall)).one() == "甲写的"


def test_nobody_but_officers_drafts_or_edits(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
    for who in (cast.chen, cast.lin, cast.yan, cast.fang):
        with pytest.raises(NotAllowed), database.transaction() as session:
            opinions.draft(session, report_id, actor=who, now=NOW)
    with database.read() as session:
        assert session.exec(select(Opinion)).all() == []


def test_passages_stand_in_for_a_reason_that_nobody_wrote(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
        for score in session.exec(select(Score).where(Score.criterion == "evidence")):
            score.reason = ""
            session.add(score)
        review = session.exec(select(Review)).first()
        version = session.exec(select(ReportVersion)).one()
        assert review is not None
        pieces = (("扣分事由未说明", None), ("旧版本里的话", 2))
        for number, (quote, lost_in) in enumerate(pieces, start=1):
            session.add(
                Evidence(
                    created_at=NOW,
                    review_id=review.id,
                    number=number,
                    criterion="evidence",
                    page=7,
                    has_box=False,
                    quote=quote,
                    sha256=version.sha256,
                    report_version=1,
                    lost_in=lost_in,
                )
            )
        session.flush()
        wording = deduction_wording.load(rows.RUBRICS)
        opinions.draft(session, report_id, actor=cast.meng, now=NOW, wording=wording)
        item = session.exec(select(OpinionItem)).one()
    assert item.text == "报告第7页：“扣分事由未说明”。"
    cited = [one["evidence"] for one in item.sources if one["evidence"]]
    assert cited == [[{"page": 7, "quote": "扣分事由未说明"}]]


def test_no_experts_name_reaches_an_agency(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id = _settled(session, cast)
        opinion = opinions.draft(session, report_id, actor=cast.meng, now=NOW)
        opinion.overall = f"同意{cast.luo.name}的意见"
        session.add(opinion)
        session.flush()
        with pytest.raises(Invalid) as refused:
            opinions.finish(session, report_id, actor=cast.meng, now=NOW)
        assert refused.value.field == "overall"
        opinion.overall = "总体较好"
        item = _items(session)["evidence"]
        item.text = f"{cast.chen.name}：依据不足"
        session.add_all([opinion, item])
        session.flush()
        with pytest.raises(Invalid) as refused:
            opinions.finish(session, report_id, actor=cast.meng, now=NOW)
        assert refused.value.field == "item-evidence"
