"""The rubrics that rounds have used, with every criterion, level and veto."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from reviewapp.db.queries import rubrics as queries
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.web.support.access import requires
from reviewapp.web.support.parts import read

bp = Blueprint("rubrics", __name__)


@bp.get("/rubrics")
@requires(Permission.RUBRIC_READ)
def index() -> str:
    """List the stored rubrics and the rounds that use them."""
    with read() as db:
        rows = queries.rubric_lines(db)
    return render_template("rubrics/index.html", rows=rows)


@bp.get("/rubrics/<uuid:rubric_id>")
@requires(Permission.RUBRIC_READ)
def show(rubric_id: UUID) -> str:
    """Show one rubric, whole, as it is printed."""
    with read() as db:
        rubric = queries.rubric(db, rubric_id)
    if rubric is None:
        raise NotFound(N_("There is no such rubric."))
    return render_template("rubrics/show.html", rubric=rubric)
