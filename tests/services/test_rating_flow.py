"""From assignment over reviews to a settled result and its opinion, through the services."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, select

from reviewapp.db.models import (
    Event,
    Opinion,
    OpinionItem,
    Recusal,
    Report,
    Review,
    ReviewSnapshot,
    Round,
    Score,
    Settlement,
)
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.domain.scoring import Incomplete
from reviewapp.services import assignments, opinions, recusals, reviews, settlement
from reviewapp.services.reviews import StaleSave
from reviewapp.services.round_rules import rubric_of
from tests import rows
from tests.people import NOW, Cast


@pytest.fixture
def report_id(database: Database) -> UUID:
    with database.transaction() as session:
        return rows.report(session, rows.round_(session, phase="rating"), unit="市政所").id


def _assign(database: Database, report_id: UUID, cast: Cast, *experts: Identity) -> list[UUID]:
    with database.transaction() as session:
        made = []
        for expert in experts:
            assert expert.expert_id is not None
            row = assignments.assign(session, report_id, expert.expert_id, actor=cast.meng, now=NOW)
            assignments.declare(session, row.id, actor=expert, now=NOW)
            made.append(row.id)
        return made


def _score(
    session: Session, review_id: UUID, who: Identity, lost: dict[str, int] | None = None
) -> None:
    review = session.get_one(Review, review_id)
    for criterion in reviews.rubric_of_review(session, review).criteria:
        points = criterion.max_points - (lost or {}).get(criterion.id, 0)
        reviews.save_score(
            session,
            review_id,
            criterion.id,
            points=f"{points / 100}",
            reason="佐证不足" if points < criterion.max_points else "",
            version=0,
            actor=who,
            now=NOW,
        )
    reviews.save_opinion(session, review_id, f"{who.name}的总体意见", version=0, actor=who, now=NOW)


def _submit(
    database: Database, assignment_id: UUID, who: Identity, lost: dict[str, int] | None = None
) -> UUID:
    with database.transaction() as session:
        review_id = reviews.open_review(session, assignment_id, actor=who, now=NOW).id
        _score(session, review_id, who, lost)
        reviews.submit(session, review_id, actor=who, now=NOW)
        return review_id


def _phase(database: Database, phase: str) -> None:
    with database.transaction() as session:
        row = session.exec(select(Round)).one()
        row.phase = phase
        session.add(row)


def test_no_review_opens_before_the_declaration(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    assert cast.chen.expert_id is not None
    with database.transaction() as session:
        row = assignments.assign(session, report_id, cast.chen.expert_id, actor=cast.meng, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        reviews.open_review(session, row.id, actor=cast.chen, now=NOW)
    for who in (cast.luo, cast.meng, cast.lin):
        with pytest.raises(NotFound), database.transaction() as session:
            reviews.open_review(session, row.id, actor=who, now=NOW)


def test_a_declared_conflict_forbids_the_assignment(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    assert cast.chen.expert_id is not None
    with database.transaction() as session:
        recusals.declare(
            session,
            cast.chen.expert_id,
            ground="cooperation",
            agency_id=rows.agency_id(session),
            actor=cast.chen,
            now=NOW,
        )
    with pytest.raises(Conflict), database.transaction() as session:
        assignments.assign(session, report_id, cast.chen.expert_id, actor=cast.meng, now=NOW)
    with database.transaction() as session:
        in_round = session.exec(select(Round.id)).one()
        spread = assignments.spread_round(
            session,
            in_round,
            assignments.plan_spread(session, in_round, actor=cast.meng),
            actor=cast.meng,
            now=NOW,
        )
    assert cast.chen.expert_id not in {expert for _report, expert in spread.pairs}
    assert len(spread.pairs) == 2


def test_declining_for_a_conflict_keeps_it_as_a_recusal(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    (assignment_id,) = _assign(database, report_id, cast, cast.chen)
    with database.transaction() as session:
        assignments.decline(
            session, assignment_id, "conflict", "曾任该机构顾问", actor=cast.chen, now=NOW
        )
    with database.read() as session:
        assert session.exec(select(Recusal.report_id)).all() == [report_id]


def test_a_stale_save_keeps_both_texts(database: Database, cast: Cast, report_id: UUID) -> None:
    (assignment_id,) = _assign(database, report_id, cast, cast.chen)

    def save(points: str, version: int) -> None:
        with database.transaction() as session:
            review = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW)
            reviews.save_score(
                session,
                review.id,
                "outline",
                points=points,
                reason=f"理由{points}",
                version=version,
                actor=cast.chen,
                now=NOW,
            )

    save("5", 0)
    save("4.5", 1)
    with pytest.raises(StaleSave) as stale:
        save("3", 1)
    assert stale.value.stored == {"points": "4.5", "reason": "理由4.5"}
    assert stale.value.sent == {"points": "3", "reason": "理由3"}
    assert stale.value.version == 2
    with pytest.raises(StaleSave):
        save("2", 0)


def test_an_incomplete_review_says_all_that_it_lacks(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    (assignment_id,) = _assign(database, report_id, cast, cast.chen)
    with database.transaction() as session:
        review_id = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW).id
    with pytest.raises(Incomplete) as refused, database.transaction() as session:
        reviews.submit(session, review_id, actor=cast.chen, now=NOW)
    assert len(refused.value.missing) == 18


def test_a_submitted_review_is_frozen_until_an_officer_reopens_it(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    (assignment_id,) = _assign(database, report_id, cast, cast.chen)
    review_id = _submit(database, assignment_id, cast.chen, {"outline": 200})
    with pytest.raises(Conflict), database.transaction() as session:
        reviews.save_opinion(session, review_id, "改", version=1, actor=cast.chen, now=NOW)
    with pytest.raises(NotAllowed), database.transaction() as session:
        reviews.reopen(session, review_id, "补充", actor=cast.chen, now=NOW)
    with database.transaction() as session:
        reviews.reopen(session, review_id, "证据部分需补充", actor=cast.meng, now=NOW)
    with database.read() as session:
        assert session.exec(select(Settlement)).all() == []
    with database.transaction() as session:
        reviews.save_opinion(session, review_id, "改后", version=1, actor=cast.chen, now=NOW)
        reviews.submit(session, review_id, actor=cast.chen, now=NOW)
    with database.read() as session:
        kept = session.exec(select(ReviewSnapshot).order_by(ReviewSnapshot.number)).all()  # type: ignore[arg-type]
        assert [one.content["opinion"] for one in kept] == ["陈睿的总体意见", "改后"]
        assert [one.content["total"] for one in kept] == [9800, 9800]


def test_a_panel_of_one_is_proposed_without_dispute(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    (assignment_id,) = _assign(database, report_id, cast, cast.chen)
    _submit(database, assignment_id, cast.chen, {"evidence": 600, "rules": 600})
    with database.read() as session:
        row = session.exec(select(Settlement)).one()
        assert (row.state, row.is_disputed, row.proposal["total"]) == ("proposed", False, 8800)
        assert row.proposal["spread"] is None


def test_a_draft_never_counts(database: Database, cast: Cast, report_id: UUID) -> None:
    first, second = _assign(database, report_id, cast, cast.chen, cast.luo)
    _submit(database, first, cast.chen)
    with database.transaction() as session:
        draft = reviews.open_review(session, second, actor=cast.luo, now=NOW).id
        _score(session, draft, cast.luo, {"outline": 600})
    with database.read() as session:
        assert session.exec(select(Settlement)).all() == []
    with database.transaction() as session:
        settlement.close_early(session, report_id, "专家因病", actor=cast.meng, now=NOW)
    with database.read() as session:
        row = session.exec(select(Settlement)).one()
        assert row.proposal["total"] == 10_000
        assert row.closed_early_reason == "专家因病"


def test_a_dispute_needs_a_reason_and_leaves_the_reviews(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    first, second = _assign(database, report_id, cast, cast.chen, cast.luo)
    _submit(database, first, cast.chen)
    _submit(database, second, cast.luo, {"evidence": 600, "rules": 600})
    _phase(database, "settlement")
    with database.transaction() as session:
        assert session.exec(select(Settlement)).one().is_disputed
        in_round = session.exec(select(Round.id)).one()
        assert settlement.accept_undisputed(session, in_round, actor=cast.meng, now=NOW) == 0
    for reason, raises in ((" ", Invalid), ("复核第三章附件，采信乙的意见", None)):
        if raises:
            with pytest.raises(raises), database.transaction() as session:
                settlement.settle(
                    session,
                    report_id,
                    total="90",
                    rating="A",
                    reason=reason,
                    actor=cast.meng,
                    now=NOW,
                )
            continue
        with database.transaction() as session:
            settlement.settle(
                session,
                report_id,
                total="90",
                rating="A",
                reason=reason,
                actor=cast.meng,
                now=NOW,
            )
    with database.read() as session:
        row = session.exec(select(Settlement)).one()
        assert (row.total_hundredths, row.rating) == (9000, "A")
        assert sorted(session.exec(select(Review.total_hundredths))) == [8800, 10_000]  # type: ignore[type-var]
        assert session.exec(select(Score)).all()


def test_the_opinion_is_drafted_without_names_and_released_only_when_finished(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    first, second = _assign(database, report_id, cast, cast.chen, cast.luo)
    _submit(database, first, cast.chen, {"evidence": 100})
    _submit(database, second, cast.luo, {"evidence": 300, "rules": 100})
    _phase(database, "settlement")
    with database.transaction() as session:
        opinions.draft(session, report_id, actor=cast.meng, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        opinions.finish(session, report_id, actor=cast.meng, now=NOW)
    with database.transaction() as session:
        in_round = session.exec(select(Round.id)).one()
        assert settlement.accept_undisputed(session, in_round, actor=cast.meng, now=NOW) == 1
        items = {item.criterion: item for item in session.exec(select(OpinionItem))}
        assert {key: item.points_hundredths for key, item in items.items()} == {
            "evidence": 400,
            "rules": 550,
        }
        assert all(cast.chen.name not in item.text for item in items.values())
        was = opinions.mark_of(items["rules"].text)
        opinions.save_item(
            session, report_id, "rules", "文号有误", was=was, actor=cast.meng, now=NOW
        )
    with pytest.raises(opinions.StaleOpinion) as stale, database.transaction() as session:
        opinions.save_item(session, report_id, "rules", "另写", was=was, actor=cast.shen, now=NOW)
    assert (stale.value.stored, stale.value.sent) == ("文号有误", "另写")
    # The experts signed their overall opinions: refused until the officer takes the names out.
    with pytest.raises(Invalid) as named, database.transaction() as session:
        opinions.finish(session, report_id, actor=cast.meng, now=NOW)
    assert named.value.field == "overall"
    with database.transaction() as session:
        was = opinions.mark_of(session.exec(select(Opinion.overall)).one())
        opinions.save_overall(session, report_id, "数据基本可靠", was=was, actor=cast.meng, now=NOW)
        opinions.finish(session, report_id, actor=cast.meng, now=NOW)
        assert session.exec(select(Opinion.state)).one() == "final"


def test_a_settled_result_taken_up_again_is_proposed_anew(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    (assignment_id,) = _assign(database, report_id, cast, cast.chen)
    review_id = _submit(database, assignment_id, cast.chen)
    _phase(database, "settlement")
    with database.transaction() as session:
        in_round = session.exec(select(Round.id)).one()
        settlement.accept_undisputed(session, in_round, actor=cast.meng, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        reviews.reopen(session, review_id, "再看", actor=cast.meng, now=NOW)
    with database.transaction() as session:
        settlement.reopen(session, report_id, "发现漏看附件", actor=cast.meng, now=NOW)
        row = session.exec(select(Settlement)).one()
        assert (row.state, row.rating) == ("proposed", None)
        kinds = set(session.exec(select(Event.kind)))
    assert {"settlement.settled", "settlement.reopened", "review.submitted"} <= kinds


def test_rubrics_of_the_review_and_the_round_are_one(
    database: Database, cast: Cast, report_id: UUID
) -> None:
    (assignment_id,) = _assign(database, report_id, cast, cast.chen)
    with database.transaction() as session:
        review = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW)
        report = session.get_one(Report, report_id)
        in_round = session.get_one(Round, report.round_id)
        assert review.rubric_hash == rubric_of(session, in_round, report.kind).content_hash
