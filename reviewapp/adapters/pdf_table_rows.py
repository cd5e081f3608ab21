"""Deals the words below a head to rows and cells where no rules say which belong together.

Every row has its figures on one line: those lines are the rows, and other lines go to the row to
which they stand closer. So a wrong guess moves words of a name, never a figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reviewapp.adapters.pdf_lines import join_lines
from reviewapp.adapters.pdf_table_columns import Band, Column, bands_of, is_figure
from reviewapp.adapters.pdf_table_words import Rule, Word

_DENSE = 0.6  # of the fullest column of figures
_SAME_GAP = 1.0  # points
_OFF = 0.5  # of a line's height: a label stands beside its row or in the middle of its rows
_LEADING = 0.45  # of a line's height between the lines of one label
_NO_VALUE = re.compile(r"[-—–/]+|")
_CLOSING = re.compile(r"(?:总?合计|总计|总分|共计)")
_TOTAL = re.compile(r"(?:总?合计|总计|总分|小计|共计|.{2,6}(?:小计|合计))")


@dataclass(slots=True)
class Piece:
    """A cell: words of one column over rows r0..r1 (end excluded)."""

    column: int
    r0: int
    r1: int
    words: list[Word] = field(default_factory=list)
    sure: bool = True  # False: which rows it is for cannot be told

    @property
    def lines(self) -> list[tuple[str, tuple[float, float, float, float]]]:
        """The cell's lines from top to bottom with their boxes."""
        return [
            (
                join_lines([w.text for w in band.words]),
                (band.words[0].x0, band.y0, max(w.x1 for w in band.words), band.y1),
            )
            for band in bands_of(self.words)
        ]


@dataclass(slots=True)
class RowSet:
    """The rows of a part of a table on one page; `ys` are their borders."""

    ys: list[float]
    pieces: list[Piece]
    doubtful: bool
    closed: bool  # the last row is the total
    continued: bool  # the first row goes on from the page before


def figure_columns(columns: Sequence[Column], cells: Sequence[dict[int, list[Word]]]) -> list[int]:
    """Return the columns of weights or scores that most rows fill."""
    counts = {
        c: sum(1 for cell in cells if any(is_figure(w.text) for w in cell.get(c, ())))
        for c, column in enumerate(columns)
        if column.of_figures
    }
    most = max(counts.values(), default=0)
    return [c for c, count in counts.items() if count and count >= _DENSE * most]


def deal_columns(bands: Sequence[Band], borders: Sequence[float]) -> list[dict[int, list[Word]]]:
    """Return each band's words by column."""
    dealt = []
    for band in bands:
        cells: dict[int, list[Word]] = {}
        for word in band.words:
            cells.setdefault(sum(1 for x in borders if x <= word.middle), []).append(word)
        dealt.append(cells)
    return dealt


def rows_of(
    bands: list[Band],
    columns: Sequence[Column],
    borders: Sequence[float],
    rules: Sequence[Rule],
    *,
    least: int,
    goes_on: bool,
) -> RowSet | None:
    """Return the rows of the bands below a head, None where fewer than `least` have figures.

    With `goes_on` they continue a table whose head is not repeated.
    """
    cells = deal_columns(bands, borders)
    anchored = figure_columns(columns, cells)
    marks = [any(is_figure(w.text) for c in anchored for w in cell.get(c, ())) for cell in cells]
    if sum(marks) < least:
        return None
    groups, continued = _grouped(bands, marks, rules, goes_on=goes_on)
    ys = _borders(groups)
    named = [c for c, column in enumerate(columns) if column.of_names]
    rows = [_row(group, borders) for group in groups]
    pieces = _pieces(rows, columns, named, anchored, rules)
    label = named[-1] if named else 0
    whole = _whole(rows[int(continued) :], label, anchored) and not _mixed(rows, anchored)
    return RowSet(ys, pieces, not whole, _is_total(rows[-1], _CLOSING), continued)


def _row(group: list[Band], borders: Sequence[float]) -> dict[int, list[Word]]:
    row: dict[int, list[Word]] = {}
    for cells in deal_columns(group, borders):
        for c, words in cells.items():
            row.setdefault(c, []).extend(words)
    return row


