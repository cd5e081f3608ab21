"""What the workspace shows beside the form: pages, outline, findings, places found, deductions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for

from reviewapp.adapters import deduction_wording, rule_files
from reviewapp.adapters.precheck_words import say
from reviewapp.db.queries import own_work, page_texts, phrases
from reviewapp.db.queries import reports as report_queries
from reviewapp.db.queries.reports import FindingLine
from reviewapp.db.queries.reviews import ReviewPage, ScoreLine
from reviewapp.domain import deductions, page_text
from reviewapp.domain.deductions import Wording
from reviewapp.domain.policy import Identity
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.words import MESSAGES, check_title, section_title
from reviewapp.domain.rubric import Criterion, Per
from reviewapp.domain.scoring import suggestions
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import parts, read

LONG_OUTLINE = 40  # headings; more of them are not looked through, they are searched


@dataclass(frozen=True)
class Offer:
    """A deduction that confirmed findings of one check suggest; the expert may take it."""

    check: str
    title: str
    points: int
    line: str  # as it would stand in the reason
    is_taken: bool
    findings: tuple[FindingLine, ...]

    @property
    def repeats(self) -> UUID | None:
        """The one finding that it says word for word, where that has no place to go to."""
        only = self.findings[0] if len(self.findings) == 1 else None
        return only.id if only is not None and not only.page else None


@dataclass(frozen=True)
class SectionLink:
    """A section that a criterion is about, where it was found."""

    title: str
    page: int


@dataclass(frozen=True)
class Heading:
    """A heading of the report to jump to."""

    text: str
    level: int
    page: int


def context(
    page: ReviewPage, who: Identity, findings: tuple[FindingLine, ...], number: int
) -> dict[str, Any]:
    """Return what the panes show; `number` is the page that stands first."""
    wanted = request.args.get("find", "")
    with read() as db:
        shapes = page_texts.shapes(db, page.version_id, page.pages)
        text = page_texts.text(db, page.version_id, number)
        pages = page_texts.texts(db, page.version_id) if wanted.strip() else ()
        answer = report_queries.precheck_line(db, page.version_id).answer
        known = phrases.phrases(db, page.round_id, who)
        among = own_work.among_own(db, page.round_id, page.assignment_id, who)
    wording = _wording()
    return {
        "among": among,
        "shapes": shapes,
        "text": text,
        "table_number": request.args.get("table", 0, type=int),
        "wanted": wanted.strip(),
        "hits": page_text.find(pages, wanted),
        "is_read": text is not None,
        "hit_address": lambda at: place(page, at, find=wanted.strip()),
        "place": lambda at, **more: place(page, at, **more),
        "findings": findings,
        "headings": _headings(answer),
        "sections_of": _sections(page, answer),
        "offers": {
            one.id: offers(one, findings, page.scores.get(one.id, ScoreLine()).reason)
            for one in page.rubric.criteria
        },
        "phrases": {
            one.id: tuple(line for line in known if line.criterion == one.id)
            for one in page.rubric.criteria
        },
        "lost": [
            (criterion, one)
            for criterion in page.rubric.criteria
            for one in page.evidence.get(criterion.id, ())
            if not one.citation.stands
        ],
        "written": lambda reason: deductions.written(wording, reason),
        "points_left": lambda reason, most: deductions.points_left(wording, reason, most),
        "wording": json.dumps(
            {"once": wording.once, "each": wording.each, "read": wording.read}, ensure_ascii=False
        ),
    }


def offers(
    criterion: Criterion, findings: tuple[FindingLine, ...], reason: str
) -> tuple[Offer, ...]:
    """Return what confirmed findings suggest to take off a criterion, ready to be taken.

    A doubt that nobody confirmed suggests nothing. The line is Chinese in either language: it
    becomes part of the official text.
    """
    confirmed = [one for one in findings if one.triage == "confirmed"]
    made = []
    for suggested in suggestions(criterion, [(one.check, one.section) for one in confirmed]):
        rule = next(one for one in criterion.checks if one.check == suggested.check)
        own = tuple(one for one in confirmed if rule.touches(one.check, one.section))
        title = _title(suggested.check)
        line = _line(title, own, suggested.points, rule.points if rule.per is Per.FINDING else 0)
        is_taken = line in (one.strip() for one in reason.splitlines())
        made.append(Offer(suggested.check, title, suggested.points, line, is_taken, own))
    return tuple(made)


def place(page: ReviewPage, number: int, **more: Any) -> str:
    """Return the address of the workspace turned to a page."""
    kept: Mapping[str, Any] = {key: value for key, value in more.items() if value}
    return url_for("reviews.show", review_id=page.id, page=number, **kept, _anchor=f"page-{number}")


def _line(title: str, findings: tuple[FindingLine, ...], points: int, each: int) -> str:
    wording, pages = _wording(), [one.page for one in findings if one.page]
    if len(findings) == 1:
        return deductions.write(wording, _chinese(findings[0]), points, pages=pages)
    if each * len(findings) == points:
        return deductions.write(wording, title, each, count=len(findings), pages=pages)
    # Once for all of them, or as many as the rubric counts at most.
    return deductions.write(wording, title, points, pages=pages)


def _chinese(finding: FindingLine) -> str:
    variants = MESSAGES.get(finding.check, {})
    msgid = variants.get(finding.variant) or variants.get("")
    if msgid is None or ("%(" in msgid and not finding.values):
        return finding.message
    values = dict(finding.values)
    try:
        if "section" in values:
            outline = _rules().outlines[finding.kind]
            values["section"] = section_title(outline, values["section"], "zh-Hans")
        return say(msgid, values, "zh-Hans")
    except KeyError:  # found by another version, with other values
        return finding.message


def _title(check: str) -> str:
    try:
        return check_title(_rules(), check, "zh-Hans")
    except KeyError:
        return check


def _headings(answer: Mapping[str, Any]) -> tuple[Heading, ...]:
    """Return the headings to jump to; of a long outline the two upper levels only."""
    found = [
        Heading(one["text"], int(one.get("level") or 1), one["page"])
        for one in answer.get("headings") or ()
        if one.get("page")
    ]
    return tuple(one for one in found if one.level <= 2 or len(found) <= LONG_OUTLINE)


def _sections(page: ReviewPage, answer: Mapping[str, Any]) -> Mapping[str, tuple[SectionLink, ...]]:
    """Return the sections that each criterion is about, where they stand; missing ones are not
    told here, since a round may hide what the precheck found."""
    found = {
        one["id"]: SectionLink(_section_title(page, one), one["page"])
        for one in answer.get("sections") or ()
        if one.get("found") and one.get("page")
    }
    return {
        criterion.id: tuple(found[key] for key in criterion.sections if key in found)
        for criterion in page.rubric.criteria
    }


def _section_title(page: ReviewPage, section: Mapping[str, Any]) -> str:
    try:
        outline = _rules().outlines[page.report_kind]
        return section_title(outline, section["id"], "en" if locale() == "en" else "zh-Hans")
    except KeyError:
        return str(section["title"])


def _rules() -> Rules:
    return rule_files.load(parts().config.rubrics_dir / "precheck")


def _wording() -> Wording:
    return deduction_wording.load(parts().config.rubrics_dir)
