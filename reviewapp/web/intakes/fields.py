"""The fields of the preview: what stands in a row, and the order of the files of one report."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import request

from reviewapp.db.queries.intakes import ItemLine
from reviewapp.domain import bundle
from reviewapp.domain.bundle import Part
from reviewapp.domain.errors import N_, Invalid
from reviewapp.services import intake_parts, originals
from reviewapp.services.intake_parts import Placed
from reviewapp.services.uploads import IntakeLimits, PdfFile
from reviewapp.web.support.parts import parts, read


@dataclass(frozen=True)
class Chosen:
    """What stands in the fields of one row of the preview."""

    is_ticked: bool
    kind: str
    agency: str


def file_limits() -> IntakeLimits:
    """Return how large files and archives may be."""
    config = parts().config
    return IntakeLimits(
        max_bytes=config.max_upload_bytes,
        max_pages=config.max_pages,
        max_archive_bytes=config.max_archive_bytes,
        max_members=config.max_archive_members,
    )


def is_rearranged(item: ItemLine) -> bool:
    """Say whether the form has the parts of a row in another order, or of another kind."""
    return any(
        request.form.get(f"place-{part.id}", str(part.number)).strip() != str(part.number)
        or request.form.get(f"part-{part.id}", part.kind) != part.kind
        for part in item.parts
    )


def rearranged(item: ItemLine) -> tuple[tuple[Placed, ...], PdfFile]:
    """Return the parts of a row as the form has them, and the file that they are put to.

    Raises Invalid.
    """
    with read() as db:
        report_id = item.id
        placed = intake_parts.parts_of_row(db, report_id)
    by_key = {str(one.item_id): one for one in placed}
    known: dict[str, Part] = {key: one.part for key, one in by_key.items()}
    places = {
        key: request.form.get(f"place-{key}", str(number)) for number, key in enumerate(by_key, 1)
    }
    ordered = tuple(
        replace(
            by_key[key],
            part=replace(known[key], kind=request.form.get(f"part-{key}", known[key].kind)),
        )
        for key in bundle.numbered(known, places)
    )
    if any(not one.part.sha256 for one in ordered):
        raise Invalid(N_("Take the report apart: one of its files cannot be used."))
    return ordered, put_together(ordered)


def put_together(placed: tuple[Placed, ...]) -> PdfFile:
    """Merge the files of rows and keep the whole. Raises Invalid."""
    return originals.put_together(parts().storage, [one.part for one in placed], file_limits())
