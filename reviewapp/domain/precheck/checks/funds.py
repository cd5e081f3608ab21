"""Sums in tables of funds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_PART_SENTENCE = re.compile(r"[^。;!?]+")
_AMOUNT = re.compile(r"(?P<number>\d[\d,]*(?:\.\d+)?)(?P<unit>亿元|万元|元)")
_UNITS = {"亿元": Decimal(100_000_000), "万元": Decimal(10_000), "元": Decimal(1)}
_NEAR = 4  # characters between a total and the word that opens its parts
_REMARK = re.compile(r"\([^()]*\)|:$")


@check("amount-cross-foot", version=2)
def amount_cross_foot(report: Report, rules: Rules) -> Iterator[Doubt]:
    """The rows of a column of money against the table's only total row, at its top or end.

    Sub-totals and numbered levels are followed where all of them fit one reading of the table;
    rows that may be lost, and a cell that is no figure, are not judged.
    """
    scored = {id(table.table) for table in report.score_tables}
    for table in report.document.tables:
        if id(table) in scored or table.uncertain or any(row.broken for row in table.rows):
            continue
        total = _total(table.rows, rules.funds)
        if total is None:
            continue
        parts = _parts([row for row in table.rows if row is not total], rules.funds)
        if parts is None or len(parts) < 2:
            continue
        for column, head in enumerate(table.columns):
            if _is_money(plain(head), rules.funds):
                yield from _judge(column, head, total, parts)
    for paragraph in report.paragraphs:
        if "元" in paragraph.text:
            yield from _in_text(paragraph, rules.funds)
            yield from _total_last(paragraph, rules.funds)


def _in_text(paragraph: Paragraph, rule: FundRule) -> Iterator[Doubt]:
    """Judge 「合计N万元，其中：A…万元，B…万元」: the parts that one sentence gives against its total.

    Parts after 其中 need not be all of them, so there only a small gap, or a sum above the total,
    is doubtful.
    """
    for sentence in _SENTENCE.finditer(paragraph.text):
        text = sentence[0]
        words = "|".join(map(re.escape, (*rule.whole_words, *rule.some_words)))
        mark = re.search(rf"{words}|(?<=元)中[,:]", text)
        before = list(_AMOUNT.finditer(text, 0, mark.start())) if mark else []
        if mark is None or not before or any(word in text for word in rule.not_parts):
            continue
        total, parts = before[-1], _parts_after(text, mark.end(), rule)
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


def _parts_after(text: str, start: int, rule: FundRule) -> list[re.Match[str]]:
    """Return the amounts that are parts: up to what the sentence says next of the whole.

    「预算480万元，其中省级300万元、县级180万元；实际支出456万元」 has two parts.
    """
    parts: list[re.Match[str]] = []
    at = start
    for amount in _AMOUNT.finditer(text, start):
        label = text[at : amount.start()]
        opens = ";" in label or "," in label
        if parts and opens and any(word in label for word in rule.part_ends):
            break
        parts.append(amount)
        at = amount.end()
    return parts


def _yuan(match: re.Match[str]) -> Decimal:
    return Decimal(match["number"].replace(",", "")) * _UNITS[match["unit"]]


def _total(rows: Sequence[Row], rule: FundRule) -> Row | None:
    totals = [row for row in rows if _label(row) in rule.totals]
    return totals[0] if len(totals) == 1 and totals[0] in (rows[0], rows[-1]) else None


def _label(row: Row) -> str:
    drawn = [plain(cell.text) for cell in row.cells if cell.box is not None and plain(cell.text)]
    return _REMARK.sub("", drawn[0]) if drawn else ""


def _total_last(paragraph: Paragraph, rule: FundRule) -> Iterator[Doubt]:
    """Judge 「A…万元、B…万元，合计N万元」, where the parts come first; only a small gap is doubtful."""
    for sentence in _PART_SENTENCE.finditer(paragraph.text):
        text = sentence[0]
        found = list(_AMOUNT.finditer(text))
        if len(found) < 3 or any(word in text for word in (*rule.not_parts, *rule.some_words)):
            continue
        total, parts = found[-1], found[:-1]
        between = text[parts[-1].end() : total.start()]
        if not any(re.fullmatch(pattern, between) for pattern in rule.total_words):
            continue
        stated, values = _yuan(total), [_yuan(part) for part in parts]
        tolerance = sum((_last_place(one) for one in found), Decimal(0))
        gap = abs(stated - sum(values, Decimal(0)))
        if gap <= tolerance or gap > stated * rule.most_gap_some:
            continue
        start = sentence.start() + total.start()
        unit = _UNITS[total["unit"]]
        expected = f"{show(sum(values, Decimal(0)) / unit)}{total['unit']}"
        yield Doubt(
            place=paragraph.place(start, sentence.start() + total.end()),
            expected=expected,
            found=total[0],
            variant="text",
            values={"expected": expected, "found": total[0]},
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A row besides the total: a leaf, a sub-total of the rows above, or a parent of those below."""

    row: Row
    kind: str
    rank: int | None = None


