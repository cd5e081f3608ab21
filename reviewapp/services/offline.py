"""Rating offline: a package to take along, and a filled form taken by the same saves as online."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Assignment, Report, ReportVersion, Review
from reviewapp.db.queries.reviews import ReviewPage, own_page
from reviewapp.domain.errors import N_, Conflict, Invalid, NotFound
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.offline import (
    Comparison,
    Filled,
    Limits,
    Line,
    Online,
    Row,
    Stamp,
    Value,
    compare,
    rows_of,
    titles,
)
from reviewapp.domain.policy import Identity, Role
from reviewapp.domain.rubric import Rubric
from reviewapp.services import audit, review_saving, review_states
from reviewapp.services.review_states import score_value, veto_value

LIMITS = Limits(reason=review_saving.MAX_REASON, opinion=review_saving.MAX_OPINION)


@dataclass(frozen=True)
class Package:
    """What an expert takes along: which file of the report, which rubric, and the form's content."""

    title: str
    sha256: str
    rubric: Rubric
    stamp: Stamp
    rows: tuple[Row, ...]


def package(session: Session, review_id: UUID, *, actor: Identity) -> Package:
    """Return the package of one's own draft. NotFound for others; Conflict once submitted."""
    page = own(session, review_id, actor)
    refusal = refusal_of(page)
    if refusal is not None:
        raise Conflict(refusal)
    sha256 = session.exec(
        select(ReportVersion.sha256).where(ReportVersion.id == page.version_id)
    ).one()
    online = _online(session, page)
    stamp = Stamp(
        online.review,
        online.expert,
        page.rubric.content_hash,
        page.report_version,
        dict(online.versions),
    )
    rows = rows_of(online.values, list(titles(page.rubric)))
    return Package(page.report_title, sha256, page.rubric, stamp, rows)


def look(session: Session, review_id: UUID, filled: Filled, *, actor: Identity) -> Comparison:
    """Compare a filled form with one's own review as it stands; nothing is changed."""
    page = own(session, review_id, actor)
    return compare(filled, _online(session, page), LIMITS, refusal_of(page))


def take(
    session: Session,
    review_id: UUID,
    filled: Filled,
    *,
    choices: Mapping[str, str],
    seen: Mapping[str, int],
    actor: Identity,
    now: datetime,
) -> int:
    """Save what the person chose of a form (`choices`: field → mine or theirs); return how many.

    One act: Conflict, and nothing saved, where a field was saved online since it was `seen`;
    Invalid where a choice is missing.
    """
    if review_saving.locked(session, review_id) is None:
        raise NotFound(N_("There is no such review."))
    found = look(session, review_id, filled, actor=actor)
    if found.blocks:
        raise Conflict(found.blocks[0].message)
    taken, moved = 0, 0
    for line in found.lines:
        if line.act == "same":
            continue
        if seen.get(line.name) != line.version:
            raise Conflict(N_("This was saved online meanwhile: look at the form again."))
        choice = choices.get(line.name)
        if choice not in {"mine", "theirs"}:
            raise Invalid(N_("Choose for each of these which one stands."), field=line.name)
        if choice == "mine":
            is_veto = line.name.startswith("veto-")
            _save(session, review_id, line, line.version + (moved if is_veto else 0), actor, now)
            taken, moved = taken + 1, moved + is_veto
    if taken:
        _record(session, review_id, taken, actor, now)
    return taken


def own(session: Session, review_id: UUID, actor: Identity) -> ReviewPage:
    """Return the expert's own review of a report that stands. Raises NotFound."""
    page = own_page(session, review_id, actor) if actor.role is Role.EXPERT else None
    if page is None or page.is_paper or page.report_state != "taken-in":
        raise NotFound(N_("There is no such review."))
    return page


def refusal_of(page: ReviewPage) -> str | None:
    """Return the msgid of why nothing can be saved in the review now, or None."""
    if page.state == "submitted":
        return N_("The review has been submitted already.")
    return phase_refusal(page.phase, Act.REVIEW_REVISE if page.reopened_reason else Act.REVIEW)


def _save(
    session: Session, review_id: UUID, line: Line, version: int, actor: Identity, now: datetime
) -> None:
    kind, _dash, key = line.name.partition("-")
    if kind == "criterion":
        review_saving.save_score(
            session,
            review_id,
            key,
            points=line.mine["points"],
            reason=line.mine["reason"],
            version=version,
            actor=actor,
            now=now,
        )
    elif kind == "veto":
        review_saving.save_veto(
            session,
            review_id,
            key,
            claimed=bool(line.mine["claimed"]),
            ground=line.mine["ground"],
            version=version,
            actor=actor,
            now=now,
        )
    else:
        review_saving.save_opinion(
            session, review_id, line.mine["opinion"], version=version, actor=actor, now=now
        )


def _online(session: Session, page: ReviewPage) -> Online:
    values: dict[str, Value] = {}
    versions: dict[str, int] = {"vetoes": page.vetoes_version, "opinion": page.opinion_version}
    for criterion in page.rubric.criteria:
        name, line = f"criterion-{criterion.id}", page.scores.get(criterion.id)
        values[name] = score_value(line.points if line else None, line.reason if line else "")
        versions[name] = line.version if line else 0
    for veto in page.rubric.vetoes:
        values[f"veto-{veto.id}"] = veto_value(page.vetoes.get(veto.id))
    values["opinion"] = {"opinion": page.opinion}
    return Online(
        str(page.id),
        str(page.expert_id),
        page.rubric,
        page.report_version,
        values,
        versions,
        lambda name, version: _before(session, page.id, name, version),
    )


def _before(session: Session, review_id: UUID, name: str, version: int) -> Value | None:
    value = review_states.value_at(session, review_id, name, version)
    # One version covers all vetoes: one that was never claimed has no state of its own.
    return veto_value(None) if value is None and name.startswith("veto-") else value


def _record(session: Session, review_id: UUID, taken: int, actor: Identity, now: datetime) -> None:
    report = session.exec(
        select(Report)
        .join(Assignment, col(Assignment.report_id) == col(Report.id))
        .join(Review, col(Review.assignment_id) == col(Assignment.id))
        .where(col(Review.id) == review_id)
    ).one()
    audit.record_about(
        session,
        "review.taken-from-form",
        report,
        actor,
        now,
        after={"fields": taken},
    )
