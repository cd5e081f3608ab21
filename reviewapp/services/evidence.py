"""Evidence of reviews: cited, taken back, carried over to a newer version of the report.

What takes long, looking for words in a whole report, is done before the transaction that writes:
SQLite has one writer, and everybody else's saves would wait for it. What was found says which
version it was found in, and the short transaction looks whether that still stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Assignment, Evidence, Report, ReportVersion, Review
from reviewapp.db.queries import page_texts
from reviewapp.domain.errors import N_, Conflict, Invalid, NotFound
from reviewapp.domain.evidence import Passage, carried, passage
from reviewapp.domain.page_text import BoxTuple, Hit, PageText
from reviewapp.domain.policy import Identity
from reviewapp.services import audit, review_states
from reviewapp.services.review_sheets import citation_of, rubric_of_review
from reviewapp.services.review_states import Value, evidence_value
from reviewapp.services.reviews import own_draft

MOST = 40  # pieces on one criterion; more is copying the report


@dataclass(frozen=True)
class CarriedOver:
    """What became of a review's evidence when it went over to a newer version."""

    version: int
    kept: int
    lost: int


@dataclass(frozen=True)
class Found:
    """A passage of the version of the report that it was looked for in."""

    version: int
    sha256: str
    passage: Passage


@dataclass(frozen=True)
class Move:
    """Where each piece of a review's evidence, by its id, stands in a newer version; or None."""

    before: int
    version: int
    sha256: str
    hits: Mapping[UUID, Hit | None]


class Overtaken(Conflict):
    """What was looked for is out of date: look again."""

    def __init__(self) -> None:
        super().__init__(N_("Something was saved at the same moment. Please try again."))


def look_up(
    session: Session,
    review_id: UUID,
    *,
    page: int,
    box: BoxTuple | None,
    quote: str,
    actor: Identity,
    key: UUID | None = None,
) -> Found:
    """Find a passage in the version of the report that one's own review is about; writes nothing.

    Raises NotFound for others' reviews, Invalid for an impossible place or words that are nowhere.
    """
    review = _own(session, review_id, actor)
    version = _version(session, review, review.report_version)
    known = session.get(Evidence, key) if key else None
    if known is not None and known.review_id == review_id:  # sent twice: it was found before
        there = Passage(known.page, None, known.quote)
        return Found(version.number, version.sha256, there)
    if not 1 <= page <= (version.pages or 1):
        raise Invalid(N_("The report has no such page."), field="evidence-page")
    there = passage(_pages(session, version, page, box), page, box, quote)
    return Found(version.number, version.sha256, there)


def cite(
    session: Session,
    review_id: UUID,
    criterion: str,
    found: Found,
    *,
    actor: Identity,
    now: datetime,
    key: UUID | None = None,
) -> Evidence:
    """Cite a passage of the report that the review is about on a criterion of its rubric.

    `key` is the sender's own id: sent twice, it is one piece of evidence. Raises NotFound for
    others' reviews, Conflict where the review cannot be written, Overtaken where it has gone over
    to another version since the passage was looked up.
    """
    review = own_draft(session, review_id, actor)
    rubric_of_review(session, review).criterion(criterion)
    known = session.get(Evidence, key) if key else None
    if known is not None:
        if known.review_id != review_id:
            raise NotFound(N_("There is no such review."))
        return known
    if found.version != review.report_version:
        raise Overtaken
    cited = found.passage
    standing = [one for one in _standing(session, review_id) if one.criterion == criterion]
    for one in standing:
        if (one.page, one.box, one.quote) == (cited.page, list(cited.box or ()), cited.quote):
            return one
    if len(standing) >= MOST:
        raise Conflict(N_("A criterion has at most %(most)s pieces of evidence."), most=MOST)
    row = Evidence(
        id=key or uuid4(),
        created_at=now,
        review_id=review_id,
        number=_last_number(session, review_id) + 1,
        criterion=criterion,
        page=cited.page,
        box=list(cited.box or ()),
        has_box=cited.box is not None,
        quote=cited.quote,
        sha256=found.sha256,
        report_version=found.version,
    )
    before = evidence_value(session, review_id, criterion)
    session.add(row)
    session.flush()
    _keep(session, review, criterion, before, actor, now)
    return row


def take_back(
    session: Session, review_id: UUID, evidence_id: UUID, *, actor: Identity, now: datetime
) -> Evidence:
    """Take a piece of evidence back; it is kept, but supports nothing. Twice is once."""
    review = own_draft(session, review_id, actor)
    row = session.get(Evidence, evidence_id)
    if row is None or row.review_id != review_id:
        raise NotFound(N_("There is no such evidence."))
    if row.removed_at is None:
        before = evidence_value(session, review_id, row.criterion)
        row.removed_at = now
        session.add(row)
        session.flush()
        _keep(session, review, row.criterion, before, actor, now)
    return row


