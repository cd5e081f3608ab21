"""NoticeContent → .docx in official layout, by python-docx, for the office's WPS or Word.

Fonts are named (仿宋_GB2312, 方正小标宋简体, 楷体_GB2312, 黑体, 宋体), never embedded: they are licensed
and the office has them. The same content gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor

from reviewapp.adapters import notice_layout as layout
from reviewapp.adapters.docx_parts import (
    borders,
    centre,
    default_paragraph,
    element,
    float_on_bottom,
    page_field,
    put_paragraph,
    put_run,
    set_compatibility,
    set_fonts,
)
from reviewapp.domain.notice import Block, BlockKind, NoticeContent, Table

SONG_TITLE, FANG, KAI, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
_EM_PT = layout.BODY_PT + layout.TRACKING_DOCX_PT
_LEFT, _CENTER, _RIGHT, _BOTH = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
_TWIPS = 20
_SHORT = 168  # characters: six lines of a page


def to_docx(content: NoticeContent) -> bytes:
    """Return the notice as a Word document."""
    writer = _Writer(content)
    for block in content.blocks:
        writer.write(block)
    writer.imprint()
    buffer = io.BytesIO()
    writer.document.save(buffer)
    return _same_bytes(buffer.getvalue())


class _Writer:
    """Writes blocks top to bottom; holds the document and the measures that depend on it."""

    def __init__(self, content: NoticeContent) -> None:
        self.content = content
        self.document = Document()
        self.indents = layout.signature_indents(content)
        _set_page(self.document)
        _set_styles(self.document)
        _set_properties(self.document, content)

    def write(self, block: Block) -> None:
        plain = {
            BlockKind.ADDRESSEES: self._addressees,
            BlockKind.PARAGRAPH: self._paragraph,
            BlockKind.REMARK: self._paragraph,
            BlockKind.ORGAN: self._organ,
            BlockKind.DOC_NUMBER: self._doc_number,
            BlockKind.TITLE: self._title,
            BlockKind.HEADING1: self._heading,
            BlockKind.HEADING2: self._heading,
            BlockKind.ANNEX_LIST: self._annex_list,
            BlockKind.SIGNATURE: self._signature,
            BlockKind.DATE: self._date,
            BlockKind.ANNEX_LABEL: self._annex_label,
            BlockKind.ANNEX_TITLE: self._title,
            BlockKind.TABLE: self._table,
        }
        if block.kind in plain:
            plain[block.kind](block)

    def imprint(self) -> None:
        """Put the colophon (版记) on the lower edge of the last page's text area.

        It is a floating table, as office suites make it themselves: frames of paragraphs lose
        their borders in LibreOffice.
        """
        parts = {block.kind: block for block in self.content.blocks}
        copies, printer = parts.get(BlockKind.CC), parts[BlockKind.PRINTER]
        self._line("", line=1.0)
        table = self.document.add_table(rows=2 if copies else 1, cols=2)
        height = layout.imprint_height_pt(copies.text if copies else "")
        top = layout.TEXT_MM[1] * layout.PT_PER_MM - height
        float_on_bottom(table, top_pt=top, thick_pt=1.0, thin_pt=0.75)
        widths = (layout.TEXT_MM[0] * 0.6, layout.TEXT_MM[0] * 0.4)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        if copies:
            line = table.rows[0].cells
            _write_small(line[0].merge(line[1]).paragraphs[0], copies.text, _LEFT, 3)
        for place, (cell, text) in enumerate(zip(table.rows[-1].cells, printer.items, strict=True)):
            cell.width = Mm(widths[place])
            _write_small(cell.paragraphs[0], text, _RIGHT if place else _LEFT)
        # A document may not end in a table; one point high it takes no line.
        self._line("", line=1.0)

    def _line(
        self,
        text: str,
        *,
        font: str = "",
        size: float = 0,
        align: Any = _LEFT,
        line: float = 0,
        tracking: float | None = None,
    ) -> Any:
        """Append a paragraph without a first-line indent; what is not given is the body's."""
        paragraph = self.document.add_paragraph()
        form = paragraph.paragraph_format
        form.first_line_indent, form.alignment = Pt(0), align
        if line:
            form.line_spacing = Pt(line)
        run = paragraph.add_run(text)
        if font:
            set_fonts(run._r.get_or_add_rPr(), font)
        if size:
            run.font.size = Pt(size)
        if tracking is not None:
            put_run(run._r.get_or_add_rPr(), element("w:spacing", val=round(tracking * _TWIPS)))
        return paragraph

    def _blank(self, count: int, *, kept: bool = False) -> None:
        for _ in range(count):
            self._line("").paragraph_format.keep_with_next = kept or None

    def _keep_last(self) -> None:
        """Keep the last paragraph with what follows: a signed page carries text as well.

        A long one stays free: LibreOffice would move all of it, not its last lines.
        """
        last = self.document.paragraphs[-1]
        if len(last.text) <= _SHORT:
            last.paragraph_format.keep_with_next = True

    def _organ(self, block: Block) -> None:
        size = layout.organ_pt(block.text)
        paragraph = self._line(
            block.text, font=SONG_TITLE, size=size, align=_CENTER, line=size * 1.1, tracking=2
        )
        paragraph.paragraph_format.space_before = Mm(layout.ORGAN_TOP_MM)
        paragraph.runs[0].font.color.rgb = RGBColor.from_string(layout.RED)

    def _doc_number(self, block: Block) -> None:
        self._blank(2)
        paragraph = self._line(block.text, align=_CENTER, line=layout.BODY_PT * 1.15)
        gap = round(layout.RULE_GAP_MM * layout.PT_PER_MM)
        edges = borders(bottom=(1.25, layout.RED, gap))
        put_paragraph(paragraph._p.get_or_add_pPr(), edges)
        self._blank(2)

    def _title(self, block: Block) -> None:
        if block.kind is BlockKind.ANNEX_TITLE:
            self._blank(1)
        paragraph = self._line(
            block.text,
            font=SONG_TITLE,
            size=layout.TITLE_PT,
            align=_CENTER,
            line=layout.TITLE_LINE_PT,
            tracking=0,
        )
        paragraph.paragraph_format.keep_with_next = True
        self._blank(1)

    def _addressees(self, block: Block) -> None:
        self._line(block.text)

    def _paragraph(self, block: Block) -> None:
        self.document.add_paragraph(block.text)

    def _heading(self, block: Block) -> None:
        paragraph = self.document.add_paragraph()
        run = paragraph.add_run(block.text)
        first = block.kind is BlockKind.HEADING1
        set_fonts(run._r.get_or_add_rPr(), HEI if first else KAI)
        paragraph.paragraph_format.keep_with_next = True
        outline = element("w:outlineLvl", val=0 if first else 1)
        put_paragraph(paragraph._p.get_or_add_pPr(), outline)

    def _annex_list(self, block: Block) -> None:
        self._keep_last()
        self._blank(1, kept=True)
        several = len(block.items) > 1
        number_em = 1.0 if several else 0.0
        for at, item in enumerate(block.items, 1):
            number = f"{at}." if several else ""
            paragraph = self._line((block.text if at == 1 else "") + number + item)
            form = paragraph.paragraph_format
            form.keep_with_next = True
            form.left_indent = Pt((5 + number_em) * _EM_PT)
            form.first_line_indent = Pt(-((3 if at == 1 else 0) + number_em) * _EM_PT)

    def _signature(self, block: Block) -> None:
        self._keep_last()
        self._blank(self.indents.blank_lines, kept=True)
        self._right(block, self.indents.signature).paragraph_format.keep_with_next = True

    def _date(self, block: Block) -> None:
        self._right(block, self.indents.date)

    def _right(self, block: Block, indent_em: float) -> Any:
        paragraph = self._line(block.text, align=_RIGHT)
        paragraph.paragraph_format.right_indent = Pt(indent_em * _EM_PT)
        return paragraph

    def _annex_label(self, block: Block) -> None:
        paragraph = self._line(block.text, font=HEI)
        paragraph.paragraph_format.page_break_before = True

    def _table(self, block: Block) -> None:
        assert block.table is not None  # noqa: S101  (a table block has its table)
        _write_table(self.document, block.table)


