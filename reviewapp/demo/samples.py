"""A few reports of both producers, for benches and trials at a terminal."""

from __future__ import annotations

from pathlib import Path

from reviewapp.demo import catalogue, writer

#: ReportLab upright, Typst with landscape pages, ReportLab with landscape pages, Typst with a flaw
KEYS = ("freight", "clinics", "cameras", "straw")


def write_samples(folder: Path) -> list[Path]:
    """Write four key-project reports into `folder`, named by key, and return their paths."""
    known = {report.key: report for year in (2024, 2025) for report in catalogue.reports(year, 1)}
    return [writer.write(known[key], folder / f"{key}.pdf", 1) for key in KEYS]
