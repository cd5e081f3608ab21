"""`reviewapp check`: what must hold in stored data whatever the program did, read back and said."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters.storage import Storage
from reviewapp.config import Config
from reviewapp.db import migrate
from reviewapp.db.models import (
    Assignment,
    CalibrationReview,
    Evidence,
    Notice,
    Opinion,
    ReferenceReport,
    Report,
    ReportSplit,
    ReportVersion,
    Review,
    ReviewSnapshot,
    RubricVersion,
    Score,
    Settlement,
    SplitRange,
    StoredFile,
    VersionPart,
)
from reviewapp.db.session import Database
from reviewapp.domain.notice import NoticeContent
from reviewapp.domain.rubric import Rubric, canonical_json
from reviewapp.services import audit
from reviewapp.services.review_states import history, said, state_of


def check(config: Config) -> list[str]:
    """Return one English sentence for each thing that is not as it must be; nothing is changed."""
    database = Database(config.database_url)
    storage = Storage(config.storage_url, config.data_dir / "tmp")
    if not migrate.is_current(database):
        return ["The database is not at the newest revision: run reviewapp migrate."]
    with database.read() as session:
        found = [sentence for rule in _RULES for sentence in rule(session)]
        found += _files(session, storage)
    database.engine.dispose()
    return found


def _chain(session: Session) -> Iterator[str]:
    _count, breaks = audit.verify(session)
    for one in breaks:
        yield f"Event {one.number}: the chain of events is broken ({one.reason})."


def _references(session: Session) -> Iterator[str]:
    """SQLite checks references as it writes; a file that another program touched may differ."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for table, row, parent, _key in session.execute(sa.text("PRAGMA foreign_key_check")):
        yield f"Table {table}, row {row}: points to nothing in {parent}."


def _rubrics(session: Session) -> Iterator[str]:
    for row in session.exec(select(RubricVersion)):
        if Rubric.from_json(row.content).content_hash != row.content_hash:
            yield f"Rubric {row.slug} {row.version}: its text differs from its hash."


def _versions(session: Session) -> Iterator[str]:
    lacking = (
        select(Report)
        .outerjoin(
            ReportVersion,
            sa.and_(
                col(ReportVersion.report_id) == col(Report.id),
                col(ReportVersion.number) == col(Report.current_version),
            ),
        )
        .where(col(ReportVersion.id).is_(None))
    )
    for report in session.exec(lacking):
        yield f"Report {report.id}: its current version {report.current_version} has no file."


def _parts(session: Session) -> Iterator[str]:
    """The originals of a version follow one another and take all of its pages."""
    rows = session.execute(
        sa.select(VersionPart, ReportVersion.pages)  # type: ignore[call-overload]
        .join(ReportVersion, col(ReportVersion.id) == col(VersionPart.report_version_id))
        .order_by(col(VersionPart.report_version_id), col(VersionPart.number))
    )
    found: dict[uuid.UUID, list[VersionPart]] = {}
    pages: dict[uuid.UUID, int] = {}
    for part, count in rows:
        found.setdefault(part.report_version_id, []).append(part)
        pages[part.report_version_id] = count
    for version_id, parts in found.items():
        first = 1
        for number, part in enumerate(parts, 1):
            if (part.number, part.first_page) != (number, first):
                yield f"Version {version_id}: its original {part.number} is not where it belongs."
            first += part.pages
        if first - 1 != pages[version_id]:
            yield f"Version {version_id}: its originals have {first - 1} pages, not all of its own."


def _splits(session: Session) -> Iterator[str]:
    """A report is split while one of its splits stands, and its ranges do not overlap."""
    standing = {
        row.report_id
        for row in session.exec(select(ReportSplit).where(ReportSplit.state == "standing"))
    }
    split = set(session.exec(select(Report.id).where(Report.state == "split")))
    for report_id in sorted(standing ^ split, key=str):
        yield f"Report {report_id}: its state and its split do not agree."
    rows = session.execute(
        sa.select(SplitRange, ReportVersion.pages)  # type: ignore[call-overload]
        .join(ReportSplit, col(ReportSplit.id) == col(SplitRange.split_id))
        .join(ReportVersion, col(ReportVersion.id) == col(ReportSplit.report_version_id))
        .order_by(col(SplitRange.split_id), col(SplitRange.number))
    )
    last: tuple[uuid.UUID | None, int] = (None, 0)
    for row, pages in rows:
        before = last[1] if last[0] == row.split_id else 0
        if row.first_page <= before or row.last_page > (pages or row.last_page):
            yield f"Split {row.split_id}: its range {row.number} is not where it belongs."
        last = (row.split_id, row.last_page)


def _totals(session: Session) -> Iterator[str]:
    """A submitted review's total is the sum of its scores, to the hundredth."""
    sums = (
        sa.select(col(Score.review_id), sa.func.sum(col(Score.points_hundredths)).label("points"))
        .group_by(col(Score.review_id))
        .subquery()
    )
    wrong = (
        sa.select(col(Review.id), col(Review.total_hundredths), sums.c.points)
        .outerjoin(sums, sums.c.review_id == col(Review.id))
        .where(
            col(Review.state) == "submitted",
            col(Review.total_hundredths) != sa.func.coalesce(sums.c.points, 0),
        )
    )
    for review_id, total, points in session.execute(wrong):
        yield f"Review {review_id}: its total {total} differs from the sum of its scores {points}."


