"""The numbers of a survey, and the satisfaction that its answers give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from reviewapp.domain.document import Place, Row, Table
from reviewapp.domain.precheck import surveys
from reviewapp.domain.precheck.finding import Doubt, Outcome
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.ledger import Entry, sentence_at
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.surveys import Answers
from reviewapp.domain.precheck.text import plain, shorten, show

_N = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_STEPS = (("issued", "returned"), ("returned", "valid"), ("issued", "valid"))


@check("survey-arithmetic", version=3)
def survey_arithmetic(report: Report, rules: Rules) -> Iterator[Doubt]:
    """More questionnaires returned than issued, or more valid than returned, in one sentence or row.

    Besides a satisfaction that none of the usual formulas, or the text's own, gives from its answers.
    """
    sentences = [re.compile(p.replace("<n>", _N)) for p in rules.surveys.sentences]
    for paragraph in report.texts:
        seen: set[int] = set()
        for pattern in sentences:
            for match in pattern.finditer(paragraph.text):
                counts = {name: int(text.replace(",", "")) for name, text in _told(match)}
                for fewer, most in _contradictions(counts):
                    at = match.start(fewer)
                    if at not in seen:
                        seen.add(at)
                        place = paragraph.place(at, match.end(fewer))
                        yield _count_doubt(place, counts[fewer], most, fewer)
    yield from _in_tables(report, rules)
    for paragraph in report.paragraphs:
        if "满意" in paragraph.text and "%" in paragraph.text:
            yield from _by_answers(paragraph, rules)


def _in_tables(report: Report, rules: Rules) -> Iterator[Doubt]:
    own_points = any(
        "满意" in p.text and any(word in p.text for word in rules.surveys.own_weights)
        for p in report.texts
    )
    for table in report.document.tables:
        counts = surveys.columns(table, rules.surveys)
        answers = None if own_points else surveys.answer_columns(table, rules.surveys)
        for row in table.rows:
            yield from _in_row(table, row, counts)
            if answers is not None:
                yield from _row_by_answers(table, row, *answers, rules)


def _told(match: re.Match[str]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in match.groupdict().items() if text is not None]


def _contradictions(counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    for more, fewer in _STEPS:
        if fewer in counts and more in counts and counts[fewer] > counts[more]:
            yield fewer, counts[more]


def _count_doubt(
    place: Place, found: int, most: int, variant: str, outcome: Outcome = Outcome.SUSPECT
) -> Doubt:
    return Doubt(
        place=place,
        expected=f"≤{most}",
        found=str(found),
        outcome=outcome,
        variant=variant,
        values={"most": str(most), "found": str(found)},
    )


def _in_row(table: Table, row: Row, columns: dict[str, int]) -> Iterator[Doubt]:
    counts: dict[str, int] = {}
    for name, index in columns.items():
        number = surveys.whole(row.cells[index].text)
        if number is not None and row.cells[index].box is not None:
            counts[name] = number
    for fewer, most in _contradictions(counts):
        cell = row.cells[columns[fewer]]
        if cell.box is not None:
            outcome = Outcome.UNVERIFIABLE if row.broken or table.uncertain else Outcome.SUSPECT
            place = Place(cell.page, cell.box, shorten(cell.text))
            yield _count_doubt(place, counts[fewer], most, fewer, outcome)
            return


def _by_answers(paragraph: Paragraph, rules: Rules) -> Iterator[Doubt]:
    """Judge the one satisfaction of a paragraph by the answers that the paragraph gives."""
    rule = rules.surveys
    answers = surveys.answers(paragraph.text, rule)
    if answers is None:
        return
    stated = list(surveys.stated(paragraph.text, rules))
    if len(stated) != 1:
        return
    printed = stated[0]["value"]
    expected = _nearest(answers, Decimal(printed), _step(printed), rules)
    if expected is None:
        return
    wanted = f"{show(round(expected, 2))}%"
    yield Doubt(
        place=paragraph.place(stated[0].start("value"), stated[0].end("value")),
        expected=wanted,
        found=f"{printed}%",
        variant="answers",
        values={"expected": wanted, "found": f"{printed}%"},
    )


def _row_by_answers(
    table: Table, row: Row, options: dict[int, str], column: int, rules: Rules
) -> Iterator[Doubt]:
    """Judge the satisfaction of a row by its answers.

    What no points at all could give is suspect; what only the usual ones do not is unverifiable,
    since a table seldom says which it follows.
    """
    cell = row.cells[column]
    match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)%", plain(cell.text))
    answers = surveys.row_answers([one.text for one in row.cells], options, rules.surveys)
    if match is None or answers is None or cell.box is None:
        return
    stated, step = Decimal(match[1]), _step(match[1])
    expected = _nearest(answers, stated, step, rules)
    if expected is None:
        return
    low, high = surveys.bounds(answers)
    slack = step + answers.blur + rules.surveys.tolerance
    sure = not low - slack <= stated <= high + slack and not row.broken and not table.uncertain
    wanted = f"{show(round(expected, 2))}%"
    yield Doubt(
        place=Place(cell.page, cell.box, shorten(cell.text)),
        expected=wanted,
        found=f"{match[1]}%",
        outcome=Outcome.SUSPECT if sure else Outcome.UNVERIFIABLE,
        variant="answers" if sure else "answers-perhaps",
        values={"expected": wanted, "found": f"{match[1]}%"},
    )


def _step(printed: str) -> Decimal:
    return Decimal(1).scaleb(-len(printed.partition(".")[2]))


def _nearest(answers: Answers, stated: Decimal, step: Decimal, rules: Rules) -> Decimal | None:
    """Return what the nearest formula gives; None if one of them gives what is stated."""
    given = list(answers.satisfactions(rules.surveys))
    if not given:
        return None
    nearest = min(given, key=lambda value: abs(value - stated))
    return (
        None if abs(nearest - stated) < step + answers.blur + rules.surveys.tolerance else nearest
    )


# -- what is stated without its numbers --------------------------------------------------------


def _own(report: Report) -> list[Entry]:
    return [entry for entry in report.ledger if entry.what == "satisfaction"]


def _states_satisfaction(report: Report) -> bool:
    return bool(_own(report))


@check("survey-incomplete", version=1, applies=_states_satisfaction)
def survey_incomplete(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Satisfaction without numbers issued, returned and valid anywhere; the place that states it.

    A survey on the web issues nothing: valid ones are enough. So are people asked by telephone.
    """
    rule = rules.surveys
    known = {entry.what for entry in report.ledger}
    for table in report.document.tables:
        known |= set(surveys.columns(table, rule))
    text = "\n".join(paragraph.text for paragraph in report.texts)
    if known & {"issued", "returned", "valid"} and any(word in text for word in rule.all_back):
        known |= {"returned", "valid"}
    if any(word in text for word in rule.online) and known & {"valid", "returned"}:
        known |= {"issued", "returned", "valid"}
    missing = {"issued", "returned", "valid"} - known
    if not missing or (len(missing) == 3 and _asked_otherwise(report, rules)):
        return
    entry = _told_best(_own(report), rules)
    yield Doubt(
        place=entry.place(),
        found=entry.printed,
        variant="some" if len(missing) < 3 else "",
        values={"found": entry.printed},
    )


def _asked_otherwise(report: Report, rules: Rules) -> bool:
    """Say whether a paragraph that states a satisfaction counts the people who were asked."""
    for entry in _own(report):
        paragraph = entry.paragraph
        if paragraph is not None and any(
            re.search(pattern, paragraph.text) for pattern in rules.surveys.interviews
        ):
            return True
    return False


def _told_best(entries: Sequence[Entry], rules: Rules) -> Entry:
    """Return the place that speaks of a survey, else the first."""
    for entry in entries:
        if entry.paragraph is not None:
            begin, end = sentence_at(entry.paragraph.text, entry.start)
            if any(cue in plain(entry.paragraph.text[begin:end]) for cue in rules.surveys.cues):
                return entry
    return entries[0]
