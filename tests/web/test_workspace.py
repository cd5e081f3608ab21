"""The workspace without scripts: pages, evidence, deductions, suggestions, newer versions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters.storage import Storage
from reviewapp.db.models import (
    Evidence,
    Finding,
    Phrase,
    ReportVersion,
    Review,
    Round,
    Score,
    StoredFile,
)
from reviewapp.db.session import Database
from reviewapp.domain.page_text import PageText, TextLine
from reviewapp.domain.policy import Identity
from reviewapp.services import page_texts, prechecks, triage
from tests import report_rows, rows
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Work:
    review: UUID
    report: UUID
    round: UUID

    @property
    def path(self) -> str:
        return f"/reviews/{self.review}"


def _pages(*texts: str) -> tuple[PageText, ...]:
    return tuple(
        PageText(
            number,
            595.0,
            842.0,
            (60.0, 0.0, 535.0, 842.0),
            ((60.0, 300.0, 535.0, 500.0),) if number == 2 else (),
            (TextLine(text, (72.0, 100.0, 372.0, 116.0)),),
        )
        for number, text in enumerate(texts, 1)
    )


@pytest.fixture
def work(database: Database, cast: Cast, storage: Storage, tmp_path: Path) -> Work:
    """A begun review of a report of three pages with confirmed and open findings on outline."""
    with database.transaction() as session:
        in_round = rows.round_(session, phase="rating")
        version = report_rows.readable(session, storage, in_round, tmp_path)
        report = report_rows.report_of(session, version)
        pages = _pages("一、基本情况", "预算执行率为79.94%。", "建议加强管理。")
        page_texts.keep(session, version.id, pages, now=NOW)
        found = report_rows.answer(
            report_rows.finding("section-missing", section="recommendations", page=None, box=None),
            report_rows.finding(
                "section-empty", section="basic-info", page=1, quote="一、基本情况"
            ),
            report_rows.finding("section-empty", section="conclusion", page=3, quote="建议"),
            report_rows.finding("toc-mismatch", message="目录页码不符"),
        )
        prechecks.store(session, version.id, found, rules_hash="abc", now=NOW)
        for one in session.exec(select(Finding).where(Finding.check != "toc-mismatch")):
            triage.confirm(session, one.id, actor=cast.meng, now=NOW)
        assigned = rows.assignment(session, report, cast.chen.expert_id)
        review = rows.review(session, assigned, opinion="")
        return Work(review.id, report.id, in_round.id)


def _score(database: Database, criterion: str = "outline") -> Score:
    with database.read() as session:
        return session.exec(select(Score).where(Score.criterion == criterion)).one()


def test_one_page_is_shown_with_its_text_and_the_others_keep_their_place(
    client_of: Client, cast: Cast, work: Work
) -> None:
    page = client_of(cast.chen).get(f"{work.path}?page=2").text
    assert page.count("<image ") == 1
    assert "pages/2.webp" in page
    assert page.count('class="leaf') == 3
    assert page.count('viewBox="60.0 0.0 475.0 842.0"') == 3  # cropped to the text block
    assert page.count(">预算执行率为79.94%。</text>") == 1
    assert "建议加强管理。</text>" not in page  # its page is not the one that was asked for


def test_a_table_is_shown_by_itself(client_of: Client, cast: Cast, work: Work) -> None:
    client = client_of(cast.chen)
    page = client.get(f"{work.path}?page=2").text
    assert re.search(r'href="[^"]*table=1[^"]*"', page)
    assert 'viewBox="60.0 300.0 475.0 200.0"' in client.get(f"{work.path}?page=2&table=1").text
    assert client.get(f"{work.path}?page=2&table=9").status_code == 200


def test_a_search_marks_where_the_words_stand(client_of: Client, cast: Cast, work: Work) -> None:
    page = client_of(cast.chen).get(f"{work.path}?find=执行率&page=2").text
    assert "<mark>执行率</mark>" in page
    assert 'class="hit"' in page
    assert 'class="hit"' not in client_of(cast.chen).get(f"{work.path}?find=执行率&page=3").text


def test_a_criterion_leads_to_the_sections_that_it_is_about(
    client_of: Client, cast: Cast, work: Work
) -> None:
    page = client_of(cast.chen).get(work.path).text
    outline = page[page.index('id="criterion-outline"') : page.index('id="criterion-elements"')]
    assert re.search(r'data-page="1"><span lang="zh-Hans">基本情况</span>', outline)


def test_a_suggestion_is_taken_with_its_places(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    client = client_of(cast.chen)
    page = client.get(work.path).text
    assert "（第1、3页），2处，每处扣1分，共扣2分" in page
    client.post(f"{work.path}/criteria/outline/offers/section-empty")
    score = _score(database)
    assert score.points_hundredths == 400  # 6 less 2
    assert score.reason.endswith("，2处，每处扣1分，共扣2分")
    with database.read() as session:
        cited = session.exec(select(Evidence).order_by(Evidence.page)).all()  # type: ignore[arg-type]
    assert [(one.page, one.quote, one.criterion) for one in cited] == [
        (1, "一、基本情况", "outline"),
        (3, "建议", "outline"),
    ]
    client.post(f"{work.path}/criteria/outline/offers/section-empty")  # once is enough
    assert _score(database).points_hundredths == 400
    client.post(f"{work.path}/criteria/outline/offers/section-missing")
    assert _score(database).points_hundredths == 200
    assert len(_score(database).reason.splitlines()) == 2
    assert "%(" not in _score(database).reason  # these findings carry no values


def test_an_unconfirmed_doubt_suggests_nothing(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    client = client_of(cast.chen)
    assert "offers/toc-mismatch" not in client.get(work.path).text
    answer = client.post(f"{work.path}/criteria/outline/offers/toc-mismatch")
    assert answer.status_code == 404
    with database.read() as session:
        assert session.exec(select(Score)).all() == []


def test_a_deduction_is_written_and_its_points_come_off(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    client = client_of(cast.chen)
    data = {
        "deduct-what-outline": "模板占位符残留。",
        "deduct-each-outline": "0.5",
        "deduct-count-outline": "3",
        "deduct-keep-outline": "1",
        "points-outline": "",
        "reason-outline": "总体齐全",
        "version-outline": "0",
        # What was typed elsewhere in the form is saved with it.
        "points-elements": "3",
        "reason-elements": "缺日期",
        "version-elements": "0",
    }
    assert client.post(f"{work.path}/criteria/outline/deductions", data=data).status_code == 303
    score = _score(database)
    assert score.reason == "总体齐全\n模板占位符残留，3处，每处扣0.5分，共扣1.5分"
    assert score.points_hundredths == 450
    assert _score(database, "elements").points_hundredths == 300
    page = client.get(work.path).text
    assert '<b class="minus">−1.5</b>' in page
    assert 'data-phrase="模板占位符残留"' in page  # kept as a phrase


def test_points_never_fall_below_zero(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    client = client_of(cast.chen)
    for what in ("甲", "乙"):
        data = {
            "deduct-what-outline": what,
            "deduct-each-outline": "2",
            "deduct-count-outline": "2",
        }
        client.post(f"{work.path}/criteria/outline/deductions", data=data)
    assert _score(database).points_hundredths == 0


@pytest.mark.parametrize(
    "over",
    [
        {"deduct-each-outline": "x"},
        {"deduct-each-outline": "99"},
        {"deduct-count-outline": "0"},
        {"deduct-what-outline": ""},
    ],
)
def test_an_impossible_deduction_is_refused_with_what_was_typed(
    client_of: Client, cast: Cast, work: Work, database: Database, over: dict[str, str]
) -> None:
    data = {
        "deduct-what-outline": "写到一半的问题",
        "deduct-each-outline": "1",
        "deduct-count-outline": "1",
    } | over
    answer = client_of(cast.chen).post(f"{work.path}/criteria/outline/deductions", data=data)
    assert answer.status_code == 422
    if data["deduct-what-outline"]:
        assert "写到一半的问题" in answer.text
    with database.read() as session:
        assert session.exec(select(Score)).all() == []


def test_evidence_by_page_and_words_is_cited_shown_and_taken_back(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    client = client_of(cast.chen)
    data = {"evidence-page-outline": "1", "evidence-quote-outline": "执行率为79.94%"}
    assert client.post(f"{work.path}/criteria/outline/evidence", data=data).status_code == 303
    page = client.get(f"{work.path}?page=2").text
    chip = re.search(r'<a class="chip"[^>]*data-page="2"[^>]* data-box="[\d. ]+"[^>]*>', page)
    assert chip is not None
    assert 'class="evid"' in page  # and marked on the page
    removal = re.search(r'formaction="([^"]+/removal)"', page)
    assert removal is not None
    assert client.post(removal[1]).status_code == 303
    assert 'class="chip"' not in client.get(work.path).text
    with database.read() as session:
        assert session.exec(select(Evidence)).one().removed_at is not None


def test_words_that_stand_nowhere_come_back_marked(
    client_of: Client, cast: Cast, work: Work
) -> None:
    data = {"evidence-page-outline": "2", "evidence-quote-outline": "没有这句话"}
    refused = client_of(cast.chen).post(f"{work.path}/criteria/outline/evidence", data=data)
    assert refused.status_code == 422
    assert 'value="没有这句话"' in refused.text
    assert 'href="#f-evidence-quote-outline"' in refused.text


def test_scripts_get_the_chips_of_the_criterion(client_of: Client, cast: Cast, work: Work) -> None:
    client = client_of(cast.chen)
    key = "6f1f7f4e-9f0f-4a5e-8a52-0c4b7c2f7a11"
    data = {
        "evidence-page-outline": "2",
        "evidence-quote-outline": "",
        "box": "60 90 400 120",
        "key": key,
    }
    for _time in range(2):
        answer = client.post(f"{work.path}/criteria/outline/evidence", data=data, headers=HTMX)
        assert answer.status_code == 200
        assert answer.text.count('class="chip"') == 1
        assert f"evidence-{key}" in answer.text
        assert "预算执行率为79.94%。" in answer.text
    wrong = {**data, "key": "", "box": "1 2 3"}
    refused = client.post(f"{work.path}/criteria/outline/evidence", data=wrong, headers=HTMX)
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "act",
    [
        "criteria/outline/evidence",
        "criteria/outline/deductions",
        "criteria/outline/offers/section-empty",
        "evidence/6f1f7f4e-9f0f-4a5e-8a52-0c4b7c2f7a11/removal",
        "version",
    ],
)
def test_acts_on_a_review_are_its_writers(
    client_of: Client, cast: Cast, work: Work, act: str
) -> None:
    address = f"{work.path}/{act}"
    assert client_of(cast.luo).post(address).status_code == 404
    assert client_of(cast.meng).post(address).status_code == 404
    assert client_of(cast.lin).post(address).status_code in {403, 404}
    assert client_of(None).post(address).status_code in {303, 401}
    assert client_of(cast.chen).get(address).status_code == 405


def test_nothing_is_cited_after_submitting(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    with database.transaction() as session:
        review = session.get_one(Review, work.review)
        review.state, review.total_hundredths, review.rating = "submitted", 0, "D"
        review.submitted_at = NOW
        session.add(review)
    data = {"evidence-page-outline": "2", "evidence-quote-outline": "执行率"}
    answer = client_of(cast.chen).post(
        f"{work.path}/criteria/outline/evidence", data=data, headers=HTMX
    )
    assert answer.status_code == 409


def test_a_newer_version_is_offered_and_what_is_lost_is_listed(
    client_of: Client,
    cast: Cast,
    work: Work,
    database: Database,
    storage: Storage,
) -> None:
    client = client_of(cast.chen)
    for words in ("执行率为79.94%", "建议加强管理"):
        data = {"evidence-page-outline": "2", "evidence-quote-outline": words}
        client.post(f"{work.path}/criteria/outline/evidence", data=data)
    assert client.post(f"{work.path}/version").status_code == 409
    with database.transaction() as session:
        first = session.exec(select(ReportVersion)).one()
        report = report_rows.report_of(session, first)
        sha256 = storage.put(b"%PDF-1.7 second")
        session.add(
            StoredFile(created_at=NOW, sha256=sha256, size_bytes=15, media_type="application/pdf")
        )
        session.flush()
        second = ReportVersion(
            created_at=NOW,
            report_id=report.id,
            round_id=report.round_id,
            number=2,
            sha256=sha256,
            file_name="二稿.pdf",
            pages=3,
            uploaded_by=report.uploaded_by,
        )
        report.current_version = 2
        session.add_all([report, second])
        session.flush()
        page_texts.keep(session, second.id, _pages("封面", "其他", "预算执行率为79.94%。"), now=NOW)
    assert f'action="{work.path}/version"' in client.get(work.path).text
    assert client.post(f"{work.path}/version").status_code == 303
    page = client.get(work.path).text
    assert "评审已转到第 2 版" in page
    assert "有 1 条依据在本版中未找到" in page
    assert "第 2 版中未找到" in page
    assert re.search(r'<a class="chip"[^>]*data-page="3"', page)
    # The lost one leads to the version that it was cited from.
    assert re.search(r'<a class="chip"[^>]*href="/reports/[^"]*version=1', page)


def test_phrases_are_ones_own_until_they_are_shared(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    with database.transaction() as session:
        report = report_rows.report_of(session, session.exec(select(ReportVersion)).one())
        rows.assignment(session, report, cast.luo.expert_id)
    address = f"/rounds/{work.round}/phrases"
    mine, theirs = client_of(cast.chen), client_of(cast.luo)
    own = {"criterion": "outline", "text": "自己的措辞", "points": "0.5"}
    assert mine.post(address, data=own).status_code == 303
    shared = {"criterion": "outline", "text": "基本合理", "points": "", "shared": "1"}
    assert mine.post(address, data=shared).status_code == 303
    assert "自己的措辞" in mine.get(address).text
    assert mine.post(address, data={**shared, "shared": ""}).status_code == 303  # stays shared
    seen = theirs.get(address).text
    assert "自己的措辞" not in seen
    assert "基本合理" in seen
    assert "/removal" not in seen  # not theirs to drop
    with database.read() as session:
        keys = {one.text: one.id for one in session.exec(select(Phrase))}
    assert theirs.post(f"{address}/{keys['基本合理']}/removal").status_code == 404
    assert client_of(cast.meng).post(f"{address}/{keys['基本合理']}/removal").status_code == 303
    assert client_of(cast.meng).post(f"{address}/{keys['自己的措辞']}/removal").status_code == 404


def test_phrases_are_for_those_who_rate_in_the_round(
    client_of: Client, cast: Cast, work: Work
) -> None:
    address = f"/rounds/{work.round}/phrases"
    assert client_of(cast.shi).get(address).status_code == 404
    assert client_of(cast.shi).post(address, data={"text": "x"}).status_code == 404
    assert client_of(cast.lin).get(address).status_code in {403, 404}
    assert client_of(None).get(address).status_code == 303


@pytest.mark.parametrize(
    "over", [{"criterion": "nothing"}, {"text": " "}, {"points": "-1"}, {"text": "长" * 400}]
)
def test_an_impossible_phrase_is_refused(
    client_of: Client, cast: Cast, work: Work, over: dict[str, str]
) -> None:
    data = {"criterion": "outline", "text": "措辞", "points": "1"} | over
    assert client_of(cast.chen).post(f"/rounds/{work.round}/phrases", data=data).status_code == 422


def test_findings_that_a_round_hides_stay_hidden_in_every_pane(
    client_of: Client, cast: Cast, work: Work, database: Database
) -> None:
    with database.transaction() as session:
        row = session.get_one(Round, work.round)
        row.hides_findings = True
        session.add(row)
    page = client_of(cast.chen).get(work.path).text
    for secret in ("offers/section-empty", 'class="suggested"', "目录页码不符", "未找到必备章节"):
        assert secret not in page
    assert "首次提交评审后显示" in page
    taken = client_of(cast.chen).post(f"{work.path}/criteria/outline/offers/section-empty")
    assert taken.status_code == 404