def _write_table(document: Any, table: Table) -> None:
    lines = [tuple(column.title for column in table.columns), *table.rows]
    lines += [table.total] if table.total else []
    made = document.add_table(rows=len(lines), cols=len(table.columns))
    made.style, made.autofit = document.styles["Table Grid"], False
    centre(made)
    widths = layout.column_widths_mm(table)
    for grid, width in zip(made.columns, widths, strict=True):
        grid.width = Mm(width)
    for at, (row, cells) in enumerate(zip(made.rows, lines, strict=True)):
        row._tr.get_or_add_trPr().append(element("w:cantSplit"))
        if at == 0:
            row._tr.get_or_add_trPr().append(element("w:tblHeader"))
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width, cell.vertical_alignment = Mm(widths[place]), 1
            centred = at == 0 or table.columns[place].numeric
            _write_cell(cell.paragraphs[0], text, HEI if at == 0 else FANG, centred)


def _write_small(paragraph: Any, text: str, align: Any, hanging_em: float = 0) -> None:
    """Write a line of the colophon: 14 pt, one character in from the side it stands on."""
    size, form = layout.SMALL_PT, paragraph.paragraph_format
    form.alignment, form.line_spacing = align, Pt(layout.SMALL_LINE_PT)
    form.left_indent = Pt(0 if align == _RIGHT else (1 + hanging_em) * size)
    form.right_indent = Pt(size if align == _RIGHT or hanging_em else 0)
    form.first_line_indent = Pt(-hanging_em * size)
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    put_run(run._r.get_or_add_rPr(), element("w:spacing", val=0))


