"""Tells a report's own lines from running headers, footers, page numbers and the contents list."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from reviewapp.adapters.pdf_lines import RawLine
from reviewapp.adapters.pdf_page import RawPage

_ZONE = 0.12  # of the page's height, at the top and at the bottom
_LINES = 3  # so many lines at either end of a page may be furniture
_SAME_HEIGHT = 8.0  # points
_MIN_PAGES = 3
_MIN_SHARE = 0.2  # of the pages: a header may stand on one chapter's odd pages only
_ELSEWHERE = 0.5  # of its places at the edge: a line that stands so often inside pages is a heading

_DIGITS = "0-9０-９〇零一二三四五六七八九十百ivxIVX"
_PAGE_NUMBER = re.compile(
    rf"(?P<mark>第|[-—–－―~·•|/]+|Page|page|P\.?)?\s*(?P<number>[{_DIGITS}]{{1,5}})\s*"
    rf"(?P<rest>页|[-—–－―~·•|]+)?\s*"
    rf"(?:[,，/／]?\s*(?:共|of|/|／)?\s*[{_DIGITS}]{{1,5}}\s*页?)?"
)
_LEADER = re.compile(
    r"(?:\.\s?){3,}|(?:…\s?)+|(?:·\s?){3,}|(?:．\s?){3,}|(?:‥\s?){2,}|(?:-\s?){5,}|_{4,}"
)
_END_NUMBER = re.compile(r"[\s.…·．—–\-－(（]*\d{1,4}[\s—–\-－)）]*$")
_FIGURE = re.compile(r"\d+")
_CONTENTS = {"目录", "目次", "contents", "tableofcontents"}
_CONTENTS_PAGES = 10


def mark(pages: list[RawPage]) -> None:
    """Set `kind` of every line that is furniture or an entry of the contents list."""
    _mark_page_numbers(pages)
    _mark_repeated(pages)
    _mark_contents(pages)


def _zone_lines(page: RawPage) -> list[tuple[str, RawLine]]:
    """Return ("top" or "bottom", line), the outermost first, of lines that may be furniture."""
    body = [line for line in page.lines if line.kind == "body"]
    top = [line for line in body[:_LINES] if line.box[3] <= page.height * _ZONE + 10]
    bottom = [line for line in body[-_LINES:] if line.box[1] >= page.height * (1 - _ZONE) - 10]
    return [("top", line) for line in top] + [("bottom", line) for line in reversed(bottom)]


def _mark_page_numbers(pages: list[RawPage]) -> None:
    plain: dict[int, list[RawLine]] = defaultdict(list)
    for page in pages:
        seen: set[str] = set()
        for end, line in _zone_lines(page):
            match = _PAGE_NUMBER.fullmatch(line.text.strip())
            if match is None or end in seen:
                seen.add(end)
                continue
            seen.add(end)
            if match["mark"] or match["rest"] or "/" in line.text or "共" in line.text:
                line.kind = "page-number"
            elif match["number"].isdecimal():
                plain[int(match["number"]) - page.number].append(line)
    for lines in plain.values():
        # A bare number at the foot counts only where it runs with the pages.
        if len(lines) >= 2 or len(pages) == 1:
            for line in lines:
                line.kind = "page-number"


def _mark_repeated(pages: list[RawPage]) -> None:
    everywhere = Counter(
        _repeats(line.text) for page in pages for line in page.lines if line.kind == "body"
    )
    groups: dict[tuple[str, str], list[tuple[int, RawLine]]] = defaultdict(list)
    for page in pages:
        for end, line in _zone_lines(page):
            if line.kind == "body":
                groups[(end, _repeats(line.text))].append((page.number, line))
    needed = max(_MIN_PAGES, min(_MIN_SHARE * len(pages), 8))
    for (end, key), found in groups.items():
        heights = Counter(round(line.box[1] / _SAME_HEIGHT) for _, line in found)
        common = heights.most_common(1)[0][0]
        same = [line for _, line in found if abs(round(line.box[1] / _SAME_HEIGHT) - common) <= 1]
        # A heading that comes again and again, such as （1）核查结果, is at times a page's first line.
        elsewhere = everywhere[key] - len(same)
        if len(same) >= needed and elsewhere < _ELSEWHERE * len(same):
            for line in same:
                line.kind = "header" if end == "top" else "footer"


def _repeats(text: str) -> str:
    """Return what stays the same from page to page: no blanks, no figures."""
    return _FIGURE.sub("#", "".join(text.split()))


def _mark_contents(pages: list[RawPage]) -> None:
    counts = Counter(
        _heading(line.text) for page in pages for line in page.lines if line.kind == "body"
    )
    inside = False
    opened = 0
    listed: set[str] = set()
    for page in pages:
        body = [line for line in page.lines if line.kind == "body"]
        start = next((i for i, line in enumerate(body) if _is_contents(line.text)), None)
        if start is None and inside:
            start = -1
            if page.number - opened >= _CONTENTS_PAGES or not _entries(body, counts):
                inside = False
                continue
        elif start is not None:
            inside, opened = True, page.number
            listed.clear()
        if start is None:
            _mark_leaders(body)
            continue
        inside = _mark_list(body, start, counts, listed)


def _is_contents(text: str) -> bool:
    return "".join(text.split()).lower() in _CONTENTS


def _heading(text: str) -> str:
    """Return an entry without its leader and page number, to compare with a heading."""
    head = _LEADER.split(text, maxsplit=1)[0]
    return "".join(_END_NUMBER.sub("", head).split()).rstrip(".·…．")


def _is_entry(text: str, counts: Counter[str]) -> bool:
    if _LEADER.search(text) and _END_NUMBER.search(text):
        return True
    head = _heading(text)
    return bool(head) and len(head) >= 2 and counts[head] >= 2


def _entries(body: list[RawLine], counts: Counter[str]) -> bool:
    """Say whether a page goes on with the contents list: its first lines are entries."""
    first = body[:4]
    entries = sum(_is_entry(line.text, counts) or bool(_LEADER.search(line.text)) for line in first)
    leaders = sum(bool(_LEADER.search(line.text)) for line in first)
    numbers = sum(bool(re.search(r"\d\s*[—\-]?$", line.text)) for line in first)
    return bool(first) and entries * 2 >= len(first) and (leaders > 0 or numbers * 2 >= len(first))


def _mark_leaders(body: list[RawLine]) -> None:
    for line in body:
        if _LEADER.search(line.text) and _END_NUMBER.search(line.text):
            leader = max(_LEADER.finditer(line.text), key=lambda m: len(m.group()))
            line.kind = "toc" if len(leader.group()) >= 6 else line.kind


def _mark_list(body: list[RawLine], start: int, counts: Counter[str], listed: set[str]) -> bool:
    """Mark from the title (or the page's first line) to the last entry of the page.

    `listed` collects the entries so far. One that comes again without a page number is the
    heading itself, where the body begins on the same page: then the list has ended, and the
    answer is False.
    """
    last = start
    misses = 0
    ended = False
    for index in range(start + 1, len(body)):
        text = body[index].text
        head = _heading(text)
        if head in listed and not _END_NUMBER.search(text):
            ended = True
            break
        if _is_entry(text, counts) or _LEADER.search(text) or re.fullmatch(r"[\d\s—-]+", text):
            last, misses = index, 0
            listed.add(head)
            continue
        # An entry may run over two lines; a third that fits nothing ends the list.
        misses += 1
        if misses > 2:
            break
    for line in body[max(start, 0) : last + 1]:
        line.kind = "toc"
    return not ended
