"""Which lines are headings, and how they nest.

Evidence: the number, how the line before ended, size and weight, the place on the page, length
and punctuation. Entries of the contents list, running headers and table text never count.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from reviewapp.domain.document import Box, Document, Line, LineKind
from reviewapp.domain.precheck import numbering
from reviewapp.domain.precheck.flow import Margins, starts_paragraph
from reviewapp.domain.precheck.numbering import RANKS, Number
from reviewapp.domain.precheck.text import half, plain

_LONGEST = 60  # characters of a heading
_LONGEST_LOW = 34  # of one numbered 1. and below, which lists use as well
_LONGEST_RUN_IN = 30
_UNNUMBERED = 30
_MOST_LINES = 3
_LARGER = 1.1  # times the running text: what stands out by size
_LEADER = re.compile(r"(?:[.·…．]\s?){3,}\s*[-—–]*\s*\d*\s*[-—–]*\s*$")
_RUN_IN = re.compile(r"[。:]")
_NOT_IN_HEADING = re.compile(r"[。;!?]")
_CAPTION = re.compile(
    r"(?:续|附)?[表图](?:\d|[一二三四五六七八九十]+[、:.\s]|$)|单位:|[(]?金额单位|注:|资料来源|数据来源:"
)
_MIDDLE = re.compile(r"^[,，、;。)）]|[,，]$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: `text` as printed, `title` its plain words without number or closing stop.

    `line` and `next_line` index the document's body lines: its first, and the first after it.
    `run_in` is how many plain characters of its last line are the heading (0: all of them).
    """

    text: str
    title: str
    style: str
    number: int | None
    level: int
    page: int
    box: Box
    line: int
    next_line: int
    run_in: int = 0
    size: float = 0.0
    bold: bool = False


Known = Callable[[str], bool]  # says whether a plain title is, as a whole, a known wording


@dataclass(frozen=True, slots=True)
class Layout:
    """A document's body lines with what is needed to judge each of them."""

    lines: list[Line]
    margins: dict[int, Margins]

    def before(self, index: int) -> Line | None:
        """Return the line before, if it is running text as well."""
        return self.lines[index - 1] if index else None

    def opens(self, index: int) -> bool:
        """Say whether the line begins a paragraph."""
        return starts_paragraph(self.lines[index], self.before(index), self.margins)

    def size_ratio(self, index: int) -> float:
        """Return the line's size over the size of the running text."""
        line = self.lines[index]
        body = self.margins[line.page].size
        return line.size / body if body and line.size else 1.0


def find(document: Document, margins: dict[int, Margins], known: Known) -> list[Heading]:
    """Return every heading in reading order, levels set."""
    layout = Layout(document.body_lines(), margins)
    found: list[Heading] = []
    index = 0
    started = False
    while index < len(layout.lines):
        heading = _at(layout, index, known, started)
        if heading is None:
            index += 1
            continue
        started = started or heading.style in ("part", "chapter", "chinese", "arabic")
        found.append(heading)
        index = max(heading.next_line, index + 1)
    return set_levels(found)


def _at(layout: Layout, index: int, known: Known, started: bool) -> Heading | None:
    line = layout.lines[index]
    if line.kind is not LineKind.BODY or _LEADER.search(line.text):
        return None
    number = numbering.parse(half(line.text))
    if number is None:
        close = numbering.glued(half(line.text))
        if close is not None and known(plain(line.text[close.length :]).rstrip("。:")):
            return _numbered(layout, index, close, known)
        return _unnumbered(layout, index, known, started) or _glued(layout, index, known)
    if number.style == "annex":
        return _annex(layout, index, number)
    return _numbered(layout, index, number, known) or (
        _glued(layout, index, known) if number.stopless else None
    )


def _numbered(layout: Layout, index: int, number: Number, known: Known) -> Heading | None:
    line = layout.lines[index]
    if not _may_open(layout, index, number):
        return None
    text, count = _joined(layout, index)
    parsed = numbering.parse(half(text)) or number
    words = plain(text[parsed.length :])
    # Of a heading that text runs on after, only its own words must not end in the middle.
    if not words or _MIDDLE.search(_RUN_IN.split(words, maxsplit=1)[0] or words):
        return None
    head, run_in = _head(words, number, line.bold, known)
    stands_out = layout.size_ratio(index) > _LARGER or line.bold
    if head is None or (number.stopless and not (known(head) or stands_out)):
        return None
    own = text if not run_in else text[: parsed.length] + text[parsed.length :][: len(head)]
    last = index + count
    if run_in:
        # The rest of the line is text: it belongs to the section, not to the heading.
        last = index + 1
        run_in = len(plain(text[: parsed.length])) + len(head) + 1
    return Heading(
        text=own.strip(),
        title=head,
        style=number.style,
        number=number.value,
        level=0,
        page=line.page,
        box=line.box,
        line=index,
        next_line=last,
        run_in=run_in,
        size=line.size,
        bold=line.bold,
    )


