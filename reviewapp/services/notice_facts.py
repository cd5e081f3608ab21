"""What a round's notice says, gathered from its settled results: the input of `compose`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Agency,
    Assignment,
    Opinion,
    OpinionItem,
    Report,
    Review,
    Round,
    RoundPhase,
    Settlement,
)
from reviewapp.domain.common_problems import (
    Deduction,
    ProblemRule,
    common_problems,
    first_sentence,
)
from reviewapp.domain.errors import N_, Conflict, Invalid
from reviewapp.domain.grading import SettledReport, grade
from reviewapp.domain.notice import (
    KINDS,
    PUBLICITY,
    TOO_FEW,
    AgencyLine,
    Band,
    DimensionRate,
    Draw,
    NoticeInput,
    Organisation,
    RatedReport,
    RubricRef,
)
from reviewapp.domain.rubric import Rubric
from reviewapp.domain.scoring import half_up
from reviewapp.domain.settlement import Method
from reviewapp.services.round_rules import (
    agency_grade_rule_of,
    bands_of,
    rubric_of,
    rubric_version_of,
    settlement_rule_of,
)

MAX_NAMED = 5  # titles in a refusal, so that it stays a sentence


@dataclass(frozen=True, kw_only=True)
class NoticeSettings:
    """What an officer enters with a notice besides its number and date.

    `leads` are ids of reports to be named first; `populations` how many reports of a kind there
    were to draw from; `problem_texts` an officer's words on a common problem, by its key.
    """

    addressees: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    contact_name: str = ""
    contact_phone: str = ""
    publicity: str = "public"
    printer: str = ""
    sealed: bool = False
    show_totals: bool = False
    leads: tuple[str, ...] = ()
    rectify_by: date | None = None
    populations: Mapping[str, int] = field(default_factory=dict)
    draw_method: str = ""
    problem_texts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.publicity not in PUBLICITY:
            raise Invalid(
                N_("“%(value)s” is not a way of publishing a notice."),
                field="publicity",
                value=self.publicity,
            )
        if self.populations.keys() - set(KINDS):
            raise Invalid(N_("There is no such kind of report."), field="populations")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "addressees": list(self.addressees),
            "cc": list(self.cc),
            "contact_name": self.contact_name,
            "contact_phone": self.contact_phone,
            "publicity": self.publicity,
            "printer": self.printer,
            "sealed": self.sealed,
            "show_totals": self.show_totals,
            "leads": list(self.leads),
            "rectify_by": self.rectify_by.isoformat() if self.rectify_by else "",
            "populations": dict(self.populations),
            "draw_method": self.draw_method,
            "problem_texts": dict(self.problem_texts),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> NoticeSettings:
        """Build from `to_json`'s values; what is not given takes its default."""
        values = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        for name in ("addressees", "cc", "leads"):
            values[name] = tuple(values.get(name, ()))
        day = values.get("rectify_by")
        return cls(**{**values, "rectify_by": date.fromisoformat(day) if day else None})


@dataclass(frozen=True)
class _Result:
    """One taken-in report with everything that the notice takes from it."""

    report: Report
    agency: str
    settlement: Settlement
    opinion: Opinion | None
    items: tuple[OpinionItem, ...]
    experts: frozenset[UUID]  # those whose submitted review counts


def notice_input(
    session: Session,
    round_: Round,
    settings: NoticeSettings,
    *,
    bureau: str,
    problem_rule: ProblemRule,
    doc_number: str = "",
    issue_date: date | None = None,
    supersedes_number: str = "",
    supersedes_title: str = "",
) -> NoticeInput:
    """Gather a round's notice from the settled results of its taken-in reports.

    Raises Conflict, naming the reports, while one has no settled result, and Invalid where what
    was entered contradicts the round.
    """
    results = _results(session, round_)
    rubrics = {kind: rubric_of(session, round_, kind) for kind in _kinds(results)}
    return NoticeInput(
        bureau=bureau,
        year=round_.year,
        round_title=round_.title,
        reports=tuple(_rated(one, settings) for one in results),
        organisation=_organisation(session, round_, results, settings),
        rubrics=_rubric_refs(session, round_, _kinds(results)),
        agencies=_agencies(round_, results),
        dimension_rates=_rates(results, rubrics),
        problems=common_problems(
            deductions_of(results, rubrics), problem_rule, settings.problem_texts
        ),
        rectify_by=settings.rectify_by,
        addressees=settings.addressees,
        cc=settings.cc,
        contact_name=settings.contact_name,
        contact_phone=settings.contact_phone,
        publicity=settings.publicity,
        doc_number=doc_number,
        issue_date=issue_date,
        sealed=settings.sealed,
        printer=settings.printer,
        show_totals=settings.show_totals,
        supersedes_number=supersedes_number,
        supersedes_title=supersedes_title,
    )


