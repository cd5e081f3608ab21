"""Stated scores and grades in the running text, and the thresholds that a report gives itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviewapp.domain.document import Place
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.rules import ScoreRule
from reviewapp.domain.precheck.scores import ScoreTable

_LOOK_BACK = 12  # characters before a statement that may say that another score is meant
_JUST_BEFORE = 6
_GRADE_BACK = 10
_ANY_SCORE = re.compile(r"(?<!满分)(?<![\d.])\d{1,3}(?:\.\d{1,3})?分")
_YEAR_BACK = 24
_YEAR = re.compile(r"(20\d{2})年")
_CLAUSE = re.compile(r"[。;!?]")
_BREAK = re.compile(r"[,。;:!?、]")


@dataclass(frozen=True, slots=True)
class Statement:
    """A score or grade as stated: `source` is conclusion, cover, text or table."""

    value: str
    place: Place
    source: str
    paragraph: Paragraph | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Body lines of the conclusion, the evaluated year if it is known, the project's names."""

    conclusion: tuple[int, int] | None
    year: int | None
    names: tuple[str, ...] = ()

    def source(self, paragraph: Paragraph) -> str:
        """Return where a paragraph stands: in the conclusion, or elsewhere."""
        inside = self.conclusion and self.conclusion[0] <= paragraph.line < self.conclusion[1]
        return "conclusion" if inside else "text"


def total_scores(
    paragraphs: Iterable[Paragraph], tables: Sequence[ScoreTable], rule: ScoreRule, scope: Scope
) -> list[Statement]:
    """Return every place that states the project's total score, in reading order."""
    strong = [re.compile(p) for p in rule.score_phrases]
    weak = [re.compile(p) for p in rule.weak_score_phrases]
    found: list[Statement] = []
    for paragraph in paragraphs:
        if "分" not in paragraph.text:
            continue
        source = scope.source(paragraph)
        patterns = strong + (weak if source == "conclusion" else [])
        found += _scores_in(paragraph, patterns, rule, scope, source)
    for table in tables:
        total = table.total
        if total is not None and total.score is not None and table.is_whole(rule):
            found.append(Statement(f"{total.score}", total.place(), "table"))
    return found


def _scores_in(
    paragraph: Paragraph,
    patterns: Sequence[re.Pattern[str]],
    rule: ScoreRule,
    scope: Scope,
    source: str,
) -> list[Statement]:
    found: dict[int, Statement] = {}
    for pattern in patterns:
        for match in pattern.finditer(paragraph.text):
            score = Decimal(match["score"])
            if score > rule.total or match.start("score") in found:
                continue
            if _is_other(paragraph.text, match.start(), rule, scope):
                continue
            if _is_part(paragraph.text, match, score, rule):
                continue
            place = paragraph.place(match.start("score"), match.end("score"))
            found[match.start("score")] = Statement(
                match["score"], place, source, paragraph, match.start("score"), match.end()
            )
    return [found[start] for start in sorted(found)]


def _is_other(text: str, start: int, rule: ScoreRule, scope: Scope) -> bool:
    """Say whether the words before a statement make it another score: an indicator's, a year's."""
    before = text[:start]
    for name in (*scope.names, *rule.own_words):
        before = before.replace(name, "")  # 垃圾分类项目 and 网格化管理 are no indicators
    clause = _BREAK.split(before)[-1]
    if any(word in clause[-_LOOK_BACK:] for word in rule.not_before):
        return True
    if any(word in clause[-_JUST_BEFORE:] for word in rule.not_just_before):
        return True
    years = _YEAR.findall(text[max(0, start - _YEAR_BACK) : start])
    return bool(years and scope.year and int(years[-1]) < scope.year)


_RATE_OFF = Decimal("0.6")  # a rate of the whole is the score itself, but for rounding


def _is_part(text: str, match: re.Match[str], score: Decimal, rule: ScoreRule) -> bool:
    """Say whether the sentence gives the score's full marks or rate, and they are not a whole's."""
    begin = max((m.end() for m in _CLAUSE.finditer(text, 0, match.start())), default=0)
    stop = _CLAUSE.search(text, match.end())
    end = stop.start() if stop else len(text)
    for pattern in rule.part_marks:
        for marks in re.finditer(pattern, text[begin : match.start("score")]):
            if Decimal(marks["score"]) < rule.total:
                return True
    rates = (re.search(pattern, text[match.end() : end]) for pattern in rule.part_rates)
    return any(rate and abs(Decimal(rate["rate"]) - score) > _RATE_OFF for rate in rates)


