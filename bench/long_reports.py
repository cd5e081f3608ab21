"""Reports of any length from three producers, for the benches: a report whose annexes go on."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdfium2

from reviewapp.demo import catalogue
from reviewapp.demo.writer import by_reportlab, by_typst, compose, sources
from reviewapp.demo.writer.agencies import AGENCIES
from reviewapp.demo.writer.model import Block, Contents, Cover, Heading, Para, Style, Table

KEY = "clinics"
SEED = 1
_CHROMIUM = "/usr/bin/chromium"


def write_long(producer: str, pages: int, folder: Path) -> Path:
    """Write a report of about `pages` pages by typst, reportlab or chromium; return its path."""
    spec, title = sources.spec(KEY), _title()
    style = AGENCIES[spec.agency].style
    head = compose.blocks(spec, SEED)
    write = PRODUCERS[producer]
    path = folder / f"{producer}-{pages}.pdf"
    write(head, style, title, path)
    have = _pages(path)
    if pages > have:
        more = [*_annex(head)]
        write([*head, *more], style, title, path)
        for_one = max(_pages(path) - have, 1)
        write([*head, *more * round((pages - have) / for_one)], style, title, path)
    return path


def _title() -> str:
    known = {one.key: one for year in (2024, 2025) for one in catalogue.reports(year, 1)}
    return known[KEY].title


def _annex(blocks: Sequence[Block]) -> list[Block]:
    """Return the running text and the tables of the body once more, as one long annex."""
    kept = [one for one in blocks if isinstance(one, Para | Table)]
    return [Heading(1, "附件　补充材料", in_contents=False, page_break=True), *kept]


def _pages(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as document:
        return len(document)


def _by_chromium(blocks: Sequence[Block], style: Style, header: str, path: Path) -> None:
    """Print the blocks as a web page would be printed to PDF."""
    from playwright.sync_api import sync_playwright

    body = "".join(_html(block) for block in blocks)
    page_style = (
        "@page{size:A4;margin:25mm}body{font:14px/1.7 'Noto Serif CJK SC'}"
        "table{border-collapse:collapse;width:100%}td,th{border:1px solid #333;padding:2px 4px}"
        "h1{font-size:20px}h2{font-size:17px}h3{font-size:15px}.break{break-before:page}"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.set_content(f"<meta charset=utf-8><style>{page_style}</style>{body}")
        page.pdf(path=path, format="A4")
        browser.close()


def _html(block: Block) -> str:
    match block:
        case Cover():
            fields = "".join(f"<p>{html.escape(f'{a}：{b}')}</p>" for a, b in block.fields)
            return f"<h1>{html.escape(block.title)}</h1>{fields}<p>{html.escape(block.date)}</p>"
        case Contents():
            return "<div class=break></div>"
        case Heading():
            mark = " class=break" if block.page_break else ""
            return f"<h{block.level}{mark}>{html.escape(block.text)}</h{block.level}>"
        case Para():
            return f"<p>{html.escape(block.text)}</p>"
        case Table():
            rows = [
                "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
                for tag, row in [("th", block.columns), *(("td", row) for row in block.rows)]
            ]
            return f"<p>{html.escape(block.caption)}</p><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


PRODUCERS: dict[str, Callable[[Sequence[Block], Style, str, Path], None]] = {
    "typst": by_typst.write,
    "reportlab": by_reportlab.write,
    "chromium": _by_chromium,
}