def deductions_of(
    results: Sequence[_Result], rubrics: Mapping[str, Rubric]
) -> tuple[Deduction, ...]:
    """Return the points lost by report and criterion, as the opinions give them."""
    found = []
    for one in results:
        rubric = rubrics[one.report.kind]
        titles = {
            criterion.id: (dimension.title, criterion.title)
            for dimension in rubric.dimensions
            for criterion in dimension.criteria
        }
        for item in one.items:
            if item.criterion in titles and item.points_hundredths < item.max_hundredths:
                dimension_title, criterion_title = titles[item.criterion]
                found.append(
                    Deduction(
                        title=one.report.title,
                        agency=one.agency,
                        dimension=dimension_title,
                        criterion=criterion_title,
                        lost=item.max_hundredths - item.points_hundredths,
                        max_points=item.max_hundredths,
                        text=item.text,
                    )
                )
    return tuple(found)


def _results(session: Session, round_: Round) -> tuple[_Result, ...]:
    """Read the round's taken-in reports by title, each with its settled result."""
    rows = session.exec(
        select(Report, Agency, Settlement, Opinion)
        .join(Agency, col(Agency.id) == col(Report.agency_id))
        .outerjoin(Settlement, col(Settlement.report_id) == col(Report.id))
        .outerjoin(Opinion, col(Opinion.report_id) == col(Report.id))
        .where(Report.round_id == round_.id, Report.state == "taken-in")
        .order_by(col(Report.title), col(Report.id))
    ).all()
    if not rows:
        raise Conflict(N_("The round has no report that was taken in."))
    _refuse_unsettled(rows)
    items = _items(session, round_)
    experts = _experts(session, round_)
    return tuple(
        _Result(
            report,
            agency.name,
            settlement,
            opinion,
            tuple(items[opinion.id]) if opinion else (),
            frozenset(experts[report.id]),
        )
        for report, agency, settlement, opinion in rows
    )


def _refuse_unsettled(rows: Sequence[Any]) -> None:
    open_titles = [
        f"《{report.title}》"
        for report, _agency, settlement, _opinion in rows
        if settlement is None or settlement.state != "settled"
    ]
    if open_titles:
        named = "".join(open_titles[:MAX_NAMED])
        raise Conflict(
            N_("%(count)s reports have no settled result yet: %(titles)s"),
            count=len(open_titles),
            titles=named + ("……" if len(open_titles) > MAX_NAMED else ""),
        )


def _items(session: Session, round_: Round) -> dict[UUID, list[OpinionItem]]:
    found: dict[UUID, list[OpinionItem]] = defaultdict(list)
    for item in session.exec(
        select(OpinionItem)
        .join(Opinion, col(Opinion.id) == col(OpinionItem.opinion_id))
        .join(Report, col(Report.id) == col(Opinion.report_id))
        .where(Report.round_id == round_.id)
        .order_by(col(OpinionItem.criterion), col(OpinionItem.id))
    ):
        found[item.opinion_id].append(item)
    return found