def plan_move(session: Session, review_id: UUID, *, actor: Identity) -> Move:
    """Look for all evidence of one's own review in the report's newest version; writes nothing.

    Raises Conflict where there is no newer version or its text has not been read yet.
    """
    review = _own(session, review_id, actor)
    assignment = session.get_one(Assignment, review.assignment_id)
    report = session.get_one(Report, assignment.report_id)
    if report.current_version <= review.report_version:
        raise Conflict(N_("The review is about the newest version already."))
    version = _version(session, review, report.current_version)
    pages = page_texts.texts(session, version.id)
    if not pages:
        raise Conflict(N_("The newer version is still being read; try again in a minute."))
    hits = {row.id: carried(citation_of(row), pages) for row in _every(session, review_id)}
    return Move(review.report_version, version.number, version.sha256, hits)


def go_over(
    session: Session, review_id: UUID, move: Move, *, actor: Identity, now: datetime
) -> CarriedOver:
    """Make the review one of the report's newest version, with the evidence that is still there.

    Evidence whose quote was found moves to its new place; the rest keeps its old one and says
    that it is lost. So does what was taken back, which an earlier state may bring back; it is not
    counted. Raises Overtaken where the version or the evidence is another than `move` is about.
    """
    review = own_draft(session, review_id, actor)
    assignment = session.get_one(Assignment, review.assignment_id)
    report = session.get_one(Report, assignment.report_id)
    every = _every(session, review_id)
    if (move.before, move.version) != (review.report_version, report.current_version) or {
        row.id for row in every
    } != set(move.hits):
        raise Overtaken
    kept = lost = 0
    for row in every:
        counts = row.removed_at is None
        hit = move.hits[row.id]
        if hit is None:
            row.lost_in, lost = move.version, lost + counts
        else:
            row.page, row.box, row.has_box = hit.page, list(hit.box), True
            row.sha256, row.report_version, row.lost_in = move.sha256, move.version, None
            kept += counts
        session.add(row)
    review.report_version, review.saved_at = move.version, now
    session.add(review)
    session.flush()
    audit.record_about(
        session,
        "review.went-over",
        report,
        actor,
        now,
        after={"version": move.version, "kept": kept, "lost": lost},
    )
    return CarriedOver(move.version, kept, lost)


def _own(session: Session, review_id: UUID, actor: Identity) -> Review:
    """Return one's own review to look at; whether it may be written is asked when it is."""
    found = session.exec(
        select(Review, Assignment.expert_id)
        .join(Assignment, col(Assignment.id) == col(Review.assignment_id))
        .where(Review.id == review_id)
    ).one_or_none()
    if found is None:
        raise NotFound(N_("There is no such review."))
    review, expert_id = found
    writer = review.paper_entered_by
    is_own = writer == actor.id if writer is not None else expert_id == actor.expert_id
    if not is_own or actor.id is None:
        raise NotFound(N_("There is no such review."))
    return review


def _standing(session: Session, review_id: UUID) -> list[Evidence]:
    return [row for row in _every(session, review_id) if row.removed_at is None]


def _every(session: Session, review_id: UUID) -> list[Evidence]:
    return list(
        session.exec(
            select(Evidence).where(Evidence.review_id == review_id).order_by(col(Evidence.number))
        )
    )


def _pages(
    session: Session, version: ReportVersion, page: int, box: BoxTuple | None
) -> tuple[PageText, ...]:
    """Return what is looked at: a box has its one page."""
    if box is None:
        return page_texts.texts(session, version.id)
    own = page_texts.text(session, version.id, page)
    return (own,) if own else ()


def _last_number(session: Session, review_id: UUID) -> int:
    # The caller holds the review's row, so that no two pieces take one number.
    last = sa.select(sa.func.max(col(Evidence.number))).where(col(Evidence.review_id) == review_id)
    return session.execute(last).scalar() or 0


def _version(session: Session, review: Review, number: int) -> ReportVersion:
    return session.exec(
        select(ReportVersion)
        .join(Assignment, col(Assignment.report_id) == col(ReportVersion.report_id))
        .where(
            sa.and_(col(Assignment.id) == review.assignment_id, col(ReportVersion.number) == number)
        )
    ).one()


def _keep(
    session: Session,
    review: Review,
    criterion: str,
    before: Value,
    actor: Identity,
    now: datetime,
) -> None:
    """Keep what stands on the criterion now as a state of the review."""
    after = dict.fromkeys(before, "") | evidence_value(session, review.id, criterion)
    number = review.state_number + 1
    field = f"evidence-{criterion}"
    review_states.keep(session, review, {field: (before, after, number)}, actor=actor, now=now)
