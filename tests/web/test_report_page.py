"""The report page: who opens it, what each sees of the findings, pictures, triage, the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters import rule_files
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Finding, Job, Precheck, ReportVersion, StoredFile
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import prechecks, triage
from tests import report_rows as made
from tests import rows
from tests.adapters.pdf_builders import encrypted
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]
HX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Place:
    """One report of a round with three findings: open, confirmed, dismissed."""

    id: str
    version: str
    title: str
    open: str
    confirmed: str
    dismissed: str

    @property
    def url(self) -> str:
        return f"/reports/{self.id}"

    def triage(self, key: str) -> str:
        return f"{self.url}/findings/{key}/triage"


@pytest.fixture
def put(database: Database, cast: Cast, storage: Storage, tmp_path: Path) -> Callable[..., Place]:
    """Return a function that makes a report in a round."""

    def make(phase: str = "preparation", *, hides: bool = False, **over: Any) -> Place:
        with database.transaction() as session:
            in_round = rows.round_(session, phase=phase, hides_findings=hides)
            version = made.readable(session, storage, in_round, tmp_path, **over)
            answer = made.answer(
                made.finding(message="分数之和不符"),
                made.finding("pii-phone", severity="warning", page=3, message="未遮盖的手机号码"),
                made.finding("section-missing", page=None, box=None, quote="", message="缺少建议"),
            )
            prechecks.store(session, version.id, answer, rules_hash="abc", now=NOW)
            found = session.exec(
                select(Finding)
                .where(Finding.report_version_id == version.id)
                .order_by(Finding.position)  # type: ignore[arg-type]
            ).all()
            if phase == "preparation":
                triage.confirm(session, found[1].id, actor=cast.meng, now=NOW)
                triage.dismiss(session, found[2].id, "另附建议书", actor=cast.meng, now=NOW)
            keys = [str(one.id) for one in found]
            title = made.report_of(session, version).title
            return Place(str(version.report_id), str(version.id), title, *keys)

    return make


def assign(
    database: Database, place: Place, who: Identity, *, declared: bool, review: str = ""
) -> None:
    from uuid import UUID

    from reviewapp.db.models import Report

    with database.transaction() as session:
        report = session.get_one(Report, UUID(place.id))
        work = rows.assignment(session, report, who.expert_id, declared=declared)
        if review:
            rows.review(session, work, state=review)


def text_of(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.text[:400]
    return answer.text


def inner(place: Place) -> list[str]:
    """Return every address under a report that gives something of its file away."""
    below = f"{place.url}/versions/1"
    return [f"{below}/pages/1", f"{below}/pages/1.webp", f"{below}/file", f"{place.url}/progress"]


def test_an_officer_sees_pages_boxes_findings_and_what_was_said_of_them(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    place = put()
    page = text_of(client_of(cast.meng), f"{place.url}?page=2")
    assert place.title in page
    assert f"/reports/{place.id}/versions/1/pages/2.webp" in page
    assert re.search(r'<svg viewBox="0 0 59\d\.\d+ 84\d\.\d+"', page)
    assert 'x="72.0" y="100.0" width="228.0" height="20.0"' in page
    for words in (
        "分数之和不符",
        "未遮盖的手机号码",
        "缺少建议",
        "另附建议书",
        "综合得分为 92.5 分",
    ):
        assert words in page
    assert 'style="' not in page


def test_each_tab_shows_its_part(cast: Cast, client_of: Client, put: Callable[..., Place]) -> None:
    place, client = put(), client_of(cast.meng)
    assert "一、项目基本情况" in text_of(client, f"{place.url}?tab=outline")
    assert "示范项目绩效评价报告" in text_of(client, f"{place.url}?tab=facts")
    history = text_of(client, f"{place.url}?tab=history")
    assert "孟敏" in history
    assert f"/reports/{place.id}/versions/1/file" in history


def test_who_may_not_know_of_a_report_gets_no_page_of_it(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    place = put()
    for who in (cast.lin, cast.xu, cast.qin, cast.shi):
        client = client_of(who)
        for url in (place.url, *inner(place)):
            answer = client.get(url)
            assert answer.status_code == 404, (who.login, url)
            assert place.title not in answer.text
    for url in (place.url, *inner(place)):
        answer = client_of(None).get(url)
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["Location"]


def test_approver_and_auditor_read_and_do_nothing(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    place = put()
    for who in (cast.fang, cast.yan):
        client = client_of(who)
        page = text_of(client, place.url)
        assert "分数之和不符" in page
        assert "/triage" not in page
        assert client.post(place.triage(place.open), data={"act": "confirm"}).status_code == 404
        assert client.post(f"{place.url}/precheck").status_code == 404


def test_an_expert_opens_nothing_before_the_declaration(
    cast: Cast, client_of: Client, database: Database, put: Callable[..., Place]
) -> None:
    place = put()
    assign(database, place, cast.chen, declared=False)
    client = client_of(cast.chen)
    page = text_of(client, place.url)
    assert place.title in page
    for secret in ("分数之和不符", "pages/1.webp", "/file", "一、项目基本情况", "92.5"):
        assert secret not in page
    for url in inner(place):
        assert client.get(url).status_code == 403, url


def test_an_expert_sees_doubts_as_doubts_and_nothing_that_was_dismissed(
    cast: Cast, client_of: Client, database: Database, put: Callable[..., Place]
) -> None:
    place = put()
    assign(database, place, cast.chen, declared=True)
    client = client_of(cast.chen)
    page = text_of(client, place.url)
    assert "未核实" in page
    assert "分数之和不符" in page
    assert "缺少建议" not in page
    assert "另附建议书" not in page
    assert "/triage" not in page
    history = text_of(client, f"{place.url}?tab=history")
    assert "另附建议书" not in history
    assert "已排除" not in history
    assert client.post(place.triage(place.open), data={"act": "confirm"}).status_code == 404


def test_a_round_that_hides_findings_shows_them_after_the_own_review(
    cast: Cast, client_of: Client, database: Database, put: Callable[..., Place]
) -> None:
    place = put("rating", hides=True)
    assign(database, place, cast.chen, declared=True, review="draft")
    assign(database, place, cast.luo, declared=True, review="submitted")
    client = client_of(cast.chen)
    for url in ("", "?tab=findings&page=2", "?tab=outline", "?tab=history"):
        page = text_of(client, place.url + url)
        for secret in (
            "分数之和不符",
            "未遮盖的手机号码",
            "缺少建议",
            "综合得分为",
            "box-",
            "有关建议",
        ):
            assert secret not in page, (url, secret)
    assert "<rect" not in text_of(client, f"{place.url}/versions/1/pages/2")
    assert "分数之和不符" not in text_of(client, f"{place.url}/progress", 303)
    assert "分数之和不符" in text_of(client_of(cast.luo), place.url)
    assert "分数之和不符" in text_of(client_of(cast.meng), place.url)


def test_an_uploader_sees_the_precheck_until_the_report_is_taken_in(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    waiting = put(state="uploaded", uploaded_by=cast.chen.id, is_confirmed=False)
    taken = put(uploaded_by=cast.chen.id)
    client = client_of(cast.chen)
    assert "分数之和不符" in text_of(client, waiting.url)
    assert "分数之和不符" not in text_of(client, taken.url)
    assert client.get(inner(taken)[2]).status_code == 403
    assert client_of(cast.luo).get(waiting.url).status_code == 404


def test_pictures_are_private_and_known_by_their_tag(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    place, client = put(), client_of(cast.meng)
    url = f"{place.url}/versions/1/pages/1.webp"
    first = client.get(url)
    assert first.status_code == 200
    assert first.mimetype == "image/webp"
    assert first.data[8:12] == b"WEBP"
    assert "private" in first.headers["Cache-Control"]
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("tail", ["pages/0.webp", "pages/4.webp", "pages/4", "pages/0"])
def test_a_page_outside_the_report_is_not_found(
    cast: Cast, client_of: Client, put: Callable[..., Place], tail: str
) -> None:
    place, client = put(), client_of(cast.meng)
    assert client.get(f"{place.url}/versions/1/{tail}").status_code == 404
    assert client.get(f"{place.url}/versions/2/pages/1.webp").status_code == 404
    assert client.get(f"{place.url}?page=99").status_code == 200


def test_the_file_is_handed_out_under_its_own_name(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    place = put()
    answer = client_of(cast.meng).get(f"{place.url}/versions/1/file", buffered=True)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''%E7%A4%BA%E8%8C%83" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_triage_without_scripts_comes_back_to_the_finding(
    cast: Cast, client_of: Client, database: Database, put: Callable[..., Place]
) -> None:
    place, client = put(), client_of(cast.meng)
    answer = client.post(place.triage(place.open), data={"act": "dismiss", "reason": "笔误已改"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"#finding-{place.open}")
    assert "笔误已改" in text_of(client, answer.headers["Location"])


def test_triage_by_htmx_answers_with_the_finding_and_the_count(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    place, client = put(), client_of(cast.meng)
    answer = client.post(place.triage(place.open), data={"act": "confirm"}, headers=HX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<li")
    assert 'hx-swap-oob="true"' in answer.text
    assert "<!doctype" not in answer.text.lower()
    back = client.post(place.triage(place.open), data={"act": "leave"}, headers=HX)
    assert "未核实" in back.text


@pytest.mark.parametrize("headers", [{}, HX])
def test_a_dismissal_without_reason_is_shown_where_it_was_typed(
    cast: Cast, client_of: Client, put: Callable[..., Place], headers: dict[str, str]
) -> None:
    place, client = put(), client_of(cast.meng)
    data = {"act": "dismiss", "reason": " "}
    answer = client.post(place.triage(place.open), data=data, headers=headers)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    if not headers:
        assert f"{place.url}?" in answer.text  # the viewer's links lead to the page, not the form


def test_triage_in_a_later_phase_is_refused(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    place, client = put("settlement"), client_of(cast.meng)
    assert "/triage" not in text_of(client, place.url)
    answer = client.post(place.triage(place.open), data={"act": "confirm"})
    assert answer.status_code == 409


def test_a_finding_is_not_triaged_by_the_address_of_another_report(
    cast: Cast, client_of: Client, put: Callable[..., Place]
) -> None:
    one, other = put(), put()
    answer = client_of(cast.meng).post(one.triage(other.open), data={"act": "confirm"})
    assert answer.status_code == 404


def test_while_the_precheck_runs_the_page_asks_again(
    cast: Cast, client_of: Client, database: Database, put: Callable[..., Place]
) -> None:
    place, client = put(), client_of(cast.meng)
    with database.transaction() as session:
        session.add(
            Job(
                created_at=NOW,
                task="precheck",
                key=f"precheck:{place.version}",
                run_after=NOW,
                state="running",
                lease_until=NOW,
                steps_done=7,
                steps_total=30,
            )
        )
    page = text_of(client, place.url)
    assert f"/reports/{place.id}/progress" in page
    assert 'value="7"' in page
    assert 'http-equiv="refresh"' not in page
    assert client.post(f"{place.url}/precheck", data={"version": 1}).status_code == 409
    part = client.get(f"{place.url}/progress", headers=HX)
    assert "HX-Refresh" not in part.headers
    with database.transaction() as session:
        job = session.exec(select(Job)).one()
        job.state, job.lease_until = "done", None
        session.add(job)
    assert client.get(f"{place.url}/progress", headers=HX).headers["HX-Refresh"] == "true"


def test_a_file_that_could_not_be_read_says_why(
    cast: Cast, client_of: Client, database: Database, put: Callable[..., Place]
) -> None:
    place = put()
    with database.transaction() as session:
        row = session.exec(select(Precheck)).one()
        prechecks.store(
            session, row.report_version_id, made.failure("encrypted"), rules_hash="", now=NOW
        )
    assert "密码" in text_of(client_of(cast.meng), place.url)


def test_an_older_version_says_that_it_no_longer_counts(
    cast: Cast, client_of: Client, database: Database, put: Callable[..., Place]
) -> None:
    place, client = put(current_version=1), client_of(cast.meng)
    with database.transaction() as session:
        old = session.exec(select(ReportVersion)).one()
        values = old.model_dump(exclude={"id", "sha256", "number"})
        sha256 = "e" * 64
        session.add(
            StoredFile(created_at=NOW, sha256=sha256, size_bytes=1, media_type="application/pdf")
        )
        session.flush()
        session.add(ReportVersion(**values, number=2, sha256=sha256))
        report = made.report_of(session, old)
        report.current_version = 2
        session.add(report)
    new = text_of(client, place.url)
    assert "分数之和不符" not in new
    assert "此页无法显示" in new  # its file is not in the store
    assert client.get(f"{place.url}/versions/2/file").status_code == 404
    old_page = text_of(client, f"{place.url}?version=1")
    assert "分数之和不符" in old_page
    assert "已被新版本取代" in old_page
    assert "/triage" not in old_page
    assert client.get(f"{place.url}?version=3").status_code == 404


def test_a_page_that_cannot_be_drawn_says_so_and_is_not_tried_again_at_once(
    cast: Cast,
    client_of: Client,
    put: Callable[..., Place],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    locked = encrypted(tmp_path / "locked.pdf", owner="o", user="u").read_bytes()
    place, client = put(content=locked), client_of(cast.meng)
    assert "此页无法显示" in text_of(client, place.url)
    assert client.get(f"{place.url}/versions/1/pages/1.webp").status_code == 404
    tries = [record for record in caplog.records if "could not be drawn" in record.message]
    assert len(tries) == 1


def test_a_finding_speaks_the_readers_language(
    cast: Cast, client_of: Client, put: Callable[..., Place], database: Database
) -> None:
    place = put()
    with database.transaction() as session:
        answer = made.answer(
            made.finding(variant="", values={"found": "92.5", "expected": "91.5"}),
            made.finding("section-missing", page=None, values={"section": "recommendations"}),
        )
        prechecks.store(session, UUID(place.version), answer, rules_hash="abc", now=NOW)
    reader = client_of(cast.meng)
    assert "得分" in text_of(reader, place.url)
    reader.post("/language", data={"locale": "en"})
    page = text_of(reader, place.url)
    assert "The scores add up to 91.5 points; the total row states 92.5." in page
    assert "“Recommendations” was found neither in the body nor in an annex" in page


def test_only_who_reads_rounds_learns_which_report_shares_a_passage(
    cast: Cast, client_of: Client, put: Callable[..., Place], database: Database
) -> None:
    place, other = put("rating"), put("preparation")
    theirs = "另一份报告里的原文"
    with database.transaction() as session:
        finding = made.finding(
            "text-shared",
            quote="本报告里的原文",
            expected="",
            found=theirs,
            message=f"与《{other.title}》第 7 页相同",
            values={
                "other": other.title,
                "key": other.id,
                "page": "7",
                "chars": "120",
                "sentences": "3",
            },
        )
        prechecks.store(
            session, UUID(place.version), made.answer(finding), rules_hash="abc", now=NOW
        )
    assign(database, place, cast.chen, declared=True)
    officer = text_of(client_of(cast.meng), place.url)
    assert theirs in officer
    assert f'href="/reports/{other.id}?page=7"' in officer
    expert = text_of(client_of(cast.chen), place.url)
    assert "与另一份报告相同或几乎相同" in expert
    assert "本报告里的原文" in expert
    sheet = client_of(cast.meng).get(f"{place.url}/versions/1/precheck-sheet.pdf?all=1")
    assert sheet.status_code == 200
    for page in (expert, _sheet_text(sheet.data)):
        assert theirs not in page
        assert other.id not in page
        assert "第 7 页相同" not in page


def _sheet_text(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def test_findings_are_grouped_by_what_to_do_and_explained(
    client_of: Client, cast: Cast, database: Database, put: Callable[..., Place]
) -> None:
    place = put()
    with database.transaction() as session:
        answer = made.answer(
            made.finding("pii-phone", severity="warning", page=3, quote="13871234506"),
            made.finding("toc-mismatch", severity="warning", quote="目录"),
            made.finding("weights-sum", outcome="unverifiable", severity="notice", quote="合计"),
            made.finding("scores-sum", quote="总分"),
            made.finding("section-missing", page=None, quote="", expected="recommendations"),
        )
        prechecks.store(session, UUID(place.version), answer, rules_hash="abc", now=NOW)
    page = client_of(cast.meng).get(place.url).text

    groups = re.findall(r"<h2>([^<]+?) <span class=\"sub\">(\d+)</span></h2>", page)
    assert groups == [
        ("缺失，需补充", "1"),
        ("应予更正", "1"),
        ("个人信息，需遮盖", "1"),
        ("需要核对", "1"),
        ("无法核验，请人工查看", "1"),
    ]
    rule = rule_files.load().checks["weights-sum"]
    assert page.count("检查说明") == 5
    assert rule.explanation in page
    assert rule.source in page
