"""The trail for auditors: search, proof of integrity, export."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries.records import EventSearch, event_kinds, event_lines
from reviewapp.domain.policy import Permission
from reviewapp.services import audit
from reviewapp.web.support.access import requires
from reviewapp.web.support.event_words import changes_in, event_word
from reviewapp.web.support.filters import exact
from reviewapp.web.support.fragments import done
from reviewapp.web.support.frame import word
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import SHANGHAI, now, read, transaction

bp = Blueprint("records", __name__)
PAGE_SIZE = 100
EXPORT_LIMIT = 50_000


@bp.get("/records")
@requires(Permission.RECORD_READ)
def index() -> str:
    """Show the trail, newest first."""
    search, paging = _search(), Paging(asked_page(), PAGE_SIZE)
    with read() as db:
        lines, total = event_lines(db, search, offset=paging.offset, limit=PAGE_SIZE)
        kinds = event_kinds(db)
    return render_template(
        "records/index.html",
        lines=lines,
        kinds=[(kind, event_word(kind)) for kind in kinds],
        search=search,
        paging=Paging(paging.page, PAGE_SIZE, total),
        query={"since": "", "until": ""} | _query(),
        changes=changes_in(lines),
        event_word=event_word,
        proof=None,
    )


@bp.route("/records/proof", methods=["GET", "POST"])
@requires(Permission.RECORD_READ)
def proof() -> object:
    """Walk the whole chain and say whether it holds; a POST puts that on record."""
    with read() as db:
        count, breaks = audit.verify(db)
    if request.method == "POST":
        with transaction() as db:
            audit.attest(db, count, len(breaks), actor=current_identity(), now=now())
        flash(_("The verification is on record."))
        return done(url_for("records.proof"))
    return render_template("records/proof.html", count=count, breaks=breaks[:50])


@bp.get("/records.csv")
@requires(Permission.RECORD_READ)
def export() -> Response:
    """Export what the search finds as CSV that Excel and WPS open right (UTF-8 with BOM)."""
    import csv
    import io

    with read() as db:
        lines, _total = event_lines(db, _search(), limit=EXPORT_LIMIT)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_columns())
    changes = changes_in(lines)
    for line in lines:
        row = [
            line.number,
            exact(line.at),
            event_word(line.kind),
            line.actor_name,
            word("role", line.actor_role),
            line.subject_type,
            line.subject_title,
            "；".join(changes(line)),
            line.program_version,
            line.rubric_version,
            line.previous_hash,
            line.hash,
        ]
        writer.writerow([_harmless(value) for value in row])
    return Response(
        "\ufeff" + out.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=records.csv"},
    )


def _columns() -> list[str]:
    return [
        _("No."),
        _("When"),
        _("What happened"),
        _("Who"),
        _("Role"),
        _("Kind of thing"),
        _("To what"),
        _("Changes"),
        _("Program"),
        _("Rubric"),
        _("Hash of the entry before"),
        _("Hash"),
    ]


def _harmless(value: object) -> object:
    """Keep a spreadsheet from reading a typed text as a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def _query() -> dict[str, str]:
    keys = ("q", "kind", "actor", "since", "until")
    return {key: request.args[key] for key in keys if request.args.get(key)}


def _search() -> EventSearch:
    until = _day(request.args.get("until", ""))
    return EventSearch(
        text=request.args.get("q", "").strip(),
        kind=request.args.get("kind", ""),
        actor=request.args.get("actor", "").strip(),
        since=_day(request.args.get("since", "")),
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
