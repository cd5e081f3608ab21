"""Years that cannot be meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from reviewapp.domain.precheck.facts import Period
from reviewapp.domain.precheck.figure_rules import YearRule
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.ledger import sentence_at
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules

_YEAR = re.compile(r"(?<!\d)(?P<year>20\d{2})年")
_QUOTED = re.compile(r"《[^》]{0,80}》|[〔\[【(]20\d{2}[〕\]】)]\d*号?")
_PERIOD = ("期间", "基准", "基期")  # 评价期间, 评价基准期 name the evaluated years themselves
_BEFORE, _AFTER = 3, 5  # characters beside a year in which a word of one character counts
_REPORT_LAG = 1  # years after the evaluated one in which a report without a date was written


def _has_period(report: Report) -> bool:
    return report.period is not None


@check("year-inconsistent", version=1, applies=_has_period)
def year_inconsistent(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A year that cannot be meant: evaluated by its own words, done in the future, long past.

    Besides an amount of the evaluated year that stands under another year.
    """
    period = report.period
    if period is None:
        return
    rule = rules.years
    seen: set[tuple[int, int]] = set()
    found = [
        *_other_periods(report, period, rule),
        *_not_yet(report, period, rule),
        *_long_past(report, period, rule),
        *_moved_amounts(report, period, rule),
    ]
    for paragraph, start, year in found:
        begin, _ = sentence_at(paragraph.text, start)
        key = (id(paragraph), begin)
        if key in seen:
            continue
        seen.add(key)
        expected = str(period.last)
        yield Doubt(
            place=paragraph.place(start, start + 4),
            expected=expected,
            found=str(year),
            values={"expected": expected, "found": str(year)},
        )


_Found = tuple[Paragraph, int, int]


def _other_periods(report: Report, period: Period, rule: YearRule) -> Iterator[_Found]:
    """Places that say which years are evaluated, and say others than most of them do."""
    names = "|".join(re.escape(name) for name in report.names) or r"\b\B"
    patterns = [re.compile(p.replace("<name>", f"(?:{names})")) for p in rule.periods]
    stated: dict[tuple[int, int], tuple[Paragraph, int, int, int]] = {}
    for paragraph in report.paragraphs:
        if "年" not in paragraph.text:
            continue
        for pattern in patterns:
            for match in pattern.finditer(paragraph.text):
                first = int(match["year"])
                last = int(match.groupdict().get("last") or first)
                if not _in_history(paragraph.text, match, rule):
                    key = (id(paragraph), match.start("year"))
                    stated[key] = (paragraph, match.start("year"), first, last)
    votes = Counter(
        year for _, _, first, last in stated.values() for year in range(first, last + 1)
    )
    for paragraph, start, first, last in stated.values():
        # What most places say is meant, even where it is not what was taken for the period.
        if period.last not in range(first, last + 1) and votes[last] <= votes[period.last] + 1:
            yield paragraph, start, last


def _in_history(text: str, match: re.Match[str], rule: YearRule) -> bool:
    """Say whether the sentence of a stated period speaks of history, its own words left out."""
    begin, end = sentence_at(text, match.start())
    rest = text[begin : match.start()] + "#" + text[match.end() : end]
    return any(word in rest for word in rule.history if len(word) > 1 and word not in _PERIOD)


def _not_yet(report: Report, period: Period, rule: YearRule) -> Iterator[_Found]:
    """What is told as done in a year after the report was written."""
    date = report.facts.get("report_date")
    written = int(str(date.value)[:4]) if date else period.last + _REPORT_LAG
    latest = max(written, period.last)
    for paragraph in report.paragraphs:
        for start, year in _years(paragraph.text):
            if year <= latest:
                continue
            # 截至 is no 至: it says up to when something was done.
            text = _without(paragraph.text, (*report.names, "截至", "截止"))
            if _spoken_of(text, start, rule.plans):
                continue
            begin, end = sentence_at(text, start)
            if any(word in text[begin:end] for word in rule.done):
                yield paragraph, start, year


