"""A series rated alike: one criterion across all of an expert's own reports of a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import series as queries
from reviewapp.db.queries.series import Series, SeriesRow
from reviewapp.domain import text_changes
from reviewapp.domain.errors import N_, Conflict, DomainError, NotFound
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import Criterion, Level
from reviewapp.services import practice, reviews
from reviewapp.services.reviews import Saved, StaleSave
from reviewapp.web.reviews import bp
from reviewapp.web.reviews.pages import shown_points
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done, is_htmx
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, read, together, transaction


@dataclass(frozen=True)
class Answer:
    """What one save from the table came to: saved, refused, and what was sent."""

    review_id: UUID
    saved: Saved | None = None
    refused: DomainError | None = None
    typed: Mapping[str, str] | None = None


@bp.get("/reviews/series")
@requires(Permission.REVIEW_WRITE)
def series() -> object:
    """Show one criterion across one's own reviews of a round, by default the newest one."""
    who, round_id = current_identity(), request.args.get("round", type=UUID)
    with read() as db:
        rounds = queries.own_rounds(db, who)
    if round_id is None:
        if not rounds:
            flash(_("You have not begun any review yet."))
            return redirect(url_for("reviews.index"))
        round_id = rounds[0][0]
    found = of_round(round_id, request.args.get("rubric", ""))
    return _page(found, _criterion(found, request.args.get("criterion", "")), rounds=rounds)


@bp.post("/reviews/series/begin")
@requires(Permission.REVIEW_WRITE)
def begin_series() -> Response:
    """Begin the reviews of one's own reports of a round that were declared on and are not locked."""
    who, round_id = current_identity(), request.form.get("round", type=UUID)
    if round_id is None:
        raise NotFound(N_("There is no such round."))
    with transaction() as db:
        locked = _locked_kinds(practice.own(db, actor=who), round_id)
        waiting = queries.ready_assignments(db, who, round_id, without=locked)
        if locked and not waiting:
            raise Conflict(practice.FIRST)
        for assignment_id in waiting:
            reviews.open_review(db, assignment_id, actor=who, now=now())
    return done(url_for("reviews.series", round=round_id, criterion=request.form.get("criterion")))


@bp.post("/reviews/series/<uuid:review_id>/criteria/<criterion>")
@requires(Permission.REVIEW_WRITE)
@keeps_text
def save_in_series(review_id: UUID, criterion: str) -> object:
    """Save points and reason of one review from the table, like from its own form."""
    form, who = request.form, current_identity()
    with read() as db:
        place = queries.series_of(db, review_id, who)
    if place is None:
        raise NotFound(N_("There is no such review."))
    points, reason = form.get(f"points-{criterion}", ""), form.get(f"reason-{criterion}", "")
    # "Keep mine" names the version that it was read beside; otherwise the one it was made from.
    version = form.get("keep", form.get(f"version-{criterion}", "0"))
    saved = refused = None
    try:
        saved = together(
            lambda db: reviews.save_score(
                db,
                review_id,
                criterion,
                points=points,
                reason=reason,
                version=int(version) if version.isdecimal() and len(version) < 9 else 0,
                actor=who,
                now=now(),
                keeps_reason=is_htmx(),
            )
        )
    except NotFound:
        raise
    except DomainError as error:
        refused = error
    typed = {"points": points, "reason": reason, "version": version}
    if saved is not None and saved.refused is not None:
        refused = saved.refused
    answer = Answer(review_id, saved, refused, typed)
    found = of_round(*place)
    if is_htmx():
        return _answer(found, found.rubric.criterion(criterion), answer)
    if refused is not None:
        return _page(found, found.rubric.criterion(criterion), answer=answer)
    flash(_("Saved."))
    return done(_address(found, criterion, _anchor=f"row-{review_id}"))


def _locked_kinds(found: list[practice.Practice], round_id: UUID) -> set[str]:
    """Return the kinds of reports whose reviews wait for a reference report."""
    return {kind for home, kind in practice.locked(found) if home == round_id}


def of_round(round_id: UUID, rubric_hash: str = "") -> Series:
    """Return one's own series of a round. Raises NotFound where there is none."""
    with read() as db:
        found = queries.series(db, current_identity(), round_id, rubric_hash)
    if found is None:
        raise NotFound(N_("You have no review in this round."))
    return found


