"""Prechecks are stored with their findings; triage outlives every further run."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from reviewapp.adapters.queue import NullQueue
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import Event, Finding, Job, Precheck, Report, ReportVersion, Verdict
from reviewapp.db.queries import reports as report_queries
from reviewapp.db.queries import round_reports
from reviewapp.db.session import Database
from reviewapp.domain.errors import Conflict, NotAllowed
from reviewapp.services import jobs, prechecks, triage
from reviewapp.worker import Workshop
from tests import report_rows as made
from tests import rows
from tests.adapters.pdf_builders import encrypted
from tests.people import NOW, Cast


@pytest.fixture
def version_id(database: Database, cast: Cast) -> UUID:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session), is_confirmed=False)
        return session.exec(
            select(ReportVersion.id).where(ReportVersion.report_id == report.id)
        ).one()


def store(database: Database, version_id: UUID, answer: dict[str, object]) -> list[Finding]:
    with database.transaction() as session:
        prechecks.begin(session, version_id, now=NOW)
        prechecks.store(session, version_id, answer, rules_hash="r1", now=NOW)
    return findings(database, version_id)


def findings(database: Database, version_id: UUID) -> list[Finding]:
    with database.read() as session:
        found = session.exec(
            select(Finding)
            .where(Finding.report_version_id == version_id)
            .order_by(col(Finding.position))
        ).all()
        for row in found:
            session.expunge(row)
        return list(found)


def precheck_of(database: Database, version_id: UUID) -> Precheck:
    with database.read() as session:
        row = session.exec(select(Precheck).where(Precheck.report_version_id == version_id)).one()
        session.expunge(row)
        return row


def test_what_officers_said_under_former_rules_is_kept_when_the_rules_change(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    first = store(database, version_id, made.answer(made.finding(), made.finding("pii-phone")))
    with database.transaction() as session:
        triage.dismiss(session, first[0].id, "看错了", actor=cast.meng, now=NOW)
        triage.confirm(session, first[1].id, actor=cast.meng, now=NOW)
    with database.transaction() as session:  # newer rules no longer find the first
        newer = made.answer(made.finding("pii-phone"), layout="Typst · 一、")
        prechecks.store(session, version_id, newer, rules_hash="r2", now=NOW)

    with database.read() as session:
        kept = session.exec(select(Verdict).order_by(col(Verdict.check))).all()
        told = [(one.check, one.rules_hash, one.triage) for one in kept]
    assert told == [("pii-phone", "r1", "confirmed"), ("scores-sum", "r1", "dismissed")]
    assert [one.triage for one in findings(database, version_id)] == ["confirmed"]
    assert precheck_of(database, version_id).layout == "Typst · 一、"


def test_a_run_with_the_same_rules_writes_no_verdict_twice(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    first = store(database, version_id, made.answer(made.finding()))
    with database.transaction() as session:
        triage.confirm(session, first[0].id, actor=cast.meng, now=NOW)
    store(database, version_id, made.answer(made.finding()))

    with database.read() as session:
        assert session.exec(select(Verdict)).all() == []


def test_what_a_silent_check_found_is_kept_and_told_to_nobody(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    silent = made.finding("pii-phone", severity="silent")
    stored = store(database, version_id, made.answer(made.finding(), silent=[silent]))

    assert [one.check for one in stored] == ["scores-sum", "pii-phone"]
    assert "silent" not in (precheck_of(database, version_id).answer or {})
    with database.read() as session:
        told = report_queries.findings_of(session, version_id)
        report = session.get_one(Report, session.get_one(ReportVersion, version_id).report_id)
        rows_, _ = round_reports.reports(session, report.round_id, round_reports.ReportFilter())
    assert [one.check for one in told] == ["scores-sum"]
    assert [one.findings for one in rows_] == [1]


def test_what_an_officer_confirmed_outlives_a_fuller_reading_by_the_same_rules(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    """The first pages of a scan are judged before the rest is read."""
    early = made.answer(made.finding(), made.finding("pii-phone"))
    with database.transaction() as session:
        prechecks.begin(session, version_id, now=NOW)
        prechecks.store(session, version_id, early, rules_hash="r1", now=NOW, is_preliminary=True)
    first = findings(database, version_id)
    with database.transaction() as session:
        triage.confirm(session, first[0].id, actor=cast.meng, now=NOW)
        triage.dismiss(session, first[1].id, "是公开电话", actor=cast.meng, now=NOW)

    last = store(database, version_id, made.answer(made.finding("placeholder-left", page=1)))

    assert [(one.check, one.triage) for one in last] == [
        ("placeholder-left", "open"),
        ("scores-sum", "confirmed"),
    ]
    with database.read() as session:  # what stands is no verdict of what is gone
        assert [one.check for one in session.exec(select(Verdict)).all()] == ["pii-phone"]
    with database.transaction() as session:  # other rules may not find it: then it goes
        prechecks.store(session, version_id, made.answer(), rules_hash="r2", now=NOW)
    assert findings(database, version_id) == []


def test_triage_follows_a_doubt_whose_words_were_read_better(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    first = store(database, version_id, made.answer(made.finding(quote="合计 100 9l.2")))
    with database.transaction() as session:
        triage.dismiss(session, first[0].id, "四舍五入所致", actor=cast.meng, now=NOW)

    (same,) = store(database, version_id, made.answer(made.finding(quote="合计 100 91.2")))
    other = made.finding(quote="共计 100", expected="1", found="2")
    (fresh,) = store(database, version_id, made.answer(other))

    assert (same.id, same.triage, same.quote) == (first[0].id, "dismissed", "合计 100 91.2")
    assert fresh.triage == "open"


def test_a_dismissed_finding_stays_dismissed_after_another_run(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    first = store(database, version_id, made.answer(made.finding(), made.finding("pii-phone")))
    with database.transaction() as session:
        triage.dismiss(session, first[0].id, "四舍五入所致", actor=cast.meng, now=NOW)
    # The new run says one thing more, in front of the others, and words a message anew.
    again = store(
        database,
        version_id,
        made.answer(
            made.finding("placeholder-left", page=1, quote="××"),
            made.finding(message="换了说法"),
        ),
    )
    assert [one.check for one in again] == ["placeholder-left", "scores-sum"]
    kept = again[1]
    assert (kept.id, kept.triage, kept.triage_reason) == (first[0].id, "dismissed", "四舍五入所致")
    assert kept.values["message"] == "换了说法"
    assert again[0].triage == "open"


def test_two_findings_that_read_the_same_are_both_kept(
    database: Database, version_id: UUID
) -> None:
    found = store(database, version_id, made.answer(made.finding(), made.finding()))
    assert len(found) == 2
    again = store(database, version_id, made.answer(made.finding(), made.finding()))
    assert [one.id for one in again] == [one.id for one in found]


def test_a_file_that_cannot_be_read_is_failed_with_its_code(
    database: Database, version_id: UUID
) -> None:
    store(database, version_id, made.failure("encrypted"))
    row = precheck_of(database, version_id)
    assert (row.state, row.outcome, row.error_code) == ("failed", "unverifiable", "encrypted")


def test_a_run_that_broke_leaves_what_was_found_before(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    first = store(database, version_id, made.answer(made.finding()))
    with database.transaction() as session:
        triage.confirm(session, first[0].id, actor=cast.meng, now=NOW)
    after = store(database, version_id, made.failure("unsafe"))
    assert [(one.id, one.triage) for one in after] == [(first[0].id, "confirmed")]
    row = precheck_of(database, version_id)
    assert row.answer is not None
    assert row.answer["sections"]
    assert row.error_code == "unsafe"


def test_the_facts_are_proposed_for_the_report(database: Database, version_id: UUID) -> None:
    store(database, version_id, made.answer())
    with database.read() as session:
        version = session.get_one(ReportVersion, version_id)
        report = made.report_of(session, version)
        assert (report.evaluation_grade, report.stated_score_hundredths) == ("优", 9250)


def test_only_an_officer_asks_for_another_run(
    database: Database, cast: Cast, version_id: UUID
) -> None:
    for who in (cast.chen, cast.fang, cast.lin, cast.yan, cast.qin):
        with database.transaction() as session, pytest.raises(NotAllowed):
            prechecks.request_precheck(session, NullQueue(), version_id, actor=who, now=NOW)
    with database.transaction() as session:
        job = prechecks.request_precheck(session, NullQueue(), version_id, actor=cast.meng, now=NOW)
        assert job.arguments == {"version_id": str(version_id)}
    with database.transaction() as session, pytest.raises(Conflict):
        prechecks.request_precheck(session, NullQueue(), version_id, actor=cast.shen, now=NOW)
    with database.read() as session:
        assert session.exec(select(Event).where(Event.kind == "precheck.requested")).one()


def test_after_feedback_began_the_precheck_is_not_run(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="feedback"))
        version = session.exec(
            select(ReportVersion).where(ReportVersion.report_id == report.id)
        ).one()
        with pytest.raises(Conflict, match="feedback"):
            prechecks.request_precheck(session, NullQueue(), version.id, actor=cast.meng, now=NOW)
        assert session.exec(select(Job)).all() == []


def test_begin_says_what_to_open(
    database: Database, cast: Cast, storage: Storage, tmp_path: Path
) -> None:
    with database.transaction() as session:
        version = made.readable(session, storage, rows.round_(session), tmp_path)
        order = prechecks.begin(session, version.id, now=NOW)
        assert order is not None
        assert (order.sha256, order.kind) == (version.sha256, "key-project")
        again = prechecks.begin(session, version.id, now=NOW)
        assert again == order
    assert precheck_of(database, version.id).state == "running"


def run(workshop: Workshop, database: Database, version_id: UUID) -> Job:
    """Send the job of a version and return its row afterwards; the workshop runs it at once."""
    key = prechecks.job_key(version_id)
    with database.transaction() as session:
        jobs.add(session, workshop.queue, "precheck", key, now=NOW, version_id=version_id)
    with database.read() as session:
        job = session.exec(select(Job).where(Job.key == key)).one()
        session.expunge(job)
        return job


def test_the_task_reads_the_stored_file_and_stores_what_it_found(
    database: Database, cast: Cast, workshop: Workshop, storage: Storage, tmp_path: Path
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session)
        version = made.readable(session, storage, in_round, tmp_path, is_confirmed=False)
    assert run(workshop, database, version.id).state == "done"
    row = precheck_of(database, version.id)
    assert row.state == "done"
    assert row.answer is not None
    assert row.answer["file"]["pages"] == 3
    assert (row.rules_hash, row.program_version) != ("", "")
    assert row.outcome == row.answer["outcome"]
    assert len(findings(database, version.id)) == len(row.answer["findings"])


def test_a_file_with_a_password_ends_the_job_with_its_reason(
    database: Database, cast: Cast, workshop: Workshop, storage: Storage, tmp_path: Path
) -> None:
    path = encrypted(tmp_path / "locked.pdf", owner="o", user="u")
    with database.transaction() as session:
        version = made.readable(
            session, storage, rows.round_(session), tmp_path, content=path.read_bytes()
        )
    assert run(workshop, database, version.id).state == "done"
    row = precheck_of(database, version.id)
    assert (row.state, row.error_code) == ("failed", "encrypted")
    assert findings(database, version.id) == []


def test_a_run_that_breaks_off_is_tried_again(
    database: Database, cast: Cast, workshop: Workshop, version_id: UUID
) -> None:
    job = run(workshop, database, version_id)  # its file is not in the store
    assert (job.state, job.attempts) == ("queued", 1)
    assert precheck_of(database, version_id).state == "failed"


def test_the_job_of_a_version_that_is_gone_ends(database: Database, workshop: Workshop) -> None:
    assert run(workshop, database, uuid4()).state == "done"
