"""Turns a PDF into a scan: 200 dpi grey pages, slightly turned, with a little noise."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pypdfium2
from PIL import Image


def scan(path: Path, seed: int, dpi: int = 200) -> None:
    random = Random(f"scan {seed}")
    noise = np.random.default_rng(seed)
    images = []
    document = pypdfium2.PdfDocument(path)
    for page in document:
        image = page.render(scale=dpi / 72, grayscale=True).to_pil()
        angle = random.uniform(-0.6, 0.6)
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
        grey = np.asarray(image, dtype=np.int16) + noise.normal(0, 5, image.size[::-1])
        images.append(Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)))
    document.close()
    images[0].save(path, save_all=True, append_images=images[1:], resolution=dpi, quality=70)
