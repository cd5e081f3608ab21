"""What an event changed, in words: the names of its values, and the values themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from reviewapp.domain.errors import N_
from reviewapp.domain.rubric import format_points
from reviewapp.services import assignments, recusals
from reviewapp.services.registers import REGISTERS
from reviewapp.web.support.frame import KIND_WORDS, PHASE_WORDS, ROLE_WORDS

MOST = 120  # characters of one value
#: a value's name in events → what people call it; a block of a notice is called by its own id
NAMES: dict[str, str] = {
    "accepts": N_("Accepts the result"),
    "addressees": N_("Addressees"),
    "agency": N_("Agency"),
    "agency_grade_rule": N_("Agency grade rule"),
    "agency_id": N_("Agency"),
    "amount_cents": N_("Amount (yuan)"),
    "asked": N_("Reviews asked for"),
    "at_least": N_("at least"),
    "bands": N_("Grade bands"),
    "breaks": N_("Breaks"),
    "by": N_("by"),
    "calibration": N_("Calibration"),
    "caps": N_("Caps"),
    "caps_at": N_("at best"),
    "cc": N_("Copies to"),
    "code": N_("Code"),
    "contact": N_("Contact"),
    "contact_name": N_("Contact"),
    "contact_phone": N_("Contact's phone"),
    "content_hash": N_("Hash of the content"),
    "department": N_("Department in charge"),
    "department_rubric": N_("Rubric for departments"),
    "doc_number": N_("Document number"),
    "draw_method": N_("How reports were drawn"),
    "drawn_how": N_("How reports were drawn"),
    "due_on": N_("Last day"),
    "error": N_("Error"),
    "evaluation_grade": N_("Project grade as stated"),
    "evaluation_year": N_("Evaluated year"),
    "events": N_("Entries"),
    "expert": N_("Expert"),
    "experts": N_("Experts"),
    "experts_per_report": N_("Experts per report"),
    "field": N_("Field"),
    "fields": N_("Parts of the review"),
    "file": N_("File"),
    "files": N_("Files"),
    "finding": N_("Finding"),
    "findings": N_("Findings"),
    "ground": N_("Ground"),
    "hides_findings": N_("Findings hidden until the first pass"),
    "institution": N_("Institution"),
    "is_active": N_("In use"),
    "issue_date": N_("Day of issue"),
    "items": N_("Reports in the preview"),
    "kept": N_("Evidence found again"),
    "key_project_rubric": N_("Rubric for key projects"),
    "kind": N_("Kind"),
    "leads": N_("Reports named first"),
    "left_out": N_("Left out"),
    "lost": N_("Evidence not found again"),
    "method": N_("Method"),
    "minimum_reports": N_("Fewest reports for a grade"),
    "name": N_("Name"),
    "near_points": N_("Near a boundary (points)"),
    "note": N_("Remark"),
    "number": N_("Document number"),
    "outcome": N_("Outcome"),
    "page": N_("Page"),
    "pages": N_("Pages"),
    "parts": N_("Files in their order"),
    "phase": N_("Phase"),
    "phone": N_("Phone"),
    "populations": N_("Reports to draw from"),
    "printer": N_("Printed by"),
    "problem_texts": N_("Words on common problems"),
    "project_name": N_("Project"),
    "publicity": N_("Publicity"),
    "rating": N_("Rating"),
    "ratings_apart": N_("Ratings apart"),
    "reason": N_("Reason"),
    "rectify_by": N_("Rectify by"),
    "reply": N_("Reply"),
    "report": N_("Report"),
    "reports": N_("Reports"),
    "role": N_("Role"),
    "rules": N_("Rules of the precheck"),
    "scan": N_("Hash of the scan"),
    "sealed": N_("With a seal"),
    "settlement_rule": N_("Settlement rule"),
    "sha256": N_("Hash of the file"),
    "show_totals": N_("Points are published"),
    "signed_by": N_("Signed off by"),
    "signed_on_paper_by": N_("Signed on paper by"),
    "source": N_("Cut out of"),
    "spread_points": N_("Largest spread (points)"),
    "state": N_("State"),
    "stated_score_hundredths": N_("Project score as stated"),
    "submitted": N_("Submitted reviews"),
    "supersedes": N_("Supersedes"),
    "text": N_("Text"),
    "title": N_("Title"),
    "total": N_("Points"),
    "triage": N_("Triage"),
    "trim_from": N_("Trimmed from (reviews)"),
    "unit": N_("Project unit"),
    "version": N_("Version"),
    "vetoes": N_("Vetoes"),
    "words": N_("Words"),
    "year": N_("Year"),
    **PHASE_WORDS,  # the dates of a phase stand under its name
}
_STATES = {
    "active": N_("in use"),
    "disabled": N_("closed"),
    "discarded": N_("discarded"),
    "draft": N_("draft"),
    "invited": N_("invited"),
    "preview": N_("preview"),
    "published": N_("published"),
    "reading": N_("being read"),
    "split": N_("split into its reports"),
    "submitted": N_("submitted"),
    "superseded": N_("superseded"),
    "taken": N_("taken"),
    "taken-in": N_("taken in"),
    "uploaded": N_("uploaded"),
    "withdrawn": N_("withdrawn"),
}
_VALUES: dict[str, Mapping[str, str]] = {
    "calibration": {
        "off": N_("off"),
        "offered": N_("offered"),
        "required": N_("must be done first"),
    },
    "ground": {**recusals.GROUNDS, **assignments.GROUNDS},
    "kind": KIND_WORDS,
    "method": {
        "mean": N_("mean of all reviews"),
        "median": N_("median"),
        "single": N_("one review decides"),
        "trimmed-mean": N_("mean without the highest and the lowest, from five reviews on"),
    },
    "outcome": {
        "attention": N_("worth a look"),
        "complete": N_("no finding"),
        "incomplete": N_("parts missing"),
        "unverifiable": N_("not verifiable"),
    },
    "phase": PHASE_WORDS,
    "publicity": {"internal": N_("not for the public"), "public": N_("for the public")},
    "role": ROLE_WORDS,
    "state": _STATES,
    "triage": {
        "confirmed": N_("confirmed"),
        "dismissed": N_("dismissed"),
        "open": N_("left open"),
    },
}
_HUNDREDTHS = {"amount_cents", "near_points", "spread_points", "stated_score_hundredths"}
#: what an id or a code stands for, as far as the reader of the page has looked it up
Lookup = Callable[[str, str], str]


def name_of(key: str, subject_type: str = "") -> str:
    """Return what people call a value of an event; a register's columns have their own names."""
    register = REGISTERS.get(subject_type)
    for column in register.columns if register else ():
        if column.name == key:
            return str(_(column.label))
    return str(_(NAMES[key])) if key in NAMES else key