def grades(
    paragraphs: Iterable[Paragraph], rule: ScoreRule, scope: Scope, scores: Sequence[Statement]
) -> list[Statement]:
    """Return every place that states the project's evaluation grade, as 优 良 中 差.

    A grade that goes with a score which is not one of `scores` is that score's.
    """
    patterns = [re.compile(p) for p in rule.grade_phrases]
    found: list[Statement] = []
    for paragraph in paragraphs:
        own = {score.start for score in scores if score.paragraph is paragraph}
        seen: set[int] = set()
        for pattern in patterns:
            for match in pattern.finditer(paragraph.text):
                at = match.start("grade")
                grade = rule.grade_words.get(match["grade"])
                if grade is None or at in seen or _defines(paragraph.text, match, rule, scope):
                    continue
                if _goes_with_other(paragraph.text, match.start(), own):
                    continue
                seen.add(at)
                place = paragraph.place(match.start(), match.end())
                source = scope.source(paragraph)
                found.append(Statement(grade, place, source, paragraph, at, match.end()))
    return found


def _goes_with_other(text: str, start: int, own: set[int]) -> bool:
    """Say whether the last score in the sentence before a grade is not the project's."""
    sentence = max((match.end() for match in _CLAUSE.finditer(text, 0, start)), default=0)
    last = [match.start() for match in _ANY_SCORE.finditer(text, sentence, start)][-1:]
    return bool(last) and last[0] not in own


def _defines(text: str, match: re.Match[str], rule: ScoreRule, scope: Scope) -> bool:
    """Say whether the words define the grades instead of giving one, or give another's."""
    before = text[max(0, match.start() - 20) : match.start("grade")]
    clause = _CLAUSE.split(before)[-1]
    just = _BREAK.split(text[: match.start("grade")])[-1][-_GRADE_BACK:]
    if any(word in just for word in rule.grade_not_before):
        return True
    ranged = any(re.search(pattern, clause) for pattern in rule.grade_ranges)
    return ranged or _is_other(text, match.start(), rule, scope)


def own_bands(paragraphs: Sequence[Paragraph], rule: ScoreRule) -> dict[str, Decimal]:
    """Return the lower bounds that the report itself gives, by 优 良 中 差; empty if it gives none.

    They count from two grades on: one number near a grade proves nothing.
    """
    found: list[dict[str, Decimal]] = []
    for pattern in map(re.compile, rule.own_thresholds):
        lows: dict[str, Decimal] = {}
        for paragraph in paragraphs:
            if "优" not in paragraph.text:
                continue
            for match in pattern.finditer(paragraph.text):
                grade = rule.grade_words.get(match["grade"])
                if grade is not None:
                    lows.setdefault(grade, Decimal(match["low"]))
        found.append(lows)
    # One way of writing them usually gives all; 得分≥90为优,75≤得分<90为良 takes two.
    both = {grade: low for lows in reversed(found) for grade, low in lows.items()}
    for lows in (*found, both):
        if {"优", "良"} <= set(lows) and lows["优"] > lows["良"]:
            return lows
    return {}


def grade_for(score: Decimal, own: dict[str, Decimal], rule: ScoreRule) -> str:
    """Return the grade of a score: the report's own bounds first, then the data's."""
    bounds = {grade: low for low, grade in rule.bands} | own
    lowest = min(bounds.values())
    for grade, low in sorted(bounds.items(), key=lambda item: item[1], reverse=True):
        if score >= low or low == lowest:
            return grade
    return rule.bands[-1][1]


def reference(statements: Sequence[Statement]) -> Statement | None:
    """Return the one that counts: the cover's, the conclusion's, else what most places state."""
    for source in ("cover", "conclusion"):
        for statement in statements:
            if statement.source == source:
                return statement
    if not statements:
        return None
    counts = Counter(_canonical(statement.value) for statement in statements)
    most = counts.most_common(1)[0][0]
    return next(s for s in statements if _canonical(s.value) == most)


def _canonical(value: str) -> object:
    try:
        return Decimal(value).normalize()
    except ArithmeticError:
        return value
