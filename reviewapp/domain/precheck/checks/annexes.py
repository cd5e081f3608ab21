"""Annexes that are cited and absent, and a report without any table of scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewapp.domain.document import Line, LineKind, Place
from reviewapp.domain.precheck import annex_titles
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.numerals import number
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import plain, shorten

_N = r"(?:\d{1,2}(?!\d|\.\d|%)|[一二三四五六七八九十]{1,3})(?:-\d{1,2}(?!\d))?"
_LABEL = re.compile(rf"附[件表录](?P<n>{_N})")
_CITED = re.compile(
    rf"附[件表录](?P<n>{_N})(?P<more>(?:(?:[、,和及与]|以及)(?:附[件表录])?{_N}(?![\d年月]))*)"
    rf"(?:(?:至|到|[—–~-]+)(?:附[件表录])?(?P<last>{_N}))?"
)
_NUMBER = re.compile(_N)
_WORDS_AFTER = re.compile(r"^[一二三四五六七八九十]*(?:览|般|致|些|定|并|同|起|式|次|切)")
_LISTED = re.compile(rf"^(?:附[件表录])?(?P<n>{_N})(?:[.、:,]|(?=[《\u4e00-\u9fff]))")
_MARKS = re.compile(r"[《》、.,:;。()〔〕“”\"'—–\-\s]")
_LEAST_TITLE = 4  # characters by which an annex without number is known
_LONGEST_LABEL = 60
_MOST_RANGE = 20


_Entry = tuple[Paragraph, re.Match[str] | None]


@dataclass(frozen=True, slots=True)
class _Citation:
    number: str
    place: Place


@check("annex-missing", version=2)
def annex_missing(report: Report, rules: Rules) -> Iterator[Doubt]:
    """No score table stands anywhere, or an annex that text or contents cite is absent.

    财预〔2020〕10号, annex 3 (附相关评分表). One finding per annex, at its first citation. Annexes
    that are bound apart, and pages that could not be read, make the answer unverifiable.
    """
    unread = bool(report.unreadable())
    apart = _bound_apart(report, rules)
    if report.kind == "key-project" and not report.score_tables:
        named = any(_names_scores(report, plain(text)) for text in _titles(report))
        doubtful = unread or apart or named
        yield Doubt(
            expected="indicator-scores",
            outcome=Outcome.UNVERIFIABLE if doubtful else Outcome.SUSPECT,
            variant="scores-unread" if doubtful else "scores",
        )
    there = _present(report)
    if not there.numbers and not there.any and not report.matches:
        return
    for citation in _citations(report, rules):
        if there.has(citation.number):
            continue
        variant = "apart" if apart else "unread" if unread else ""
        yield Doubt(
            place=citation.place,
            expected=citation.number,
            outcome=Outcome.UNVERIFIABLE if variant else Outcome.SUSPECT,
            variant=variant,
            values={"number": citation.number},
        )
    yield from _by_title(report, rules, there, unread=unread or apart)


def _by_title(report: Report, rules: Rules, there: _Present, *, unread: bool) -> Iterator[Doubt]:
    """Annexes that a list, the contents or the text names without a number."""
    rule = rules.language.annexes
    annexes = annex_titles.named(report, rule)
    if not annexes:
        return
    told = {line for annex in annexes for line in annex.lines}
    texts = annex_titles.standing(report, told)
    for annex in annexes:
        title = annex_titles.bare(annex.title)
        scored = report.score_tables and _names_scores(report, title)
        found = 100 * annex_titles.share(annex.title, texts)
        if scored or title in there.titles.values() or found >= rule.there:
            continue
        alike = any(t in title and any(t in text for text in texts) for t in rule.topics)
        doubtful = unread or alike or found >= rule.perhaps or title.endswith(rule.pictures)
        yield Doubt(
            place=annex.place,
            expected=annex.title,
            outcome=Outcome.UNVERIFIABLE if doubtful else Outcome.SUSPECT,
            variant="title-unread" if doubtful else "title",
            values={"title": annex.title},
        )


def _bound_apart(report: Report, rules: Rules) -> bool:
    patterns = [re.compile(pattern) for pattern in rules.language.annexes.apart]
    texts = [
        *(p.text for p in report.paragraphs),
        *(plain(line.text) for line in _contents(report)),
    ]
    return any(pattern.search(text) for pattern in patterns for text in texts)


def _contents(report: Report) -> Iterator[Line]:
    return (line for line in report.lines if line.kind is LineKind.TOC)


def _titles(report: Report) -> Iterator[str]:
    """Return what headings and captions say."""
    yield from (match.heading.text for match in report.matches)
    yield from (table.caption for table in report.document.tables)


def _names_scores(report: Report, title: str) -> bool:
    return any(re.search(pattern, title) for pattern in report.outline.score_annexes)


# -- what is there -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Present:
    numbers: frozenset[str]
    titles: dict[str, str]  # number -> what lists and contents call the annex
    texts: tuple[str, ...]  # short lines and captions, without marks

    @property
    def any(self) -> bool:
        return bool(self.numbers)

    def has(self, number_: str) -> bool:
        """Say whether an annex stands under its number, or without one under its title."""
        base = number_.split("-")[0]
        if number_ in self.numbers or base in self.numbers:
            return True
        title = self.titles.get(number_, "")
        return len(title) >= _LEAST_TITLE and any(title in text for text in self.texts)


def _present(report: Report) -> _Present:
    numbers: set[str] = set()
    titles: dict[str, str] = {}
    texts: list[str] = []
    listed = _lists(report, titles)
    for line in _contents(report):
        text = plain(line.text)
        label = _LABEL.match(text)
        if label:
            titles.setdefault(_key(label["n"]), _title(text[label.end() :]))
    headings = {match.heading.line for match in report.matches if match.heading.style == "annex"}
    for paragraph in report.paragraphs:
        if paragraph.line in listed and paragraph.line not in headings:
            continue
        label = _LABEL.match(paragraph.text)
        if label and len(paragraph.text) <= _LONGEST_LABEL:
            numbers.add(_key(label["n"]))
        if len(paragraph.text) <= _LONGEST_LABEL:
            texts.append(_MARKS.sub("", paragraph.text))
    others = [
        *(table.caption for table in report.document.tables),
        *(cell.text for cell in report.cells if len(cell.text) <= _LONGEST_LABEL),
        *(m.heading.text for m in report.matches if m.heading.line not in listed - headings),
        *(line.text for line in _furniture(report)),
    ]
    for text in map(plain, others):
        label = _LABEL.match(text)
        if label:
            numbers.add(_key(label["n"]))
        texts.append(_MARKS.sub("", text))
    whole = {n.split("-")[0] for n in numbers}
    return _Present(frozenset(numbers | whole), titles, tuple(texts))


def _furniture(report: Report) -> Iterator[Line]:
    """Return the running headers: an annex may be named there only."""
    for page in report.document.pages:
        yield from (line for line in page.lines if line.kind is LineKind.HEADER)


def _lists(report: Report, titles: dict[str, str]) -> set[int]:
    """Return the lines (indices) of lists of annexes, and note the titles that they give.

    A list is 附件 alone followed by numbered lines, or neighbouring lines of one page that each
    begin with another annex.
    """
    listed: set[int] = set()
    entries = [(p, _LISTED.match(p.text)) for p in report.paragraphs]
    open_list = False
    for index, (paragraph, entry) in enumerate(entries):
        text = paragraph.text
        begins = re.match(r"附[件表录](?:目录|清单|列表)?:?$|附[件表录]:(?=\d|[一二三四五])", text)
        if begins:
            open_list = True
            rest = text[begins.end() :]
            entry = _LISTED.match(rest)
            text = rest
            listed.add(paragraph.line)
        labelled = entry is not None and text.startswith("附")
        beside = labelled and _other_label_beside(entries, index)
        if entry is not None and (open_list or beside):
            titles.setdefault(_key(entry["n"]), _title(text[entry.end() :]))
            listed.add(paragraph.line)
        elif not begins:
            open_list = False
    return listed


def _other_label_beside(entries: Sequence[_Entry], index: int) -> bool:
    """Say whether the paragraph before or after, on the same page, begins with another annex."""
    paragraph, entry = entries[index]
    for other in (index - 1, index + 1):
        if not 0 <= other < len(entries):
            continue
        neighbour, found = entries[other]
        if found is None or not neighbour.text.startswith("附") or neighbour.page != paragraph.page:
            continue
        if entry is not None and found["n"].split("-")[0] != entry["n"].split("-")[0]:
            return True
    return False


def _title(text: str) -> str:
    return _MARKS.sub("", re.sub(r"[.·…_—\-]{2,}.*$|\d+$|[(][^()]*[)]$", "", text))


def _key(printed: str) -> str:
    """Return 附件二 and 附件2 as the same number."""
    first, _, second = printed.partition("-")
    return f"{number(first) or first}{'-' + second if second else ''}"


# -- what is cited -----------------------------------------------------------------------------


def _citations(report: Report, rules: Rules) -> list[_Citation]:
    """Return the first citation of every annex, in reading order."""
    first: dict[str, _Citation] = {}
    for number_, place in (*_in_text(report, rules), *_in_contents(report)):
        first.setdefault(number_, _Citation(number_, place))
    return list(first.values())


def _in_text(report: Report, rules: Rules) -> Iterator[tuple[str, Place]]:
    rule = rules.language.annexes
    foreign = [re.compile(pattern) for pattern in rule.foreign_before]
    for paragraph in report.texts:
        text = paragraph.text
        for match in _CITED.finditer(text):
            before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() :]
            if not match.start() or any(pattern.search(before) for pattern in foreign):
                continue  # a label, or the annex of another document
            if after.startswith(rule.not_numbers) or _WORDS_AFTER.match(
                text[match.start("n") : match.end() + 1]
            ):
                continue
            for cited in _numbers(match):
                yield cited, paragraph.place(match.start(), match.end())


def _numbers(match: re.Match[str]) -> Iterable[str]:
    """Return the numbers that a citation names: 附件1、3 and 附件2至附件4."""
    found = [_key(match["n"]), *(_key(m[0]) for m in _NUMBER.finditer(match["more"] or ""))]
    if match["last"] is not None and found[-1].isdecimal() and _key(match["last"]).isdecimal():
        low, high = int(found[-1]), int(_key(match["last"]))
        if low < high <= low + _MOST_RANGE:
            found += [str(n) for n in range(low + 1, high + 1)]
    return found


def _in_contents(report: Report) -> Iterator[tuple[str, Place]]:
    for line in _contents(report):
        label = _LABEL.match(plain(line.text))
        if label:
            yield _key(label["n"]), Place(line.page, line.box, shorten(line.text))
