"""Settlement pages: what the rule proposes, an officer's word, the opinion's editor."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.db.models import Opinion, OpinionItem, Report, Settlement
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import settlement
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]
HTMX = {"HX-Request": "true"}


def _reviewed(database: Database, cast: Cast, *lost: int, phase: str = "settlement") -> UUID:
    """Write a report with one submitted review per number of lost hundredths."""
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase=phase), title="甲报告")
        experts = (cast.chen, cast.luo, cast.shi)
        for expert, points in zip(experts, lost, strict=False):
            work = rows.assignment(session, report, expert.expert_id)
            spread = {"evidence": 600 - min(points, 600), "rules": 600 - max(0, points - 600)}
            rows.review(session, work, state="submitted", points=spread)
        settlement.open_if_due(session, report.id, now=NOW)
        return report.id


def _round(database: Database, report_id: UUID) -> UUID:
    with database.read() as session:
        return session.get_one(Report, report_id).round_id


def test_undisputed_results_are_accepted_in_one_act(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = _reviewed(database, cast, 200, 400)
    path = f"/rounds/{_round(database, report_id)}/settlement"
    client = client_of(cast.meng)
    page = client.get(path).text
    assert "97" in page
    # The strip says in words what it shows.
    assert re.search("<title>2 份评审：9[68], 9[68]；建议 97</title>", page)
    assert client.post(path, data={"seen": f"{report_id}:9600"}).status_code == 409
    assert client.post(path, data={"seen": f"{report_id}:9700"}).status_code == 303
    with database.read() as session:
        row = session.exec(select(Settlement)).one()
        assert (row.state, row.total_hundredths, row.rating) == ("settled", 9700, "A")
    assert client.get(f"{path}.xlsx").status_code == 200


def test_a_disputed_result_needs_its_reason(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = _reviewed(database, cast, 0, 1200)
    client, path = client_of(cast.meng), f"/reports/{report_id}/settlement"
    data = {"total": "91", "rating": "A", "reason": ""}
    refused = client.post(path, data=data)
    assert refused.status_code == 422
    assert 'value="91"' in refused.text
    done = client.post(path, data={**data, "reason": "复核附件后采信甲"})
    assert done.status_code == 303
    assert "复核附件后采信甲" in client.get(path).text
    assert client.post(f"{path}/reopen", data={"reopen_reason": ""}).status_code == 422
    assert client.post(f"{path}/reopen", data={"reopen_reason": "漏看"}).status_code == 303


@pytest.mark.parametrize("name", ["qin", "chen", "lin"])
def test_experts_and_agencies_do_not_know_of_settlement(
    client_of: Client, cast: Cast, database: Database, name: str
) -> None:
    report_id = _reviewed(database, cast, 200, 400)
    client = client_of(getattr(cast, name))
    for path in (
        f"/rounds/{_round(database, report_id)}/settlement",
        f"/reports/{report_id}/settlement",
        f"/reports/{report_id}/opinion",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


def test_auditors_and_approvers_read_and_change_nothing(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = _reviewed(database, cast, 200, 400)
    for who in (cast.yan, cast.fang):
        client = client_of(who)
        assert client.get(f"/reports/{report_id}/settlement").status_code == 200
        sent = client.post(f"/reports/{report_id}/settlement", data={"total": "97", "rating": "A"})
        assert sent.status_code in {403, 404}
    with database.read() as session:
        assert session.exec(select(Settlement.state)).one() == "proposed"


def test_no_result_is_settled_in_the_rating_phase(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = _reviewed(database, cast, 200, phase="rating")
    sent = client_of(cast.meng).post(
        f"/reports/{report_id}/settlement", data={"total": "98", "rating": "A", "reason": "快"}
    )
    assert sent.status_code == 409


def test_closing_early_needs_a_reason(client_of: Client, cast: Cast, database: Database) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="settlement"))
        rows.review(
            session, rows.assignment(session, report, cast.chen.expert_id), state="submitted"
        )
        rows.assignment(session, report, cast.luo.expert_id)
        report_id = report.id
    client, path = client_of(cast.meng), f"/reports/{report_id}/settlement"
    assert client.post(f"{path}/close", data={"close_reason": " "}).status_code == 422
    assert client.post(f"{path}/close", data={"close_reason": "专家出差"}).status_code == 303
    assert "专家出差" in client.get(path).text


def test_the_opinion_is_edited_beside_its_sources(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = _reviewed(database, cast, 200, 400)
    client, path = client_of(cast.meng), f"/reports/{report_id}/opinion"
    assert client.post(f"{path}/draft").status_code == 303
    page = client.get(path).text
    assert "evidence论证不足" in page
    was = re.search(r'name="was-evidence" value="([^"]+)"', page)
    assert was
    data = {"item-evidence": "缺少支付凭证", "was-evidence": was[1]}
    saved = client.post(path, data=data, headers=HTMX)
    assert saved.status_code == 200
    assert "已保存" in saved.text
    late = client.post(path, data={**data, "item-evidence": "另一人的话"}, headers=HTMX)
    assert late.status_code == 409
    assert "缺少支付凭证" in late.text
    assert "另一人的话" in late.text
    assert client.post(path, data={"act": "finish"}).status_code == 409
    client.post(
        f"/rounds/{_round(database, report_id)}/settlement", data={"seen": f"{report_id}:9700"}
    )
    assert client.post(path, data={"act": "finish"}).status_code == 303
    with database.read() as session:
        assert session.exec(select(Opinion.state)).one() == "final"
        assert session.exec(select(OpinionItem.text)).one() == "缺少支付凭证"


def test_a_text_that_somebody_else_saved_is_never_overwritten_unseen(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = _reviewed(database, cast, 800, 800)
    client, path = client_of(cast.meng), f"/reports/{report_id}/opinion"
    client.post(f"{path}/draft")
    mine = _form(client.get(path).text)
    theirs = dict(mine, overall="沈写的总评", **{"item-rules": "沈写的文号"})
    assert client_of(cast.shen).post(path, data=theirs).status_code == 303
    refused = client.post(path, data=dict(mine, overall="孟写的总评", **{"item-rules": "孟写的"}))
    assert refused.status_code == 409
    assert "沈写的总评" in refused.text
    again = client.post(path, data=_form(refused.text))
    assert again.status_code == 409
    assert "沈写的文号" in again.text
    assert client.post(path, data=_form(again.text)).status_code == 303
    with database.read() as session:
        assert session.exec(select(Opinion.overall)).one() == "孟写的总评"


def test_texts_left_alone_do_not_collide_with_somebody_elses(
    client_of: Client, cast: Cast, database: Database
) -> None:
    report_id = _reviewed(database, cast, 800, 800)
    client, path = client_of(cast.meng), f"/reports/{report_id}/opinion"
    client.post(f"{path}/draft")
    mine = _form(client.get(path).text)
    assert client_of(cast.shen).post(path, data={**mine, "overall": "沈写的"}).status_code == 303
    assert client.post(path, data={**mine, "item-rules": "孟写的文号"}).status_code == 303
    with database.read() as session:
        assert session.exec(select(Opinion.overall)).one() == "沈写的"
        texts = session.exec(select(OpinionItem.text)).all()
    assert "孟写的文号" in texts


def _form(page: str) -> dict[str, str]:
    """Return what a browser without JavaScript would send back from the editor."""
    found = dict(re.findall(r'name="(was-[^"]+)" value="([^"]*)"', page))
    for name, text in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.S
    ):
        found[name] = unescape(text)
    return found


def test_the_table_stays_flat_in_queries(client_of: Client, cast: Cast, database: Database) -> None:
    def queries(in_round: UUID) -> int:
        client, seen = client_of(cast.meng), []

        def count(*_args: object) -> None:
            seen.append(1)

        sa.event.listen(database.engine, "before_cursor_execute", count)
        try:
            assert client.get(f"/rounds/{in_round}/settlement").status_code == 200
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", count)
        return len(seen)

    one = _round(database, _reviewed(database, cast, 200))
    with database.transaction() as session:
        many = rows.round_(session, phase="settlement")
        for _number in range(20):
            report = rows.report(session, many)
            work = rows.assignment(session, report, cast.chen.expert_id)
            rows.review(session, work, state="submitted")
            settlement.open_if_due(session, report.id, now=NOW)
        many_id = many.id
    assert queries(many_id) <= queries(one)
