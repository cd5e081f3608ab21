"""The review form and its parts, rendered whole or piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from reviewapp.db.queries import reports as report_queries
from reviewapp.db.queries import reviews as queries
from reviewapp.db.queries.reports import FindingLine
from reviewapp.db.queries.reviews import ReviewPage
from reviewapp.domain import text_changes
from reviewapp.domain.errors import DomainError
from reviewapp.domain.lifecycle import Act, phase_refusal
from reviewapp.domain.policy import Identity, may_see_findings
from reviewapp.domain.rubric import Criterion, format_points
from reviewapp.domain.scoring import Missing, Suggestion, suggestions
from reviewapp.services.reviews import Saved, StaleSave
from reviewapp.web.reviews import workspace
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.findings import for_reader, sentence
from reviewapp.web.support.parts import read


@dataclass(frozen=True)
class Hint:
    """What the precheck found that bears on a criterion."""

    suggested: tuple[Suggestion, ...]
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True)
class Lack:
    """What a review lacks: one thing at one field, or the same on several criteria."""

    field: str  # where it is, or where the first of them is
    text: str
    places: tuple[tuple[str, str], ...] = ()  # field and criterion of each, where several


@dataclass(frozen=True)
class Part:
    """One part of the form that saves itself: where it posts to and which version it stands on."""

    key: str  # the ids of its state line and its fields end in this
    version_name: str

    def values(self, stored: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return what is stored in this part by the names of the form's fields."""
        kind, _dash, name = self.key.partition("-")
        names = {"claimed": f"claim-{name}", "ground": f"veto-{name}"}
        if kind == "criterion":
            names = {"points": f"points-{name}", "reason": f"reason-{name}"}
        return tuple((names.get(one, one), text) for one, text in stored.items())


def findings_for(page: ReviewPage, who: Identity) -> tuple[FindingLine, ...]:
    """Return the findings that the reader of this review may see."""
    with read() as db:
        standing = report_queries.report_standing(db, page.report_id)
        passed = report_queries.has_first_pass(db, page.report_id, who.expert_id)
        if standing is None or not may_see_findings(
            who, standing, hides_findings=page.hides_findings, has_first_pass=passed
        ):
            return ()
        found = report_queries.findings_of(db, page.version_id)
    return for_reader((one for one in found if one.triage != "dismissed"), who)


def hint_of(criterion: Criterion, findings: tuple[FindingLine, ...]) -> Hint:
    """Return what bears on a criterion; only confirmed findings suggest anything."""
    touching = tuple(
        one
        for one in findings
        if any(suggested.touches(one.check, one.section) for suggested in criterion.checks)
    )
    confirmed = [(one.check, one.section) for one in touching if one.triage == "confirmed"]
    return Hint(suggestions(criterion, confirmed), touching)


