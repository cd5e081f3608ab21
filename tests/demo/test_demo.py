"""The demo as `make run` shows it: two rounds made by the real services, sound to the last row."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from reviewapp.adapters.storage import Storage
from reviewapp.config import Config, prepare_data_dir
from reviewapp.db import migrate
from reviewapp.db.models import (
    Account,
    Assignment,
    Event,
    Notice,
    Opinion,
    Report,
    Review,
    Round,
    Settlement,
)
from reviewapp.db.queries.waiting import home_page
from reviewapp.db.session import Database
from reviewapp.demo.build import build_demo, build_stage
from reviewapp.demo.people import sign_ins
from reviewapp.domain.errors import Conflict
from reviewapp.domain.notice import NoticeContent
from reviewapp.domain.policy import Identity, Role
from reviewapp.services import audit, backup, invariants

pytestmark = pytest.mark.xdist_group("demo-data")
LEADS = (
    "蔡甸区公路运输管理所2023年公路货物运规上企业奖补资金项目评价报告",
    "中共蔡甸区委组织部招才引智专项经费项目绩效评价报告",
)


def _sign_ins(database: Database) -> list[tuple[str, str, str, str]]:
    with database.read() as session:
        return sign_ins(session)


def _empty(folder: Path) -> Config:
    environ = {"DATA_DIR": str(folder)}
    prepare_data_dir(environ)
    config = Config.from_env(environ)
    migrate.upgrade(Database(config.database_url))
    return config


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Config:
    config = _empty(tmp_path_factory.mktemp("demo") / "data")
    build_demo(config)
    return config


@pytest.fixture
def database(demo: Config) -> Database:
    return Database(demo.database_url)


def _text(database: Database) -> str:
    import json

    with database.read() as session:
        notice = session.exec(select(Notice).where(Notice.state == "published")).one()
        content = NoticeContent.from_json(json.dumps(notice.content))
        assert content.sha256 == notice.content_hash
        return content.plain_text()


def test_the_round_of_2024_ends_in_the_first_users_sentences(database: Database) -> None:
    text = _text(database)
    assert "今年共对14份重点项目绩效评价报告和2份部门整体绩效评价报告进行评级" in text
    assert "没有绩效评价报告被评为C级或D级" in text
    for title in LEADS:
        assert f"《{title}》" in text
    assert "4份" in text
    assert "12份" in text


def test_four_reports_are_rated_a_and_twelve_b(database: Database) -> None:
    with database.read() as session:
        rows = session.exec(
            select(Report.title, Report.kind, Settlement.rating)
            .join(Settlement, col(Settlement.report_id) == col(Report.id))
            .join(Round, col(Round.id) == col(Report.round_id))
            .where(Round.year == 2024, Settlement.state == "settled")
        ).all()
    assert Counter(kind for _title, kind, _rating in rows) == {"key-project": 14, "department": 2}
    assert Counter(rating for _title, _kind, rating in rows) == {"A": 4, "B": 12}
    assert {title: rating for title, _kind, rating in rows if title in LEADS} == {
        LEADS[0]: "A",
        LEADS[1]: "B",
    }


def test_the_round_of_2025_has_something_for_each_to_do(database: Database) -> None:
    with database.read() as session:
        in_round = session.exec(select(Round).where(Round.year == 2025)).one()
        assert in_round.phase == "rating"
        panels = Counter(
            session.exec(
                select(Assignment.report_id)
                .join(Report, col(Report.id) == col(Assignment.report_id))
                .where(Report.round_id == in_round.id)
            )
        )
        assert set(panels.values()) == {1, 2}
        states = Counter(
            session.exec(
                select(Review.state)
                .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
                .join(Report, col(Report.id) == col(Assignment.report_id))
                .where(Report.round_id == in_round.id)
            )
        )
        assert states["submitted"] >= 3
        assert sum(panels.values()) > states["submitted"]


def test_no_agency_reads_an_experts_own_overall_opinion(database: Database) -> None:
    with database.read() as session:
        written = set(session.exec(select(Review.opinion).where(Review.opinion != "")))
        released = session.exec(select(Opinion.overall).where(Opinion.state == "released")).all()
    assert len(released) == 16
    assert not [text for text in released if any(one in text for one in written)]


def test_everything_in_the_demo_left_its_event_and_holds(demo: Config, database: Database) -> None:
    with database.read() as session:
        count, breaks = audit.verify(session)
        assert count > 300
        assert breaks == []
        kinds = set(session.exec(select(Event.kind)))
    assert {
        "report.taken-in",
        "review.submitted",
        "settlement.settled",
        "notice.published",
    } <= kinds
    assert invariants.check(demo) == []


def test_the_demo_survives_backup_and_restore(demo: Config, tmp_path: Path) -> None:
    backup.backup(demo, tmp_path / "backup")
    environ = {"DATA_DIR": str(tmp_path / "restored")}
    backup.restore(environ, tmp_path / "backup")
    restored = Config.from_env(environ)
    assert invariants.check(restored) == []
    assert _text(Database(restored.database_url)) == _text(Database(demo.database_url))
    storage = Storage(restored.storage_url, tmp_path / "tmp")
    assert len(list(storage.hashes())) == len(
        list(Storage(demo.storage_url, tmp_path / "tmp").hashes())
    )


def test_there_is_a_sign_in_for_each_role(database: Database) -> None:
    roles = {role for _login, _name, role, _password in _sign_ins(database)}
    assert roles == {"administrator", "officer", "approver", "expert", "agency", "auditor"}


def test_the_demo_never_goes_into_a_place_that_is_used(demo: Config) -> None:
    with pytest.raises(Conflict):
        build_demo(demo)


@pytest.mark.parametrize("stage", ["intake", "settlement", "feedback"])
def test_every_stage_can_be_made_by_itself(stage: str, tmp_path: Path) -> None:
    config = _empty(tmp_path / "data")
    build_stage(config, stage=stage, seed=3)
    with Database(config.database_url).read() as session:
        phase = session.exec(select(Round.phase)).one()
    assert phase == {"intake": "preparation"}.get(stage, stage)
    assert invariants.check(config) == []


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM}))
def test_something_waits_for_each_role(database: Database, role: Role) -> None:
    with database.read() as session:
        rows = session.exec(
            select(Account).where(Account.role == role.value, Account.state == "active")
        ).all()
        assert rows
        for row in rows:
            who = Identity(
                id=row.id,
                name=row.name,
                role=role,
                login=row.login,
                agency_id=row.agency_id,
                expert_id=row.expert_id,
            )
            # The worker has not begun: officers' doubts to triage come with its first prechecks.
            moment = datetime.now(UTC)
            found = home_page(session, who, now=moment, today=moment.date())
            assert found.tasks, row.login
