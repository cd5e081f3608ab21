"""Calibration: what can be a reference report, who may practise on it, and what waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlmodel import select

from reviewapp.config import Config
from reviewapp.db.models import (
    Assignment,
    CalibrationReview,
    Event,
    Report,
    Review,
    Round,
    Settlement,
)
from reviewapp.db.session import Database
from reviewapp.domain.calibration import to_json
from reviewapp.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.rubric import Rubric
from reviewapp.domain.scoring import Incomplete, ReviewSheet, Score
from reviewapp.services import (
    assignments,
    calibration,
    invariants,
    practice,
    recusals,
    reviews,
    rounds,
)
from reviewapp.services.round_rules import rubric_of
from tests import rows
from tests.notice_rows import settled
from tests.people import NOW, Cast


@dataclass(frozen=True)
class Made:
    """A round that requires calibration: an older report is its reference, Chen and Luo rate."""

    round: UUID
    reference: UUID
    report: UUID  # the reference report, of another round
    own: UUID  # Chen's assignment
    rubric: Rubric


def full(rubric: Rubric, less: int = 0) -> ReviewSheet:
    """Return full points, but `less` hundredths fewer and with a reason on the first criterion."""
    first = rubric.criteria[0].id
    return ReviewSheet(
        tuple(
            Score(one.id, one.max_points - less, "目标不清晰")
            if one.id == first and less
            else Score(one.id, one.max_points, "")
            for one in rubric.criteria
        )
    )


@pytest.fixture
def made(database: Database, cast: Cast) -> Made:
    with database.transaction() as session:
        old = rows.report(session, rows.round_(session, phase="closed"), title="标杆")
        here = rows.round_(session, calibration="required")
        rubric = rubric_of(session, here, "key-project")
        reference = calibration.add(session, here.id, old.id, actor=cast.meng, now=NOW)
        calibration.set_agreed(session, reference.id, full(rubric, 200), actor=cast.meng, now=NOW)
        work = rows.assignment(session, rows.report(session, here), cast.chen.expert_id)
        rows.assignment(session, rows.report(session, here), cast.luo.expert_id)
        rounds.advance(session, here.id, actor=cast.meng, now=NOW)
        return Made(here.id, reference.id, old.id, work.id, rubric)


def test_reviews_open_only_after_the_required_reference_report(
    database: Database, cast: Cast, made: Made
) -> None:
    with pytest.raises(Conflict, match="reference reports"), database.transaction() as session:
        reviews.open_review(session, made.own, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        practice.save(session, made.reference, full(made.rubric), actor=cast.chen, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        reviews.open_review(session, made.own, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        practice.submit(session, made.reference, full(made.rubric), actor=cast.luo, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:  # another's does not count
        reviews.open_review(session, made.own, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        practice.submit(session, made.reference, full(made.rubric), actor=cast.chen, now=NOW)
        assert reviews.open_review(session, made.own, actor=cast.chen, now=NOW).state == "draft"


def test_an_offered_calibration_holds_nothing_up(
    database: Database, cast: Cast, made: Made
) -> None:
    with database.transaction() as session:
        session.get_one(Round, made.round).calibration = "offered"
        session.flush()
        assert practice.open_practice(session, made.reference, actor=cast.chen).is_open
        reviews.open_review(session, made.own, actor=cast.chen, now=NOW)


def test_the_differences_are_mine_minus_the_agreed_and_come_after_handing_in(
    database: Database, cast: Cast, made: Made
) -> None:
    with database.read() as session, pytest.raises(Conflict):
        practice.comparison(practice.open_practice(session, made.reference, actor=cast.chen))
    with database.transaction() as session:
        practice.submit(session, made.reference, full(made.rubric), actor=cast.chen, now=NOW)
    with database.read() as session:
        found = practice.comparison(
            practice.open_practice(session, made.reference, actor=cast.chen)
        )
        assert [one.points for one in found.rows][:2] == [200, 0]
        assert found.rows[0].agreed_reason == "目标不清晰"
        assert (found.mine.points, found.agreed.points, found.points) == (10_000, 9_800, 200)
        assert (found.mine.rating, found.agreed.rating) == ("A", "A")


def test_practice_needs_all_points_with_their_reasons_and_stands_once_handed_in(
    database: Database, cast: Cast, made: Made
) -> None:
    first = made.rubric.criteria[0]
    lacks = ReviewSheet(full(made.rubric).scores[1:])
    unsaid = ReviewSheet((Score(first.id, 0, ""), *full(made.rubric).scores[1:]))
    for sheet in (lacks, unsaid):
        with pytest.raises(Incomplete), database.transaction() as session:
            practice.submit(session, made.reference, sheet, actor=cast.chen, now=NOW)
    too_much = ReviewSheet((Score(first.id, first.max_points + 1, "x"),))
    with pytest.raises(Invalid), database.transaction() as session:
        practice.save(session, made.reference, too_much, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        practice.submit(session, made.reference, full(made.rubric), actor=cast.chen, now=NOW)
    for act in (practice.save, practice.submit):
        with pytest.raises(Conflict), database.transaction() as session:
            act(session, made.reference, full(made.rubric, 100), actor=cast.chen, now=NOW)
    with database.read() as session:
        kept = session.exec(select(CalibrationReview)).one()
        assert kept.scores == to_json(full(made.rubric))


def test_practice_counts_nowhere_and_its_event_tells_no_points(
    database: Database, cast: Cast, made: Made
) -> None:
    with database.transaction() as session:
        practice.submit(session, made.reference, full(made.rubric), actor=cast.chen, now=NOW)
    with database.read() as session:
        assert not session.exec(select(Review)).all()
        assert not session.exec(select(Settlement)).all()
        event = session.exec(select(Event).where(Event.kind == "calibration.submitted")).one()
        assert event.after == {"report": str(made.report)}


def test_whoever_has_no_business_with_it_learns_of_no_reference_report(
    database: Database, cast: Cast, made: Made
) -> None:
    def hidden(who: str) -> None:
        with database.read() as session, pytest.raises(NotFound):
            practice.open_practice(session, made.reference, actor=cast.everyone()[who])

    for who in ("shi", "meng", "fang", "lin", "yan", "qin"):  # shi rates nothing in the round
        hidden(who)
    with database.transaction() as session:
        assert cast.chen.expert_id
        recusals.declare(
            session,
            cast.chen.expert_id,
            ground="family",
            agency_id=rows.agency_id(session),
            actor=cast.chen,
            now=NOW,
        )
    hidden("chen")
    with database.transaction() as session:  # and then nothing can be asked of Chen
        assert not practice.must_wait(session, made.own)
    with database.transaction() as session:
        session.get_one(Round, made.round).calibration = "off"
    hidden("luo")


def test_a_report_of_this_round_is_no_practice_for_whoever_is_to_rate_it(
    database: Database, cast: Cast, made: Made, config: Config
) -> None:
    with database.transaction() as session:
        here = session.get_one(Round, made.round)
        here.phase = "preparation"
        session.flush()
        own = session.get_one(Assignment, made.own).report_id
        added = calibration.add(session, made.round, own, actor=cast.meng, now=NOW).id
        calibration.set_agreed(session, added, full(made.rubric), actor=cast.meng, now=NOW)
        here.phase = "rating"
    with database.read() as session:
        with pytest.raises(NotFound):
            practice.open_practice(session, added, actor=cast.chen)
        assert practice.open_practice(session, added, actor=cast.luo).is_open
    with database.transaction() as session:
        practice.submit(session, added, full(made.rubric), actor=cast.luo, now=NOW)
    assert cast.luo.expert_id
    with pytest.raises(Conflict, match="agreed scores"), database.transaction() as session:
        assignments.assign(session, own, cast.luo.expert_id, actor=cast.meng, now=NOW)
    with database.read() as session:
        assert (own, cast.luo.expert_id) not in assignments.plan_spread(
            session, made.round, actor=cast.meng
        ).spread.pairs
    with database.transaction() as session:
        bad = rows.assignment(session, session.get_one(Report, own), cast.luo.expert_id).id
    assert f"Assignment {bad}: its expert has read the agreed scores of its report." in (
        invariants.check(config)
    )


def test_only_officers_choose_and_score_and_only_in_preparation(
    database: Database, cast: Cast, made: Made
) -> None:
    for act in (
        lambda s, who: calibration.set_agreed(
            s, made.reference, full(made.rubric), actor=who, now=NOW
        ),
        lambda s, who: calibration.remove(s, made.reference, actor=who, now=NOW),
        lambda s, who: calibration.add(s, made.round, made.report, actor=who, now=NOW),
    ):
        for who in (cast.chen, cast.fang, cast.yan, cast.lin):
            with pytest.raises(NotAllowed), database.transaction() as session:
                act(session, who)
        with pytest.raises(Conflict, match="preparation"), database.transaction() as session:
            act(session, cast.meng)


def test_a_reference_report_is_taken_in_rated_alike_and_one_of_three(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        here = rows.round_(session)
        ids = [rows.report(session, here).id for _one in range(4)]
        uploaded = rows.report(session, here, state="uploaded").id
        other = rows.round_(session, key_project_rubric_id=here.department_rubric_id)
        foreign = rows.report(session, other).id
        later = rows.report(session, rows.round_(session, year=2026)).id
        for wrong in (uploaded, foreign, later):
            with pytest.raises(Invalid):
                calibration.add(session, here.id, wrong, actor=cast.meng, now=NOW)
        for one in ids[:3]:
            calibration.add(session, here.id, one, actor=cast.meng, now=NOW)
            with pytest.raises(Conflict):
                calibration.add(session, here.id, one, actor=cast.meng, now=NOW)
        with pytest.raises(Conflict, match="three"):
            calibration.add(session, here.id, ids[3], actor=cast.meng, now=NOW)
        second = calibration.references(session, here.id)[1].id
        calibration.remove(session, second, actor=cast.meng, now=NOW)
        again = calibration.add(session, here.id, ids[3], actor=cast.meng, now=NOW)
        assert again.number == 2


def test_rating_does_not_begin_before_every_reference_report_is_whole(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        here = rows.round_(session, calibration="offered")
        rubric = rubric_of(session, here, "key-project")
        with pytest.raises(Conflict, match="no reference report"):
            rounds.advance(session, here.id, actor=cast.meng, now=NOW)
        report = rows.report(session, here)
        row = calibration.add(session, here.id, report.id, actor=cast.meng, now=NOW)
        part = ReviewSheet(full(rubric).scores[1:])
        calibration.set_agreed(session, row.id, part, actor=cast.meng, now=NOW)
        with pytest.raises(Conflict, match="not ready"):
            rounds.advance(session, here.id, actor=cast.meng, now=NOW)
        calibration.set_agreed(session, row.id, full(rubric), actor=cast.meng, now=NOW)
        assert calibration.blocked(session, here) is None
        here.key_project_rubric_id, kept = here.department_rubric_id, here.key_project_rubric_id
        session.flush()  # another rubric since: the agreed scores fit it no more
        assert calibration.blocked(session, here) is not None
        here.key_project_rubric_id = kept
        session.flush()
        assert rounds.advance(session, here.id, actor=cast.meng, now=NOW).phase == "rating"


def test_agreed_scores_are_copied_from_a_settled_result_and_stay_after_practice(
    database: Database, cast: Cast, made: Made
) -> None:
    with database.transaction() as session:
        here = session.get_one(Round, made.round)
        here.phase = "preparation"
        session.flush()
        with pytest.raises(Conflict, match="no settled result"):
            calibration.copy_agreed(session, made.reference, actor=cast.meng, now=NOW)
        report = settled(session, rows.round_(session, phase="closed"), "B")
        row = calibration.add(session, made.round, report.id, actor=cast.meng, now=NOW)
        calibration.copy_agreed(session, row.id, actor=cast.meng, now=NOW)
        proposal = (
            session.exec(select(Settlement).where(Settlement.report_id == report.id)).one().proposal
        )
        points = {key: one["points"] for key, one in row.agreed.items()}
        assert points == {one["id"]: one["points"] for one in proposal["criteria"]}
        calibration.remove(session, row.id, actor=cast.meng, now=NOW)
        here.phase = "rating"
        session.flush()
        practice.submit(session, made.reference, full(made.rubric), actor=cast.chen, now=NOW)
        here.phase = "preparation"
        session.flush()
        with pytest.raises(Conflict, match="stand"):
            calibration.remove(session, made.reference, actor=cast.meng, now=NOW)
        with pytest.raises(Conflict, match="stand"):
            calibration.set_agreed(
                session, made.reference, full(made.rubric), actor=cast.meng, now=NOW
            )
