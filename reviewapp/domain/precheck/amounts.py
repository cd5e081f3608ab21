"""Amounts of money as exact decimals in yuan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

UNITS = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
_AMOUNT = re.compile(
    r"(?P<about>约|近|超过?|逾)?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<more>余|多)?(?P<unit>亿元|万元|元)(?!/|每|／)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in yuan; `exact` is False for 约, 近 and 余. Offsets are those of the text."""

    value: Decimal
    start: int
    end: int
    exact: bool = True


def find(text: str) -> list[Amount]:
    """Return the amounts of a plain text in order."""
    return [
        Amount(
            Decimal(match["number"].replace(",", "")) * UNITS[match["unit"]],
            match.start("number"),
            match.end(),
            not (match["about"] or match["more"]),
        )
        for match in _AMOUNT.finditer(text)
    ]


def yuan(value: Decimal) -> str:
    """Return yuan with two decimals, as the facts give them."""
    return f"{value:.2f}"
