"""What was saved when, two states side by side, an earlier one brought back; and submissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import reviews as queries
from reviewapp.db.queries import submissions
from reviewapp.db.queries.reviews import ReviewPage
from reviewapp.db.queries.submissions import SubmissionPage
from reviewapp.domain.errors import N_, DomainError, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import Rubric
from reviewapp.domain.text_changes import marked
from reviewapp.services import review_restoring
from reviewapp.services.review_states import Change, State, history, said
from reviewapp.web.reviews import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import now, read, transaction

RUNS = 30  # on one page of the list
_PARTS = ("claimed", "ground", "points", "reason", "opinion", "evidence")
_WHOLE = frozenset({"claimed", "points"})  # read as one: never marked sign by sign
_HIDDEN = frozenset({"ids"})  # by which evidence is brought back; its words are shown
RUN = timedelta(seconds=60)  # saves of one field in this time are one line


@dataclass(frozen=True)
class Run:
    """Saves of one field within a minute: the last one stands for them, the others fold away."""

    last: Change
    others: tuple[Change, ...]


@dataclass(frozen=True)
class Difference:
    """What differs in one field: its parts with the pieces of both texts."""

    field: str
    title: str
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@bp.get("/reviews/<uuid:review_id>/states")
@requires(Permission.REVIEW_FILL)
def states(review_id: UUID) -> object:
    """List every saved state of one's own review, newest first, and compare two of them."""
    return _page(review_id)


@bp.post("/reviews/<uuid:review_id>/states/<int:number>/restore")
@requires(Permission.REVIEW_FILL)
def restore(review_id: UUID, number: int) -> object:
    """Bring back a state, or one field of it, as a new state."""
    _own(review_id)
    form = request.form
    try:
        with read() as db:
            state = review_restoring.state_to_restore(db, review_id, number)
        with transaction() as db:
            review_restoring.restore(
                db,
                review_id,
                number,
                state,
                newest=form.get("newest", 0, type=int),
                fields=form.getlist("field"),
                actor=current_identity(),
                now=now(),
            )
    except NotFound:
        raise
    except DomainError as refused:
        return _page(review_id, refused)
    flash(_("Brought back. What stood there before is kept in the list."))
    return done(url_for("reviews.states", review_id=review_id))


@bp.get("/reviews/<uuid:review_id>/submissions/<int:number>")
@requires(Permission.REVIEW_FILL)
def submission(review_id: UUID, number: int) -> str:
    """Show one's own submission as it was frozen."""
    _own(review_id)
    return _submission(review_id, number, is_own=True)


@bp.get("/reviews/<uuid:review_id>/submissions/<int:number>/read")
@requires(Permission.REVIEW_READ)
def read_submission(review_id: UUID, number: int) -> str:
    """Show a submission as it was frozen, also after the review was reopened."""
    return _submission(review_id, number, is_own=False)


def _page(review_id: UUID, refused: DomainError | None = None) -> object:
    review = _own(review_id)
    with read() as db:
        kept = history(db, review_id)
        sent = submissions.submissions(db, review_id)
    by_number = {one.number: one for one in kept}
    newer = by_number.get(request.args.get("newer", 0, type=int)) or (kept[-1] if kept else None)
    older = by_number.get(request.args.get("older", -1, type=int))
    if newer and older is None:
        older = by_number.get(newer.number - 1)
    if newer and older and older.number > newer.number:
        older, newer = newer, older
    runs = _runs(kept)
    paging = Paging(asked_page(), RUNS, len(runs))
    body = render_template(
        "reviews/states.html",
        review=review,
        runs=runs[paging.offset : paging.offset + RUNS],
        paging=paging,
        newest=kept[-1].number if kept else 0,
        older=older,
        newer=newer,
        differences=_differences(older, newer, review.rubric),
        whole=_differences(None, newer, review.rubric),
        sent=sent,
        titles={field: _title(field, review.rubric) for one in kept for field in one.fields},
        excerpt=_excerpt,
        error=words(refused) if refused else "",
    )
    return body, status_of(refused) if refused else 200


def _runs(kept: tuple[Change, ...]) -> list[Run]:
    """Fold saves of one field within a minute; the newest comes first."""
    groups: list[list[Change]] = []
    for one in kept:
        first = groups[-1][0] if groups else None
        if (
            first is not None
            and (first.kind, first.fields, first.saved_by) == ("saved", one.fields, one.saved_by)
            and one.kind == "saved"
            and one.at - first.at < RUN
        ):
            groups[-1].append(one)
        else:
            groups.append([one])
    return [Run(group[-1], tuple(reversed(group[:-1]))) for group in reversed(groups)]


def _differences(
    older: Change | None, newer: Change | None, rubric: Rubric
) -> tuple[Difference, ...]:
    before: State = said(older.state) if older else {}
    after: State = said(newer.state) if newer else {}
    found = []
    for field in _in_order({*before, *after}, rubric):
        old, new = before.get(field, {}), after.get(field, {})
        if old == new:
            continue
        parts = tuple(
            (part, _pieces(part, _shown(part, old), _shown(part, new)))
            for part in sorted({*old, *new} - _HIDDEN, key=_place)
            if _shown(part, old) != _shown(part, new)
        )
        found.append(Difference(field, _title(field, rubric), parts))
    return tuple(found)


def _pieces(part: str, before: str, after: str) -> tuple[tuple[str, str], ...]:
    if part not in _WHOLE:
        return marked(before, after)
    return tuple(piece for piece in (("removed", before), ("added", after)) if piece[1])


def _in_order(fields: set[str], rubric: Rubric) -> list[str]:
    order = [f"{kind}-{one.id}" for one in rubric.criteria for kind in ("criterion", "evidence")]
    order += [f"veto-{one.id}" for one in rubric.vetoes]
    return sorted(fields, key=lambda one: (order.index(one) if one in order else len(order), one))


def _place(part: str) -> tuple[int, str]:
    return (_PARTS.index(part) if part in _PARTS else len(_PARTS), part)


def _shown(part: str, value: dict[str, str]) -> str:
    text = value.get(part, "")
    if part == "claimed":
        return str(_("ticked") if text else _("not ticked"))
    return text


def _excerpt(one: Change) -> str:
    """Return how the text ends that a save left: that is where one typed."""
    if len(one.fields) != 1:
        return ""
    value = one.state[one.fields[0]]
    shown = [part for part in value if part not in _HIDDEN and _shown(part, value)]
    text = " ".join(_shown(part, value) for part in shown)
    return text if len(text) <= 60 else f"…{text[-59:]}"


def _title(field: str, rubric: Rubric) -> str:
    kind, _dash, name = field.partition("-")
    if kind in {"criterion", "evidence"}:
        return rubric.criterion(name).title
    if kind == "veto":
        return rubric.veto(name).ground
    return str(_("Overall opinion"))


def _submission(review_id: UUID, number: int, *, is_own: bool) -> str:
    with read() as db:
        page: SubmissionPage | None = submissions.submission(db, review_id, number)
        others = submissions.submissions(db, review_id)
    if page is None:
        raise NotFound(N_("There is no such review."))
    if not is_own:
        about_round(page.round_id)
    return render_template(
        "reviews/submission.html", page=page, rubric=page.rubric, others=others, is_own=is_own
    )


def _own(review_id: UUID) -> ReviewPage:
    with read() as db:
        page = queries.own_page(db, review_id, current_identity())
    if page is None:
        raise NotFound(N_("There is no such review."))
    return page
