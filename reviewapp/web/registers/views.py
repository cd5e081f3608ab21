"""Registers: list and search, edit, import from Excel with a preview, export."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.adapters.spreadsheets import XLSX, SheetRows, read_sheet, write_sheet
from reviewapp.adapters.storage import TooLarge
from reviewapp.db.queries import registers as queries
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.services import registers
from reviewapp.services.registers import REGISTERS, Register
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import now, parts, read, transaction

bp = Blueprint("registers", __name__)
PAGE_SIZE = 50
MAX_LIST_BYTES = 10_000_000


@bp.get("/registers")
@requires(Permission.REGISTER_READ)
def index() -> str:
    """Show the three registers."""
    with read() as db:
        counts = queries.counts(db)
    return render_template("registers/index.html", registers=REGISTERS.values(), counts=counts)


@bp.get("/registers/<slug>")
@requires(Permission.REGISTER_READ)
def show(slug: str) -> str:
    """Show one page of a register."""
    register, text = _register(slug), request.args.get("q", "").strip()
    paging = Paging(asked_page(), PAGE_SIZE)
    with read() as db:
        lines, total = queries.entries(db, slug, text=text, offset=paging.offset, limit=PAGE_SIZE)
    return render_template(
        "registers/show.html",
        register=register,
        lines=lines,
        text=text,
        paging=Paging(paging.page, PAGE_SIZE, total),
        warning_for=registers.warning_for,
    )


@bp.route("/registers/<slug>/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
@keeps_text
def create(slug: str) -> object:
    """Add an entry."""
    return _edit(_register(slug), None, dict(request.form))


@bp.route("/registers/<slug>/<uuid:entry_id>", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
@keeps_text
def edit(slug: str, entry_id: UUID) -> object:
    """Change an entry."""
    register = _register(slug)
    with read() as db:
        line = queries.entry(db, slug, entry_id)
    if line is None:
        raise NotFound(N_("There is no such entry."))
    return _edit(register, line, dict(request.form) or line.values)


@bp.post("/registers/<slug>/<uuid:entry_id>/use")
@requires(Permission.REGISTER_EDIT)
def set_active(slug: str, entry_id: UUID) -> object:
    """Take an entry out of use or back."""
    with transaction() as db:
        registers.set_active(
            db,
            _register(slug),
            entry_id,
            is_active=request.form.get("use") == "1",
            actor=current_identity(),
            now=now(),
        )
    return redirect(url_for("registers.edit", slug=slug, entry_id=entry_id), 303)


@bp.route("/registers/<slug>/import", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def import_list(slug: str) -> object:
    """Read an Excel list and show what it would do, row by row."""
    register = _register(slug)
    if request.method == "GET":
        return render_template("registers/import.html", register=register, plans=None, error="")
    try:
        sha256, sheet = _uploaded_list()
        unread = registers.unread_headings(register, sheet.header)
    except DomainError as refused:
        page = render_template(
            "registers/import.html", register=register, plans=None, error=words(refused)
        )
        return page, status_of(refused)
    with read() as db:
        plans = registers.plan_import(db, register, sheet.rows)
    return render_template(
        "registers/import.html",
        register=register,
        plans=plans,
        unread=unread,
        sha256=sha256,
        error="",
        words=words,
    )


@bp.post("/registers/<slug>/import/taken")
@requires(Permission.REGISTER_EDIT)
def take_list(slug: str) -> object:
    """Take the list that was previewed, in one act."""
    register = _register(slug)
    try:
        sheet = read_sheet(parts().storage.read(request.form.get("sha256", "")))
    except FileNotFoundError:
        raise NotFound(N_("The list is no longer there; choose it again.")) from None
    with transaction() as db:
        added, changed = registers.import_rows(
            db, register, sheet.rows, actor=current_identity(), now=now()
        )
    flash(_("%(added)s added, %(changed)s changed.", added=added, changed=changed))
    return redirect(url_for("registers.show", slug=slug), 303)


@bp.get("/registers/<slug>.xlsx")
@requires(Permission.REGISTER_READ)
def export(slug: str) -> Response:
    """Export the whole register with the headings that the import knows."""
    register = _register(slug)
    with read() as db:
        lines, _total = queries.entries(db, slug, limit=1_000_000)
    content = write_sheet(
        slug,
        [column.headings[0] for column in register.columns],
        ([line.values[column.name] for column in register.columns] for line in lines),
    )
    return Response(
        content,
        mimetype=XLSX,
        headers={"Content-Disposition": f"attachment; filename={slug}.xlsx"},
    )


def _register(slug: str) -> Register:
    if slug not in REGISTERS:
        raise NotFound(N_("There is no such page, or not for your account."))
    return REGISTERS[slug]


def _edit(register: Register, line: queries.EntryLine | None, values: dict[str, str]) -> object:
    error, field, status = "", "", 200
    if request.method == "POST":
        try:
            with transaction() as db:
                registers.save(
                    db,
                    register,
                    line.id if line else None,
                    values,
                    actor=current_identity(),
                    now=now(),
                )
            caution = registers.warning_for(register, values)
            flash(_(caution.message, **caution.values) if caution else _("Saved."))
            return redirect(url_for("registers.show", slug=register.slug), 303)
        except DomainError as refused:
            error, field, status = words(refused), refused.field, status_of(refused)
    page = render_template(
        "registers/edit.html",
        register=register,
        line=line,
        values=values,
        error=error,
        field_name=field,
    )
    return page, status


def _uploaded_list() -> tuple[str, SheetRows]:
    file = request.files.get("list")
    if file is None or not file.filename:
        raise Invalid(N_("Choose an Excel list (.xlsx)."))
    storage = parts().storage
    try:
        with storage.receive(file.stream, MAX_LIST_BYTES) as received:
            sheet = read_sheet(received.path)
            storage.keep(received)
            return received.sha256, sheet
    except TooLarge:
        raise Invalid(N_("The list is larger than 10 MB.")) from None
