"""Numbers of work, planned and done, in sentences and in tables: what completion rates follow from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from reviewapp.domain.document import Place, Row, Table
from reviewapp.domain.precheck.figure_rules import AmountRule
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.ledger import Entry, Reader, any_of, sentence_at
from reviewapp.domain.precheck.text import decimal, plain, shorten

_MONEY = re.compile(r"亿元|万元|元")
_CLAUSE = re.compile(r"[,;:。!?、()]")
_NOUN = 2  # characters before a number by which two numbers are known to count the same
_NUMBER = r"(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_LINKS = "共了约达为计到数量总的:"


def counted(paragraph: Paragraph, begin: int, end: int, reader: Reader) -> list[Entry]:
    """Return the numbers planned and done that a sentence gives; the subject is their unit."""
    found = []
    for match in reader.words().counted.finditer(paragraph.text, begin, end):
        printed = match["value"].replace(",", "")
        found.append(
            Entry(
                what="planned" if match["planned"] else "done",
                value=Decimal(printed),
                printed=match["value"],
                year=None,
                subject=match["unit"],
                step=_step(printed),
                paragraph=paragraph,
                start=match.start("value"),
                end=match.end("value"),
            )
        )
    return found


def _step(printed: str) -> Decimal:
    """Return what the last digit is worth; whole numbers are counted, not rounded."""
    places = len(printed.partition(".")[2])
    return Decimal(1).scaleb(-places) if places else Decimal(0)


@dataclass(frozen=True, slots=True)
class Work:
    """A number of things in a sentence: what is counted, and whether it is a plan's."""

    value: Decimal
    step: Decimal
    unit: str
    noun: str
    planned: bool
    paragraph: Paragraph
    start: int
    end: int


@lru_cache(maxsize=4)
def _patterns(
    units: tuple[str, ...], planned: tuple[str, ...], done: tuple[str, ...]
) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    unit = any_of(units)
    return (
        re.compile(rf"(?<![\d.,]){_NUMBER}(?P<unit>{unit})"),
        re.compile(rf"[\d.,]+(?:{unit})"),
        re.compile(f"(?P<word>{any_of((*planned, *done))})"),
    )


def works(paragraph: Paragraph, rule: AmountRule) -> Iterator[Work]:
    """Yield the numbers of a paragraph with the two characters before them, as 培训 of 培训60场次."""
    number, other_numbers, telling = _patterns(
        rule.measure_words, rule.planned_words, rule.done_words
    )
    text = paragraph.text
    for match in number.finditer(text):
        begin, _ = sentence_at(text, match.start())
        lead = text[begin : match.start()]
        clause = other_numbers.sub("", _CLAUSE.split(lead)[-1]).rstrip(_LINKS)
        noun = clause[-_NOUN:]
        if len(noun) < _NOUN or re.search(r"[^\u4e00-\u9fff]", noun):
            continue
        printed = match["value"].replace(",", "")
        told = [one["word"] for one in telling.finditer(lead)]
        yield Work(
            value=Decimal(printed),
            step=_step(printed),
            unit=match["unit"],
            noun=noun,
            planned=bool(told) and told[-1] in rule.planned_words,
            paragraph=paragraph,
            start=match.start("value"),
            end=match.end("value"),
        )


def work_columns(table: Table, reader: Reader) -> dict[str, int]:
    """Return the columns planned, done and completion of a table of work; empty unless all are sure.

    「计划治理河长（公里）」 is a planned number where one column begins so and one other with 实际.
    """
    words, rule = reader.words(), reader.rule
    found: dict[str, list[int]] = {name: [] for name in (*rule.counted_columns, "completion")}
    for index, head in enumerate(table.columns):
        bare = re.sub(r"\([^()]*\)", "", plain(head)).strip("%")
        if words.rate_of.get(bare) == "completion":
            found["completion"].append(index)
        elif "率" not in bare and not _MONEY.search(plain(head)):
            for name, heads in rule.counted_columns.items():
                if bare in heads or bare.startswith(heads[0]):
                    found[name].append(index)
                    break
    if any(len(indices) != 1 for indices in found.values()):
        return {}
    return {name: indices[0] for name, indices in found.items()}


def work_entries(table: Table, row: Row, columns: dict[str, int], rule: AmountRule) -> list[Entry]:
    """Return the numbers planned and done and the rate of one row; empty unless all three are plain."""
    first = "".join(plain(cell.text) for cell in row.cells[: min(columns.values())])
    heads = "".join(plain(table.columns[index]) for index in columns.values())
    if any(word in first for word in rule.not_counted) or any(
        word in heads.replace("完成率", "") for word in rule.not_counted
    ):
        return []
    found = []
    for what, index in columns.items():
        cell = row.cells[index]
        text = plain(cell.text)
        value = decimal(text.removesuffix("%") if what == "completion" else text)
        if value is None or cell.box is None or (what == "completion" and "%" not in text):
            return []
        printed = text.removesuffix("%").replace(",", "")
        found.append(
            Entry(
                what=what,
                value=value,
                printed=text,
                year=None,
                subject="",
                step=Decimal(1).scaleb(-len(printed.partition(".")[2]))
                if what == "completion"
                else _step(printed),
                cell=Place(cell.page, cell.box, shorten(cell.text)),
            )
        )
    return found
