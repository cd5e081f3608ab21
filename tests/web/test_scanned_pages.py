"""The report page of a scan: how far the reading is, stop, go on, and what OCR read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from reviewapp.adapters import ocr
from reviewapp.adapters.queue import NullQueue
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Job, ReportVersion
from reviewapp.db.session import Database
from reviewapp.domain.policy import Identity
from reviewapp.services import jobs, prechecks, scan_jobs
from tests import report_rows as made
from tests import rows
from tests.people import NOW, Cast

Client = Callable[[Identity | None], FlaskClient]


@pytest.fixture
def version(database: Database, cast: Cast, storage: Storage, tmp_path: Path) -> ReportVersion:
    """A report of which two of ten scanned pages were read, two seconds each."""
    reading = {"seconds": 2.0}
    with database.transaction() as session:
        row = made.readable(session, storage, rows.round_(session), tmp_path)
        answer = made.answer(made.finding(values={"ocr": "unsure"}))
        about: dict[str, Any] = {**answer["file"], "ocr_pages": [1, 2]}
        jobs.add(session, NullQueue(), "precheck", prechecks.job_key(row.id), now=NOW)
        job = session.exec(select(Job)).one()
        job.state, job.finished_at = "done", NOW
        session.add(job)
        scan_jobs.begin(session, NullQueue(), row.id, now=NOW)
        for page in (1, 2):
            scan_jobs.keep(session, row.sha256, page, reading, now=NOW)
        prechecks.begin(session, row.id, now=NOW)
        prechecks.store(
            session,
            row.id,
            {**answer, "file": about},
            rules_hash="r",
            now=NOW,
            is_preliminary=True,
        )
        job = session.exec(select(Job).where(Job.task == scan_jobs.TASK)).one()
        job.steps_done, job.steps_total = 2, 10
        session.add(job)
        session.flush()
        session.expunge(row)
    return row


def page_of(client: FlaskClient, version: ReportVersion) -> str:
    return client.get(f"/reports/{version.report_id}").get_data(as_text=True)


def send(client: FlaskClient, version: ReportVersion, act: str) -> int:
    url = f"/reports/{version.report_id}/scanned-pages"
    return client.post(url, data={"act": act, "version": "1"}).status_code


def test_the_page_tells_how_far_the_reading_is_and_that_it_is_preliminary(
    client_of: Client, cast: Cast, version: ReportVersion
) -> None:
    page = page_of(client_of(cast.meng), version)
    assert "目前所示为初步结果" in page
    assert "已识别2页，共10页" in page
    assert "剩余不到1分钟" in page  # eight pages of two seconds
    assert "停止识别" in page


def test_findings_and_pages_that_ocr_read_say_so(
    client_of: Client, cast: Cast, version: ReportVersion
) -> None:
    page = page_of(client_of(cast.meng), version)
    assert "把握不足，不作判断" in page
    assert "OCR识别" in page


def test_the_page_comes_anew_once_there_is_a_first_answer(
    client_of: Client, cast: Cast, version: ReportVersion
) -> None:
    client = client_of(cast.meng)
    url = f"/reports/{version.report_id}/progress"
    before = client.get(f"{url}?answer=0", headers={"HX-Request": "true"})
    after = client.get(f"{url}?answer=1", headers={"HX-Request": "true"})
    assert before.headers.get("HX-Refresh") == "true"
    assert "HX-Refresh" not in after.headers


def test_an_officer_stops_the_reading_and_goes_on_with_it(
    client_of: Client, cast: Cast, version: ReportVersion
) -> None:
    client = client_of(cast.meng)
    assert send(client, version, "stop") == 303
    page = page_of(client, version)
    assert "识别到第2页（共10页）时停止" in page
    assert "继续识别" in page
    assert send(client, version, "stop") == 409
    assert send(client, version, "resume") == 303
    assert send(client, version, "fold") == 400


def test_others_see_the_progress_and_stop_nothing(
    client_of: Client, cast: Cast, version: ReportVersion
) -> None:
    page = page_of(client_of(cast.yan), version)
    assert "已识别2页，共10页" in page
    assert "停止识别" not in page
    assert send(client_of(cast.yan), version, "stop") == 404


def test_time_left_is_told_in_minutes(app: Any) -> None:
    from reviewapp.web.reports.scans import seconds_left

    with app.test_request_context():
        assert seconds_left(200) == "约剩3分钟"
    assert ocr.early_count(3) == 3
