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

_BoxTuple = tuple[float, float, float, float]
_KINDS = list(LineKind)
_LAYERS = list(TextLayer)
_KIND_AT = {kind.value: at for at, kind in enumerate(_KINDS)}
_LAYER_AT = {layer.value: at for at, layer in enumerate(_LAYERS)}
_MOST_IN_CELL = 3_000  # characters; more stand in no cell that is meant to be read


def encode(answer: dict[str, Any]) -> bytes:
    """Return the parts of a document, made by the functions below, as JSON of arrays."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


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


def page(
    number: int, width: float, height: float, layer: str, error: str, ocr: float | None, lines: Any
) -> list[Any]:
    """Return a page of `lines`; `layer` is a TextLayer's value."""
    return [number, width, height, _LAYER_AT[layer], error, ocr, lines]


def line(
    box: _BoxTuple, text: str, size: float, bold: bool, kind: str, ocr: float | None
) -> list[Any]:
    """Return a line; `kind` is a LineKind's value."""
    own = [_box(box), text, size, int(bold), _KIND_AT[kind]]
    return own if ocr is None else [*own, round(ocr, 3)]


def cell(text: str, number: int, box: _BoxTuple | None, ocr: float | None) -> list[Any]:
    """Return a cell that is drawn on page `number`, or without a box one that goes on there."""
    own = [text, number, None if box is None else _box(box)]
    return own if ocr is None else [*own, round(ocr, 3)]


def row(number: int, box: _BoxTuple, broken: bool, cells: list[Any]) -> list[Any]:
    """Return a row that begins on page `number`."""
    return [number, _box(box), int(broken), cells]


def table(
    identifier: str,
    pages: tuple[int, int],
    box: _BoxTuple,
    columns: list[str],
    rows: list[Any],
    caption: str,
    after_line: int,
    uncertain: bool,
) -> list[Any]:
    """Return a table from the first to the last of `pages`."""
    place = [identifier, *pages, _box(box)]
    return [*place, columns, rows, caption, after_line, int(uncertain)]


def _box(box: _BoxTuple) -> list[float]:
    x0, y0, x1, y1 = box
    return [round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1)]


def _to_box(raw: Any) -> Box:
    return Box(*map(float, raw))


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
