"""Finds score tables without a full grid: three-line tables, missing rules, no rules at all.

They are read only below a head that names indicators and weights or scores, so that no table is
made of running text. Where a row or a column is in doubt the grid says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewapp.adapters.pdf_grids import Grid, GridCell
from reviewapp.adapters.pdf_lines import BoxTuple, RawLine, join_lines
from reviewapp.adapters.pdf_page import RawPage
from reviewapp.adapters.pdf_table_columns import (
    Band,
    Column,
    Head,
    bands_of,
    find_head,
    is_figure,
    places,
)
from reviewapp.adapters.pdf_table_rows import Piece, RowSet, rows_of
from reviewapp.adapters.pdf_table_words import Loose, Rule, Word

_FAR = 3.0  # line heights without text that end a table without a closing rule
_CLOSE = 0.6  # line heights between the lines of the last row
_CROSSING = 0.1  # of the bands: so many words may cross a border between columns
_GOES_ON = re.compile(r"[（(]?(?:续|(?:金额)?单位[:：])|（续）")
_OTHER = re.compile(
    r"(?:续|附)?表\s*\d|附(?:表|件)|图\s*\d|注[:：]|备注[:：]|说明[:：]|数据来源|资料来源|"
    r"第[一二三四五六七八九十]+[章节部]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]"
)


@dataclass(slots=True)
class _Open:
    """A table that may go on on the next page."""

    page: int
    columns: list[Column]
    xs: list[float]
    closed: bool
    grid: Grid | None  # None: only its head could be read


def add_unruled(pages: list[RawPage]) -> None:
    """Add to every page the grids that its words make, and mark the lines inside."""
    before: _Open | None = None
    for page in pages:
        loose = page.loose
        if before is not None and (loose is None or before.page != page.number - 1):
            _lost(before, page)
            before = None
        if loose is not None:
            before = _page(page, loose, before)


def _lost(before: _Open, page: RawPage) -> None:
    """Doubt a table that reached the end of its page without its total."""
    if before.page == page.number - 1 and not before.closed:
        _doubt(before)


def _doubt(table: _Open | None) -> None:
    if table is not None and table.grid is not None:
        table.grid.doubtful = True


def _page(page: RawPage, loose: Loose, before: _Open | None) -> _Open | None:
    """Add a page's grids; return the table that reaches its end."""
    bands = _body_bands(page, loose)
    grids: list[tuple[Grid, list[Piece]]] = []
    start = 0
    opened: _Open | None = None
    head = find_head(bands, loose, 0)
    repeated = before and head and head.first <= 2 and _repeats(head, before)
    if before is not None and not before.closed and not repeated:
        part = _part(page, bands, 0, head.first if head else len(bands), None, before, loose)
        if part is None:
            _doubt(before)
        else:
            grids.append(part[:2])
            start, opened = part[2:]
    while head is not None:
        following = find_head(bands, loose, max(head.end, start))
        if head.first >= start:
            stop = following.first if following else len(bands)
            part = _part(page, bands, head.end, stop, head, before, loose)
            if part is not None:
                grids.append(part[:2])
                start, opened = part[2:]
            elif following is None:
                _doubt(before)
                start, opened = len(bands), _Open(page.number, head.columns, [], False, None)
        head = following
    if grids:
        _place(page, grids)
    return opened if start >= len(bands) else None


def _body_bands(page: RawPage, loose: Loose) -> list[Band]:
    """Return the bands of the page's own text: no running header, number or contents entry."""
    other = [line.box for line in page.lines if line.kind not in ("body", "table")]
    words = [
        w
        for w in loose.words
        if not any(
            box[0] - 1 <= w.middle <= box[2] + 1 and box[1] <= (w.y0 + w.y1) / 2 <= box[3]
            for box in other
        )
    ]
    return bands_of(words)


def _repeats(head: Head, before: _Open) -> bool:
    return [_bare(c.name) for c in head.columns] == [_bare(c.name) for c in before.columns]


def _bare(name: str) -> str:
    return re.sub(r"\s", "", name)


