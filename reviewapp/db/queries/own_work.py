"""What an expert has to do, how far each review is, and what was written last in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Assignment,
    Report,
    ReportVersion,
    Review,
    ReviewState,
    Round,
    RoundPhase,
    Score,
    VetoClaim,
)
from reviewapp.db.queries.own_assignments import own_work
from reviewapp.db.queries.rubrics import rubric_by_hash
from reviewapp.domain.policy import Identity
from reviewapp.domain.rubric import Rubric

SHOWN = 40  # characters of what was written last


@dataclass(frozen=True)
class Progress:
    """How far one review is: criteria with points of all, and what was saved last.

    `place` is the title of the criterion or the ground of the veto that was saved last, empty for
    the overall opinion; `words` is how the text ends there, since that is where one typed. After
    evidence was cited they are those of the reason beside it.
    """

    scored: int
    criteria: int
    saved_at: datetime | None = None
    place: str = ""
    words: str = ""


@dataclass(frozen=True)
class Among:
    """Where one assignment stands among the expert's own of a round, by the reports' titles."""

    number: int  # from 1
    count: int
    previous: UUID | None  # assignments; none at the ends
    next: UUID | None
    open: int  # how many others are not submitted
    next_open: UUID | None  # the first of them after this one, or else from the beginning
    next_title: str  # empty while it is not declared on


def among_own(session: Session, round_id: UUID, assignment_id: UUID, who: Identity) -> Among | None:
    """Return the place of an assignment among one's own of its round; None for others' ones."""
    query: Any = (
        sa.select(
            col(Assignment.id),
            # Nothing is told of a report before the declaration.
            sa.case((col(Assignment.declared_at).is_(None), ""), else_=col(Report.title)),
            sa.case(
                (col(Review.id).is_(None), True),
                else_=sa.and_(
                    col(Review.state) != "submitted",
                    # Typed in from paper by an officer: nothing for the expert to do.
                    col(Review.paper_entered_by).is_(None),
                ),
            ),
        )
        .join(Report, col(Report.id) == col(Assignment.report_id))
        .outerjoin(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(
            col(Assignment.expert_id) == who.expert_id,
            col(Assignment.state) == "assigned",
            col(Report.state) == "taken-in",
            col(Report.round_id) == round_id,
        )
        .order_by(col(Report.title), col(Assignment.id))
    )
    rows = session.execute(query).all()
    own = [row[0] for row in rows]
    if assignment_id not in own:
        return None
    at = own.index(assignment_id)
    waits = [row for row in (*rows[at + 1 :], *rows[:at]) if row[2]]
    return Among(
        number=at + 1,
        count=len(own),
        previous=own[at - 1] if at else None,
        next=own[at + 1] if at + 1 < len(own) else None,
        open=len(waits),
        next_open=waits[0][0] if waits else None,
        next_title=waits[0][1] if waits else "",
    )


def open_rows(session: Session, who: Identity) -> Sequence[Any]:
    """Return the expert's standing assignments on which there is something to do now."""
    query: Any = (
        sa.select(
            col(Assignment.id),
            col(Assignment.declared_at),
            col(Review.id).label("review_id"),
            col(Report.title),
            col(Report.kind),
            col(Round.id).label("round_id"),
            col(Round.title).label("round_title"),
            col(ReportVersion.pages),
            col(RoundPhase.ends_on).label("phase_ends_on"),
            sa.func.coalesce(col(Assignment.due_on), col(RoundPhase.ends_on)).label("ends_on"),
        )
        .select_from(own_work())
        .where(
            col(Assignment.expert_id) == who.expert_id,
            col(Assignment.state) == "assigned",
            col(Report.state) == "taken-in",
            sa.or_(
                col(Round.phase) == "rating",
                sa.and_(col(Round.phase) == "preparation", col(Assignment.declared_at).is_(None)),
                sa.and_(col(Round.phase) == "settlement", col(Review.reopened_at).is_not(None)),
            ),
            sa.or_(
                col(Review.id).is_(None),
                sa.and_(
                    col(Review.state) != "submitted",
                    # Typed in from paper by an officer: nothing for the expert to do.
                    col(Review.paper_entered_by).is_(None),
                ),
            ),
        )
        .order_by(col(Report.title), col(Assignment.id))
    )
    return session.execute(query).all()


def progress(session: Session, review_ids: Collection[UUID]) -> dict[UUID, Progress]:
    """Return how far these reviews are. The caller answers for whose they are."""
    if not review_ids:
        return {}
    reviews = session.exec(select(Review).where(col(Review.id).in_(review_ids))).all()
    scores: dict[UUID, dict[str, tuple[int | None, str]]] = defaultdict(dict)
    for review_id, criterion, points, reason in session.execute(
        sa.select(
            col(Score.review_id),
            col(Score.criterion),
            col(Score.points_hundredths),
            col(Score.reason),
        ).where(col(Score.review_id).in_(review_ids))
    ):
        scores[review_id][criterion] = (points, reason)
    last, grounds = _last_fields(session, review_ids), _grounds(session, review_ids)
    found = {}
    for review in reviews:
        rubric, own = rubric_by_hash(session, review.rubric_hash), scores[review.id]
        texts = {f"criterion-{key}": reason for key, (_points, reason) in own.items()}
        texts |= {f"veto-{key}": ground for key, ground in grounds[review.id].items()}
        texts |= {f"evidence-{key}": reason for key, (_points, reason) in own.items()}
        texts["opinion"] = review.opinion
        # A restored state changes several fields at once: the one with words says more.
        field = max(last[review.id], key=lambda one: bool(texts.get(one)), default="opinion")
        found[review.id] = Progress(
            scored=sum(1 for points, _reason in own.values() if points is not None),
            criteria=len(rubric.criteria),
            saved_at=review.saved_at,
            place=_title(field, rubric),
            words=_end(texts.get(field, "")),
        )
    return found


def _last_fields(session: Session, review_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    fields: dict[UUID, list[str]] = defaultdict(list)
    for review_id, field in session.execute(
        sa.select(col(ReviewState.review_id), col(ReviewState.field))
        .join(Review, col(Review.id) == col(ReviewState.review_id))
        .where(
            col(ReviewState.review_id).in_(review_ids),
            col(ReviewState.number) == col(Review.state_number),
        )
        .order_by(col(ReviewState.field))
    ):
        fields[review_id].append(field)
    return fields


def _grounds(session: Session, review_ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    grounds: dict[UUID, dict[str, str]] = defaultdict(dict)
    for review_id, veto, ground in session.execute(
        sa.select(col(VetoClaim.review_id), col(VetoClaim.veto), col(VetoClaim.ground)).where(
            col(VetoClaim.review_id).in_(review_ids)
        )
    ):
        grounds[review_id][veto] = ground
    return grounds


def _title(field: str, rubric: Rubric) -> str:
    kind, _dash, name = field.partition("-")
    if kind in {"criterion", "evidence"}:
        return rubric.criterion(name).title
    return rubric.veto(name).ground if kind == "veto" else ""


def _end(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHOWN else f"…{plain[1 - SHOWN :]}"
