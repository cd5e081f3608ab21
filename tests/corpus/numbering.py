"""The numbers before headings, in five styles."""

from __future__ import annotations

STYLES = ("han", "chapter", "part", "decimal", "run-in")
_HAN = ["", *"一二三四五六七八九", "十", "十一", "十二", "十三"]


class Numbering:
    def __init__(self, style: str) -> None:
        self.style = style
        self.counts = [0, 0]

    def skip(self, level: int) -> None:
        self.counts[level - 1] += 1

    def restart(self) -> None:
        """Start again at the second level, as an annex does."""
        self.counts[1] = 0

    def next(self, level: int) -> str:
        self.counts[level - 1] += 1
        if level == 1:
            self.counts[1] = 0
        first, second = self.counts
        han = _HAN[self.counts[level - 1]]
        if self.style == "chapter":
            return f"第{han}章 " if level == 1 else f"第{han}节 "
        if self.style == "part" and level == 1:
            return f"第{han}部分 "
        if self.style == "part":
            return f"{han}、"
        if self.style == "decimal":
            return f"{first} " if level == 1 else f"{first}.{second} "
        return f"{han}、" if level == 1 else f"（{han}）"
