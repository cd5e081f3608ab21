"""Whether one file holds several reports, and on which pages each begins; a hint, never a finding.

A report begins where a title stands that is another report's, on a cover or with its own contents
or its own 一、 after it. Without a title only new contents with a new numbering count, and only
after what may be a whole report. Pages without text say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import median

from reviewapp.domain.document import Document, Line, LineKind
from reviewapp.domain.precheck import cover
from reviewapp.domain.precheck.outline import Heading
from reviewapp.domain.precheck.rules import CoverRule, SeveralRule
from reviewapp.domain.precheck.text import plain

_TOP_STYLES = ("part", "chapter", "chinese")
_YEARS = re.compile(r"20\d{2}")
_MARKS = re.compile(r"[《》]")


@dataclass(frozen=True, slots=True)
class Range:
    """Pages that seem to be one report; `signs` are title, cover, contents, numbering."""

    first: int
    last: int
    title: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    fields: int  # of a cover, on the same page


class _Pages:
    """What stands on each page, as far as the beginning of a report shows by it."""

    def __init__(
        self,
        document: Document,
        headings: Sequence[Heading],
        cover_rule: CoverRule,
        rule: SeveralRule,
    ) -> None:
        lines = document.body_lines()
        self.titles = dict(_titles(lines, cover_rule, rule))
        self.contents = {line.page for line in lines if plain(line.text) in rule.contents}
        self.tops = {
            heading.page: heading.number or 0
            for heading in reversed(headings)  # the first one of a page counts
            if heading.level == 1 and heading.style in _TOP_STYLES and not heading.run_in
        }
        self.restarts = {page for page, number in self.tops.items() if number == 1}
        self.annexes = {heading.page for heading in headings if heading.style == "annex"}
        self.annexes |= set(_annexes(lines, rule))

    def signs_after(self, page: int, rule: SeveralRule) -> tuple[str, ...]:
        """Return which of contents and numbering begin on the page or soon after it."""
        ahead = range(page, page + rule.look_ahead + 1)
        found = (
            ("contents", any(number in self.contents for number in ahead)),
            ("numbering", any(number in self.restarts for number in ahead)),
        )
        return tuple(name for name, stands in found if stands)


def find(
    document: Document,
    headings: Sequence[Heading],
    title: str,
    cover_rule: CoverRule,
    rule: SeveralRule,
) -> tuple[Range, ...]:
    """Return the ranges of a file that seems to hold several reports, else nothing.

    `title` is what was read as the first report's. The ranges take every page.
    """
    count = len(document.pages)
    if count < 2 * rule.least_pages:
        return ()
    pages = _Pages(document, headings, cover_rule, rule)
    front = (pages.titles[n].text for n in sorted(pages.titles) if n <= rule.least_pages)
    found = [Range(1, count, next(front, title))]
    for page in range(1 + rule.least_pages, count + 1):
        last = found[-1]
        if page - last.first < rule.least_pages or page in pages.annexes:
            continue
        begun = _begins(pages, page, last, cover_rule, rule)
        if begun is not None:
            found[-1] = replace(last, last=page - 1)
            found.append(Range(page, count, *begun))
    return tuple(found) if len(found) > 1 else ()


def _begins(
    pages: _Pages, page: int, last: Range, cover_rule: CoverRule, rule: SeveralRule
) -> tuple[str, tuple[str, ...]] | None:
    """Return title and signs of the report that begins on a page; None if none does."""
    after = pages.signs_after(page, rule)
    titled = pages.titles.get(page)
    if titled is not None:
        has_cover = titled.fields >= rule.cover_fields
        same = _is_same(titled.text, last.title, cover_rule, rule, by_year=has_cover)
        # The same title again is another report only with all that a report begins with.
        if same and not (has_cover and len(after) == 2 and page - last.first >= rule.alone_pages):
            return None
        signs = ("title", *(("cover",) if has_cover else ()), *after)
        return (titled.text, signs) if len(signs) > 1 else None
    if page not in pages.contents or "numbering" not in after:
        return None
    reached = max((pages.tops[n] for n in pages.tops if last.first <= n < page), default=0)
    whole = page - last.first >= rule.alone_pages and reached >= rule.alone_number
    return ("", after) if whole else None


def _is_same(
    title: str, other: str, cover_rule: CoverRule, rule: SeveralRule, *, by_year: bool
) -> bool:
    """Say whether two titles are one report's; a cover of another year is another report's."""
    years, others = set(_YEARS.findall(title)), set(_YEARS.findall(other))
    if by_year and years and others and not years & others:
        return False
    first, second = _core(title, cover_rule), _core(other, cover_rule)
    if not first or not second or first in second or second in first:
        return True
    share = SequenceMatcher(None, first, second, autojunk=False).ratio()
    return share * 100 >= rule.same_title_percent


def _core(title: str, cover_rule: CoverRule) -> str:
    """Return a title's own words: no year, no kind of document."""
    name = cover.project_name(_MARKS.sub("", plain(title)), "", cover_rule)
    return name.removesuffix("项目").removesuffix("部门整体支出")


def _titles(
    lines: Sequence[Line], cover_rule: CoverRule, rule: SeveralRule
) -> Iterator[tuple[int, _Title]]:
    """Yield the pages with a report's title on them: a line that ends as titles do.

    It is larger than the text, or a cover's fields stand on its page.
    """
    sizes = [line.size for line in lines if line.kind is LineKind.BODY and line.size]
    if not sizes:
        return
    least = rule.title_size * median(sizes)
    by_page: dict[int, list[Line]] = {}
    titled: dict[int, float] = {}
    for line in lines:
        if line.kind is not LineKind.BODY:
            continue
        by_page.setdefault(line.page, []).append(line)
        words = _MARKS.sub("", plain(line.text))
        if words.endswith(cover_rule.title_endings):
            titled[line.page] = max(line.size, titled.get(line.page, 0.0))
    for page, size in titled.items():
        front = cover.read(by_page[page], cover_rule)
        if size < least and len(front.fields) < rule.cover_fields:
            continue
        if front.title is not None and front.title.value.endswith(cover_rule.title_endings):
            yield page, _Title(front.title.value, len(front.fields))


def _annexes(lines: Sequence[Line], rule: SeveralRule) -> Iterator[int]:
    """Yield the pages whose first line says that an annex begins there."""
    page = 0
    for line in lines:
        if line.page != page:
            page = line.page
            if plain(line.text).startswith(rule.annex):
                yield page
