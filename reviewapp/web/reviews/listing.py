"""An expert's own assignments, and the way from one of them to its review."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for

from reviewapp.db.queries import own_assignments, own_work, series
from reviewapp.db.queries.expert_tasks import LOCKED
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.policy import Permission
from reviewapp.services import practice, reviews
from reviewapp.web.reviews import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.deadlines import left
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, read, transaction


@bp.get("/reviews")
@requires(Permission.REVIEW_WRITE)
def index() -> str:
    """List one's own assignments, the first due first."""
    with read() as db:
        rows = own_assignments.own_assignments(db, current_identity())
        # Not those that an officer types in from paper: a draft is read by who writes it.
        drafts = [one.review_id for one in rows if one.review_id and one.state == "draft"]
        rounds = series.own_rounds(db, current_identity())
        far = own_work.progress(db, drafts)
        references = practice.own(db, actor=current_identity())
    return render_template(
        "reviews/index.html",
        rows=rows,
        rounds=rounds,
        far=far,
        left=left,
        references=len(references),
        locked=practice.locked(references),
        why_locked=LOCKED,
        unrated=sum(1 for one in references if one.is_open),
    )


@bp.route("/assignments/<uuid:assignment_id>/review", methods=["GET", "POST"])
@requires(Permission.REVIEW_WRITE)
def open_assignment(assignment_id: UUID) -> object:
    """Lead to the review of an assignment; a POST begins it."""
    who = current_identity()
    if request.method == "POST":
        with transaction() as db:
            review_id = reviews.open_review(db, assignment_id, actor=who, now=now()).id
        return done(url_for("reviews.show", review_id=review_id))
    with read() as db:
        line = own_assignments.own_assignment(db, assignment_id, who)
        waits = practice.must_wait(db, assignment_id)
    if line is None:
        raise NotFound(N_("There is no such assignment."))
    if line.state == "paper":
        refusal = N_("An officer is typing in your signed sheet.")
        return render_template("reviews/begin.html", line=line, refusal=refusal, waits=False)
    if line.review_id is not None:
        return redirect(url_for("reviews.show", review_id=line.review_id))
    if line.state in {"declare", "declined"}:
        return redirect(url_for("assignments.declare", assignment_id=assignment_id))
    closed = phase_refusal(line.phase, Act.REVIEW)
    refusal = closed or (practice.FIRST if waits else "")
    return render_template(
        "reviews/begin.html", line=line, refusal=refusal, waits=waits and not closed
    )
