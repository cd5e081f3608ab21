"""Amounts and rates: a rate against the amounts stated with it, one fact with two values."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import permutations

from reviewapp.domain.document import Row, Table
from reviewapp.domain.precheck import amounts, ledger, work
from reviewapp.domain.precheck.figure_rules import AmountRule
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.ledger import Entry
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import show

_UNIT = re.compile(r"亿元|万元|元")
_HUNDRED = Decimal(100)
_MOST_SLIP = Decimal(
    15
)  # points between a rate and what sentences before it give, that are one slip


def _states_rates(report: Report) -> bool:
    heads = (head for table in report.document.tables for head in table.columns)
    return any(e.what in _RATES for e in report.ledger) or any("率" in head for head in heads)


_RATES = ("execution", "arrival", "completion")


@check("rate-mismatch", version=2, applies=_states_rates)
def rate_mismatch(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A stated rate that none of its formulas gives on the amounts of its sentence or row.

    A rate that any two of the amounts give, or an amount and two others together, is not doubted:
    what the amounts are called may not have been understood.
    """
    rule = rules.figures
    by_paragraph: dict[int, list[Entry]] = defaultdict(list)
    for entry in report.ledger:
        if entry.paragraph is not None:
            by_paragraph[id(entry.paragraph)].append(entry)
    for entries in by_paragraph.values():
        paragraph = entries[0].paragraph
        if paragraph is not None:
            yield from _in_text(paragraph, entries, report, rule)
    yield from _by_plans_elsewhere(report, rule)
    for table in report.document.tables:
        columns = work.work_columns(table, report.reader(rule))
        for row, row_entries in ledger.table_entries(table, report.reader(rule)):
            if columns and not row_entries:
                row_entries = work.work_entries(table, row, columns, rule)
            yield from _in_row(table, row, row_entries, rule)


def _in_text(
    paragraph: Paragraph, entries: Sequence[Entry], report: Report, rule: AmountRule
) -> Iterator[Doubt]:
    for rate in entries:
        if rate.what not in rule.rates or not rate.exact or rate.subject:
            continue
        begin, end = rate.sentence
        money = [e for e in entries if not e.what or e.what in rule.kinds]
        beside = [e for e in money if begin <= e.start < end]
        if rate.what == "completion":
            beside = work.counted(paragraph, begin, end, report.reader(rule))
        others = money + beside
        expected = _expected(rate, beside, others, rule)
        if expected is None and rate.what != "completion":
            expected = _by_sentences_before(rate, beside, others, rule)
        if expected is not None:
            yield _rate_doubt(rate, expected)


def _by_sentences_before(
    rate: Entry, beside: Sequence[Entry], money: Sequence[Entry], rule: AmountRule
) -> Decimal | None:
    """Return what a rate should be whose whole stands in the paragraph's sentences before it.

    Only where its own sentence has the part alone, both are surely of the same thing, and the
    paragraph has no second value of either kind and year. They are where both are the whole
    project's, or where all that follows the paragraph's first amount goes on from it.
    """
    begin, _ = rate.sentence
    formulas = rule.rates[rate.what].formulas
    tops = [entry for entry in beside if entry.what in {top for top, _ in formulas}]
    bottoms = {bottom for _, bottom in formulas}
    if len(tops) != 1 or len(beside) != 1 or tops[0].cut:
        return None
    top = tops[0]
    before = [e for e in money if e.start < begin and e.what in bottoms and e.what != top.what]
    kinds = [entry.what for entry in before]
    years = {entry.year for entry in (top, *before) if entry.year is not None}
    if not before or len(set(kinds)) != len(kinds) or len(years) > 1:
        return None
    if any(not entry.exact for entry in before) or not _go_together(top, before, money):
        return None
    if any(e.what == top.what and e is not top for e in money):
        return None
    expected = _expected(rate, [top, *before], money, rule)
    if expected is None or abs(expected - rate.value) > _MOST_SLIP:
        return None
    return expected


def _go_together(top: Entry, before: Sequence[Entry], money: Sequence[Entry]) -> bool:
    """Say whether a part and the amounts before it are of the same thing."""
    if not top.subject and not any(entry.subject for entry in before):
        return True
    first, rest = money[0], money[1:]
    return first in before and all(entry.subject == ledger.UNKNOWN for entry in rest)


