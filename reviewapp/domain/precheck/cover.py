"""The cover: its title, its labelled fields, its date, and which pages it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reviewapp.domain.document import Line, LineKind, Place
from reviewapp.domain.precheck.numerals import dates
from reviewapp.domain.precheck.rules import CoverRule
from reviewapp.domain.precheck.text import half, plain, shorten

MOST_PAGES = 3  # precheck contract
_SEAL = re.compile(r"[(](?:盖章|公章|签章|加盖公章|盖公章|印章)[)]")
_TRIM = "_ .。,;:－-—《》"
_TITLE_LINES = 5
_ORPHANS = 3  # characters of a title that a line break may leave alone
_LEAST_GLUED = 3  # rows whose label and value stand together without a colon
_MARKS = re.compile(r"[《》]")
_YEARS = re.compile(r"(?:20\d{2}[-—~至到])?20\d{2}年?度?")
_BRACKET = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Stated:
    """A value with the place where it is printed."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Segment:
    text: str  # as printed
    line: Line


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover states; fields are known by fact name."""

    fields: dict[str, Stated]
    title: Stated | None
    pages: tuple[int, ...]


_UNLISTED = re.compile(r"(?P<label>[^:\t]{2,14}?)(?:[(][^()]*[)])?\t?:\t?(?P<value>[^:\t]{2,60})\t")


def cover_lines(lines: Sequence[Line], first_heading: int | None) -> list[Line]:
    """Return the lines before the contents and the first heading, of at most three pages."""
    taken: list[Line] = []
    for index, line in enumerate(lines):
        is_contents = line.kind is LineKind.TOC or plain(line.text) in ("目录", "目次")
        if is_contents or index == first_heading or line.page > MOST_PAGES:
            break
        taken.append(line)
    return taken


def read(lines: Sequence[Line], rule: CoverRule) -> Cover:
    """Read the cover from its lines."""
    rows = _rows(lines)
    fields = _labelled(rows, rule)
    title = _title(lines, rule, {stated.place.box.y0 for stated in fields.values()})
    _add_unlabelled(fields, rows, rule, title)
    return Cover(fields, title, tuple(sorted({line.page for line in lines})))


def _rows(lines: Sequence[Line]) -> list[list[_Segment]]:
    """Group lines that stand side by side into rows, left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.page, line.box.y0, line.box.x0)):
        last = rows[-1][0] if rows else None
        middle = (line.box.y0 + line.box.y1) / 2
        if last is not None and last.page == line.page and last.box.y0 <= middle <= last.box.y1:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [
        [_Segment(line.text, line) for line in sorted(row, key=lambda line: line.box.x0)]
        for row in rows
    ]


def _labelled(rows: list[list[_Segment]], rule: CoverRule) -> dict[str, Stated]:
    label_of = {plain(text): name for name, texts in rule.labels.items() for text in texts}
    label_of |= {plain(text): "" for text in rule.other_labels}
    longest = sorted(label_of, key=len, reverse=True)
    alternatives = "|".join(re.escape(label) for label in longest)
    pattern = re.compile(rf"(?:^|(?<=[\t;,]))(?P<label>{alternatives})(?:[(]盖?公?章[)])?[:\t]")
    fields: dict[str, Stated] = {}
    for index, row in enumerate(rows):
        text = _row_text(row)
        found = list(pattern.finditer(text))
        for position, match in enumerate(found):
            end = found[position + 1].start() if position + 1 < len(found) else len(text)
            value = _clean(text[match.end() : end])
            if position + 1 == len(found):
                value = _continued(value, rows, index, pattern)
            name = label_of[match["label"]]
            if name and value and name not in fields:
                fields[name] = Stated(value, _place(row))
    for row in rows:
        unlisted = _UNLISTED.match(_row_text(row))
        if unlisted is None or pattern.match(_row_text(row)):
            continue
        name = next((field for stem, field in rule.label_stems if stem in unlisted["label"]), "")
        value = _clean(unlisted["value"])
        if name and value and name not in fields:
            fields[name] = Stated(value, _place(row))
    for name, stated in _glued(rows, label_of).items():
        fields.setdefault(name, stated)
    return fields


