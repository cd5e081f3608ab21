"""Weights, scores and grades: sums, limits, and what the text states of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from reviewapp.domain.document import Place
from reviewapp.domain.precheck import statements
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules, ScoreRule
from reviewapp.domain.precheck.scores import Group, ScoreRow, ScoreTable
from reviewapp.domain.precheck.statements import Statement
from reviewapp.domain.precheck.text import plain, show

_SAME = Decimal("0.005")  # points within which two stated scores are the same
_NEAR_FULL = Decimal(20)  # points from 100 within which a table is meant to be the whole
_LEAST_DIMENSIONS = 3
_MISREAD = 0.2  # share of impossible scores from which the table was read wrongly
_PAIRED = 80  # characters between a stated score and the grade that goes with it


def _has_weights(report: Report) -> bool:
    return any(table.has_weights for table in report.score_tables)


def _has_scores(report: Report) -> bool:
    return any(table.has_scores for table in report.score_tables)


@check("weights-sum", version=1, applies=_has_weights)
def weights_sum(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Leaf weights against the stated total (100 unless declared), children against parents."""
    for table in report.score_tables:
        if table.has_weights:
            yield from _whole(table, rules.scores)
            yield from _parents(table, rules.scores)


def _whole(table: ScoreTable, rule: ScoreRule) -> Iterator[Doubt]:
    leaves, total = table.leaves, table.total
    found = table.weight_sum()
    stated = total.weight if total is not None else None
    near = abs(found - rule.total) <= _NEAR_FULL and _dimensions(table, rule) >= _LEAST_DIMENSIONS
    expected = stated if stated is not None else (rule.total if near else None)
    if expected is None or not leaves or _counted_twice(found, expected):
        return
    if abs(found - expected) > rule.tolerance(len(leaves)):
        row = total if total is not None and stated is not None else leaves[-1]
        # Scores that add up to their own total prove that no row was lost.
        complete = total is not None and total.score == table.score_sum() and table.has_scores
        lost = (table.doubtful and not complete) or any(leaf.weight is None for leaf in leaves)
        yield _sum_doubt(table, row, expected, found, lost=lost)
    elif near and abs(expected - rule.total) > rule.on_total and total is not None:
        yield _sum_doubt(table, total, rule.total, found, variant="not-full")


def _counted_twice(found: Decimal, expected: Decimal) -> bool:
    """Say whether the sum holds parents as well as children: levels that the reading missed."""
    return any(abs(found - expected * times) <= _SAME for times in (2, 3))


def _parents(table: ScoreTable, rule: ScoreRule) -> Iterator[Doubt]:
    off: list[tuple[Group, Decimal, bool]] = []
    for group in table.groups:
        weights = [table.rows[i].weight for i in group.leaves]
        known = [weight for weight in weights if weight is not None]
        found = sum(known, Decimal(0))
        if group.weight is None or not known:
            continue
        if abs(found - group.weight) > rule.tolerance(len(known)):
            off.append((group, found, len(known) < len(weights)))
    # Differences that cancel out are a row counted with its neighbour, not two wrong weights.
    moved = len(off) > 1 and not sum((found - (g.weight or 0) for g, found, _ in off), Decimal(0))
    for group, found, partly in off:
        stated = group.weight or Decimal(0)
        lost = table.doubtful or partly or moved
        yield _sum_doubt(
            table, group.row, stated, found, variant="parent", name=group.label, lost=lost
        )


def _dimensions(table: ScoreTable, rule: ScoreRule) -> int:
    """Return how many of the usual dimensions the table's first columns name."""
    cells = {plain(c.text) for row in table.rows for c in row.row.cells[:2] if c.text}
    return sum(1 for word in rule.dimensions if any(text.startswith(word) for text in cells))


def _sum_doubt(
    table: ScoreTable,
    row: ScoreRow,
    expected: Decimal,
    found: Decimal,
    *,
    variant: str = "",
    name: str = "",
    lost: bool | None = None,
) -> Doubt:
    """Return the doubt about a sum; where rows may be lost it cannot be judged."""
    unsure = table.doubtful if lost is None else lost
    values = {"expected": show(expected), "found": show(found)} | ({"name": name} if name else {})
    return Doubt(
        place=row.place(),
        expected=show(expected),
        found=show(found),
        outcome=Outcome.UNVERIFIABLE if unsure else Outcome.SUSPECT,
        variant="lost" if unsure else variant,
        values=values,
    )


