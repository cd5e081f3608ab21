"""Small PDFs that the tests of the PDF door make for themselves."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

import pikepdf
import typst
from PIL import Image
from reportlab.lib.colors import black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate

FONT = "STSong-Light"
WIDTH, HEIGHT = A4

Text = tuple[float, float, float, str]  # x, y from the top, size, text


def _font() -> str:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    return FONT


def with_text(
    path: Path,
    pages: Sequence[Sequence[Text]],
    draw: Callable[[Canvas, int], None] | None = None,
) -> Path:
    """Write pages of texts; `draw(canvas, number)` may add to each page."""
    canvas = Canvas(str(path), pagesize=A4)
    for number, page in enumerate(pages, 1):
        for x, top, size, text in page:
            canvas.setFont(_font(), size)
            canvas.drawString(x, HEIGHT - top - size, text)
        if draw is not None:
            draw(canvas, number)
        canvas.showPage()
    canvas.save()
    return path


def prose(lines: int = 12) -> list[Text]:
    """Return a page of ordinary Chinese text."""
    sentence = "项目资金管理总体规范，预算执行率较高，绩效目标基本完成。"
    return [(72, 100 + 28 * n, 14, f"第{n + 1}段：{sentence}") for n in range(lines)]


def with_table(
    path: Path,
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float],
    repeat: int = 1,
    spans: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    split_in_row: bool = False,
) -> Path:
    """Write a ruled table that may run over pages; spans are ((column, row), (column, row))."""
    body = ParagraphStyle("body", fontName=_font(), fontSize=11, leading=16, wordWrap="CJK")
    cells = [[Paragraph(text, body) for text in row] for row in rows]
    style: list[tuple[object, ...]] = [("GRID", (0, 0), (-1, -1), 0.5, black)]
    style += [("SPAN", start, end) for start, end in spans]
    table = LongTable(
        cells,
        colWidths=list(widths),
        repeatRows=repeat,
        style=style,
        splitByRow=1,
        splitInRow=int(split_in_row),
    )
    story: list[Flowable] = [Paragraph(text, body) for text in before]
    story.append(table)
    story += [Paragraph(text, body) for text in after]
    SimpleDocTemplate(str(path), pagesize=A4).build(story)
    return path


def with_typst(path: Path, source: str) -> Path:
    """Set a Typst source with an embedded Chinese font."""
    fonts = str(files("pylopdf_fonts_zh_cn"))
    header = '#set text(font: "Noto Serif SC", lang: "zh", size: 12pt)\n'
    path.write_bytes(
        typst.compile((header + source).encode(), font_paths=[fonts], ignore_system_fonts=True)
    )
    return path


def scanned(path: Path, pages: int = 2) -> Path:
    """Write pages that are one picture each, without text."""
    buffer = io.BytesIO()
    Image.effect_noise((200, 280), 60).save(buffer, "PNG")

    def picture(canvas: Canvas, number: int) -> None:
        buffer.seek(0)
        canvas.drawImage(ImageReader(buffer), 0, 0, WIDTH, HEIGHT)

    return with_text(path, [[]] * pages, picture)


def encrypted(path: Path, *, owner: str, user: str) -> Path:
    """Write a readable file and lock it; an empty `user` password leaves it readable."""
    with_text(path, [prose()])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner=owner, user=user, R=6))
    return path


def truncated(path: Path, share: float) -> Path:
    """Write a file and cut it."""
    data = with_text(path, [prose()] * 3).read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def with_scripts(path: Path) -> Path:
    """Write a file with a script, a launch action and an embedded file."""
    with_text(path, [prose(), prose()])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.Root.OpenAction = pdf.make_indirect(script)
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("run.exe"))
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch
        )
        pdf.pages[1].Annots = pdf.make_indirect(pikepdf.Array([link]))
        pdf.attachments["附表.xlsm"] = b"payload"
        pdf.save(path)
    return path


def with_page_goto(path: Path) -> Path:
    """Write a file that opens at its first page, as LibreOffice does."""
    with_text(path, [prose()])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.GoTo, D=[pdf.pages[0].obj, pikepdf.Name.Fit]
        )
        pdf.save(path)
    return path


def garbled(path: Path) -> Path:
    """Write text in a font whose codes map to control characters."""
    with_typst(path, "项目资金管理总体规范，预算执行率较高，绩效目标基本完成。" * 6)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                del item["/ToUnicode"]
        pdf.save(path)
    return path


def flate_bomb(path: Path, size: int = 600_000_000) -> Path:
    """Write one page whose content unpacks to `size` bytes."""
    packer = zlib.compressobj(9)
    block = b" " * 10_000_000
    data = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    return _one_page(path, data, compressed=True)


def recursive_form(path: Path) -> Path:
    """Write a form that draws itself twice."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    form = pdf.make_stream(b"/F Do /F Do")
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = pikepdf.Array([0, 0, 10, 10])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    page.Contents = pdf.make_stream(b"/F Do /F Do")
    pdf.save(path)
    return path


def many_paths(path: Path, count: int) -> Path:
    """Write one page with `count` lines."""
    return _one_page(path, zlib.compress(b"0 0 m 500 500 l S\n" * count), compressed=True)


def _one_page(path: Path, content: bytes, *, compressed: bool) -> Path:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    stream = pikepdf.Stream(pdf, content)
    if compressed:
        stream.write(content, filter=pikepdf.Name.FlateDecode)
    page.Contents = pdf.make_indirect(stream)
    pdf.save(path, compress_streams=False)
    return path


def cyclic_page_tree(path: Path) -> Path:
    """Write a page tree that holds itself."""
    objects = [
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for item in objects:
        offsets.append(len(data))
        data += item
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    path.write_bytes(
        data
        + b"xref\n0 4\n0000000000 65535 f \n"
        + table
        + b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    )
    return path


def turned(path: Path, rotation: int, *, crop: tuple[float, float] = (0, 0)) -> Path:
    """Write a page of text and turn it; `crop` cuts points off its left and its top."""
    with_text(path, [[(100, 150, 20, "项目绩效评价报告"), (100, 190, 14, "第二行文字在下面")]])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        page.Rotate = rotation
        left, top = crop
        page.CropBox = pikepdf.Array([left, 0, WIDTH, HEIGHT - top])
        pdf.save(path)
    return path


def huge_page(path: Path) -> Path:
    """Write a page of 200 by 200 inches with one line of text."""
    canvas = Canvas(str(path), pagesize=(14400, 14400))
    canvas.setFont(_font(), 40)
    canvas.drawString(100, 14000, "很大的一页")
    canvas.showPage()
    canvas.save()
    return path


def rotated(path: Path, rotation: int) -> Path:
    """Turn every page of a file."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            page.Rotate = rotation
        pdf.save(path)
    return path


def joined(path: Path, parts: Sequence[Path]) -> Path:
    """Put files together."""
    with pikepdf.new() as pdf:
        for part in parts:
            with pikepdf.open(part) as source:
                pdf.pages.extend(source.pages)
        pdf.save(path)
    return path


def only_repairable(path: Path) -> Path:
    """Write a file that pdfium refuses and pikepdf repairs: its trailer is no dictionary."""
    data = with_text(path, [prose()]).read_bytes()
    path.write_bytes(data.replace(b"trailer\n<<", b"trailer\n<"))
    return path
