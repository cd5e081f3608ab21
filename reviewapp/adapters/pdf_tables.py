"""Joins the grids of single pages to the report's tables: headers, merged cells, page breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from reviewapp.adapters.pdf_grids import Grid, GridCell
from reviewapp.adapters.pdf_lines import BoxTuple, RawLine
from reviewapp.adapters.pdf_page import RawPage
from reviewapp.adapters.pdf_table_unruled import add_unruled

_SAME_X = 4.0  # points by which a column may differ from page to page
_SHIFT = 45.0  # points by which a whole table may, between odd and even pages
_NUMBER = re.compile(r"[-+－—]?[\d,，.]+(?:[%％‰]|分|万元|元)?")
_ORDINAL = r"\s*[\d一二三四五六七八九十]"
_CAPTION = re.compile(rf"(?:续|附)?表{_ORDINAL}|附(?:表|件)(?:{_ORDINAL})?")
_UNIT = re.compile(r"[（(]?(?:金额)?单位[:：]|[（(]?续(?:表|上表|前表)?|（续）")
_CAPTION_REACH = 70.0  # points above the table
_CAPTION_LENGTH = 45
_MAX_HEADER_ROWS = 4
_SUM = re.compile(r"(?:合\s*计|小\s*计|总\s*计|总\s*分)$")  # the label of no other row
_SERIAL = re.compile(r"序\s*号|编\s*号")


@dataclass(slots=True)
class Spot:
    """One place of a table's matrix; `drawn` is the cell if it starts here, else it is filled."""

    text: str
    page: int
    box: BoxTuple | None
    empty: bool  # a cell that is drawn here and has no text
    ocr: float | None = None  # how sure OCR was of it


@dataclass(slots=True)
class RawRow:
    """One row over all columns."""

    spots: list[Spot]
    page: int
    box: BoxTuple
    broken: bool = False


@dataclass(slots=True)
class RawTable:
    """One logical table while it grows over pages."""

    grid: Grid  # the first page's, for its box
    last: Grid
    xs: list[float]
    columns: list[str]
    rows: list[RawRow]
    end_page: int
    caption: str = ""
    uncertain: bool = False
    merges: set[int] = field(default_factory=set)  # columns with cells over several rows
    first_line: int = 0  # index of its first line on its page
    title: str = ""


def join_tables(pages: list[RawPage]) -> list[RawTable]:
    """Return the logical tables of a document in order."""
    add_unruled(pages)
    tables: list[RawTable] = []
    for position, page in enumerate(pages):
        for index, grid in enumerate(page.grids):
            before = tables[-1] if tables and index == 0 else None
            if before is not None and _continues(before, grid, page, pages[position - 1]):
                _append(before, grid)
            else:
                if before is not None and before.last.open_end and before.end_page < page.number:
                    before.uncertain = before.uncertain or before.end_page == page.number - 1
                previous = pages[position - 1] if position else None
                tables.append(_start(grid, page, previous))
            doubtful = page.doubtful or grid.doubtful or grid.stray > 3
            tables[-1].uncertain = tables[-1].uncertain or doubtful
    for table in tables:
        _fill_back(table)
        _check_serial(table)
    return tables


def _start(grid: Grid, page: RawPage, previous: RawPage | None) -> RawTable:
    matrix = _matrix(grid, grid.xs)
    title, first = _title(grid)
    depth = _header_depth(grid, first)
    columns = _columns(matrix[first : first + depth], len(grid.xs) - 1)
    table = RawTable(grid, grid, grid.xs, columns, matrix[first + depth :], grid.page, title=title)
    _note_merges(table, grid, grid.xs, first + depth)
    table.caption = title if _CAPTION.match(title) else (_caption(grid, page, previous) or title)
    return table


def _matrix(grid: Grid, xs: list[float]) -> list[RawRow]:
    """Return the grid's rows over the columns `xs`; merged cells are filled right and down."""
    rows = []
    places = _places(grid, xs)
    for r in range(len(grid.ys) - 1):
        spots = []
        for c in range(len(xs) - 1):
            inner = places[c]
            cell = grid.owner(r, inner)
            if cell is None:
                spots.append(Spot("", grid.page, None, False))
                continue
            drawn = cell.r0 == r and (c == 0 or grid.owner(r, places[c - 1]) is not cell)
            box = cell.box if drawn and cell.sure else None
            spots.append(Spot(cell.text, grid.page, box, drawn and not cell.text, cell.ocr))
        rows.append(RawRow(spots, grid.page, (grid.xs[0], grid.ys[r], grid.xs[-1], grid.ys[r + 1])))
    return rows


def _places(grid: Grid, xs: list[float]) -> list[int]:
    """Map each column of `xs` to the grid's own column that covers its middle."""
    shift = grid.xs[0] - xs[0]
    places = []
    for c in range(len(xs) - 1):
        middle = (xs[c] + xs[c + 1]) / 2 + shift
        inner = sum(1 for x in grid.xs[1:-1] if x <= middle)
        places.append(inner)
    return places