def _glued(rows: list[list[_Segment]], label_of: dict[str, str]) -> dict[str, Stated]:
    """Read labels that their values follow at once, as from a table without rules.

    A name may begin like a label, so that only several such rows below one another count.
    """
    found: list[tuple[str, str, list[_Segment]]] = []
    longest = sorted((label for label in label_of if len(label) >= 3), key=len, reverse=True)
    for row in rows:
        text = _clean(_row_text(row))
        label = next((label for label in longest if text.startswith(label)), "")
        value = text.removeprefix(label)
        if label and len(value) >= 2 and ":" not in text:
            found.append((label_of[label], value, row))
    if len(found) < _LEAST_GLUED:
        return {}
    # The first row of a field counts, as everywhere on the cover.
    return {name: Stated(value, _place(row)) for name, value, row in reversed(found) if name}


def _row_text(row: list[_Segment]) -> str:
    """Return the row's plain text; segments, and labels without a colon, end with a tab."""
    return "\t".join(plain(segment.text) for segment in row) + "\t"


def _clean(value: str) -> str:
    return _SEAL.sub("", value).replace("\t", "").strip(_TRIM)


def _continued(value: str, rows: list[list[_Segment]], index: int, pattern: re.Pattern[str]) -> str:
    """Join the rows below that go on with a value: indented like it and without a label."""
    start = max(segment.line.box.x0 for segment in rows[index])
    label_x = rows[index][0].line.box.x0
    last = rows[index][0].line
    for row in rows[index + 1 : index + 3]:
        line, text = row[0].line, _row_text(row)
        gap = line.box.y0 - last.box.y1
        if line.page != last.page or gap > 1.8 * max(line.size, 10.0) or pattern.search(text):
            break
        if len(row) > 1 or dates(plain(line.text)) or ":" in text:
            break
        indented = line.box.x0 > label_x + 2 * max(line.size, 10.0)
        below = line.box.x0 <= start + 8 * max(line.size, 10.0) or _under_value(line, last, value)
        if value and not (indented and below):
            break
        value, last = value + _clean(text), line
    return value


def _under_value(line: Line, above: Line, value: str) -> bool:
    """Say whether a line begins where the value of the line above begins."""
    size = above.size or 12.0
    ems = sum(0.55 if ord(char) < 0x2000 else 1.0 for char in value)
    begins = above.box.x1 - ems * size
    return ":" in plain(above.text) and abs(line.box.x0 - begins) < 2 * size


def _place(row: list[_Segment]) -> Place:
    box = row[0].line.box
    for segment in row[1:]:
        box = box.union(segment.line.box)
    return Place(row[0].line.page, box, shorten(" ".join(segment.text for segment in row)))


def _title(lines: Sequence[Line], rule: CoverRule, labelled: set[float]) -> Stated | None:
    """Find the line that ends like a report's title and the large lines above it."""
    ends = [
        index
        for index, line in enumerate(lines)
        if _ends_title(_with_line_before(lines, index), rule)
    ]
    found: Stated | None = None
    # The largest line is the title's; where that is no more than 绩效评价报告, as on the outer cover
    # of two, one that names something counts before it.
    for index in sorted(ends, key=lambda i: (-lines[i].size, i)):
        stated = _title_above(lines, index, rule, labelled)
        if _names_something(stated.value, rule):
            return stated
        found = found or stated
    return found


def _with_line_before(lines: Sequence[Line], index: int) -> str:
    """Return a line's text; a title's last characters alone on their line with the line before."""
    line = lines[index]
    if not index or len(plain(line.text)) > _ORPHANS:
        return line.text
    above = lines[index - 1]
    beside = above.page == line.page and abs(above.size - line.size) < 0.6
    near = line.box.y0 - above.box.y1 < 1.5 * line.size
    return above.text + line.text if beside and near else line.text


def _ends_title(printed: str, rule: CoverRule) -> bool:
    text = _BRACKET.sub("", _MARKS.sub("", plain(printed)))
    return ":" not in text and any(text.endswith(end) for end in (*rule.title_endings, "报告"))


def _names_something(title: str, rule: CoverRule) -> bool:
    """Say whether a title says more than what kind of report it is."""
    bare = _YEARS.sub("", _BRACKET.sub("", title))
    for ending in sorted((*rule.title_endings, "报告"), key=len, reverse=True):
        bare = bare.removesuffix(ending)
    return len(bare.strip(_TRIM)) > len("部门整体支出")


