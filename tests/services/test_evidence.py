"""Evidence: whose it is, what it supports, and what a newer version of the report does to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from reviewapp.db.models import (
    Assignment,
    Evidence,
    Report,
    ReportVersion,
    Review,
    ReviewSnapshot,
    Score,
)
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, Invalid, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.domain.scoring import Incomplete
from reviewapp.services import (
    evidence,
    invariants,
    page_texts,
    review_restoring,
    review_states,
    reviews,
)
from reviewapp.services.review_sheets import evidence_of
from tests import rows
from tests.evidence_rows import add_version, page
from tests.people import NOW, Cast

BOX = (100.0, 100.0, 400.0, 116.0)


@dataclass(frozen=True)
class Work:
    review: UUID
    report: UUID


@pytest.fixture
def work(database: Database, cast: Cast) -> Work:
    """A draft in which every criterion has full points but outline, which lost one."""
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        version = session.exec(select(ReportVersion)).one()
        pages = (page(1, "概况"), page(2, "预算执行率为79.94%。", "问卷发放100份"))
        page_texts.keep(session, version.id, pages, now=NOW)
        assigned = rows.assignment(session, report, cast.chen.expert_id)
        rubric = rows._LOADED["key-project"]
        points = {one.id: one.max_points for one in rubric.criteria}
        review = rows.review(session, assigned, points={**points, "outline": 500})
        score = session.exec(select(Score).where(Score.criterion == "outline")).one()
        score.reason = ""
        session.add(score)
        return Work(review.id, report.id)


def _cite(session: Session, work: Work, who: Identity, **over: object) -> Evidence:
    values: dict[str, object] = {"page": 2, "box": None, "quote": "执行率为79.94%"} | over
    key, at = values.pop("key", None), values.pop("now", NOW)
    found = evidence.look_up(session, work.review, actor=who, key=key, **values)  # type: ignore[arg-type]
    return evidence.cite(session, work.review, "outline", found, actor=who, now=at, key=key)  # type: ignore[arg-type]


def _go_over(session: Session, work: Work, who: Identity) -> evidence.CarriedOver:
    move = evidence.plan_move(session, work.review, actor=who)
    return evidence.go_over(session, work.review, move, actor=who, now=NOW)


def _restore(session: Session, work: Work, number: int, newest: int, who: Identity) -> int:
    state = review_restoring.state_to_restore(session, work.review, number)
    return review_restoring.restore(
        session, work.review, number, state, newest=newest, actor=who, now=NOW
    )


def test_a_deduction_needs_a_reason_or_a_passage(
    database: Database, cast: Cast, work: Work
) -> None:
    with pytest.raises(Incomplete) as refused, database.transaction() as session:
        reviews.submit(session, work.review, actor=cast.chen, now=NOW)
    assert [one.field for one in refused.value.missing] == ["reason-outline"]
    with database.transaction() as session:
        _cite(session, work, cast.chen)
        reviews.submit(session, work.review, actor=cast.chen, now=NOW)
    with database.read() as session:
        snapshot = session.exec(select(ReviewSnapshot)).one()
        sha256 = session.exec(select(ReportVersion.sha256)).one()
    (outline,) = [one for one in snapshot.content["scores"] if one["criterion"] == "outline"]
    (cited,) = outline["evidence"]
    assert cited["page"] == 2
    assert cited["quote"] == "执行率为79.94%"
    assert cited["sha256"] == sha256
    assert len(cited["box"]) == 4


def test_evidence_that_was_taken_back_supports_nothing(
    database: Database, cast: Cast, work: Work
) -> None:
    with database.transaction() as session:
        key = _cite(session, work, cast.chen).id
        for _time in range(2):
            evidence.take_back(session, work.review, key, actor=cast.chen, now=NOW)
    with pytest.raises(Incomplete), database.transaction() as session:
        reviews.submit(session, work.review, actor=cast.chen, now=NOW)


def test_what_is_sent_twice_is_cited_once(database: Database, cast: Cast, work: Work) -> None:
    key = uuid4()
    with database.transaction() as session:
        for _time in range(2):
            assert _cite(session, work, cast.chen, key=key).id == key
        assert _cite(session, work, cast.chen).id == key  # the same passage once more
    with database.read() as session:
        assert len(session.exec(select(Evidence)).all()) == 1


def test_only_the_writer_cites_and_takes_back(database: Database, cast: Cast, work: Work) -> None:
    with database.transaction() as session:
        key = _cite(session, work, cast.chen).id
    for other in (cast.luo, cast.meng, cast.lin):
        with pytest.raises(NotFound), database.transaction() as session:
            _cite(session, work, other)
        with pytest.raises(NotFound), database.transaction() as session:
            evidence.take_back(session, work.review, key, actor=other, now=NOW)


def test_a_submitted_review_cites_nothing_more(database: Database, cast: Cast, work: Work) -> None:
    with database.transaction() as session:
        _cite(session, work, cast.chen)
        reviews.submit(session, work.review, actor=cast.chen, now=NOW)
    with pytest.raises(Conflict), database.transaction() as session:
        _cite(session, work, cast.chen, quote="问卷发放")


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"page": 31}, "evidence-page"),
        ({"page": 0}, "evidence-page"),
        ({"quote": "报告里没有"}, "evidence-quote"),
        ({"quote": ""}, "evidence-quote"),
        ({"box": (1, 1, 2, 2)}, "evidence-box"),
    ],
)
def test_an_impossible_place_is_refused(
    database: Database, cast: Cast, work: Work, over: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused, database.transaction() as session:
        _cite(session, work, cast.chen, **over)
    assert refused.value.field == field


def test_another_review_of_the_same_id_is_not_shown(
    database: Database, cast: Cast, work: Work
) -> None:
    with database.transaction() as session:
        key = _cite(session, work, cast.chen).id
        other = session.exec(select(Report)).one()
        assigned = rows.assignment(session, other, cast.luo.expert_id)
        theirs = rows.review(session, assigned).id
    with database.read() as session:
        found = evidence.look_up(
            session, theirs, page=2, box=None, quote="问卷", actor=cast.luo, key=key
        )
    with pytest.raises(NotFound), database.transaction() as session:
        evidence.cite(session, theirs, "outline", found, actor=cast.luo, now=NOW, key=key)


def test_evidence_goes_over_where_its_quote_still_stands(
    database: Database, cast: Cast, work: Work
) -> None:
    with database.transaction() as session:
        _cite(session, work, cast.chen)
        _cite(session, work, cast.chen, quote="问卷发放100份")
        add_version(session, work.report, page(1, "概况"), page(4, "序言", "预算执行率为79.94%。"))
    with database.transaction() as session:
        told = _go_over(session, work, cast.chen)
    assert (told.version, told.kept, told.lost) == (2, 1, 1)
    with database.read() as session:
        kept, lost = session.exec(select(Evidence).order_by(Evidence.quote.desc())).all()  # type: ignore[attr-defined]
        kept, lost = (kept, lost) if kept.lost_in is None else (lost, kept)
        assert (kept.page, kept.report_version, kept.sha256) == (4, 2, "7" * 64)
        assert kept.box[1] == 130
        assert (lost.page, lost.report_version, lost.lost_in) == (2, 1, 2)
        assert session.get_one(Review, work.review).report_version == 2
        assert list(invariants._evidence(session)) == []
    with pytest.raises(Conflict), database.transaction() as session:
        _go_over(session, work, cast.chen)


def test_lost_evidence_supports_no_deduction(database: Database, cast: Cast, work: Work) -> None:
    with database.transaction() as session:
        _cite(session, work, cast.chen)
        add_version(session, work.report, page(1, "全部改写了"))
        _go_over(session, work, cast.chen)
    with pytest.raises(Incomplete), database.transaction() as session:
        reviews.submit(session, work.review, actor=cast.chen, now=NOW)


def test_a_version_that_is_still_being_read_is_not_gone_over_to(
    database: Database, cast: Cast, work: Work
) -> None:
    with database.transaction() as session:
        add_version(session, work.report)
    with pytest.raises(Conflict), database.transaction() as session:
        _go_over(session, work, cast.chen)


def test_evidence_is_part_of_every_saved_state(database: Database, cast: Cast, work: Work) -> None:
    with database.transaction() as session:
        first = _cite(session, work, cast.chen).id
        second = _cite(session, work, cast.chen, quote="问卷发放100份").id
        evidence.take_back(session, work.review, first, actor=cast.chen, now=NOW)
    with database.read() as session:
        kept = review_states.history(session, work.review)
        field = "evidence-outline"
        told = [one.state[field]["evidence"] for one in kept if field in one.state]
        number = kept[-1].number
    assert told == [
        "执行率为79.94%",
        "执行率为79.94%\n问卷发放100份",
        "问卷发放100份",
    ]
    with database.transaction() as session:
        _restore(session, work, number - 2, number, cast.chen)
    with database.read() as session:
        standing = session.exec(select(Evidence.id).where(Evidence.removed_at.is_(None))).all()  # type: ignore[union-attr]
        assert standing == [first]
        assert second != first
        review = session.get_one(Review, work.review)
        now_kept = review_states.history(session, work.review)[-1]
        assert now_kept.restored_from == number - 2
        assert now_kept.state[field] == review_states.state_of(session, review)[field]


def test_evidence_of_one_moment_stands_in_the_order_in_which_it_was_cited(
    database: Database, cast: Cast, work: Work
) -> None:
    quotes = ["发放100份", "卷发", "执行率为", "问卷", "79.94%", "100份", "预算执行", "放100"]
    with database.transaction() as session:
        for quote in quotes:
            _cite(session, work, cast.chen, quote=quote)
        kept = review_states.evidence_value(session, work.review, "outline")
        sheet = evidence_of(session, [work.review])[work.review, "outline"]
    assert kept["evidence"].split("\n") == quotes
    assert [one.quote for one in sheet] == quotes


def test_check_names_evidence_that_points_nowhere(
    database: Database, cast: Cast, work: Work
) -> None:
    with database.transaction() as session:
        row = _cite(session, work, cast.chen)
        assert list(invariants._evidence(session)) == []
        row.page = 99
        session.add(row)
        session.flush()
        assert len(list(invariants._evidence(session))) == 1
        row.page, row.report_version = 2, 7
        session.add(row)
        session.flush()
        assert len(list(invariants._evidence(session))) == 2
        assert session.exec(select(Assignment)).one()


def test_what_an_earlier_state_brings_back_belongs_to_the_version_of_the_review(
    database: Database, cast: Cast, work: Work
) -> None:
    with database.transaction() as session:
        taken = _cite(session, work, cast.chen).id
        cited = session.get_one(Review, work.review).state_number
        evidence.take_back(session, work.review, taken, actor=cast.chen, now=NOW)
        add_version(session, work.report, page(1, "概况"), page(4, "预算执行率为79.94%。"))
    with database.transaction() as session:
        told = _go_over(session, work, cast.chen)
        _restore(session, work, cited, cited + 1, cast.chen)
    assert (told.kept, told.lost) == (0, 0)
    with database.read() as session:
        row = session.get_one(Evidence, taken)
        assert (row.removed_at, row.page, row.report_version) == (None, 4, 2)