def _part(
    page: RawPage,
    bands: list[Band],
    start: int,
    stop: int,
    head: Head | None,
    before: _Open | None,
    loose: Loose,
) -> tuple[Grid, list[Piece], int, _Open] | None:
    """Read the table below a head, or what goes on of the one before, up to the band `stop`.

    Returns the grid, its cells, the first band below, and the table if it may go on.
    """
    if head is None and before is None:
        return None
    columns = head.columns if head else before.columns if before else []
    rules = head.rules if head else _same_width(loose.rules, before)
    top = bands[start].y0 if start < stop else 0.0
    start += 0 if head else _rest_of_head(bands[start:stop], columns)
    end = _end(bands, start, stop, columns, rules, page)
    inside = bands[start:end]
    same = before if before and (head is None or _repeats(head, before)) else None
    known = same.xs if same and same.xs else None
    if not inside or (head is None and known is None):
        return None
    xs, crossing = _columns_at(inside, columns, rules, known)
    if crossing > _CROSSING * len(inside):
        return None
    inner = [r for r in rules[1:] if r.y < inside[-1].middle] if head else rules
    least = 1 if same or end == len(bands) else 2
    rows = rows_of(inside, columns, xs[1:-1], inner, least=least, goes_on=head is None)
    if rows is None:
        return None
    rows.ys[0] = rows.ys[0] if head else min(rows.ys[0], top - 2)
    grid, pieces = _grid(page.number, xs, head, bands, rows)
    shut = rows.closed or _bottom_rule(rules, inside[-1], head)
    # Without a rule at its end only a total says that no row is missing.
    sure = shut if head is None or head.rules else rows.closed
    grid.open_end = not shut
    grid.doubtful = bool(
        rows.doubtful
        or crossing
        or (head and head.doubtful)
        or (not sure and end < len(bands))
        or (same and same.grid is None)
        or (head and known is None and page.number > 1 and _headless(bands[: head.first]))
    )
    return grid, pieces, end, _Open(page.number, columns, xs, rows.closed, grid)


def _headless(above: list[Band]) -> bool:
    """Say whether nothing above a table names it: it may go on from a part that was not read."""
    return all(_GOES_ON.match("".join(w.text for w in band.words)) for band in above)


def _rest_of_head(bands: list[Band], columns: list[Column]) -> int:
    """Count leading bands that repeat a part of the head.

    Its first line may have been taken for a running header, which it is by all looks.
    """
    names = [_bare(column.name) for column in columns]
    count = 0
    for band in bands:
        if not all(any(_bare(w.text) in name for name in names) for w in band.words):
            break
        count += 1
    return count


def _columns_at(
    inside: list[Band], columns: list[Column], rules: list[Rule], known: list[float] | None
) -> tuple[list[float], int]:
    """Return the columns' borders with the outer ones, and how many words cross one.

    `known` are those of the page before, which hold for a part that goes on.
    """
    words = [w for band in inside for w in band.words]
    borders, crossing = places(columns, words)
    xs = _outer(columns, borders, words, rules)
    if known is not None:
        xs = _on_known(xs, known, borders)
        crossing = sum(1 for w in words for x in xs[1:-1] if w.x0 + 1 < x < w.x1 - 1)
    return xs, crossing


def _same_width(rules: list[Rule], before: _Open | None) -> list[Rule]:
    if before is None or not before.xs:  # only its head stood at the end of the page before
        return []
    width = before.xs[-1] - before.xs[0]
    return [r for r in rules if abs((r.x1 - r.x0) - width) <= 12]


def _bottom_rule(rules: list[Rule], last: Band, head: Head | None) -> bool:
    least = 3 if head else 1
    return len(rules) >= least and any(r.y >= last.middle for r in rules)


def _end(
    bands: list[Band],
    start: int,
    stop: int,
    columns: list[Column],
    rules: list[Rule],
    page: RawPage,
) -> int:
    """Return the first band that is no part of the table any more."""
    closing = rules[-1].y if len(rules) >= 3 or (rules and start == 0) else None
    tops = [grid.ys[0] for grid in page.grids]
    end = start
    for i in range(start, stop):
        band = bands[i]
        if closing is not None and band.middle > closing:
            break
        crosses = any(sum(w.x0 < c.middle < w.x1 for c in columns) > 1 for w in band.words)
        first = band.words[0].text
        if crosses or (len(band.words) == 1 and _OTHER.match(first) and "表" in first[:3]):
            break
        if i > start and closing is None and band.y0 - bands[i - 1].y1 > _FAR * band.height:
            break
        if i > start and any(bands[i - 1].y1 <= top + 2 <= band.y1 for top in tops):
            break
        end = i + 1
    if closing is not None and end > start and bands[end - 1].y1 > closing - 40:
        return end
    return _trimmed(bands, start, end)


