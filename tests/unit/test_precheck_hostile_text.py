"""Text that is made to be slow: patterns look at it from each character on, for a bounded time."""

from __future__ import annotations

import time

import pytest

from reviewapp.domain.document import Box, Document, Line, Page, TextLayer
from reviewapp.domain.precheck import flow
from tests.precheck_documents import BODY, COVER, all_findings, document, page, pages_of, report_of

MANY = 100_000  # characters
IN_LINE = 500  # characters, as many as pdf_lines lets a line have
SECONDS = 20.0  # without bounds most of these take minutes

HOSTILE = [
    "1",
    "1,111",
    "0.",
    "总",
    "资金年初财政",
    "部门项目",
    "【请填",
    "《",
    "(一",
    "(((",
    "..",
    "-",
    "□□■",
    "二〇",
    "百",
    "百万",
    "__",
    "有效问卷",
    "2024年",
    "附件一",
    "满意度",
    "一级指标共有",
    "主评人签字、盖章",
]


def _hostile(text: str) -> Document:
    """Return a report whose last pages hold one endless paragraph."""
    lines = (text * (MANY // len(text) + 1))[:MANY]
    pages = [page(1, COVER), *pages_of(BODY)]
    at, number = 0, len(pages)
    while at < MANY:
        number += 1
        made = []
        for row in range(40):
            part = lines[at : at + IN_LINE]
            at += IN_LINE
            if part:
                y = 60.0 + 18 * row
                made.append(Line(number, Box(72, y, 523, y + 12), part, 12.0))
        pages.append(Page(number, 595, 842, tuple(made), TextLayer.GOOD))
    return document(*pages)


@pytest.mark.parametrize("text", HOSTILE)
def test_made_up_text_does_not_hold_the_checks(text: str) -> None:
    began = time.process_time()
    all_findings(_hostile(text))
    assert time.process_time() - began < SECONDS


def test_no_paragraph_is_endless() -> None:
    longest = max(len(one.text) for one in report_of(_hostile("总")).paragraphs)
    assert flow.MOST_JOINED <= longest < flow.MOST_JOINED + IN_LINE


def test_a_long_paragraph_stays_whole() -> None:
    text = ("评价组查阅了资料并核对了账目，" * 84)[:1200]
    lines = tuple(
        Line(9, Box(72, 60 + 18 * n, 552, 72 + 18 * n), text[40 * n : 40 * n + 40], 12.0)
        for n in range(30)
    )
    made = document(page(1, COVER), *pages_of(BODY), Page(9, 595, 842, lines, TextLayer.GOOD))
    wanted = text.replace("，", ",")
    assert any(wanted in one.text for one in report_of(made).paragraphs)
