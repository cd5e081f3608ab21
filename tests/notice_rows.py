"""A round whose reports are settled, for the tests of the notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from reviewapp.adapters.notice_wording import load_problem_rule, load_wording
from reviewapp.db.models import (
    Account,
    Opinion,
    OpinionItem,
    Report,
    Round,
    RoundPhase,
    Settlement,
)
from reviewapp.domain.scoring import ReviewSheet
from reviewapp.domain.scoring import Score as Points
from reviewapp.domain.settlement import propose
from reviewapp.services.notice_sheet import Press
from reviewapp.services.round_rules import bands_of, rubric_of, settlement_rule_of
from tests import rows
from tests.notice_samples import FREIGHT, TALENT
from tests.people import NOW

PRESS = Press(bureau="蔡甸区财政局", wording=load_wording(), problem_rule=load_problem_rule())
TOTALS = {"A": 9200, "B": 8500, "C": 7000, "D": 4000}
WORDS = "部分数据未说明来源。"


def settled(
    session: Session,
    round_: Round,
    rating: str,
    *,
    experts: tuple[str, ...] = ("chen",),
    state: str = "settled",
    text: str = WORDS,
    is_disputed: bool = False,
    **over: Any,
) -> Report:
    """Write a report with reviews of these experts, its settlement and its released opinion.

    The points are lost from the rubric's first criteria on.
    """
    report = rows.report(session, round_, unit="区公路所", department="区交通局", **over)
    rubric = rubric_of(session, round_, report.kind)
    points, left = {}, 10_000 - TOTALS[rating]
    for criterion in rubric.criteria:
        lost = min(left, criterion.max_points)
        points[criterion.id], left = criterion.max_points - lost, left - lost
    for login in experts:
        expert = session.exec(select(Account.expert_id).where(Account.login == login)).one()
        rows.review(
            session, rows.assignment(session, report, expert), state="submitted", points=points
        )
    sheet = ReviewSheet(scores=tuple(Points(key, value, "") for key, value in points.items()))
    proposal = propose([sheet], rubric, settlement_rule_of(round_), bands_of(round_))
    is_settled = state == "settled"
    session.add(
        Settlement(
            created_at=NOW,
            report_id=report.id,
            state=state,
            proposal=proposal.to_json(),
            is_disputed=is_disputed,
            reason="复核后议定" if is_disputed else "",
            total_hundredths=TOTALS[rating] if is_settled else None,
            rating=rating if is_settled else None,
            settled_by=rows.account_id(session, "meng") if is_settled else None,
            settled_at=NOW if is_settled else None,
        )
    )
    _opinion(session, report, points, {one.id: one.max_points for one in rubric.criteria}, text)
    return report


def _opinion(
    session: Session, report: Report, points: Mapping[str, int], most: Mapping[str, int], text: str
) -> None:
    opinion = Opinion(
        created_at=NOW,
        report_id=report.id,
        state="released",
        overall="核心数据缺少来源，结论难以成立。建议补充。",
        released_at=NOW,
    )
    session.add(opinion)
    session.flush()
    session.add_all(
        OpinionItem(
            created_at=NOW,
            opinion_id=opinion.id,
            criterion=key,
            points_hundredths=value,
            max_hundredths=most[key],
            text=text,
        )
        for key, value in points.items()
        if value < most[key]
    )
    session.flush()


def year_2024(session: Session, phase: str = "notice") -> UUID:
    """Write the round of 2024: 14 key-project and 2 department reports, 4 rated A and 12 B."""
    round_ = rows.round_(session, phase=phase, year=2024, title="2024年度绩效评价报告评级")
    for name, first, last in (
        ("rating", date(2024, 10, 8), date(2024, 10, 25)),
        ("notice", date(2024, 12, 2), None),
    ):
        session.add(
            RoundPhase(
                created_at=NOW, round_id=round_.id, phase=name, starts_on=first, ends_on=last
            )
        )
    agencies = [rows.agency_id(session, "lin"), rows.agency_id(session, "xu")]
    for at in range(16):
        title = {0: FREIGHT, 4: TALENT}.get(at, f"区某单位2023年第{at}号专项资金绩效评价报告")
        settled(
            session,
            round_,
            "A" if at < 4 else "B",
            title=title,
            kind="department" if at in (3, 9) else "key-project",
            # The second agency has two reports only, too few for a grade.
            agency_id=agencies[at in (1, 7)],
            experts=("chen", "luo") if at % 2 else ("chen",),
        )
    session.flush()
    return round_.id