def _by_plans_elsewhere(report: Report, rule: AmountRule) -> Iterator[Doubt]:
    """Hold completion rates against the plan of another paragraph, which may mean another thing.

    Judged is a sentence with one number before the rate, where all plans of the same thing and
    unit state one value. The answer is for a person to check.
    """
    rates = [e for e in report.ledger if e.what == "completion" and e.paragraph is not None]
    if not rates:
        return
    numbers = [
        one
        for p in report.texts
        if "划" in p.text or "目标" in p.text or "任务" in p.text
        for one in work.works(p, rule)
    ]
    for rate in rates:
        if rate.paragraph is None or rate.subject or not rate.exact:
            continue
        begin, end = rate.sentence
        own = [one for one in work.works(rate.paragraph, rule) if begin <= one.start < end]
        if len(own) != 1 or own[0].planned or own[0].start > rate.start:
            continue
        done = own[0]
        lead = rate.paragraph.text[begin : rate.start]
        if ledger.cut_of(lead, rule) or any(word in lead for word in rule.part_words):
            continue  # a quarter's, or a part's
        plans = [
            one for one in numbers if one.planned and (one.noun, one.unit) == (done.noun, done.unit)
        ]
        if any(one.paragraph is done.paragraph for one in plans):
            continue
        if len({one.value for one in plans}) != 1 or plans[0].value < done.value:
            continue
        plan = plans[0]
        if _gives(rate, done.value, done.step, plan.value, plan.step):
            continue
        yield _elsewhere(rate, done, plan)


def _elsewhere(rate: Entry, done: work.Work, plan: work.Work) -> Doubt:
    expected = f"{show(round(done.value / plan.value * _HUNDRED, 2))}%"
    found = f"{show(rate.value)}%"
    place = plan.paragraph.place(plan.start, plan.end)
    values = {
        "expected": expected,
        "found": found,
        "page": str(place.page),
        "planned": f"{show(plan.value)}{plan.unit}",
    }
    return Doubt(
        place=rate.place(),
        expected=expected,
        found=found,
        outcome=Outcome.UNVERIFIABLE,
        variant="elsewhere",
        values=values,
    )


def _in_row(table: Table, row: Row, entries: Sequence[Entry], rule: AmountRule) -> Iterator[Doubt]:
    beside = [entry for entry in entries if entry.what not in rule.rates]
    for rate in entries:
        if rate.what not in rule.rates:
            continue
        expected = _expected(rate, beside, beside, rule)
        if expected is not None:
            lost = row.broken or table.uncertain
            yield _rate_doubt(rate, expected, Outcome.UNVERIFIABLE if lost else Outcome.SUSPECT)


def _rate_doubt(rate: Entry, expected: Decimal, outcome: Outcome = Outcome.SUSPECT) -> Doubt:
    places = max(2, len(f"{rate.value:f}".partition(".")[2]))
    wanted = f"{show(round(expected, places))}%"
    found = f"{show(rate.value)}%"
    return Doubt(
        place=rate.place(),
        expected=wanted,
        found=found,
        outcome=outcome,
        variant="" if outcome is Outcome.SUSPECT else "lost",
        values={"expected": wanted, "found": found},
    )


def _expected(
    rate: Entry, beside: Sequence[Entry], others: Sequence[Entry], rule: AmountRule
) -> Decimal | None:
    """Return what the first formula that can be computed gives; None if the rate may be right."""
    if any(not entry.exact for entry in beside):
        return None
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for entry in beside:
        by_kind[entry.what].append(entry)
    computed: list[Decimal] = []
    for top, bottom in rule.rates[rate.what].formulas:
        for one in by_kind[top]:
            for other in by_kind[bottom]:
                # Numbers of things go together only if their unit is the same.
                alike = rate.what != "completion" or one.subject == other.subject
                if other.value and one is not other and alike:
                    computed.append(one.value / other.value * _HUNDRED)
    if not computed or _any_gives(rate, others):
        return None
    return min(computed, key=lambda value: abs(value - rate.value))


def _any_gives(rate: Entry, entries: Sequence[Entry]) -> bool:
    """Say whether two of the figures, or one and the sum or rest of two others, give the rate."""
    values = _at_most_two(entries)
    for top, bottom in permutations(values, 2):
        if _gives(rate, top.value, top.step, bottom.value, bottom.step):
            return True
    if len(values) > 12:
        return False
    for top, one, two in permutations(values, 3):
        for sign in (1, -1):
            whole, step = one.value + sign * two.value, one.step + two.step
            if whole > 0 and (
                _gives(rate, top.value, top.step, whole, step)
                or _gives(rate, whole, step, top.value, top.step)
            ):
                return True
    return False


def _at_most_two(entries: Sequence[Entry]) -> list[Entry]:
    """Return the figures, each value at most twice: planned and done may be the same."""
    kept: list[Entry] = []
    for entry in entries:
        if entry in kept or sum(1 for other in kept if other.value == entry.value) > 1:
            continue
        kept.append(entry)
    return kept


def _gives(rate: Entry, top: Decimal, top_step: Decimal, bottom: Decimal, step: Decimal) -> bool:
    """Say whether top over bottom is the rate, as exactly as all three are printed.

    Rounded and cut off are both right.
    """
    if bottom <= step:
        return False
    low = (top - top_step / 2) / (bottom + step / 2) * _HUNDRED
    high = (top + top_step / 2) / (bottom - step / 2) * _HUNDRED
    return low - rate.step < rate.value < high + rate.step


# -- one fact, two values ----------------------------------------------------------------------


def _states_amounts(report: Report) -> bool:
    return any(entry.what in ("budget", "spent") for entry in report.ledger)


