"""Layouts are told apart by the program that printed them and by how they number."""

from __future__ import annotations

import pytest

from reviewapp.domain.precheck.layout import producer, signature
from tests.precheck_documents import ordinary, report_of


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("Typst 0.13.1", "Typst"),
        ("Microsoft® Word 2019", "Microsoft Word"),
        ("ReportLab PDF Library - www.reportlab.com", "ReportLab PDF Library"),
        ("Skia/PDF m120", "Skia/PDF"),
        ("Acrobat Distiller 11.0 (Windows)", "Acrobat Distiller"),
        ("WPS 文字", "WPS 文字"),
        ("", "–"),
    ],
)
def test_a_producer_is_named_without_its_version(stated: str, name: str) -> None:
    assert producer(stated) == name


def test_a_layout_says_how_each_level_is_numbered() -> None:
    assert signature(report_of(ordinary())).endswith(" · 一、 / （一）")
