"""What reports state of their surveys: numbers of questionnaires, answers, satisfaction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from reviewapp.domain.document import Table
from reviewapp.domain.precheck.figure_rules import SurveyRule
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.ledger import Entry, sentence_at
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import plain

_AMOUNT = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_HUNDRED = Decimal(100)
_YEAR = re.compile(r"(20\d{2})年")


def entries(paragraphs: Sequence[Paragraph], rules: Rules) -> Iterator[Entry]:
    """Yield the numbers issued, returned and valid, and the satisfactions that are results."""
    rule = rules.surveys
    for paragraph in paragraphs:
        text = paragraph.text
        if "问卷" in text or "份" in text:
            for what, patterns in (
                ("issued", rule.issued),
                ("returned", (*rule.returned, *rule.both)),
                ("valid", (*rule.valid, *rule.both)),
            ):
                for pattern in patterns:
                    for match in re.finditer(pattern, text):
                        yield _entry(
                            what, match["count"].replace(",", ""), paragraph, match, "count"
                        )
        if "满意" in text and "%" in text:
            for match in stated(text, rules):
                yield _entry("satisfaction", match["value"], paragraph, match, "value")


def _entry(
    what: str, printed: str, paragraph: Paragraph, match: re.Match[str], group: str
) -> Entry:
    places = len(printed.partition(".")[2])
    begin, _ = sentence_at(paragraph.text, match.start())
    years = _YEAR.findall(paragraph.text, begin, match.start())
    return Entry(
        what=what,
        value=Decimal(printed),
        printed=printed + ("%" if group == "value" else ""),
        year=int(years[-1]) if years else None,
        subject="",
        step=Decimal(1).scaleb(-places),
        paragraph=paragraph,
        start=match.start(group),
        end=match.end(group),
    )


def stated(text: str, rules: Rules) -> list[re.Match[str]]:
    """Return the satisfactions that a paragraph states as results of a survey, in order."""
    found: dict[int, re.Match[str]] = {}
    for pattern in rules.facts.patterns["satisfaction"]:
        for match in re.finditer(pattern, text):
            begin, end = sentence_at(text, match.start())
            begin = max(begin, text.rfind(";", begin, match.start()) + 1)
            stop = text.find(";", match.end(), end)
            clause = text[begin : end if stop < 0 else stop]
            for words in rules.surveys.compared:
                clause = clause.replace(words, "")
            if not any(word in clause for word in rules.surveys.not_own):
                found.setdefault(match.start("value"), match)
    return [found[start] for start in sorted(found)]


def columns(table: Table, rule: SurveyRule) -> dict[str, int]:
    """Return the columns of a table that hold numbers issued, returned and valid."""
    found: dict[str, int] = {}
    for index, head in enumerate(table.columns):
        bare = re.sub(r"\([^()]*\)", "", plain(head))
        for name, words in rule.columns.items():
            if bare in words:
                found.setdefault(name, index)
    return found if "issued" in found or len(found) > 1 else {}


def whole(text: str) -> int | None:
    """Read a whole number of a cell, with or without 份; None if it is none."""
    bare = plain(text).rstrip("份张").replace(",", "")
    return int(bare) if bare.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Answers:
    """Numbers or percentages of answers from the best to the worst, those left out apart."""

    values: tuple[Decimal, ...]
    undecided: Decimal
    percent: bool
    own: tuple[Decimal, ...] | None  # points that the text itself gives

    @property
    def blur(self) -> Decimal:
        """Return how far rounded percentages may carry the result, in percentage points."""
        if not self.percent:
            return Decimal(0)
        places = max(_places(value) for value in self.values)
        return Decimal(1).scaleb(-places)

    def satisfactions(self, rule: SurveyRule) -> Iterator[Decimal]:
        """Yield what each formula gives, in percent."""
        sets = [self.own] if self.own else [w for w in rule.weights if len(w) == len(self.values)]
        answered = sum(self.values, Decimal(0))
        for weights in sets:
            if len(weights) != len(self.values):
                continue
            points = sum((v * w for v, w in zip(self.values, weights, strict=True)), Decimal(0))
            for base in {answered, answered + self.undecided}:
                if base:
                    yield points / base * (_HUNDRED / max(weights))


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _words(texts: Sequence[str]) -> str:
    return "|".join(re.escape(text) for text in sorted(set(texts), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class _Finders:
    """What finds answers; made of the rule's patterns, words and units."""

    paired: tuple[re.Pattern[str], ...]
    listed: tuple[re.Pattern[str], ...]
    points: tuple[re.Pattern[str], ...]
    option: re.Pattern[str]
    count: re.Pattern[str]


