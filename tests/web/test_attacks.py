"""What a hostile visitor sends, and what must come of it: nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from reviewapp.adapters import passwords
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import (
    Account,
    Agency,
    Answer,
    Assignment,
    Event,
    Expert,
    Notice,
    Round,
    Settlement,
)
from reviewapp.db.session import Database
from reviewapp.services import accounts, audit
from reviewapp.services.round_rules import rubric_of
from reviewapp.services.uploads import base_name
from tests import rows
from tests.notice_rows import settled, year_2024
from tests.people import NOW, PASSWORD, Cast
from tests.report_rows import readable, report_of

Client = Callable[..., FlaskClient]
Post = tuple[FlaskClient, str, dict[str, str]]


def at_once(*posts: Post) -> list[int]:
    """Send the forms at one moment and return their statuses, sorted."""
    start, answers = Barrier(len(posts)), list[int]()

    def send(client: FlaskClient, path: str, form: dict[str, str]) -> None:
        start.wait()
        answers.append(client.post(path, data=form).status_code)

    threads = [Thread(target=send, args=post) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_asking_for_the_head_of_a_form_does_nothing(
    client_of: Client, cast: Cast, database: Database
) -> None:
    assert cast.chen.expert_id
    assert cast.meng.id
    with database.transaction() as session:
        round_ = rows.round_(session, phase="rating")
        assignment = Assignment(
            created_at=NOW,
            report_id=rows.report(session, round_).id,
            expert_id=cast.chen.expert_id,
            assigned_by=cast.meng.id,
        )
        session.add(assignment)
    query = {"role": "auditor", "name": "乙", "login": "planted"}

    assert client_of(cast.qin).head("/accounts/new", query_string=query).status_code == 200
    assert client_of(cast.chen).head(f"/assignments/{assignment.id}/declare").status_code == 200
    assert client_of().head("/sign-in").status_code == 200

    with database.read() as session:
        found = session.get_one(Assignment, assignment.id)
        assert found.declared_at is None
        assert not session.exec(select(Account).where(Account.login == "planted")).first()


def test_a_page_number_of_five_thousand_digits_is_the_first_page(
    client_of: Client, cast: Cast
) -> None:
    for address in ("/accounts", "/registers/agencies", "/registers/experts"):
        answer = client_of(cast.meng).get(address, query_string={"page": "9" * 5000})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "target",
    ["/\t/[", "/\t/evil.example", "/\t\\evil.example", "/\\\\evil.example", "//[", "/a\\b"],
)
def test_an_odd_way_back_leads_home(client_of: Client, cast: Cast, target: str) -> None:
    answer = client_of().post(
        "/sign-in", data={"login": "meng", "password": PASSWORD, "next": target}
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/home"


def test_what_no_file_can_hold_never_gets_into_a_text(
    client_of: Client, cast: Cast, database: Database
) -> None:
    answer = client_of(cast.meng).post(
        "/registers/agencies/new", data={"name": "甲\x00乙\x1b丙\ufffe公司", "note": "一\n二\x0b"}
    )

    assert answer.status_code == 303
    with database.read() as session:
        entry = session.exec(select(Agency).where(col(Agency.name) == "甲乙丙公司")).one()
        assert entry.note.replace("\r\n", "\n") == "一\n二"


def test_a_search_for_nul_finds_what_a_search_for_nothing_finds(
    client_of: Client, cast: Cast, database: Database
) -> None:
    page = client_of(cast.meng).get("/registers/experts?q=%00").get_data(as_text=True)

    with database.read() as session:
        assert all(name in page for name in session.exec(select(Expert.name)))


def test_a_token_in_chinese_does_not_set_the_platform_up(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        for account in session.exec(select(Account)):
            session.delete(account)
    folder = app.extensions["reviewapp"].config.data_dir
    (folder / "setup-token").write_text("secret-token", encoding="ascii")

    answer = app.test_client().post(
        "/setup", data={"token": "令牌", "login": "root", "name": "甲", "password": PASSWORD}
    )

    assert answer.status_code == 422


def _any_value(rule: Rule, name: str) -> str | int:
    """Return what stands in an address for an id, a number or a word."""
    converter = rule._converters[name]
    if isinstance(converter, UUIDConverter):
        return "00000000-0000-0000-0000-000000000000"
    return 1 if isinstance(converter, IntegerConverter) else "agencies"


def test_every_form_needs_its_token(app: Flask, client_of: Client, cast: Cast) -> None:
    clients = [client_of(who) for who in (cast.qin, cast.meng, cast.fang, cast.chen, cast.lin)]
    app.config["WTF_CSRF_ENABLED"] = True
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(rules) > 50
    with app.test_request_context():
        addresses = [
            rule.rule.replace("<slug>", "agencies")
            if not rule.arguments
            else app.url_map.bind("").build(
                rule.endpoint,
                {name: _any_value(rule, name) for name in rule.arguments},
                method="POST",
            )
            for rule in rules
        ]
    for client in clients:
        assert {
            address: client.post(address).status_code for address in addresses
        } == dict.fromkeys(addresses, 400)


def test_a_part_without_name_in_a_form_is_passed_over(client_of: Client, cast: Cast) -> None:
    body = b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"
    for address in ("/registers/agencies/new", "/registers/agencies/import"):
        answer = client_of(cast.meng).post(
            address, data=body, content_type="multipart/form-data; boundary=a"
        )
        assert answer.status_code == 422


def test_a_rounds_title_cannot_break_the_header_of_its_exports(
    client_of: Client, cast: Cast
) -> None:
    client = client_of(cast.meng)
    made = client.post("/rounds/new", data={"title": "2030\r\nX-Evil: yes", "year": "2030"})
    assert made.status_code == 303

    for name in ("reports", "assignments", "settlement", "results"):
        answer = client.get(f"{made.headers['Location']}/{name}.xlsx")
        assert answer.status_code == 200
        assert "2030 X-Evil: yes.xlsx" in answer.headers["Content-Disposition"]
        assert "X-Evil" not in answer.headers
    assert client.post("/rounds/new", data={"title": "甲" * 101}).status_code == 422


def test_a_one_time_link_sent_twice_at_once_lets_one_in(
    client_of: Client, cast: Cast, database: Database
) -> None:
    assert cast.chen.id
    with database.transaction() as session:
        token = accounts.issue_link(session, cast.chen.id, actor=cast.meng, now=NOW)

    forms = [(client_of(), f"/links/{token}", {"password": f"a-new-secret-{n}"}) for n in range(3)]

    assert at_once(*forms) == [303, 404, 404]


def test_the_same_account_made_twice_at_once_is_one(client_of: Client, cast: Cast) -> None:
    form = {"role": "auditor", "name": "赵一", "login": "zhao"}
    clients = [client_of(cast.qin) for _ in range(3)]

    assert at_once(*((client, "/accounts/new", form) for client in clients)) == [200, 409, 409]


def test_a_result_settled_and_accepted_at_once_is_settled_once(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        round_ = rows.round_(session, phase="settlement")
        report = settled(session, round_, "B", state="proposed")
    form = {"total": "85", "rating": "B", "reason": ""}
    path = f"/reports/{report.id}/settlement"
    both = [client_of(cast.meng), client_of(cast.shen)]

    answers = at_once(
        (both[0], path, form),
        (both[1], path, form),
        (both[1], f"/rounds/{round_.id}/settlement", {}),
    )

    assert set(answers) <= {303, 409}
    with database.read() as session:
        assert session.exec(select(Settlement.state)).all() == ["settled"]
        events = session.exec(select(Event).where(Event.kind == "settlement.settled")).all()
        assert len(events) == 1
        assert audit.verify(session)[1] == []


def test_an_answer_sent_twice_at_once_is_one(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        report = settled(session, rows.round_(session, phase="feedback"), "B")
    clients = [client_of(cast.lin) for _ in range(3)]

    answers = at_once(*((one, f"/results/{report.id}/answer", {"text": "甲"}) for one in clients))

    assert answers == [303, 409, 409]
    with database.read() as session:
        assert len(session.exec(select(Answer)).all()) == 1


def test_a_notice_drafted_twice_at_once_is_one(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        round_id = year_2024(session)
    both = [client_of(cast.meng), client_of(cast.shen)]

    assert at_once(*((one, f"/rounds/{round_id}/notices", {}) for one in both)) == [303, 409]
    with database.read() as session:
        assert len(session.exec(select(Notice)).all()) == 1


def test_a_round_moves_on_once_for_two_clicks(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        round_ = rows.round_(session, phase="preparation")
        report = rows.report(session, round_)
        rows.assignment(session, report, cast.chen.expert_id)
        rows.assignment(session, report, cast.luo.expert_id)
    both = [client_of(cast.meng), client_of(cast.shen)]
    path = f"/rounds/{round_.id}/advance"

    answers = at_once(*((one, path, {"from": "preparation"}) for one in both))

    assert set(answers) <= {303, 409}
    with database.read() as session:
        assert session.get_one(Round, round_.id).phase == "rating"
        assert (
            len(session.exec(select(Event).where(Event.kind == "round.phase-changed")).all()) == 1
        )


def test_a_review_submitted_twice_at_once_is_one(
    client_of: Client, cast: Cast, database: Database
) -> None:
    with database.transaction() as session:
        round_ = rows.round_(session, phase="rating", experts_per_report=1)
        report = rows.report(session, round_)
        work = rows.assignment(session, report, cast.chen.expert_id)
        full = {one.id: one.max_points for one in rubric_of(session, round_, report.kind).criteria}
        review = rows.review(session, work, points=full)
    both = [client_of(cast.chen), client_of(cast.chen)]

    answers = at_once(*((one, f"/reviews/{review.id}", {"act": "submit"}) for one in both))

    assert set(answers) <= {303, 409}
    with database.read() as session:
        kinds = session.exec(select(Event.kind).where(Event.kind == "review.submitted")).all()
        assert len(kinds) == 1
        assert session.exec(select(Settlement).where(Settlement.report_id == report.id)).one()


def test_a_kept_picture_of_a_page_is_asked_for_again_and_refused_after_signing_out(
    client_of: Client, cast: Cast, database: Database, storage: Storage, tmp_path: Path
) -> None:
    with database.transaction() as session:
        version = readable(session, storage, rows.round_(session, phase="rating"), tmp_path)
        rows.assignment(session, report_of(session, version), cast.chen.expert_id)
    client = client_of(cast.chen)
    path = f"/reports/{version.report_id}/versions/1/pages/1.webp"
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"
    kept = {"If-None-Match": first.headers["ETag"]}

    assert client.get(path, headers=kept).status_code == 304
    assert client_of(cast.luo).get(path, headers=kept).status_code == 404
    client.post("/sign-out")
    assert client.get(path, headers=kept).status_code == 303


def test_others_save_while_a_password_is_checked(
    client_of: Client, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = passwords.verify_password

    def check_while_another_saves(stored: str | None, password: str) -> bool:
        with database.transaction() as session:
            accounts.set_locale(session, "en", actor=cast.luo)
        return check(stored, password)

    monkeypatch.setattr(passwords, "verify_password", check_while_another_saves)

    client_of(cast.chen)

    with database.read() as session:
        assert session.get_one(Account, cast.luo.id).locale == "en"


def test_guesses_sent_at_once_are_counted_one_by_one(
    client_of: Client, cast: Cast, database: Database
) -> None:
    guesses = [
        (client_of(), "/sign-in", {"login": "meng", "password": f"wrong-{n}"}) for n in range(5)
    ]

    assert at_once(*guesses) == [422] * 5

    right = client_of().post("/sign-in", data={"login": "meng", "password": PASSWORD})
    assert right.status_code == 422


def test_a_file_name_cannot_turn_around_what_is_read() -> None:
    assert base_name("报告\u202efdp.exe.pdf") == "报告fdp.exe.pdf"
    assert base_name("..\\..\\a\x00\x01\ud800\u3000乙.pdf") == "a\u3000乙.pdf"
    assert base_name("\u200b\x00") == "report.pdf"


def test_nobody_fills_the_disk_without_signing_in(
    app: Flask, client_of: Client, cast: Cast
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    for address in ("/sign-in", "/registers/agencies/import", "/language"):
        large = {"list": (BytesIO(bytes(200_000)), "a.xlsx")}
        assert client_of().post(address, data=large).status_code == 413
    app.config["WTF_CSRF_ENABLED"] = False

    again = {"list": (BytesIO(bytes(200_000)), "a.xlsx")}
    assert client_of(cast.meng).post("/registers/agencies/import", data=again).status_code == 422
