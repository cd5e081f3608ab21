"""Sums in tables of funds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from reviewapp.domain.document import Place, Row
from reviewapp.domain.precheck import numbering
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import FundRule, Rules
from reviewapp.domain.precheck.text import decimal, half, plain, shorten, show

_NOTHING = {"", "-", "—", "--", "——", "/", "0", "无"}
_SENTENCE = re.compile(r"[^。!?]+")
_AMOUNT = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)(?P<unit>亿元|万元|元)")
_UNITS = {"亿元": Decimal(100_000_000), "万元": Decimal(10_000), "元": Decimal(1)}
_NEAR = 4  # characters between a total and the word that opens its parts
_REMARK = re.compile(r"\([^()]*\)|:$")


@check("amount-cross-foot", version=1)
def amount_cross_foot(report: Report, rules: Rules) -> Iterator[Doubt]:
    """The rows of a column of money against the table's only total row, at its top or end.

    Tables with levels, with rows that may be lost, or with a cell that is no figure are not judged.
    """
    scored = {id(table.table) for table in report.score_tables}
    for table in report.document.tables:
        if id(table) in scored or table.uncertain or any(row.broken for row in table.rows):
            continue
        total = _total(table.rows, rules.funds)
        if total is None:
            continue
        addends = [row for row in table.rows if row is not total]
        if len(addends) < 2 or _has_levels(addends, rules.funds):
            continue
        for column, head in enumerate(table.columns):
            if _is_money(plain(head), rules.funds):
                yield from _judge(column, head, total, addends)
    for paragraph in report.paragraphs:
        if "元" in paragraph.text:
            yield from _in_text(paragraph, rules.funds)


def _in_text(paragraph: Paragraph, rule: FundRule) -> Iterator[Doubt]:
    """Judge 「合计N万元，其中：A…万元，B…万元」: the parts that one sentence gives against its total.

    Parts after 其中 need not be all of them, so there only a small gap, or a sum above the total,
    is doubtful.
    """
    for sentence in _SENTENCE.finditer(paragraph.text):
        text = sentence[0]
        mark = re.search("|".join(map(re.escape, (*rule.whole_words, *rule.some_words))), text)
        before = list(_AMOUNT.finditer(text, 0, mark.start())) if mark else []
        if mark is None or not before or any(word in text for word in rule.not_parts):
            continue
        total, parts = before[-1], list(_AMOUNT.finditer(text, mark.end()))
        if len(parts) < 2 or mark.start() - total.end() > _NEAR:
            continue
        stated, values = _yuan(total), [_yuan(part) for part in parts]
        unit = _UNITS[total["unit"]]
        tolerance = sum((_last_place(one) for one in (total, *parts)), Decimal(0))
        found = sum(values, Decimal(0))
        gap = stated - found
        most = stated * (rule.most_gap_whole if mark[0] in rule.whole_words else rule.most_gap_some)
        if abs(gap) <= tolerance or gap > most or found > stated * 2:
            continue
        start = sentence.start() + total.start()
        expected = f"{show(found / unit)}{total['unit']}"
        yield Doubt(
            place=paragraph.place(start, sentence.start() + total.end()),
            expected=expected,
            found=total[0],
            variant="text",
            values={"expected": expected, "found": total[0]},
        )


def _yuan(match: re.Match[str]) -> Decimal:
    return Decimal(match["number"].replace(",", "")) * _UNITS[match["unit"]]


def _total(rows: Sequence[Row], rule: FundRule) -> Row | None:
    totals = [row for row in rows if _label(row) in rule.totals]
    return totals[0] if len(totals) == 1 and totals[0] in (rows[0], rows[-1]) else None


def _label(row: Row) -> str:
    drawn = [plain(cell.text) for cell in row.cells if cell.box is not None and plain(cell.text)]
    return _REMARK.sub("", drawn[0]) if drawn else ""


def _has_levels(rows: Sequence[Row], rule: FundRule) -> bool:
    styles = set()
    for row in rows:
        names = [plain(cell.text) for cell in row.cells[:3] if decimal(cell.text) is None]
        if any(word in name for name in names for word in rule.levels):
            return True
        if any(cell.box is None for cell in row.cells):
            return True  # merged cells: a sum may stand in one of them
        number = numbering.parse(half(row.cells[0].text.strip()) + "、")
        styles.add(number.style if number else "")
    return len(styles) > 1


def _is_money(head: str, rule: FundRule) -> bool:
    if any(word in head for word in rule.not_columns):
        return False
    return any(word in head for word in rule.columns)


def _judge(column: int, head: str, total: Row, addends: Sequence[Row]) -> Iterator[Doubt]:
    cell = total.cells[column]
    stated = decimal(cell.text)
    if stated is None or cell.box is None:
        return
    values: list[Decimal] = []
    for row in addends:
        text = plain(row.cells[column].text)
        value = Decimal(0) if text in _NOTHING else decimal(text)
        if value is None:
            return
        values.append(value)
    found = sum(values, Decimal(0))
    places = max(_places(value) for value in (*values, stated))
    tolerance = Decimal(len(values)) * Decimal(1).scaleb(-places)
    if abs(found - stated) <= tolerance or not found or found == stated * 2:
        return
    name = plain(head)
    yield Doubt(
        place=Place(cell.page, cell.box, shorten(cell.text)),
        expected=show(found),
        found=show(stated),
        values={"column": name, "expected": show(found), "found": show(stated)},
    )


def _last_place(match: re.Match[str]) -> Decimal:
    """Return in yuan what the last printed digit of an amount is worth."""
    places = _places(Decimal(match["number"].replace(",", "")))
    return _UNITS[match["unit"]] * Decimal(1).scaleb(-places)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
