"""Makes scans of set pages: pictures without text, turned or askew as scanners leave them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from tests.adapters import pdf_builders as build

PROSE = """
#set page(width: 420pt, height: 400pt, margin: 40pt)
#align(center, text(size: 20pt)[城区道路养护项目绩效评价报告])

一、项目概况

项目预算批复资金1,250.50万元，实际支出1,180.25万元，预算执行率94.38%。评价工作组于2024年9月完成现场核查。

（一）主要内容及实施情况

年度内完成道路养护里程126公里，群众满意度为92.6%，资金使用总体规范。
"""

TABLE = """
#set page(width: 420pt, height: 400pt, margin: 40pt)
#align(center)[表1 指标得分表]
#table(columns: (90pt, 130pt, 50pt, 50pt), inset: 7pt,
  [一级指标], [三级指标], [分值], [得分],
  table.cell(rowspan: 2)[决策], [立项依据充分性], [10], [9.5],
  [目标合理性], [10], [8],
  table.cell(rowspan: 2)[产出], [实际完成率], [40], [38.5],
  [质量达标率], [40], [36],
  [合计], [], [100], [92],
)
"""


def scan(
    path: Path, sources: list[str], *, degrees: float = 0.0, quarter: int = 0, dpi: int = 150
) -> Path:
    """Set each source, draw it and keep the pictures, turned clockwise by degrees and quarters."""
    noise = np.random.default_rng(7)
    images = []
    for source in sources:
        pdf = pypdfium2.PdfDocument(build.with_typst(path.with_suffix(".set.pdf"), source))
        image = pdf[0].render(scale=dpi / 72, grayscale=True).to_pil()
        pdf.close()
        image = image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=255)
        grey = np.asarray(image, dtype=np.int16) + noise.normal(0, 4, image.size[::-1])
        image = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
        images.append(image.rotate(-90 * quarter, expand=True))
    images[0].save(path, save_all=True, append_images=images[1:], resolution=dpi, quality=80)
    return path