def _may_open(layout: Layout, index: int, number: Number) -> bool:
    """Say whether a numbered line can begin a paragraph; a wrapped line that starts so cannot."""
    line, before = layout.lines[index], layout.before(index)
    if layout.opens(index) or line.bold or layout.size_ratio(index) > _LARGER:
        return True
    return not number.stopless and before is not None and before.text.rstrip()[-1:] in "。；：！？:"


def _joined(layout: Layout, index: int) -> tuple[str, int]:
    """Join a heading that runs over lines; return its text and how many lines it takes."""
    first = layout.lines[index]
    text, count = first.text, 1
    only_number = not plain(text[numbering_length(text) :])
    while count < _MOST_LINES and index + count < len(layout.lines):
        line, last = layout.lines[index + count], layout.lines[index + count - 1]
        if line.kind is not LineKind.BODY or line.page != first.page:
            break
        if abs(line.size - first.size) > 0.6 or line.bold != first.bold:
            break
        if not only_number:
            ends = _RUN_IN.search(half(last.text)) or layout.margins[last.page].ends_short(last)
            centred = (
                layout.margins[line.page].is_centred(line) and layout.size_ratio(index) > _LARGER
            )
            if ends and not (centred and last.box.x0 < line.box.x0 + 1):
                break
            if numbering.parse(half(line.text)) is not None or _long_paragraph(
                layout, index + count
            ):
                break
        text, only_number = text + line.text, False
        count += 1
    return text, count


def numbering_length(text: str) -> int:
    """Return how many characters the number at the start takes, 0 without one."""
    number = numbering.parse(half(text))
    return number.length if number else 0


def _long_paragraph(layout: Layout, index: int) -> bool:
    """Say whether the line opens a new, indented paragraph instead of going on."""
    line = layout.lines[index]
    return layout.margins[line.page].is_indented(line)


def _head(words: str, number: Number, bold: bool, known: Known) -> tuple[str | None, int]:
    """Return the heading's words and 1 if text runs on after them; None if it is no heading."""
    closed = words.rstrip("。:;,、")
    high = RANKS[number.style] <= RANKS["chinese-brackets"] or number.style.startswith("decimal")
    longest = _LONGEST if high or bold else _LONGEST_LOW
    if not _NOT_IN_HEADING.search(closed) and (":" not in closed or len(closed) <= 20):
        ends_as_sentence = words[-1] in "。;" and not known(closed)
        limit = min(longest, 40 if high else 25) if ends_as_sentence else longest
        if len(closed) <= limit and words[-1] not in ",、":
            return (closed, 0) if closed else (None, 0)
        if ":" not in closed:
            return None, 0
    head = _RUN_IN.split(words, maxsplit=1)[0]
    if known(head):
        return head, 1
    if 2 <= len(head) <= _LONGEST_RUN_IN and "," not in head and (high or bold):
        return head, 1
    return None, 0


def _annex(layout: Layout, index: int, number: Number) -> Heading | None:
    """An annex begins with 附件 at the top of a page, or set apart by size or weight."""
    line = layout.lines[index]
    printed = plain(line.text)
    before = layout.before(index)
    top = before is None or before.page != line.page
    apart = line.bold or layout.size_ratio(index) > _LARGER
    is_list = printed.rstrip(":") in ("附件", "附表", "附录") and _list_follows(layout, index)
    if printed.startswith("附表") and not top:
        return None
    if is_list or not (top or apart) or re.search(r"[。;,]", printed) or len(printed) > 50:
        return None
    text, count = _annex_text(layout, index)
    length = numbering_length(text)
    return Heading(
        text=text.strip(),
        title=plain(text[length:]),
        style="annex",
        number=number.value,
        level=0,
        page=line.page,
        box=line.box,
        line=index,
        next_line=index + count,
        size=line.size,
        bold=line.bold,
    )


