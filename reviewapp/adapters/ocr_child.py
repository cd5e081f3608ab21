"""What the limited child does to read page images: draw, straighten, find text and rules.

Called by child.run only; the caller's side is ocr.py. One answer a page goes out as soon as the
page is read, and the models stay loaded over the pages of a file.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from reviewapp.adapters.child import Report
from reviewapp.adapters.ocr_image import Image, Straightened, draw, find_rules, skew_of, turned
from reviewapp.adapters.pdf_open import open_pdf

_LOW = 0.85  # a page read with less certainty may stand on its head
_TALL = 1.5  # times as high as wide: text that runs up or down the page
_FEWEST = 3  # boxes that say how a page stands
_HEARD = 0.5  # certainty below which a line is noise, or lost
_TABLE_RULE = 40.0  # points
_GLANCE_SIDE = 1100  # pixels of the longer side when only rules are wanted


def read(path: str, report: Report, *, pages: Sequence[int], threads: int, max_pages: int) -> bytes:
    """Read `pages` in their order and hand each over as JSON (see ocr.py) once it is read."""
    opened = open_pdf(path, max_pages=max_pages)
    engine = Engine(threads)
    for number in pages:
        if not 1 <= number <= len(opened.pdf):
            continue
        began = time.perf_counter()
        page = opened.pdf[number - 1]
        image = draw(page)
        page.close()
        reading = read_image(engine, image)
        reading |= {"page": number, "seconds": round(time.perf_counter() - began, 3)}
        report.part(json.dumps(reading, ensure_ascii=False, separators=(",", ":")).encode())
    return b""


def glance(path: str, report: Report, *, pages: Sequence[int], max_pages: int) -> bytes:
    """Count each page's rules, which is cheap: a page with many holds a table."""
    opened = open_pdf(path, max_pages=max_pages)
    cv2.setNumThreads(1)
    counts: dict[int, int] = {}
    for number in pages:
        page = opened.pdf[number - 1]
        image = draw(page, _GLANCE_SIDE)
        page.close()
        rules = find_rules(Straightened(image, 0, 0.0))
        counts[number] = sum(1 for rule in rules if rule.end - rule.start >= _TABLE_RULE)
    return json.dumps(counts).encode()


class Engine:
    """rapidocr with the models of its own wheel, on so many threads."""

    def __init__(self, threads: int) -> None:
        import rapidocr

        cv2.setNumThreads(threads)
        self._engine: Any = rapidocr.RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.text_score": 0.0,
                "Global.max_side_len": 4000,  # draw() has made the picture as large as is useful
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                # Cells of tables are short: padding them to the usual 320 is half of the work.
                "Rec.rec_img_shape": [3, 48, 96],
            }
        )

    def __call__(self, pixels: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
        """Return the lines of an upright picture: text, certainty, corners, a place per character."""
        found = self._engine(
            pixels, use_cls=False, return_word_box=True, return_single_char_box=True
        )
        if found.boxes is None or found.txts is None:
            return []
        words = list(found.word_results or ())
        aligned = len(words) == len(found.txts)
        return [
            {
                "text": text,
                "sure": float(sure),
                "corners": np.asarray(box, dtype=float).reshape(4, 2),
                "words": words[index] if aligned else (),
            }
            for index, (text, sure, box) in enumerate(
                zip(found.txts, found.scores, found.boxes, strict=True)
            )
        ]


def read_image(engine: Engine, image: Image) -> dict[str, Any]:
    """Read one page image, turning it where its text does not stand upright."""
    quarter, found = _upright(engine, image.pixels)
    skew = skew_of(turned(image.pixels, quarter), [line["corners"] for line in found])
    straight = Straightened(image, quarter, skew)
    lines = [_line(part, straight) for line in found for part in _level(line)]
    heard = [line for line in lines if line["sure"] >= _HEARD]
    return {
        "width": round(image.width, 2),
        "height": round(image.height, 2),
        "quarter": quarter,
        "skew": round(skew, 4),
        "lines": [[line["text"], line["sure"], line["box"], line["spots"]] for line in heard],
        "lost": [line["box"] for line in lines if line["sure"] < _HEARD],
        "rules": [
            [int(edge.horizontal), round(edge.at, 2), round(edge.start, 2), round(edge.end, 2)]
            for edge in find_rules(straight, [line["box"] for line in lines])
        ],
    }


def _upright(engine: Engine, pixels: np.ndarray[Any, Any]) -> tuple[int, list[dict[str, Any]]]:
    """Return by how many quarters (clockwise) the picture was turned, and its lines then."""
    found = engine(pixels)
    if len(found) < _FEWEST:
        return 0, found
    tall = sum(1 for line in found if _is_tall(line["corners"]))
    if 2 * tall > len(found):
        tried = {quarter: engine(turned(pixels, quarter)) for quarter in (1, 3)}
    elif _certainty(found) < _LOW:
        tried = {0: found, 2: engine(turned(pixels, 2))}
    else:
        return 0, found
    best = max(tried, key=lambda quarter: _heard(tried[quarter]))
    return best, tried[best]


def _is_tall(corners: np.ndarray[Any, Any]) -> bool:
    width = math.dist(corners[0], corners[1])
    height = math.dist(corners[0], corners[3])
    return height >= _TALL * max(width, 1.0)


def _heard(found: list[dict[str, Any]]) -> float:
    """Return how much was read, each character as far as it is sure."""
    known: float = sum(line["sure"] ** 2 * len(line["text"]) for line in found)
    return known


def _certainty(found: list[dict[str, Any]]) -> float:
    length = sum(len(line["text"]) for line in found)
    known: float = sum(line["sure"] * len(line["text"]) for line in found)
    return known / max(length, 1)


def _level(line: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was taken for one line: numbers below one another are lines of their own."""
    text, corners = line["text"].replace(" ", ""), line["corners"]
    if len(text) < 2 or not _is_tall(corners):
        return [line]
    parts = []
    for at, char in enumerate(text):
        top, bottom = at / len(text), (at + 1) / len(text)
        left, right = corners[3] - corners[0], corners[2] - corners[1]
        box = [
            corners[0] + top * left,
            corners[1] + top * right,
            corners[1] + bottom * right,
            corners[0] + bottom * left,
        ]
        parts.append({**line, "text": char, "corners": np.array(box), "words": ()})
    return parts


def _line(line: dict[str, Any], straight: Straightened) -> dict[str, Any]:
    corners = straight.points(line["corners"])
    left = float(corners[[0, 3], 0].mean())
    right = float(corners[[1, 2], 0].mean())
    top = float(corners[[0, 1], 1].mean())
    bottom = float(corners[[2, 3], 1].mean())
    box = [round(value, 2) for value in (left, top, max(right, left), max(bottom, top))]
    spots = _spots(line, straight)
    return {"text": line["text"], "sure": round(line["sure"], 3), "box": box, "spots": spots}


def _spots(line: dict[str, Any], straight: Straightened) -> list[float]:
    """Return where each character's middle stands (x), or nothing where that is not known."""
    words = line["words"]
    if "".join(str(word[0]) for word in words) != line["text"].replace(" ", ""):
        return []
    middles = np.array([np.asarray(word[2], dtype=float).mean(axis=0) for word in words])
    return [round(float(x), 2) for x in straight.points(middles)[:, 0]] if len(middles) else []
