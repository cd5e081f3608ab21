"""What findings say: an English msgid per check and variant, with the values that fill it."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.domain.errors import N_
from reviewapp.domain.precheck.figure_words import FIGURE_MESSAGES
from reviewapp.domain.precheck.finding import Finding
from reviewapp.domain.precheck.rules import Outline, Rules

_LOST = N_(
    "The sum of the rows does not go with what the table states (%(expected)s and %(found)s), but"
    " rows or cells of it may not have been read. Please check it by hand."
)
# What is added to a finding where OCR read the place.
BY_OCR = {
    "sure": N_("Read by OCR."),
    "unsure": N_("Read by OCR, and not surely enough to judge: please look at the page."),
}
_READ = {
    "read": N_("This page has no text of its own; it was read by OCR and is judged more gently."),
    "badly-read": N_("OCR could hardly read this page; nothing is judged by it."),
}
_COVER_UNREAD = N_("Whether the cover states this could not be read. Please look at it.")
_FIELDS = {
    "project_name": N_("The cover does not name the project."),
    "unit": N_("The cover does not name the project unit."),
    "department": N_("The cover does not name the department in charge."),
    "agency": N_("The cover does not name the evaluating agency."),
    "report_date": N_("The cover bears no date."),
}

MESSAGES: Mapping[str, Mapping[str, str]] = {
    **FIGURE_MESSAGES,
    "section-missing": {
        "": N_("The required section “%(section)s” was found neither in the body nor in an annex."),
        "unread": N_(
            "The section “%(section)s” was not found, but some pages could not be read. Please look"
            " for it there."
        ),
    },
    "section-empty": {
        "": N_("Below this heading of “%(section)s” stand %(chars)s characters and no table."),
        "unread": N_(
            "Below this heading of “%(section)s” nothing was read, but a page here has no text."
        ),
    },
    "toc-mismatch": {
        "": N_("The contents name “%(heading)s”, which stands nowhere in the report."),
        "page": N_(
            "The contents give page %(found)s for “%(heading)s”; it stands on page %(expected)s."
        ),
    },
    "heading-numbering": {
        "skips": N_("Before “%(heading)s” number %(expected)s is skipped."),
        "repeats": N_("The number of “%(heading)s” was used before; %(expected)s is next."),
        "": N_("The number of this heading is out of order."),
    },
    "placeholder-left": {"": N_("“%(found)s” looks like a leftover of a template or a tool.")},
    "cover-field-missing": {**_FIELDS, **{f"{name}-unread": _COVER_UNREAD for name in _FIELDS}},
    "weights-sum": {
        "": N_("The weights add up to %(found)s points, not to %(expected)s."),
        "not-full": N_("The weights add up to %(found)s points; full marks are %(expected)s."),
        "parent": N_(
            "The weights below “%(name)s” add up to %(found)s points; the table gives it"
            " %(expected)s."
        ),
        "lost": _LOST,
    },
    "scores-sum": {
        "": N_("The scores add up to %(expected)s points; the total row states %(found)s."),
        "lost": _LOST,
    },
    "score-exceeds-weight": {
        "above": N_("“%(name)s” has %(score)s points, more than its weight of %(weight)s."),
        "below": N_("“%(name)s” has %(score)s points, less than zero."),
        "lost": N_("The score of “%(name)s” may not have been read whole. Please check it."),
    },
    "benefit-weight-low": {
        "": N_("Output and benefit weigh %(found)s points, less than %(least)s of 100."),
    },
    "grade-mismatch": {
        "": N_("The grade stated is %(grade)s; a score of %(score)s points is %(expected)s."),
    },
    "score-inconsistent": {
        "": N_("The total score stands here as %(found)s, on page %(page)s as %(expected)s."),
    },
    "citation-repealed": {
        "": N_(
            "%(rule)s was no longer in force from %(since)s; in its place stands %(replaced_by)s."
        ),
    },
    "pii-id-number": {"": N_("An identity number stands here; mask it before publication.")},
    "citation-malformed": {"": N_("“%(found)s” should read %(expected)s.")},
    "score-rate-mismatch": {
        "": N_(
            "%(score)s of %(weight)s points is a score rate of %(expected)s; %(found)s is stated."
        ),
    },
    "amount-cross-foot": {
        "text": N_("The parts add up to %(expected)s; the sentence states %(found)s."),
        "": N_("The rows of “%(column)s” add up to %(expected)s; the total row states %(found)s."),
    },
    "survey-arithmetic": {
        "returned": N_("%(found)s questionnaires were returned, but only %(most)s were issued."),
        "valid": N_("%(found)s questionnaires are valid, but only %(most)s were there."),
        "answers": N_("The answers give a satisfaction of %(expected)s; %(found)s is stated."),
        "answers-perhaps": N_(
            "By the usual points the answers give %(expected)s; %(found)s is stated. Please check by"
            " which points the satisfaction was computed."
        ),
        "": N_("The numbers of the survey contradict each other."),
    },
    "text-shared": {
        "": N_(
            "%(chars)s characters in %(sentences)s sentences stand, or nearly so, on page %(page)s"
            " of “%(other)s”."
        ),
        "unnamed": N_(
            "%(chars)s characters in %(sentences)s sentences stand, or nearly so, in another report."
        ),
    },
    "annex-missing": {
        "": N_("Annex %(number)s is cited here; it stands nowhere in the file."),
        "apart": N_("Annex %(number)s is cited here; it seems to be bound apart."),
        "unread": N_(
            "Annex %(number)s is cited here and was not found, but some pages could not be read."
        ),
        "title": N_("The annex “%(title)s” is named here; it stands nowhere in the file."),
        "title-unread": N_(
            "The annex “%(title)s” is named here and was not found under this title. Please look for"
            " it."
        ),
        "scores": N_("No table of indicators and scores stands anywhere in the report."),
        "scores-unread": N_(
            "No table of indicators and scores could be read, but one may be there. Please look."
        ),
    },
    "signature-missing": {
        "": N_(
            "Neither a place for the lead evaluator's signature nor one for the seal was found."
        ),
        "lead": N_("No place for the lead evaluator's signature was found."),
        "seal": N_("No place for the agency's seal was found."),
        "unread": N_(
            "Places for signature and seal were not all found, but some pages could not be read."
        ),
    },
    "consultation-missing": {
        "": N_("Nothing says that the evaluated unit was asked for its opinion in writing."),
        "unread": N_(
            "Nothing that was read says that the evaluated unit was asked for its opinion in"
            " writing, but some pages could not be read."
        ),
    },
    "name-inconsistent": {
        "": N_("“%(found)s” stands here; the report is about “%(own)s”."),
    },
    "block-mislabelled": {
        "": N_("Below “%(heading)s” this sentence speaks of another block."),
        "indicators": N_("Below “%(heading)s” stand indicators of another block: %(words)s."),
    },
    "problem-without-advice": {
        "": N_("No recommendation seems to answer the problem “%(problem)s”."),
    },
    "pii-bank-card": {"": N_("A bank card number stands here; mask it before publication.")},
    "pii-phone": {"": N_("A mobile number stands here; mask it before publication.")},
    "text-layer-missing": {
        "": N_("This page is a picture without text; it was not checked."),
        **_READ,
    },
    "text-layer-garbled": {
        "": N_(
            "The text of this page cannot be decoded; it was not checked. Export the PDF again."
        ),
        **_READ,
    },
    "active-content": {
        "javascript": N_("The PDF contains a script."),
        "launch": N_("The PDF contains an action that starts a program: %(name)s."),
        "embedded-file": N_("The PDF contains an embedded file: %(name)s."),
        "": N_("The PDF contains active content."),
    },
}


def finding_message(finding: Finding, outline: Outline, lang: str) -> tuple[str, dict[str, str]]:
    """Return the msgid of a finding's sentence and its values, section ids as titles in `lang`."""
    variants = MESSAGES[finding.check]
    msgid = variants.get(finding.variant) or variants[""]
    values = dict(finding.values)
    if "section" in values:
        values["section"] = section_title(outline, values["section"], lang)
    return msgid, values


def section_title(outline: Outline, section_id: str, lang: str) -> str:
    """Return a section's title in "en", else in Chinese; KeyError for an unknown id."""
    rule = outline.section(section_id)
    return rule.title_en if lang == "en" else rule.title


def check_title(rules: Rules, check_id: str, lang: str) -> str:
    """Return what a check is called in "en", else in Chinese; KeyError for an unknown id."""
    rule = rules.checks[check_id]
    return rule.title_en if lang == "en" else rule.title