def _annex_text(layout: Layout, index: int) -> tuple[str, int]:
    """Return the annex heading with its title, which may stand on the next line."""
    text, count = layout.lines[index].text, 1
    if plain(text[numbering_length(text) :]):
        return text, count
    if index + 1 < len(layout.lines):
        line = layout.lines[index + 1]
        short = len(plain(line.text)) <= 40 and not _NOT_IN_HEADING.search(half(line.text))
        beside = line.kind is LineKind.BODY and line.page == layout.lines[index].page
        if beside and short and numbering.parse(half(line.text)) is None:
            return f"{text} {line.text}", 2
    return text, count


def _list_follows(layout: Layout, index: int) -> bool:
    """Say whether 附件: opens the list of annexes at the end of the body."""
    following = layout.lines[index + 1 : index + 3]
    numbers = [numbering.parse(half(line.text)) for line in following]
    return any(n is not None and n.style == "arabic" for n in numbers)


def _unnumbered(layout: Layout, index: int, known: Known, started: bool) -> Heading | None:
    """A heading without number stands apart and is a known wording, or is clearly larger."""
    line = layout.lines[index]
    title = plain(line.text).rstrip(":")
    if not 2 <= len(title) <= _UNNUMBERED or _NOT_IN_HEADING.search(title):
        return None
    if "," in title or _CAPTION.match(title) or not layout.opens(index):
        return None
    centred = layout.margins[line.page].is_centred(line)
    larger = layout.size_ratio(index) > 1.12
    apart = line.bold or larger or centred or _alone(layout, index)
    if not (known(title) and apart) and not (started and larger and (line.bold or centred)):
        return None
    return Heading(
        text=line.text.strip(),
        title=title,
        style="plain",
        number=None,
        level=0,
        page=line.page,
        box=line.box,
        line=index,
        next_line=index + 1,
        size=line.size,
        bold=line.bold,
    )


def _alone(layout: Layout, index: int) -> bool:
    """Say whether the line is a whole paragraph."""
    last = index + 1 >= len(layout.lines)
    ends = layout.margins[layout.lines[index].page].ends_short(layout.lines[index])
    return ends and (last or layout.opens(index + 1))


_GLUED = re.compile(
    r"[。;](?P<rest>\s*(?:[一二三四五六七八九十]{1,2}、|[(][一二三四五六七八九十]{1,2}[)]).{2,40})$"
)


def _glued(layout: Layout, index: int, known: Known) -> Heading | None:
    """A heading that hangs at the end of the paragraph before it, known as a whole."""
    line = layout.lines[index]
    match = _GLUED.search(half(line.text))
    if match is None:
        return None
    rest = line.text[match.start("rest") :]
    number = numbering.parse(half(rest))
    title = plain(rest[number.length :]).rstrip("。:") if number else ""
    if number is None or not known(title):
        return None
    return Heading(
        text=rest.strip(),
        title=title,
        style=number.style,
        number=number.value,
        level=0,
        page=line.page,
        box=line.box,
        line=index,
        next_line=index + 1,
        size=line.size,
        bold=line.bold,
    )


def set_levels(headings: list[Heading]) -> list[Heading]:
    """Return the headings with their levels, 1 the highest; an annex starts again at 1."""
    stack: list[str] = []  # styles from the highest level down to the current one
    by_look: dict[tuple[float, bool], int] = {}
    plain_size = 0.0
    levelled = []
    for heading in headings:
        if heading.style == "plain":
            level = by_look.get((round(heading.size), heading.bold), 1)
            del stack[level:]
            if len(stack) < level:
                stack.append("plain")
            plain_size = heading.size
        else:
            if heading.style == "arabic" and stack == ["plain"] and heading.size >= plain_size:
                stack.clear()  # 摘要 as large as 1. is beside it, not above it
            level = _level(stack, heading.style)
            by_look.setdefault((round(heading.size), heading.bold), level)
        levelled.append(replace(heading, level=level))
    return levelled


def _level(stack: list[str], style: str) -> int:
    if style == "annex":
        stack[:] = ["annex"]
        return 1
    if RANKS[style] <= RANKS["chinese"] and "plain" in stack:
        # A heading without number (摘要, 前言) does not hold the numbered ones after it.
        del stack[stack.index("plain") :]
    if style in stack:
        del stack[stack.index(style) + 1 :]
        return len(stack)
    while stack and stack[-1] != "annex" and RANKS.get(stack[-1], 0) > RANKS[style]:
        stack.pop()
    stack.append(style)
    return len(stack)
