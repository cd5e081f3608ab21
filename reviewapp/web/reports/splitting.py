"""The page on which a file that holds several reports is split, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from reviewapp.db.queries import originals as queries
from reviewapp.db.queries import reports as report_queries
from reviewapp.db.queries.originals import SourceLine, SplitLine
from reviewapp.domain import ranges
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.intake import kind_from_title
from reviewapp.domain.policy import Permission
from reviewapp.domain.ranges import Cut
from reviewapp.services import splitting
from reviewapp.services.originals import Duplicate
from reviewapp.web.reports import bp
from reviewapp.web.reports.manage import act_page
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import words
from reviewapp.web.support.fragments import done
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction

SPARE_ROWS = 2  # empty rows beside the proposed ones
MOST_ROWS = ranges.MOST


@dataclass(frozen=True)
class Row:
    """The fields of one range as they stand; `shown` is the page whose picture is shown."""

    number: int
    first: str
    last: str
    kind: str
    title: str
    shown: int | None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is asked for."""
        return not (self.first or self.last or self.title)


@bp.app_template_global()
def split_of(report_id: UUID) -> SplitLine | None:
    """Tell templates into what a report was split; None where no split stands."""
    with read() as db:
        return queries.split_of(db, report_id)


@bp.app_template_global()
def source_of(report_id: UUID) -> SourceLine | None:
    """Tell templates out of which file a report was cut, if it was."""
    with read() as db:
        return queries.source_of(db, report_id)


@bp.app_template_global()
def why_no_split(report_id: UUID) -> str:
    """Tell templates why the officer cannot split a report now; "" where it can be split."""
    with read() as db:
        try:
            splitting.may_split(db, report_id, actor=current_identity())
        except DomainError as refused:
            return words(refused)
    return ""


@bp.route("/reports/<uuid:report_id>/split", methods=["GET", "POST"])
@requires(Permission.REPORT_MANAGE)
def split(report_id: UUID) -> Response:
    """Show the proposed ranges; sent, make the reports, or only show the pages anew (`look`)."""
    who = current_identity()
    with read() as db:
        version = splitting.may_split(db, report_id, actor=who)
        precheck = report_queries.precheck_line(db, version.id)
        page = report_queries.report_page(db, report_id)
    if page is None:
        raise NotFound(N_("There is no such report."))
    pages = version.pages or 1
    more: dict[str, Any] = {"version": version, "pages": pages, "precheck": precheck}
    if request.method == "GET":
        rows = _proposed(precheck.answer.get("reports") or (), page.title, page.kind, pages)
        return _page(report_id, rows, **more)
    rows = _sent(pages)
    try:
        cuts = _cuts(rows)
        if "look" in request.form:
            return _page(report_id, rows, **more)
        ranges.check(cuts, pages)
        if ranges.left_out(cuts, pages) and not request.form.get("leave"):
            raise Invalid(N_("Some pages are in no report: see below, and say that this is meant."))
        sliced = splitting.slices(parts().storage, version.sha256, pages, cuts)
        with transaction() as db:
            made = splitting.split(
                db, parts().queue, report_id, sliced, sha256=version.sha256, actor=who, now=now()
            )
    except (Invalid, Duplicate) as refused:
        return _page(report_id, rows, refused, **more)
    flash(
        ngettext(
            "Split into %(num)s report; the precheck reads it in the background.",
            "Split into %(num)s reports; the precheck reads them in the background.",
            len(made),
        )
    )
    return done(url_for("reports.show", report_id=report_id))


@bp.post("/reports/<uuid:report_id>/split/undo")
@requires(Permission.REPORT_MANAGE)
def undo_split(report_id: UUID) -> Response:
    """Take a split back."""
    with transaction() as db:
        splitting.undo(db, report_id, actor=current_identity(), now=now())
    flash(_("The split is taken back: its reports are withdrawn, this one waits to be taken in."))
    return done(url_for("reports.show", report_id=report_id))


def _page(
    report_id: UUID, rows: list[Row], refused: DomainError | None = None, **more: Any
) -> Response:
    pages = more["pages"]
    try:
        out = ranges.left_out(_cuts(rows), pages) if rows else ()
    except Invalid:
        out = ()
    found = sum(not row.is_empty for row in rows)
    return act_page(
        "reports/split.html",
        report_id,
        refused,
        rows=rows,
        left_out=out if found else (),
        is_last=len(rows) >= MOST_ROWS,
        **more,
    )


def _proposed(found: Any, title: str, kind: str, pages: int) -> list[Row]:
    rows = [
        Row(
            number,
            str(one["first"]),
            str(one["last"]),
            kind_from_title(str(one["title"])) or kind,
            str(one["title"]),
            int(one["first"]),
        )
        for number, one in enumerate(found, 1)
    ]
    if not rows:
        rows = [Row(1, "1", "", kind, title, 1)]
    return _with_spares(rows, kind)


def _with_spares(rows: list[Row], kind: str) -> list[Row]:
    full = [row for row in rows if not row.is_empty][:MOST_ROWS]
    count = min(len(full) + SPARE_ROWS, MOST_ROWS)
    full += [Row(number, "", "", kind, "", None) for number in range(len(full) + 1, count + 1)]
    return [
        Row(number, row.first, row.last, row.kind, row.title, row.shown)
        for number, row in enumerate(full, 1)
    ]


def _sent(pages: int) -> list[Row]:
    rows = []
    for number in range(1, MOST_ROWS + 1):
        if f"first-{number}" not in request.form:
            break
        first = request.form[f"first-{number}"].strip()
        page = int(first) if first.isdecimal() and len(first) < 6 else 0
        shown = page if 1 <= page <= pages else None
        rows.append(
            Row(
                number,
                first,
                request.form.get(f"last-{number}", "").strip(),
                request.form.get(f"kind-{number}", ""),
                request.form.get(f"title-{number}", "").strip(),
                shown,
            )
        )
    return _with_spares(rows, rows[0].kind if rows else "key-project")


def _cuts(rows: list[Row]) -> list[Cut]:
    """Return the ranges that are asked for. Raises Invalid for what is no number."""
    return [
        Cut(
            ranges.page_number(row.first, f"first-{row.number}"),
            ranges.page_number(row.last, f"last-{row.number}"),
            row.kind,
            row.title,
        )
        for row in rows
        if not row.is_empty
    ]