def _write_cell(paragraph: Any, text: str, font: str, centred: bool) -> None:
    form = paragraph.paragraph_format
    form.first_line_indent, form.alignment = Pt(0), _CENTER if centred else _LEFT
    form.line_spacing = Pt(layout.TABLE_LINE_PT)
    form.space_before = form.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.font.size = Pt(layout.TABLE_PT)
    set_fonts(run._r.get_or_add_rPr(), font)
    put_run(run._r.get_or_add_rPr(), element("w:spacing", val=0))


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in layout.PAGE_MM)
    section.top_margin, section.left_margin = Mm(layout.TOP_MM), Mm(layout.LEFT_MM)
    section.bottom_margin, section.right_margin = Mm(layout.BOTTOM_MM), Mm(layout.RIGHT_MM)
    line_mm = layout.SMALL_PT / layout.PT_PER_MM
    section.footer_distance = Mm(layout.BOTTOM_MM - layout.PAGE_NUMBER_GAP_MM - line_mm)
    for grid in section._sectPr.findall(element("w:docGrid").tag):
        section._sectPr.remove(grid)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, _RIGHT)
    _page_number(section.even_page_footer, _LEFT)
    # Punctuation keeps its full width, and layout follows the rules of Word 2013 and later.
    set_compatibility(document.settings.element)


def _page_number(footer: Any, align: Any) -> None:
    """Write — 1 — in half-width 宋体 14 pt, one character in from the outer edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    form = paragraph.paragraph_format
    form.first_line_indent, form.alignment = Pt(0), align
    form.left_indent = form.right_indent = Pt(layout.SMALL_PT)
    form.line_spacing = Pt(layout.SMALL_PT)
    paragraph.add_run("— ")
    page_field(paragraph)
    paragraph.add_run(" —")
    for run in paragraph.runs:
        set_fonts(run._r.get_or_add_rPr(), SONG)
        run.font.size = Pt(layout.SMALL_PT)
        put_run(run._r.get_or_add_rPr(), element("w:spacing", val=0))


def _set_styles(document: Any) -> None:
    style = document.styles["Normal"]
    set_fonts(style.element.get_or_add_rPr(), FANG)
    style.font.size = Pt(layout.BODY_PT)
    tracking = element("w:spacing", val=round(layout.TRACKING_DOCX_PT * _TWIPS))
    language = element("w:lang", val="zh-CN", eastAsia="zh-CN")
    put_run(style.element.get_or_add_rPr(), tracking, language)
    form = style.paragraph_format
    form.line_spacing = Pt(layout.LINE_PT)
    form.space_before = form.space_after = Pt(0)
    form.first_line_indent = Pt(2 * _EM_PT)
    form.alignment, form.widow_control = _BOTH, False
    # Hanging punctuation and extra space beside digits would break 28 characters a line. They
    # are off in the defaults as well: LibreOffice does not read them from the style.
    for properties in (style.element.get_or_add_pPr(), default_paragraph(document)):
        off = ("overflowPunct", "autoSpaceDE", "autoSpaceDN", "adjustRightInd", "snapToGrid")
        put_paragraph(properties, *(element(f"w:{name}", val=0) for name in off))


def _set_properties(document: Any, content: NoticeContent) -> None:
    """Name the document and nobody: python-docx's template carries names and old dates."""
    issued = date.fromisoformat(content.issue_date) if content.issue_date else date(2000, 1, 1)
    stamp = datetime.combine(issued, time(), UTC).replace(tzinfo=None)
    core = document.core_properties
    core.title, core.subject = content.title[:255], content.doc_number
    core.language = "zh-CN"
    core.author = core.last_modified_by = core.comments = core.keywords = ""
    core.created = core.modified = stamp
    core.revision = 1


def _same_bytes(data: bytes) -> bytes:
    """Repack with one fixed date, so that equal notices are equal files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in _names(old.namelist()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return buffer.getvalue()


def _names(names: Iterable[str]) -> list[str]:
    """Return the content types first, as readers expect, then the rest in order; no thumbnail."""
    return sorted(names, key=lambda name: (name != "[Content_Types].xml", name))
