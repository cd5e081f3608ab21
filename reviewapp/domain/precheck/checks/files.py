"""What the file itself carries: pages without usable text, and things that act by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from reviewapp.domain.document import Box, Place, TextLayer
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules


@check("text-layer-missing", version=1)
def text_layer_missing(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """Pages that are pictures without text, one finding per page."""
    yield from _pages(report, TextLayer.SCANNED)


@check("text-layer-garbled", version=1)
def text_layer_garbled(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """Pages whose font has no Unicode map, one finding per page."""
    yield from _pages(report, TextLayer.GARBLED)


def _pages(report: Report, layer: TextLayer) -> Iterator[Doubt]:
    for page in report.document.pages:
        if page.text_layer is layer:
            place = Place(page.number, Box(0.0, 0.0, page.width, page.height))
            variant = _variant(report, page.number)
            yield Doubt(place=place, variant=variant, values={"page": str(page.number)})


def _variant(report: Report, page: int) -> str:
    if page in report.badly_read:
        return "badly-read"
    return "read" if page in report.ocr_pages else ""


@check("active-content", version=1)
def active_content(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """JavaScript, launch actions and embedded files of the PDF."""
    sizes = {page.number: (page.width, page.height) for page in report.document.pages}
    for item in report.document.active_content:
        width, height = sizes.get(item.page or 0, (0.0, 0.0))
        place = Place(item.page, Box(0.0, 0.0, width, height)) if item.page else None
        yield Doubt(
            place=place, found=item.kind, variant=item.kind, values={"name": item.name or "—"}
        )
