"""What OCR read is judged more gently, and as far as it can be sure of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewapp.domain.document import Document, TextLayer
from reviewapp.domain.precheck.finding import Outcome, Severity
from tests.precheck_documents import (
    BODY,
    COVER,
    body,
    document,
    findings_of,
    page,
    pages_of,
    report_of,
    table,
)

HEAD = ("一级指标", "三级指标", "分值", "得分")
ROWS = (
    ("决策", "立项依据充分性", "20", "18"),
    ("过程", "资金到位率", "20", "20"),
    ("产出", "实际完成率", "30", "30"),
    ("效益", "社会效益", "30", "28"),
    ("合计", "", "100", "95"),
)


def scanned(made: Document, sure: float = 0.99, *, on_page: float | None = None) -> Document:
    """Return the document as if OCR had read every page and cell of it, as sure as that."""
    pages = tuple(
        replace(
            one,
            text_layer=TextLayer.SCANNED,
            ocr=on_page if on_page is not None else sure,
            lines=tuple(replace(line, ocr=sure) for line in one.lines),
        )
        for one in made.pages
    )
    tables = tuple(
        replace(
            one,
            rows=tuple(
                replace(row, cells=tuple(replace(cell, ocr=sure) for cell in row.cells))
                for row in one.rows
            ),
        )
        for one in made.tables
    )
    return replace(made, pages=pages, tables=tables)


def with_table() -> Document:
    return document(page(1, COVER), *pages_of(BODY), tables=[table(HEAD, ROWS)])


def test_a_wrong_sum_that_ocr_is_sure_of_is_a_doubt() -> None:
    (finding,) = findings_of(scanned(with_table()), "scores-sum")
    assert (finding.outcome, finding.values["ocr"]) == (Outcome.SUSPECT, "sure")


def test_a_wrong_sum_with_an_unsure_figure_cannot_be_verified() -> None:
    made = scanned(with_table())
    first = made.tables[0].rows[0]
    unsure = replace(first, cells=(*first.cells[:3], replace(first.cells[3], ocr=0.5)))
    rows = (unsure, *made.tables[0].rows[1:])
    made = replace(made, tables=(replace(made.tables[0], rows=rows),))
    (finding,) = findings_of(made, "scores-sum")
    assert (finding.outcome, finding.severity) == (Outcome.UNVERIFIABLE, Severity.NOTICE)
    assert finding.values["ocr"] == "unsure"


@pytest.mark.parametrize(("sure", "outcome"), [(0.99, "suspect"), (0.5, "unverifiable")])
def test_a_leftover_is_a_doubt_only_where_the_line_was_read_surely(
    sure: float, outcome: str
) -> None:
    made = document(page(1, COVER), *pages_of([*BODY, "该数据××待补充。"]))
    found = findings_of(scanned(made, sure, on_page=0.95), "placeholder-left")
    assert {finding.outcome.value for finding in found} == {outcome}


def test_brackets_of_a_number_are_never_judged_on_a_scan() -> None:
    made = document(page(1, COVER), *pages_of([*BODY, "依据财预[2020]10号文件的要求开展评价。"]))
    assert {f.outcome for f in findings_of(made, "citation-malformed")} == {Outcome.SUSPECT}
    (finding,) = findings_of(scanned(made), "citation-malformed")
    assert finding.outcome is Outcome.UNVERIFIABLE


def test_one_wrong_character_in_a_heading_is_forgiven_on_a_scan_only() -> None:
    texts = ["二、绩效评价工作开属情况" if text.startswith("二、") else text for text in BODY]
    texts = [
        text for text in texts if "评价" not in text or text.startswith(("二、", "三、", "四、"))
    ]
    made = document(page(1, COVER), *pages_of(texts))
    section = report_of(scanned(made)).section("evaluation-work")
    assert section is not None
    assert section.match is not None
    assert section.match.confidence == pytest.approx(0.8)


def test_on_a_scan_hardly_read_nothing_is_called_missing() -> None:
    made = document(page(1, COVER), *pages_of(body(without=["六、有关建议"])))
    (finding,) = findings_of(scanned(made), "section-missing")
    assert finding.outcome is Outcome.SUSPECT
    (finding,) = findings_of(scanned(made, 0.9, on_page=0.6), "section-missing")
    assert finding.outcome is Outcome.UNVERIFIABLE


def test_a_page_that_ocr_read_is_still_named_as_a_scan() -> None:
    found = findings_of(scanned(document(page(1, COVER), *pages_of(BODY))), "text-layer-missing")
    assert {finding.variant for finding in found} == {"read"}
