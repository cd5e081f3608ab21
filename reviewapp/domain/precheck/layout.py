"""Whose layout a report has: what printed it and how it numbers, so that errors can be grouped.

Agencies keep their templates for years: a check that errs on one layout errs on all its reports.
"""

from __future__ import annotations

import re
from collections import Counter

from reviewapp.domain.precheck.report import Report

LEVELS = 3  # levels of headings that tell layouts apart
NONE = "–"
SAMPLES = {
    "part": "第一部分",
    "chapter": "第一章",
    "section": "第一节",
    "chinese": "一、",
    "chinese-brackets": "（一）",
    "arabic": "1.",
    "decimal-2": "1.1",
    "decimal-3": "1.1.1",
    "decimal-4": "1.1.1.1",
    "arabic-brackets": "（1）",
    "half-bracket": "1)",
    "circled": "①",
}
_MARKS = re.compile("[®™©]")
_VERSION = re.compile(r"[\s(,;|-]*\b(?:version |v|m)?\d.*|\s+-\s.*|\s*\(.*", re.IGNORECASE)


def signature(report: Report) -> str:
    """Return the program's name and how most headings of each level are numbered.

    For instance "Microsoft Word · 一、 / （一） / 1."; – where one of them is not known.
    """
    return f"{producer(report.document.producer)} · {numbering(report)}"


def producer(stated: str) -> str:
    """Return the program's name without its version."""
    name = _VERSION.sub("", _MARKS.sub("", stated), count=1)
    return " ".join(name.split())[:60] or NONE


def numbering(report: Report) -> str:
    """Return how the topmost levels are numbered, each as its first number is printed."""
    styles: dict[int, Counter[str]] = {}
    for match in report.matches:
        heading = match.heading
        if heading.level <= LEVELS and heading.style in SAMPLES and not match.annex:
            styles.setdefault(heading.level, Counter())[SAMPLES[heading.style]] += 1
    return " / ".join(styles[level].most_common(1)[0][0] for level in sorted(styles)) or NONE
