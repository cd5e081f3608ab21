"""The sentences on counts and letters: 二、评级结果 and who is named where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reviewapp.domain.notice.facts import KINDS, LETTERS, LOW_LETTERS, RatedReport
from reviewapp.domain.notice.phrases import book_title, one_of
from reviewapp.domain.notice.sheet import Segments, Sheet, join


def by_letter(reports: Sequence[RatedReport]) -> dict[str, list[RatedReport]]:
    """Return the reports of each letter, those marked `lead` first, else in the given order."""
    return {
        letter: sorted(
            (report for report in reports if report.rating == letter),
            key=lambda report: not report.lead,
        )
        for letter in LETTERS
    }


def titles(reports: Sequence[RatedReport]) -> str:
    """Return 《…》《…》 without a mark between: GB/T 15834-2011 writes title marks side by side."""
    return "".join(book_title(report.title) for report in reports)


def kind_counts(sheet: Sheet, reports: Sequence[RatedReport]) -> Segments:
    """Return 14份重点项目…和2份部门整体…; a kind without reports is left out."""
    counts = Counter(report.kind for report in reports)
    parts = [
        sheet.say(
            "organisation.kind-count",
            {
                "count": sheet.lock(f"kinds.{kind}", str(counts[kind]), "reports"),
                "kind": sheet.text(f"kinds.{kind}"),
            },
        )
        for kind in KINDS
        if counts[kind]
    ]
    return join(parts, "、", "和")


def letter(sheet: Sheet, of: str) -> str:
    """Return A级 as the wording writes it."""
    return sheet.text("letter", {"letter": of})


def distribution(sheet: Sheet, reports: Sequence[RatedReport]) -> Segments:
    """Return one clause per letter that was given and one for all letters that were not.

    The clause on letters that nobody got is locked as a whole: without 没有 it would say the
    opposite. C and D name every report unless the wording limits them.
    """
    groups = by_letter(reports)
    clauses = [_clause(sheet, of, group) for of, group in groups.items() if group]
    sheet.lock("distribution.reports", str(len(reports)), "results")
    for of in LETTERS:
        sheet.lock(f"distribution.{of}", str(len(groups[of])), "results")
    empty = tuple(letter(sheet, of) for of in LETTERS if not groups[of])
    if empty:
        text = sheet.text("results.none", {"letters": one_of(empty)})
        clauses.append((sheet.lock("distribution.none", text, "results"),))
    return sheet.say("results.lead", {"clauses": join(clauses, "；")})


def _clause(sheet: Sheet, of: str, group: Sequence[RatedReport]) -> Segments:
    limit = sheet.wording.named[of]
    named = group[:limit] if limit else group
    return sheet.say(
        "results.all" if len(named) == len(group) else "results.some",
        {
            "titles": sheet.lock(f"titles.{of}", titles(named), "results"),
            "count": sheet.lock(f"distribution.{of}", str(len(group)), "results"),
            "letter": sheet.lock(f"letter.{of}", letter(sheet, of), "results"),
        },
    )


def best(sheet: Sheet, reports: Sequence[RatedReport]) -> Segments:
    """Return the sentence that names reports rated A, or nothing where there are none."""
    group = by_letter(reports)["A"]
    if not group:
        return ()
    limit = sheet.wording.named["best"]
    named = group[:limit] if limit else group
    values = {
        "titles": sheet.lock("best.titles", titles(named), "results"),
        "letter": sheet.lock("letter.A", letter(sheet, "A"), "results"),
    }
    if len(named) == len(group):
        return sheet.say("strengths.best-all", values)
    count = sheet.lock("distribution.A", str(len(group)), "results")
    return sheet.say("strengths.best-some", {**values, "count": count})


def low_reports(reports: Sequence[RatedReport]) -> list[RatedReport]:
    """Return the reports rated C, then those rated D."""
    groups = by_letter(reports)
    return [report for of in LOW_LETTERS for report in groups[of]]
