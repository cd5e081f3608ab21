"""The form of a round: title, rubrics, rules, bands and the dates of the phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.adapters import rubric_files
from reviewapp.domain.errors import N_, DomainError, Invalid
from reviewapp.domain.lifecycle import RoundPhase
from reviewapp.domain.policy import Permission
from reviewapp.domain.rubric import Band, Rubric, bands_from_json, format_points
from reviewapp.domain.scoring import parse_points
from reviewapp.domain.settlement import Method
from reviewapp.services import rounds
from reviewapp.services.round_rules import (
    agency_grade_rule_of,
    round_of,
    rubric_of,
    settlement_rule_of,
)
from reviewapp.services.rounds import RoundDraft, Span
from reviewapp.web.rounds.views import bp, the_round
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.frame import about_round
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.kept import keeps_text
from reviewapp.web.support.parts import now, parts, read, today, transaction

METHODS = {
    Method.MEAN.value: N_("mean of all reviews"),
    Method.TRIMMED_MEAN.value: N_("mean without the highest and the lowest, from five reviews on"),
    Method.MEDIAN.value: N_("median"),
    Method.SINGLE.value: N_("one review decides"),
}
CALIBRATION = {"off": N_("off"), "offered": N_("offered"), "required": N_("must be done first")}
PHASES = tuple(phase.value for phase in RoundPhase)
Values = Mapping[str, Any]


@bp.route("/rounds/new", methods=["GET", "POST"])
@requires(Permission.ROUND_MANAGE)
@keeps_text
def create() -> object:
    """Make a round."""
    rubrics, base = _rubrics(), _default_draft()
    if request.method == "GET":
        return _page(None, _values(base), rubrics)
    try:
        draft = _draft(request.form, base, rubrics)
        with transaction() as db:
            made = rounds.create(db, draft, actor=current_identity(), now=now())
    except DomainError as refused:
        return _page(None, _typed(base), rubrics, refused)
    flash(_("The round has been made. Upload its reports next."))
    return redirect(url_for("rounds.show", round_id=made.id), 303)


@bp.route("/rounds/<uuid:round_id>/settings", methods=["GET", "POST"])
@requires(Permission.ROUND_READ)
@keeps_text
def settings(round_id: UUID) -> object:
    """Show a round's rules; an officer changes them while it is in preparation, dates longer."""
    with read() as db:
        page = the_round(db, round_id)
        base = _draft_of(db, round_id)
    rubrics = {one.content_hash: one for one in (base.key_project, base.department)} | _rubrics()
    about_round(round_id)
    if request.method == "GET":
        return _page(page, _values(base), rubrics)
    actor = current_identity()
    try:
        draft = _draft(request.form, base, rubrics)
        with transaction() as db:
            if page.phase == "preparation":
                rounds.change(db, round_id, draft, actor=actor, now=now())
            rounds.set_dates(db, round_id, draft.dates, actor=actor, now=now())
    except DomainError as refused:
        if status_of(refused) != 422:
            raise
        return _page(page, _typed(base), rubrics, refused)
    flash(_("Saved."))
    return redirect(url_for("rounds.settings", round_id=round_id), 303)


def _page(
    page: Any, values: Values, rubrics: Mapping[str, Rubric], refused: DomainError | None = None
) -> object:
    body = render_template(
        "rounds/settings.html",
        round=page,
        round_id=page.id if page else None,
        tab="settings",
        values=values,
        rubrics=rubrics,
        methods=METHODS,
        phases=PHASES,
        calibration={key: _(label) for key, label in CALIBRATION.items()},
        error=words(refused) if refused else "",
        field_name=(refused.field or "") if refused else "",
    )
    return body, status_of(refused) if refused else 200


def _typed(base: RoundDraft) -> dict[str, Any]:
    """Return what stands, with everything that was typed over it: a refusal loses nothing."""
    return {**_values(base), "hides_findings": "", **request.form.to_dict()}


def _rubrics() -> dict[str, Rubric]:
    return {one.content_hash: one for one in rubric_files.load_all(_folder())}


def _folder() -> Path:
    return parts().config.rubrics_dir


def _default_draft() -> RoundDraft:
    rules = rubric_files.load_round_rules(_folder() / "round-rules.yaml")
    newest = {one.kind.value: one for one in rubric_files.load_all(_folder())}
    year = today().year
    return RoundDraft(
        year=year,
        title=_("%(year)s evaluation report rating", year=year),
        key_project=newest["key-project"],
        department=newest["department"],
        bands=newest["key-project"].bands,
        settlement_rule=rules.settlement,
        agency_grade_rule=rules.agency_grade,
    )


