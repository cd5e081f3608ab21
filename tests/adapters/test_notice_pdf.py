"""The printed notice, measured on the page against GB/T 9704-2012."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest

from reviewapp.adapters.notice_layout import organ_pt, signature_indents, width_em
from reviewapp.adapters.notice_pdf import font_families, to_pdf
from reviewapp.adapters.notice_wording import load_wording
from reviewapp.domain.errors import Invalid
from reviewapp.domain.notice import BlockKind, NoticeContent, Requirement, compose
from tests.adapters.printed import Line, all_text, read_pages, red_rows, red_span
from tests.notice_samples import facts, report

WORDING = load_wording()
HAN = "预算绩效评价报告质量评级通报要求各第三方机构认真对照查找原因完善制度提高水平"
HOSTILE = [
    '#panic("x")',
    "#set page(width: 1pt)",
    '"] #eval("1/0")',
    "<w:p>&amp;]]></w:p>",
    "$ sum_(i=1)^n $ *b* _i_ `r` @ref <label> \\",
    "{{bureau}} %(title)s {0}",
    "⟦distribution.A:9⟧",
    "\x00\x0b\u202e\ufffe控制字符",
]


def notice(**changes: object) -> NoticeContent:
    return compose(facts(**changes), WORDING)  # type: ignore[arg-type]


def long_notice() -> NoticeContent:
    words = "".join(itertools.islice(itertools.cycle(HAN), 2_500))
    return notice(requirements=(Requirement(heading="认真整改", text=words),))


def full_page(data: bytes) -> list[Line]:
    """Return the body lines of a page that holds nothing but running text, and its number."""
    return next(
        page
        for page in read_pages(data)
        if len(page) > 5 and all(len(line.text) == 28 for line in page[:-1])
    )


def test_a_full_line_holds_28_characters_and_a_full_page_22_lines() -> None:
    *body, number = full_page(to_pdf(long_notice()))
    assert len(body) == 22
    assert number.text.startswith("—")
    steps = {round(low.baseline - up.baseline, 2) for up, low in itertools.pairwise(body)}
    assert steps == {10.21}


def test_margins_and_text_area_are_within_a_millimetre() -> None:
    *body, _ = full_page(to_pdf(long_notice()))
    assert min(line.left for line in body) == pytest.approx(28, abs=0.5)
    assert max(line.right for line in body) == pytest.approx(28 + 156, abs=0.5)
    line_mm = 28.95 * 25.4 / 72
    top_of_first = body[0].baseline - 0.88 * 16 * 25.4 / 72
    assert 37 <= top_of_first <= 37 + line_mm / 2
    assert 37 + 225 - line_mm < body[-1].baseline < 37 + 225


def test_page_numbers_stand_outside_and_seven_millimetres_below() -> None:
    pages = read_pages(to_pdf(notice()))
    em = 14 * 25.4 / 72
    for at, page in enumerate(pages, 1):
        number = page[-1]
        assert number.text == f"—{at}—"
        top = number.baseline - 0.73 * em
        assert top - (37 + 225) == pytest.approx(7, abs=1)
        if at % 2:
            assert number.right == pytest.approx(28 + 156 - em, abs=0.6)
        else:
            assert number.left == pytest.approx(28 + em, abs=0.6)


def test_the_letterhead_stands_where_the_norm_wants_it() -> None:
    data = to_pdf(notice())
    top, bottom, rule_top, rule_bottom = red_rows(data)
    assert top - 37 == pytest.approx(35, abs=1)
    assert bottom - top < 20
    assert rule_bottom - rule_top < 0.8
    assert red_span(data, (rule_top + rule_bottom) / 2) == pytest.approx((28, 184), abs=0.5)
    number = next(line for line in read_pages(data)[0] if line.text.startswith("蔡财"))
    assert number.text == "蔡财〔2024〕36号"
    assert rule_top - number.baseline == pytest.approx(4, abs=1)


def test_the_first_page_shows_body_text_even_under_a_long_title() -> None:
    content = notice(bureau="武汉市蔡甸区财政局")
    first = "".join(line.text for line in read_pages(to_pdf(content))[0])
    assert "根据《项目支出绩效评价管理办法》" in first


def test_every_word_of_the_notice_is_in_the_file() -> None:
    content = notice()
    text = all_text(to_pdf(content)).replace(" ", "")
    for block in content.blocks:
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING1, BlockKind.DATE):
            for piece in block.text.split("。"):
                assert piece.replace(" ", "") in text


def test_annexes_begin_on_new_pages_and_repeat_their_header() -> None:
    reports = [report("B", f"区某单位2023年第{at}号专项资金绩效评价报告") for at in range(40)]
    pages = [
        "".join(line.text for line in page) for page in read_pages(to_pdf(notice(reports=reports)))
    ]
    starts = [page for page in pages if page.startswith("附件")]
    assert [page[:3] for page in starts] == ["附件1", "附件2", "附件3"]
    assert sum("报告名称" in page for page in pages) >= 3, "the header row repeats"
    assert "抄送：区人大财经委，区审计局。" in pages[-1]


@pytest.mark.parametrize("sealed", [False, True])
def test_signature_and_date_stand_as_the_norm_places_them(sealed: bool) -> None:
    content = notice(sealed=sealed)
    page = next(page for page in read_pages(to_pdf(content)) if _line(page, "2024年12月5日"))
    name, day = _line(page, "蔡甸区财政局"), _line(page, "2024年12月5日")
    assert name is not None
    assert day is not None
    em = (16 - 0.21) * 25.4 / 72
    if sealed:
        assert 184 - day.right == pytest.approx(4 * em, abs=1.5)
        middle = (name.left + name.right) / 2
        assert middle == pytest.approx((day.left + day.right) / 2, abs=2.5)
    else:
        assert 184 - day.right == pytest.approx(2 * em, abs=1)
        assert day.left - name.left == pytest.approx(2 * em, abs=3)


@pytest.mark.parametrize("lines", range(0, 24, 2))
def test_a_signed_page_carries_text_of_the_body_as_well(lines: int) -> None:
    words = "".join(itertools.islice(itertools.cycle(HAN), 28 * lines + 20))
    content = notice(requirements=(Requirement(heading="认真整改", text=words),))
    signature = content.first(BlockKind.SIGNATURE).text

    pages = read_pages(to_pdf(content))

    signed = next(page for page in pages if any(line.text == signature for line in page))
    at = next(n for n, line in enumerate(signed) if line.text == signature)
    before = [line.text for line in signed[:at] if len(line.text) > 4]
    assert any(set(text) <= {*HAN, "。"} for text in before), before


def _line(page: list[Line], text: str) -> Line | None:
    return next((line for line in page if line.text == text), None)


def test_a_short_date_stands_two_characters_right_of_a_long_signature() -> None:
    content = notice(bureau="武汉市蔡甸区财政局")
    indents = signature_indents(content)
    name, day = width_em("武汉市蔡甸区财政局"), width_em("2024年12月5日")
    assert indents.signature == 2
    assert (indents.signature + name) - (indents.date + day) == 2


def test_the_organ_name_shrinks_until_it_fits_the_text_width() -> None:
    for name in ("财政局文件", "蔡甸区财政局文件", "湖北省武汉市蔡甸区财政局预算绩效评价中心文件"):
        assert organ_pt(name) * width_em(name) * 1.08 <= 156 / 25.4 * 72 + 0.01


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_only_text(title: str) -> None:
    reports = [
        report("A", title),
        report("D", "R2", shortcomings=title.replace("⟦", "").replace("⟧", "")),
    ]
    data = to_pdf(notice(reports=reports))
    assert len(read_pages(data)) >= 5
    shown = "".join(ch for ch in title if ch.isascii() and ch.isalnum())
    text = "".join(ch for ch in all_text(data) if ch.isascii() and ch.isalnum())
    assert shown in text


def test_very_long_titles_and_names_stay_inside_the_text_area() -> None:
    reports = [report("A", "长" * 300, unit="位" * 120), report("C", "W" * 300)]
    for page in read_pages(to_pdf(notice(reports=reports))):
        for line in page:
            assert line.ink <= 184.2


def test_the_same_notice_gives_the_same_bytes() -> None:
    content = notice()
    assert to_pdf(content) == to_pdf(NoticeContent.from_json(content.to_json()))
    assert to_pdf(content) != to_pdf(notice(issue_date=date(2024, 12, 6)))


def test_a_draft_prints_with_its_blanks_named() -> None:
    text = all_text(to_pdf(notice(doc_number="", issue_date=None)))
    assert "（发文字号待定）" in text
    assert "（成文日期待定）" in text


def test_a_site_folder_without_the_fonts_of_the_norm_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.otf").write_bytes(pylopdf_fonts_zh_cn.sans_path().read_bytes())
    assert font_families(tmp_path) == font_families()
    assert to_pdf(notice(), tmp_path) == to_pdf(notice())


def test_a_missing_folder_of_fonts_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="nowhere"):
        to_pdf(notice(), tmp_path / "nowhere")


def test_no_author_is_written_into_the_file() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(to_pdf(notice()))
    found = document.get_metadata_dict()
    document.close()
    assert found["Title"] == "关于2024年度绩效评价报告评级结果的通报"
    assert found["Author"] == ""


def test_a_notice_without_copies_still_has_its_printer_line() -> None:
    last = read_pages(to_pdf(replace_cc()))[-1]
    printer = last[-2]
    assert printer.text == "蔡甸区财政局办公室2024年12月5日印发"
    assert printer.baseline == pytest.approx(37 + 225, abs=3)


def replace_cc() -> NoticeContent:
    return compose(replace(facts(), cc=()), WORDING)
