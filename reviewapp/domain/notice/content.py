"""The frozen notice: what is signed, hashed, stored, shown and printed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice.blocks import Block, BlockKind, Column, Figure, Segment, Table
from reviewapp.domain.notice.facts import RubricRef
from reviewapp.domain.notice.invariants import check

SCHEMA = 1


@dataclass(frozen=True)
class NoticeContent:
    """A notice in blocks, top to bottom, with its figures and the versions it rests on.

    `issue_date` is ISO or "", `doc_number` official or "": both are there in what is published.
    Raises Invalid on construction when rows, columns, sentences and lists contradict each other.
    """

    bureau: str
    year: int
    round_title: str
    doc_number: str
    issue_date: str
    sealed: bool
    wording_slug: str
    wording_version: int
    wording_sha256: str
    rubrics: tuple[RubricRef, ...]
    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        check(self.blocks, self.figures)

    @property
    def title(self) -> str:
        """The title in one line."""
        return self.first(BlockKind.TITLE).text.replace("\n", "")

    @property
    def is_complete(self) -> bool:
        """Whether it has the number and the date without which it cannot be issued."""
        return bool(self.doc_number and self.issue_date)

    def first(self, kind: BlockKind) -> Block:
        """Return the first block of a kind that every notice has."""
        return next(block for block in self.blocks if block.kind is kind)

    def plain_text(self) -> str:
        """Return the text of the sheet, one block a line, tables left out."""
        return "\n".join(
            " ".join((block.text.replace("\n", ""), *block.items)).strip()
            for block in self.blocks
            if block.kind is not BlockKind.TABLE
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that json can write."""
        return {"schema": SCHEMA, **asdict(self)}

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, no spaces, so that equal notices are equal bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def sha256(self) -> str:
        """The hash of the canonical JSON, rubric and wording versions included."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> NoticeContent:
        """Read what to_json wrote, checking it again."""
        try:
            data = json.loads(text)
            if data.pop("schema") != SCHEMA:
                raise ValueError(SCHEMA)
            data["rubrics"] = tuple(RubricRef(**item) for item in data["rubrics"])
            data["figures"] = tuple(Figure(**item) for item in data["figures"])
            data["blocks"] = tuple(_block(item) for item in data["blocks"])
            return cls(**data)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Invalid(N_("This is not a stored notice: %(why)s"), why=str(error)) from error


def _block(data: dict[str, Any]) -> Block:
    return Block(
        id=data["id"],
        kind=BlockKind(data["kind"]),
        segments=tuple(Segment(**item) for item in data["segments"]),
        editable=data["editable"],
        items=tuple(data["items"]),
        table=None if data["table"] is None else _table(data["table"]),
    )


def _table(data: dict[str, Any]) -> Table:
    return Table(
        columns=tuple(Column(**item) for item in data["columns"]),
        rows=tuple(tuple(row) for row in data["rows"]),
        total=tuple(data["total"]),
    )
