"""What a template or a tool left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules

_AROUND = 10  # characters in which `unless` is looked for


@check("placeholder-left", version=1)
def placeholder_left(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Every leftover of a template or a tool, in text, tables and on the cover."""
    # Most patterns stand nowhere: one look at all text at once spares the look at each paragraph.
    whole = "\n".join(paragraph.text for paragraph in report.texts)
    patterns = [
        (re.compile(rule.pattern), re.compile(rule.unless) if rule.unless else None)
        for rule in rules.leftovers
        if re.compile(rule.pattern, re.MULTILINE).search(whole)
    ]
    for paragraph in report.texts:
        for start, end in _spans(paragraph, patterns):
            found = paragraph.text[start:end]
            yield Doubt(place=paragraph.place(start, end), found=found, values={"found": found})


def _spans(
    paragraph: Paragraph, patterns: list[tuple[re.Pattern[str], re.Pattern[str] | None]]
) -> list[tuple[int, int]]:
    """Return the matches, the longest where several overlap."""
    text = paragraph.text
    found = []
    for pattern, unless in patterns:
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
            if match.end() > match.start() and not (unless and unless.search(around)):
                found.append(match.span())
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= low or start >= high for low, high in kept):
            kept.append((start, end))
    return sorted(kept)
