"""An expert's own work: what is due, how far it is, and nothing of it before the declaration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from reviewapp.db.models import Assignment, Review, Round, RoundPhase
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import reviews
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]
RATED = "甲村道路养护项目绩效评价报告"
UNTOLD = "乙村供水项目绩效评价报告"


@pytest.fixture
def _work(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        session.add(
            RoundPhase(
                created_at=NOW,
                round_id=in_round.id,
                phase="rating",
                starts_on=date(2025, 11, 1),
                ends_on=date(2025, 11, 10),
            )
        )
        rated = rows.report(session, in_round, title=RATED)
        untold = rows.report(session, in_round, title=UNTOLD)
        begun = rows.review(
            session,
            rows.assignment(session, rated, cast.chen.expert_id),
            points={"outline": 550, "elements": 300},
        )
        rows.assignment(session, untold, cast.chen.expert_id, declared=False)
        reviews.save_score(
            session,
            begun.id,
            "outline",
            points="5",
            reason="前面的话" * 20 + "第三章没有写明抽样方法",
            version=1,
            actor=cast.chen,
            now=NOW - timedelta(hours=2),
        )


@pytest.mark.usefixtures("_work")
@pytest.mark.parametrize("path", ["/home", "/reviews"])
def test_each_report_shows_days_progress_and_the_last_words(
    client_of: Client, cast: Cast, path: str
) -> None:
    page = client_of(cast.chen).get(path).text
    assert f"《{RATED}》" in page
    assert "PDF 30 页" in page
    assert "还剩 7 天" in page  # from Monday, 3 November
    assert "5 个工作日" in page  # the 8th and 9th are a weekend
    criteria = len(rows._LOADED["key-project"].criteria)
    assert f"已评 2/{criteria} 项" in page
    assert "第三章没有写明抽样方法</q>" in page
    assert "前面的话" * 11 not in page  # only how it ends
    assert "2025-11-03 08:00:00" in page


@pytest.mark.usefixtures("_work")
@pytest.mark.parametrize("path", ["/home", "/reviews"])
def test_declarations_come_first_and_name_no_report(
    client_of: Client, cast: Cast, path: str
) -> None:
    page = client_of(cast.chen).get(path).text
    assert UNTOLD not in page
    assert "湖北甲信" not in page
    assert 0 < page.index("/declare") < page.index(RATED)


@pytest.mark.usefixtures("_work")
def test_the_declaration_itself_names_what_a_conflict_may_be_with(
    client_of: Client, cast: Cast
) -> None:
    client = client_of(cast.chen)
    page = client.get("/home").text
    path = page[: page.index("/declare")].rpartition('"')[2] + "/declare"
    declared = client.get(path).text
    assert UNTOLD in declared
    assert "湖北甲信绩效评价有限公司" in declared


@pytest.mark.usefixtures("_work")
def test_nobody_else_sees_how_far_a_review_is(client_of: Client, cast: Cast) -> None:
    for other in (cast.luo, cast.meng, cast.lin):
        page = client_of(other).get("/home").text
        assert "第三章没有写明抽样方法" not in page
        assert RATED not in page


@pytest.mark.usefixtures("_work")
def test_a_review_says_which_of_ones_own_reports_it_is_and_leads_to_the_others(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        in_round = session.exec(select(Round)).one()
        # Neither another expert's nor another round's nor a declined one counts.
        rows.assignment(
            session, rows.report(session, in_round, title="丁村报告"), cast.luo.expert_id
        )
        declined = rows.report(session, in_round, title="丙村报告")
        refused = rows.assignment(session, declined, cast.chen.expert_id)
        refused.decline_ground, refused.state = "kinship", "declined"
        other = rows.round_(session, title="另一批次", phase="rating")
        rows.assignment(session, rows.report(session, other), cast.chen.expert_id)
        review = session.exec(select(Review)).one()
        untold = session.exec(select(Assignment).where(col(Assignment.declared_at).is_(None))).one()
        path, address = f"/reviews/{review.id}", f"/assignments/{untold.id}/review"
    client = client_of(cast.chen)
    page = client.get(path).text
    # Chinese titles sort by their code points: 乙 stands before 甲.
    assert "第 2／2 份" in page
    assert f'rel="prev" href="{address}"' in page
    assert 'rel="next" href="/assignments' not in page
    assert UNTOLD not in page
    # The one that is not declared on yet leads to the declaration, not to the report.
    assert client.get(address).location.endswith("/declare")


@pytest.mark.usefixtures("_work")
def test_after_submitting_the_next_open_report_is_one_click_away(
    client_of: Client, cast: Cast, database: Database
) -> None:
    client = client_of(cast.chen)
    with database.transaction() as session:
        review = session.exec(select(Review)).one()
        review.state, review.submitted_at = "submitted", NOW
        review.total_hundredths, review.rating = 850, "D"
        session.add(review)
        own, path = review.assignment_id, f"/reviews/{review.id}"
        waits = session.exec(select(Assignment).where(col(Assignment.id) != own)).one()
    page = client.get(path).text
    assert f'href="/assignments/{waits.id}/review"' in page
    assert "还有 1 份" in page
    assert UNTOLD not in page  # nothing of it before the declaration
    with database.transaction() as session:
        session.get_one(Assignment, waits.id).declared_at = NOW
    assert UNTOLD in client.get(path).text
    with database.transaction() as session:
        session.get_one(Assignment, waits.id).state = "withdrawn"
    assert "已全部提交" in client.get(path).text
