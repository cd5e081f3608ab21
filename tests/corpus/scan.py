"""Turns a PDF into a scan: grey pages, turned and with noise as office scanners leave them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pypdfium2
from PIL import Image


@dataclass(frozen=True)
class Scanner:
    """How a page comes out: dots per inch, at most so many degrees askew, noise of 255, JPEG."""

    dpi: int
    degrees: float
    noise: float
    quality: int


SCANNERS = (
    Scanner(200, 0.6, 5, 70),
    Scanner(200, 0.0, 0, 85),  # clean
    Scanner(200, 1.2, 9, 60),  # askew and noisy
    Scanner(300, 0.4, 3, 75),
)


def scan(path: Path, seed: int) -> None:
    scanner = SCANNERS[seed % len(SCANNERS)]
    random = Random(f"scan {seed}")
    noise = np.random.default_rng(seed)
    images = []
    document = pypdfium2.PdfDocument(path)
    for page in document:
        image = page.render(scale=scanner.dpi / 72, grayscale=True).to_pil()
        angle = random.uniform(-scanner.degrees, scanner.degrees)
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
        grey = np.asarray(image, dtype=np.int16) + noise.normal(0, scanner.noise, image.size[::-1])
        images.append(Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)))
    document.close()
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        resolution=scanner.dpi,
        quality=scanner.quality,
    )
