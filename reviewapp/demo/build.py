"""Filling an empty installation: both rounds of the demo, or one brought to a stage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reviewapp.adapters.queue import NullQueue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.queries.waiting import has_accounts
from reviewapp.db.session import Database
from reviewapp.demo import catalogue, correction, people
from reviewapp.demo.stages import Plan, Stager
from reviewapp.domain.errors import N_, Conflict

#: the first round's work began on this Monday, 9:00 in Beijing
BEGAN_2024 = datetime(2024, 9, 2, 1, 0, tzinfo=UTC)
_DRAWN = "按资金规模和评价机构分层"


def build_demo(config: Config, *, seed: int = 1) -> None:
    """Fill an empty installation with two rounds: 2024 published, 2025 in rating."""
    database = Database(config.database_url)
    storage = Storage(config.storage_url, config.data_dir / "tmp")
    # Jobs wait in their rows; the worker finds them when it starts, and the pages say so.
    stager = Stager(config, database, storage, NullQueue())
    with database.transaction() as session:
        if has_accounts(session):
            raise Conflict(N_("The demo needs an empty installation."))
        cast = people.enter(session, catalogue.AGENCIES, now=BEGAN_2024)
    first = Plan(
        2024, "2024年度绩效评价报告评级", BEGAN_2024, "published", seed, experts=2, drawn_how=_DRAWN
    )
    round_id = stager.stage(first, cast, catalogue.reports(2024, seed))
    stager.stage(_plan_2025("rating", seed), cast, catalogue.reports(2025, seed))
    yesterday = max(stager.now, datetime.now(UTC) - timedelta(days=1))
    correction.submit_correction(config, database, cast, round_id, now=yesterday)
    database.engine.dispose()


def build_stage(config: Config, *, stage: str, seed: int) -> None:
    """Fill an empty installation with one round of 2025, brought to the stage."""
    database = Database(config.database_url)
    storage = Storage(config.storage_url, config.data_dir / "tmp")
    stager = Stager(config, database, storage, NullQueue())
    plan = _plan_2025(stage, seed)
    with database.transaction() as session:
        if has_accounts(session):
            raise Conflict(N_("The demo needs an empty installation."))
        cast = people.enter(session, catalogue.AGENCIES, now=plan.begins)
    stager.stage(plan, cast, catalogue.reports(2025, seed))
    database.engine.dispose()


def _plan_2025(stage: str, seed: int) -> Plan:
    """Begin the round so long ago that its stage is the present one."""
    days = {"intake": 3, "rating": 20, "settlement": 36, "feedback": 43, "published": 70}[stage]
    today = datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    return Plan(
        2025,
        "2025年度绩效评价报告评级",
        today - timedelta(days=days),
        stage,
        seed + 1,
        experts=2,
    )
