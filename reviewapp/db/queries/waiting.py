"""What waits for a person, by role, as sentences with an address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Account,
    Answer,
    Assignment,
    Event,
    Notice,
    Opinion,
    Report,
    Review,
    Round,
    RoundPhase,
    Settlement,
)
from reviewapp.db.queries import expert_tasks, results
from reviewapp.db.queries.expert_tasks import Exercise
from reviewapp.db.queries.round_reports import ReportFilter, reports
from reviewapp.db.queries.rounds import RoundFigures, figures
from reviewapp.db.queries.tasks import Task
from reviewapp.domain.errors import N_
from reviewapp.domain.policy import Identity, Role

#: how often an auditor is reminded to walk the trail
VERIFIED_EVERY = timedelta(days=30)


@dataclass(frozen=True)
class HomePage:
    """Everything that waits, most urgent first."""

    tasks: tuple[Task, ...] = ()


def has_accounts(session: Session) -> bool:
    """Say whether anybody can sign in here at all."""
    return session.exec(select(Account.id).limit(1)).first() is not None


def home_page(
    session: Session,
    who: Identity,
    *,
    now: datetime,
    today: date,
    exercises: Sequence[Exercise] = (),
) -> HomePage:
    """Return what waits for the person: what is due first comes first.

    `exercises` are the reference reports that an expert has not handed in yet.
    """
    by_role = dict(_BY_ROLE)
    by_role[Role.AUDITOR] = lambda db, reader: _auditor(db, reader, now)
    by_role[Role.EXPERT] = lambda db, reader: expert_tasks.tasks(db, reader, exercises)
    found = list(by_role[who.role](session, who))
    return HomePage(tuple(sorted(found, key=lambda task: (task.rank, task.due or date.max))))


def _officer(session: Session, who: Identity) -> Iterator[Task]:
    rounds = session.exec(
        select(Round)
        .where(col(Round.phase) != "closed")
        .order_by(col(Round.year).desc(), col(Round.title), col(Round.id))
    ).all()
    if not rounds:
        yield Task(N_("No round is open. Make one to begin."), {}, N_("New round"), "rounds.create")
    ends = _ends(session, [one.id for one in rounds])
    for round_ in rounds:
        due = ends.get((round_.id, round_.phase))
        for sentence, count, button, endpoint, address in _of_round(session, round_, who):
            yield Task(
                sentence,
                {"count": count},
                button,
                endpoint,
                {"round_id": round_.id, **address},
                round_.title,
                due,
            )


_Line = tuple[str, int, str, str, dict[str, Any]]


def _of_round(session: Session, round_: Round, who: Identity) -> Iterator[_Line]:
    count = figures(session, round_.id)
    if round_.phase in {"preparation", "rating"}:
        yield from _of_intake(session, round_, count)
    if round_.phase == "rating" and count.taken_in and not count.unreviewed | count.unassigned:
        yield (
            N_("All reviews are in: settlement can begin."),
            0,
            N_("Open the round"),
            "rounds.show",
            {},
        )
    if round_.phase in {"rating", "settlement"}:
        waiting = _papers(session, round_.id, who)
        if waiting:
            yield (
                N_("Entered from paper, to be checked by a second person: %(count)s."),
                waiting,
                N_("Check"),
                "assignments.round_page",
                {},
            )
    if round_.phase == "settlement":
        yield from _of_settlement(session, round_)
    if round_.phase in {"feedback", "notice"}:
        unreplied = _count(
            session,
            select(sa.func.count())
            .select_from(Answer)
            .join(Report, col(Report.id) == col(Answer.report_id))
            .where(
                col(Report.round_id) == round_.id,
                col(Answer.replied_at).is_(None),
                col(Answer.text) != "",
            ),
        )
        if unreplied:
            yield (
                N_("Answers of agencies to reply to: %(count)s."),
                unreplied,
                N_("Reply"),
                "results.round_page",
                {},
            )
    if round_.phase == "notice":
        yield from _of_notice(session, round_)


def _of_intake(session: Session, round_: Round, count: RoundFigures) -> Iterator[_Line]:
    if not count.taken_in | count.uploaded:
        yield (
            N_("The round has no report yet."),
            0,
            N_("Upload reports"),
            "intakes.new",
            {},
        )
    if count.uploaded:
        yield (
            N_("Uploaded reports to take in: %(count)s."),
            count.uploaded,
            N_("Take in"),
            "rounds.show",
            {"standing": "uploaded"},
        )
    _rows, doubtful = reports(session, round_.id, ReportFilter(standing="doubtful"), limit=0)
    if doubtful:
        yield (
            N_("Reports with findings to triage: %(count)s."),
            doubtful,
            N_("Triage"),
            "rounds.show",
            {"standing": "doubtful"},
        )
    if count.unassigned:
        yield (
            N_("Reports without an expert: %(count)s."),
            count.unassigned,
            N_("Assign"),
            "assignments.round_page",
            {},
        )


def _of_settlement(session: Session, round_: Round) -> Iterator[_Line]:
    standing = (
        select(sa.func.count())
        .select_from(Settlement)
        .join(Report, col(Report.id) == col(Settlement.report_id))
        .where(
            col(Report.round_id) == round_.id,
            col(Report.state) == "taken-in",
            col(Settlement.state) == "proposed",
        )
    )
    disputed = _count(session, standing.where(col(Settlement.is_disputed).is_(True)))
    agreed = _count(session, standing.where(col(Settlement.is_disputed).is_(False)))
    if disputed:
        yield (
            N_("Disputed results to settle: %(count)s."),
            disputed,
            N_("Settle"),
            "settlement.round_page",
            {},
        )
    if agreed:
        yield (
            N_("Undisputed results to accept: %(count)s."),
            agreed,
            N_("Accept"),
            "settlement.round_page",
            {},
        )
    unfinished = _count(
        session,
        select(sa.func.count())
        .select_from(Report)
        .join(Settlement, col(Settlement.report_id) == col(Report.id))
        .where(
            col(Report.round_id) == round_.id,
            col(Report.state) == "taken-in",
            col(Settlement.state) == "settled",
            ~sa.exists().where(
                col(Opinion.report_id) == col(Report.id), col(Opinion.state) != "draft"
            ),
        ),
    )
    if unfinished:
        yield (
            N_("Opinions to finish: %(count)s."),
            unfinished,
            N_("Edit"),
            "settlement.round_page",
            {},
        )


def _of_notice(session: Session, round_: Round) -> Iterator[_Line]:
    states = set(session.exec(select(Notice.state).where(Notice.round_id == round_.id)))
    if not states:
        yield N_("The notice can be drafted."), 0, N_("Draft"), "notices.round_page", {}
    elif "draft" in states:
        yield N_("The notice is being drafted."), 0, N_("Edit"), "notices.round_page", {}
    elif "submitted" in states:
        yield N_("The notice waits for sign-off."), 0, N_("Open"), "notices.round_page", {}


def _administrator(session: Session, _who: Identity) -> Iterator[Task]:
    officers = select(Account.id).where(Account.role == Role.OFFICER.value).limit(1)
    if session.exec(officers).first() is None:
        yield Task(
            N_("There is no officer yet: nobody can begin a round."),
            {},
            N_("Make an account"),
            "accounts.create",
        )
    invited = _count(
        session, select(sa.func.count()).select_from(Account).where(Account.state == "invited")
    )
    if invited:
        yield Task(
            N_("Accounts that nobody has opened yet; pass their links on: %(count)s."),
            {"count": invited},
            N_("To the accounts"),
            "accounts.index",
        )


def _auditor(session: Session, _who: Identity, now: datetime) -> Iterator[Task]:
    last = session.exec(select(sa.func.max(Event.at)).where(Event.kind == "trail.verified")).one()
    since = last if last is not None else datetime.min.replace(tzinfo=UTC)
    written = _count(session, select(sa.func.count()).select_from(Event).where(Event.at > since))
    if written and now - since > VERIFIED_EVERY:
        yield Task(
            N_("Entries since the records were last verified: %(count)s."),
            {"count": written},
            N_("Verify"),
            "records.proof",
        )


def _approver(session: Session, _who: Identity) -> Iterator[Task]:
    for notice, title in session.execute(
        sa.select(Notice, col(Round.title))
        .join(Round, col(Round.id) == col(Notice.round_id))
        .where(col(Notice.state) == "submitted")
        .order_by(col(Notice.submitted_at), col(Notice.id))
    ):
        yield Task(
            N_("A notice waits for your sign-off."),
            {},
            N_("Read and sign off"),
            "notices.show",
            {"notice_id": notice.id},
            title,
        )


def _agency(session: Session, who: Identity) -> Iterator[Task]:
    taking = select(Round.title).where(col(Round.phase).in_(("preparation", "rating")))
    for title in session.exec(taking.order_by(col(Round.title))):
        yield Task(
            N_("Reports are still taken in: a draft can be checked before it is handed in."),
            {},
            N_("Check a draft"),
            "reports.draft",
            title=title,
        )
    for row in results.agency_results(session, who.agency_id):
        if row.phase == "feedback" and row.received_at is None:
            yield Task(
                N_("A preliminary result waits for your receipt."),
                {},
                N_("Read"),
                "results.show",
                {"report_id": row.report_id},
                f"《{row.title}》",
                row.ends_on,
            )


def _papers(session: Session, round_id: UUID, who: Identity) -> int:
    """Count the reviews from paper that somebody else entered and nobody has confirmed."""
    return _count(
        session,
        select(sa.func.count())
        .select_from(Review)
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .where(
            col(Report.round_id) == round_id,
            col(Review.paper_entered_by).is_not(None),
            col(Review.paper_entered_by) != who.id,
            col(Review.state) == "draft",
        ),
    )


def _ends(session: Session, round_ids: list[UUID]) -> dict[tuple[UUID, str], date | None]:
    rows = session.exec(select(RoundPhase).where(col(RoundPhase.round_id).in_(round_ids)))
    return {(row.round_id, row.phase): row.ends_on for row in rows}


def _count(session: Session, query: Any) -> int:
    return int(session.exec(query).one())


_BY_ROLE: dict[Role, Callable[[Session, Identity], Iterator[Task]]] = {
    Role.ADMINISTRATOR: _administrator,
    Role.OFFICER: _officer,
    Role.APPROVER: _approver,
    Role.AGENCY: _agency,
}
