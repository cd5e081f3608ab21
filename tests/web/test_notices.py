"""The notice's pages: who drafts, who signs, who reads, and what nobody can change."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from reviewapp.db.models import Account, Notice, Round, Settlement
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from tests import rows
from tests.notice_rows import settled, year_2024
from tests.notice_samples import FREIGHT
from tests.people import Cast

Client = Callable[[Identity | None], FlaskClient]
NUMBER = "蔡财〔2024〕36号"
DETAILS = {
    "issue_date": "2024-12-05",
    "publicity": "public",
    "contact_name": "孟敏",
    "contact_phone": "027-00000000",
    "version": "99",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def round_id(database: Database) -> UUID:
    with database.transaction() as session:
        return year_2024(session)


@pytest.fixture
def notice(client_of: Client, cast: Cast, round_id: UUID) -> str:
    """The address of a draft."""
    answer = client_of(cast.meng).post(f"/rounds/{round_id}/notices")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def _submit(client: FlaskClient, notice: str, number: str = NUMBER, **details: str) -> None:
    for path, form in (
        ("settings", DETAILS | details),
        ("number", {"doc_number": number}),
        ("submission", {}),
    ):
        answer = client.post(f"{notice}/{path}", data=form)
        assert answer.status_code == 303, answer.text


@pytest.fixture
def submitted(client_of: Client, cast: Cast, notice: str) -> str:
    _submit(client_of(cast.meng), notice)
    return notice


@pytest.fixture
def published(client_of: Client, cast: Cast, submitted: str) -> str:
    assert client_of(cast.fang).post(f"{submitted}/publication").status_code == 303
    return submitted


def _state(database: Database, notice: str) -> str:
    with database.read() as session:
        return _row(session, notice).state


def _row(session: Session, notice: str) -> Notice:
    return session.exec(select(Notice).where(Notice.id == UUID(notice.rsplit("/")[-1]))).one()


def _plain(page: str) -> str:
    """Return the words of the page without marks, as one reads them."""
    return re.sub(r"<[^>]+>", "", page)


def _article(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


def test_an_officer_drafts_the_rounds_notice(client_of: Client, cast: Cast, round_id: UUID) -> None:
    client = client_of(cast.meng)
    assert "起草通报" in client.get(f"/rounds/{round_id}/notices").text
    address = client.post(f"/rounds/{round_id}/notices").headers["Location"]
    said = _plain(client.get(address).text)
    assert "14份重点项目绩效评价报告和2份部门整体绩效评价报告进行评级" in said
    assert "没有绩效评价报告被评为C级或D级" in said
    assert "起草通报" not in client.get(f"/rounds/{round_id}/notices").text
    assert client.post(f"/rounds/{round_id}/notices").status_code == 409


def test_a_report_without_result_is_named_and_nothing_is_drafted(
    client_of: Client, cast: Cast, database: Database, round_id: UUID
) -> None:
    with database.transaction() as session:
        round_ = rows.round_(session, phase="notice")
        settled(session, round_, "A", state="proposed", title="还没有议定的报告")
    answer = client_of(cast.meng).post(f"/rounds/{round_.id}/notices")
    assert answer.status_code == 409
    assert "《还没有议定的报告》" in answer.text


def test_a_notice_needs_the_notice_phase(client_of: Client, cast: Cast, database: Database) -> None:
    with database.transaction() as session:
        round_id = rows.round_(session, phase="settlement").id
    client = client_of(cast.meng)
    assert "起草通报" not in client.get(f"/rounds/{round_id}/notices").text
    assert client.post(f"/rounds/{round_id}/notices").status_code == 409


def test_a_passage_is_edited_without_javascript(client_of: Client, cast: Cast, notice: str) -> None:
    client = client_of(cast.meng)
    page = client.get(f"{notice}?edit=results.distribution").text
    text = re.search(r"<textarea[^>]*name=\"text\"[^>]*>\n(.*?)</textarea>", page, re.S)
    assert text
    assert "⟦distribution.B:12⟧" in text.group(1)
    answer = client.post(
        f"{notice}/wording/results.distribution",
        data={"text": "总体看，" + text.group(1), "version": "1"},
    )
    assert answer.status_code == 303
    assert "总体看，从评级结果来看" in _plain(client.get(notice).text)


def test_htmx_gets_the_sheet_and_what_stands_beside_it(
    client_of: Client, cast: Cast, notice: str
) -> None:
    client = client_of(cast.meng)
    page = client.get(f"{notice}?edit=opening", headers=HTMX).text
    assert "<html" not in page
    assert page.count('<textarea id="f-text"') == 1
    saved = client.post(
        f"{notice}/wording/opening", data={"text": "共17家。", "version": "1"}, headers=HTMX
    )
    assert saved.status_code == 200
    assert 'id="sheet"' in saved.text
    assert 'hx-swap-oob="true"' in saved.text
    assert "不来自评级结果的数字：17" in _plain(saved.text)


def test_a_figure_cannot_be_edited_and_nothing_typed_is_lost(
    client_of: Client, cast: Cast, notice: str
) -> None:
    client = client_of(cast.meng)
    answer = client.post(
        f"{notice}/wording/results.distribution",
        data={"text": "全部为A级，写了很久的话。", "version": "1"},
    )
    assert answer.status_code == 422
    assert "写了很久的话" in answer.text
    assert "等12份绩效评价报告被评为B级" in _plain(client.get(notice).text)


def test_a_newer_save_stands_and_both_texts_are_shown(
    client_of: Client, cast: Cast, notice: str
) -> None:
    address = f"{notice}/wording/opening"
    first = client_of(cast.meng).post(address, data={"text": "孟敏的话。", "version": "1"})
    assert first.status_code == 303
    late = client_of(cast.shen).post(address, data={"text": "沈知远的话。", "version": "1"})
    assert late.status_code == 409
    assert "孟敏的话。" in late.text
    assert "沈知远的话。" in late.text


def test_an_emptied_passage_is_left_out_and_put_back(
    client_of: Client, cast: Cast, notice: str
) -> None:
    client = client_of(cast.meng)
    client.post(f"{notice}/wording/results.annexes", data={"text": "", "version": "1"})
    page = client.get(notice).text
    assert 'id="block-results.annexes"' not in page
    assert "放回" in page
    client.post(f"{notice}/wording/results.annexes", data={"reset": "1", "version": "9"})
    assert 'id="block-results.annexes"' in client.get(notice).text


def test_details_are_saved_and_a_refusal_keeps_what_was_typed(
    client_of: Client, cast: Cast, notice: str
) -> None:
    client = client_of(cast.meng)
    wrong = DETAILS | {"population-key-project": "3", "contact_name": "打了很久的名字"}
    answer = client.post(f"{notice}/settings", data=wrong)
    assert answer.status_code == 422
    assert "打了很久的名字" in answer.text
    right = DETAILS | {
        "population-key-project": "42",
        "cc": "区人大财经委\n区审计局；",
        "problem-0": "各报告普遍未交代数据出处。",
    }
    assert client.post(f"{notice}/settings", data=right).status_code == 303
    said = _plain(client.get(notice).text)
    assert "从42份中" in said
    assert "抄送：区人大财经委，区审计局。" in said
    assert said.count("各报告普遍未交代数据出处。") >= 2  # in the text and in the annex
    # Saved again as it is shown, an officer's own words stay.
    again = {key: text for key, text in right.items() if key != "problem-0"}
    again |= {"problem-0": "各报告普遍未交代数据出处。", "cc": "区审计局"}
    assert client.post(f"{notice}/settings", data=again).status_code == 303
    assert "各报告普遍未交代数据出处。" in client.get(notice).text


def test_points_are_shown_only_where_the_officer_says_so(
    client_of: Client, cast: Cast, notice: str
) -> None:
    client = client_of(cast.meng)
    header = '<th scope="col">得分</th>'
    assert header not in client.get(notice).text
    client.post(f"{notice}/settings", data=DETAILS | {"show_totals": "1"})
    assert header in client.get(notice).text


def test_a_wrong_number_is_refused_beside_its_field(
    client_of: Client, cast: Cast, notice: str
) -> None:
    answer = client_of(cast.meng).post(f"{notice}/number", data={"doc_number": "36号文"})
    assert answer.status_code == 422
    assert 'value="36号文"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1


def test_a_notice_without_day_is_not_sent_on(
    client_of: Client, cast: Cast, database: Database, notice: str
) -> None:
    client = client_of(cast.meng)
    client.post(f"{notice}/number", data={"doc_number": NUMBER})
    answer = client.post(f"{notice}/submission")
    assert answer.status_code == 422
    assert "成文日期" in answer.text
    assert _state(database, notice) == "draft"


def test_an_approver_signs_and_an_officer_does_not(
    client_of: Client, cast: Cast, database: Database, submitted: str
) -> None:
    assert "签发并公布" not in client_of(cast.meng).get(submitted).text
    assert client_of(cast.meng).post(f"{submitted}/publication").status_code == 404
    assert _state(database, submitted) == "submitted"
    approver = client_of(cast.fang)
    page = approver.get(submitted).text
    assert "签发并公布" in page
    assert re.search(r"将公开 [1-9]\d* 家机构 [1-9]\d* 份报告的评级结果。", page)
    assert approver.post(f"{submitted}/publication").status_code == 303
    assert _state(database, submitted) == "published"


def test_a_drafter_who_became_approver_cannot_sign(
    client_of: Client, cast: Cast, database: Database, submitted: str
) -> None:
    with database.transaction() as session:
        account = session.exec(select(Account).where(Account.login == "meng")).one()
        account.role = "approver"
        session.add(account)
    client = client_of(cast.meng)
    page = client.get(submitted).text
    assert "签发并公布" not in page
    assert client.post(f"{submitted}/publication").status_code == 403
    assert _state(database, submitted) == "submitted"


def test_a_returned_notice_says_why_and_is_edited_again(
    client_of: Client, cast: Cast, submitted: str
) -> None:
    assert client_of(cast.meng).get(f"{submitted}?edit=opening").text.count('id="f-text"') == 0
    approver = client_of(cast.fang)
    assert approver.post(f"{submitted}/return", data={"reason": ""}).status_code == 422
    assert approver.post(f"{submitted}/return", data={"reason": "请补充时限"}).status_code == 303
    page = client_of(cast.meng).get(f"{submitted}?edit=opening").text
    assert "请补充时限" in page
    assert 'id="f-text"' in page
    assert client_of(cast.yan).post(f"{submitted}/return", data={"reason": "x"}).status_code == 403


def test_a_sign_off_on_paper_needs_its_scan(
    client_of: Client, cast: Cast, database: Database, submitted: str
) -> None:
    client = client_of(cast.shen)
    assert client.post(f"{submitted}/paper", data={"leader": "周局长"}).status_code == 422
    wrong = {"leader": "周局长", "scan": (io.BytesIO(b"hello"), "scan.pdf")}
    assert client.post(f"{submitted}/paper", data=wrong).status_code == 422
    right = {"leader": "周局长", "scan": (io.BytesIO(b"%PDF-1.4 scan"), "scan.pdf")}
    assert client.post(f"{submitted}/paper", data=right).status_code == 303
    assert _state(database, submitted) == "published"
    assert "周局长" in client.get(submitted).text
    scan = client_of(cast.yan).get(f"{submitted}/scan")
    assert scan.data == b"%PDF-1.4 scan"
    assert scan.mimetype == "application/pdf"
    assert client_of(cast.lin).get(f"{submitted}/scan").status_code == 404


def test_readers_get_what_was_published_with_its_hash(
    client_of: Client, cast: Cast, database: Database, published: str
) -> None:
    with database.read() as session:
        hash_ = _row(session, published).content_hash
    for reader in (cast.lin, cast.chen, cast.meng, cast.fang, cast.yan):
        client = client_of(reader)
        page = client.get(f"{published}/published").text
        assert hash_ in page
        assert "没有绩效评价报告被评为C级或D级" in _plain(page)
        assert f"{published}/published" in client.get("/notices").text
        assert client.get(f"{published}/notice.pdf").data.startswith(b"%PDF")
    assert client_of(cast.lin).get(published).status_code == 404


def test_a_published_page_names_no_expert_and_no_points(
    client_of: Client, cast: Cast, published: str
) -> None:
    page = client_of(cast.lin).get(f"{published}/published").text
    assert "陈睿" not in page
    assert "罗珊" not in page
    assert "85" not in _plain(page.split("附件1")[1].split("附件2")[0])
    assert FREIGHT in page
    assert 'class="fig"' not in page


@pytest.mark.parametrize("publicity", ["on-request", "internal"])
def test_what_is_not_for_the_public_stays_in_the_bureau(
    client_of: Client, cast: Cast, notice: str, publicity: str
) -> None:
    _submit(client_of(cast.meng), notice, publicity=publicity)
    client_of(cast.fang).post(f"{notice}/publication")
    for outsider in (cast.lin, cast.chen, cast.qin):
        client = client_of(outsider)
        assert client.get(f"{notice}/published").status_code == 404
        assert client.get(f"{notice}/notice.pdf").status_code == 404
        assert NUMBER not in client.get("/notices").text
    assert client_of(cast.yan).get(f"{notice}/published").status_code == 200


@pytest.mark.parametrize("name", ["lin", "chen", "qin"])
def test_a_draft_is_unknown_outside(
    client_of: Client, cast: Cast, round_id: UUID, submitted: str, name: str
) -> None:
    client = client_of(getattr(cast, name))
    for path in (
        submitted,
        f"{submitted}/published",
        f"{submitted}/notice.docx",
        f"/rounds/{round_id}/notices",
    ):
        assert client.get(path).status_code == 404, path
    for path in ("wording/opening", "settings", "number", "submission", "return", "supersession"):
        assert client.post(f"{submitted}/{path}").status_code == 404, path
    assert "14份" not in client.get("/notices").text


def test_an_auditor_reads_and_changes_nothing(client_of: Client, cast: Cast, notice: str) -> None:
    client = client_of(cast.yan)
    page = client.get(f"{notice}?edit=opening")
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert client.post(f"{notice}/wording/opening", data={"text": "x"}).status_code == 404
    assert client.post(f"{notice}/settings", data=DETAILS).status_code == 404


def test_the_pages_need_a_login(client_of: Client, round_id: UUID, published: str) -> None:
    client = client_of(None)
    for path in (published, f"{published}/published", "/notices", f"/rounds/{round_id}/notices"):
        answer = client.get(path)
        assert answer.status_code == 303, path
        assert "/sign-in" in answer.headers["Location"]


def test_a_draft_says_so_in_its_files_name_and_what_is_published_does_not(
    client_of: Client, cast: Cast, notice: str
) -> None:
    client = client_of(cast.meng)
    for form, mark in (("docx", b"PK"), ("pdf", b"%PDF")):
        sent = client.get(f"{notice}/notice.{form}")
        assert sent.data.startswith(mark)
        assert "%E8%8D%89%E7%A8%BF" in sent.headers["Content-Disposition"]  # 草稿
    _submit(client, notice)
    client_of(cast.fang).post(f"{notice}/publication")
    sent = client.get(f"{notice}/notice.docx")
    assert "%E8%8D%89%E7%A8%BF" not in sent.headers["Content-Disposition"]
    assert sent.data == client.get(f"{notice}/notice.docx").data


def test_what_is_published_cannot_be_edited(client_of: Client, cast: Cast, published: str) -> None:
    client = client_of(cast.meng)
    before = _article(client.get(f"{published}/published").text)
    for path, form in (
        ("wording/opening", {"text": "改掉。", "version": "99"}),
        ("settings", DETAILS),
        ("number", {"doc_number": "蔡财〔2024〕99号"}),
        ("submission", {}),
        ("return", {"reason": "改掉"}),
    ):
        assert client.post(f"{published}/{path}", data=form).status_code == 409, path
    assert _article(client.get(f"{published}/published").text) == before


def test_a_superseding_notice_is_linked_both_ways_for_readers_once_it_is_published(
    client_of: Client, cast: Cast, published: str
) -> None:
    officer, reader = client_of(cast.meng), client_of(cast.lin)
    assert officer.post(f"{published}/supersession", data={"reason": ""}).status_code == 422
    answer = officer.post(f"{published}/supersession", data={"reason": "机构名称有误"})
    new = str(answer.headers["Location"])
    assert new in officer.get(published).text
    # Nobody outside learns that a correction is being written.
    assert new not in reader.get(f"{published}/published").text
    _submit(officer, new, "蔡财〔2024〕40号")
    client_of(cast.fang).post(f"{new}/publication")
    old_page = reader.get(f"{published}/published").text
    assert f"{new}/published" in old_page
    assert "已被更正重发" in old_page
    new_page = reader.get(f"{new}/published").text
    assert f"{published}/published" in new_page
    assert f"（{NUMBER}）自本通报印发之日起废止" in _plain(new_page)


def test_who_signs_is_told_when_the_results_changed_after_submission(
    client_of: Client, cast: Cast, database: Database, submitted: str
) -> None:
    with database.transaction() as session:
        row = session.exec(select(Settlement).order_by(col(Settlement.id))).first()
        assert row is not None
        row.rating, row.total_hundredths = "C", 7000
        session.add(row)
    client = client_of(cast.fang)
    page = client.get(submitted).text
    assert "送签之后评级结果或行文有变化" in page
    assert "签发并公布" not in page
    assert client.post(f"{submitted}/publication").status_code == 409
    assert _state(database, submitted) == "submitted"


def test_results_that_no_longer_make_a_notice_are_said_and_the_page_stays(
    client_of: Client, cast: Cast, database: Database, round_id: UUID, notice: str
) -> None:
    with database.transaction() as session:
        round_ = session.get_one(Round, round_id)
        settled(session, round_, "B", state="proposed", title="重新议定中的报告")
    page = client_of(cast.meng).get(notice)
    assert page.status_code == 200
    assert "《重新议定中的报告》" in page.text
    assert client_of(cast.meng).post(f"{notice}/submission").status_code in {409, 422}


def test_a_superseding_draft_is_discarded_on_its_page(
    client_of: Client, cast: Cast, published: str
) -> None:
    officer = client_of(cast.meng)
    draft = officer.post(f"{published}/supersession", data={"reason": "份数有误"}).headers[
        "Location"
    ]
    assert "放弃此草稿" in officer.get(draft).text
    refused = officer.post(f"{draft}/discard", data={"discard_reason": ""})
    assert refused.status_code == 422
    assert "请说明放弃该草稿的原因" in refused.text
    assert client_of(cast.fang).post(f"{draft}/discard").status_code in {403, 404}
    answer = officer.post(f"{draft}/discard", data={"discard_reason": "份数无误"})
    assert answer.headers["Location"] == published
    assert officer.get(draft).status_code == 404
