"""Prints blocks with ReportLab; its Chinese font is named in the file, not embedded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import textsplit
from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as PdfTable
from reportlab.platypus import paragraph as pdf_paragraph
from reportlab.platypus.tableofcontents import TableOfContents

from reviewapp.demo.writer.model import Block, Contents, Cover, Heading, Para, Style, Table

FONT = "STSong-Light"
_SIDE, _TOP = 27 * mm, 28 * mm
_CELL_PT = 9.5
# ReportLab knows the Japanese signs that begin no line; these are the Chinese ones.
_NO_LINE_START = "，；：！？》”’％·"


def write(blocks: Sequence[Block], style: Style, header: str, path: Path) -> None:
    """Write the PDF; `header` stands at the top of every page of the body."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    for module in (pdf_paragraph, textsplit):
        if not set(_NO_LINE_START) <= set(module.ALL_CANNOT_START):
            module.ALL_CANNOT_START += _NO_LINE_START
    document = _Document(str(path), header, style)
    document.multiBuild(_Story(style).flowables(blocks))


class _Document(BaseDocTemplate):  # type: ignore[misc]
    """Numbers the pages of the body from 1 and tells the contents where headings stand."""

    def __init__(self, name: str, header: str, style: Style) -> None:
        super().__init__(name, pagesize=A4, invariant=1, title=header, author="")
        self.header = header
        self.first_body_page = 0
        upright = _frame(A4)
        self.addPageTemplates(
            [
                PageTemplate("front", [upright], pagesize=A4),
                PageTemplate("body", [_frame(A4)], onPage=self._furniture, pagesize=A4),
                PageTemplate(
                    "wide",
                    [_frame(landscape(A4))],
                    onPage=self._furniture,
                    pagesize=landscape(A4),
                ),
            ]
        )

    def beforeDocument(self) -> None:
        """Forget the pass before: its contents may have been a page shorter."""
        self.first_body_page = 0

    def _furniture(self, canvas: Any, _document: Any) -> None:
        self.first_body_page = self.first_body_page or canvas.getPageNumber()
        width, height = canvas._pagesize
        canvas.saveState()
        canvas.setFont(FONT, 9)
        canvas.drawCentredString(width / 2, height - 18 * mm, self.header)
        canvas.setLineWidth(0.4)
        canvas.line(_SIDE, height - 20 * mm, width - _SIDE, height - 20 * mm)
        number = canvas.getPageNumber() - self.first_body_page + 1
        canvas.drawCentredString(width / 2, 15 * mm, f"- {number} -")
        canvas.restoreState()

    def afterFlowable(self, flowable: Any) -> None:
        """Report a heading of the contents with its printed page number."""
        level = getattr(flowable, "contents_level", None)
        if level is not None:
            page = self.page - self.first_body_page + 1
            self.notify("TOCEntry", (level - 1, escape(flowable.contents_text), page))


def _frame(size: tuple[float, float]) -> Frame:
    width, height = size
    return Frame(_SIDE, 24 * mm, width - 2 * _SIDE, height - 24 * mm - _TOP, 0, 0, 0, 0)


