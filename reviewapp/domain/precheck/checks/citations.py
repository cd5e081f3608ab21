"""Rules that are cited although they were repealed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import RepealedRule, Rules
from reviewapp.domain.precheck.text import plain

_OPEN, _CLOSE = r"[〔\[【(﹝［]", r"[〕\]】)﹞］]"
_SENTENCE = re.compile(r"[。;!?]")
_OWN_NUMBER = re.compile(r"\([^()]{0,30}?\d+号")


def _has_year(report: Report) -> bool:
    return report.period is not None


@check("citation-repealed", version=1, applies=_has_year)
def citation_repealed(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A rule cited that was repealed before 1 January of the evaluated year; first place only."""
    period = report.period
    if period is None:
        return
    begins = date(period.last, 1, 1)
    for rule in rules.repealed:
        if rule.since >= begins:
            continue
        if period.first < rule.since.year and _cites(report.texts, rule.replaced_by):
            continue  # the period reaches back to when the old rule was in force
        for paragraph, start, end in _citations(report.texts, rule, rules):
            yield Doubt(
                place=paragraph.place(start, end),
                expected=rule.replaced_by,
                found=paragraph.text[start:end],
                values={
                    "rule": paragraph.text[start:end],
                    "since": rule.since.isoformat(),
                    "replaced_by": rule.replaced_by,
                },
            )
            break


def _cites(paragraphs: Sequence[Paragraph], number: str) -> bool:
    pattern = number_pattern(number)
    return any(pattern.search(paragraph.text) for paragraph in paragraphs)


def number_pattern(number: str) -> re.Pattern[str]:
    """Return a pattern for a document number with whatever brackets are printed."""
    parts = []
    for char in plain(number):
        if char in "〔(":
            parts.append(_OPEN)
        elif char in "〕)":
            parts.append(_CLOSE)
        else:
            parts.append(re.escape(char))
    return re.compile("".join(parts) + r"(?!\d)")


def _citations(
    paragraphs: Sequence[Paragraph], rule: RepealedRule, rules: Rules
) -> Iterator[tuple[Paragraph, int, int]]:
    """Yield where the rule is cited in sentences that do not know of its repeal."""
    number = number_pattern(rule.number)
    titles = [re.compile("《" + re.escape(plain(title)) + "》") for title in rule.titles]
    for paragraph in paragraphs:
        spans = [
            match.span()
            for match in number.finditer(paragraph.text)
            if not paragraph.text[: match.start()].endswith(rules.local_prefixes)
        ]
        for title in titles:
            spans += [
                match.span()
                for match in title.finditer(paragraph.text)
                if not _numbered_otherwise(paragraph.text[match.end() :], number)
            ]
        for start, end in sorted(spans):
            if not _knows(paragraph.text, start, end, rules.repeal_words):
                yield paragraph, start, end


def _numbered_otherwise(rest: str, number: re.Pattern[str]) -> bool:
    """Say whether a title is followed by another rule's number in brackets."""
    match = _OWN_NUMBER.match(rest)
    return match is not None and number.search(rest[: match.end() + 1]) is None


def _knows(text: str, start: int, end: int, words: Sequence[str]) -> bool:
    low = max((match.end() for match in _SENTENCE.finditer(text, 0, start)), default=0)
    after = _SENTENCE.search(text, end)
    sentence = text[low : after.start() if after else len(text)]
    return any(word in sentence for word in words)
