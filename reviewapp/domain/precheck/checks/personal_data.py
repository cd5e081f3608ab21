"""Personal data that must be masked before a report is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import half

_ID = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
# Not inside a longer number, an amount, a code or a web address.
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.,_/=-])(?:\+?86-?)?(?P<n>1[3-9]\d-?\d{4}-?\d{4})(?![0-9A-Za-z_/]|[.,]\d|[-]\d|元|万|亿|份)"
)
# Blanks part the groups of one number; elsewhere they part the figures of a row.
_GROUPED = re.compile(
    r"[\d+Xx-]+|(?:\+?86[ -]?)?1\d{2}[ -]?\d{4}[ -]?\d{4}|\d{6} \d{8} \d{3}[\dXx]"
)
_GROUPED_CARD = re.compile(r"\d+|(?:\d{4} ){3,4}\d{1,7}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


@check("pii-id-number", version=1)
def pii_id_number(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """An identity number with a real date and a right check digit (GB 11643-1999)."""
    for paragraph in report.texts:
        for match in _ID.finditer(paragraph.text):
            number = match.group().upper()
            if is_id_number(number) and _GROUPED.fullmatch(_printed(paragraph, match.span())):
                yield Doubt(
                    place=paragraph.place(*match.span()),
                    expected=f"{number[:6]}********{number[14:]}",
                    found=number,
                )


def _printed(paragraph: Paragraph, span: tuple[int, int]) -> str:
    """Return a number as printed: half width, each blank one space."""
    return re.sub(r"\s", " ", half(paragraph.printed(*span)))


def is_id_number(number: str) -> bool:
    """Say whether 18 characters are an identity number: date of birth and check digit fit."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    if not 1900 <= born.year <= 2100:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == number[17]


@check("pii-phone", version=1)
def pii_phone(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """A mobile telephone number that is not masked."""
    for paragraph in report.texts:
        for match in _PHONE.finditer(paragraph.text):
            digits = match["n"].replace("-", "")
            if not _GROUPED.fullmatch(_printed(paragraph, match.span("n"))):
                continue
            yield Doubt(
                place=paragraph.place(*match.span("n")),
                expected=f"{digits[:3]}****{digits[7:]}",
                found=match["n"],
            )


_CARD = re.compile(r"(?<![0-9A-Za-z.,-])62\d{14,17}(?![0-9A-Za-z]|\.\d)")


@check("pii-bank-card", version=1)
def pii_bank_card(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """A UnionPay card number of 16 to 19 digits with a right check digit (ISO/IEC 7812-1)."""
    for paragraph in report.texts:
        for match in _CARD.finditer(paragraph.text):
            number = match.group()
            grouped = _GROUPED_CARD.fullmatch(_printed(paragraph, match.span()))
            if not grouped or (len(number) == 18 and is_id_number(number)):
                continue
            if is_card_number(number):
                masked = f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"
                yield Doubt(place=paragraph.place(*match.span()), expected=masked, found=number)


def is_card_number(number: str) -> bool:
    """Say whether the digits fit their last one by Luhn's rule."""
    total = 0
    for position, char in enumerate(reversed(number)):
        digit = int(char) * (2 if position % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0