def _long_past(report: Report, period: Period, rule: YearRule) -> Iterator[_Found]:
    """Results of a year before the evaluated ones, in the sections that tell of results."""
    inside = [
        range(section.match.heading.line, section.end)
        for section in report.sections
        if section.match is not None and section.rule.id in rule.sections
    ]
    patterns = [re.compile(pattern) for pattern in rule.states]
    for paragraph in report.paragraphs:
        if not any(paragraph.line in span for span in inside):
            continue
        if "年" not in paragraph.text:
            continue
        blank = _without(_without_quotes(paragraph.text), report.names)
        for pattern in patterns:
            for match in pattern.finditer(blank):
                year, start = int(match["year"]), match.start("year")
                if year >= period.first:
                    continue
                if year > period.first - rule.oldest and _may_be_meant(blank, start, period, rule):
                    continue
                if not _spoken_of(blank, start, rule.history, skip=match.group()):
                    yield paragraph, start, year


def _may_be_meant(text: str, start: int, period: Period, rule: YearRule) -> bool:
    """Say whether a paragraph may mean a year shortly before the evaluated ones.

    It may unless it says 2023年度 as the year that it is about, names no evaluated year, and has no
    word of history or comparison anywhere.
    """
    if text[start + 4 : start + 6] != "年度":
        return True
    evaluated = range(period.first, period.last + 1)
    if any(int(match["year"]) in evaluated for match in _YEAR.finditer(text)):
        return True
    return any(word in text for word in rule.history if len(word) > 1)


def _moved_amounts(report: Report, period: Period, rule: YearRule) -> Iterator[_Found]:
    """The evaluated year's budget or spending, to the last digit, under another year."""
    evaluated = range(period.first, period.last + 1)
    own = {
        entry.value
        for entry in report.ledger
        if entry.what in ("budget", "spent") and not entry.subject and entry.year == period.last
    }
    for entry in report.ledger:
        paragraph, year = entry.paragraph, entry.year
        if paragraph is None or year is None or year in evaluated or entry.subject:
            continue
        if entry.what not in ("budget", "spent") or entry.value not in own:
            continue
        digits = re.sub(r"\D", "", entry.printed).strip("0")
        begin, end = entry.sentence
        sentence = paragraph.text[begin:end]
        named = {int(match["year"]) for match in _YEAR.finditer(sentence)}
        if len(digits) < rule.digits or named & set(evaluated):
            continue
        at = sentence.rfind(f"{year}年", 0, entry.start - begin)
        text = _without(paragraph.text, report.names)
        if at >= 0 and not _spoken_of(text, begin + at, rule.history):
            yield paragraph, begin + at, year


def _years(text: str) -> Iterator[tuple[int, int]]:
    """Yield offset and year of every year outside titles and document numbers."""
    if "年" not in text:
        return
    for match in _YEAR.finditer(_without_quotes(text)):
        yield match.start("year"), int(match["year"])


def _without_quotes(text: str) -> str:
    """Return the text with titles and document numbers blanked; its length stays the same."""
    return _QUOTED.sub(lambda match: "#" * len(match[0]), text)


def _without(text: str, names: Sequence[str]) -> str:
    """Return the text with the report's own names blanked: 高标准农田 is no standard."""
    for name in names:
        text = text.replace(name, "#" * len(name))
    return text


def _spoken_of(
    text: str, start: int, words: Sequence[str], *, near: bool = True, skip: str = ""
) -> bool:
    """Say whether words of a plan or of history stand in the sentence of a year.

    Words of one character count beside the year only; `skip` is the match's own text.
    """
    begin, end = sentence_at(text, start)
    before, after = text[begin:start], text[start + 4 : end]
    if skip:
        at = text.find(skip, begin)
        before, after = text[begin:at], text[at + len(skip) : end]
    sentence = before + "#" + after
    for word in words:
        if len(word) > 1:
            if word in sentence:
                return True
        elif near and (word in before[-_BEFORE:] or word in after[:_AFTER]):
            return True
    return False
