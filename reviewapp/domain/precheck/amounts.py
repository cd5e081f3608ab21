"""Amounts of money as exact decimals in yuan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from reviewapp.domain.precheck import numerals

UNITS = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
_CHINESE = "零〇一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"
_AMOUNT = re.compile(
    r"(?P<about>约|近|超过?|逾)?(?:(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?<![几数上成])(?P<chinese>[{_CHINESE}]{{0,30}}[十百千拾佰仟][{_CHINESE}]{{0,30}}?))"
    r"(?P<more>余|多)?(?P<unit>亿元|万元|元)(?!/|每|／)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in yuan; `exact` is False for 约, 近 and 余. Offsets are those of the text.

    `step` is what its last printed digit is worth, in yuan.
    """

    value: Decimal
    start: int
    end: int
    exact: bool = True
    step: Decimal = Decimal("0.01")


def find(text: str) -> list[Amount]:
    """Return the amounts of a plain text in order, in digits or in Chinese numerals (三百万元)."""
    found = []
    for match in _AMOUNT.finditer(text):
        printed, unit = match["number"], UNITS[match["unit"]]
        group = "number"
        if printed is None:
            group = "chinese"
            whole = numerals.number(match["chinese"])
            if whole is None:
                continue
            printed = str(whole)
        number = Decimal(printed.replace(",", ""))
        found.append(
            Amount(
                number * unit,
                match.start(group),
                match.end(),
                not (match["about"] or match["more"]),
                unit * Decimal(1).scaleb(-len(printed.partition(".")[2])),
            )
        )
    return found


def yuan(value: Decimal) -> str:
    """Return yuan with two decimals, as the facts give them."""
    return f"{value:.2f}"


def written(value: Decimal, unit: str) -> str:
    """Return yuan as people write them in 元, 万元 or 亿元, without needless zeros."""
    shown = f"{(value / UNITS[unit]).normalize():f}"
    return f"{shown}{unit}"
