"""The panel at work: progress without anybody's draft, reminders, own days, other experts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters import mail
from reviewapp.config import Config, SettingError
from reviewapp.db.models import (
    Assignment,
    Event,
    Expert,
    OutboxMessage,
    Report,
    Review,
    Round,
    RoundPhase,
    Score,
)
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import assignments, recusals, reviews
from reviewapp.worker import Workshop
from tests import rows
from tests.mail_server import mail_server
from tests.people import NOW, Cast

Client = Callable[[Identity], FlaskClient]


@pytest.fixture
def ids(database: Database, cast: Cast) -> dict[str, UUID]:
    """Chen has submitted one report, begun one, not declared on one; Luo has submitted one."""
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating", experts_per_report=2)
        session.add(
            RoundPhase(
                created_at=NOW,
                round_id=in_round.id,
                phase="rating",
                starts_on=date(2025, 11, 1),
                ends_on=date(2025, 11, 20),
            )
        )
        done = rows.report(session, in_round, title="甲报告")
        begun = rows.report(session, in_round, title="乙报告")
        new = rows.report(session, in_round, title="丙报告")
        finished = rows.assignment(session, done, cast.chen.expert_id)
        rows.review(session, finished, state="submitted")
        rows.review(session, rows.assignment(session, done, cast.luo.expert_id), state="submitted")
        draft = rows.assignment(session, begun, cast.chen.expert_id)
        review = rows.review(session, draft)
        waits = rows.assignment(session, new, cast.chen.expert_id, declared=False)
        return {
            "round": in_round.id,
            "done": done.id,
            "begun": begun.id,
            "new": new.id,
            "finished": finished.id,
            "draft": draft.id,
            "review": review.id,
            "waits": waits.id,
        }


def _form(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(seen|expert_id|pairs|leaving)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found


def _preview(client: FlaskClient, ids: dict[str, UUID], *people: UUID | None) -> str:
    query = "&".join(f"expert_id={one}" for one in people)
    answer = client.get(f"/rounds/{ids['round']}/reminder?{query}")
    assert answer.status_code == 200
    return answer.text


def test_progress_counts_without_telling_what_stands_in_a_draft(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        reviews.save_score(
            session,
            ids["review"],
            "outline",
            points="3.5",
            reason="只写了一半的理由",
            version=session.exec(
                select(Score.version).where(
                    Score.review_id == ids["review"], Score.criterion == "outline"
                )
            ).first()
            or 0,
            actor=cast.chen,
            now=NOW,
        )
    page = client_of(cast.meng).get(f"/rounds/{ids['round']}/progress").text
    line = re.search(r">陈睿</span>.*?</tr>", page, re.S)
    assert line is not None
    # assigned, declared, begun, submitted: each counts those before it
    assert re.findall(r'class="num"[^>]*>(\d+)<', line.group()) == ["3", "2", "2", "1"]
    assert "只写了一半的理由" not in page
    assert "3.5" not in page
    assert "10:00" in page  # when it was last saved
    assert client_of(cast.chen).get(f"/rounds/{ids['round']}/progress").status_code == 404


def test_progress_says_what_is_late_and_which_reports_lack_experts(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        phase = session.exec(select(RoundPhase).where(RoundPhase.round_id == ids["round"])).one()
        phase.ends_on = date(2025, 11, 1)  # two days before today
        rows.report(session, session.get_one(Round, ids["round"]), title="丁报告")
    page = client_of(cast.meng).get(f"/rounds/{ids['round']}/progress").text
    assert "逾期 2 份" in page
    assert "3 份报告专家不足" in page
    assert page.count("已逾期 2 天") == 3  # both open reviews, and once beside their expert
    nobody = page.partition("《丁报告》")[2].partition("</tr>")[0]
    assert "0/2" in nobody
    assert "缺 2 名专家" in nobody
    assert "缺" not in page.partition("《甲报告》")[2].partition("</tr>")[0]


def test_what_is_sent_is_what_was_seen(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, path = client_of(cast.meng), f"/rounds/{ids['round']}/reminder"
    assert "%(open)s 未提交份数" in _preview(client, ids, cast.chen.expert_id)
    page = _preview(client, ids, cast.chen.expert_id, cast.luo.expert_id)
    assert "催办 1 名专家" in page
    assert (
        "还有2份没有提交评审，最近一份的截止日是2025年11月20日。其中1份还没有作利害关系声明" in page
    )
    assert "不再催办：罗珊" in page
    form = {
        **_form(page),
        "subject": "催办",
        "text": "%(name)s老师：另写的话，还差100%",
        "act": "send",
    }
    assert client.post(path, data=form).status_code == 409
    shown = client.post(path, data={**form, "act": "preview"}).text
    assert "陈睿老师：另写的话，还差100%" in shown
    form["seen"] = _form(shown)["seen"]
    assert client.post(path, data=form).status_code == 303
    with database.read() as session:
        kept = session.exec(select(OutboxMessage)).one()
        assert (kept.text, kept.state) == ("陈睿老师：另写的话，还差100%", "waiting")
        assert "reminder.written" in session.exec(select(Event.kind)).all()
    bad = {**form, "text": "%(name)9999999999s"}
    assert client.post(path, data=bad).status_code == 422


def test_the_expert_reads_the_reminder_until_all_is_submitted(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, path = client_of(cast.meng), f"/rounds/{ids['round']}/reminder"
    page = _preview(client, ids, cast.chen.expert_id)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    subject = re.search(r'name="subject"[^>]*value="([^"]*)"', page)
    assert text
    assert subject
    form = {**_form(page), "subject": subject.group(1), "text": text.group(1), "act": "send"}
    assert client.post(path, data=form).status_code == 303
    home = client_of(cast.chen).get("/home").text
    assert "还有2份没有提交评审" in home
    assert "丙报告" not in re.findall(r'<section class="warn reminder".*?</section>', home, re.S)[0]
    assert "没有提交评审" not in client_of(cast.luo).get("/home").text
    with database.transaction() as session:
        for key in (ids["draft"], ids["waits"]):
            assignments.withdraw(session, key, "改派", actor=cast.meng, now=NOW)
    assert "没有提交评审" not in client_of(cast.chen).get("/home").text


def test_without_a_mail_server_texts_are_passed_on_by_hand(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client = client_of(cast.meng)
    with database.transaction() as session:
        row = OutboxMessage(
            created_at=NOW,
            round_id=ids["round"],
            expert_id=cast.chen.expert_id or ids["round"],
            written_by=cast.meng.id or ids["round"],
            subject="催办",
            text="请完成评审",
        )
        session.add(row)
        key = row.id
    assert "请复制文字转发" in client.get(f"/rounds/{ids['round']}/outbox").text
    assert client.post(f"/messages/{key}/send").status_code == 422
    assert client.post(f"/messages/{key}/passed-on").status_code == 303
    assert client.post(f"/messages/{key}/passed-on").status_code == 409
    assert "已人工转达" in client.get(f"/rounds/{ids['round']}/outbox").text


def test_the_worker_sends_what_waits_and_says_why_it_could_not(
    app: Flask,
    client_of: Client,
    cast: Cast,
    ids: dict[str, UUID],
    database: Database,
    workshop: Workshop,
) -> None:
    with database.transaction() as session:
        for who, address in ((cast.chen, "chen@school.example"), (cast.shi, "weg@school.example")):
            expert = session.get_one(Expert, who.expert_id)
            expert.mail = address
            session.add(expert)
        rows.assignment(session, session.get_one(Report, ids["new"]), cast.shi.expert_id)
    with mail_server() as post:
        post.refused.add("weg@school.example")
        workshop.config = replace(workshop.config, mail_url=post.url)
        app.extensions["reviewapp"].config = workshop.config
        client, path = client_of(cast.meng), f"/rounds/{ids['round']}/reminder"
        page = _preview(client, ids, cast.chen.expert_id, cast.shi.expert_id)
        typed = {**_form(page), "subject": "催办：评审", "text": "%(name)s老师，请完成评审。"}
        seen = _form(client.post(path, data={**typed, "act": "preview"}).text)["seen"]
        assert client.post(path, data={**typed, "seen": seen, "act": "send"}).status_code == 303
        with database.read() as session:
            found = {one.address: one for one in session.exec(select(OutboxMessage))}
        assert found["chen@school.example"].state == "sent"
        assert found["weg@school.example"].state == "failed"
        assert "no such box" in found["weg@school.example"].error
        assert [(one["To"], one["Subject"]) for one in post.taken] == [
            ("chen@school.example", "催办：评审")
        ]
        assert post.taken[0].get_content().strip() == "陈睿老师，请完成评审。"
        post.refused.clear()
        key = found["weg@school.example"].id
        assert client.post(f"/messages/{key}/send").status_code == 303
        with database.transaction() as session:
            row = session.get_one(OutboxMessage, key)
            assert row.state == "waiting"
            row.state = "unsure"
        page = client.get(f"/rounds/{ids['round']}/outbox").text
        assert "可能已发出" in page
        assert f"/messages/{key}/send" in page


def test_a_password_is_never_sent_without_tls() -> None:
    with mail_server() as post, pytest.raises(mail.NotSent, match="TLS"):
        mail.send(
            post.url.replace("://", "://user:word@"),
            mail_id="k@b.c",
            address="a@b.c",
            subject="s",
            text="t",
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://u:geheim@x?from=a@b",
        "smtp://",
        "smtp://u:geheim@host",
        "smtps://u:geheim@host?from=nobody",
        "smtp://u:geheim@h:x?from=a@b",
    ],
)
def test_a_wrong_mail_setting_stops_the_start_without_telling_the_password(
    url: str, config: Config
) -> None:
    with pytest.raises(SettingError, match="MAIL_URL") as refused:
        Config.from_env({"DATA_DIR": str(config.data_dir), "MAIL_URL": url})
    assert "geheim" not in str(refused.value)


def test_one_person_is_given_more_time(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client, path = client_of(cast.meng), f"/assignments/{ids['draft']}/due"
    for wrong in ("2025-11-02", "2025-11-19", "morgen"):
        assert client.post(path, data={"due_on": wrong, "reason": "出差"}).status_code == 422
    assert client.post(path, data={"due_on": "2025-11-28", "reason": ""}).status_code == 422
    given = {"due_on": "2025-11-28", "reason": "出差"}
    assert client.post(path, data=given).status_code == 303
    assert client.post(f"/assignments/{ids['finished']}/due", data=given).status_code == 409
    for address in ("/home", "/reviews", f"/reviews/{ids['review']}"):
        assert "11月28日" in client_of(cast.chen).get(address).text, address
    assert "11月20日" in client_of(cast.chen).get("/home").text  # the other report's
    with database.read() as session:
        event = session.exec(select(Event).where(Event.kind == "assignment.due-set")).one()
        assert event.after["due_on"] == "2025-11-28"
    assert client.post(path, data={"due_on": "", "reason": "不再需要"}).status_code == 303
    assert "11月28日" not in client_of(cast.chen).get("/home").text


def test_an_expert_is_replaced_and_nothing_else_moves(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        recusals.declare(
            session,
            cast.luo.expert_id or ids["round"],
            ground="family",
            report_id=ids["new"],
            actor=cast.meng,
            now=NOW,
        )
    client = client_of(cast.meng)
    path = f"/rounds/{ids['round']}/experts/{cast.chen.expert_id}/replacement"
    page = client.get(path).text
    form = _form(page)
    # Luo may not have 丙; the loads are evenest when Luo or Shi has 乙 and Shi has 丙.
    assert f"{ids['new']}:{cast.shi.expert_id}" in form["pairs"]
    assert len(form["pairs"]) == 2
    assert client.post(path, data={**form, "reason": ""}).status_code == 422
    stale = {**form, "pairs": form["pairs"][:1], "reason": "住院"}
    assert client.post(path, data=stale).status_code == 409
    assert client.post(path, data={**form, "reason": "住院"}).status_code == 303
    with database.read() as session:
        stands = {
            (row.report_id, row.expert_id)
            for row in session.exec(select(Assignment).where(Assignment.state == "assigned"))
        }
        assert stands == {
            (ids["done"], cast.chen.expert_id),
            (ids["done"], cast.luo.expert_id),
            (ids["begun"], UUID(next(p for p in form["pairs"] if str(ids["begun"]) in p)[37:])),
            (ids["new"], cast.shi.expert_id),
        }
        states = dict(session.exec(select(Review.assignment_id, Review.state)).all())
        assert states[ids["finished"]] == "submitted"
        assert states[ids["draft"]] == "draft"
    assert client.get(path).status_code == 200  # what is submitted stays, and is named


def test_one_report_alone_is_given_to_another(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    client = client_of(cast.meng)
    path = f"/rounds/{ids['round']}/experts/{cast.chen.expert_id}/replacement"
    page = client.get(f"{path}?assignment_id={ids['waits']}").text
    form = {**_form(page), "assignment_id": str(ids["waits"]), "reason": "外出"}
    assert form["pairs"] == [f"{ids['new']}:{cast.shi.expert_id}"]  # Luo carries one already
    assert client.post(path, data=form).status_code == 303
    with database.read() as session:
        assert session.get_one(Assignment, ids["draft"]).state == "assigned"
        assert session.get_one(Assignment, ids["waits"]).state == "withdrawn"


def test_after_the_rating_phase_the_panel_stands(
    client_of: Client, cast: Cast, ids: dict[str, UUID], database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Round, ids["round"]).phase = "settlement"
    client = client_of(cast.meng)
    assert client.get(f"/rounds/{ids['round']}/progress").status_code == 200
    answer = client.post(
        f"/assignments/{ids['draft']}/due", data={"due_on": "2025-11-28", "reason": "出差"}
    )
    assert answer.status_code == 409