def _draft_of(db: Any, round_id: UUID) -> RoundDraft:
    row = round_of(db, round_id)
    return RoundDraft(
        year=row.year,
        title=row.title,
        key_project=rubric_of(db, row, "key-project"),
        department=rubric_of(db, row, "department"),
        bands=bands_from_json(row.bands),
        settlement_rule=settlement_rule_of(row),
        agency_grade_rule=agency_grade_rule_of(row),
        experts_per_report=row.experts_per_report,
        drawn_how=row.drawn_how,
        hides_findings=row.hides_findings,
        calibration=row.calibration,
        dates=rounds.dates_of(db, round_id),
    )


def _values(draft: RoundDraft) -> dict[str, Any]:
    values: dict[str, Any] = {
        "year": draft.year,
        "title": draft.title,
        "key_project": draft.key_project.content_hash,
        "department": draft.department.content_hash,
        "experts_per_report": draft.experts_per_report,
        "drawn_how": draft.drawn_how,
        "hides_findings": "1" if draft.hides_findings else "",
        "calibration": draft.calibration,
        "method": draft.settlement_rule.method.value,
        "spread_points": format_points(draft.settlement_rule.spread_points),
        "ratings_apart": draft.settlement_rule.ratings_apart,
        "minimum_reports": draft.agency_grade_rule.minimum_reports,
    }
    values |= {f"band-{band.letter}": format_points(band.from_points) for band in draft.bands}
    for phase, span in draft.dates.items():
        values[f"starts-{phase}"] = span.starts_on.isoformat()
        values[f"ends-{phase}"] = span.ends_on.isoformat() if span.ends_on else ""
    return values


def _draft(form: Values, base: RoundDraft, rubrics: Mapping[str, Rubric]) -> RoundDraft:
    """Read the form over what stands; fields that are not sent keep their values."""
    rule = replace(
        base.settlement_rule,
        method=Method(form["method"])
        if form.get("method") in METHODS
        else base.settlement_rule.method,
        spread_points=_points(form, "spread_points", base.settlement_rule.spread_points),
        ratings_apart=_whole(form, "ratings_apart", base.settlement_rule.ratings_apart),
    )
    return RoundDraft(
        year=_whole(form, "year", base.year),
        title=str(form.get("title", base.title)),
        key_project=_rubric(form, "key_project", "key-project", base.key_project, rubrics),
        department=_rubric(form, "department", "department", base.department, rubrics),
        bands=tuple(
            Band(band.letter, _points(form, f"band-{band.letter}", band.from_points))
            for band in base.bands
        ),
        settlement_rule=rule,
        agency_grade_rule=replace(
            base.agency_grade_rule,
            minimum_reports=_whole(form, "minimum_reports", base.agency_grade_rule.minimum_reports),
        ),
        experts_per_report=_whole(form, "experts_per_report", base.experts_per_report),
        drawn_how=str(form.get("drawn_how", base.drawn_how)),
        # An unticked box is not sent, so a field that always is says whether the rules were shown.
        hides_findings=form.get("hides_findings") == "1" if "year" in form else base.hides_findings,
        calibration=str(form.get("calibration", base.calibration)),
        dates=_dates(form),
    )


def _rubric(
    form: Values, name: str, kind: str, standing: Rubric, rubrics: Mapping[str, Rubric]
) -> Rubric:
    chosen = rubrics.get(str(form.get(name, standing.content_hash)))
    if chosen is None or chosen.kind.value != kind:
        raise Invalid(N_("Choose one of the rubrics."), field=name)
    return chosen


def _whole(form: Values, name: str, standing: int) -> int:
    text = str(form.get(name, standing)).strip()
    if not text.isdecimal() or len(text) > 6:
        raise Invalid(N_("A whole number is needed here."), field=name)
    return int(text)


def _points(form: Values, name: str, standing: int) -> int:
    if name not in form:
        return standing
    return parse_points(str(form[name]), 10_000, field=name)


def _dates(form: Values) -> dict[str, Span]:
    found = {}
    for phase in PHASES:
        starts = _day(form, f"starts-{phase}")
        ends = _day(form, f"ends-{phase}")
        if starts is None and ends is not None:
            raise Invalid(N_("A phase with an end needs its first day."), field=f"starts-{phase}")
        if starts is not None:
            found[phase] = Span(starts, ends)
    return found


def _day(form: Values, name: str) -> date | None:
    text = str(form.get(name, "")).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(N_("Write the day as 2026-03-02."), field=name) from None