def _snapshots(session: Session) -> Iterator[str]:
    for row in session.exec(select(ReviewSnapshot).execution_options(yield_per=200)):
        if hashlib.sha256(canonical_json(row.content)).hexdigest() != row.content_hash:
            yield f"Submission {row.number} of review {row.review_id}: differs from its hash."
    lacking = (
        select(Review.id)
        .outerjoin(ReviewSnapshot, col(ReviewSnapshot.review_id) == col(Review.id))
        .where(col(Review.state) == "submitted", col(ReviewSnapshot.id).is_(None))
    )
    for review_id in session.exec(lacking):
        yield f"Review {review_id}: is submitted without a frozen copy."


def _states(session: Session) -> Iterator[str]:
    """The kept states of a review add up to what stands in it."""
    for review in session.exec(select(Review).where(col(Review.state_number) > 0)):
        try:
            kept = history(session, review.id)
        except ValueError:
            yield f"Review {review.id}: a kept state does not fit the one before."
            continue
        if not kept or kept[-1].number != review.state_number:
            yield f"Review {review.id}: its newest state {review.state_number} is not kept."
        elif said(kept[-1].state) != said(state_of(session, review)):
            yield f"Review {review.id}: its newest kept state differs from what stands in it."


def _evidence(session: Session) -> Iterator[str]:
    """A passage is shown from the file that was looked at, on a page that this file has."""
    wrong = (
        sa.select(col(Evidence.id), col(Evidence.review_id))
        .join(Review, col(Review.id) == col(Evidence.review_id))
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .outerjoin(
            ReportVersion,
            sa.and_(
                col(ReportVersion.report_id) == col(Assignment.report_id),
                col(ReportVersion.number) == col(Evidence.report_version),
                col(ReportVersion.sha256) == col(Evidence.sha256),
                col(ReportVersion.pages) >= col(Evidence.page),
            ),
        )
        .where(col(ReportVersion.id).is_(None))
        .order_by(col(Evidence.id))
    )
    for evidence_id, review_id in session.execute(wrong):
        yield f"Evidence {evidence_id} of review {review_id}: its file has no such page."
    older = (
        sa.select(col(Evidence.id), col(Evidence.review_id))
        .join(Review, col(Review.id) == col(Evidence.review_id))
        .where(
            col(Evidence.removed_at).is_(None),
            col(Evidence.lost_in).is_(None),
            col(Evidence.report_version) != col(Review.report_version),
        )
        .order_by(col(Evidence.id))
    )
    for evidence_id, review_id in session.execute(older):
        yield f"Evidence {evidence_id} of review {review_id}: is from another version than it."


def _settlements(session: Session) -> Iterator[str]:
    submitted = (
        sa.exists()
        .where(
            col(Assignment.report_id) == col(Settlement.report_id),
            col(Review.assignment_id) == col(Assignment.id),
            col(Review.state) == "submitted",
        )
        .correlate(Settlement)
    )
    for row in session.exec(
        select(Settlement).where(col(Settlement.state) == "settled", ~submitted)
    ):
        yield f"Report {row.report_id}: is settled without any submitted review."


def _practice(session: Session) -> Iterator[str]:
    """Whoever has read agreed scores of a report is not assigned it."""
    rows = session.execute(
        sa.select(col(Assignment.id))
        .join(ReferenceReport, col(ReferenceReport.report_id) == col(Assignment.report_id))
        .join(
            CalibrationReview,
            sa.and_(
                col(CalibrationReview.reference_id) == col(ReferenceReport.id),
                col(CalibrationReview.expert_id) == col(Assignment.expert_id),
            ),
        )
        .where(
            col(Assignment.state) == "assigned",
            col(CalibrationReview.submitted_at).is_not(None),
        )
    )
    for (assignment_id,) in rows:
        yield f"Assignment {assignment_id}: its expert has read the agreed scores of its report."


def _opinions(session: Session) -> Iterator[str]:
    settled = (
        sa.exists()
        .where(
            col(Settlement.report_id) == col(Opinion.report_id),
            col(Settlement.state) == "settled",
        )
        .correlate(Opinion)
    )
    for row in session.exec(select(Opinion).where(col(Opinion.state) == "released", ~settled)):
        yield f"Report {row.report_id}: its opinion is released without a settled result."


def _notices(session: Session) -> Iterator[str]:
    """What was published is what was signed, and one notice of a round is in force."""
    issued = select(Notice).where(col(Notice.state).in_(("published", "superseded")))
    in_force: Counter[uuid.UUID] = Counter()
    for row in session.exec(issued.order_by(col(Notice.round_id), col(Notice.number))):
        content = NoticeContent.from_json(json.dumps(row.content))
        if content.sha256 != row.content_hash:
            yield f"Notice {row.doc_number}: its content differs from its hash."
        in_force[row.round_id] += row.state == "published"
    for round_id, count in in_force.items():
        if count != 1:
            yield f"Round {round_id}: {count} of its notices are in force."


def _files(session: Session, storage: Storage) -> list[str]:
    found = []
    for row in session.exec(select(StoredFile).order_by(col(StoredFile.sha256))):
        if not storage.exists(row.sha256):
            found.append(f"File {row.sha256}: is not in the store.")
            continue
        with storage.local_path(row.sha256) as path, path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            size = handle.tell()
        if digest != row.sha256 or size != row.size_bytes:
            found.append(f"File {row.sha256}: its bytes have changed.")
    return found


_RULES: tuple[Callable[[Session], Iterator[Any]], ...] = (
    _chain,
    _references,
    _rubrics,
    _versions,
    _parts,
    _splits,
    _totals,
    _snapshots,
    _states,
    _evidence,
    _settlements,
    _practice,
    _opinions,
    _notices,
)
