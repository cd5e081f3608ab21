"""The .docx of the notice: what it declares, and what a real LibreOffice makes of it."""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from reviewapp.adapters.notice_docx import to_docx
from reviewapp.adapters.notice_wording import load_wording
from reviewapp.domain.notice import BlockKind, NoticeContent, Requirement, compose
from tests.adapters.printed import all_text, read_pages, red_rows, red_span
from tests.conftest import missing
from tests.notice_samples import facts, report

WORDING = load_wording()
HAN = "预算绩效评价报告质量评级通报要求各第三方机构认真对照查找原因完善制度提高水平"
HOSTILE = "<w:p>&amp;]]></w:p> \x00\x0b\ufffe “引号” {{bureau}} %(title)s =cmd|' /C calc'!A0"


def notice(**changes: object) -> NoticeContent:
    return compose(facts(**changes), WORDING)  # type: ignore[arg-type]


def opened(content: NoticeContent):  # type: ignore[no-untyped-def]
    return Document(io.BytesIO(to_docx(content)))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Open a .docx in LibreOffice and return what it prints."""
    program = shutil.which("soffice")
    if program is None:
        missing("LibreOffice (soffice)")
    folder = tmp_path_factory.mktemp("office")

    def convert(content: NoticeContent) -> bytes:
        (folder / "notice.docx").write_bytes(to_docx(content))
        command = [
            str(program),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(folder / "notice.docx"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return Path(folder / "notice.pdf").read_bytes()

    return convert


def test_page_and_text_area_are_those_of_the_norm() -> None:
    section = opened(notice()).sections[0]
    page, edges = (
        (section.page_width, section.page_height),
        (section.top_margin, section.left_margin),
    )
    assert [round(side.mm) for side in page] == [210, 297]
    assert [round(side.mm) for side in edges] == [37, 28]
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156
    assert round(section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm) == 225


def test_the_body_is_fangsong_for_every_script_at_exact_lines() -> None:
    document = opened(notice())
    normal = document.styles["Normal"]
    fonts = normal.element.rPr.rFonts
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {
        "仿宋_GB2312"
    }
    assert normal.font.size.pt == 16
    assert normal.paragraph_format.line_spacing.pt == 28.95
    assert normal.element.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"


@pytest.mark.parametrize(
    ("text", "font", "size"),
    [
        ("蔡甸区财政局文件", "方正小标宋简体", None),
        ("关于2024年度绩效评价报告\n评级结果的通报", "方正小标宋简体", 22),
        ("一、评级工作组织情况", "黑体", None),
        ("（一）数据详实方面：数据来源说明", "楷体_GB2312", None),
        ("附件1", "黑体", None),
    ],
)
def test_headings_are_set_in_the_fonts_of_the_norm(
    text: str, font: str, size: float | None
) -> None:
    paragraph = next(item for item in opened(notice()).paragraphs if item.text == text)
    run = paragraph.runs[0]
    assert run._r.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert (run.font.size.pt if size else None) == size
    assert not run.bold


def test_annex_tables_repeat_their_header_and_never_split_a_row() -> None:
    tables = opened(notice()).tables[:3]
    for table in tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    sums = [cell.text for cell in tables[1].rows[-1].cells]
    assert sums == ["", "合计", "16", "4", "12", "0", "0", "—"]


def test_table_properties_stand_in_the_order_of_the_schema() -> None:
    order = ["tblStyle", "tblpPr", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    tables = opened(notice()).tables
    assert len(tables) == 4
    for table in tables:
        names = [child.tag.rpartition("}")[2] for child in table._tbl.tblPr]
        assert names == [name for name in order if name in names]


def test_the_file_names_the_notice_and_no_person() -> None:
    data = to_docx(notice())
    core = Document(io.BytesIO(data)).core_properties
    assert core.title == "关于2024年度绩效评价报告评级结果的通报"
    assert (core.author, core.last_modified_by, core.comments) == ("", "", "")
    assert core.created is not None
    assert (core.created.year, core.created.month, core.created.day) == (2024, 12, 5)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert all(b"python-docx" not in archive.read(name) for name in archive.namelist())


def test_the_same_notice_gives_the_same_file() -> None:
    content = notice()
    assert to_docx(content) == to_docx(NoticeContent.from_json(content.to_json()))


def test_every_text_of_the_content_is_in_the_document_in_order() -> None:
    content = notice()
    written = [item.text for item in opened(content).paragraphs if item.text]
    wanted = [
        block.text
        for block in content.blocks
        if block.kind not in (BlockKind.TABLE, BlockKind.ANNEX_LIST, BlockKind.CC)
        and block.kind is not BlockKind.PRINTER
    ]
    assert [text for text in written if text in wanted] == wanted


def test_markup_and_control_characters_in_a_title_are_only_text() -> None:
    cells = opened(notice(reports=[report("A", HOSTILE)])).tables[0].rows[1].cells
    assert cells[1].text == (
        "《<w:p>&amp;]]></w:p> “引号” {{bureau}} %(title)s =cmd|' /C calc'!A0》"
    )


@pytest.mark.office
def test_libreoffice_prints_28_characters_a_line_and_22_lines_a_page(office) -> None:  # type: ignore[no-untyped-def]
    words = "".join(itertools.islice(itertools.cycle(HAN), 2_500))
    data = office(notice(requirements=(Requirement(heading="认真整改", text=words),)))
    *body, number = next(
        page
        for page in read_pages(data)
        if len(page) > 5 and all(len(line.text) == 28 for line in page[:-1])
    )
    assert len(body) == 22
    assert min(line.left for line in body) == pytest.approx(28, abs=0.5)
    assert max(line.right for line in body) == pytest.approx(184, abs=1)
    assert number.text.startswith("—")


@pytest.mark.office
def test_libreoffice_reads_every_word_and_keeps_the_letterhead(office) -> None:  # type: ignore[no-untyped-def]
    content = notice()
    data = office(content)
    text = all_text(data).replace(" ", "")
    for block in content.blocks:
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING1, BlockKind.CC):
            assert block.text in text
    top, _, rule_top, rule_bottom = red_rows(data)
    assert top - 37 == pytest.approx(35, abs=1.5)
    assert red_span(data, (rule_top + rule_bottom) / 2) == pytest.approx((28, 184), abs=1)
    pages = read_pages(data)
    assert [page[-1].text for page in pages] == [f"—{at}—" for at in range(1, len(pages) + 1)]
    assert pages[0][-1].right == pytest.approx(184 - 14 * 25.4 / 72, abs=1)
    assert pages[1][-1].left == pytest.approx(28 + 14 * 25.4 / 72, abs=1)


@pytest.mark.office
def test_libreoffice_opens_hostile_titles_and_a_sealed_draft(office) -> None:  # type: ignore[no-untyped-def]
    reports = [report("A", HOSTILE), report("D", "长" * 300, shortcomings="W" * 200)]
    data = office(notice(reports=reports, sealed=True, doc_number="", issue_date=None))
    text = all_text(data)
    assert "（发文字号待定）" in text
    assert "]]></w:p>" in text
    assert text.count("长") >= 600