def _title(grid: Grid) -> tuple[str, int]:
    """Return the text of leading rows that are one cell wide, and how many there are."""
    texts: list[str] = []
    row = 0
    while row < min(3, len(grid.ys) - 2):
        cell = grid.owner(row, 0)
        if cell is None or cell.c1 < len(grid.xs) - 1 or cell.r1 != row + 1:
            break
        texts.append(cell.text)
        row += 1
    named = [text for text in texts if text and not _UNIT.match(text)]
    return (named[0] if named else ""), row


def _header_depth(grid: Grid, first: int) -> int:
    """Count header rows from `first` on: 0 where the first row already holds numbers."""
    last = len(grid.ys) - 1
    if grid.head is not None or first >= last:
        return grid.head or 0
    top = [cell for cell in _row_cells(grid, first) if cell.r0 == first]
    depth = 1
    wide = any(cell.c1 - cell.c0 > 1 for cell in top)
    tall = max((cell.r1 - first for cell in top), default=1)
    if wide and tall > 1:
        depth = min(tall, _MAX_HEADER_ROWS)
    elif wide and first + 1 < last and _second_row_under(grid, first, top):
        depth = 2
    cells = [cell for cell in grid.cells if first <= cell.r0 < first + depth]
    if any(_is_figure(cell.text) for cell in cells) or not any(cell.text for cell in cells):
        return 0
    return min(depth, last - first)


def _second_row_under(grid: Grid, first: int, top: list[GridCell]) -> bool:
    """Say whether the next row has text only under the wide cells of the first."""
    for cell in _row_cells(grid, first + 1):
        above = grid.owner(first, cell.c0)
        under_wide = above is not None and above.c1 - above.c0 > 1
        if bool(cell.text) != under_wide:
            return False
    return bool(top)


def _row_cells(grid: Grid, row: int) -> list[GridCell]:
    found: list[GridCell] = []
    for column in range(len(grid.xs) - 1):
        cell = grid.owner(row, column)
        if cell is not None and cell not in found[-1:]:
            found.append(cell)
    return found


def _is_figure(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text.strip())) and any(c.isdigit() for c in text)


def _columns(rows: list[RawRow], count: int) -> list[str]:
    names = []
    for c in range(count):
        parts: list[str] = []
        for row in rows:
            text = row.spots[c].text
            if text and text not in parts:
                parts.append(text)
        names.append(" ".join(parts))
    return names


def _note_merges(table: RawTable, grid: Grid, xs: list[float], first: int) -> None:
    places = _places(grid, xs)
    for c, inner in enumerate(places):
        for row in range(first, len(grid.ys) - 1):
            cell = grid.owner(row, inner)
            if cell is not None and cell.r1 - cell.r0 > 1:
                table.merges.add(c)


# --- over page breaks ---------------------------------------------------------------------------


def _continues(table: RawTable, grid: Grid, page: RawPage, previous: RawPage) -> bool:
    """Say whether `grid`, the first of its page, goes on with the last table before."""
    if table.end_page != page.number - 1 or previous.number != table.end_page:
        return False
    if previous.grids[-1] is not table.last:
        return False
    if _text_below(previous, table.last) or _text_above(page, grid, table):
        return False
    return _aligned(table.xs, grid.xs) is not None


def _text_below(page: RawPage, grid: Grid) -> bool:
    return any(
        line.kind == "body" and line.box[1] >= grid.ys[-1] - 2 and not _UNIT.match(line.text)
        for line in page.lines
    )


def _text_above(page: RawPage, grid: Grid, table: RawTable) -> bool:
    for line in page.lines:
        if line.kind != "body" or line.box[3] > grid.ys[0] + 2:
            continue
        same = table.caption and _squeeze(line.text).endswith(_squeeze(table.caption))
        if not (_UNIT.match(line.text) or same):
            return True
    return False


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _aligned(first: list[float], second: list[float]) -> list[float] | None:
    """Return the finer of two sets of column rules if one holds the other, else None."""
    shift = second[0] - first[0]
    if abs(shift) > _SHIFT or abs((second[-1] - first[-1]) - shift) > _SAME_X:
        return None
    moved = [x - shift for x in second]
    fine, coarse = (first, moved) if len(first) >= len(moved) else (moved, first)
    for x in coarse:
        if min(abs(x - other) for other in fine) > _SAME_X:
            return None
    return fine


def _append(table: RawTable, grid: Grid) -> None:
    fine = _aligned(table.xs, grid.xs) or table.xs
    if len(fine) != len(table.xs):
        _widen(table, fine)
    rows = _matrix(grid, table.xs)
    _, first = _title(grid)
    skipped = _repeated_header(table, grid, rows, first)
    rows = rows[skipped:]
    if not table.rows and not any(table.columns):
        depth = _header_depth(grid, first)
        table.columns = _columns(rows[:depth], len(table.xs) - 1)
        rows = rows[depth:]
    _note_merges(table, grid, table.xs, skipped)
    if table.rows and rows:
        if _is_cut(table, table.rows[-1], rows[0]):
            _merge_rows(table.rows[-1], rows[0])
            rows = rows[1:]
        _fill_over_break(table, rows)
    table.rows += rows
    table.last, table.end_page = grid, grid.page


