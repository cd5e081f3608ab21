"""Home and health."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for

from reviewapp.db.queries import agency_reminders
from reviewapp.db.queries.expert_tasks import Exercise
from reviewapp.db.queries.panel import own_reminders
from reviewapp.db.queries.standing import standing
from reviewapp.db.queries.waiting import has_accounts, home_page
from reviewapp.domain.policy import Permission
from reviewapp.services import practice
from reviewapp.web.support.access import public, signed_in
from reviewapp.web.support.deadlines import left
from reviewapp.web.support.identity import current_identity, is_signed_in
from reviewapp.web.support.parts import now, read, today
from reviewapp.web.support.pictures import distribution

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> Response | str:
    """Send to what waits, to the sign-in, or on an empty installation to the set-up."""
    if is_signed_in():
        return redirect(url_for("home.waiting"))  # type: ignore[return-value]
    with read() as session:
        empty = not has_accounts(session)
    return redirect(url_for("accounts.setup" if empty else "accounts.sign_in"))  # type: ignore[return-value]


@bp.get("/home")
@signed_in
def waiting() -> str:
    """List what waits for the person, most urgent first."""
    with read() as session:
        who = current_identity()
        page = home_page(
            session,
            who,
            now=now(),
            today=today(),
            exercises=_exercises(practice.own(session, actor=who)),
        )
        reminders = own_reminders(session, who) + agency_reminders.own_reminders(session, who)
        present = standing(session) if who.may(Permission.ROUND_READ) else None
    stripes = distribution(present.letters) if present else ()
    return render_template(
        "home/waiting.html",
        page=page,
        present=present,
        stripes=stripes,
        left=left,
        reminders=reminders,
    )


def _exercises(found: list[practice.Practice]) -> list[Exercise]:
    return [
        Exercise(
            one.reference.id,
            one.round.id,
            one.report.kind,
            one.report.title,
            one.is_required,
            one.is_begun,
        )
        for one in found
        if one.is_open
    ]


@bp.get("/health")
@public
def health() -> Response:
    """Say that the web process answers and reaches its database."""
    with read() as session:
        has_accounts(session)
    return jsonify(status="ok")
