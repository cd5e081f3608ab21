"""The package to take along; what a filled form would change; taking it in one act.

The preview carries what the form says, so that nothing is kept of a form that is not taken.
"""

from __future__ import annotations

import json
import zipfile
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, send_file, url_for
from flask_babel import ngettext

from reviewapp.adapters import offline_form, rubric_pdf
from reviewapp.domain.errors import N_, Conflict, DomainError, Invalid
from reviewapp.domain.offline import Comparison, Doubt, Filled, Line, Row, Stamp
from reviewapp.domain.policy import Permission
from reviewapp.services import offline
from reviewapp.web.offline import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.filters import titled
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction

_IN_MEMORY = 20_000_000  # bytes of a package; a larger one goes through a file


@bp.get("/reviews/<uuid:review_id>/offline")
@requires(Permission.REVIEW_WRITE)
def show(review_id: UUID) -> Response:
    """Offer the package, and the place where a filled form is brought back."""
    return _page(review_id)


@bp.get("/reviews/<uuid:review_id>/offline.zip")
@requires(Permission.REVIEW_WRITE)
def package(review_id: UUID) -> Response:
    """Hand out the report, the rubric and the form with what is rated so far."""
    with read() as db:
        made = offline.package(db, review_id, actor=current_identity())
    words_ = _words()
    title = _safe(made.title)
    form = offline_form.write(
        words_, titled(made.title), made.rubric, made.stamp, made.rows, offline.LIMITS
    )
    # Closed by the response, which outlives this function.
    out = cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(words_.form_file, form)
        archive.writestr(words_.rubric_file, rubric_pdf.to_pdf(made.rubric))
        with parts().storage.local_path(made.sha256) as path:
            archive.write(path, f"{title}.pdf", zipfile.ZIP_STORED)
    out.seek(0)
    return send_file(
        out, mimetype="application/zip", as_attachment=True, download_name=f"{title}.zip"
    )


@bp.post("/reviews/<uuid:review_id>/offline")
@requires(Permission.REVIEW_WRITE)
def upload(review_id: UUID) -> Response:
    """Show what a filled form would change, with every doubt; nothing is saved."""
    who = current_identity()
    with read() as db:
        offline.own(db, review_id, who)  # before anything of the file is looked at
    try:
        file = request.files.get("file")
        content = file.stream.read(offline_form.MAX_BYTES + 1) if file else b""
        if not content:
            raise Invalid(N_("Choose the filled form, an .xlsx file."), field="file")
        filled = offline_form.read(_words(), content)
    except DomainError as refused:
        return _page(review_id, refused)
    return _preview(review_id, filled)


@bp.post("/reviews/<uuid:review_id>/offline/take")
@requires(Permission.REVIEW_WRITE)
def take(review_id: UUID) -> Response:
    """Save what was chosen of the previewed form, in one act."""
    form = request.form
    with read() as db:
        offline.own(db, review_id, current_identity())
    try:
        filled = _carried()
    except DomainError as refused:
        return _page(review_id, refused)
    names = [row.name for row in filled.rows]
    try:
        with transaction() as db:
            taken = offline.take(
                db,
                review_id,
                filled,
                choices={name: form.get(f"take-{name}", "") for name in names},
                seen={name: _number(form.get(f"seen-{name}", "")) for name in names},
                actor=current_identity(),
                now=now(),
            )
    except DomainError as refused:
        return _preview(review_id, filled, refused)
    flash(ngettext("%(num)s part taken.", "%(num)s parts taken.", taken))
    return done(url_for("reviews.show", review_id=review_id))


def said(doubt: Doubt) -> str:
    """Return a doubt in the reader's language."""
    error = Conflict(doubt.message)
    error.values = dict(doubt.values)
    return words(error)


def _carried() -> Filled:
    """Read the form back from the preview's own fields."""
    try:
        stamp = json.loads(request.form.get("stamp", ""))
    except (ValueError, RecursionError):
        stamp = None
    names = list(dict.fromkeys(request.form.getlist("name")))
    return Filled(
        Stamp.from_json(stamp),
        tuple(
            Row(
                number,
                name,
                request.form.get(f"points-{name}", ""),
                request.form.get(f"text-{name}", "").replace("\r\n", "\n"),
            )
            for number, name in enumerate(names, start=1)
        ),
    )


def _preview(review_id: UUID, filled: Filled, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = offline.own(db, review_id, current_identity())
        found: Comparison = offline.look(db, review_id, filled, actor=current_identity())
    rows = {row.name: row for row in reversed(filled.rows)}
    return make_response(
        render_template(
            "offline/preview.html",
            review=page,
            found=found,
            changes=[line for line in found.open if line.act != "choose"],
            choices=[line for line in found.open if line.act == "choose"],
            doubtful=sum(1 for line in found.open if line.doubts),
            same=len(found.lines) - len(found.open),
            carried=[rows[line.name] for line in found.lines],
            stamp=json.dumps(filled.stamp.to_json()),
            shown=_shown,
            said=said,
            typed=request.form,
            error=words(refused) if refused else "",
            field_name=(refused.field or "") if refused else "",
        ),
        status_of(refused) if refused else 200,
    )


def _page(review_id: UUID, refused: DomainError | None = None) -> Response:
    with read() as db:
        page = offline.own(db, review_id, current_identity())
    closed = offline.refusal_of(page)
    body = render_template(
        "offline/show.html",
        review=page,
        words=_words(),
        closed=closed or "",
        error=words(refused) if refused else "",
    )
    return make_response(body, status_of(refused) if refused else 200)


def _shown(line: Line, whose: str) -> tuple[str, str]:
    """Return the points (or whether a veto is claimed) and the text of one side of a line."""
    value = {"mine": line.mine, "theirs": line.theirs, "before": line.before or {}}[whose]
    if line.name.startswith("veto-"):
        points = _words().claimed if value.get("claimed") else ""
    else:
        points = value.get("points", "")
    return points, value.get("reason") or value.get("ground") or value.get("opinion") or ""


def _words() -> offline_form.Wording:
    return offline_form.load(parts().config.rubrics_dir)


def _safe(title: str) -> str:
    """Return a title as a file may be called on every system."""
    return "".join("_" if sign in '\\/:*?"<>|' else sign for sign in title).strip(" .")[:80] or "1"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1
