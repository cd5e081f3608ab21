"""One file that holds several reports: split by page ranges, and the split taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.adapters import pdf_merge
from reviewapp.adapters.queue import Queue
from reviewapp.adapters.storage import Storage
from reviewapp.db.models import (
    Assignment,
    Report,
    ReportSplit,
    ReportVersion,
    Review,
    SplitRange,
)
from reviewapp.db.models.round import KINDS
from reviewapp.domain import ranges
from reviewapp.domain.errors import N_, Conflict, Invalid
from reviewapp.domain.lifecycle import Act, ReportState, advance
from reviewapp.domain.policy import Identity
from reviewapp.domain.ranges import Cut
from reviewapp.services import audit, originals, reports
from reviewapp.services.uploads import PdfFile, base_name


@dataclass(frozen=True)
class Slice:
    """A cut with the kept file of its pages."""

    cut: Cut
    file: PdfFile


def may_split(session: Session, report_id: UUID, *, actor: Identity) -> ReportVersion:
    """Return the version that may be split now: of a report before rating, by an officer.

    Raises NotFound, NotAllowed, Conflict.
    """
    report = reports.managed(session, report_id, Act.REPORT_UPLOAD, actor)
    advance(ReportState(report.state), "split")
    assigned = select(Assignment.id).where(
        Assignment.report_id == report.id, Assignment.state == "assigned"
    )
    if session.exec(assigned).first() is not None or _has_reviews(session, [report.id]):
        raise Conflict(
            N_("The report is assigned to experts: withdraw the assignments before splitting it.")
        )
    return reports.current_version(session, report)


def slices(storage: Storage, sha256: str, pages: int, cuts: Sequence[Cut]) -> tuple[Slice, ...]:
    """Cut the pages out of a kept file in the limited child, and keep each as a file of its own.

    Runs outside any transaction. Raises Invalid for ranges that cannot be, or a file that cannot
    be cut.
    """
    ordered = sorted(cuts, key=lambda cut: cut.first)
    ranges.check(ordered, pages)
    for cut in ordered:
        if cut.kind not in KINDS:
            raise Invalid(
                N_("%(title)s: key project or department-wide? Please choose."),
                title=f"《{cut.title}》",
            )
    found = []
    with storage.local_path(sha256) as path:
        for cut in ordered:
            try:
                content = pdf_merge.extract(path, cut.first, cut.last)
            except pdf_merge.PartRefused as refused:
                raise Invalid(refused.message) from refused
            name = base_name(f"{cut.title.strip('《》 ')}.pdf")
            count = cut.last - cut.first + 1
            found.append(Slice(cut, PdfFile(name, storage.put(content), len(content), count)))
    return tuple(found)


def split(
    session: Session,
    queue: Queue,
    report_id: UUID,
    sliced: Sequence[Slice],
    *,
    sha256: str,
    actor: Identity,
    now: datetime,
) -> tuple[Report, ...]:
    """Make a report of each slice, in one act; the source is kept, in state split.

    `sha256` is the file that the slices were cut from; another version meanwhile is a Conflict.
    Reports of an earlier split that was taken back are taken up again where the pages are the same.
    """
    audit.take_turn(session)
    version = may_split(session, report_id, actor=actor)
    source = session.get_one(Report, report_id)
    if version.sha256 != sha256:
        raise Conflict(N_("There is a newer version of the report: look at its pages first."))
    ranges.check([one.cut for one in sliced], version.pages or 1)
    if actor.id is None:
        raise Conflict(N_("Only a person splits a report."))
    act = ReportSplit(
        created_at=now, report_id=source.id, report_version_id=version.id, made_by=actor.id
    )
    session.add(act)
    session.flush()
    made = []
    for number, one in enumerate(sliced, 1):
        report = _again(session, source, one, actor, now) or reports.receive(
            session,
            queue,
            source.round_id,
            one.file,
            actor=actor,
            now=now,
            known={"title": one.cut.title.strip("《》 "), "kind": one.cut.kind},
            sources={"title": "person", "kind": "person"},
        )
        session.add(
            SplitRange(
                created_at=now,
                split_id=act.id,
                number=number,
                report_id=report.id,
                first_page=one.cut.first,
                last_page=one.cut.last,
            )
        )
        made.append(report)
    before = source.state
    source.state = advance(ReportState(source.state), "split").value
    session.add(source)
    session.flush()
    audit.record_about(
        session,
        "report.split",
        source,
        actor,
        now,
        before={"state": before},
        after={
            "state": source.state,
            "reports": [report.title for report in made],
            "pages": [f"{one.cut.first}-{one.cut.last}" for one in sliced],
        },
    )
    return tuple(made)


def undo(session: Session, report_id: UUID, *, actor: Identity, now: datetime) -> Report:
    """Take a split back: its reports are withdrawn, the source waits to be taken in again.

    Only while none of them has a review. Raises Conflict.
    """
    audit.take_turn(session)  # before the report is read: another officer may be doing the same
    source = reports.managed(session, report_id, Act.REPORT_WITHDRAW, actor)
    after = advance(ReportState(source.state), "undo-split")
    act = session.exec(
        select(ReportSplit).where(
            ReportSplit.report_id == source.id, ReportSplit.state == "standing"
        )
    ).one()
    made = _made(session, act.id)
    if _has_reviews(session, [report.id for report in made]):
        raise Conflict(N_("One of the reports has a review: the split stands."))
    for report in made:
        if report.state == ReportState.WITHDRAWN:
            continue
        if report.state == ReportState.SPLIT:
            raise Conflict(N_("One of the reports is split itself: take that back first."))
        was = report.state
        report.state = advance(ReportState(report.state), "withdraw").value
        session.add(report)
        told = {"state": report.state, "source": source.title}
        audit.record_about(
            session, "report.withdrawn", report, actor, now, before={"state": was}, after=told
        )
    act.state, act.undone_at = "undone", now
    source.state = after.value
    session.add_all([act, source])
    session.flush()
    states = {"state": ReportState.SPLIT.value}, {"state": source.state}
    audit.record_about(
        session, "report.split-undone", source, actor, now, before=states[0], after=states[1]
    )
    return source


def _made(session: Session, split_id: UUID) -> list[Report]:
    return list(
        session.exec(
            select(Report)
            .join(SplitRange, col(SplitRange.report_id) == col(Report.id))
            .where(SplitRange.split_id == split_id)
            .order_by(col(SplitRange.number))
        )
    )


def _has_reviews(session: Session, report_ids: Sequence[UUID]) -> bool:
    found = session.exec(
        select(Review.id)
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .where(col(Assignment.report_id).in_(list(report_ids)))
    ).first()
    return found is not None


def _again(
    session: Session, source: Report, one: Slice, actor: Identity, now: datetime
) -> Report | None:
    """Take up the report that the same pages of the source were before; None if there is none."""
    known = originals.first_with(session, source.round_id, one.file.sha256)
    if known is None or known.state != ReportState.WITHDRAWN:
        return None
    of_source = session.exec(
        select(SplitRange.id)
        .join(ReportSplit, col(ReportSplit.id) == col(SplitRange.split_id))
        .where(
            SplitRange.report_id == known.id,
            ReportSplit.report_id == source.id,
            ReportSplit.state == "undone",
        )
    ).first()
    if of_source is None:
        return None
    before = {"state": known.state, "title": known.title, "kind": known.kind}
    known.state = advance(ReportState(known.state), "restore").value
    known.title, known.kind = one.cut.title.strip("《》 "), one.cut.kind
    known.note = ""
    session.add(known)
    session.flush()
    after: dict[str, Any] = {"state": known.state, "title": known.title, "kind": known.kind}
    audit.record_about(session, "report.restored", known, actor, now, before=before, after=after)
    return known