def _widen(table: RawTable, xs: list[float]) -> None:
    """Spread the rows so far over the finer columns of a later page."""
    shift = xs[0] - table.xs[0]
    places = []
    for c in range(len(xs) - 1):
        middle = (xs[c] + xs[c + 1]) / 2 - shift
        places.append(sum(1 for x in table.xs[1:-1] if x <= middle))
    table.columns = [table.columns[place] for place in places]
    for row in table.rows:
        row.spots = [
            row.spots[place]
            if c == 0 or places[c - 1] != place
            else Spot(row.spots[place].text, row.page, None, False)
            for c, place in enumerate(places)
        ]
    table.merges = {c for c, place in enumerate(places) if place in table.merges}
    table.xs = xs


def _repeated_header(table: RawTable, grid: Grid, rows: list[RawRow], first: int) -> int:
    """Return how many rows at the top of a continuation repeat the title and the header."""
    if not any(table.columns):
        return 0
    wanted = [_squeeze(name) for name in table.columns]
    for depth in range(min(_MAX_HEADER_ROWS, len(rows) - first), 0, -1):
        names = _columns(rows[first : first + depth], len(table.xs) - 1)
        if [_squeeze(name) for name in names] == wanted:
            return first + depth
    title, _ = _title(grid)
    return first if title and _squeeze(title) == _squeeze(table.title) else 0


def _is_cut(table: RawTable, upper: RawRow, lower: RawRow) -> bool:
    """Say whether a page break cut one row in two: a column that is always filled is empty."""
    always = _always_filled(table)
    holes = False
    for c, (a, b) in enumerate(zip(upper.spots, lower.spots, strict=True)):
        if a.text and b.text and _is_figure(a.text) and _is_figure(b.text) and b.box:
            return False
        if c in always and (a.empty or b.empty):
            holes = True
    return holes


def _always_filled(table: RawTable) -> set[int]:
    rows = table.rows[:-1]
    if len(rows) < 2:
        # Too little to learn from: every column without merged cells should be filled.
        return {c for c in range(len(table.xs) - 1) if c not in table.merges}
    return {
        c
        for c in range(len(table.xs) - 1)
        if c not in table.merges and sum(1 for row in rows if row.spots[c].text) >= 0.9 * len(rows)
    }


def _merge_rows(upper: RawRow, lower: RawRow) -> None:
    for a, b in zip(upper.spots, lower.spots, strict=True):
        if b.box is None or not b.text:
            continue
        if not a.text and a.box is not None:
            a.box, a.page = b.box, b.page
        a.text += b.text
        a.empty = not a.text
        a.ocr = min((sure for sure in (a.ocr, b.ocr) if sure is not None), default=None)
    upper.broken = True


def _fill_over_break(table: RawTable, rows: list[RawRow]) -> None:
    """Carry a merged cell's text to its part on the next page, where it is drawn empty."""
    for c in sorted(table.merges):
        label = table.rows[-1].spots[c].text
        if not label:
            continue
        for row in rows:
            spot = row.spots[c]
            if spot.text or (spot.box is not None and row is not rows[0]):
                break
            spot.text, spot.box, spot.empty = label, None, False


def _fill_back(table: RawTable) -> None:
    """Give the part before a page break the label that is drawn on the later page only."""
    for c in table.merges:
        for upper, lower in zip(table.rows[-2::-1], table.rows[:0:-1], strict=True):
            spot, after = upper.spots[c], lower.spots[c]
            if spot.text or not after.text or _SUM.search(after.text):
                continue
            if upper.page != lower.page or after.box is None:
                spot.text, spot.empty = after.text, False


def _check_serial(table: RawTable) -> None:
    """A serial number that skips says that rows were lost."""
    column = next((c for c, name in enumerate(table.columns) if _SERIAL.match(name)), None)
    if column is None:
        return
    numbers = [
        int(row.spots[column].text)
        for row in table.rows
        if row.spots[column].box is not None and row.spots[column].text.isdecimal()
    ]
    if any(b - a not in (0, 1) and b != 1 for a, b in pairwise(numbers)):
        table.uncertain = True


# --- captions -----------------------------------------------------------------------------------


def _caption(grid: Grid, page: RawPage, previous: RawPage | None) -> str:
    above = [
        line
        for line in page.lines
        if line.kind == "body" and line.box[3] <= grid.ys[0] + 4 and not _UNIT.match(line.text)
    ]
    near = [line for line in above if grid.ys[0] - line.box[3] <= _CAPTION_REACH][-3:]
    named = _named(near)
    if named:
        return named
    if not above and previous is not None:
        body = [line for line in previous.lines if line.kind in ("body", "table")]
        named = _named([line for line in body[-2:] if line.kind == "body"])
        if named:
            return named
    last = near[-1:]
    if last and len(last[0].text) <= _CAPTION_LENGTH and last[0].text[-1] not in "。；，、;,":
        return last[0].text
    return ""


def _named(lines: list[RawLine]) -> str:
    for line in reversed(lines):
        if _CAPTION.match(line.text) and len(line.text) <= 2 * _CAPTION_LENGTH:
            return line.text
    return ""
