"""Annexes that are named by their titles, without numbers, and what stands in the file under them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reviewapp.domain.document import Line, LineKind, Place
from reviewapp.domain.precheck.language_rules import AnnexRule
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.text import plain, shorten

_OPENS = re.compile(
    r"附[件表录](?:目录|清单|列表|如下)?:(?P<rest>.*)$|附[件表录](?:目录|清单|列表)$"
)
_NUMBERED = re.compile(
    r"(?:附[件表录])?[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)]?[.、:,)]|附[件表录]\d"
)
_MARKS = re.compile(r"[《》、.,:;。()〔〕“”\"'—–\-\s]")
_PAGE = re.compile(r"[.·…_—\-]{2,}\d*$|\(?(?:另附|附后|略)\)?$")
_LEAST, _MOST = 4, 40  # characters of a title
_LONGEST = 60  # characters of a line that can be a title
_LINES = 20  # of one list
_LEAST_TEXT = 25  # characters of a line that is no name of a unit or a place for a signature
_CITES = re.compile(r"见附|附[件表录]:?《")


@dataclass(frozen=True, slots=True)
class Named:
    """An annex as a list, the contents or the text names it; `lines` (body lines) only name it."""

    title: str
    place: Place
    lines: tuple[int, ...]


def named(report: Report, rule: AnnexRule) -> list[Named]:
    """Return the annexes named without a number, each title once, in reading order."""
    found = [*_in_lists(report, rule), *_in_text(report, rule), *_in_contents(report, rule)]
    first: dict[str, Named] = {}
    for one in found:
        key = bare(one.title)
        before = first.get(key)
        first[key] = replace(before, lines=before.lines + one.lines) if before else one
    return list(first.values())


def bare(title: str) -> str:
    """Return a title without marks, as titles are compared."""
    return _MARKS.sub("", title)


def _in_lists(report: Report, rule: AnnexRule) -> Iterator[Named]:
    """Lines below 附件: or 附件清单 up to the first that is no title.

    A label with one title, or at the head of a page, may open the annex itself: it is a list only
    where nothing but names for a signature follows on the page, at the head only with several.
    """
    lines = [(i, line) for i, line in enumerate(report.lines) if line.kind is not LineKind.TOC]
    for at, (index, line) in enumerate(lines):
        opened = _OPENS.match(plain(line.text)) if line.kind is LineKind.BODY else None
        if opened is None or (opened["rest"] and not _is_title(opened["rest"], rule)):
            continue
        found = list(_below(lines[at + 1 : at + 1 + _LINES], index, line, rule))
        after = at + 1 + len(found)
        if opened["rest"]:
            found.insert(0, _named(opened["rest"], line, index))
        several = len(found) > 1
        at_head = opened["rest"] is not None and _heads_a_page(lines, at)
        alone = not _goes_on(lines[after:], line.page)
        if (several and (alone or not at_head)) or (alone and not at_head):
            yield from found


def _below(
    lines: Sequence[tuple[int, Line]], label_index: int, label: Line, rule: AnnexRule
) -> Iterator[Named]:
    for index, line in lines:
        text = plain(line.text)
        if line.page != label.page or line.size > label.size + 1 or not _is_title(text, rule):
            return
        yield _named(text, line, label_index, index)


def _goes_on(lines: Sequence[tuple[int, Line]], page: int) -> bool:
    """Say whether text or a table follows on the page, and not only names for a signature."""
    following = [line for _, line in lines[:_LINES] if line.page == page]
    return any(
        line.kind is LineKind.TABLE or len(plain(line.text)) > _LEAST_TEXT for line in following
    )


def _named(title: str, line: Line, *indices: int) -> Named:
    return Named(_PAGE.sub("", title), Place(line.page, line.box, shorten(line.text)), indices)


def _heads_a_page(lines: Sequence[tuple[int, Line]], at: int) -> bool:
    """Say whether 附件:评分表 is the annex itself: it begins its page."""
    return at == 0 or lines[at - 1][1].page != lines[at][1].page


def _is_title(text: str, rule: AnnexRule) -> bool:
    form = bare(_PAGE.sub("", text))
    return (
        _LEAST <= len(form) <= _MOST
        and not _NUMBERED.match(text)
        and form.endswith(rule.title_endings)
        and not any(word in form for word in rule.not_titles)
        and not re.search(r"[。;!?]", text)
    )


def _in_text(report: Report, rule: AnnexRule) -> Iterator[Named]:
    patterns = [re.compile(pattern) for pattern in rule.titled]
    foreign = [re.compile(pattern) for pattern in rule.foreign_before]
    for paragraph in report.paragraphs:
        if "附" not in paragraph.text:
            continue
        for pattern in patterns:
            for match in pattern.finditer(paragraph.text):
                before = paragraph.text[max(0, match.start() - 16) : match.start()]
                if any(one.search(before) for one in foreign) or not _is_title(
                    match["title"], rule
                ):
                    continue
                place = paragraph.place(match.start("title"), match.end("title"))
                yield Named(match["title"], place, (paragraph.line,))


def _in_contents(report: Report, rule: AnnexRule) -> Iterator[Named]:
    for index, line in enumerate(report.lines):
        opened = _OPENS.match(plain(line.text)) if line.kind is LineKind.TOC else None
        if opened and opened["rest"] and _is_title(_PAGE.sub("", opened["rest"]), rule):
            yield _named(opened["rest"], line, index)


def standing(report: Report, told: set[int]) -> list[str]:
    """Return what short paragraphs, captions, headings, cells and running headers say, bare.

    `told` are the lines of lists of annexes and of citations, which only name them.
    """
    texts = [p.text for p in report.paragraphs if p.line not in told]
    texts += [table.caption for table in report.document.tables]
    texts += [cell.text for cell in report.cells]
    texts += [m.heading.text for m in report.matches if m.heading.line not in told]
    for page in report.document.pages:
        texts += [line.text for line in page.lines if line.kind is LineKind.HEADER]
    short = (plain(text) for text in texts if text and len(text) <= _LONGEST)
    return [_MARKS.sub("", text) for text in short if not _CITES.search(text)]


def share(title: str, texts: Sequence[str]) -> float:
    """Return the largest share of a title's pairs of characters that one text holds, 0 to 1."""
    form = bare(title)
    pairs = {form[at : at + 2] for at in range(len(form) - 1)}
    if not pairs:
        return 1.0
    return max((sum(p in text for p in pairs) / len(pairs) for text in texts), default=0.0)