class _Story:
    """Turns blocks into flowables in an agency's style."""

    def __init__(self, style: Style) -> None:
        self.style = style
        size, leading = style.body_pt, style.line_pt
        self.body = _paragraph(size, leading, firstLineIndent=2 * size)
        self.plain = _paragraph(size, leading, spaceBefore=leading / 2)
        self.centre = _paragraph(size, leading, alignment=TA_CENTER)
        self.right = _paragraph(size, leading, alignment=TA_RIGHT)
        self.cell = _paragraph(_CELL_PT, 13.5)
        self.cell_centre = _paragraph(_CELL_PT, 13.5, alignment=TA_CENTER)
        self.caption = _paragraph(11, 18, alignment=TA_CENTER, spaceBefore=8, keepWithNext=1)
        self.unit = _paragraph(_CELL_PT, 14, alignment=TA_RIGHT, keepWithNext=1)
        self.headings = {
            1: _paragraph(size + 2, leading + 4, spaceBefore=10, keepWithNext=1),
            2: _paragraph(size + 1, leading + 2, firstLineIndent=size, keepWithNext=1),
            3: _paragraph(size, leading, firstLineIndent=2 * size, keepWithNext=1),
        }
        self.wide = False

    def flowables(self, blocks: Sequence[Block]) -> list[Any]:
        """Return the whole story."""
        story: list[Any] = []
        for index, block in enumerate(blocks):
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            if isinstance(block, Cover):
                story += self._cover(block)
            elif isinstance(block, Contents):
                story += self._contents(block)
            elif isinstance(block, Heading):
                story += self._heading(block, following)
            elif isinstance(block, Table):
                story += self._table(block)
            else:
                story.append(self._para(block))
        return story

    def _cover(self, cover: Cover) -> list[Any]:
        title = _paragraph(24, 38, alignment=TA_CENTER)
        line = _paragraph(15, 30, leftIndent=22 * mm)
        day = _paragraph(15, 30, alignment=TA_CENTER)
        return [
            Spacer(1, 55 * mm),
            Paragraph(escape(cover.title), title),
            Spacer(1, 55 * mm),
            *(Paragraph(escape(f"{label}：{value}"), line) for label, value in cover.fields),
            Spacer(1, 22 * mm),
            Paragraph(escape(cover.date), day),
        ]

    def _contents(self, contents: Contents) -> list[Any]:
        table = TableOfContents(
            dotsMinLevel=0,
            tableStyle=TableStyle(
                [
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 1),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ]
            ),
        )
        table.levelStyles = [
            _paragraph(12, 17),
            _paragraph(11, 15.5, leftIndent=18),
        ]
        title = _paragraph(16, 32, alignment=TA_CENTER)
        return [
            PageBreak(),
            Paragraph(escape(contents.title), title),
            table,
            NextPageTemplate("body"),
            PageBreak(),
        ]

    def _heading(self, heading: Heading, following: Block | None) -> list[Any]:
        style = self.headings[heading.level]
        if heading.centred:
            style = _paragraph(16, 32, alignment=TA_CENTER, keepWithNext=1)
        flowable = Paragraph(escape(heading.text), style)
        if heading.in_contents and heading.level <= 2:
            flowable.contents_level = heading.level
            flowable.contents_text = heading.text
        before: list[Any] = []
        if heading.page_break:
            wide = isinstance(following, Table) and following.wide
            if wide != self.wide:
                before.append(NextPageTemplate("wide" if wide else "body"))
                self.wide = wide
            before.append(PageBreak())
        return [*before, flowable]

    def _para(self, para: Para) -> Any:
        styles = {
            "body": self.body,
            "plain": self.plain,
            "centre": self.centre,
            "right": self.right,
        }
        return Paragraph(escape(para.text), styles[para.style])

    def _table(self, table: Table) -> list[Any]:
        page = landscape(A4) if table.wide else A4
        room = page[0] - 2 * _SIDE
        total = sum(table.widths)
        widths = [room * width / total for width in table.widths]
        rows = [[Paragraph(escape(text), self.cell_centre) for text in table.columns]]
        commands: list[tuple[Any, ...]] = [
            ("GRID", (0, 0), (-1, -1), 0.5, black),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(self.style.accent)),
        ]
        for padding in ("LEFTPADDING", "RIGHTPADDING"):
            commands.append((padding, (0, 0), (-1, -1), 3))
        last: list[str] = [""] * len(table.columns)
        for row in table.rows:
            cells = []
            for index, text in enumerate(row):
                shown = text if index >= table.merged or text != last[index] else ""
                last[index] = text
                centred = table.centred[index]
                cells.append(Paragraph(escape(shown), self.cell_centre if centred else self.cell))
            rows.append(cells)
        story: list[Any] = [Paragraph(escape(table.caption), self.caption)]
        if table.unit:
            story.append(Paragraph(escape(table.unit), self.unit))
        printed = PdfTable(rows, widths, repeatRows=1)
        printed.setStyle(TableStyle(commands))
        return [*story, printed, Spacer(1, 8)]


def _paragraph(size: float, leading: float, **over: Any) -> ParagraphStyle:
    values: dict[str, Any] = {
        "fontName": FONT,
        "fontSize": size,
        "leading": leading,
        "wordWrap": "CJK",
        "alignment": TA_LEFT,
    }
    return ParagraphStyle("demo", **(values | over))
