"""Bring files, watch them being read, look through the preview, take or discard it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, cast
from uuid import UUID

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from reviewapp.adapters.intake_words import load_words
from reviewapp.adapters.spreadsheets import XLSX, write_sheet
from reviewapp.db.queries import intakes as queries
from reviewapp.db.queries.intakes import IntakePage, ItemLine
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.intake import IntakeWords, plain_agency
from reviewapp.domain.lifecycle import Act
from reviewapp.domain.policy import Identity, Permission, Role
from reviewapp.services import intake_parts, intakes, reports
from reviewapp.services.intakes import Choice
from reviewapp.services.uploads import Brought, bring
from reviewapp.web.intakes import bp
from reviewapp.web.intakes.doubts import sentence
from reviewapp.web.intakes.fields import Chosen, file_limits, is_rearranged, rearranged
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done, page_or_blocks
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import now, parts, read, transaction


@bp.get("/intakes")
@requires(Permission.REPORT_UPLOAD)
def index() -> str:
    """Show the rounds that take reports, and what became of one's own uploads."""
    who = current_identity()
    phases = ("preparation",) if who.role is Role.EXPERT else ("preparation", "rating")
    with read() as db:
        rounds = queries.open_rounds(db, phases)
        uploads = queries.uploads_of(db, who.id)
    return render_template("intakes/index.html", rounds=rounds, uploads=uploads)


@bp.get("/intakes/list.xlsx")
@requires(Permission.REPORT_UPLOAD)
def blank_list() -> Response:
    """Hand out an empty list with the headings that are known."""
    content = write_sheet("list", _headings(_list_words()), [])
    disposition = "attachment; filename=list.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": disposition})


@bp.route("/rounds/<uuid:round_id>/intakes/new", methods=["GET", "POST"])
@requires(Permission.REPORT_UPLOAD)
def new(round_id: UUID) -> object:
    """Bring files into a round."""
    who = current_identity()
    with read() as db:
        # Asked before anything is received: nobody should wait for 2 GB to hear of the phase.
        reports.open_round(db, round_id, Act.REPORT_UPLOAD, who)
    if request.method == "GET":
        return _new_page(round_id)
    try:
        brought = _receive()
    except DomainError as refused:
        return _new_page(round_id, refused)
    with transaction() as db:
        one_report = bool(request.form.get("one_report"))
        made = intakes.begin(
            db, parts().queue, round_id, brought, actor=who, now=now(), one_report=one_report
        )
    return done(url_for("intakes.show", intake_id=made.id))


@bp.get("/intakes/<uuid:intake_id>")
@requires(Permission.REPORT_UPLOAD)
def show(intake_id: UUID) -> Response:
    """Show how far the reading is, then the preview, then what was taken."""
    return show_page(the_intake(intake_id))


@bp.post("/intakes/<uuid:intake_id>/take")
@requires(Permission.REPORT_UPLOAD)
def take(intake_id: UUID) -> Response:
    """Take the ticked items in one act."""
    page, who = the_intake(intake_id), current_identity()
    chosen = chosen_in(page)
    try:
        with read() as db:
            choices = _choices(page, chosen, dict(_agencies(queries.agency_choices(db))))
        moved = {
            item.id: rearranged(item)
            for item in page.items
            if chosen[item.id].is_ticked and is_rearranged(item)
        }
        with transaction() as db:
            for item_id, (placed, made) in moved.items():
                intake_parts.arrange(db, intake_id, item_id, placed, made, actor=who, now=now())
            taken = intakes.take(db, parts().queue, intake_id, choices, actor=who, now=now())
    except Invalid as refused:
        return show_page(page, chosen, refused)
    count = len(taken.reports)
    flash(ngettext("%(num)s report taken.", "%(num)s reports taken.", count))
    if taken.already_here:
        flash(
            ngettext(
                "%(num)s file came into the round meanwhile and was left out.",
                "%(num)s files came into the round meanwhile and were left out.",
                taken.already_here,
            )
        )
    return done(url_for("intakes.show", intake_id=intake_id))


@bp.post("/intakes/<uuid:intake_id>/discard")
@requires(Permission.REPORT_UPLOAD)
def discard(intake_id: UUID) -> Response:
    """Give an intake up."""
    with transaction() as db:
        intake = intakes.discard(db, intake_id, actor=current_identity(), now=now())
    flash(_("Discarded. No report was made of these files."))
    return done(url_for("intakes.new", round_id=intake.round_id))


def _receive() -> list[Brought]:
    limits = file_limits()
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        raise Invalid(N_("Choose the reports first: PDF files, or a ZIP."), field="files")
    if len(files) > limits.max_members:
        raise Invalid(
            N_("At most %(limit)s files at once. Bring the rest afterwards."),
            field="files",
            limit=limits.max_members,
        )
    storage = parts().storage
    return [
        bring(storage, cast(BinaryIO, file.stream), file.filename or "", limits) for file in files
    ]