def _title_above(
    lines: Sequence[Line], index: int, rule: CoverRule, labelled: set[float]
) -> Stated:
    """Join the line that ends the title with the large lines above it."""
    size = lines[index].size
    first = last = index
    while first > 0 and last - first + 1 < _TITLE_LINES:
        line, below = lines[first - 1], lines[first]
        far = line.page != below.page or below.box.y0 - line.box.y1 > 2.5 * below.size
        if far or line.size < 0.6 * size or line.box.y0 in labelled or _no_title(line, rule):
            break
        if _ends_title(line.text, rule):
            break  # a title of its own
        first -= 1
    joined = _MARKS.sub("", plain("".join(line.text for line in lines[first : last + 1])))
    box = lines[first].box
    for line in lines[first + 1 : last + 1]:
        box = box.union(line.box)
    return Stated(joined, Place(lines[first].page, box, shorten(joined)))


def _no_title(line: Line, rule: CoverRule) -> bool:
    text = plain(line.text)
    numbered = re.search(r"[〔\[]20\d\d[〕\]]\d*号|编号|附件", text)
    labels = {plain(label) for texts in rule.labels.values() for label in texts}
    return bool(numbered) or any(text.startswith(label + ":") for label in labels)


def _add_unlabelled(
    fields: dict[str, Stated], rows: list[list[_Segment]], rule: CoverRule, title: Stated | None
) -> None:
    """Read agency, unit and date from lines without a label."""
    _read_date(fields)
    labelled = fields.keys() & {"unit", "department"}
    for segment in (segment for row in rows for segment in row):
        if title is not None and _inside(segment.line, title.place):
            continue
        for part in re.split(r"\s{1,}", half(segment.text)):
            text = _clean(plain(part))
            if _is_agency(text, rule):
                fields.setdefault("agency", Stated(text, _place([segment])))
            elif not labelled and _is_unit(text, rule):
                fields.setdefault("unit", Stated(text, _place([segment])))
        whole = plain(segment.text)
        found = dates(whole)
        # A date stands by itself: hardly a word before it, hardly one after.
        alone = len(found) == 1 and found[0].start <= 5 and len(whole) <= found[0].end + 3
        if alone and found[0].month:
            fields.setdefault("report_date", Stated(str(found[0]), _place([segment])))


def _inside(line: Line, place: Place) -> bool:
    return line.page == place.page and place.box.y0 <= line.box.y0 < place.box.y1


def _read_date(fields: dict[str, Stated]) -> None:
    """Replace the printed date by its value; a period of time is none."""
    stated = fields.get("report_date")
    if stated is None:
        return
    found = dates(plain(stated.value))
    if len(found) == 1:
        fields["report_date"] = Stated(str(found[0]), stated.place)
    else:
        del fields["report_date"]


def _is_unit(text: str, rule: CoverRule) -> bool:
    """Say whether a line by itself is the name of an office, not of who commissioned the report."""
    named = 4 < len(text) <= 25 and ":" not in text and text.endswith(rule.unit_endings)
    return named and not any(word in text for word in rule.not_units)


def _is_agency(text: str, rule: CoverRule) -> bool:
    bare = _BRACKET.sub("", text)
    return (
        4 < len(text) <= 40
        and ":" not in text
        and any(bare.endswith(end) for end in rule.agency_endings)
    )


def project_name(title: str, unit: str, rule: CoverRule) -> str:
    """Return a title without year, unit and the words for an evaluation report."""
    name = _BRACKET.sub("", title)
    for ending in sorted(rule.title_endings, key=len, reverse=True):
        if name.endswith(ending):
            name = name.removesuffix(ending)
            break
    prefix = title_unit(title, rule)
    for known in (unit, prefix):
        if known:
            name = name.removeprefix(known)
    name = _YEARS.sub("", name, count=1)
    if unit:
        name = name.removeprefix(unit)
    return name.strip(_TRIM).removeprefix("关于").removesuffix("的")


def title_unit(title: str, rule: CoverRule) -> str:
    """Return the unit that a title begins with, before the year; empty if there is none."""
    match = _YEARS.search(title)
    if match is None or match.start() < 4:
        return ""
    head = title[: match.start()].strip(_TRIM).removeprefix("关于")
    return head if any(head.endswith(end) for end in rule.unit_endings) else ""