def _criterion(found: Series, wanted: str) -> Criterion:
    by_id = {one.id: one for one in found.rubric.criteria}
    return by_id.get(wanted, found.rubric.criteria[0])


def _page(
    found: Series,
    criterion: Criterion,
    *,
    answer: Answer | None = None,
    rounds: tuple[tuple[UUID, str, int], ...] = (),
) -> Response:
    by_points = request.args.get("order") == "points"
    listed = [one.id for one in found.rubric.criteria]
    at = listed.index(criterion.id)
    who = current_identity()
    with read() as db:
        locked = _locked_kinds(practice.own(db, actor=who), found.round_id)
        free = queries.ready_assignments(db, who, found.round_id, without=locked)
    context = _context(found, criterion, answer)
    context |= {
        "ready": len(free),
        "locked": found.ready - len(free),
        "rounds": rounds,
        "by_points": by_points,
        "groups": _groups(found, criterion, by_points=by_points),
        "passages": _passages(found, criterion),
        "spreads": {one.id: found.spread(one) for one in found.rubric.criteria},
        "before": listed[at - 1] if at else None,
        "after": listed[at + 1] if at + 1 < len(listed) else None,
        "place": at + 1,
        "address": lambda key, **more: _address(found, key, **more),
        "refusal_of": lambda row: _refusal(found, row),
    }
    page = render_template("reviews/series.html", **context)
    refused = answer.refused if answer else None
    return make_response(page, status_of(refused) if refused else 200)


def _answer(found: Series, criterion: Criterion, answer: Answer) -> Response:
    """Answer one save: the row's state line and version, its marks, and the statistics."""
    context = _context(found, criterion, answer)
    context["is_answer"] = True
    context["row"] = next(one for one in found.rows if one.review_id == answer.review_id)
    body = render_template("reviews/_series_answer.html", **context)
    return make_response(body, status_of(answer.refused) if answer.refused else 200)


def _context(found: Series, criterion: Criterion, answer: Answer | None) -> dict[str, Any]:
    refused = answer.refused if answer else None
    return {
        "series": found,
        "rubric": found.rubric,
        "criterion": criterion,
        "spread": found.spread(criterion),
        "shown_points": shown_points,
        "answer": answer,
        "stale": refused if isinstance(refused, StaleSave) else None,
        "error": words(refused) if refused else "",
        "is_answer": False,
        "changes": text_changes.marked,
    }


def _groups(
    found: Series, criterion: Criterion, *, by_points: bool
) -> tuple[tuple[Level | None, tuple[SeriesRow, ...]], ...]:
    """Return the rows in one group as they were rated, or a group for each level."""
    rows = found.in_order(criterion, by_points=by_points)
    if not by_points:
        return ((None, rows),)
    groups: list[tuple[Level | None, tuple[SeriesRow, ...]]] = [
        (level, found.at_level(criterion, level)) for level, _low, _high in criterion.level_ranges()
    ]
    unrated = tuple(row for row in rows if row.line(criterion.id).points is None)
    return (
        *((level, own) for level, own in groups if own),
        *(((None, unrated),) if unrated else ()),
    )


def _passages(found: Series, criterion: Criterion) -> tuple[tuple[Level, int, int, int, Any], ...]:
    """Return each level with its points, how many reports earned it, and by which passages."""
    return tuple(
        (
            level,
            lowest,
            highest,
            len(rows),
            tuple((row, cited) for row in rows for cited in row.evidence.get(criterion.id, ())),
        )
        for level, lowest, highest in criterion.level_ranges()
        for rows in (found.at_level(criterion, level),)
    )


def _refusal(found: Series, row: SeriesRow) -> str:
    """Return why a row cannot be written now, or nothing."""
    if row.state == "submitted":
        return str(_("submitted"))
    refusal = phase_refusal(found.phase, Act.REVIEW_REVISE if row.is_reopened else Act.REVIEW)
    return _(refusal) if refusal else ""


def _address(found: Series, criterion: str, **more: Any) -> str:
    rubric = found.rubric_hash if found.others else None
    order = "points" if request.values.get("order") == "points" else None
    values = {"round": found.round_id, "rubric": rubric, "criterion": criterion, "order": order}
    return url_for("reviews.series", **(values | more))
