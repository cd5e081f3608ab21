"""Numbers that headings begin with, in all their styles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewapp.domain.precheck.numerals import number

_CN = "一二三四五六七八九十百"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# Numbers that one character holds with their marks, and what they are written out. In a heading's
# text each still counts as one character.
_SINGLE = {
    **{chr(0x3220 + n): ("chinese-brackets", n + 1) for n in range(10)},  # ㈠
    **{chr(0x2474 + n): ("arabic-brackets", n + 1) for n in range(20)},  # ⑴
    **{chr(0x2488 + n): ("arabic", n + 1) for n in range(20)},  # ⒈
    **{chr(0x2776 + n): ("circled", n + 1) for n in range(10)},  # ❶
    **{chr(0x2780 + n): ("circled", n + 1) for n in range(10)},  # ➀
}
_SINGLE_NUMBER = re.compile(rf"\s*(?P<n>[{''.join(_SINGLE)}])\s*[、.]?\s*")

# Rank: the order in which styles nest where a report does not show otherwise.
RANKS = {
    "annex": 0,
    "part": 1,
    "chapter": 2,
    "section": 3,
    "chinese": 4,
    "chinese-brackets": 5,
    "arabic": 6,
    "decimal-2": 7,
    "decimal-3": 8,
    "decimal-4": 9,
    "arabic-brackets": 10,
    "half-bracket": 11,
    "circled": 12,
}

# All patterns read half-width text that still has its blanks.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"\s*第\s*(?P<n>[{_CN}]+|\d{{1,2}})\s*部\s*分[、.:,\s]*")),
    ("chapter", re.compile(rf"\s*第\s*(?P<n>[{_CN}]+|\d{{1,2}})\s*[章篇][、.:,\s]*")),
    ("section", re.compile(rf"\s*第\s*(?P<n>[{_CN}]+|\d{{1,2}})\s*节[、.:,\s]*")),
    (
        "annex",
        re.compile(
            rf"\s*附\s*[件录表]\s*(?P<n>[{_CN}]{{1,3}}|\d{{1,2}}(?:-\d{{1,2}})?)?[、.:,\s]*"
        ),
    ),
    (
        "chinese-brackets",
        re.compile(rf"\s*(?:[(〔【\[]\s*)?(?P<n>[{_CN}]{{1,3}})\s*[)〕】\]]\s*[、.,]?\s*"),
    ),
    ("chinese", re.compile(rf"\s*(?P<n>[{_CN}]{{1,3}})\s*(?:[、.,:]|(?=\s))\s*")),
    (
        "decimal",
        re.compile(
            r"\s*(?P<n>\d{1,2}(?:\s?\.\s?\d{1,2}){1,3})[.、]?\s*(?![\d%,万亿元个分月日倍]|年(?!度))"
        ),
    ),
    ("arabic", re.compile(r"\s*(?P<n>\d{1,2})(?:\s*[.、]\s*(?!\d)|(?=\s)\s+(?=[^\d\s]))")),
    ("arabic-brackets", re.compile(r"\s*\(\s*(?P<n>\d{1,2})\s*\)\s*[、.]?\s*")),
    ("half-bracket", re.compile(r"\s*(?P<n>\d{1,2})\s*\)\s*[、.]?\s*")),
    # Some producers set the gap after the number without a blank: 1基本情况.
    (
        "arabic",
        re.compile(
            r"\s*(?P<n>\d{1,2})(?=[\u4e00-\u9fff])(?![年月日号个分万亿元次家户人名倍岁]|项(?!目))"
        ),
    ),
    ("circled", re.compile(rf"\s*(?P<n>[{_CIRCLED}])\s*[、.]?\s*")),
)
_GLUED = re.compile(r"\s*(?P<n>[一二三四五六七八九十]{1,2})(?=[\u4e00-\u9fff]{2})")
_STOPLESS = re.compile(rf"\s*(?:\d{{1,2}}|[{_CN}]{{1,3}}\s)\s*")


@dataclass(frozen=True, slots=True)
class Number:
    """A heading's number: its style, its value (None for 附件 alone), and its length in `text`."""

    style: str
    value: int | None
    length: int
    stopless: bool = False  # only a blank stands between number and words: weak evidence


def parse(text: str) -> Number | None:
    """Read the number that a half-width text begins with, blanks kept; None if there is none."""
    single = _SINGLE_NUMBER.match(text)
    if single is not None:
        style, value = _SINGLE[single["n"]]
        return Number(style, value, single.end())
    for style, pattern in _PATTERNS:
        match = pattern.match(text)
        if match is None:
            continue
        printed = match["n"]
        if style == "decimal":
            parts = re.split(r"\s?\.\s?", printed)
            return Number(f"decimal-{len(parts)}", int(parts[-1]), match.end())
        stopless = style in ("chinese", "arabic") and bool(_STOPLESS.fullmatch(match.group()))
        return Number(style, _value(printed), match.end(), stopless)
    return None


def glued(text: str) -> Number | None:
    """Read a Chinese number that nothing parts from its words (一基本情况); the words must tell."""
    match = _GLUED.match(text)
    return Number("chinese", number(match["n"]), match.end(), stopless=True) if match else None


def _value(printed: str | None) -> int | None:
    if printed is None:
        return None
    if printed in _CIRCLED:
        return _CIRCLED.index(printed) + 1
    return number(printed.split("-")[0])
