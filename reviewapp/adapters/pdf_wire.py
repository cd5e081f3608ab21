"""The plain form in which a child hands a document to its caller, and back to values.

The child may have been taken over by the file that it reads: the caller trusts no type in what
comes back and rebuilds every value.
"""

from __future__ import annotations

import json
from typing import Any

from reviewapp.adapters.child import ChildDied
from reviewapp.domain.document import (
    ActiveContent,
    Box,
    Cell,
    Document,
    Line,
    LineKind,
    Page,
    Row,
    Table,
    TextLayer,
)

_KINDS = list(LineKind)
_LAYERS = list(TextLayer)
_MOST_IN_CELL = 3_000  # characters; more stand in no cell that is meant to be read


def encode(document: Document) -> bytes:
    """Return the document as JSON of arrays."""
    return json.dumps(
        {
            "producer": document.producer,
            "repaired": document.repaired,
            "seconds": document.seconds,
            "active": [[a.kind, a.page, a.name] for a in document.active_content],
            "pages": [
                [
                    p.number,
                    p.width,
                    p.height,
                    _LAYERS.index(p.text_layer),
                    p.error,
                    p.ocr,
                    [_line(line) for line in p.lines],
                ]
                for p in document.pages
            ],
            "tables": [_table(table) for table in document.tables],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "replace")


def decode(data: bytes, *, sha256: str, name: str, size: int) -> Document:
    """Rebuild the document. Raises ChildDied where the form is not what a sound child sends."""
    try:
        raw = json.loads(data)
        return Document(
            sha256=sha256,
            name=name,
            bytes=size,
            producer=str(raw["producer"])[:200],
            pages=tuple(_to_page(page) for page in raw["pages"]),
            tables=tuple(_to_table(table) for table in raw["tables"]),
            active_content=tuple(
                ActiveContent(str(kind), None if page is None else int(page), str(label))
                for kind, page, label in raw["active"]
            ),
            repaired=bool(raw["repaired"]),
            seconds={str(key): float(value) for key, value in raw["seconds"].items()},
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ChildDied(f"malformed: {type(error).__name__}") from None


def _box(box: Box) -> list[float]:
    return [round(box.x0, 1), round(box.y0, 1), round(box.x1, 1), round(box.y1, 1)]


def _line(line: Line) -> list[Any]:
    own = [_box(line.box), line.text, line.size, int(line.bold), _KINDS.index(line.kind)]
    return own if line.ocr is None else [*own, round(line.ocr, 3)]


def _table(table: Table) -> list[Any]:
    return [
        table.id,
        table.page,
        table.end_page,
        _box(table.box),
        list(table.columns),
        [
            [row.page, _box(row.box), int(row.broken), [_cell(cell) for cell in row.cells]]
            for row in table.rows
        ],
        table.caption,
        table.after_line,
        int(table.uncertain),
    ]


def _cell(cell: Cell) -> list[Any]:
    own = [cell.text, cell.page, None if cell.box is None else _box(cell.box)]
    return own if cell.ocr is None else [*own, round(cell.ocr, 3)]


def _to_box(raw: Any) -> Box:
    x0, y0, x1, y1 = raw
    return Box(float(x0), float(y0), float(x1), float(y1))


def _to_page(raw: Any) -> Page:
    number, width, height, layer, error, ocr, lines = raw
    number = int(number)
    return Page(
        number=number,
        width=float(width),
        height=float(height),
        lines=tuple(
            Line(
                number,
                _to_box(box),
                str(text),
                float(size),
                bool(bold),
                _KINDS[int(kind)],
                _to_share(*sure),
            )
            for box, text, size, bold, kind, *sure in lines
        ),
        text_layer=_LAYERS[int(layer)],
        error=str(error)[:200],
        ocr=_to_share(ocr),
    )


def _to_share(raw: Any = None) -> float | None:
    return None if raw is None else min(max(float(raw), 0.0), 1.0)


def _to_table(raw: Any) -> Table:
    identifier, page, end_page, box, columns, rows, caption, after_line, uncertain = raw
    return Table(
        id=str(identifier),
        page=int(page),
        end_page=int(end_page),
        box=_to_box(box),
        columns=tuple(str(column) for column in columns),
        rows=tuple(_to_row(row) for row in rows),
        caption=str(caption),
        after_line=int(after_line),
        uncertain=bool(uncertain),
    )


def _to_row(raw: Any) -> Row:
    page, box, broken, cells = raw
    return Row(
        cells=tuple(
            Cell(
                str(text)[:_MOST_IN_CELL],
                int(number),
                None if place is None else _to_box(place),
                _to_share(*sure),
            )
            for text, number, place, *sure in cells
        ),
        page=int(page),
        box=_to_box(box),
        broken=bool(broken),
    )
