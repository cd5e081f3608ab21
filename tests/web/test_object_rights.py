"""Other people's things by their ids: whoever may not know of one is told that there is none.

Every address with an id is tried, so that a new view is tried without anybody thinking of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from reviewapp.db.models import (
    Account,
    Agency,
    Intake,
    Notice,
    OutboxMessage,
    Recusal,
    ReferenceReport,
)
from reviewapp.db.session import Database
from tests import rows
from tests.notice_rows import settled
from tests.people import NOW, Cast

Client = Callable[..., FlaskClient]
#: what a stranger may open all the same: a round's upload page, the rubrics, the own results, and
#: reviews.standing, which answers alike for every id and tells nothing of the review
ALLOWED = {
    "shi": {"intakes.new", "reviews.standing", "rubrics.show"},
    "xu": set[str](),
    "lin": {"results.show", "results.receive", "results.answer"},
    "qin": {"accounts.show", "accounts.issue_link", "accounts.set_state", "registers.edit"}
    | {"registers.set_active"},
}
OTHERS = {
    "block_id": "opening",
    "check": "scores-sum",
    "criterion": "outline",
    "page": "1",
    "slug": "agencies",
    "veto": "plagiarism",
    "version": "1",
}


@dataclass(frozen=True)
class Things:
    """Ids of things that belong to Chen, to Lin's agency or to the bureau."""

    ids: dict[str, list[str]]

    def addresses(self, app: Flask) -> Iterator[tuple[str, str, str]]:
        """Yield method, endpoint and address of every view with an id, for each thing."""
        with app.test_request_context():
            adapter = app.url_map.bind("")
        for rule in app.url_map.iter_rules():
            names = [name for name in rule.arguments if name in self.ids]
            if not names:
                continue
            for one in self.ids[names[0]]:
                values = {name: OTHERS.get(name, "1") for name in rule.arguments}
                values |= {name: self.ids[name][0] for name in names} | {names[0]: one}
                for method in sorted({"GET", "POST"} & (rule.methods or set())):
                    yield method, rule.endpoint, adapter.build(rule.endpoint, values, method)


def _enter(session: Session, cast: Cast) -> Things:
    in_rating = rows.round_(session, phase="rating")
    report = rows.report(session, in_rating)
    work = rows.assignment(session, report, cast.chen.expert_id)
    review = rows.review(session, work)
    assert cast.chen.id
    uploaded = rows.report(session, in_rating, state="uploaded", uploaded_by=cast.chen.id)
    in_feedback = rows.round_(session, phase="feedback")
    result = settled(session, in_feedback, "B")
    intake = Intake(
        created_at=NOW, round_id=in_rating.id, uploaded_by=cast.chen.id, source_name="a.pdf"
    )
    notice = Notice(
        created_at=NOW, round_id=rows.round_(session, phase="notice").id, drafted_by=cast.meng.id
    )
    recusal = Recusal(
        created_at=NOW,
        expert_id=cast.chen.expert_id,
        report_id=report.id,
        ground="family",
        declared_by=cast.chen.id,
    )
    message = OutboxMessage(
        created_at=NOW,
        round_id=in_rating.id,
        expert_id=cast.chen.expert_id,
        written_by=cast.meng.id,
        subject="催办",
        text="请完成评审",
    )
    session.add_all([intake, notice, recusal, message])
    session.flush()
    reference = ReferenceReport(
        created_at=NOW,
        round_id=in_rating.id,
        report_id=result.id,
        report_version=1,
        number=1,
        rubric_hash=review.rubric_hash,
        entered_by=cast.meng.id,
    )
    session.add(reference)
    session.flush()
    account = session.exec(select(Account.id).where(Account.login == "meng")).one()
    agency = session.exec(select(Agency.id)).first()
    ids = {
        "account_id": [account],
        "assignment_id": [work.id],
        "entry_id": [agency],
        "expert_id": [cast.chen.expert_id],
        "intake_id": [intake.id],
        "message_id": [message.id],
        "notice_id": [notice.id],
        "recusal_id": [recusal.id],
        "reference_id": [reference.id],
        "report_id": [report.id, uploaded.id, result.id],
        "review_id": [review.id],
        "round_id": [in_rating.id, in_feedback.id],
    }
    return Things({name: [str(one) for one in found] for name, found in ids.items()})


@pytest.mark.parametrize("who", sorted(ALLOWED))
def test_nobody_learns_of_other_peoples_things(
    app: Flask, client_of: Client, cast: Cast, database: Database, who: str
) -> None:
    with database.transaction() as session:
        things = _enter(session, cast)
    client = client_of(cast.everyone()[who])
    tried, told = 0, {}
    for method, endpoint, address in things.addresses(app):
        if endpoint in ALLOWED[who]:
            continue
        tried += 1
        answer = client.open(
            address, method=method, data={"reason": "x"} if method == "POST" else None
        )
        if answer.status_code != 404:
            told[f"{method} {endpoint} {address}"] = answer.status_code
    assert tried > 100
    assert not told
