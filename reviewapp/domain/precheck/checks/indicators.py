"""Indicators: how many the text says there are, and why each lost point was lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from reviewapp.domain.precheck import numerals
from reviewapp.domain.precheck.figure_rules import IndicatorRule
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.scores import ScoreRow, ScoreTable
from reviewapp.domain.precheck.text import half, plain, show

_LEVELS = ("first", "second", "third")
_NUMBER = rf"(?:\d{{1,3}}|[{numerals.CHINESE}]{{1,3}})"
_STOP = re.compile(r"[。;!?]")
_LOOK_BACK = 40  # characters before stated numbers that may say whose indicators they are
_WINDOW = 240  # characters after an indicator's name in which its reason may stand
_LABEL = re.compile(r"^[A-Za-z]?[\d.、.]*|\(.*?\)|[“”\"《》]")
_LEAST_LABEL = 4


def _has_levels(report: Report) -> bool:
    return any(len(table.levels) > 1 for table in report.score_tables)


@check("indicator-count-mismatch", version=1, applies=_has_levels)
def indicator_count_mismatch(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Numbers of indicators by level that no score table has; the place that states them."""
    rule = rules.indicators
    tables = [table for table in report.score_tables if len(table.levels) > 1]
    counted = [(table, counts(table)) for table in tables]
    for paragraph in report.paragraphs:
        if "一级" not in paragraph.text:
            continue
        seen: set[int] = set()
        for pattern in rule.counts:
            for match in re.finditer(pattern.replace("<n>", _NUMBER), paragraph.text):
                if match.start() in seen or _other_indicators(paragraph, match, report, rule):
                    continue
                seen.add(match.start())
                yield from _count_doubt(paragraph, match, counted)


def _other_indicators(
    paragraph: Paragraph, match: re.Match[str], report: Report, rule: IndicatorRule
) -> bool:
    text = paragraph.text
    begin = max((m.end() for m in _STOP.finditer(text, 0, match.start())), default=0)
    before = text[max(begin, match.start() - _LOOK_BACK) : match.start()]
    if any(word in before for word in rule.not_before):
        return True
    place = paragraph.place(match.start(), match.end())
    return report.section_at(place) in rule.not_sections


def _count_doubt(
    paragraph: Paragraph,
    match: re.Match[str],
    counted: Sequence[tuple[ScoreTable, dict[str, set[int]]]],
) -> Iterator[Doubt]:
    stated = {
        level: number
        for level in _LEVELS
        if match[level] and (number := numerals.number(match[level])) is not None
    }
    # 一个一级指标 is one of them with what is below it, not the whole.
    if len(stated) < 2 or stated.get("first", 2) < 2:
        return
    usable = [(table, found) for table, found in counted if stated.keys() <= found.keys()]
    if not usable or any(
        all(number in found[level] for level, number in stated.items()) for _, found in usable
    ):
        return
    table, found = max(usable, key=lambda pair: len(pair[0].leaves))
    expected = "/".join(str(min(found[level])) for level in stated)
    told = "/".join(str(number) for number in stated.values())
    yield Doubt(
        place=paragraph.place(match.start(), match.end()),
        expected=expected,
        found=told,
        outcome=Outcome.UNVERIFIABLE if table.doubtful else Outcome.SUSPECT,
        variant="lost" if table.doubtful else "",
        values={"expected": expected, "found": told},
    )


def counts(table: ScoreTable) -> dict[str, set[int]]:
    """Return how many indicators a table has by level: by name, and by drawn cell.

    Both are allowed, since one name may stand for two indicators, and a merged cell may be drawn
    again on the next page.
    """
    found: dict[str, set[int]] = {}
    leaves = table.leaves
    paths: list[tuple[str, ...]] = [() for _ in leaves]
    for position, column in enumerate(table.levels[:3]):
        head = plain(table.table.columns[column])
        level = next((i for i, c in enumerate("一二三") if f"{c}级" in head), position)
        names, cut = _whole_names(leaves, column)
        if not all(names):
            break
        paths = [(*path, name) for path, name in zip(paths, names, strict=True)]
        drawn = sum(1 for row in leaves if row.row.cells[column].box is not None)
        cut = 0 if column == table.levels[-1] else cut  # the lowest level has a row for each
        count = len(set(paths))
        found[_LEVELS[level]] = {count, drawn, *range(count - cut, count)}
    return found


