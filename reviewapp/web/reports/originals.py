"""The files of a report: originals handed out, and new versions of one file or of several."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import Response, flash, g, request, send_file, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import originals as queries
from reviewapp.db.queries.originals import PartLine
from reviewapp.domain import bundle
from reviewapp.domain.bundle import PART_KINDS, Part
from reviewapp.domain.errors import N_, Invalid, NotFound
from reviewapp.domain.lifecycle import Act
from reviewapp.domain.policy import Permission
from reviewapp.services import originals, reports
from reviewapp.services.originals import Duplicate
from reviewapp.services.uploads import FileLimits, PdfFile, keep_pdf
from reviewapp.web.reports import bp
from reviewapp.web.reports.manage import act_page
from reviewapp.web.reports.opening import open_
from reviewapp.web.reports.words import file_name
from reviewapp.web.support.access import requires
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction

# The fields for new files: several may be chosen in each, and each has its place and its kind.
SLOTS = ("file", "file2", "file3")


@bp.get("/reports/<uuid:report_id>/versions/<int:version>/originals/<int:number>/file")
@requires(Permission.REPORT_READ)
def original(report_id: UUID, version: int, number: int) -> Response:
    """Hand out one of the files that a version was put together from."""
    with read() as db:
        open_(db, report_id, current_identity(), version)
        found = queries.parts_of(db, report_id, version)
    line = next((one for one in found if one.number == number), None)
    if line is None:
        raise NotFound(N_("There is no such file."))
    return hand_out(line.sha256, line.file_name)


def hand_out(sha256: str, name: str) -> Response:
    """Return a kept PDF as a download. Raises NotFound where the store has lost it."""
    try:
        with parts().storage.local_path(sha256) as path:
            handle = path.open("rb")  # stays readable where the path is gone after the block
    except FileNotFoundError:
        raise NotFound(N_("The file is missing in the store; tell the administrator.")) from None
    response = send_file(
        handle,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=file_name(name),
        etag=sha256,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.app_template_global()
def originals_of(report_id: UUID, version: int) -> tuple[PartLine, ...]:
    """Tell templates which files a version was put together from; none for one that came whole.

    Whether the reader may open them is decided by the view that shows the version.
    """
    known: dict[tuple[UUID, int], tuple[PartLine, ...]] = g.setdefault("originals", {})
    key = (report_id, version)
    if key not in known:
        with read() as db:
            known[key] = queries.parts_of(db, report_id, version)
    return known[key]


@bp.app_template_global()
def original_at(report_id: UUID, version: int, page: int) -> PartLine | None:
    """Tell the viewer from which original a page came."""
    found = originals_of(report_id, version)
    return next((one for one in found if one.first_page <= page <= one.last_page), None)


@bp.route("/reports/<uuid:report_id>/versions/new", methods=["GET", "POST"])
@requires(Permission.REPORT_UPLOAD)
def add_version(report_id: UUID) -> Response:
    """Put a new version to a report: a new file, several, or old ones with new ones beside."""
    who, config = current_identity(), parts().config
    with read() as db:
        report = reports.reachable(db, report_id, Act.REPORT_UPLOAD, who)
        standing = originals.parts_of(db, reports.current_version(db, report))
    limits = FileLimits(config.max_upload_bytes, config.max_pages)
    adds = "add" in request.values
    more: dict[str, Any] = {
        "limits": limits,
        "standing": standing,
        "slots": SLOTS,
        "kinds": PART_KINDS,
    }
    if request.method == "GET":
        return act_page("reports/version.html", report_id, adds=adds, typed={}, **more)
    try:
        made = _made_of(standing, limits)
        with transaction() as db:
            reports.add_version(db, parts().queue, report_id, made, actor=who, now=now())
    except (Invalid, Duplicate) as refused:
        typed = dict(request.form)
        return act_page("reports/version.html", report_id, refused, adds=adds, typed=typed, **more)
    flash(_("The new version is stored; the precheck reads it in the background."))
    return done(url_for("reports.show", report_id=report_id))


def _made_of(standing: tuple[Part, ...], limits: FileLimits) -> PdfFile:
    """Return the file that the form asks for, kept. Raises Invalid."""
    chosen: dict[str, Part] = {}
    places: dict[str, str] = {}
    for number, part in enumerate(standing, 1):
        key = f"old{number}"
        if request.form.get(f"keep-{key}"):
            chosen[key] = _of_kind(part, key)
            places[key] = request.form.get(f"place-{key}", str(number))
    kept = {slot: _received(slot, limits) for slot in SLOTS}
    count = len(standing)
    for place, slot in enumerate(SLOTS, count + 1):
        for number, file in enumerate(sorted(kept[slot], key=lambda f: bundle.sort_key(f.name))):
            key = f"{slot}-{number}"
            part = Part(file.name, file.sha256, file.size_bytes, file.pages)
            chosen[key] = _of_kind(part, slot)
            places[key] = request.form.get(f"place-{slot}", "") or str(place)
    ordered = [chosen[key] for key in bundle.numbered(chosen, places)]
    fresh = [file for files in kept.values() for file in files]
    if not fresh and len(ordered) < 2:
        raise Invalid(N_("Choose the report's new PDF."), field="file")
    if len(ordered) == 1:
        return fresh[0]
    return originals.put_together(parts().storage, ordered, limits)


def _of_kind(part: Part, key: str) -> Part:
    kind = request.form.get(f"part-{key}", "") or part.kind
    return Part(part.name, part.sha256, part.size_bytes, part.pages, kind)


def _received(slot: str, limits: FileLimits) -> list[PdfFile]:
    """Keep the files of a field. Raises Invalid, with the file's name where there are several."""
    found = [one for one in request.files.getlist(slot) if one.filename]
    alone = sum(bool(f.filename) for s in SLOTS for f in request.files.getlist(s)) == 1
    kept = []
    for one in found:
        try:
            name = one.filename or ""
            kept.append(keep_pdf(parts().storage, cast(BinaryIO, one.stream), name, limits))
        except Invalid as refused:
            if alone and not any(key.startswith("keep-") for key in request.form):
                raise
            raise originals.with_name(refused, one.filename or "") from refused
    return kept
