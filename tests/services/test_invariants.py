"""`reviewapp check` says nothing of sound data and names each thing that was tampered with."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from sqlmodel import select

from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.models import Notice, Opinion, ReportVersion, Review, Settlement, StoredFile
from reviewapp.db.session import Database
from reviewapp.domain.notice import compose
from reviewapp.services import audit, invariants
from tests import rows
from tests.notice_rows import PRESS
from tests.notice_samples import facts
from tests.people import NOW, Cast


@pytest.fixture
def sound(database: Database, storage: Storage, cast: Cast) -> None:
    """Write one report with a file, a submitted review and one event."""
    sha256 = storage.put(b"%PDF-1.7 a report")
    with database.transaction() as session:
        report = rows.report(session, rows.round_(session, phase="rating"))
        version = session.exec(select(ReportVersion)).one()
        invented = version.sha256
        session.add(
            StoredFile(created_at=NOW, sha256=sha256, size_bytes=17, media_type="application/pdf")
        )
        session.flush()
        version.sha256 = sha256
        session.add(version)
        session.flush()
        session.delete(session.exec(select(StoredFile).where(StoredFile.sha256 == invented)).one())
        work = rows.assignment(session, report, cast.chen.expert_id)
        rows.review(session, work, state="submitted")
        audit.record(
            session,
            "report.taken-in",
            actor=cast.meng,
            now=NOW,
            subject_type="report",
            subject_id=report.id,
        )


@pytest.mark.usefixtures("sound")
def test_sound_data_gives_no_sentence(config: Config) -> None:
    assert invariants.check(config) == []


@pytest.mark.usefixtures("sound")
def test_a_changed_total_is_named(config: Config, database: Database) -> None:
    with database.transaction() as session:
        review = session.exec(select(Review)).one()
        review.total_hundredths = 9_999
        session.add(review)
    assert [s for s in invariants.check(config) if "differs from the sum" in s]


@pytest.mark.usefixtures("sound")
def test_a_lost_file_is_named(config: Config, database: Database) -> None:
    with database.transaction() as session:
        session.add(
            StoredFile(created_at=NOW, sha256="0" * 64, size_bytes=1, media_type="application/pdf")
        )
    assert invariants.check(config) == [f"File {'0' * 64}: is not in the store."]


@pytest.mark.usefixtures("sound")
def test_a_result_without_reviews_or_settlement_is_named(
    config: Config, database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session)
        bare = rows.report(session, in_round)
        loose = rows.report(session, in_round)
        session.add(
            Settlement(
                created_at=NOW,
                report_id=bare.id,
                state="settled",
                total_hundredths=1,
                rating="D",
                settled_by=cast.meng.id,
            )
        )
        session.add(Opinion(created_at=NOW, report_id=loose.id, state="released"))
        ids = (bare.id, loose.id)
    said = "\n".join(invariants.check(config))
    assert f"Report {ids[0]}: is settled without any submitted review." in said
    assert f"Report {ids[1]}: its opinion is released without a settled result." in said


@pytest.mark.usefixtures("sound")
def test_a_changed_event_is_named(config: Config, database: Database) -> None:
    with database.transaction() as session:
        if database.engine.dialect.name == "sqlite":
            for name in (
                session.execute(
                    sa.text(
                        "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='event'"
                    )
                )
                .scalars()
                .all()
            ):
                session.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            session.execute(sa.text("ALTER TABLE event DISABLE TRIGGER ALL"))
        session.execute(sa.text("UPDATE event SET actor_name = '别人'"))
    assert [s for s in invariants.check(config) if s.startswith("Event 1: the chain")]


def test_a_published_notice_that_was_changed_is_named(
    config: Config, database: Database, cast: Cast
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session)
        session.add(
            Notice(
                created_at=NOW,
                round_id=in_round.id,
                state="published",
                doc_number="蔡财〔2024〕36号",
                content=json.loads(compose(facts(), PRESS.wording).to_json()),
                content_hash="0" * 64,
                published_at=NOW,
                drafted_by=cast.meng.id,
                signed_by=cast.fang.id,
            )
        )
    assert "Notice 蔡财〔2024〕36号: its content differs from its hash." in invariants.check(config)