def _trimmed(bands: list[Band], start: int, end: int) -> int:
    """Leave out lines after the last row with figures that do not stand close below it."""
    last = next(
        (
            i
            for i in range(end - 1, start - 1, -1)
            if any(is_figure(w.text) for w in bands[i].words)
        ),
        start - 1,
    )
    kept = last + 1
    while kept < end and last >= start:
        band = bands[kept]
        far = band.y0 - bands[kept - 1].y1 > _CLOSE * band.height
        if far or (len(band.words) == 1 and _OTHER.match(band.words[0].text)):
            break
        kept += 1
    return kept


def _outer(
    columns: list[Column], borders: list[float], words: list[Word], rules: list[Rule]
) -> list[float]:
    left = min([c.x0 for c in columns] + [w.x0 for w in words])
    right = max([c.x1 for c in columns] + [w.x1 for w in words])
    if rules:
        left, right = min(left, rules[0].x0), max(right, rules[0].x1)
    return [left - 2, *borders, right + 2]


def _on_known(xs: list[float], known: list[float], borders: list[float]) -> list[float]:
    """Return the columns of the page before, moved where this page's table stands elsewhere."""
    if len(xs) != len(known):
        return known
    shifts = sorted(a - b for a, b in zip(borders, known[1:-1], strict=True))
    shift = shifts[len(shifts) // 2] if shifts else 0.0
    return [x + shift for x in known] if abs(shift) > 12 else list(known)


def _grid(
    number: int, xs: list[float], head: Head | None, bands: list[Band], rows: RowSet
) -> tuple[Grid, list[Piece]]:
    """Make the grid: the head is one row, its columns' names are put together already."""
    ys, pieces = list(rows.ys), rows.pieces
    if head is not None:
        words = [w for band in bands[head.first : head.end] for w in band.words]
        ys.insert(0, min(w.y0 for w in words) - 2)
        for piece in pieces:
            piece.r0, piece.r1 = piece.r0 + 1, piece.r1 + 1
    cells = []
    if head is not None:
        for c, column in enumerate(head.columns):
            box = (xs[c], ys[0], xs[c + 1], ys[1])
            cells.append(GridCell(c, c + 1, 0, 1, box, text=column.name))
    for piece in pieces:
        box = (xs[piece.column], ys[piece.r0], xs[piece.column + 1], ys[piece.r1])
        text = join_lines([text for text, _ in piece.lines])
        cell = GridCell(piece.column, piece.column + 1, piece.r0, piece.r1, box, text=text)
        cell.sure = piece.sure
        cells.append(cell)
    grid = Grid(number, xs, ys, cells, head=1 if head else 0)
    return grid, pieces


def _place(page: RawPage, found: list[tuple[Grid, list[Piece]]]) -> None:
    """Put grids among the page's own and their lines among its lines, cell by cell."""
    grids = sorted([*page.grids, *(grid for grid, _ in found)], key=lambda grid: grid.ys[0])
    place = {id(grid): position for position, grid in enumerate(grids)}
    old = {position: place[id(grid)] for position, grid in enumerate(page.grids)}
    lines: list[RawLine] = []
    for line in page.lines:
        if line.kind == "table":
            line.order = (line.order[0], old[line.order[1]], line.order[2])
    for grid, pieces in found:
        covered = [line for line in page.lines if line.kind == "body" and _inside(line.box, grid)]
        page.lines = [line for line in page.lines if line not in covered]
        lines += _table_lines(grid, pieces, covered, place[id(grid)])
    page.grids = grids
    page.lines = sorted(page.lines + lines, key=lambda line: line.order)


def _inside(box: BoxTuple, grid: Grid) -> bool:
    return grid.ys[0] <= (box[1] + box[3]) / 2 <= grid.ys[-1]


def _table_lines(
    grid: Grid, pieces: list[Piece], covered: list[RawLine], position: int
) -> list[RawLine]:
    texts: list[tuple[str, BoxTuple]] = []
    below = min(w.y0 for piece in pieces for w in piece.words)
    heads = [line for line in covered if (line.box[1] + line.box[3]) / 2 < below]
    texts += [(line.text, line.box) for line in heads]
    for piece in sorted(pieces, key=lambda piece: (piece.r0, piece.column)):
        texts += piece.lines
    made = []
    for count, (text, box) in enumerate(texts):
        middle = (box[1] + box[3]) / 2
        like = min(covered, key=lambda line: abs((line.box[1] + line.box[3]) / 2 - middle))
        order = (grid.ys[0], position, count)
        made.append(RawLine(text, box, like.size, like.bold, "table", order))
    return made
