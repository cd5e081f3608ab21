"""Reviews on paper beside the app, and texts that a database may not take."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, select

from reviewapp.db.models import Assignment, Report, Review, ReviewSnapshot
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, NotAllowed, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.domain.scoring import Incomplete
from reviewapp.services import paper_reviews, reviews
from reviewapp.services.review_sheets import rubric_of_review
from reviewapp.services.reviews import StaleSave
from tests import rows
from tests.people import NOW, Cast

SCAN = ("5" * 64, 2048, "application/pdf")


@pytest.fixture
def assignment_id(database: Database, cast: Cast) -> UUID:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        return rows.assignment(session, report, cast.chen.expert_id).id


def _fill(session: Session, review_id: UUID, who: Identity) -> None:
    review = session.get_one(Review, review_id)
    for criterion in rubric_of_review(session, review).criteria:
        reviews.save_score(
            session,
            review_id,
            criterion.id,
            points=f"{criterion.max_points / 100}",
            reason="",
            version=0,
            actor=who,
            now=NOW,
        )
    reviews.save_opinion(session, review_id, "签字表上的意见", version=0, actor=who, now=NOW)


def _enter(database: Database, assignment_id: UUID, who: Identity) -> UUID:
    with database.transaction() as session:
        return paper_reviews.enter(session, assignment_id, SCAN, actor=who, now=NOW).id


def test_a_sheet_is_submitted_by_a_second_person_only(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    review_id = _enter(database, assignment_id, cast.meng)
    with pytest.raises(Incomplete), database.transaction() as session:
        paper_reviews.confirm(session, review_id, actor=cast.shen, now=NOW)
    with database.transaction() as session:
        _fill(session, review_id, cast.meng)
    for act in (reviews.submit, paper_reviews.confirm):
        with pytest.raises((Conflict, NotAllowed)), database.transaction() as session:
            act(session, review_id, actor=cast.meng, now=NOW)
    for who in (cast.chen, cast.fang, cast.yan, cast.lin):
        with pytest.raises(NotAllowed), database.transaction() as session:
            paper_reviews.confirm(session, review_id, actor=who, now=NOW)
    with database.transaction() as session:
        paper_reviews.confirm(session, review_id, actor=cast.shen, now=NOW)
    with database.read() as session:
        snapshot = session.exec(select(ReviewSnapshot)).one()
        assert snapshot.content["opinion"] == "签字表上的意见"
        assert snapshot.content["total"] == 10_000


def test_the_expert_cannot_write_what_is_typed_in_from_paper(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    review_id = _enter(database, assignment_id, cast.meng)
    with pytest.raises(Conflict), database.transaction() as session:
        reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW)
    for who in (cast.chen, cast.shen):
        with pytest.raises(NotFound), database.transaction() as session:
            reviews.save_opinion(session, review_id, "改", version=0, actor=who, now=NOW)


def test_a_draft_that_was_only_opened_gives_way_to_the_signed_sheet(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    with database.transaction() as session:
        opened = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW).id
    assert _enter(database, assignment_id, cast.meng) == opened
    with pytest.raises(Conflict):
        _enter(database, assignment_id, cast.shen)


def test_a_draft_with_anything_in_it_stays_the_experts(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    with database.transaction() as session:
        mine = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW).id
        reviews.save_opinion(session, mine, "写了一半", version=0, actor=cast.chen, now=NOW)
    with pytest.raises(Conflict):
        _enter(database, assignment_id, cast.meng)
    with database.transaction() as session:
        reviews.save_opinion(session, mine, "写完", version=1, actor=cast.chen, now=NOW)
        assert session.get_one(Review, mine).paper_entered_by is None


def test_no_sheet_is_entered_for_a_withdrawn_report(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    with database.transaction() as session:
        work = session.get_one(Assignment, assignment_id)
        report = session.get_one(Report, work.report_id)
        report.state = "withdrawn"
        session.add(report)
    with pytest.raises(NotFound):
        _enter(database, assignment_id, cast.meng)


def test_signs_that_no_database_keeps_are_left_out(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    with database.transaction() as session:
        mine = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW).id
        reviews.save_opinion(
            session, mine, "第一行\r\n第\x00二行\t尾", version=0, actor=cast.chen, now=NOW
        )
        assert session.get_one(Review, mine).opinion == "第一行\n第二行\t尾"


def test_the_same_save_sent_twice_is_no_conflict(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    with database.transaction() as session:
        mine = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW).id
        veto = rows._LOADED["key-project"].vetoes[0].id
        for points in ("5", "5.0"):
            saved = reviews.save_score(
                session,
                mine,
                "outline",
                points=points,
                reason="摘要过短",
                version=0,
                actor=cast.chen,
                now=NOW,
            )
            assert saved.version == 1
            by_veto = reviews.save_veto(
                session,
                mine,
                veto,
                claimed=True,
                ground="附件二",
                version=0,
                actor=cast.chen,
                now=NOW,
            )
            assert by_veto.version == 1
            text = reviews.save_opinion(session, mine, "好", version=0, actor=cast.chen, now=NOW)
            assert text.version == 1
    for claimed, ground in ((True, "另一处"), (False, "")):
        with pytest.raises(StaleSave), database.transaction() as session:
            reviews.save_veto(
                session,
                mine,
                veto,
                claimed=claimed,
                ground=ground,
                version=0,
                actor=cast.chen,
                now=NOW,
            )


def test_the_same_text_sent_twice_is_no_newer_version(
    database: Database, cast: Cast, assignment_id: UUID
) -> None:
    with database.transaction() as session:
        review_id = reviews.open_review(session, assignment_id, actor=cast.chen, now=NOW).id
    versions = []
    for _time in range(2):
        with database.transaction() as session:
            score = reviews.save_score(
                session,
                review_id,
                "outline",
                points="5",
                reason="摘要过短",
                version=0,
                actor=cast.chen,
                now=NOW,
            )
            opinion = reviews.save_opinion(
                session, review_id, "总体良好", version=0, actor=cast.chen, now=NOW
            )
            veto = reviews.save_veto(
                session,
                review_id,
                "plagiarism",
                claimed=False,
                ground="",
                version=0,
                actor=cast.chen,
                now=NOW,
            )
            versions.append((score.version, opinion.version, veto.version))
    assert versions[0] == versions[1] == (1, 1, 0)