@check("scores-sum", version=1, applies=_has_scores)
def scores_sum(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Leaf scores against the total that the table states."""
    rule = rules.scores
    for table in report.score_tables:
        total, leaves = table.total, table.leaves
        scored = [row for row in leaves if row.score is not None]
        if total is None or total.score is None or not scored:
            continue
        found = table.score_sum()
        if abs(found - total.score) <= rule.tolerance(len(leaves)):
            continue
        if _counted_twice(found, total.score):
            continue
        complete = total.weight is not None and abs(table.weight_sum() - total.weight) <= _SAME
        lost = (table.doubtful and not complete) or len(scored) < len(leaves)
        yield _sum_doubt(table, total, found, total.score, lost=lost)


@check("score-exceeds-weight", version=1, applies=_has_scores)
def score_exceeds_weight(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A leaf's score above its weight, or below zero."""
    for table in report.score_tables:
        impossible = [row for row in table.leaves if _is_impossible(row, rules.scores)]
        # Where a doubtful table has many such rows, its columns were read wrongly.
        misread = table.doubtful and len(impossible) >= max(3, len(table.leaves) * _MISREAD)
        for row in impossible[:1] if misread else impossible:
            lost = row.row.broken or misread
            score, most = row.score or Decimal(0), row.weight or Decimal(0)
            above = row.weight is not None and score > row.weight
            yield Doubt(
                place=row.place(),
                expected=f"0–{show(most)}" if row.weight is not None else "≥0",
                found=show(score),
                outcome=Outcome.UNVERIFIABLE if lost else Outcome.SUSPECT,
                variant="lost" if lost else ("above" if above else "below"),
                values={"name": row.label, "weight": show(most), "score": show(score)},
            )


def _is_impossible(row: ScoreRow, rule: ScoreRule) -> bool:
    if row.score is None:
        return False
    above = row.weight is not None and row.score > row.weight + rule.per_item
    return above or row.score < 0


_RATE = re.compile(r"(\d+(?:\.\d+)?)%")


@check("score-rate-mismatch", version=1)
def score_rate_mismatch(report: Report, rules: Rules) -> Iterator[Doubt]:
    """A stated score rate is not score over weight, as exactly as it is printed."""
    for table in report.score_tables:
        heads = [plain(text) for text in table.table.columns]
        rates = [i for i, head in enumerate(heads) if head.startswith(rules.scores.rate_columns)]
        for row in table.rows if len(rates) == 1 else ():
            cell = row.row.cells[rates[0]]
            match = _RATE.fullmatch(plain(cell.text))
            if cell.box is None or match is None or row.row.broken or not row.weight:
                continue
            if row.score is not None:
                yield from _rate_doubt(row.place(), row.weight, row.score, match.group(1))
    patterns = [re.compile(pattern) for pattern in rules.scores.stated_rates]
    for paragraph in report.texts:
        if "得分率" in paragraph.text:
            yield from _rates_in(paragraph, patterns)


def _rates_in(paragraph: Paragraph, patterns: Sequence[re.Pattern[str]]) -> Iterator[Doubt]:
    seen: set[int] = set()
    for pattern in patterns:
        for match in pattern.finditer(paragraph.text):
            weight, score = Decimal(match["weight"]), Decimal(match["score"])
            if weight and match.start("rate") not in seen:
                seen.add(match.start("rate"))
                place = paragraph.place(match.start("rate"), match.end("rate"))
                yield from _rate_doubt(place, weight, score, match["rate"])


def _rate_doubt(place: Place, weight: Decimal, score: Decimal, stated: str) -> Iterator[Doubt]:
    rate = score / weight * 100
    decimals = len(stated.partition(".")[2])
    # A rate cut off instead of rounded is as good.
    if abs(rate - Decimal(stated)) < Decimal(1).scaleb(-decimals):
        return
    expected = show(round(rate, max(decimals, 2)))
    yield Doubt(
        place=place,
        expected=f"{expected}%",
        found=f"{stated}%",
        values={
            "weight": show(weight),
            "score": show(score),
            "expected": f"{expected}%",
            "found": f"{stated}%",
        },
    )


def _states_both(report: Report) -> bool:
    return bool(report.scores and report.grades)


@check("grade-mismatch", version=1, applies=_states_both)
def grade_mismatch(report: Report, rules: Rules) -> Iterator[Doubt]:
    """The stated grade against the thresholds for the stated score (财预〔2020〕10号第十八条)."""
    own = statements.own_bands(report.texts, rules.scores)
    score, grade = statements.reference(report.scores), statements.reference(report.grades)
    for statement in report.grades:
        beside = _beside(statement, report.scores)
        judged = beside or (score if statement is grade else None)
        if judged is None:
            continue
        expected = statements.grade_for(Decimal(judged.value), own, rules.scores)
        if expected != statement.value:
            values = {"grade": statement.value, "expected": expected, "score": judged.value}
            yield Doubt(
                place=statement.place, expected=expected, found=statement.value, values=values
            )


def _beside(grade: Statement, scores: tuple[Statement, ...]) -> Statement | None:
    """Return the score that stands last before a grade in the same paragraph."""
    near = [
        score
        for score in scores
        if score.paragraph is grade.paragraph
        and score.paragraph is not None
        and 0 <= grade.start - score.end <= _PAIRED
    ]
    return near[-1] if near else None


def _states_twice(report: Report) -> bool:
    return len(report.scores) >= 2


@check("score-inconsistent", version=2, applies=_states_twice)
def score_inconsistent(report: Report, _rules: Rules) -> Iterator[Doubt]:
    """The total score stated differently: each deviating place, never the reference."""
    reference = statements.reference(report.scores)
    if reference is None:
        return
    seen: list[Place] = []
    tables = {Decimal(s.value) for s in report.scores if s.source == "table"}
    # Tables that differ among one another are those of parts of the project.
    of_parts = len(tables - {Decimal(reference.value)}) > 1
    for statement in report.scores:
        if of_parts and statement.source == "table":
            continue
        off = abs(Decimal(statement.value) - Decimal(reference.value))
        if off <= _SAME or statement.place in seen:
            continue
        if _rounds_to(reference.value, statement.value) or _rounds_to(
            statement.value, reference.value
        ):
            continue
        seen.append(statement.place)
        yield Doubt(
            place=statement.place,
            expected=reference.value,
            found=statement.value,
            values={
                "expected": reference.value,
                "found": statement.value,
                "page": str(reference.place.page),
            },
        )


def _rounds_to(exact: str, rounded: str) -> bool:
    """Say whether a score is another one rounded to fewer places: 86.5 or 86 for 86.45."""
    exact = show(Decimal(exact))
    places = len(show(Decimal(rounded)).partition(".")[2])
    if places >= len(exact.partition(".")[2]):
        return False
    unit = Decimal(1).scaleb(-places)
    return Decimal(exact).quantize(unit, ROUND_HALF_UP) == Decimal(rounded)


def _is_project(report: Report) -> bool:
    return report.kind == "key-project" and _has_weights(report)


@check("benefit-weight-low", version=1, applies=_is_project)
def benefit_weight_low(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Output and benefit weigh less than 60 of 100 (财预〔2020〕10号第十四条); the total's row.

    Only where every indicator of a whole table belongs to a dimension whose name is known.
    """
    rule = rules.scores
    for table in report.score_tables:
        if not table.has_weights or not table.is_whole(rule) or table.doubtful:
            continue
        if abs(table.weight_sum() - rule.total) > rule.tolerance(len(table.leaves)):
            continue
        tops = [plain(row.row.cells[table.first].text) for row in table.leaves]
        if not all(any(top.startswith(word) for word in rule.dimensions) for top in tops):
            continue
        weights = zip(tops, table.leaves, strict=True)
        found = sum(
            (row.weight or Decimal(0) for top, row in weights if top.startswith(rule.results)),
            Decimal(0),
        )
        if found < rule.least_results:
            row = table.total or table.leaves[-1]
            yield Doubt(
                place=row.place(),
                expected=f"≥{show(rule.least_results)}",
                found=show(found),
                values={"found": show(found), "least": show(rule.least_results)},
            )
        return
