"""The form of rating offline, opened and saved by a real LibreOffice Calc."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reviewapp.adapters import offline_form, pdf, rubric_files
from reviewapp.adapters.spreadsheets import write_sheet
from reviewapp.domain.offline import Filled, Limits, Row, Stamp, titles
from reviewapp.domain.rubric import Rubric
from tests.conftest import missing
from tests.rows import RUBRICS

WORDS = offline_form.load(RUBRICS)
STAMP = Stamp("review", "expert", "hash", 2, {"criterion-outline": 3, "vetoes": 1})
#: what somebody types: points or claim, text, and how it is read back
TYPED = {
    "criterion-outline": (5.5, "缺项目背景，扣0.5分", "5.5"),
    "criterion-elements": ("3.5 ", "=1+1 像公式", "3.5"),
    "criterion-drafting": ("４．５", "第一行\n第二行", "４．５"),
    "criterion-chain": ("=6-0.1-0.2", "由公式算出", "5.7"),
    "criterion-procedure": (None, "长" * 300, ""),
    "veto-plagiarism": ("否", "", ""),
    "veto-fabrication": ("是 ", "编造问卷", "1"),
    "veto-wrong-object": ("也许", "说不清", "也许"),
    "opinion": (None, "总体较好。\n建议修改。", ""),
}


def _rubric() -> Rubric:
    return next(one for one in rubric_files.load_all(RUBRICS) if one.kind.value == "key-project")


def _form() -> bytes:
    rubric = _rubric()
    rows = tuple(
        Row(at, name, "2.5" if name == "criterion-outline" else "", "")
        for at, name in enumerate(titles(rubric), start=1)
    )
    return offline_form.write(WORDS, "《甲报告》", rubric, STAMP, rows, Limits(2000, 8000))


def _typed_into(form: bytes) -> bytes:
    book = load_workbook(io.BytesIO(form))
    for cells in book.worksheets[0].iter_rows():
        name = cells[0].value
        if name in TYPED:
            cells[3].value, cells[4].value = TYPED[name][:2]  # type: ignore[assignment]
            cells[4].data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder where Calc has saved a filled form and printed an empty one and a list."""
    program = shutil.which("soffice")
    if program is None or not (Path(os.path.realpath(program)).parent / "libsclo.so").exists():
        missing("LibreOffice Calc (libreoffice-calc-nogui)")
    folder = tmp_path_factory.mktemp("calc")
    (folder / "filled.xlsx").write_bytes(_typed_into(_form()))
    (folder / "empty.xlsx").write_bytes(_form())
    listed = [['=HYPERLINK("http://x")', 3.5], ["+1", None], ["很长的项目名称" * 12, 2]]
    (folder / "list.xlsx").write_bytes(write_sheet("名单", ["名称", "份数"], listed))
    for kind, names in (("xlsx", ["filled", "list"]), ("pdf", ["empty"])):
        subprocess.run(
            [
                str(program),
                f"-env:UserInstallation=file://{folder}/profile",
                *("--headless", "--convert-to", kind, "--outdir", str(folder / kind)),
                *(str(folder / f"{name}.xlsx") for name in names),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return folder


def _read(folder: Path) -> Filled:
    return offline_form.read(WORDS, (folder / "xlsx" / "filled.xlsx").read_bytes())


def test_a_form_that_calc_saved_is_read_back_as_it_was_typed(calc: Path) -> None:
    found = _read(calc)
    assert found.stamp == STAMP
    rows = {row.name: row for row in found.rows}
    assert list(rows) == list(titles(_rubric()))  # no row more for the total
    for name, (_given, text, read) in TYPED.items():
        assert (rows[name].points, rows[name].text) == (read, text), name
    assert {row.points for name, row in rows.items() if name not in TYPED} == {""}


def test_a_form_that_calc_saved_still_guards_itself(calc: Path) -> None:
    sheet = load_workbook(calc / "xlsx" / "filled.xlsx").worksheets[0]
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    for cells in sheet.iter_rows(min_row=5):
        name = str(cells[0].value)
        if name == "stamp":
            continue
        assert cells[1].protection.locked
        assert not cells[4].protection.locked
        assert rules[cells[4].coordinate].type == "textLength"
        if name != "opinion":
            rule = rules[cells[3].coordinate]
            assert rule.type == ("decimal" if name.startswith("criterion") else "list")
            assert rule.error


def test_a_printed_form_has_all_columns_and_its_headings_on_every_page(calc: Path) -> None:
    pages = pdf.read(calc / "pdf" / "empty.pdf").pages
    texts = ["".join(line.text for line in page.lines) for page in pages]
    assert len(texts) == 2
    for text in texts:
        for heading in WORDS.columns[1:]:
            assert heading in text
    everything = "".join(texts)
    assert "criterion-" not in everything  # ids are the program's
    assert "stamp" not in everything
    for title in titles(_rubric()).values():
        assert title in everything


def test_no_text_of_a_list_becomes_a_formula_in_calc(calc: Path) -> None:
    sheet = load_workbook(calc / "xlsx" / "list.xlsx").worksheets[0]
    assert [cell.data_type for cell in sheet["A"]] == ["s"] * 4
    assert sheet["A2"].value == '=HYPERLINK("http://x")'
    assert sheet["B2"].value == 3.5