@lru_cache(maxsize=4)
def _finders(
    words: tuple[str, ...],
    units: tuple[str, ...],
    paired: tuple[str, ...],
    listed: tuple[str, ...],
    points: tuple[str, ...],
) -> _Finders:
    option, unit = _words(words), _words(units)
    bare, count = rf"[“\"「]?(?:{option})(?!度|率|程度)[”\"」]?", rf"(?:{_AMOUNT})(?:{unit})"
    filled = {
        "<option>": rf"[“\"「(]?(?P<option>{option})(?!度|率|程度|情况|问卷|调查|分)[”\"」)]?",
        "<count>": rf"(?P<count>{_AMOUNT})(?P<unit>{unit})",
        "<options>": rf"(?P<options>{bare}(?:[、,和及与]?{bare}){{2,}})",
        "<counts>": rf"(?P<counts>{count}(?:[、,和及与]{count}){{2,}})",
    }

    def ready(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
        found = []
        for pattern in patterns:
            for mark, text in filled.items():
                pattern = pattern.replace(mark, text)
            found.append(re.compile(pattern))
        return tuple(found)

    return _Finders(
        ready(paired), ready(listed), ready(points), re.compile(option), re.compile(count)
    )


def answers(text: str, rule: SurveyRule) -> Answers | None:
    """Return the answers that a paragraph gives to one question; None if it gives none or several."""
    finders = _finders(
        (*rule.options, *rule.undecided), rule.units, rule.paired, rule.listed, rule.points
    )
    pairs: list[tuple[str, str]] = []
    for pattern in finders.listed:
        match = pattern.search(text)
        if match is not None and not pairs:
            options = finders.option.findall(match["options"])
            counts = finders.count.findall(match["counts"])
            if len(options) == len(counts):
                pairs = list(zip(options, counts, strict=True))
    for pattern in finders.paired:
        if len(pairs) < 3:
            found = pattern.finditer(text)
            pairs = [(m["option"], m["count"] + m["unit"]) for m in found]
    names = [name for name, _ in pairs]
    if len(pairs) < 3 or len(set(names)) != len(names):
        return None
    units = {number[-1] == "%" for _, number in pairs}
    if len(units) != 1:
        return None
    own = {
        m["option"]: Decimal(m["points"])
        for pattern in finders.points
        for m in pattern.finditer(text)
    }
    return _ranked(pairs, own, any(word in text for word in rule.own_weights), rule)


def _ranked(
    pairs: Sequence[tuple[str, str]], own: dict[str, Decimal], told: bool, rule: SurveyRule
) -> Answers | None:
    """Order answers from the best; None where points are told that are not understood."""
    percent = pairs[0][1].endswith("%")
    values = {name: Decimal(re.sub(r"[^\d.]", "", number)) for name, number in pairs}
    undecided = sum((v for n, v in values.items() if n in rule.undecided), Decimal(0))
    ranked = [name for name in values if name not in rule.undecided]
    if "不" in ranked[0]:
        ranked.reverse()
    if "不" in ranked[0] or (percent and abs(sum(values.values()) - _HUNDRED) > 1):
        return None
    points = tuple(own[name] for name in ranked) if set(ranked) <= own.keys() else None
    if told and points is None:
        return None
    return Answers(tuple(values[name] for name in ranked), undecided, percent, points)


def bounds(answers_: Answers) -> tuple[Decimal, Decimal]:
    """Return the least and most that any points could give: the best answers, all but the worst."""
    whole = sum(answers_.values, Decimal(0))
    most = whole - answers_.values[-1]
    return (
        answers_.values[0] / (whole + answers_.undecided) * _HUNDRED,
        most / whole * _HUNDRED if whole else _HUNDRED,
    )


def answer_columns(table: Table, rule: SurveyRule) -> tuple[dict[int, str], int] | None:
    """Return the columns of answers by index and that of the satisfaction; None unless all are sure."""
    known = {*rule.options, *rule.undecided}
    options: dict[int, str] = {}
    rates: list[int] = []
    for index, head in enumerate(table.columns):
        bare = re.sub(r"\([^()]*\)", "", plain(head))
        bare = bare.removesuffix("数").rstrip("份人户票")
        if bare in known:
            options[index] = bare
        elif "满意度" in bare or "满意率" in bare:
            rates.append(index)
    ranked = [name for name in options.values() if name not in rule.undecided]
    if len(ranked) < 3 or len(set(options.values())) != len(options) or len(rates) != 1:
        return None
    return options, rates[0]


def row_answers(cells: Sequence[str], options: dict[int, str], rule: SurveyRule) -> Answers | None:
    """Return the answers of one row of such a table; None where a cell is no number."""
    pairs: list[tuple[str, str]] = []
    for index, name in options.items():
        text = plain(cells[index]).rstrip("份人户票")
        if not re.fullmatch(rf"(?:{_AMOUNT})%?", text):
            return None
        pairs.append((name, text))
    if len({number.endswith("%") for _, number in pairs}) != 1:
        return None
    found = _ranked(pairs, {}, False, rule)
    return found if found is not None and sum(found.values, Decimal(0)) else None