@check("amount-inconsistent", version=1, applies=_states_amounts)
def amount_inconsistent(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A year's budget or spending with two values: the deviating places, never the reference.

    Where more than two values stand, parts are told one by one and nothing is said.
    """
    rule = rules.figures
    for (what, year, _), entries in _comparable(report, rule).items():
        reference = _reference(entries, report, what)
        if reference is None:
            continue
        off = [entry for entry in entries if not _same(entry, reference)]
        known = _siblings(report, what, year, rule)
        off = [entry for entry in off if not any(_same(entry, other) for other in known)]
        off = [entry for entry in off if not _explained(entry, reference, report)]
        if len({entry.value for entry in off}) != 1:
            continue
        if not _meant(off[0].value, reference.value, rule):
            continue
        for entry in off:
            yield _amount_doubt(entry, reference, report)


_Key = tuple[str, int | None, str]


def _comparable(report: Report, rule: AmountRule) -> dict[_Key, list[Entry]]:
    """Return the whole's amounts by kind, year and subject, in reading order.

    In a department's report 项目预算 is a fact of its own, that of all its projects, where the text
    speaks of its other expenses as well.
    """
    found: dict[_Key, list[Entry]] = defaultdict(list)
    apart = any(word in p.text for p in report.texts for word in rule.other_expenses)
    for entry in _whole(report, rule):
        subject = entry.subject if apart else ""
        found[entry.what, _year(entry, report), subject].append(entry)
    return {key: entries for key, entries in found.items() if key[1] is not None}


def _whole(report: Report, rule: AmountRule) -> Iterator[Entry]:
    subjects = {"", *rule.project_words}
    totals = Counter(e.what for e in report.ledger if e.cell is not None and not e.subject)
    for entry in report.ledger:
        if entry.what not in rule.compared or not entry.exact or entry.cut:
            continue
        if entry.subject not in subjects:
            continue
        # Several tables with totals are those of parts.
        if entry.cell is None or totals[entry.what] == 1:
            yield entry


def _year(entry: Entry, report: Report) -> int | None:
    """Return an amount's year; without one it is the evaluated year, if that is a single one."""
    if entry.year is not None or report.period is None:
        return entry.year
    return report.period.last if report.period.first == report.period.last else None


def _reference(entries: Sequence[Entry], report: Report, what: str) -> Entry | None:
    """Return the conclusion's value, else what most places state, else the fact's."""
    if len(entries) < 2:
        return None
    for entry in entries:
        if entry.paragraph is not None and report.in_conclusion(entry.paragraph):
            return entry
    counts = [sum(1 for other in entries if _same(entry, other)) for entry in entries]
    most = max(counts)
    leading = [entry for entry, count in zip(entries, counts, strict=True) if count == most]
    name = {"budget": "budget_amount", "spent": "spent_amount"}.get(what, "")
    fact = report.facts.get(name)
    stated = [entry for entry in leading if fact and amounts.yuan(entry.value) == fact.value]
    return (stated or leading)[0]


def _siblings(report: Report, what: str, year: int | None, rule: AmountRule) -> list[Entry]:
    """Return amounts of other kinds of budget of the year: a plain word may mean one of them."""
    if what not in rule.siblings:
        return []
    others = [kind for kind in rule.siblings if kind != what]
    return [e for e in report.ledger if e.what in others and _year(e, report) in (year, None)]


def _explained(entry: Entry, reference: Entry, report: Report) -> bool:
    """Say whether the sentence states the difference as well: 财政拨款…，自筹100万元，总预算…."""
    if entry.paragraph is None:
        return False
    begin, end = entry.sentence
    gap = abs(entry.value - reference.value)
    return any(
        abs(other.value - gap) <= max(other.step, entry.step, reference.step)
        for other in report.ledger
        if other.paragraph is entry.paragraph and begin <= other.start < end and other is not entry
    )


def _same(one: Entry, other: Entry) -> bool:
    return abs(one.value - other.value) <= max(one.step, other.step)


def _meant(value: Decimal, reference: Decimal, rule: AmountRule) -> bool:
    """Say whether another value must mean the same fact: near it, or off by a unit."""
    if not value or not reference:
        return False
    if abs(value - reference) <= reference * rule.most_gap:
        return True
    ratio = max(value / reference, reference / value)
    return any(abs(ratio - slip) <= slip * Decimal("0.0001") for slip in rule.slips)


def _amount_doubt(entry: Entry, reference: Entry, report: Report) -> Doubt:
    unit = _UNIT.search(entry.printed)
    named = unit.group() if unit else "万元"
    expected = amounts.written(reference.value, named)
    found = entry.printed if unit else amounts.written(entry.value, named)
    lost = entry.cell is not None and report.may_be_lost(entry.cell)
    return Doubt(
        place=entry.place(),
        expected=expected,
        found=found,
        outcome=Outcome.UNVERIFIABLE if lost else Outcome.SUSPECT,
        variant="lost" if lost else entry.what if entry.what == "spent" else "",
        values={
            "expected": expected,
            "found": found,
            "page": str(reference.place().page),
        },
    )
