"""Evidence (依据): a passage of the report that points rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.page_text import BoxTuple, Hit, PageText, find_quote, text_in

MAX_QUOTE = 300  # characters
SMALLEST = 3.0  # points; a smaller box was a click, not a drawing


@dataclass(frozen=True)
class Citation:
    """One passage as it was looked at: page and box belong to the file with this hash.

    `box` is None for a whole page. `lost_in` is the newer version in which the quote was no longer
    found; such a citation supports nothing any more.
    """

    page: int
    quote: str
    sha256: str
    report_version: int
    box: BoxTuple | None = None
    lost_in: int | None = None

    @property
    def stands(self) -> bool:
        """Whether it supports a deduction."""
        return self.lost_in is None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values for a snapshot."""
        return {
            "page": self.page,
            "box": list(self.box) if self.box else None,
            "quote": self.quote,
            "sha256": self.sha256,
            "report_version": self.report_version,
            "lost_in": self.lost_in,
        }


@dataclass(frozen=True)
class Passage:
    """What is cited: page, box (None: the whole page) and quote."""

    page: int
    box: BoxTuple | None
    quote: str


def passage(pages: Sequence[PageText], page: int, box: BoxTuple | None, quote: str) -> Passage:
    """Complete what somebody chose: a box gets its text, a quote its box and its true page.

    Raises Invalid at evidence-quote where neither is given, or where the quote stands nowhere
    although the text of the report is known; at evidence-box where the box is off the page.
    """
    own = next((one for one in pages if one.number == page), None)
    quote = " ".join(quote.split())[:MAX_QUOTE]
    if box is not None:
        box = _on_page(box, own)
        return Passage(page, box, quote or (text_in(own, box)[:MAX_QUOTE] if own else ""))
    if not quote:
        raise Invalid(
            N_("Give the words of the passage, or draw a box around it."), field="evidence-quote"
        )
    hit = find_quote(pages, quote, near=page)
    if hit is not None:
        return Passage(hit.page, hit.box, quote)
    if own is not None and own.lines:
        raise Invalid(
            N_("These words stand nowhere in the report: “%(quote)s”. Copy them as they are."),
            field="evidence-quote",
            quote=quote,
        )
    return Passage(page, None, quote)  # a page without text: a scan


def carried(citation: Citation, pages: Sequence[PageText]) -> Hit | None:
    """Return where the citation's quote stands in a newer version, or None."""
    return find_quote(pages, citation.quote, near=citation.page) if citation.quote else None


def parse_box(text: str) -> BoxTuple | None:
    """Read "x0 y0 x1 y1" in points; None for nothing. Raises Invalid for anything else."""
    if not text.strip():
        return None
    try:
        x0, y0, x1, y1 = (float(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise Invalid(N_("This is no box on a page."), field="evidence-box") from None
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if not all(abs(value) < 1e5 for value in box):  # NaN compares false, so it is refused as well
        raise Invalid(N_("This is no box on a page."), field="evidence-box")
    return box


def _on_page(box: BoxTuple, page: PageText | None) -> BoxTuple:
    width, height = (page.width, page.height) if page else (box[2], box[3])
    x0, y0 = max(0.0, box[0]), max(0.0, box[1])
    x1, y1 = min(width, box[2]), min(height, box[3])
    if x1 - x0 < SMALLEST or y1 - y0 < SMALLEST:
        raise Invalid(N_("This is no box on a page."), field="evidence-box")
    return (round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1))
