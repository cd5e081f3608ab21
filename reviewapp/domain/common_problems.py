"""Which problems several reports share (共性问题), from the points lost by criterion."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice import CommonProblem

_SENTENCE = re.compile(r"[。；;！？!?\n]")
# A sentence with a digit or a title says something of one report; it cannot speak for several.
_OF_ONE_REPORT = re.compile(r"[\d０-９《》〈〉]")
MAX_SENTENCE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRule:
    """When a problem is common: lost by `at_least_reports`; at most `at_most` are listed.

    `examples` titles are named with each problem, `sentences` opinions are quoted in it.
    """

    at_least_reports: int = 2
    at_most: int = 5
    examples: int = 2
    sentences: int = 2

    def __post_init__(self) -> None:
        if self.at_least_reports < 2 or min(self.at_most, self.examples, self.sentences) < 0:
            raise Invalid(N_("A common problem is one of at least two reports."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """Points lost by one report on one criterion, in hundredths, with the opinion's words."""

    title: str
    agency: str
    dimension: str
    criterion: str
    lost: int
    max_points: int
    text: str = ""


def key_of(dimension: str, criterion: str) -> str:
    """Return the name under which an officer's own text for a problem is kept."""
    return f"{dimension}/{criterion}"


def common_problems(
    deductions: Sequence[Deduction],
    rule: ProblemRule,
    texts: Mapping[str, str] | None = None,
) -> tuple[CommonProblem, ...]:
    """Return the problems that the most reports share, then those that cost the larger part.

    `texts` holds an officer's words by `key_of`; without them the opinions on the reports that
    lost most are quoted, as far as a sentence fits more than one report.
    """
    groups: dict[tuple[str, str], list[Deduction]] = defaultdict(list)
    for one in deductions:
        if one.lost > 0:
            groups[one.dimension, one.criterion].append(one)
    shared = [group for group in groups.values() if len(group) >= rule.at_least_reports]
    shared.sort(key=lambda group: (-len(group), -_share(group), group[0].criterion))
    return tuple(_problem(group, rule, texts or {}) for group in shared[: rule.at_most])


def first_sentence(text: str, limit: int = MAX_SENTENCE) -> str:
    """Return the first sentence with its full stop, or nothing where it is longer than `limit`."""
    sentence = _SENTENCE.split(text.strip(), maxsplit=1)[0].strip()
    return f"{sentence}。" if 0 < len(sentence) <= limit else ""


def _share(group: Sequence[Deduction]) -> float:
    return sum(one.lost for one in group) / sum(one.max_points for one in group)


def _problem(
    group: Sequence[Deduction], rule: ProblemRule, texts: Mapping[str, str]
) -> CommonProblem:
    worst = sorted(group, key=lambda one: (-one.lost / one.max_points, one.title))
    head = group[0]
    return CommonProblem(
        dimension=head.dimension,
        criterion=head.criterion,
        reports=len(group),
        text=texts.get(key_of(head.dimension, head.criterion), "").strip()
        or _quoted(worst, rule.sentences),
        examples=tuple(one.title for one in worst[: rule.examples]),
    )


def _quoted(worst: Sequence[Deduction], count: int) -> str:
    found: dict[str, None] = {}
    for one in worst:
        sentence = first_sentence(one.text)
        names = (one.agency, one.title)
        if (
            sentence
            and not _OF_ONE_REPORT.search(sentence)
            and not any(name and name in sentence for name in names)
        ):
            found[sentence] = None
    return "".join(list(found)[:count])
