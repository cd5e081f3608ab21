"""A round of the demo, brought to a stage by the same services that people use."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from reviewapp.adapters import rubric_files, rule_files
from reviewapp.adapters.queue import Queue
from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db.models import Assignment, Finding, Notice, Report, Round, Settlement
from reviewapp.db.session import Database
from reviewapp.demo import writer
from reviewapp.demo.catalogue import DemoReport
from reviewapp.demo.people import DemoPeople
from reviewapp.demo.reviewing import overall, plan, texts
from reviewapp.domain import page_text
from reviewapp.domain.document import Document
from reviewapp.domain.policy import Identity
from reviewapp.domain.rubric import format_points
from reviewapp.services import (
    assignments,
    feedback,
    notice_signing,
    notices,
    opinions,
    page_texts,
    prechecks,
    reports,
    reviews,
    rounds,
    settlement,
    triage,
    uploads,
)
from reviewapp.services.notice_facts import NoticeSettings
from reviewapp.services.notice_sheet import press_of, print_forms
from reviewapp.services.precheck_file import check_file
from reviewapp.services.report_metadata import Metadata
from reviewapp.services.round_rules import rubric_of
from reviewapp.services.rounds import RoundDraft, Span
from reviewapp.services.uploads import FileLimits

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: how many flawed reports are prechecked and triaged before the demo is shown
TRIAGED = 3
STAGES = ("intake", "rating", "settlement", "feedback", "published")


@dataclass(frozen=True)
class Plan:
    """One round of the demo: what, when, how far, and how many experts a report has."""

    year: int
    title: str
    begins: datetime
    stage: str
    seed: int
    experts: int
    drawn_how: str = ""
    #: days from the beginning to the first day of each phase
    days: tuple[int, ...] = (0, 14, 34, 41, 48, 60)


class Stager:
    """Works on one installation; every act is a transaction of its own, as on the pages."""

    def __init__(self, config: Config, database: Database, storage: Storage, queue: Queue) -> None:
        self.config, self.database, self.storage, self.queue = config, database, storage, queue
        self.now = datetime.min.replace(tzinfo=UTC)

    def stage(self, plan_: Plan, people: DemoPeople, wanted: Sequence[DemoReport]) -> UUID:
        """Bring one round to its stage and return it."""
        draw = random.Random(plan_.seed)
        self.now = plan_.begins
        round_id = self._make(plan_, people)
        made = self._bring(plan_, people, round_id, wanted)
        if plan_.stage != "published":
            self._triage(people, wanted, made)
        reach = STAGES.index(plan_.stage)
        if reach >= STAGES.index("rating"):
            self._assign(plan_, people, round_id, made, draw)
            self._advance(plan_, people, round_id, 1)
            self._review(plan_, people, wanted, made, draw)
        if reach >= STAGES.index("settlement"):
            self._advance(plan_, people, round_id, 2)
        if reach >= STAGES.index("feedback"):
            self._settle(people, round_id)
            self._advance(plan_, people, round_id, 3)
            self._feed_back(plan_, people, round_id)
        if reach >= STAGES.index("published"):
            self._advance(plan_, people, round_id, 4)
            self._publish(people, round_id, wanted)
            self._advance(plan_, people, round_id, 5)
        return round_id

    def _make(self, plan_: Plan, people: DemoPeople) -> UUID:
        folder = self.config.rubrics_dir
        rules = rubric_files.load_round_rules(folder / "round-rules.yaml")
        rubrics = {one.kind.value: one for one in rubric_files.load_all(folder)}
        phases = ("preparation", "rating", "settlement", "feedback", "notice", "closed")
        starts = [(plan_.begins + timedelta(days=days)).date() for days in plan_.days]
        dates = {
            phase: Span(start, _end(starts, place))
            for place, (phase, start) in enumerate(zip(phases, starts, strict=True))
        }
        draft = RoundDraft(
            year=plan_.year,
            title=plan_.title,
            key_project=rubrics["key-project"],
            department=rubrics["department"],
            bands=rubrics["key-project"].bands,
            settlement_rule=rules.settlement,
            agency_grade_rule=rules.agency_grade,
            experts_per_report=plan_.experts,
            drawn_how=plan_.drawn_how,
            dates=dates,
        )
        with self.database.transaction() as session:
            made = rounds.create(session, draft, actor=people.officer, now=self.now)
            made.is_demo = True
            session.add(made)
            return made.id

    def _bring(
        self, plan_: Plan, people: DemoPeople, round_id: UUID, wanted: Sequence[DemoReport]
    ) -> dict[str, UUID]:
        """Write the PDFs, upload them, confirm what is known of them and take them in."""
        made = {}
        with TemporaryDirectory(dir=self.config.data_dir) as folder:
            for report in wanted:
                path = Path(folder) / f"{report.key}.pdf"
                writer.write(report, path, plan_.seed)
                self._tick(minutes=7)
                made[report.key] = self._take(people, round_id, report, path)
        return made

    def _take(self, people: DemoPeople, round_id: UUID, report: DemoReport, path: Path) -> UUID:
        with path.open("rb") as stream:
            file = uploads.keep_pdf(self.storage, stream, f"{report.title}.pdf", FileLimits())
        known: dict[str, Any] = {
            "kind": report.kind,
            "title": report.title,
            "project_name": report.project_name,
            "unit": report.unit,
            "department": report.department,
            "agency_id": people.agencies[report.agency],
            "evaluation_year": report.evaluation_year,
            "amount_cents": report.amount_cents,
            "stated_score_hundredths": report.stated_score_hundredths,
            "evaluation_grade": report.evaluation_grade,
        }
        with self.database.transaction() as session:
            row = reports.receive(
                session,
                self.queue,
                round_id,
                file,
                actor=people.officer,
                now=self.now,
                known=known,
            )
            reports.confirm_metadata(
                session,
                self.queue,
                row.id,
                Metadata(**known),
                actor=people.officer,
                now=self.now,
            )
            reports.take_in(session, row.id, actor=people.officer, now=self.now)
            return row.id

    def _triage(
        self, people: DemoPeople, wanted: Sequence[DemoReport], made: dict[str, UUID]
    ) -> None:
        """Precheck the first flawed reports at once and confirm what was found in all but the last.

        The others wait for the worker; so there are confirmed findings as well as doubts at once.
        """
        rules = rule_files.load(self.config.rubrics_dir / "precheck")
        for place, report in enumerate([one for one in wanted if one.flaws][: TRIAGED + 1]):
            with self.database.transaction() as session:
                row = session.get_one(Report, made[report.key])
                version_id = reports.current_version(session, row).id
                order = prechecks.begin(session, version_id, now=self.now)
            if order is None:
                continue
            with self.storage.local_path(order.sha256) as path:
                read: list[Document] = []
                answer = check_file(
                    path, order.kind, name=order.name, rules=rules, keep=read.append
                )
            self._tick(minutes=3)
            with self.database.transaction() as session:
                prechecks.store(
                    session, version_id, answer, rules_hash=rules.content_hash, now=self.now
                )
                for document in read:
                    pages = page_text.of_document(document)
                    page_texts.keep(session, version_id, pages, now=self.now)
                found = session.exec(
                    select(Finding.id).where(
                        Finding.report_version_id == version_id, Finding.severity != "silent"
                    )
                ).all()
                for finding_id in found if place < TRIAGED else ():
                    triage.confirm(session, finding_id, actor=people.officer, now=self.now)

    def _assign(
        self,
        plan_: Plan,
        people: DemoPeople,
        round_id: UUID,
        made: dict[str, UUID],
        draw: random.Random,
    ) -> None:
        """Assign the panel; in a round in rating some reports have a panel of one."""
        experts = people.experts
        for place, report_id in enumerate(made.values()):
            panel = 1 if plan_.stage == "rating" and place % 4 == 3 else plan_.experts
            for step in range(panel):
                expert = experts[(place + step) % len(experts)]
                if expert.expert_id is None:
                    continue
                # One moment each: the order of a panel is the order of its assignments.
                self._tick(minutes=1)
                with self.database.transaction() as session:
                    assignments.assign(
                        session, report_id, expert.expert_id, actor=people.officer, now=self.now
                    )

    def _review(
        self,
        plan_: Plan,
        people: DemoPeople,
        wanted: Sequence[DemoReport],
        made: dict[str, UUID],
        draw: random.Random,
    ) -> None:
        """Let the experts declare, score with reasons and submit; in rating half are still open."""
        by_expert = {one.expert_id: one for one in people.experts}
        for place, report in enumerate(wanted):
            with self.database.read() as session:
                rows = session.exec(
                    select(Assignment.id, Assignment.expert_id)
                    .where(Assignment.report_id == made[report.key])
                    .order_by(col(Assignment.created_at), col(Assignment.id))
                ).all()
            for number, (assignment_id, expert_id) in enumerate(rows):
                if plan_.stage == "rating" and (place + number) % 2 == 0:
                    continue
                target = report.expert_points[number % len(report.expert_points)]
                self._tick(minutes=35)
                self._submit(by_expert[expert_id], assignment_id, target, draw)

    def _submit(
        self, expert: Identity, assignment_id: UUID, target: int, draw: random.Random
    ) -> None:
        with self.database.transaction() as session:
            assignments.declare(session, assignment_id, actor=expert, now=self.now)
        with self.database.transaction() as session:
            review_id = reviews.open_review(session, assignment_id, actor=expert, now=self.now).id
            assignment = session.get_one(Assignment, assignment_id)
            report = session.get_one(Report, assignment.report_id)
            rubric = rubric_of(session, session.get_one(Round, report.round_id), report.kind)
        planned = plan(rubric, target, draw)
        self._tick(minutes=50)
        with self.database.transaction() as session:
            for criterion, points in planned.points.items():
                reviews.save_score(
                    session,
                    review_id,
                    criterion,
                    points=format_points(points),
                    reason=planned.reasons[criterion],
                    version=0,
                    actor=expert,
                    now=self.now,
                )
            reviews.save_opinion(
                session, review_id, planned.opinion, version=0, actor=expert, now=self.now
            )
        with self.database.transaction() as session:
            reviews.submit(session, review_id, actor=expert, now=self.now)

    def _settle(self, people: DemoPeople, round_id: UUID) -> None:
        """Accept what is undisputed, settle the rest with a reason, finish the opinions."""
        officer = people.officer
        with self.database.transaction() as session:
            settlement.accept_undisputed(session, round_id, actor=officer, now=self.now)
        with self.database.read() as session:
            rows = session.exec(
                select(Settlement.report_id, Settlement.state, Settlement.proposal)
                .join(Report, col(Report.id) == col(Settlement.report_id))
                .where(Report.round_id == round_id)
                .order_by(col(Report.title), col(Report.id))
            ).all()
        for report_id, state, proposal in rows:
            self._tick(minutes=20)
            with self.database.transaction() as session:
                if state != "settled":
                    settlement.settle(
                        session,
                        report_id,
                        total=format_points(proposal["total"]),
                        rating=proposal["rating"],
                        reason=texts()["settlement"][0],
                        actor=officer,
                        now=self.now,
                    )
                drafted = opinions.draft(session, report_id, actor=officer, now=self.now)
                opinions.save_overall(
                    session,
                    report_id,
                    overall(session, report_id),
                    was=opinions.mark_of(drafted.overall),
                    actor=officer,
                    now=self.now,
                )
                opinions.finish(session, report_id, actor=officer, now=self.now)

    def _feed_back(self, plan_: Plan, people: DemoPeople, round_id: UUID) -> None:
        """Let the agencies confirm the receipt; one of them answers."""
        with self.database.read() as session:
            rows = session.exec(
                select(Report.id, Report.agency_id)
                .where(Report.round_id == round_id)
                .order_by(col(Report.title), col(Report.id))
            ).all()
        for place, (report_id, agency_id) in enumerate(rows):
            if plan_.stage == "feedback" and place % 3 == 0:
                continue
            user = people.agency_users[agency_id]  # type: ignore[index]
            self._tick(minutes=45)
            with self.database.transaction() as session:
                feedback.confirm_receipt(session, report_id, actor=user, now=self.now)
                if place == 1:
                    feedback.answer(
                        session,
                        report_id,
                        texts()["answers"][0],
                        accepts=False,
                        actor=user,
                        now=self.now,
                    )
            if place == 1 and plan_.stage == "published":
                with self.database.transaction() as session:
                    feedback.reply(
                        session,
                        report_id,
                        texts()["replies"][0],
                        actor=people.officer,
                        now=self.now,
                    )

    def _publish(self, people: DemoPeople, round_id: UUID, wanted: Sequence[DemoReport]) -> None:
        """Draft the notice, type its number in, have another person sign it off."""
        press, officer = press_of(self.config), people.officer
        with self.database.transaction() as session:
            notice_id = notices.draft(
                session, round_id, press=press, actor=officer, now=self.now
            ).id
            year = session.get_one(Round, round_id).year
            titles = [report.title for report in wanted if report.leads]
            leads = session.exec(
                select(Report.id).where(Report.round_id == round_id, col(Report.title).in_(titles))
            ).all()
        self._tick(minutes=90)
        issued = self.now.astimezone(SHANGHAI).date()
        settings = NoticeSettings(
            addressees=("区直各预算单位", "各参评第三方机构"),
            contact_name="孟敏",
            contact_phone="027-00000000",
            leads=tuple(str(report_id) for report_id in leads),
            rectify_by=issued + timedelta(days=30),
        )
        with self.database.transaction() as session:
            notices.edit_settings(
                session,
                notice_id,
                settings,
                issue_date=issued,
                version=session.get_one(Notice, notice_id).version,
                press=press,
                actor=officer,
                now=self.now,
            )
            notices.set_doc_number(
                session, notice_id, f"蔡财绩〔{year}〕21号", actor=officer, now=self.now
            )
            notices.submit(session, notice_id, press=press, actor=officer, now=self.now)
        self._tick(minutes=200)
        approver = people.approver
        with self.database.read() as session:
            content = notice_signing.content_to_sign(
                session, notice_id, press=press, actor=approver
            )
        prints = print_forms(content, press, self.storage)
        with self.database.transaction() as session:
            notice_signing.sign_and_publish(
                session, notice_id, prints, press=press, actor=approver, now=self.now
            )

    def _advance(self, plan_: Plan, people: DemoPeople, round_id: UUID, place: int) -> None:
        """Go to the next phase on its first day, never before what has happened already."""
        day = plan_.begins + timedelta(days=plan_.days[place])
        self.now = max(self.now + timedelta(minutes=1), day)
        with self.database.transaction() as session:
            rounds.advance(session, round_id, actor=people.officer, now=self.now)

    def _tick(self, *, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


def _end(starts: Sequence[date], place: int) -> date | None:
    return starts[place + 1] - timedelta(days=1) if place + 1 < len(starts) else None
