"""Settlement through its services: what the rule proposes, and what an officer may make of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from reviewapp.db.models import Event, Expert, Report, Review, Round, Settlement, VetoClaim
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.settlement import DisputeKind, Method, SettlementRule
from reviewapp.services import settlement
from reviewapp.services.round_rules import rubric_of
from tests import rows
from tests.people import NOW, Cast

RULE = SettlementRule(method=Method.TRIMMED_MEAN).to_json()


def _report(
    session: Session, *lost: int, phase: str = "settlement", rule: dict[str, object] | None = None
) -> UUID:
    """Write a report with one submitted review for each number of lost hundredths (to 1200)."""
    over = {} if rule is None else {"settlement_rule": rule}
    report = rows.report(session, rows.round_(session, phase=phase, **over))
    for number, points in enumerate(lost):
        expert = Expert(created_at=NOW, name=f"专家{number}", institution="某大学")
        session.add(expert)
        session.flush()
        work = rows.assignment(session, report, expert.id)
        work.created_at = NOW + timedelta(seconds=number)
        given = {"evidence": 600 - min(points, 600), "rules": 600 - max(0, points - 600)}
        rows.review(session, work, state="submitted", points=given)
    settlement.open_if_due(session, report.id, now=NOW)
    return report.id


def _row(session: Session, report_id: UUID) -> Settlement:
    return session.exec(select(Settlement).where(Settlement.report_id == report_id)).one()


def _claim_veto(session: Session, report_id: UUID, *, by_all: bool) -> str:
    report = session.get_one(Report, report_id)
    veto = rubric_of(session, session.get_one(Round, report.round_id), report.kind).vetoes[0].id
    reviews = session.exec(select(Review).order_by(col(Review.id))).all()
    for review in reviews if by_all else reviews[:1]:
        session.add(VetoClaim(created_at=NOW, review_id=review.id, veto=veto, ground="数据造假"))
    session.flush()
    settlement.open_if_due(session, report_id, now=NOW)
    return veto


def test_from_five_reviews_the_best_and_the_worst_are_dropped(database: Database) -> None:
    with database.transaction() as session:
        five = _row(session, _report(session, 0, 100, 200, 600, 900, rule=RULE))
        four = _row(session, _report(session, 0, 100, 200, 600, rule=RULE))
        assert (five.proposal["total"], five.proposal["is_trimmed"]) == (9700, True)
        assert (four.proposal["total"], four.proposal["is_trimmed"]) == (9775, False)


def test_a_panel_of_one_has_no_spread_and_is_accepted_as_it_is(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _report(session, 1200)
        row = _row(session, report_id)
        assert (row.proposal["spread"], row.is_disputed) == (None, False)
        in_round = session.get_one(Report, report_id).round_id
        assert settlement.accept_undisputed(session, in_round, actor=cast.meng, now=NOW) == 1
        assert (row.state, row.total_hundredths, row.rating) == ("settled", 8800, "B")


def test_accepting_settles_the_undisputed_and_leaves_the_disputed(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        agreed = _report(session, 100, 300)
        in_round = session.get_one(Report, agreed).round_id
        disputed = _report(session, 0, 1200)
        waiting = _report(session)
        for report_id in (disputed, waiting):
            session.get_one(Report, report_id).round_id = in_round
        session.flush()
        assert settlement.accept_undisputed(session, in_round, actor=cast.meng, now=NOW) == 1
        assert _row(session, agreed).state == "settled"
        assert _row(session, disputed).state == "proposed"
        assert settlement.accept_undisputed(session, in_round, actor=cast.meng, now=NOW) == 0


def test_a_veto_that_not_all_share_caps_only_when_the_officer_upholds_it(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _report(session, 0, 100)
        veto = _claim_veto(session, report_id, by_all=False)
        row = _row(session, report_id)
        assert row.is_disputed
        kinds = {one["kind"] for one in row.proposal["disputes"]}
        assert DisputeKind.VETO_NOT_SHARED.value in kinds
        assert row.proposal["rating"] == "A"
        settlement.settle(
            session,
            report_id,
            total="99.5",
            rating="D",
            reason="附件三确系伪造",
            vetoes=[veto],
            actor=cast.meng,
            now=NOW,
        )
        assert (row.rating, row.upheld_vetoes) == ("D", [veto])
        settlement.reopen(session, report_id, "机构补交原件", actor=cast.meng, now=NOW)
        assert (row.state, row.upheld_vetoes, row.reason) == ("proposed", [], "")


def test_a_veto_that_all_share_caps_the_proposal(database: Database) -> None:
    with database.transaction() as session:
        report_id = _report(session, 0, 100)
        veto = _claim_veto(session, report_id, by_all=True)
        row = _row(session, report_id)
        assert (row.proposal["rating"], row.proposal["vetoes"]) == ("D", [veto])
        assert not row.is_disputed


@pytest.mark.parametrize(
    ("total", "rating", "vetoes"),
    [("100.01", "A", None), ("abc", "A", None), ("98", "E", None), ("98", "A", ["no-such-veto"])],
)
def test_a_result_that_cannot_be_is_refused(
    database: Database, cast: Cast, total: str, rating: str, vetoes: list[str] | None
) -> None:
    with database.transaction() as session:
        report_id = _report(session, 100, 300)
    with pytest.raises(Invalid), database.transaction() as session:
        settlement.settle(
            session,
            report_id,
            total=total,
            rating=rating,
            reason="复核",
            vetoes=vetoes,
            actor=cast.meng,
            now=NOW,
        )
    with database.read() as session:
        assert _row(session, report_id).state == "proposed"


def test_a_result_other_than_proposed_needs_a_reason(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id = _report(session, 100, 300)
    for total, rating in (("97", "A"), ("98", "B")):
        with pytest.raises(Invalid) as refused, database.transaction() as session:
            settlement.settle(
                session, report_id, total=total, rating=rating, reason="", actor=cast.meng, now=NOW
            )
        assert refused.value.field == "reason"


def test_a_settled_result_is_not_settled_again_nor_proposed_anew(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _report(session, 100, 300)
        proposal = dict(_row(session, report_id).proposal)
        settlement.settle(
            session, report_id, total="98", rating="A", reason="", actor=cast.meng, now=NOW
        )
        settlement.open_if_due(session, report_id, now=NOW)
        assert (_row(session, report_id).state, _row(session, report_id).proposal) == (
            "settled",
            proposal,
        )
    with pytest.raises(Conflict), database.transaction() as session:
        settlement.settle(
            session, report_id, total="97", rating="A", reason="改", actor=cast.shen, now=NOW
        )


def test_closing_early_needs_a_submitted_review_and_a_missing_one(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        nothing, complete = _report(session), _report(session, 100)
        rows.assignment(session, session.get_one(Report, nothing), cast.chen.expert_id)
    for report_id in (nothing, complete):
        with pytest.raises(Conflict), database.transaction() as session:
            settlement.close_early(session, report_id, "专家因病", actor=cast.meng, now=NOW)


def test_only_officers_settle(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id = _report(session, 100, 300)
        in_round = session.get_one(Report, report_id).round_id
    for who in (cast.chen, cast.lin, cast.yan, cast.fang):
        with database.transaction() as session:
            with pytest.raises(NotAllowed):
                settlement.accept_undisputed(session, in_round, actor=who, now=NOW)
            with pytest.raises(NotAllowed):
                settlement.close_early(session, report_id, "急", actor=who, now=NOW)
            with pytest.raises(NotAllowed):
                settlement.reopen(session, report_id, "改", actor=who, now=NOW)
            with pytest.raises(NotAllowed):
                settlement.settle(
                    session, report_id, total="98", rating="A", reason="", actor=who, now=NOW
                )


def test_a_withdrawn_report_has_no_settlement(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report_id = _report(session, 100)
        session.get_one(Report, report_id).state = "withdrawn"
    with pytest.raises(NotFound), database.transaction() as session:
        settlement.settle(
            session, report_id, total="99", rating="A", reason="", actor=cast.meng, now=NOW
        )


def test_every_act_is_on_the_trail_with_what_was_and_what_is(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report_id = _report(session, 0, 1200)
        settlement.settle(
            session, report_id, total="91", rating="A", reason="采信甲", actor=cast.meng, now=NOW
        )
        settlement.reopen(session, report_id, "漏看附件", actor=cast.shen, now=NOW)
    with database.read() as session:
        events = session.exec(select(Event).order_by(col(Event.number))).all()
        settled, reopened = (one for one in events if one.kind.startswith("settlement."))
        assert (settled.kind, settled.before["total"], settled.after["total"]) == (
            "settlement.settled",
            "94",
            "91",
        )
        assert (reopened.kind, reopened.actor_name) == ("settlement.reopened", "沈知远")
        assert reopened.before["reason"] == "采信甲"
        assert reopened.after == {"reason": "漏看附件"}
