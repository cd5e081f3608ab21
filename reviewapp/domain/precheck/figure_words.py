"""What the findings of the checks on figures say (see words.py)."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.domain.errors import N_

FIGURE_MESSAGES: Mapping[str, Mapping[str, str]] = {
    "rate-mismatch": {
        "": N_("The figures stated with this rate give %(expected)s; %(found)s is stated."),
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
}
