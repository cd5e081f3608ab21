"""Files that were made, or came to be, to do harm: each gets a clear answer, soon."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewapp.adapters import child, pdf, pdf_open
from reviewapp.domain.document import ActiveContent, TextLayer
from tests.adapters import pdf_builders as build

SMALL = pdf.ReadLimits(
    child=child.Limits(memory=400_000_000, cpu_seconds=8, wall_seconds=15, result_bytes=10_000_000)
)


def refusal(path: Path, limits: pdf.ReadLimits = SMALL) -> str:
    started = time.monotonic()
    with pytest.raises(pdf.Unreadable) as caught:
        pdf.read(path, limits=limits)
    assert time.monotonic() - started < 20
    assert caught.value.message
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty", b""),
        ("text", "绩效评价报告".encode()),
        ("docx", b"PK\x03\x04" + b"x" * 2000 + b"%PDF-1.4"),
        ("png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
    ],
)
def test_what_is_no_pdf_is_refused_as_such(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(content)
    assert refusal(path) == "not-a-pdf"


def test_a_header_alone_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    assert refusal(path) == "damaged"


def test_rubbish_before_the_header_does_no_harm(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose()])
    path.write_bytes(b"\n" * 900 + path.read_bytes())
    assert len(pdf.read(path).pages) == 1


def test_half_a_file_is_damaged(tmp_path: Path) -> None:
    assert refusal(build.truncated(tmp_path / "a.pdf", 0.5)) == "damaged"


def test_a_file_that_only_pikepdf_can_open_is_repaired_and_says_so(tmp_path: Path) -> None:
    path = build.only_repairable(tmp_path / "a.pdf")
    document = pdf.read(path)
    assert document.repaired
    assert len(document.body_lines()) == 12
    assert pdf.inspect(path).repaired


def test_a_password_is_asked_for_only_where_it_is_needed(tmp_path: Path) -> None:
    assert refusal(build.encrypted(tmp_path / "a.pdf", owner="o", user="u")) == "encrypted"
    readable = pdf.read(build.encrypted(tmp_path / "b.pdf", owner="o", user=""))
    assert len(readable.body_lines()) == 12


def test_too_many_pages_and_too_many_bytes_are_counted_first(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose(1)] * 12)
    with pytest.raises(pdf.Unreadable) as caught:
        pdf.inspect(path, limits=pdf.ReadLimits(max_pages=10))
    assert (caught.value.code, caught.value.values) == ("too-many-pages", {"limit": 10})
    assert refusal(path, pdf.ReadLimits(max_bytes=1000)) == "too-large"


def test_pages_without_anything_are_empty(tmp_path: Path) -> None:
    assert refusal(build.with_text(tmp_path / "a.pdf", [[], []])) == "empty"
    assert refusal(build.cyclic_page_tree(tmp_path / "b.pdf")) == "empty"


@pytest.mark.parametrize(
    "build_bomb",
    [
        build.flate_bomb,
        build.recursive_form,
        lambda path: build.many_paths(path, 4_000_000),
    ],
    ids=["unpacks to 600 MB", "draws itself", "4 million lines"],
)
def test_a_bomb_is_unsafe_and_leaves_no_process(
    tmp_path: Path, build_bomb: Callable[[Path], Path]
) -> None:
    assert refusal(build_bomb(tmp_path / "a.pdf")) == "unsafe"
    assert pdf.read(build.with_text(tmp_path / "b.pdf", [build.prose()])).pages


def test_a_bomb_deep_in_a_long_document_is_unsafe_too(tmp_path: Path) -> None:
    long = build.with_text(tmp_path / "long.pdf", [build.prose(2)] * 60)
    bomb = build.recursive_form(tmp_path / "bomb.pdf")
    for name, parts in (("end", [long, bomb]), ("start", [bomb, long])):
        assert refusal(build.joined(tmp_path / f"{name}.pdf", parts)) == "unsafe"


def test_a_huge_page_is_read(tmp_path: Path) -> None:
    document = pdf.read(build.huge_page(tmp_path / "a.pdf"))
    assert document.pages[0].width == 14400
    assert document.pages[0].text_layer is TextLayer.GOOD


def test_scripts_launches_and_embedded_files_are_listed(tmp_path: Path) -> None:
    found = pdf.read(build.with_scripts(tmp_path / "a.pdf")).active_content
    assert set(found) == {
        ActiveContent("javascript"),
        ActiveContent("launch", 2, "run.exe"),
        ActiveContent("embedded-file", None, "附表.xlsm"),
    }


def test_scripts_are_found_where_the_structure_cannot_be_walked(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose()])
    data = path.read_bytes().replace(b"/Type /Pages", b"/Kidz 1/JS(x)/S/JavaScript/Type /Pages")
    path.write_bytes(data.replace(b"/Type /Catalog", b"/Names 3 /OpenAction 7 /Type /Catalog"))
    assert pdf_open.active_content(str(path)) == []
    path.write_bytes(data.replace(b"/Kids", b"/Kidx"))
    assert pdf_open.active_content(str(path)) == [("javascript", None, "")]


def test_opening_at_a_page_is_nothing_active(tmp_path: Path) -> None:
    assert pdf.read(build.with_page_goto(tmp_path / "a.pdf")).active_content == ()


def test_a_missing_file_is_not_a_verdict_on_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pdf.read(tmp_path / "none.pdf")


def test_reading_leaves_no_open_files(tmp_path: Path) -> None:
    path = build.with_text(tmp_path / "a.pdf", [build.prose()])
    pdf.read(path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        pdf.read(path)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
