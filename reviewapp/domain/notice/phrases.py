"""Small pieces of official Chinese: numerals, dates, points, titles in 《》."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_NUMERALS = "〇一二三四五六七八九"
# Control, surrogate and invisible format characters cannot be printed, break XML, or (the
# direction marks) make a title read differently from what it is.
_UNPRINTABLE = {"Cc", "Cf", "Cs"}
_NONCHARACTERS = "\ufffe\uffff"


def clean(text: str, *, lines: bool = False) -> str:
    """Return the text without unprintable characters, every run of white space one space.

    With `lines` line breaks survive, because an edited paragraph may have become two.
    """
    spaced = "".join(" " if ch in "\t\r\v\f" or (ch == "\n" and not lines) else ch for ch in text)
    kept = "".join(
        ch
        for ch in spaced
        if ch == "\n" or (unicodedata.category(ch) not in _UNPRINTABLE and ch not in _NONCHARACTERS)
    )
    return re.sub(r" *\n *", "\n", re.sub(r"[^\S\n\u3000]+", " ", kept)).strip()


def book_title(title: str) -> str:
    """Return the title in 《》; title marks inside it become 〈〉 (GB/T 15834-2011, 4.13)."""
    text = clean(title)
    if text.startswith("《") and text.endswith("》") and text.count("《") == 1:
        text = text[1:-1]
    return "《" + text.replace("《", "〈").replace("》", "〉") + "》"


def numeral(number: int) -> str:
    """Return 1 to 99 in Chinese numerals, as headings are counted."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        raise ValueError(number)
    head = "" if tens == 0 else ("十" if tens == 1 else _NUMERALS[tens] + "十")
    return head + (_NUMERALS[ones] if ones else "")


def chinese_date(day: date) -> str:
    """Return 2024年12月5日: Arabic digits, month and day without a zero (GB/T 9704-2012, 7.3.5)."""
    return f"{day.year}年{day.month}月{day.day}日"


def points(hundredths: int) -> str:
    """Return hundredths of a point as the shortest exact figure: 9050 is 90.5."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def percent(hundredths: int) -> str:
    """Return hundredths of a percent rounded half up to one decimal: 8235 is 82.4%."""
    whole, tenth = divmod((hundredths + 5) // 10, 10)
    return f"{whole}.{tenth}%"


def one_of(words: tuple[str, ...]) -> str:
    """Join as A级、B级或C级."""
    return words[0] if len(words) == 1 else "、".join(words[:-1]) + "或" + words[-1]
