"""One table of facts per report: what, of which year, of what part, where, and the value.

The consistency checks work from it. An entry whose `subject` is empty is the whole project's or
department's; every other subject is a part, or words that are not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from reviewapp.domain.document import Place, Row, Table
from reviewapp.domain.precheck import amounts
from reviewapp.domain.precheck.figure_rules import AmountRule
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.text import decimal, plain, shorten

UNKNOWN = "?"  # the subject of an amount whose words name neither the whole nor a part
_CLAUSE = re.compile(r"[,;。!?、()]")
_STOP = re.compile(r"[。!?]")
_REMARK = re.compile(r"\([^()]*\)$")
_YEAR = re.compile(r"(20\d{2})(?:年度?|(?=[-~—–至到]20\d{2}年))")
_RANGE = re.compile(r"20\d{2}年?度?(?:\d{1,2}月)?[-~—–至到、和及与](?:20)?\d{2}年")
_DAY = re.compile(
    r"20\d{2}年(?:度|底|末)?|\d{1,2}月份?(?:\d{1,2}日|底|末)?|前?[一二三四]季度|上半年"
)
_CUTOFF = re.compile(
    r"(?:截至|截止|截止到|截至到)(?P<day>[^,。;:预实累已]{0,16})|(?P<part>\d{1,2}月份?(?:末|底|\d{1,2}日)|上半年|季度)"
)
_PERCENT = re.compile(r"(?P<value>\d{1,4}(?:\.\d{1,4})?)%")
_UNIT = re.compile(r"亿元|万元|元")
_TOTALS = ("合计", "总计", "共计", "总合计")


@dataclass(frozen=True, slots=True)
class Entry:
    """One stated figure: yuan for amounts, percent for rates.

    `step` is what its last printed digit is worth, `exact` is False for 约 and 余. `year` is None
    where none is named or several are. `cut` is the day up to which it counts, if not a year's end.
    """

    what: str
    value: Decimal
    printed: str
    year: int | None
    subject: str
    step: Decimal
    exact: bool = True
    cut: str = ""
    paragraph: Paragraph | None = None
    start: int = 0
    end: int = 0
    cell: Place | None = None

    def place(self) -> Place:
        """Return where the figure stands."""
        if self.paragraph is not None:
            return self.paragraph.place(self.start, self.end)
        assert self.cell is not None  # noqa: S101 - an entry has one or the other
        return self.cell

    @property
    def sentence(self) -> tuple[int, int]:
        """Return the offsets of the sentence around the figure; (0, 0) in a table."""
        if self.paragraph is None:
            return 0, 0
        return sentence_at(self.paragraph.text, self.start)


def sentence_at(text: str, start: int) -> tuple[int, int]:
    """Return where the sentence around an offset begins and ends, by 。!? only."""
    begin = max(text.rfind(sign, 0, start) for sign in "。!?") + 1
    stop = _STOP.search(text, start)
    return begin, stop.start() if stop else len(text)


@dataclass(frozen=True, slots=True)
class Reader:
    """Knows what the words before a figure mean, for one report."""

    rule: AmountRule
    kind: str
    names: tuple[str, ...]  # the report's own project and units: neutral words

    def words(self) -> _Words:
        """Return the compiled words."""
        return _compiled(self.rule_key(), self.kind, self.names)

    def rule_key(self) -> _RuleKey:
        """Return the rule in a form that can be cached by."""
        return _RuleKey(self.rule)


class _RuleKey:
    """Compares by identity, so that a rule with mappings can be a cache's key."""

    __slots__ = ("rule",)

    def __init__(self, rule: AmountRule) -> None:
        self.rule = rule

    def __hash__(self) -> int:
        return id(self.rule)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _RuleKey) and other.rule is self.rule


@dataclass(frozen=True, slots=True)
class _Words:
    kind_of: dict[str, str]
    token: re.Pattern[str]
    anchor: re.Pattern[str]
    part: re.Pattern[str]
    requests: frozenset[str]
    rate: re.Pattern[str]
    rate_of: dict[str, str]
    counted: re.Pattern[str]


