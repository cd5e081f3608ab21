"""Prints a report with ReportLab; its Chinese font is named in the file, not embedded."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import black
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as PdfTable

from tests.corpus.layout import Pages, cells, entries, front, looks
from tests.corpus.model import Block, Contents, Cover, Heading, Made, Para, Table, pieces

_FONT = "STSong-Light"
_WIDTH = A4[0] - 56 * mm


def write(made: Made, pages: Pages, path: Path) -> None:
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    look = looks(made)

    def furniture(canvas: Any, _: Any) -> None:
        number = canvas.getPageNumber() - front(pages)
        if number < 1:
            return
        canvas.setFont(_FONT, 9)
        if look["running"]:
            canvas.drawCentredString(A4[0] / 2, A4[1] - 17 * mm, look["header"])
        canvas.drawCentredString(A4[0] / 2, 15 * mm, look["foot"].replace("N", str(number)))

    document = BaseDocTemplate(str(path), pagesize=A4, invariant=1, title=look["header"])
    frame = Frame(28 * mm, 25 * mm, _WIDTH, A4[1] - 50 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("all", [frame], onPage=furniture)])
    document.build([flow for block in made.blocks for flow in _flow(block, pages, look)])


def _style(size: float, lead: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        "any", fontName=_FONT, fontSize=size, leading=lead, wordWrap="CJK", **more
    )


def _markup(text: str) -> str:
    return "".join(
        f'<link href="http://mark/{key}">{escape(part)}</link>' if key else escape(part)
        for part, key in pieces(text)
    )


def _flow(block: Block, pages: Pages, look: dict[str, Any]) -> list[Any]:
    size, lead = look["size"], look["size"] + look["lead"] * 0.8
    if isinstance(block, Para):
        style = _style(size, lead, firstLineIndent=2 * size)
        return [Paragraph(_markup(block.text), style)]
    if isinstance(block, Heading):
        return _heading(block, size, lead)
    if isinstance(block, Contents):
        return _contents(block, pages)
    if isinstance(block, Cover):
        title = _style(24, 36, alignment=TA_CENTER)
        found: list[Any] = [Spacer(1, 50 * mm)]
        found += [Paragraph(_markup(line), title) for line in block.title]
        found.append(Spacer(1, 45 * mm))
        field = _style(14, 26, leftIndent=18 * mm)
        found += [Paragraph(escape(f"{label}：{value}"), field) for label, value in block.fields]
        date = Paragraph(escape(block.date), _style(14, 26, alignment=TA_CENTER))
        return [*found, Spacer(1, 20 * mm), date]
    return [Spacer(1, 6), _table(block), Spacer(1, 6)]


def _heading(block: Heading, size: float, lead: float) -> list[Any]:
    text = "".join(
        f'<link href="http://mark/{key or block.key}">{escape(part)}</link>'
        for part, key in pieces(block.text)
    )
    found: list[Any] = [PageBreak()] if block.page_break else []
    if block.centred:
        return [*found, Paragraph(text, _style(17, 30, alignment=TA_CENTER))]
    if block.run_in:
        style = _style(size, lead, firstLineIndent=2 * size)
        return [*found, Paragraph(f"{text}。{_markup(block.run_in)}", style)]
    bigger = size + (3, 1)[block.level - 1]
    indent = 0 if block.level == 1 else 2 * size
    style = _style(bigger, lead + 4, firstLineIndent=indent, keepWithNext=1, spaceBefore=4)
    return [*found, Paragraph(text, style)]


def _contents(block: Contents, pages: Pages) -> list[Any]:
    found: list[Any] = [PageBreak(), Paragraph(block.title, _style(17, 34, alignment=TA_CENTER))]
    for level, text, page in entries(block, pages):
        indent = (level - 1) * 20
        room = _WIDTH - indent - pdfmetrics.stringWidth(f"{text}{page}", _FONT, 11)
        dots = "." * max(3, int(room / pdfmetrics.stringWidth(".", _FONT, 11)) - 2)
        style = _style(11, 19, leftIndent=indent)
        found.append(Paragraph(escape(f"{text}{dots}{page}"), style))
    return found


def _table(block: Table) -> Any:
    whole = sum(block.widths)
    cell = _style(9, 12.5)
    rows: list[list[Any]] = [[Paragraph(text, cell) for text in block.columns]]
    spans = []
    for number, row in enumerate(cells(block), 1):
        covered = len(block.columns) - len(row)
        line: list[Any] = [""] * covered
        for column, (text, span) in enumerate(row, covered):
            line.append(Paragraph(_markup(text), cell))
            if span > 1:
                spans.append(("SPAN", (column, number), (column, number + span - 1)))
        rows.append(line)
    if block.ruled:
        lines = [("GRID", (0, 0), (-1, -1), 0.5, black)]
    else:
        lines = [
            ("LINEABOVE", (0, 0), (-1, 0), 1, black),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, black),
            ("LINEBELOW", (0, -1), (-1, -1), 1, black),
        ]
    return PdfTable(
        rows,
        colWidths=[_WIDTH * width / whole for width in block.widths],
        repeatRows=1 if block.repeat_header else 0,
        style=TableStyle([*lines, *spans, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]),
    )
