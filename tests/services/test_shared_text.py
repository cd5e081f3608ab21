"""Text shared between reports: found across rounds, named where it stands, flat in cost."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, func, select

from reviewapp.adapters import rule_files
from reviewapp.adapters.similarity import prints
from reviewapp.db.models import Report, ReportVersion, SentencePrint
from reviewapp.db.session import Database
from reviewapp.domain.document import Box, Place
from reviewapp.domain.precheck.passages import Placed, Sentence, pieces, shared
from reviewapp.services import shared_text
from tests import rows
from tests.people import NOW, Cast

RULE = rule_files.load().shared
WORDS = "资金管理设备采购验收档案资料完整规范实施进度监督检查群众满意服务质量培训宣传保障运行维护"


def _sentence(rng: random.Random) -> str:
    return "".join(rng.choice(WORDS) for _ in range(40))


def _placed(texts: list[str]) -> tuple[Placed, ...]:
    return tuple(
        Placed(Sentence(text, 3, text), Place(3, Box(72, 100 + n, 500, 112 + n), text))
        for n, text in enumerate(texts)
    )


def _version(session: Session, in_round: object, texts: list[str]) -> UUID:
    report = rows.report(session, in_round)  # type: ignore[arg-type]
    version = session.exec(select(ReportVersion).where(ReportVersion.report_id == report.id)).one()
    shared_text.keep(session, version.id, _placed(texts), RULE, now=NOW)
    return version.id


@pytest.fixture
def own() -> list[str]:
    rng = random.Random(1)
    return [_sentence(rng) for _ in range(30)]


def test_a_copied_passage_is_found_in_another_round_and_named(
    database: Database, cast: Cast, own: list[str]
) -> None:
    rng = random.Random(2)
    theirs = [_sentence(rng) for _ in range(30)]
    theirs[10:14] = own[4:8]
    theirs[12] = own[6][:38] + "改动"  # nearly word for word
    with database.transaction() as session:
        _version(session, rows.round_(session, title="上一年"), theirs)
        me = _version(session, rows.round_(session), own)
        found = shared_text.compare(session, me, _placed(own), RULE)
        (other,) = found.others
        (passage,) = shared(found, other, RULE)
        assert passage.own == (4, 5, 6, 7)
        assert passage.other == (10, 11, 12, 13)
        assert other.title == session.exec(select(Report.title)).first()


def test_what_many_reports_have_is_common_property(
    database: Database, cast: Cast, own: list[str]
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session)
        for number in range(RULE.common_from + 3):
            rng = random.Random(100 + number)
            _version(session, in_round, [_sentence(rng) for _ in range(5)] + own[:4])
        me = _version(session, in_round, own)
        found = shared_text.compare(session, me, _placed(own), RULE)
        assert found.common == frozenset({0, 1, 2, 3})
        assert [shared(found, other, RULE) for other in found.others] == []


def test_own_older_and_withdrawn_versions_do_not_count(
    database: Database, cast: Cast, own: list[str]
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session)
        gone = session.get_one(ReportVersion, _version(session, in_round, own))
        report = session.get_one(Report, gone.report_id)
        report.state = "withdrawn"
        session.add(report)
        older = session.get_one(ReportVersion, _version(session, in_round, own))
        report = session.get_one(Report, older.report_id)
        report.current_version = 2
        session.add(report)
        me = _version(session, in_round, own)
        session.flush()
        assert shared_text.compare(session, me, _placed(own), RULE).others == ()


def test_a_second_run_replaces_what_the_first_kept(
    database: Database, cast: Cast, own: list[str]
) -> None:
    with database.transaction() as session:
        version = _version(session, rows.round_(session), own)
        shared_text.keep(session, version, _placed(own[:2]), RULE, now=NOW)
        wanted = {number for text in own[:2] for number in prints(pieces(text))}
        assert set(session.exec(select(SentencePrint.print))) == wanted


def test_a_phrase_of_all_reports_is_kept_a_few_times_only(
    database: Database, cast: Cast, own: list[str]
) -> None:
    with database.transaction() as session:
        in_round = rows.round_(session)
        for _number in range(3 * RULE.common_from):
            _version(session, in_round, own[:1])
        most = session.exec(
            select(func.count()).select_from(SentencePrint).group_by(SentencePrint.print)  # type: ignore[arg-type]
        ).all()
        assert max(most) == 2 * RULE.common_from


def test_queries_do_not_grow_with_the_archive(
    database: Database, cast: Cast, own: list[str]
) -> None:
    counted = []
    with database.transaction() as session:
        in_round = rows.round_(session)
        me = _version(session, in_round, own)
        for size in (1, 20):
            for number in range(size):
                rng = random.Random(number + size)
                _version(session, in_round, [*own[:5], *(_sentence(rng) for _ in range(5))])
            count = 0

            def tick(*_args: object) -> None:
                nonlocal count
                count += 1

            sa.event.listen(database.engine, "before_cursor_execute", tick)
            shared_text.compare(session, me, _placed(own), RULE)
            sa.event.remove(database.engine, "before_cursor_execute", tick)
            counted.append(count)
    assert counted[0] == counted[1]
