"""Every saved state of a review is kept, compared, restored, and never changed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from reviewapp.config import Config
from reviewapp.db import migrate
from reviewapp.db.models import Assignment, Review, ReviewSnapshot, ReviewState
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotFound
from reviewapp.services import invariants, review_restoring, review_states, reviews
from reviewapp.services.review_sheets import rubric_of_review
from reviewapp.services.reviews import StaleSave
from tests import rows
from tests.people import NOW, Cast

VETO = rows._LOADED["key-project"].vetoes[0].id
OUTLINE = "criterion-outline"


@pytest.fixture
def review_id(database: Database, cast: Cast) -> UUID:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        work = rows.assignment(session, report, cast.chen.expert_id)
        return reviews.open_review(session, work.id, actor=cast.chen, now=NOW).id


class Writer:
    """One expert who saves, each save in a transaction of its own."""

    def __init__(self, database: Database, cast: Cast, review_id: UUID) -> None:
        self.database, self.cast, self.review_id, self.at = database, cast, review_id, NOW

    def score(self, points: str, reason: str, version: int, **more: bool) -> reviews.Saved:
        self.at += timedelta(seconds=1)
        with self.database.transaction() as session:
            return reviews.save_score(
                session,
                self.review_id,
                "outline",
                points=points,
                reason=reason,
                version=version,
                actor=self.cast.chen,
                now=self.at,
                **more,
            )

    def veto(self, claimed: bool, ground: str, version: int) -> reviews.Saved:
        with self.database.transaction() as session:
            return reviews.save_veto(
                session,
                self.review_id,
                VETO,
                claimed=claimed,
                ground=ground,
                version=version,
                actor=self.cast.chen,
                now=self.at,
            )

    def opinion(self, text: str, version: int) -> reviews.Saved:
        with self.database.transaction() as session:
            return reviews.save_opinion(
                session, self.review_id, text, version=version, actor=self.cast.chen, now=self.at
            )

    def restore(self, number: int, newest: int, fields: tuple[str, ...] = ()) -> int:
        with self.database.transaction() as session:
            return review_restoring.restore(
                session,
                self.review_id,
                number,
                review_restoring.state_to_restore(session, self.review_id, number),
                newest=newest,
                fields=fields,
                actor=self.cast.chen,
                now=self.at,
            )


@pytest.fixture
def writer(database: Database, cast: Cast, review_id: UUID) -> Writer:
    return Writer(database, cast, review_id)


def _history(database: Database, review_id: UUID) -> tuple[review_states.Change, ...]:
    with database.read() as session:
        return review_states.history(session, review_id)


def test_every_acknowledged_text_can_be_read_again(
    database: Database, writer: Writer, config: Config
) -> None:
    text, version = "", 0
    for piece in ("绩效目标表述笼统，", "未细化到年度，", "且缺少", "可衡量的指标"):
        text += piece
        version = writer.score("5", text, version).version
    writer.score("4.5", "改短了", version)
    writer.veto(True, "附件二与正文不符", 0)
    writer.opinion("总体意见", 0)
    found = _history(database, writer.review_id)
    assert [one.number for one in found] == list(range(1, 8))
    assert [one.state[OUTLINE]["reason"] for one in found][:5] == [
        "绩效目标表述笼统，",
        "绩效目标表述笼统，未细化到年度，",
        "绩效目标表述笼统，未细化到年度，且缺少",
        "绩效目标表述笼统，未细化到年度，且缺少可衡量的指标",
        "改短了",
    ]
    assert found[-1].state == {
        OUTLINE: {"points": "4.5", "reason": "改短了"},
        f"veto-{VETO}": {"claimed": "1", "ground": "附件二与正文不符"},
        "opinion": {"opinion": "总体意见"},
    }
    with database.read() as session:
        assert review_states.state_of(session, session.get_one(Review, writer.review_id)) == (
            found[-1].state
        )
    # (the fixture's report names an invented file)
    assert [one for one in invariants.check(config) if "Review" in one] == []


def test_the_same_save_twice_is_one_state(database: Database, writer: Writer) -> None:
    for _time in range(2):
        writer.score("5", "摘要过短", 0)
        writer.opinion("好", 0)
        writer.veto(True, "见第5页", 0)
    assert len(_history(database, writer.review_id)) == 3


def test_blanks_that_were_typed_stay(database: Database, writer: Writer) -> None:
    writer.score("5", "第一点：\n", 0)
    assert _history(database, writer.review_id)[-1].state[OUTLINE]["reason"] == "第一点：\n"


def test_a_late_save_shows_mine_theirs_and_before(writer: Writer) -> None:
    writer.score("5", "两个窗口都读到的", 0)
    writer.score("4", "另一窗口改的", 1)
    with pytest.raises(StaleSave) as late:
        writer.score("3", "这一窗口改的", 1)
    assert late.value.sent == {"points": "3", "reason": "这一窗口改的"}
    assert late.value.stored == {"points": "4", "reason": "另一窗口改的"}
    assert late.value.before == {"points": "5", "reason": "两个窗口都读到的"}
    assert late.value.version == 2


def test_late_vetoes_and_opinions_know_what_they_were_made_from(writer: Writer) -> None:
    writer.veto(True, "原来的", 0)
    writer.veto(True, "别处改的", 1)
    with pytest.raises(StaleSave) as late:
        writer.veto(False, "", 1)
    assert late.value.before == {"claimed": "1", "ground": "原来的"}
    writer.opinion("原来的", 0)
    writer.opinion("别处改的", 1)
    with pytest.raises(StaleSave) as late:
        writer.opinion("我的", 1)
    assert late.value.before == {"opinion": "原来的"}


def test_saving_a_veto_as_it_stands_tells_of_no_other_veto(
    database: Database, cast: Cast, writer: Writer
) -> None:
    other = rows._LOADED["key-project"].vetoes[1].id

    def claim(veto: str, ground: str, version: int) -> int:
        with database.transaction() as session:
            return reviews.save_veto(
                session,
                writer.review_id,
                veto,
                claimed=True,
                ground=ground,
                version=version,
                actor=cast.chen,
                now=NOW,
            ).version

    assert claim(VETO, "见第5页", 0) == 1
    assert claim(other, "另一窗口写的", 1) == 2
    assert claim(VETO, "见第5页", 0) == 1  # the answer was lost: this is the version that it made
    assert claim(VETO, "见第5页", 1) == 1
    with pytest.raises(StaleSave):
        claim(other, "没见过另一窗口的", 1)


def test_a_save_whose_answer_was_lost_is_acknowledged_though_others_followed(
    database: Database, writer: Writer
) -> None:
    writer.score("5", "答复丢失的", 0)
    writer.score("5", "另一窗口接着写的", 1)
    assert writer.score("5", "答复丢失的", 0).version == 1
    assert _history(database, writer.review_id)[-1].state[OUTLINE]["reason"] == "另一窗口接着写的"


def test_a_reason_is_saved_beside_points_that_cannot_be(database: Database, writer: Writer) -> None:
    writer.score("5", "", 0)
    saved = writer.score("99", "写了一半的理由", 1, keeps_reason=True)
    assert saved.version == 2
    assert isinstance(saved.refused, Invalid)
    assert saved.refused.field == "points-outline"
    assert _history(database, writer.review_id)[-1].state[OUTLINE] == {
        "points": "5",
        "reason": "写了一半的理由",
    }


def test_a_restored_state_is_a_new_one_and_loses_nothing(
    database: Database, writer: Writer
) -> None:
    writer.score("5", "第一稿", 0)
    writer.veto(True, "见第5页", 0)
    writer.opinion("意见一", 0)
    writer.score("3", "第二稿", 1)
    writer.veto(False, "", 1)
    writer.opinion("意见二", 1)
    assert writer.restore(3, 6) == 7
    found = _history(database, writer.review_id)
    assert review_states.said(found[-1].state) == review_states.said(found[2].state)
    assert (found[-1].kind, found[-1].restored_from) == ("restored", 3)
    assert len(found[-1].fields) == 3
    # Back to before there was anything but the first text.
    assert writer.restore(1, 7) == 8
    found = _history(database, writer.review_id)
    assert review_states.said(found[-1].state) == {OUTLINE: {"points": "5", "reason": "第一稿"}}
    assert found[3].state[OUTLINE]["reason"] == "第二稿"
    # Versions went up with the text, so a window that was open before is told.
    with pytest.raises(StaleSave):
        writer.score("2", "旧窗口", 2)


def test_one_field_can_be_brought_back_alone(database: Database, writer: Writer) -> None:
    writer.score("5", "第一稿", 0)
    writer.opinion("意见一", 0)
    writer.score("3", "第二稿", 1)
    writer.opinion("意见二", 1)
    writer.restore(2, 4, ("opinion",))
    state = _history(database, writer.review_id)[-1].state
    assert state["opinion"]["opinion"] == "意见一"
    assert state[OUTLINE]["reason"] == "第二稿"


def test_restoring_replaces_nothing_unseen(writer: Writer) -> None:
    writer.score("5", "第一稿", 0)
    writer.score("5", "第二稿", 1)
    with pytest.raises(Conflict):
        writer.restore(1, 1)
    with pytest.raises(Conflict):
        writer.restore(2, 2)  # it says so already
    with pytest.raises(NotFound):
        writer.restore(9, 2)


def test_nobody_else_restores(database: Database, cast: Cast, writer: Writer) -> None:
    writer.score("5", "第一稿", 0)
    with database.read() as session:
        state = review_restoring.state_to_restore(session, writer.review_id, 1)
    for who in (cast.luo, cast.meng, cast.yan, cast.qin):
        with pytest.raises(NotFound), database.transaction() as session:
            review_restoring.restore(
                session, writer.review_id, 1, state, newest=1, actor=who, now=NOW
            )


def _submit(session: Session, review_id: UUID, cast: Cast, opinion: str, version: int) -> None:
    review = session.get_one(Review, review_id)
    for criterion in rubric_of_review(session, review).criteria:
        reviews.save_score(
            session,
            review_id,
            criterion.id,
            points=f"{criterion.max_points / 100}",
            reason="",
            version=0,
            actor=cast.chen,
            now=NOW,
        )
    reviews.save_opinion(session, review_id, opinion, version=version, actor=cast.chen, now=NOW)
    reviews.submit(session, review_id, actor=cast.chen, now=NOW)


def test_every_submission_stays_as_it_was(database: Database, cast: Cast, review_id: UUID) -> None:
    with database.transaction() as session:
        _submit(session, review_id, cast, "第一次的意见", 0)
    with database.transaction() as session:
        reviews.reopen(session, review_id, "缺依据", actor=cast.meng, now=NOW)
    with database.transaction() as session:
        _submit(session, review_id, cast, "第二次的意见", 1)
    with database.read() as session:
        kept = session.exec(select(ReviewSnapshot).order_by(ReviewSnapshot.number)).all()  # type: ignore[arg-type]
    assert [one.content["fields"]["opinion"]["opinion"] for one in kept] == [
        "第一次的意见",
        "第二次的意见",
    ]
    assert kept[0].content["state_number"] < kept[1].content["state_number"]


def _refused(database: Database, statement: str) -> bool:
    try:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        return "frozen" in str(error)
    return False


def test_the_database_itself_refuses_to_change_what_was_submitted_or_saved(
    database: Database, cast: Cast, review_id: UUID
) -> None:
    with database.transaction() as session:
        _submit(session, review_id, cast, "意见", 0)
    attacks = [
        "UPDATE review_snapshot SET content_hash = 'x'",
        "DELETE FROM review_snapshot",
        "UPDATE review_state SET change = '{}'",
        "DELETE FROM review_state",
    ]
    if database.is_sqlite:
        attacks += [
            "INSERT OR REPLACE INTO review_snapshot SELECT id, created_at, review_id, number,"
            " '{}', 'x' FROM review_snapshot"
        ]
    else:
        attacks += ["TRUNCATE review_snapshot", "TRUNCATE review_state"]
    for attack in attacks:
        assert _refused(database, attack), attack
    # A later migration copies tables on SQLite; the rows and the triggers come through it.
    migrate.downgrade(database, "-1")
    migrate.upgrade(database)
    for attack in attacks:
        assert _refused(database, attack), attack
    with database.read() as session:
        assert session.exec(select(ReviewSnapshot)).one().content["opinion"] == "意见"


def test_what_was_saved_before_states_were_kept_becomes_the_first_state(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        work = rows.assignment(session, report, cast.chen.expert_id)
        made = rows.review(session, session.get_one(Assignment, work.id), points={"outline": 450})
        review_id, expected = made.id, review_states.state_of(session, made)
    migrate.downgrade(database, "20261126_0730")
    migrate.upgrade(database)
    found = _history(database, review_id)
    assert {one.kind for one in found} == {"earlier"}
    assert found[-1].state == expected
    assert expected[OUTLINE]["points"] == "4.5"
    with database.read() as session:
        count = session.exec(select(sa.func.count()).select_from(ReviewState)).one()
        assert session.get_one(Review, review_id).state_number == count == 2


def test_a_state_that_differs_from_what_stands_is_named(
    config: Config, database: Database, writer: Writer
) -> None:
    writer.score("5", "摘要过短", 0)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE score SET reason = 'x'")
    assert [one for one in invariants.check(config) if "newest kept state differs" in one]