@lru_cache(maxsize=8)
def _compiled(key: _RuleKey, kind: str, names: tuple[str, ...]) -> _Words:
    rule = key.rule
    kind_of = {word: name for name, words in rule.kinds.items() for word in words}
    neutral = [*rule.neutral, *names, *(rule.project_words if kind == "key-project" else ())]
    rate_of = {word: name for name, one in rule.rates.items() for word in one.words}
    links = any_of(rule.rate_links)
    return _Words(
        kind_of=kind_of,
        token=re.compile(
            f"(?P<kind>{any_of(kind_of)})|(?P<other>{_DAY.pattern}|{any_of(neutral)})"
        ),
        anchor=re.compile(any_of((*rule.anchors, *names)) + r"|20\d{2}年"),
        part=re.compile(any_of(rule.part_words)),
        requests=frozenset(rule.requests),
        rate=re.compile(
            rf"(?P<word>{any_of(rate_of)})(?:{links})*(?:=[^=,;。]{{1,30}}=)?(?P<value>\d{{1,3}}(?:\.\d{{1,4}})?)%"
        ),
        rate_of=rate_of,
        counted=re.compile(
            rf"(?:(?P<planned>{any_of(rule.planned_words)})|(?P<done>{any_of(rule.done_words)}))"
            rf"(?:(?!{any_of((*rule.planned_words, *rule.done_words))})[^,。;、\d]){{0,12}}"
            rf"(?P<value>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)(?P<unit>{any_of(rule.measure_words)})"
        ),
    )


