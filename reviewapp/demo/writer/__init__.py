"""Writes evaluation reports as PDF: invented content, two producers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reviewapp.demo.writer import by_reportlab, by_typst, compose, sources
from reviewapp.demo.writer.agencies import AGENCIES

if TYPE_CHECKING:
    from reviewapp.demo.catalogue import DemoReport


def write(report: DemoReport, path: Path, seed: int) -> Path:
    """Write a report of the catalogue to `path` and return it; the same seed writes the same text."""
    spec = sources.spec(report.key)
    style = AGENCIES[spec.agency].style
    path.parent.mkdir(parents=True, exist_ok=True)
    producer = by_typst if style.producer == "typst" else by_reportlab
    producer.write(compose.blocks(spec, seed), style, report.title, path)
    return path
