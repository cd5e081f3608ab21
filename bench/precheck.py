"""Measures the whole precheck against bare pdfium and against pdfplumber, in one run.

    python bench/precheck.py [--kind key-project] [--repeat 3] [FILE.pdf ...]

Prints, for each file, seconds per page of: the whole precheck (child process, all checks); pdfium's
text alone; pdfium's text with a box for every character; pdfplumber's text and tables of all pages.
Then the ratios, over the long files and over all as well, the peak memory of the precheck and of its
child, and how the precheck grows from 10 to 400 pages. The best of the repeats. Without files,
reports of 30 and 200 pages are made by the project's own generator and three producers.
"""

from __future__ import annotations

import argparse
import ctypes
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from long_reports import PRODUCERS, write_long

from reviewapp.adapters import pdf
from reviewapp.services.precheck_file import check_file, warm

KIND = "key-project"
LONG = 200  # pages


def whole_precheck(path: Path) -> None:
    """Run what `reviewapp precheck` runs, imports excluded."""
    check_file(path, KIND)


def bare_text(path: Path) -> None:
    """Take every page's text with pdfium."""
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            text_page = page.get_textpage()
            text_page.get_text_range()
            text_page.close()
            page.close()


def text_with_boxes(path: Path) -> None:
    """Take every character with its box, by pdfium's own functions."""
    box = pdfium.FS_RECTF()
    pointer = ctypes.byref(box)
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            text_page = page.get_textpage()
            handle = text_page.raw
            characters = []
            for index in range(pdfium.FPDFText_CountChars(handle)):
                pdfium.FPDFText_GetLooseCharBox(handle, index, pointer)
                code = pdfium.FPDFText_GetUnicode(handle, index)
                characters.append((code, box.left, box.top, box.right, box.bottom))
            text_page.close()
            page.close()


def plumber(path: Path) -> None:
    """Take text and tables of all pages with pdfplumber."""
    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_text()
            page.extract_tables()
            page.close()


def timed(function: Callable[[Path], None], path: Path, repeat: int) -> float:
    """Return the best of `repeat` wall times in seconds: what else runs here only ever adds."""
    seconds = []
    for _ in range(repeat):
        started = time.perf_counter()
        function(path)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def made_reports(folder: Path) -> list[Path]:
    """Write reports of 30 and 200 pages by each producer, in a process that ends with it."""
    with ProcessPoolExecutor(1) as pool:
        return [
            pool.submit(write_long, producer, pages, folder).result()
            for pages in (30, 200)
            for producer in PRODUCERS
        ]


def print_growth(folder: Path, repeat: int) -> None:
    """Print the precheck's time a page from 10 to 400 pages."""
    print("growth (typst)")
    for pages in (10, 50, 100, 200, 400):
        with ProcessPoolExecutor(1) as pool:
            path = pool.submit(write_long, "typst", pages, folder).result()
        if pdf.inspect(path).pages > 1.5 * pages:  # no report is so short: its first pages
            path = first_pages(path, pages)
        seconds = timed(whole_precheck, path, repeat)
        count = pdf.inspect(path).pages
        print(f"  {count:4d} pages {seconds:6.2f} s {1000 * seconds / count:6.1f} ms/page")


def first_pages(path: Path, pages: int) -> Path:
    """Write the first pages of a file into a file of their own; return its path."""
    cut = path.with_stem(f"{path.stem}-first-{pages}")
    with pypdfium2.PdfDocument(path) as whole, pypdfium2.PdfDocument.new() as part:
        part.import_pages(whole, list(range(pages)))
        part.save(cut)
    return cut


def measure(path: Path, repeat: int) -> dict[str, float]:
    """Return the seconds of each way, and print them per page."""
    pages = pdf.inspect(path).pages
    found = {
        "precheck": timed(whole_precheck, path, repeat),
        "pdfium text": timed(bare_text, path, repeat),
        "pdfium text+boxes": timed(text_with_boxes, path, repeat),
        "pdfplumber text+tables": timed(plumber, path, repeat),
    }
    print(f"{path.name} ({pages} pages)")
    for name, seconds in found.items():
        print(f"  {name:24s} {1000 * seconds / pages:8.2f} ms/page {pages / seconds:8.0f} pages/s")
    print_ratios(found)
    return found


def print_ratios(seconds: dict[str, float]) -> None:
    """Print how the precheck stands to the others."""
    own = seconds["precheck"]
    print(
        f"  pdfplumber/precheck {seconds['pdfplumber text+tables'] / own:.1f}x"
        f" · precheck/pdfium text+boxes {own / seconds['pdfium text+boxes']:.1f}x"
        f" · precheck/pdfium text {own / seconds['pdfium text']:.1f}x"
    )


def print_total(name: str, found: list[dict[str, float]]) -> None:
    """Print how the precheck stands to the others over several files together."""
    if found:
        print(name)
        print_ratios({way: sum(seconds[way] for seconds in found) for way in found[0]})


def print_memory(files: list[Path]) -> None:
    """Print the peak of a process of its own that checks each file, with all its children."""
    script = Path(__file__).with_name("memory.py")
    command = [sys.executable, str(script), "--kind", KIND, *map(str, files)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--kind", default="key-project")
    arguments = parser.parse_args()
    global KIND
    KIND = arguments.kind
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    began = time.perf_counter()
    warm()
    print(f"cold start: {time.perf_counter() - began:.1f} s once in a process, not counted below")
    with tempfile.TemporaryDirectory() as folder:
        files = arguments.files or made_reports(Path(folder))
        print_memory(files)
        found = [(pdf.inspect(path).pages, measure(path, arguments.repeat)) for path in files]
        print_total(f"files of {LONG} pages and more", [one for n, one in found if n >= LONG])
        print_total("all files", [one for _, one in found])
        if not arguments.files:
            print_growth(Path(folder), arguments.repeat)


if __name__ == "__main__":
    main()