def _new_page(round_id: UUID, refused: DomainError | None = None) -> Response:
    who, config = current_identity(), parts().config
    about_round(round_id)
    only = None if who.may(Permission.REPORT_MANAGE) else who.id
    with read() as db:
        round_ = queries.round_line(db, round_id)
        waiting = queries.waiting_intakes(db, round_id, uploaded_by=only)
    return page_or_blocks(
        "intakes/new.html",
        "form",
        status=status_of(refused) if refused else 200,
        round=round_,
        round_id=round_id,
        tab="reports",
        waiting=waiting,
        headings=_headings(_list_words()),
        limits={
            "file": config.max_upload_bytes // 1_000_000,
            "pages": config.max_pages,
            "archive": config.max_archive_bytes // 1_000_000_000,
            "members": config.max_archive_members,
        },
        error=words(refused) if refused else "",
    )


def show_page(
    page: IntakePage,
    chosen: Mapping[UUID, Chosen] | None = None,
    refused: DomainError | None = None,
) -> Response:
    """Show an intake: with what was typed after a refusal, else with what is proposed."""
    about_round(page.round_id)
    with read() as db:
        agencies = queries.agency_choices(db)
    values = chosen or {item.id: _proposed(page, item, dict(agencies)) for item in page.items}
    places = request.form if chosen else {}
    return page_or_blocks(
        "intakes/show.html",
        "intake",
        status=status_of(refused) if refused else 200,
        intake=page,
        round_id=page.round_id,
        tab="reports",
        agencies=agencies,
        values=values,
        places=places,
        sentence=sentence,
        blocked=sum(item.is_blocked for item in page.items),
        doubtful=sum(bool(item.doubts) and not item.is_blocked for item in page.items),
        error=words(refused) if refused else "",
    )


def the_intake(intake_id: UUID) -> IntakePage:
    """Return an intake that the person may see. Raises NotFound."""
    who = current_identity()
    only = None if who.may(Permission.REPORT_MANAGE) else who.id
    with read() as db:
        page = queries.intake_page(db, intake_id, only_of=only)
    if page is None or not _may_see(page, who):
        raise NotFound(N_("There is no such page, or not for your account."))
    return page


def _proposed(page: IntakePage, item: ItemLine, names: Mapping[UUID, str]) -> Chosen:
    """Return what stands in a row's fields: what was typed before files were put together."""
    typed = page.typed.get(str(item.id))
    if typed is not None:
        return Chosen(typed["is_ticked"] and not item.is_blocked, typed["kind"], typed["agency"])
    agency = names.get(item.agency_id, "") if item.agency_id else ""
    return Chosen(not item.is_blocked, item.kind, agency)


def _may_see(page: IntakePage, who: Identity) -> bool:
    return intake_parts.may_see(page.uploaded_by, who)


def chosen_in(page: IntakePage) -> dict[UUID, Chosen]:
    """Return what stands in the fields of the preview as it was sent.

    The kind that was chosen for all goes to the rows that have none of their own.
    """
    ticked = set(request.form.getlist("items"))
    for_all = request.form.get("kind-all", "")
    return {
        item.id: Chosen(
            str(item.id) in ticked,
            request.form.get(f"kind-{item.id}") or for_all,
            request.form.get(f"agency-{item.id}", "").strip(),
        )
        for item in page.items
    }


def _choices(
    page: IntakePage, chosen: Mapping[UUID, Chosen], agencies: Mapping[str, UUID]
) -> list[Choice]:
    return [
        _choice(item, chosen[item.id], agencies) for item in page.items if chosen[item.id].is_ticked
    ]


def _choice(item: ItemLine, chosen: Chosen, agencies: Mapping[str, UUID]) -> Choice:
    agency_id = agencies.get(plain_agency(chosen.agency)) if chosen.agency else None
    if chosen.agency and agency_id is None:
        raise Invalid(N_("The agency “%(name)s” is not in the register."), name=chosen.agency[:80])
    return Choice(item.id, chosen.kind, agency_id)


def _agencies(rows: tuple[tuple[UUID, str], ...]) -> list[tuple[str, UUID]]:
    return [(plain_agency(name), key) for key, name in reversed(rows)]


def _list_words() -> IntakeWords:
    return load_words(parts().config.rubrics_dir / "intake.yaml")


def _headings(known: IntakeWords) -> list[str]:
    """Return the first spelling of each column."""
    first: dict[str, str] = {}
    for heading, column in known.columns.items():
        first.setdefault(column, heading)
    return list(first.values())