def any_of(words: Sequence[str] | dict[str, str]) -> str:
    """Return an alternation of words, longer ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def build(
    paragraphs: Sequence[Paragraph], tables: Sequence[Table], reader: Reader
) -> tuple[Entry, ...]:
    """Return every amount and rate of text and of tables of funds that is understood, in order."""
    words = reader.words()
    found: list[Entry] = []
    for paragraph in paragraphs:
        text = paragraph.text
        if "元" in text:
            found += _amounts(paragraph, reader, words)
        if "%" in text and ("率" in text or "进度" in text):
            found += _rates(paragraph, reader, words)
    for table in tables:
        for _, entries in table_entries(table, reader):
            found += entries
    return tuple(found)


def _amounts(paragraph: Paragraph, reader: Reader, words: _Words) -> Iterator[Entry]:
    text = paragraph.text
    last: Entry | None = None
    before = 0
    for amount in amounts.find(text):
        begin, _ = sentence_at(text, amount.start)
        start = max(begin, before)
        label, lead = _label(text, start, amount.start), text[begin : amount.start]
        before = amount.end
        kind, foreign = _tokens(label, reader.rule, words)
        entry = Entry(
            what=kind,
            value=amount.value,
            printed=text[amount.start : amount.end],
            year=_year(label, lead, last),
            subject=foreign or _subject(kind, label, lead, last, words),
            step=amount.step,
            exact=amount.exact,
            cut=cut_of(lead, reader.rule),
            paragraph=paragraph,
            start=amount.start,
            end=amount.end,
        )
        last = entry
        changed = text.startswith(reader.rule.changes, amount.end)
        if changed or words.part.search(lead[lead.rfind(";") + 1 :]):
            entry = last = replace(entry, subject=foreign + UNKNOWN)
        yield entry


def _label(text: str, start: int, end: int) -> str:
    """Return the words before a figure, back to the last stop or the figure before it."""
    before = _REMARK.sub("", text[start:end])
    cut = max((match.end() for match in _CLAUSE.finditer(before)), default=0)
    return before[cut:]


def _tokens(label: str, rule: AmountRule, words: _Words) -> tuple[str, str]:
    """Return the kind that the words of a label make, and those of its words that are foreign."""
    kinds: list[tuple[str, str]] = []
    foreign: list[str] = []
    at = 0
    while at < len(label):
        match = words.token.match(label, at)
        if match is None:
            foreign.append(label[at])
            at += 1
            continue
        if match["kind"]:
            kinds.append((words.kind_of[match["kind"]], match["kind"]))
        at = match.end()
    return _kind(kinds, label, rule), "".join(foreign)


def _kind(kinds: list[tuple[str, str]], label: str, rule: AmountRule) -> str:
    """Return the kind of the last word that tells more than 预算 or 安排; empty if none does."""
    if not kinds:
        return ""
    names = [name for name, _ in kinds]
    strong = [name for name in names if name not in ("budget", "granted")]
    if not strong:
        return "budget" if "budget" in names else "granted"
    spending = strong[-1] == "spent" and not any(word in label for word in rule.done)
    if spending and any(word in label for word in rule.grants):
        return ""  # 安排支出: money given, or money spent
    return strong[-1]


def _subject(kind: str, label: str, lead: str, last: Entry | None, words: _Words) -> str:
    """Return "" where the amount is surely the whole's, else UNKNOWN.

    A label without a subject goes with the figure before; an adjusted budget, and what follows a
    budget that was asked for, go with the whole.
    """
    if words.anchor.search(label):
        return ""
    if last is not None:
        goes_on = not last.subject or kind == "adjusted" or last.subject in words.requests
        return "" if goes_on else UNKNOWN
    clauses = _CLAUSE.split(lead)[:-1]
    for clause in clauses:
        rest = words.token.sub("", clause)
        if not rest and words.anchor.search(clause):
            return ""
    return UNKNOWN


def _year(label: str, lead: str, last: Entry | None) -> int | None:
    """Return the year that the words name last; what names none goes with the figure before."""
    if _RANGE.search(label) or (not _YEAR.search(label) and _RANGE.search(lead)):
        return None
    years = _YEAR.findall(label) or _YEAR.findall(lead)
    if years:
        return int(years[-1])
    return last.year if last is not None else None


def cut_of(lead: str, rule: AmountRule) -> str:
    """Return the day up to which an amount counts; empty for a whole year."""
    found = list(_CUTOFF.finditer(lead))
    if not found:
        return ""
    day = found[-1]["day"] if found[-1]["day"] is not None else found[-1]["part"]
    return "" if any(word in day for word in rule.year_ends) else (day or UNKNOWN)


def _rates(paragraph: Paragraph, reader: Reader, words: _Words) -> Iterator[Entry]:
    text, rule = paragraph.text, reader.rule
    for match in words.rate.finditer(text):
        begin, _ = sentence_at(text, match.start())
        clause = (
            _CLAUSE.split(text[begin : match.start()])[-1]
            + text[match.start() : match.start("value")]
        )
        after = text[match.end() : match.end() + 3]
        if any(word in clause for word in rule.rate_goals) or after.startswith(rule.rate_after):
            continue
        printed = match["value"]
        lead = text[begin : match.start()]
        yield Entry(
            what=words.rate_of[match["word"]],
            value=Decimal(printed),
            printed=f"{printed}%",
            year=_year(clause, lead, None),
            subject=_rate_subject(lead, words),
            step=Decimal(1).scaleb(-len(printed.partition(".")[2])),
            exact="约" not in clause,
            paragraph=paragraph,
            start=match.start("value"),
            end=match.end(),
        )


def _rate_subject(lead: str, words: _Words) -> str:
    """Return the foreign words right before a rate; empty where the sentence has named them before.

    After 其中 a rate is a part's, whatever it is called.
    """
    cut = max((match.end() for match in _CLAUSE.finditer(lead)), default=0)
    foreign = "".join(words.token.sub("\t", words.part.sub("", lead[cut:])).split("\t"))
    opened = [match.end() for match in words.part.finditer(lead)]
    last = max((match.end() for match in _PERCENT.finditer(lead)), default=0)
    figures = max((match.end() for match in _UNIT.finditer(lead)), default=0)
    if opened and opened[-1] > max(last, figures):
        return foreign or UNKNOWN
    return "" if foreign in lead[:cut] else foreign


# -- tables ------------------------------------------------------------------------------------


def table_entries(table: Table, reader: Reader) -> Iterator[tuple[Row, list[Entry]]]:
    """Yield each row of a table with its figures: none where it is no table of funds."""
    kinds = _column_kinds(table.columns, reader)
    if not {"budget", "initial", "adjusted", "spent", "arrived"} & set(kinds.values()):
        kinds = {}
    for row in table.rows:
        yield row, _row_entries(table, row, kinds, reader) if kinds else []


def _column_kinds(columns: Sequence[str], reader: Reader) -> dict[int, str]:
    """Return what columns hold: kinds of amounts and rates by index."""
    words = reader.words()
    found: dict[int, str] = {}
    for index, head in enumerate(columns):
        bare = re.sub(r"\([^()]*\)", "", plain(head)).strip("%")
        rate = words.rate_of.get(bare)
        if rate is not None:
            found[index] = rate
            continue
        kind, foreign = _tokens(bare, reader.rule, words)
        if kind and not foreign:
            found[index] = kind
    return found


def _row_entries(table: Table, row: Row, kinds: dict[int, str], reader: Reader) -> list[Entry]:
    """Return the figures of one row; the total row's, or an only row's, are the whole's."""
    first = next((plain(cell.text) for cell in row.cells if plain(cell.text)), "")
    whole = first.startswith(_TOTALS) or len(table.rows) == 1
    found = []
    for index, what in kinds.items():
        cell = row.cells[index]
        text = plain(cell.text)
        is_rate = what in reader.rule.rates
        value = decimal(text.removesuffix("%") if is_rate else text)
        if value is None or cell.box is None:
            continue
        unit = Decimal(1)
        if not is_rate:
            named = _UNIT.search(plain(table.columns[index])) or _UNIT.search(plain(table.caption))
            if named is None:
                continue
            unit = amounts.UNITS[named.group()]
        places = len(text.removesuffix("%").partition(".")[2])
        found.append(
            Entry(
                what=what,
                value=value * unit,
                printed=text,
                year=_year(plain(table.columns[index]), plain(table.caption), None),
                subject="" if whole else first or UNKNOWN,
                step=unit * Decimal(1).scaleb(-places),
                cell=Place(cell.page, cell.box, shorten(cell.text)),
            )
        )
    return found