def _whole_names(leaves: Sequence[ScoreRow], column: int) -> tuple[list[str], int]:
    """Return a column's names, and how many of them may be the rest of one cut by a page break.

    A cut name that stands whole elsewhere in the column is made whole: 预算执 and 行预算管理 are
    预算执行 and 预算管理.
    """
    names = [plain(row.row.cells[column].text) for row in leaves]
    cut = 0
    for at in range(1, len(leaves)):
        above, below = names[at - 1], names[at]
        if leaves[at].row.page == leaves[at - 1].row.page or above == below:
            continue
        whole = next((n for n in names if n != above and n.startswith(above)), "")
        rest = whole[len(above) :]
        if whole and below.startswith(rest):
            old = below
            names = [whole if name == above else name for name in names]
            names = [(name[len(rest) :] or whole) if name == old else name for name in names]
        else:
            cut += 1
    return names, cut


def _has_scores(report: Report) -> bool:
    return any(table.has_scores and table.has_weights for table in report.score_tables)


@check("deduction-unexplained", version=1, applies=_has_scores)
def deduction_unexplained(report: Report, rules: Rules) -> Iterator[Doubt]:
    """An indicator that lost points and has no reason, in the table's own column or in the text.

    A table without such a column is judged only where the text explains most of its lost points:
    otherwise it may explain them in words that are not understood.
    """
    rule = rules.indicators
    scored = [t for t in report.score_tables if t.has_scores and t.has_weights]
    with_column = [t for t in scored if _reason_columns(t, rule)]
    detailed = [t for t in scored if len(t.levels) > 1]
    judged = with_column or sorted(detailed, key=lambda t: len(t.leaves))[-1:]
    text = "\n".join(paragraph.text for paragraph in report.paragraphs)
    for table in judged:
        lost = [row for row in table.leaves if _lost(row, rules)]
        open_rows = [row for row in lost if not _explained(row, table, text, rule)]
        share = 1 - len(open_rows) / len(lost) if lost else 1
        if not _reason_columns(table, rule) and share < rule.least_explained:
            continue
        for row in open_rows:
            unsure = table.doubtful or row.row.broken
            points = show((row.weight or Decimal(0)) - (row.score or Decimal(0)))
            yield Doubt(
                place=row.place(),
                found=f"-{points}",
                outcome=Outcome.UNVERIFIABLE if unsure else Outcome.SUSPECT,
                variant="lost" if unsure else "",
                values={"name": row.label, "points": points},
            )


def _lost(row: ScoreRow, rules: Rules) -> bool:
    if row.weight is None or row.score is None:
        return False
    return row.weight - row.score > rules.scores.per_item


def _reason_columns(table: ScoreTable, rule: IndicatorRule) -> list[int]:
    heads = [re.sub(r"\([^()]*\)", "", plain(text)) for text in table.table.columns]
    return [i for i, head in enumerate(heads) if head.endswith(rule.reason_columns)]


def _explained(row: ScoreRow, table: ScoreTable, text: str, rule: IndicatorRule) -> bool:
    cells = [row.row.cells[i] for i in _reason_columns(table, rule)]
    if any(plain(cell.text) not in rule.nothing for cell in cells):
        return True
    label = _LABEL.sub("", plain(half(row.label)))
    if len(label) < _LEAST_LABEL:
        return bool(not cells)  # too short a name to be looked for
    at = text.find(label)
    while at >= 0:
        after = text[at + len(label) : at + len(label) + _WINDOW]
        if any(word in after for word in rule.causes):
            return True
        at = text.find(label, at + 1)
    return False