def _whole(rows: list[dict[int, list[Word]]], label: int, anchored: list[int]) -> bool:
    """Say whether every row has a name or is a sum, and one figure in each column of figures."""
    for row in rows:
        if not row.get(label) and not _is_total(row):
            return False
        for c in anchored:
            words = [w for w in row.get(c, ()) if not _NO_VALUE.fullmatch(w.text)]
            if len(words) > 1 or any(not is_figure(w.text) for w in words):
                return False
    return True


def _mixed(rows: list[dict[int, list[Word]]], anchored: list[int]) -> bool:
    """Say whether half of the rows have a figure beside other words: two columns read as one."""
    for c in {c for row in rows for c in row} - set(anchored):
        beside = 0
        for row in rows:
            for band in bands_of(row.get(c, ())):
                words = [is_figure(w.text) for w in band.words]
                if len(words) > 1 and words[-1]:
                    beside += 1
                    break
        if 2 * beside >= len(rows):
            return True
    return False


def _is_total(row: dict[int, list[Word]], labels: re.Pattern[str] = _TOTAL) -> bool:
    texts = ["".join(w.text for w in row[c]) for c in sorted(row)]
    return any(labels.fullmatch(re.sub(r"\s|[（(].*", "", text)) for text in texts[:2])


def _grouped(
    bands: list[Band], marks: list[bool], rules: Sequence[Rule], *, goes_on: bool
) -> tuple[list[list[Band]], bool]:
    """Return the bands of each row, and whether the first row goes on from the page before."""
    ruled = _between_rules(bands, marks, rules)
    if ruled is not None:
        return ruled, False
    anchors = [i for i, mark in enumerate(marks) if mark]
    starts = [anchors[0]]
    tops = []
    for a, b in pairwise(anchors):
        split = _split(bands, a, b)
        tops.append(split == b)
        starts.append(split)
    groups = [
        bands[start:end] for start, end in zip(starts, [*starts[1:], len(bands)], strict=True)
    ]
    before = bands[: anchors[0]]
    if before and goes_on and all(tops):
        return [before, *groups], True
    groups[0] = before + groups[0]
    return groups, False


def _split(bands: list[Band], a: int, b: int) -> int:
    """Return the first band of the row whose figures are in band `b`; at the widest gap."""
    best, widest = b, bands[b].y0 - bands[b - 1].y1
    for i in range(b - 1, a, -1):
        gap = bands[i].y0 - bands[i - 1].y1
        if gap > widest + _SAME_GAP:
            best, widest = i, gap
    return best


def _between_rules(
    bands: list[Band], marks: list[bool], rules: Sequence[Rule]
) -> list[list[Band]] | None:
    """Return rows by the rules between them, None where rules do not part all rows."""
    if len(rules) < 2:
        return None
    groups: dict[int, list[int]] = {}
    for i, band in enumerate(bands):
        groups.setdefault(sum(1 for r in rules if r.y <= band.middle), []).append(i)
    if any(sum(marks[i] for i in group) != 1 for group in groups.values()):
        return None
    return [[bands[i] for i in group] for _, group in sorted(groups.items())]


def _borders(groups: list[list[Band]]) -> list[float]:
    tops = [min(b.y0 for b in group) for group in groups]
    ends = [max(b.y1 for b in group) for group in groups]
    inner = [(end + top) / 2 for end, top in zip(ends[:-1], tops[1:], strict=True)]
    return [tops[0] - 2, *inner, ends[-1] + 2]


def _pieces(
    rows: list[dict[int, list[Word]]],
    columns: Sequence[Column],
    named: list[int],
    anchored: list[int],
    rules: Sequence[Rule],
) -> list[Piece]:
    """Return the cells; labels that stand for several rows are spread over them if that is sure."""
    label = named[-1] if named else 0
    plain = [r for r, row in enumerate(rows) if row.get(label) and not _is_total(row)]
    pieces: list[Piece] = []
    grouping = [
        c
        for c, column in enumerate(columns)
        if c in named[:-1] or (column.of_figures and c not in anchored)
    ]
    extents = [_extent(row, grouping) for row in rows]
    for c in range(len(columns)):
        filled = [r for r in plain if rows[r].get(c)]
        if c not in grouping or not filled or len(filled) == len(plain):
            pieces += [Piece(c, r, r + 1, row.get(c, [])) for r, row in enumerate(rows)]
            continue
        words = [w for r in plain for w in rows[r].get(c, ())]
        spans = _spans(_labels(words), plain, extents, rules)
        taken = {r for r0, r1, _ in spans for r in range(r0, r1)}
        pieces += [Piece(c, r0, r1, found) for r0, r1, found in spans]
        for r, row in enumerate(rows):
            if r not in taken:
                sure = not spans and (r not in plain or not row.get(c))
                pieces.append(Piece(c, r, r + 1, row.get(c, []), sure=sure or r not in plain))
    return pieces


