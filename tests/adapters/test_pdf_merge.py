"""Putting PDFs together and cutting pages out: whole, in order, the same each time, or refused."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from reviewapp.adapters import pdf, pdf_merge
from reviewapp.adapters.pdf_merge import PartRefused
from tests.adapters import pdf_builders as build


@pytest.fixture
def body(tmp_path: Path) -> Path:
    """Three pages of reportlab's."""
    pages = [[(72, 60, 20, f"正文第{n}页"), *build.prose(4)] for n in (1, 2, 3)]
    return build.with_text(tmp_path / "body.pdf", pages)


@pytest.fixture
def annex(tmp_path: Path) -> Path:
    """Two pages of Typst's, with fonts of its own."""
    return build.with_typst(tmp_path / "annex.pdf", "= 附件甲\n#pagebreak()\n= 附件乙")


def read(folder: Path, content: bytes) -> list[str]:
    path = folder / "whole.pdf"
    path.write_bytes(content)
    document = pdf.read(path)
    return [page.lines[0].text.replace(" ", "") for page in document.pages]


def test_pages_of_two_producers_stand_behind_one_another(
    tmp_path: Path, body: Path, annex: Path
) -> None:
    content = pdf_merge.merge([annex, body], ["附件.pdf", "正文.pdf"], [2, 3])

    assert read(tmp_path, content) == ["附件甲", "附件乙", "正文第1页", "正文第2页", "正文第3页"]
    with pikepdf.open(tmp_path / "whole.pdf") as whole, whole.open_outline() as outline:
        assert [item.title for item in outline.root] == ["附件.pdf", "正文.pdf"]


def test_the_same_parts_give_the_same_bytes_and_another_order_others(
    body: Path, annex: Path
) -> None:
    once = pdf_merge.merge([body, annex], ["a", "b"], [3, 2])
    assert pdf_merge.merge([body, annex], ["a", "b"], [3, 2]) == once
    assert pdf_merge.merge([annex, body], ["b", "a"], [2, 3]) != once


def test_what_is_cut_out_is_those_pages_and_the_same_each_time(tmp_path: Path, body: Path) -> None:
    content = pdf_merge.extract(body, 2, 3)
    assert read(tmp_path, content) == ["正文第2页", "正文第3页"]
    assert pdf_merge.extract(body, 2, 3) == content
    with pytest.raises(PartRefused):
        pdf_merge.extract(body, 3, 4)


def test_a_part_in_the_way_is_named_by_its_place(tmp_path: Path, body: Path) -> None:
    for make, code in (
        (lambda path: build.encrypted(path, owner="o", user="u"), "encrypted"),
        (lambda path: build.truncated(path, 0.3), "damaged"),
        (build.with_scripts, "active"),
        (build.cyclic_page_tree, "damaged"),
    ):
        bad = make(tmp_path / "bad.pdf")
        with pytest.raises(PartRefused) as caught:
            pdf_merge.merge([body, bad], ["正文", "坏"], [3, 1 if code != "active" else 2])
        assert (caught.value.code, caught.value.index) == (code, 1)
        assert caught.value.message
    assert caught.value.acting == ""


def test_a_script_is_called_a_script(tmp_path: Path, body: Path) -> None:
    acting = build.with_scripts(tmp_path / "acting.pdf")
    with pytest.raises(PartRefused) as caught:
        pdf_merge.merge([acting, body], ["a", "b"], [2, 3])
    assert (caught.value.index, caught.value.acting) == (0, "javascript")


def test_a_file_that_opens_at_a_page_and_one_with_an_owner_password_are_taken(
    tmp_path: Path, body: Path
) -> None:
    plain = build.with_page_goto(tmp_path / "goto.pdf")
    locked = build.encrypted(tmp_path / "locked.pdf", owner="o", user="")
    content = pdf_merge.merge([body, plain, locked], ["a", "b", "c"], [3, 1, 1])
    assert len(read(tmp_path, content)) == 5


def test_a_repaired_file_is_taken_only_with_the_pages_that_were_counted(
    tmp_path: Path, body: Path
) -> None:
    repaired = build.only_repairable(tmp_path / "repaired.pdf")
    assert len(read(tmp_path, pdf_merge.merge([body, repaired], ["a", "b"], [3, 1]))) == 4
    with pytest.raises(PartRefused) as caught:
        pdf_merge.merge([body, repaired], ["a", "b"], [3, 2])
    assert (caught.value.code, caught.value.index) == ("damaged", 1)
