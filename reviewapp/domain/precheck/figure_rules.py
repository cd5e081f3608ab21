"""Data of the checks on figures; read from rubrics/precheck/{figures,surveys,years,indicators}.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RateRule:
    """One rate: its words, and pairs (numerator, denominator) of kinds that it may follow."""

    words: tuple[str, ...]
    formulas: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AmountRule:
    """How amounts and rates are known by the words before them (figures.yaml)."""

    kinds: Mapping[str, tuple[str, ...]]
    grants: tuple[str, ...]
    done: tuple[str, ...]
    neutral: tuple[str, ...]
    project_words: tuple[str, ...]  # neutral in a report on one project only
    other_expenses: tuple[str, ...]  # what a department spends besides its projects
    anchors: tuple[str, ...]
    part_words: tuple[str, ...]
    changes: tuple[str, ...]  # words after an amount that was given up for another
    requests: tuple[str, ...]  # words of a budget that was asked for
    year_ends: tuple[str, ...]
    rates: Mapping[str, RateRule]
    rate_links: tuple[str, ...]
    rate_goals: tuple[str, ...]
    rate_after: tuple[str, ...]
    planned_words: tuple[str, ...]
    done_words: tuple[str, ...]
    counted_columns: Mapping[str, tuple[str, ...]]  # planned, done: heads, or what heads begin with
    not_counted: tuple[str, ...]
    measure_words: tuple[str, ...]
    compared: tuple[str, ...]  # kinds of which two values contradict each other
    siblings: tuple[str, ...]  # kinds whose values a reader may call by the plain word budget
    most_gap: Decimal  # share of the reference
    slips: tuple[Decimal, ...]  # factors of a wrong unit


@dataclass(frozen=True, slots=True)
class SurveyRule:
    """How surveys are worded, and by which formulas a satisfaction follows from its options."""

    issued: tuple[str, ...]  # regular expressions with the group "count"
    returned: tuple[str, ...]
    valid: tuple[str, ...]
    both: tuple[str, ...]  # the same for a number that is returned and valid at once
    all_back: tuple[str, ...]  # words that make every issued one returned, or valid
    columns: Mapping[str, tuple[str, ...]]  # issued, returned, valid: heads of columns
    online: tuple[str, ...]  # words of surveys that issue nothing
    interviews: tuple[str, ...]  # regular expressions: how many people were asked otherwise
    not_own: tuple[str, ...]  # words in a clause on a survey of others, or on a goal
    compared: tuple[str, ...]  # words that hold a result against its goal, which make it no goal
    sentences: tuple[str, ...]  # groups "issued", "returned", "valid" of one sentence; <n>
    cues: tuple[str, ...]  # words of a sentence that speaks of a survey
    options: tuple[str, ...]  # words of the answers
    units: tuple[str, ...]  # units of their numbers
    paired: tuple[str, ...]  # an answer and its number: <option>, <count>
    listed: tuple[str, ...]  # all answers, then all numbers: <options>, <counts>
    points: tuple[str, ...]  # an answer and its points: <option> and the group "points"
    undecided: tuple[str, ...]  # answers that may be left out of the sum
    weights: tuple[tuple[Decimal, ...], ...]  # usual points of the answers, the best first
    own_weights: tuple[str, ...]  # words of a text that gives its own points
    tolerance: Decimal  # percentage points beyond what is printed


@dataclass(frozen=True, slots=True)
class YearRule:
    """Which words make a year a plan, a comparison or a piece of history."""

    plans: tuple[str, ...]
    done: tuple[str, ...]
    history: tuple[str, ...]
    states: tuple[str, ...]  # regular expressions with the group "year": results of the project
    sections: tuple[str, ...]  # sections that speak of results
    periods: tuple[str, ...]  # the same with "year" and "last": which years are evaluated
    oldest: int  # years before the evaluated period from which a state is surely not meant
    digits: int  # of an amount that cannot be the same in two years by chance


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """How numbers of indicators and reasons for lost points are worded."""

    counts: tuple[str, ...]  # regular expressions with the groups "first", "second", "third"
    not_before: tuple[str, ...]
    not_sections: tuple[str, ...]
    reason_columns: tuple[str, ...]
    nothing: tuple[str, ...]  # texts of a cell that give no reason
    causes: tuple[str, ...]  # words of a sentence that gives a reason
    least_explained: Decimal  # share of lost points that must be explained where no column is