def _parts(rows: Sequence[Row], rule: FundRule) -> list[_Part] | None:
    """Say what each row is; None where the table has levels that are not understood."""
    ranks: list[int | None] = []
    kinds: list[str] = []
    for row in rows:
        drawn = [cell for cell in row.cells[:3] if cell.box is not None]
        names = [_REMARK.sub("", plain(c.text)) for c in drawn if decimal(c.text) is None]
        number = numbering.parse(half(row.cells[0].text.strip()) + "、")
        ranks.append(numbering.RANKS[number.style] if number else None)
        if any(name.endswith(rule.subtotals) for name in names):
            kinds.append("subtotal")
        elif any(word in name for name in names for word in rule.levels):
            return None
        else:
            kinds.append("leaf")
    own = {rank for rank, kind in zip(ranks, kinds, strict=True) if kind == "leaf"}
    if len(own) > 1:
        if None in own or "subtotal" in kinds:
            return None
        for at, rank in enumerate(ranks[:-1]):
            after = ranks[at + 1]
            if rank is not None and after is not None and after > rank:
                kinds[at] = "parent"
    return [_Part(*each) for each in zip(rows, kinds, ranks, strict=True)]


def _is_money(head: str, rule: FundRule) -> bool:
    if any(word in head for word in rule.not_columns):
        return False
    return any(word in head for word in rule.columns)


def _judge(column: int, head: str, total: Row, parts: Sequence[_Part]) -> Iterator[Doubt]:
    stated = _figure(total, column)
    values = [_figure(part.row, column) for part in parts]
    if stated is None or any(value is None for value in values):
        return
    known = [value for value in values if value is not None]
    places = max(_places(value) for value in (*known, stated))
    tolerance = Decimal(len(known)) * Decimal(1).scaleb(-places)
    leaves = [v for v, part in zip(known, parts, strict=True) if part.kind == "leaf"]
    found = sum(leaves, Decimal(0))
    off = _groups_off(known, parts, tolerance)
    if abs(found - stated) <= tolerance or not found or found == stated * 2:
        if len(off) == 1 and len(leaves) > 1:
            row, expected, own = off[0]
            yield _sum_doubt(row, column, head, expected, own)
        return
    # A table whose groups do not fit was not understood: nothing is said of its total.
    if not off:
        yield _sum_doubt(total, column, head, found, stated)


def _figure(row: Row, column: int) -> Decimal | None:
    """Return a drawn cell's figure; None if it is none, or merged into another."""
    cell = row.cells[column]
    if cell.box is None:
        return None
    return Decimal(0) if plain(cell.text) in _NOTHING else decimal(cell.text)


def _groups_off(
    values: Sequence[Decimal], parts: Sequence[_Part], tolerance: Decimal
) -> list[tuple[Row, Decimal, Decimal]]:
    """Return sub-totals and parents that are not the sum of their rows: row, sum, what stands."""
    off: list[tuple[Row, Decimal, Decimal]] = []
    open_sum = Decimal(0)
    for at, (value, part) in enumerate(zip(values, parts, strict=True)):
        if part.kind == "leaf":
            open_sum += value
            continue
        if part.kind == "subtotal":
            own, open_sum = open_sum, Decimal(0)
        else:
            own = _below(at, values, parts)
        if abs(own - value) > tolerance:
            off.append((part.row, own, value))
    return off


def _below(at: int, values: Sequence[Decimal], parts: Sequence[_Part]) -> Decimal:
    """Return the sum of the leaves below a parent, down to the next of its rank."""
    own, rank = Decimal(0), parts[at].rank
    for value, part in zip(values[at + 1 :], parts[at + 1 :], strict=True):
        if part.rank is not None and rank is not None and part.rank <= rank:
            break
        if part.kind == "leaf":
            own += value
    return own


def _sum_doubt(row: Row, column: int, head: str, expected: Decimal, found: Decimal) -> Doubt:
    cell = row.cells[column]
    box = cell.box or row.box
    shown = {"expected": show(expected), "found": show(found)}
    return Doubt(
        place=Place(cell.page, box, shorten(cell.text)),
        expected=shown["expected"],
        found=shown["found"],
        values={"column": plain(head), **shown},
    )


def _last_place(match: re.Match[str]) -> Decimal:
    """Return in yuan what the last printed digit of an amount is worth."""
    places = _places(Decimal(match["number"].replace(",", "")))
    return _UNITS[match["unit"]] * Decimal(1).scaleb(-places)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
