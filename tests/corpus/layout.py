"""What all writers need: cells that are merged, and the printed page numbers of the contents."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.corpus.model import Contents, Heading, Made, Table, bare

# The page of each mark: empty in the first printing, known in the second.
Pages = dict[str, int]


def front(pages: Pages) -> int:
    """Return how many pages stand before the body: printed numbers start after them."""
    return pages.get("body", 3) - 1


def first_heading(made: Made) -> str:
    """Return the key of the body's first heading."""
    at = next(i for i, block in enumerate(made.blocks) if isinstance(block, Contents))
    return next(block.key for block in made.blocks[at:] if isinstance(block, Heading))


def entries(block: Contents, pages: Pages) -> list[tuple[int, str, int]]:
    return [
        (level, text, pages.get(key, 1) - front(pages) + block.shift.get(key, 0))
        for level, text, key in block.entries
    ]


def cells(table: Table) -> Iterator[list[tuple[str, int]]]:
    """Yield each row's cells as (text, rows spanned); covered cells are left out."""
    for number, row in enumerate(table.rows):
        found = []
        for index, text in enumerate(row):
            span = 1
            if index < table.merged:
                same = row[: index + 1]
                if not text:
                    found.append((text, 1))
                    continue
                if number and table.rows[number - 1][: index + 1] == same:
                    continue
                while number + span < len(table.rows) and (
                    table.rows[number + span][: index + 1] == same
                ):
                    span += 1
            found.append((text, span))
        yield found


def looks(made: Made) -> dict[str, Any]:
    """Return sizes and furniture, the same for the same report."""
    random = Random(f"looks:{made.spec.id}")
    return {
        "size": random.choice([12, 14, 16]),
        "lead": random.choice([9, 12, 14]),
        "bold": random.random() < 0.5,
        "running": random.random() < 0.6,
        "foot": random.choice(["N", "- N -", "— N —", "第N页"]),
        "header": bare(made.header),
    }
