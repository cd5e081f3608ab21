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
    whole = "\n".join(paragraph.text for paragraph in report.texts)
    for rule in rules.repealed:
        # Most rules are cited nowhere; a look at the whole text spares the patterns.
        named = any(plain(title) in whole for title in rule.titles)
        if rule.since >= begins or not (named or number_pattern(rule.number).search(whole)):
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


_MALFORMED = re.compile(
    r"(?P<word>[\u4e00-\u9fa5]{1,8})(?:\[|【|\()(?P<year>(?:19|20)\d\d)(?:\]|】|\))(?P<number>\d{1,5})号"
)


@check("citation-malformed", version=1)
def citation_malformed(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A document number whose year does not stand in 〔〕 (GB/T 9704-2012, 7.2.5); first place."""
    seen: set[str] = set()
    for paragraph in report.texts:
        for match in _MALFORMED.finditer(paragraph.text):
            word = _LEADING.sub("", match["word"])
            right = f"{word}〔{match['year']}〕{match['number']}号"
            if not word.endswith(rules.document_words) or right in seen:
                continue
            seen.add(right)
            start = match.end("word") - len(word)
            found = paragraph.text[start : match.end()]
            yield Doubt(
                place=paragraph.place(start, match.end()),
                expected=right,
                found=found,
                values={"expected": right, "found": found},
            )


_LEADING = re.compile(r"^.*(?:根据|依据|按照|参照|执行|印发|关于|以及|和|及|与|的)")


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
