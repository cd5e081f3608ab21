"""Prints a report as a web page, with Chromium or with LibreOffice."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from html import escape
from pathlib import Path

from tests.corpus.layout import Pages, cells, entries, looks
from tests.corpus.model import Block, Contents, Cover, Heading, Made, Para, Table, pieces

_STYLE = """
@page { size: A4; margin: 26mm 27mm }
body { font-family: "Noto Serif CJK SC"; font-size: SIZEpt; line-height: 1.8; margin: 0 }
a { color: black; text-decoration: none }
p { text-indent: 2em; margin: 0 }
h1, h2 { font-family: "Noto Sans CJK SC"; font-weight: WEIGHT; margin: 6pt 0; break-after: avoid }
h1 { font-size: 1.2em } h2 { font-size: 1.05em; text-indent: 2em }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; line-height: 1.35; margin: 6pt 0 }
tr { break-inside: avoid } td, th { padding: 3pt 4pt; font-weight: normal }
.ruled td, .ruled th { border: 0.6pt solid black }
.lines { border-top: 1.2pt solid black; border-bottom: 1.2pt solid black }
.lines th { border-bottom: 0.7pt solid black }
.new { page-break-before: always }
.middle { text-align: center; text-indent: 0 }
.big { font-size: 24pt; font-family: "Noto Sans CJK SC" }
"""


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def office_path() -> str | None:
    return shutil.which("soffice")


def write_with_chromium(made: Made, pages: Pages, path: Path) -> None:
    from playwright.sync_api import sync_playwright

    look = looks(made)
    number = '<span class="pageNumber"></span>'
    small = 'style="font-size:9px;width:100%;text-align:center"'
    foot = escape(look["foot"]).replace("N", number)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(page_of(made, pages, office=False))
        page.pdf(
            path=str(path),
            format="A4",
            display_header_footer=True,
            header_template=f"<div {small}>{look['header'] if look['running'] else ''}</div>",
            footer_template=f"<div {small}>{foot}</div>",
            margin={"top": "26mm", "bottom": "26mm", "left": "27mm", "right": "27mm"},
        )
        browser.close()


def write_with_office(made: Made, pages: Pages, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{path.stem}.html"
        source.write_text(page_of(made, pages, office=True), encoding="utf-8")
        command = [
            str(office_path()),
            f"-env:UserInstallation=file://{tempfile.gettempdir()}/corpus-office-{os.getuid()}",
            "--headless",
            "--infilter=HTML (StarWriter)",
            "--convert-to",
            "pdf:writer_pdf_Export",
            "--outdir",
            folder,
            str(source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        shutil.copy(source.with_suffix(".pdf"), path)


def page_of(made: Made, pages: Pages, *, office: bool) -> str:
    look = looks(made)
    style = _STYLE.replace("SIZE", str(look["size"]))
    style = style.replace("WEIGHT", "bold" if look["bold"] else "normal")
    # Chromium prints the physical number on every page, so its contents count from the cover.
    counted = pages if office else {**pages, "body": 1}
    body = "\n".join(_block(block, counted) for block in made.blocks)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{look["header"]}'
        f"</title><style>{style}</style></head><body>{body}</body></html>"
    )


def _runs(text: str, key: str | None = None) -> str:
    return "".join(
        f'<a href="http://mark/{own or key}">{escape(part)}</a>' if own or key else escape(part)
        for part, own in pieces(text)
    )


def _block(block: Block, pages: Pages) -> str:
    if isinstance(block, Para):
        return f"<p>{_runs(block.text)}</p>"
    if isinstance(block, Heading):
        new = ' class="new"' if block.page_break else ""
        text = _runs(block.text, block.key)
        if block.run_in:
            return f"<p{new}><b>{text}</b>。{_runs(block.run_in)}</p>"
        if block.centred:
            return f'<p class="new middle"><font size="5">{text}</font></p>'
        return f"<h{block.level}{new}>{text}</h{block.level}>"
    if isinstance(block, Contents):
        lines = [f'<p class="new middle">{block.title}</p>']
        for level, text, page in entries(block, pages):
            dots = "." * (60 - 2 * len(text) if len(text) < 25 else 8)
            lines.append(f'<p style="text-indent:{(level - 1) * 2}em">{text}{dots}{page}</p>')
        return "\n".join(lines)
    if isinstance(block, Cover):
        return _cover(block)
    return _table(block)


def _cover(block: Cover) -> str:
    lines = ['<p style="margin-top:140pt"></p>']
    lines += [f'<p class="middle big">{_runs(line)}</p>' for line in block.title]
    lines.append('<p style="margin-top:110pt"></p>')
    lines += [f"<p>{label}：{value}</p>" for label, value in block.fields]
    lines.append(f'<p class="middle" style="margin-top:60pt">{block.date}</p>')
    return "\n".join(lines)


def _table(block: Table) -> str:
    # LibreOffice reads the lines of a cell from the cell alone.
    line = "border:0.6pt solid #000000;" if block.ruled else ""
    under = "" if block.ruled else "border-bottom:0.7pt solid #000000"
    heads = "".join(f'<th style="{line or under}">{text}</th>' for text in block.columns)
    whole = sum(block.widths)
    columns = "".join(f'<col style="width:{100 * w // whole}%">' for w in block.widths)
    rows = [
        "<tr>"
        + "".join(
            f'<td{_span(span)} style="{line}vertical-align:middle">{_runs(text)}</td>'
            for text, span in row
        )
        + "</tr>"
        for row in cells(block)
    ]
    head = f"<tr>{heads}</tr>"
    head = f"<thead>{head}</thead>" if block.repeat_header else head
    kind = "ruled" if block.ruled else "lines"
    ends = "" if block.ruled else "border-top:1.2pt solid #000000;border-bottom:1.2pt solid #000000"
    return f'<table class="{kind}" style="{ends}">{columns}{head}{"".join(rows)}</table>'


def _span(span: int) -> str:
    return f' rowspan="{span}"' if span > 1 else ""