def _extent(row: dict[int, list[Word]], without: list[int]) -> tuple[float, float]:
    """Return a row's top and bottom by the columns whose cells are its own."""
    words = [w for c, found in row.items() if c not in without for w in found]
    words = words or [w for found in row.values() for w in found]
    return min(w.y0 for w in words), max(w.y1 for w in words)


def _labels(words: list[Word]) -> list[list[Word]]:
    """Put the lines of each label together."""
    labels: list[list[Word]] = []
    for band in bands_of(words):
        last = labels[-1] if labels else None
        if last is not None and band.y0 - last[-1].y1 <= _LEADING * band.height:
            last.extend(band.words)
        else:
            labels.append(list(band.words))
    return labels


def _spans(
    labels: list[list[Word]],
    plain: list[int],
    extents: list[tuple[float, float]],
    rules: Sequence[Rule],
) -> list[tuple[int, int, list[Word]]]:
    """Return (first row, end, words) of each label if just one reading of the column fits."""
    runs = [_run(plain, r) for r in plain if r == 0 or r - 1 not in plain]
    found = {
        how: spans
        for how in ("rules", "top", "middle")
        if (spans := _fit(how, labels, runs, extents, rules)) is not None
    }
    if "rules" in found:
        return _with(found["rules"], labels)
    distinct = {tuple(spans) for spans in found.values()}
    return _with(list(distinct.pop()), labels) if len(distinct) == 1 else []


def _with(
    spans: list[tuple[int, int]], labels: list[list[Word]]
) -> list[tuple[int, int, list[Word]]]:
    return [(r0, r1, words) for (r0, r1), words in zip(spans, labels, strict=True)]


def _run(plain: list[int], first: int) -> tuple[int, int]:
    end = first
    while end in plain:
        end += 1
    return first, end


def _fit(
    how: str,
    labels: list[list[Word]],
    runs: list[tuple[int, int]],
    extents: list[tuple[float, float]],
    rules: Sequence[Rule],
) -> list[tuple[int, int]] | None:
    """Return each label's rows if labels stand so: at the top or middle of theirs, else None."""
    spans: list[tuple[int, int]] = []
    position = 0
    for first, end in runs:
        row = first
        while row < end:
            if position == len(labels):
                return None
            words = labels[position]
            stop = _stop(how, words, labels[position + 1 :], row, end, extents, rules)
            if stop is None:
                return None
            spans.append((row, stop))
            row, position = stop, position + 1
    return spans if position == len(labels) else None


def _stop(
    how: str,
    words: list[Word],
    following: list[list[Word]],
    row: int,
    end: int,
    extents: list[tuple[float, float]],
    rules: Sequence[Rule],
) -> int | None:
    top, bottom = min(w.y0 for w in words), max(w.y1 for w in words)
    off = _OFF * words[0].height
    if how == "top":
        if abs(top - extents[row][0]) > off:
            return None
        below = min((w.y0 for w in following[0]), default=1e9) if following else 1e9
        return next((r for r in range(row + 1, end) if extents[r][0] >= below - off), end)
    if how == "middle":
        for stop in range(row + 1, end + 1):
            middle = (extents[row][0] + extents[stop - 1][1]) / 2
            if abs(middle - (top + bottom) / 2) <= off:
                return stop
        return None
    inside = [r for r in rules if r.y > extents[row][1] - 3]
    if not rules or not inside:
        return None
    stop = next((r for r in range(row + 1, end) if extents[r][0] >= inside[0].y - 3), end)
    return stop if extents[row][0] - 3 <= top and bottom <= extents[stop - 1][1] + 3 else None
