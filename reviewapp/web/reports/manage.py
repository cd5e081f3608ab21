"""What is known of a report, taking it in, withdrawing it, bringing it back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from reviewapp.db.queries import intakes as register
from reviewapp.db.queries.report_metadata import MetadataPage, metadata_page
from reviewapp.domain.errors import N_, DomainError, Invalid
from reviewapp.domain.intake import plain_agency, scaled
from reviewapp.domain.lifecycle import Act, phase_allows
from reviewapp.domain.policy import Permission
from reviewapp.services import reports
from reviewapp.services.originals import Duplicate
from reviewapp.services.report_metadata import FIELDS, GRADES, Metadata, proposal
from reviewapp.web.reports import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.fragments import done, page_or_blocks
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, parts, read, transaction

LABELS = {
    "kind": N_("Kind"),
    "title": N_("Title"),
    "project_name": N_("Project"),
    "unit": N_("Project unit"),
    "department": N_("Department in charge"),
    "agency_id": N_("Agency"),
    "evaluation_year": N_("Evaluated year"),
    "amount_cents": N_("Amount (10,000 yuan)"),
    "stated_score_hundredths": N_("Project score as stated"),
    "evaluation_grade": N_("Project grade as stated"),
}
SOURCES = {
    "person": N_("confirmed by a person"),
    "list": N_("from the list"),
    "precheck": N_("from the precheck"),
    "": N_("guessed from the file name"),
}
# The facts that values of Metadata are read from, for the page on which each stands.
_FACT_OF = {
    "agency_id": "agency",
    "amount_cents": "budget_amount",
    "stated_score_hundredths": "total_score",
    "evaluation_grade": "grade",
}
# How many stored units one typed unit has: 分 in 万元, hundredths in a point.
_SCALE = {"amount_cents": 1_000_000, "stated_score_hundredths": 100}


@bp.app_template_global()
def allowed_in(phase: str, act: str) -> bool:
    """Tell templates whether a round's phase allows an act, by the act's word."""
    return phase_allows(phase, Act(act))


@bp.route("/reports/<uuid:report_id>/edit", methods=["GET", "POST"])
@requires(Permission.REPORT_MANAGE)
@keeps_text
def edit(report_id: UUID) -> Response:
    """Confirm what is known of a report; with `then=take-in`, take it in as well."""
    who = current_identity()
    with read() as db:
        reports.managed(db, report_id, Act.REPORT_CONFIRM, who)
    if request.method == "GET":
        return _edit_page(report_id)
    try:
        with transaction() as db:
            choices = register.agency_choices(db)
            _refuse_overwriting(_page(report_id, metadata_page(db, report_id)), dict(choices))
            metadata = _typed(dict(_agencies(choices)))
            reports.confirm_metadata(db, parts().queue, report_id, metadata, actor=who, now=now())
            if request.form.get("then") == "take-in":
                reports.take_in(db, report_id, actor=who, now=now())
    except Invalid as refused:
        return _edit_page(report_id, refused)
    flash(_("Saved."))
    return done(_address(report_id))


class _Changed(Invalid):
    """A colleague or the precheck changed the details after the form was opened."""


def _refuse_overwriting(page: MetadataPage, agencies: Mapping[UUID, str]) -> None:
    """Raise Invalid where the details are no longer those that the form was filled with."""
    seen = request.form.get("seen", "")
    if seen and seen != _seen(_texts(page.values, agencies)):
        raise _Changed(
            N_("These details have changed meanwhile. Compare them below, then save again.")
        )


def _seen(texts: Mapping[str, str]) -> str:
    """Return a short sign of what a form was filled with."""
    return sha256("\0".join(texts[name] for name in FIELDS).encode()).hexdigest()[:16]


@bp.post("/reports/<uuid:report_id>/take-in")
@requires(Permission.REPORT_MANAGE)
def take_in(report_id: UUID) -> Response:
    """Make an uploaded report part of the round; what it lacks is asked for."""
    try:
        with transaction() as db:
            reports.take_in(db, report_id, actor=current_identity(), now=now())
    except Invalid as refused:
        return _edit_page(report_id, refused, stored=True)
    flash(_("The report is part of the round now. Assign its experts next."))
    return done(_address(report_id))


@bp.route("/reports/<uuid:report_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.REPORT_UPLOAD)
@keeps_text
def withdraw(report_id: UUID) -> Response:
    """Take a report out of the round, with a reason."""
    who, reason = current_identity(), request.form.get("reason", "")
    with read() as db:
        reports.reachable(db, report_id, Act.REPORT_WITHDRAW, who)
    if request.method == "GET":
        return act_page("reports/withdraw.html", report_id, reason="")
    try:
        with transaction() as db:
            reports.withdraw(db, report_id, reason, actor=who, now=now())
    except Invalid as refused:
        return act_page("reports/withdraw.html", report_id, refused, reason=reason)
    flash(_("The report is withdrawn. Its file and its reviews are kept."))
    own_only = not who.may(Permission.REPORT_MANAGE)
    return done(url_for("intakes.index") if own_only else _address(report_id))


@bp.post("/reports/<uuid:report_id>/restore")
@requires(Permission.REPORT_MANAGE)
def restore(report_id: UUID) -> Response:
    """Bring a withdrawn report back."""
    with transaction() as db:
        reports.restore(db, report_id, actor=current_identity(), now=now())
    flash(_("The report is back; it waits to be taken in."))
    return done(_address(report_id))


def _edit_page(
    report_id: UUID, refused: DomainError | None = None, *, stored: bool = False
) -> Response:
    """Render the form: with what was typed after a refusal, else with what is stored."""
    with read() as db:
        page = _page(report_id, metadata_page(db, report_id))
        agencies = register.agency_choices(db)
        proposed = proposal(db, page.facts)
    names = dict(agencies)
    typed = request.method == "POST" and not stored
    now_stored = _texts(page.values, names)
    values = dict(request.form) if typed else now_stored
    notes = {name: _note(page, name, proposed, names) for name in FIELDS}
    if isinstance(refused, _Changed):
        for name in FIELDS:
            if now_stored[name] != values.get(name, ""):
                notes[name] = _("now stored: “%(value)s”", value=now_stored[name] or "–")
    return page_or_blocks(
        "reports/edit.html",
        status=status_of(refused) if refused else 200,
        report=page,
        round_id=page.round_id,
        values={name: values.get(name, "") for name in FIELDS},
        agencies=agencies,
        grades=[(grade, grade) for grade in GRADES],
        labels=LABELS,
        notes=notes,
        seen=_seen(now_stored),
        error=words(refused) if refused else "",
        field_name=refused.field if refused else "",
    )


def act_page(
    template: str, report_id: UUID, refused: DomainError | None = None, **more: Any
) -> Response:
    """Render the page of one act on a report, with the refusal if there was one."""
    with read() as db:
        page = _page(report_id, metadata_page(db, report_id))
    return page_or_blocks(
        template,
        status=status_of(refused) if refused else 200,
        report=page,
        round_id=page.round_id,
        back=_address(report_id),
        error=words(refused) if refused else "",
        first=_address(refused.report_id) if isinstance(refused, Duplicate) else "",
        **more,
    )


def _page(report_id: UUID, page: MetadataPage | None) -> MetadataPage:
    if page is None:
        raise LookupError(report_id)
    about_round(page.round_id)
    return page


def _note(
    page: MetadataPage, name: str, proposed: Mapping[str, Any], agencies: Mapping[UUID, str]
) -> str:
    """Say whence a value is, and what the precheck read where that differs."""
    has_value = page.values[name] not in (None, "")
    source = str(_(SOURCES[page.sources.get(name, "")])) if has_value else ""
    fact = _FACT_OF.get(name, name)
    number = page.fact_pages.get(fact)
    where = _(", page %(page)s", page=number) if number else ""
    if name in proposed and proposed[name] == page.values[name]:
        return f"{source}{where}" if source else ""
    text = _text(name, proposed[name], agencies) if name in proposed else ""
    if not text and name == "agency_id" and page.facts.get("agency"):
        unknown = _(
            "the precheck read “%(value)s”, which is not in the register%(where)s",
            value=page.facts["agency"],
            where=where,
        )
        return " · ".join(filter(None, (source, unknown)))
    if not text:
        return source
    other = _("the precheck read “%(value)s”%(where)s", value=text, where=where)
    return " · ".join(filter(None, (source, other)))


def _texts(values: Mapping[str, Any], agencies: Mapping[UUID, str]) -> dict[str, str]:
    return {name: _text(name, values[name], agencies) for name in FIELDS}


def _text(name: str, value: Any, agencies: Mapping[UUID, str]) -> str:
    """Return a stored value as it is typed."""
    if value is None:
        return ""
    if name == "agency_id":
        return agencies.get(value, "")
    if name in _SCALE:
        text = f"{Decimal(value) / _SCALE[name]:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _typed(agencies: Mapping[str, UUID]) -> Metadata:
    """Read the form. Raises Invalid naming the field."""
    form = {name: request.form.get(name, "").strip() for name in FIELDS}
    agency_id = agencies.get(plain_agency(form["agency_id"])) if form["agency_id"] else None
    if form["agency_id"] and agency_id is None:
        raise Invalid(
            N_("The agency “%(name)s” is not in the register."),
            field="agency_id",
            name=form["agency_id"][:80],
        )
    year = form["evaluation_year"]
    if year and not (year.isdecimal() and len(year) == 4):
        raise Invalid(N_("The evaluated year has four digits."), field="evaluation_year")
    return Metadata(
        kind=form["kind"],
        title=form["title"],
        project_name=form["project_name"],
        unit=form["unit"],
        department=form["department"],
        agency_id=agency_id,
        evaluation_year=int(year) if year else None,
        amount_cents=_number(form, "amount_cents"),
        stated_score_hundredths=_number(form, "stated_score_hundredths"),
        evaluation_grade=form["evaluation_grade"] or None,
    )


def _number(form: Mapping[str, str], name: str) -> int | None:
    if not form[name]:
        return None
    number = scaled(form[name], _SCALE[name])
    if number is None:
        raise Invalid(N_("“%(value)s” is no number."), field=name, value=form[name][:40])
    return number


def _agencies(rows: tuple[tuple[UUID, str], ...]) -> list[tuple[str, UUID]]:
    return [(plain_agency(name), key) for key, name in reversed(rows)]


def _address(report_id: UUID) -> str:
    return url_for("reports.show", report_id=report_id)
