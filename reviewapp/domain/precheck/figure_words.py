"""What the findings of the checks on figures say (see words.py)."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.domain.errors import N_

FIGURE_MESSAGES: Mapping[str, Mapping[str, str]] = {
    "rate-mismatch": {
        "": N_("The figures stated with this rate give %(expected)s; %(found)s is stated."),
        "elsewhere": N_(
            "Page %(page)s plans %(planned)s; by that the rate would be %(expected)s, and %(found)s"
            " is stated. Please check whether the same is meant."
        ),
        "lost": N_(
            "The row gives a rate of %(expected)s and states %(found)s, but cells of it may not"
            " have been read. Please check it by hand."
        ),
    },
    "amount-inconsistent": {
        "": N_("The budget stands here as %(found)s, on page %(page)s as %(expected)s."),
        "spent": N_("The spending stands here as %(found)s, on page %(page)s as %(expected)s."),
        "lost": N_(
            "The table states %(found)s, page %(page)s %(expected)s, but rows of the table may not"
            " have been read. Please check it by hand."
        ),
    },
    "indicator-count-mismatch": {
        "": N_("The text states %(found)s indicators by level; the score table has %(expected)s."),
        "lost": N_(
            "The text states %(found)s indicators by level, %(expected)s were read in the score"
            " table, but rows of it may not have been read. Please count them."
        ),
    },
    "deduction-unexplained": {
        "": N_("“%(name)s” lost %(points)s points, and no reason is given."),
        "lost": N_(
            "No reason was read for the %(points)s points that “%(name)s” lost, but its row may not"
            " have been read whole. Please check it by hand."
        ),
    },
    "year-inconsistent": {
        "": N_("%(found)s cannot be meant here; the evaluated year is %(expected)s."),
    },
    "survey-incomplete": {
        "": N_("A satisfaction of %(found)s is stated without any number of a survey."),
        "some": N_(
            "A satisfaction of %(found)s is stated, but not how many questionnaires were issued,"
            " returned and valid."
        ),
    },
}
