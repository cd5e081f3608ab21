"""Problems that no recommendation answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewapp.domain.precheck import items
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.items import Item
from reviewapp.domain.precheck.language_rules import AdviceRule
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import shorten

_LEAST_PAIRS = 2  # character pairs of a title's content that can be compared
_IN_TITLE, _IN_TEXT = 0.3, 0.5  # shares of a problem's pairs that make a recommendation its answer
_IN_TAKEN = 0.34  # the same in the text of one that answers another problem
_LEAST_RARE = 3  # pairs of one sentence of advice that only this problem shares
_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?")
_NOT_WORDS = re.compile(r"[^\u4e00-\u9fff]+")


def _has_both(report: Report) -> bool:
    problems, advice = report.section("experience-problems"), report.section("recommendations")
    return bool(problems and problems.found and advice and advice.found)


@check("problem-without-advice", version=1, applies=_has_both)
def problem_without_advice(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A problem that no recommendation answers, by shared words or topics (财监〔2021〕4号第十八条).

    Said only where most problems clearly have an answer: a report that gives general advice is
    not judged.
    """
    rule = rules.language.advice
    problems, advice = _sides(report, rule)
    common = _repeated([*problems, *advice])
    matter = [_Matter.of(item, common, rule) for item in problems]
    answers = [_Matter.of(item, common, rule) for item in advice]
    if len(problems) < 2 or not advice:
        return
    taken = {
        at for one in matter for at, answer in enumerate(answers) if _answers_clearly(one, answer)
    }
    clear = [any(_answers_clearly(one, answer) for answer in answers) for one in matter]
    if 100 * sum(clear) < rule.least_answered * len(problems):
        return
    for item, one, answered in zip(problems, matter, clear, strict=True):
        if answered or len(one.pairs) < _LEAST_PAIRS:
            continue
        if any(_may_answer(one, answer, at in taken) for at, answer in enumerate(answers)):
            continue
        if _share_what_is_rare(one, matter, answers):
            continue
        yield Doubt(
            place=item.place,
            section="experience-problems",
            found=shorten(item.title, 60),
            values={"problem": shorten(item.title, 40)},
        )


def _sides(report: Report, rule: AdviceRule) -> tuple[list[Item], list[Item]]:
    """Return the problems and the recommendations; one section may hold both."""
    skip = [re.compile(pattern) for pattern in rule.not_problems]
    told = items.of(report, "experience-problems", skip, rule.listed)
    given = items.of(report, "recommendations", (), rule.listed)
    both = {item.place for item in told} & {item.place for item in given}
    if both:
        told = [item for item in told if not _is_advice(item, rule)]
        given = [item for item in given if _is_advice(item, rule)]
    return told, given


def _is_advice(item: Item, rule: AdviceRule) -> bool:
    faulty = any(word in item.title for word in rule.faults)
    return item.title.startswith(rule.advice_verbs) or not faulty


@dataclass(frozen=True, slots=True)
class _Matter:
    """What an item is about: pairs of characters and topics, of its title, text and sentences."""

    pairs: frozenset[str]
    text_pairs: frozenset[str]
    topics: frozenset[int]
    text_topics: frozenset[int]
    sentences: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, item: Item, common: frozenset[str], rule: AdviceRule) -> _Matter:
        sentences = [s for s in _SENTENCE.findall(item.text) if s not in common]
        own = "".join(sentences)
        return cls(
            _pairs(item.title, rule.stop),
            _pairs(own, rule.stop),
            _topics(item.title, rule.topics),
            _topics(own, rule.topics),
            tuple(_pairs(sentence, rule.stop) for sentence in sentences),
        )


def _repeated(told: Sequence[Item]) -> frozenset[str]:
    """Return the sentences that stand in two items: they belong to the matter of neither."""
    counts = Counter(s for item in told for s in set(_SENTENCE.findall(item.text)))
    return frozenset(sentence for sentence, count in counts.items() if count > 1)


def _pairs(text: str, stop: Sequence[str]) -> frozenset[str]:
    for word in sorted(stop, key=len, reverse=True):
        text = text.replace(word, " ")
    parts = _NOT_WORDS.sub(" ", text).split()
    return frozenset(part[at : at + 2] for part in parts for at in range(len(part) - 1))


def _topics(text: str, topics: Sequence[Sequence[str]]) -> frozenset[int]:
    return frozenset(at for at, words in enumerate(topics) if any(word in text for word in words))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one) if one else 0.0


def _answers_clearly(problem: _Matter, advice: _Matter) -> bool:
    """Say whether the titles themselves go together."""
    return (
        _share(problem.pairs, advice.pairs) >= _IN_TITLE
        or bool(problem.topics & advice.topics)
        or _share(problem.pairs, advice.text_pairs) >= _IN_TEXT
    )


def _share_what_is_rare(problem: _Matter, all_: list[_Matter], advice: list[_Matter]) -> bool:
    """Say whether the texts share what stands in no other problem and no other recommendation."""
    problems = Counter(pair for one in all_ for pair in one.text_pairs)
    given = Counter(pair for one in advice for pair in one.text_pairs)
    rare = {p for p in problem.text_pairs if problems[p] == 1 and given[p] == 1}
    return any(len(rare & told) >= _LEAST_RARE for one in advice for told in one.sentences)


def _may_answer(problem: _Matter, advice: _Matter, taken: bool) -> bool:
    """Say whether a recommendation may be meant: one that answers another problem counts less."""
    if taken:
        near = _share(problem.pairs, advice.text_pairs) > _IN_TAKEN
        return near and bool(problem.topics and problem.topics <= advice.text_topics)
    return bool(
        problem.text_topics & advice.text_topics
        or problem.pairs & advice.text_pairs
        or not advice.topics
    )