def form_page(
    page: ReviewPage,
    who: Identity,
    *,
    refused: DomainError | None = None,
    missing: tuple[Missing, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Render the whole form, with everything that was typed where something was refused.

    What was typed goes back with the versions that it was made from, so that saving again does
    not overwrite what was saved elsewhere and is not shown here. Only the one text that is shown
    beside its newer version may be saved over it.
    """
    shown, marked = dict(typed or {}), {}
    context = {**base(page, who), "typed": shown}
    context |= workspace.context(page, who, context["findings"], context["page"])
    context["error"] = words(refused) if refused else ""
    if isinstance(refused, StaleSave):
        part = part_of(key_of_stale(refused))
        shown[part.version_name] = str(refused.version)
        where = _where(page, part.key)
        context.update(stale=refused, part=part, where=where, changes=text_changes.marked)
    elif refused is not None and refused.field and not missing:
        where = _where(page, refused.field)
        marked[refused.field] = _("%(where)s: %(problem)s", where=where, problem=words(refused))
        context["error"] = _("Nothing was saved yet. Correct what is marked, then save again.")
    context["lacks"] = (*(Lack(*one) for one in marked.items()), *_lacks(page, missing))
    context["missing"] = marked | {one.field: _said(one) for one in missing}
    return make_response(
        render_template("reviews/show.html", **context), status_of(refused) if refused else 200
    )


def _lacks(page: ReviewPage, missing: tuple[Missing, ...]) -> Iterator[Lack]:
    """Put together what is lacking in the same way on several criteria."""
    alike: dict[str, list[Missing]] = {}
    for one in missing:
        kind = one.field.partition("-")[0] if "criterion" in one.values else one.field
        alike.setdefault(kind, []).append(one)
    for kind, group in alike.items():
        first = group[0].field
        if len(group) == 1:
            yield Lack(first, _said(group[0]))
            continue
        said = (
            ngettext(
                "%(num)s criterion without points", "%(num)s criteria without points", len(group)
            )
            if kind == "points"
            else ngettext(
                "%(num)s criterion without a reason",
                "%(num)s criteria without a reason",
                len(group),
            )
        )
        yield Lack(first, said, tuple((one.field, _where(page, one.field)) for one in group))


def _said(missing: Missing) -> str:
    return str(_(missing.message) % dict(missing.values))


def part_of(key: str) -> Part:
    """Return the part of the form with this key: opinion, veto-<veto> or criterion-<criterion>."""
    if key == "opinion":
        return Part(key, "opinion_version")
    kind, _dash, name = key.partition("-")
    return Part(key, "vetoes_version" if kind == "veto" else f"version-{name}")


def key_of_stale(stale: StaleSave) -> str:
    """Return the key of the part that a save came too late for."""
    return f"criterion-{stale.field}" if "points" in stale.sent else stale.field


def _where(page: ReviewPage, field: str) -> str:
    """Name the place of a field for people."""
    kind, _dash, name = field.partition("-")
    if kind in {"evidence", "deduct"}:  # evidence-quote-<criterion>, deduct-each-<criterion>
        kind, name = "criterion", name.partition("-")[2]
    if kind in {"points", "reason", "criterion"}:
        return page.rubric.criterion(name).title
    return str(_("Vetoes") if kind == "veto" else _("Overall opinion"))


def base(page: ReviewPage, who: Identity) -> dict[str, Any]:
    """Return what the form and each of its parts need."""
    findings = findings_for(page, who)
    return {
        "review": page,
        "review_id": page.id,
        "rubric": page.rubric,
        "totals": page.totals,
        "refusal": _refusal(page),
        "hints": {one.id: hint_of(one, findings) for one in page.rubric.criteria},
        "report_id": page.report_id,
        "version": page.report_version,
        "pages": page.pages,
        "page": min(max(request.args.get("page", 1, type=int), 1), page.pages),
        "sentence": sentence,
        "findings": findings,
        "shown_points": shown_points,
        "typed": {},
        "missing": {},
        "lacks": (),
        "stale": None,
        "part": None,
        "where": "",
        "error": "",
        "is_answer": False,
    }


def piece(
    review_id: UUID, part: Part, *, saved: Saved | None = None, refused: DomainError | None = None
) -> Response:
    """Answer one save: when it was saved and the live total, or what stands against it.

    The fields themselves stay as they are, so that typing goes on while the answer comes. Asks
    for nothing but the sums: this is answered twice a second to everybody who writes.
    """
    totals = None
    if saved is not None:
        refused = saved.refused
        with read() as db:
            totals = queries.live_totals(db, review_id)
    answer = render_template(
        "reviews/_answer.html",
        review_id=review_id,
        part=part,
        saved=saved,
        totals=totals,
        stale=refused if isinstance(refused, StaleSave) else None,
        error=words(refused) if refused else "",
        where="",
        is_answer=True,
        changes=text_changes.marked,
    )
    return make_response(answer, status_of(refused) if refused else 200)


def shown_points(points: int | None) -> str:
    """Return points as they stand in a field."""
    return "" if points is None else format_points(points)


def _refusal(page: ReviewPage) -> str:
    """Return why the review cannot be written now, or nothing."""
    if page.state == "submitted":
        return ""
    act = Act.PAPER_ENTER if page.is_paper else Act.REVIEW
    if page.reopened_reason and not page.is_paper:
        act = Act.REVIEW_REVISE
    refusal = phase_refusal(page.phase, act)
    return _(refusal) if refusal else ""
