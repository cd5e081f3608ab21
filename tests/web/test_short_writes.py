"""What takes long is done before the transaction that writes: others save meanwhile.

SQLite has one writer. Each test saves in somebody else's review while the long part of an act
goes on, with a patience of 0.2 s: an act that computes inside its transaction would refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.db.models import Assignment, Evidence, ReportVersion, Review, Score
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import (
    assignments,
    evidence,
    page_texts,
    panel,
    review_restoring,
    reviews,
)
from tests import rows
from tests.evidence_rows import add_version, page
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]
Meanwhile = Callable[[ModuleType, str], Callable[[], int]]


@pytest.fixture
def ids(database: Database, cast: Cast) -> dict[str, UUID]:
    """Chen rates one report with kept text, Luo another one, both in one round."""
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating", experts_per_report=1)
        report = rows.report(session, in_round, title="甲报告")
        version = session.exec(select(ReportVersion)).one()
        page_texts.keep(session, version.id, (page(1, "概况"), page(2, "执行率79%")), now=NOW)
        own = rows.review(session, rows.assignment(session, report, cast.chen.expert_id))
        other = rows.report(session, in_round, title="乙报告")
        theirs = rows.review(session, rows.assignment(session, other, cast.luo.expert_id))
        return {
            "round": in_round.id,
            "report": report.id,
            "review": own.id,
            "theirs": theirs.id,
        }


@pytest.fixture
def meanwhile(
    database: Database, cast: Cast, ids: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Meanwhile]:
    """Let a function of a module save in Luo's review before it does its own work."""
    others = Database(database.url)
    if others.is_sqlite:

        @sa.event.listens_for(others.engine, "connect")
        def hurry(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA busy_timeout=200")

    def version() -> int:
        with others.read() as session:
            found = session.exec(
                select(Score.version).where(
                    Score.review_id == ids["theirs"], Score.criterion == "outline"
                )
            ).first()
        return found or 0

    def prepare(module: ModuleType, name: str) -> Callable[[], int]:
        real, count = getattr(module, name), 0

        def slow(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            with others.transaction() as session:
                reviews.save_score(
                    session,
                    ids["theirs"],
                    "outline",
                    points="4",
                    reason=f"同时写的第{version() + 1}稿",
                    version=version(),
                    actor=cast.luo,
                    now=NOW,
                )
            count += 1
            return real(*arguments, **named)

        monkeypatch.setattr(module, name, slow)
        return lambda: count

    yield prepare
    others.engine.dispose()


def test_while_words_are_looked_for(
    client_of: Client, cast: Cast, ids: dict[str, UUID], meanwhile: Meanwhile, database: Database
) -> None:
    saved = meanwhile(evidence, "passage")
    answer = client_of(cast.chen).post(
        f"/reviews/{ids['review']}/criteria/outline/evidence",
        data={"evidence-page-outline": "1", "evidence-quote-outline": "执行率79%"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, saved()) == (200, 1)
    with database.read() as session:
        assert session.exec(select(Evidence.page)).one() == 2


def test_while_evidence_is_carried_over(
    client_of: Client, cast: Cast, ids: dict[str, UUID], meanwhile: Meanwhile, database: Database
) -> None:
    with database.transaction() as session:
        for quote in ("执行率79%", "概况"):
            found = evidence.look_up(
                session, ids["review"], page=1, box=None, quote=quote, actor=cast.chen
            )
            evidence.cite(session, ids["review"], "outline", found, actor=cast.chen, now=NOW)
        add_version(session, ids["report"], page(1, "概况"), page(9, "执行率79%"))
    saved = meanwhile(evidence, "carried")
    answer = client_of(cast.chen).post(f"/reviews/{ids['review']}/version")
    assert (answer.status_code, saved()) == (303, 2)
    with database.read() as session:
        assert session.get_one(Review, ids["review"]).report_version == 2
        assert set(session.exec(select(Evidence.page))) == {1, 9}


def test_what_is_cited_while_evidence_is_carried_over_is_looked_for_as_well(
    database: Database, cast: Cast, ids: dict[str, UUID]
) -> None:
    def cite(quote: str) -> None:
        with database.transaction() as session:
            found = evidence.look_up(
                session, ids["review"], page=1, box=None, quote=quote, actor=cast.chen
            )
            evidence.cite(session, ids["review"], "outline", found, actor=cast.chen, now=NOW)

    cite("概况")
    with database.transaction() as session:
        early = evidence.look_up(
            session, ids["review"], page=2, box=None, quote="执行率79%", actor=cast.chen
        )
        add_version(session, ids["report"], page(1, "概况"), page(9, "执行率79%"))
    with database.read() as session:
        move = evidence.plan_move(session, ids["review"], actor=cast.chen)
    cite("执行率")
    with pytest.raises(evidence.Overtaken), database.transaction() as session:
        evidence.go_over(session, ids["review"], move, actor=cast.chen, now=NOW)
    with database.transaction() as session:
        move = evidence.plan_move(session, ids["review"], actor=cast.chen)
        evidence.go_over(session, ids["review"], move, actor=cast.chen, now=NOW)
    # What was looked up in the version before is no place in this one.
    with pytest.raises(evidence.Overtaken), database.transaction() as session:
        evidence.cite(session, ids["review"], "outline", early, actor=cast.chen, now=NOW)


def test_while_a_long_history_is_put_together(
    client_of: Client, cast: Cast, ids: dict[str, UUID], meanwhile: Meanwhile, database: Database
) -> None:
    with database.transaction() as session:
        for number, text in enumerate(("意见一", "意见二")):
            reviews.save_opinion(
                session, ids["review"], text, version=number, actor=cast.chen, now=NOW
            )
        newest = session.get_one(Review, ids["review"]).state_number
    saved = meanwhile(review_restoring, "history")
    answer = client_of(cast.chen).post(
        f"/reviews/{ids['review']}/states/{newest - 1}/restore",
        data={"newest": newest, "field": "opinion"},
    )
    assert (answer.status_code, saved()) == (303, 1)
    with database.read() as session:
        assert session.get_one(Review, ids["review"]).opinion == "意见一"


def test_while_a_replacement_is_worked_out(
    client_of: Client, cast: Cast, ids: dict[str, UUID], meanwhile: Meanwhile, database: Database
) -> None:
    client = client_of(cast.meng)
    path = f"/rounds/{ids['round']}/experts/{cast.chen.expert_id}/replacement"
    form: dict[str, Any] = {"reason": "住院"}
    for name, value in re.findall(r'name="(pairs|leaving)" value="([^"]*)"', client.get(path).text):
        form.setdefault(name, []).append(value)
    saved = meanwhile(panel, "spread_experts")
    assert (client.post(path, data=form).status_code, saved()) == (303, 1)
    with database.read() as session:
        made = panel.propose(
            session, ids["round"], cast.luo.expert_id or ids["round"], actor=cast.meng
        )
    # Another load is another question: the answer to the one before is not taken.
    with database.transaction() as session:
        further = rows.report(session, rows.round_(session, title="另一批次", phase="rating"))
        rows.assignment(session, further, cast.shi.expert_id)
    with pytest.raises(panel.Conflict), database.transaction() as session:
        panel.replace(
            session,
            ids["round"],
            cast.luo.expert_id or ids["round"],
            made,
            reason="住院",
            previewed=made.spread.pairs,
            previewed_leaving=[one.assignment_id for one in made.leaving],
            actor=cast.meng,
            now=NOW,
        )


def test_while_experts_are_spread(
    client_of: Client, cast: Cast, ids: dict[str, UUID], meanwhile: Meanwhile, database: Database
) -> None:
    with database.transaction() as session:
        new = rows.report(session, assignments.round_of(session, ids["round"]), title="丙报告").id
    with database.read() as session:
        pairs = assignments.plan_spread(session, ids["round"], actor=cast.meng).spread.pairs
    saved = meanwhile(assignments, "spread_experts")
    answer = client_of(cast.meng).post(
        f"/rounds/{ids['round']}/assignments/spread",
        data={"pairs": [f"{report}:{expert}" for report, expert in pairs]},
    )
    assert (answer.status_code, saved()) == (303, 1)
    with database.read() as session:
        assert session.exec(select(Assignment).where(Assignment.report_id == new)).one()
