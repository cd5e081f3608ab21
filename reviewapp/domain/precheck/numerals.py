"""Chinese numerals and dates as reports print them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "O": 0, "两": 2}
_FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千", strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000}
CHINESE = "零一二三四五六七八九十〇○百两"

_ANY = CHINESE + "".join(_FORMAL)
_DATE = re.compile(
    rf"(?<!\d)(?P<year>20\d{{2}}|[二贰][〇○零O][{_ANY}]{{2}})年"
    rf"(?:(?P<month>\d{{1,2}}|[{_ANY}]{{1,3}})月(?:(?P<day>\d{{1,2}}|[{_ANY}]{{1,3}})日)?)?"
)
_DOTTED = re.compile(
    r"(?<![\d.])(?P<year>20\d{2})[-./](?P<month>\d{1,2})(?:[-./](?P<day>\d{1,2}))?(?![\d.])"
)


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a text, as exact as printed; `start` and `end` are offsets."""

    year: int
    month: int | None
    day: int | None
    start: int
    end: int

    def __str__(self) -> str:
        parts = [str(self.year)]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
            if self.day is not None:
                parts.append(f"{self.day:02d}")
        return "-".join(parts)


def number(text: str) -> int | None:
    """Read 12, 十二, 一百零五, 三千二百, 十五万, 叁佰 or 二〇二四; None if it is no whole number."""
    if text.isdecimal():
        return int(text)
    text = "".join(_FORMAL.get(c, c) for c in text)
    head, ten_thousand, tail = text.partition("万")
    if ten_thousand:
        more, rest = number(head), number(tail) if tail else 0
        return None if more is None or rest is None else more * 10_000 + rest
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in _UNITS:
            total += (digit or 1) * _UNITS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit


def dates(text: str) -> list[DateFound]:
    """Return the calendar dates of a plain text in order; 2024年 alone counts with no month."""
    found = []
    for pattern in (_DATE, _DOTTED):
        for match in pattern.finditer(text):
            year, month = number(match["year"]), _part(match["month"], 12)
            day = _part(match["day"], 31) if month else None
            if year is not None and (month is not None or match["month"] is None):
                found.append(DateFound(year, month, day, match.start(), match.end()))
    return sorted(found, key=lambda date: date.start)


def _part(text: str | None, highest: int) -> int | None:
    value = number(text) if text else None
    return value if value is not None and 1 <= value <= highest else None
