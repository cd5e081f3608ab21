"""The sheet while it is being composed: texts of the wording filled with locked figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice.blocks import Block, BlockKind, Figure, Segment, Table
from reviewapp.domain.notice.phrases import clean
from reviewapp.domain.notice.wording import Wording, split

Segments = tuple[Segment, ...]
Value = Segment | Sequence[Segment] | str


class Sheet:
    """Collects blocks and figures; a figure may be used often but has one text."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.blocks: list[Block] = []
        self._figures: dict[str, Figure] = {}

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures in the order of their first use."""
        return tuple(self._figures.values())

    def lock(self, key: str, text: str, source: str) -> Segment:
        """Return a locked segment and note where it comes from."""
        figure = Figure(key, text, source)
        if self._figures.setdefault(key, figure) != figure:
            raise ValueError(f"{key}: {self._figures[key].text} and {text}")
        return Segment(text, key)

    def text(self, key: str, values: Mapping[str, str] | None = None) -> str:
        """Return a text of the wording filled with plain words."""
        return "".join(segment.text for segment in self.say(key, values or {}))

    def say(self, key: str, values: Mapping[str, Value] | None = None) -> Segments:
        """Return a text of the wording as segments, filled with figures or plain words."""
        return fill(self.wording.text(key), values or {})

    def add(
        self,
        block_id: str,
        kind: BlockKind,
        *parts: Value,
        editable: bool = False,
        items: Iterable[str] = (),
        table: Table | None = None,
    ) -> None:
        """Append a block."""
        self.blocks.append(
            Block(
                id=block_id,
                kind=kind,
                segments=merge(parts),
                editable=editable,
                items=tuple(items),
                table=table,
            )
        )

    def paragraph(self, block_id: str, *parts: Value) -> None:
        """Append a paragraph that an officer may edit."""
        self.add(block_id, BlockKind.PARAGRAPH, *parts, editable=True)


def fill(template: str, values: Mapping[str, Value]) -> Segments:
    """Fill the names of a template; a name without a value is a fault of the program."""
    parts: list[Value] = []
    for place, piece in enumerate(split(template)):
        parts.append(values[piece] if place % 2 else piece)
    return merge(parts)


def free(text: str, field: str) -> str:
    """Return words that a person typed, fit for the sheet; the marks of figures are refused."""
    if "⟦" in text or "⟧" in text:
        raise Invalid(N_("The characters ⟦ and ⟧ cannot be used in a notice."), field=field)
    return clean(text)


def join(parts: Sequence[Sequence[Segment]], mark: str, last: str = "") -> Segments:
    """Join runs of segments with a mark, and the last two with `last` if that is given."""
    joined: list[Value] = []
    for at, part in enumerate(parts):
        if at:
            joined.append(last if last and at == len(parts) - 1 else mark)
        joined.append(part)
    return merge(joined)


def merge(parts: Iterable[Value]) -> Segments:
    """Flatten to segments; neighbouring free texts become one, empty ones go."""
    merged: list[Segment] = []
    for part in parts:
        run: Sequence[Segment]
        run = (
            (Segment(part),)
            if isinstance(part, str)
            else ((part,) if isinstance(part, Segment) else part)
        )
        for segment in run:
            if not segment.locked and merged and not merged[-1].locked:
                merged[-1] = Segment(merged[-1].text + segment.text)
            elif segment.text:
                merged.append(segment)
    return tuple(merged)