def _experts(session: Session, round_: Round) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for report_id, expert_id in session.exec(
        select(Assignment.report_id, Assignment.expert_id)
        .join(Review, col(Review.assignment_id) == col(Assignment.id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .where(
            Report.round_id == round_.id,
            Review.state == "submitted",
            Assignment.state == "assigned",
        )
    ):
        found[report_id].add(expert_id)
    return found


def _kinds(results: Sequence[_Result]) -> tuple[str, ...]:
    there = {one.report.kind for one in results}
    return tuple(kind for kind in KINDS if kind in there)


def _rated(one: _Result, settings: NoticeSettings) -> RatedReport:
    settlement = one.settlement
    rating, total = settlement.rating or "", settlement.total_hundredths or 0
    overall = one.opinion.overall if one.opinion and rating in {"C", "D"} else ""
    return RatedReport(
        title=one.report.title,
        kind=one.report.kind,
        unit=one.report.unit,
        department=one.report.department,
        agency=one.agency,
        rating=rating,
        total=total,
        shortcomings=first_sentence(overall),
        lead=str(one.report.id) in settings.leads,
    )


def _organisation(
    session: Session, round_: Round, results: Sequence[_Result], settings: NoticeSettings
) -> Organisation:
    panels = [len(one.experts) for one in results]
    if min(panels) == 0:
        titles = [f"《{one.report.title}》" for one in results if not one.experts]
        raise Conflict(
            N_("%(count)s reports have no submitted review: %(titles)s"),
            count=len(titles),
            titles="".join(titles[:MAX_NAMED]),
        )
    rating = session.exec(
        select(RoundPhase).where(RoundPhase.round_id == round_.id, RoundPhase.phase == "rating")
    ).one_or_none()
    return Organisation(
        experts=len(frozenset[UUID]().union(*(one.experts for one in results))),
        per_report_min=min(panels),
        per_report_max=max(panels),
        settlement=_method(round_, results),
        disputed=sum(one.settlement.is_disputed for one in results),
        rated_from=rating.starts_on if rating else None,
        rated_to=rating.ends_on if rating else None,
        feedback=all(
            one.opinion is not None and one.opinion.state == "released" for one in results
        ),
        draws=tuple(
            Draw(kind=kind, population=settings.populations[kind], method=settings.draw_method)
            for kind in _kinds(results)
            if kind in settings.populations
        ),
        bands=tuple(Band(letter=one.letter, floor=one.from_points) for one in bands_of(round_)),
    )


def _method(round_: Round, results: Sequence[_Result]) -> str:
    """Return how the reviews were joined in fact, which the round's rule alone does not say.

    A trimmed mean of a few reviews is the plain mean, and with one expert to each report there
    was nothing to join.
    """
    method = settlement_rule_of(round_).method
    several = max(len(one.experts) for one in results) > 1
    if not several:
        return Method.SINGLE.value
    if method is Method.SINGLE:
        return Method.MEAN.value
    trimmed = any(one.settlement.proposal.get("is_trimmed") for one in results)
    if method is Method.TRIMMED_MEAN and not trimmed:
        return Method.MEAN.value
    return method.value


def _rubric_refs(session: Session, round_: Round, kinds: Sequence[str]) -> tuple[RubricRef, ...]:
    rows = {kind: rubric_version_of(session, round_, kind) for kind in kinds}
    return tuple(
        RubricRef(kind=kind, title=row.title, version=row.version, sha256=row.content_hash)
        for kind, row in rows.items()
    )


def _agencies(round_: Round, results: Sequence[_Result]) -> tuple[AgencyLine, ...]:
    rule, bands = agency_grade_rule_of(round_), bands_of(round_)
    reports: dict[str, list[SettledReport]] = defaultdict(list)
    for one in results:
        settlement = one.settlement
        reports[one.agency].append(
            SettledReport(settlement.total_hundredths or 0, settlement.rating or "")
        )
    return tuple(
        AgencyLine(agency=name, grade=grade(reports[name], rule, bands).letter or TOO_FEW)
        for name in sorted(reports)
    )


def _rates(results: Sequence[_Result], rubrics: Mapping[str, Rubric]) -> tuple[DimensionRate, ...]:
    """Return the mean score rate by dimension, from the points that the rule proposed.

    Only reports whose points by criterion are known count; dimensions of the same title are one,
    whatever the kind of report.
    """
    got: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for one in results:
        points = {
            item["id"]: item["points"] for item in one.settlement.proposal.get("criteria", ())
        }
        for dimension in rubrics[one.report.kind].dimensions:
            if all(criterion.id in points for criterion in dimension.criteria):
                got[dimension.title] += sum(points[item.id] for item in dimension.criteria)
                most[dimension.title] += dimension.max_points
    return tuple(
        DimensionRate(title=title, rate=half_up(got[title] * 10_000, most[title])) for title in most
    )
