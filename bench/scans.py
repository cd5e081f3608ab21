"""Measures the precheck of scans against rapidocr's own time on the same pages, in one run.

    python bench/scans.py [--pages 6] [--whole 73] [--repeat 3] [SCAN.pdf]

Prints seconds a page of rapidocr alone (its own settings, 200 dpi pictures, models loaded) and of
the whole precheck (child process, models loaded anew, drawing, rules, tables, all checks), turn by
turn, and their ratio by medians; the peak memory of the process that reads; and, for a scan of
`--whole` pages, how long until the first useful answer: cover, contents and tables read and checked.
Without a file a report of the project's own generator is turned into a scan.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from long_reports import write_long
from PIL import Image

from reviewapp.adapters import child, ocr, pdf
from reviewapp.services import scans
from reviewapp.services.precheck_file import check_file, warm

KIND = "key-project"
DPI = 200


def scan(source: Path, path: Path, first: int, count: int) -> Path:
    """Write pages of a PDF as grey pictures with a little noise, askew by half a degree at most."""
    noise = np.random.default_rng(1)
    images = []
    with pypdfium2.PdfDocument(source) as document:
        for number in range(first, min(first + count, len(document))):
            image = document[number].render(scale=DPI / 72, grayscale=True).to_pil()
            turned = image.rotate(noise.uniform(-0.5, 0.5), Image.Resampling.BICUBIC, fillcolor=255)
            grey = np.asarray(turned, dtype=np.int16) + noise.normal(0, 4, turned.size[::-1])
            images.append(Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)))
    images[0].save(path, save_all=True, append_images=images[1:], resolution=DPI, quality=75)
    return path


def alone(path: Path, repeat: int, pipe: Any) -> None:
    """Time rapidocr on every page whenever told to, in a process of its own."""
    from rapidocr import RapidOCR

    os.nice(10)  # as the precheck's own child
    engine = RapidOCR(params={"Global.log_level": "critical"})
    with pypdfium2.PdfDocument(path) as document:
        pictures = [page.render(scale=DPI / 72).to_numpy()[:, :, :3].copy() for page in document]
    engine(pictures[0])
    for _ in range(repeat):
        pipe.recv()
        began, busy = time.perf_counter(), time.process_time()
        for picture in pictures:
            engine(picture)
        pipe.send((time.perf_counter() - began, time.process_time() - busy))


def ratio(path: Path, repeat: int) -> float:
    """Print both times, taken turn by turn; return rapidocr's processor seconds a page."""
    pages = pdf.inspect(path).pages
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=alone, args=(path, repeat, there), daemon=True)
    process.start()
    own: list[float] = []
    busy: list[float] = []
    whole: list[float] = []
    reading: list[float] = []
    for _ in range(repeat):
        here.send(None)
        wall, processor = here.recv()
        own.append(wall / pages)
        busy.append(processor / pages)
        began = time.perf_counter()
        answer = check_file(path, KIND, read_scans=scans.read_at_once())
        whole.append((time.perf_counter() - began) / pages)
        reading.append(answer["timing"]["stages"]["ocr"] / pages)
    process.join()
    processor = statistics.median(busy)
    print(f"{pages} pages, {repeat} turns, medians")
    print(f"  rapidocr alone       {statistics.median(own):6.2f} s/page")
    print(f"  precheck with OCR    {statistics.median(whole):6.2f} s/page")
    print(
        f"  of it outside OCR    {statistics.median(whole) - statistics.median(reading):6.2f} s/page"
    )
    print(f"  precheck/rapidocr    {statistics.median(whole) / statistics.median(own):6.2f}")
    return processor


def peak(path: Path, rapidocr: float) -> None:
    """Print peak memory and processor time of a process that reads the pages as the child does."""
    pages = pdf.inspect(path).pages
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        kilobytes, seconds = pool.submit(_read_all, str(path)).result()
    print(f"peak memory of the reading process: {kilobytes // 1024} MB")
    print(
        f"processor time, which other load leaves alone: reading {seconds / pages:.2f} s/page,"
        f" rapidocr {rapidocr:.2f} s/page, ratio {seconds / pages / rapidocr:.2f}"
    )


def _read_all(path: str) -> tuple[int, float]:
    from reviewapp.adapters import ocr_child

    reader, writer = os.pipe()
    os.close(reader)
    report = child.Report(writer)
    report.part = lambda payload: None  # type: ignore[method-assign]
    pages = list(range(1, pdf.inspect(path).pages + 1))
    threads = ocr.OcrLimits().threads
    busy = time.process_time()
    ocr_child.read(path, report, pages=pages, threads=threads, max_pages=500)
    seconds = time.process_time() - busy
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, seconds


class Enough(Exception):
    """The telling pages were read."""


def first_answer(path: Path) -> None:
    """Print how long the first useful answer on a long scan takes."""
    began = time.perf_counter()
    document = pdf.read(path)
    pages = [page.number for page in document.pages if page.text_layer != "good"]
    order = ocr.reading_order(path, pages)
    looked = time.perf_counter() - began
    readings: dict[int, ocr.Reading] = {}

    def on_page(page: int, reading: ocr.Reading | None) -> None:
        if reading is not None:
            readings[page] = reading
        if len(readings) >= ocr.early_count(len(order)):
            raise Enough

    with contextlib.suppress(Enough):
        ocr.read_pages(path, order, on_page)
    answer = check_file(path, KIND, read_scans=_given(readings))
    seconds = time.perf_counter() - began
    found = sum(1 for section in answer["sections"] if section["found"])
    print(
        f"{len(document.pages)} pages: first useful answer after {seconds:.1f} s ({looked:.1f} s to choose"
    )
    print(
        f"  pages {sorted(readings)}), {len(answer['facts'])} facts, {found} sections, outcome {answer['outcome']}"
    )


def _given(readings: dict[int, ocr.Reading]) -> scans.ReadScans:
    def read(_path: Path, _pages: Sequence[int]) -> dict[int, ocr.Reading]:
        return readings

    return read


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--whole", type=int, default=73)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    warm()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = None if arguments.file else write_long("typst", arguments.whole, folder)
        short = arguments.file or scan(source, folder / "short.pdf", 2, arguments.pages)  # type: ignore[arg-type]
        rapidocr = ratio(short, arguments.repeat)
        peak(short, rapidocr)
        if source is not None and arguments.whole:
            first_answer(scan(source, folder / "long.pdf", 0, arguments.whole))


if __name__ == "__main__":
    main()