def value_of(key: str, value: Any, look_up: Lookup) -> str:
    """Return a value of an event as people read it, at most 120 characters."""
    text = _text(key, value, look_up)
    return text if len(text) <= MOST else text[: MOST - 1] + "…"


def ids_in(value: Any) -> set[UUID]:
    """Return the ids among the values of an event, to be looked up."""
    if isinstance(value, Mapping):
        return set[UUID]().union(*(ids_in(one) for one in value.values()))
    if isinstance(value, list):
        return set[UUID]().union(*(ids_in(one) for one in value))
    if isinstance(value, str) and len(value) == 36 and value.count("-") == 4:
        try:
            return {UUID(value)}
        except ValueError:
            return set()
    return set()


def _text(key: str, value: Any, look_up: Lookup) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, Mapping):
        return "，".join(f"{name_of(k)} {_text(k, one, look_up)}" for k, one in value.items())
    if isinstance(value, list):
        return "、".join(_text(key, one, look_up) for one in value)
    if isinstance(value, int) and key in _HUNDREDTHS:
        return format_points(value)
    if key == "bands":
        letter, _space, points = str(value).partition(" ")
        return f"{letter} {format_points(int(points))}" if points.isdecimal() else str(value)
    words = _VALUES.get(key, {})
    return str(_(words[value])) if value in words else look_up(key, str(value))
