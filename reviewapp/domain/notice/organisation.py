"""一、评级工作组织情况: what was rated, by whom, against what, how it was settled, and when."""

from __future__ import annotations

from collections import Counter
from datetime import date

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice.facts import Band, Draw, NoticeInput
from reviewapp.domain.notice.phrases import book_title, chinese_date, clean, points
from reviewapp.domain.notice.results import kind_counts, letter
from reviewapp.domain.notice.sheet import Segments, Sheet
from reviewapp.domain.notice.wording import TEXTS


def compose_organisation(sheet: Sheet, facts: NoticeInput) -> None:
    """Add the paragraphs of the section; a fact that is not given leaves no gap."""
    draws = _draws(sheet, facts)
    sheet.paragraph("organisation.objects", *_objects(sheet, facts), *draws)
    sheet.paragraph("organisation.experts", *_experts(sheet, facts), *_standard(sheet, facts))
    sheet.paragraph("organisation.settlement", *_settlement(sheet, facts), *_bands(sheet, facts))
    period = _period(sheet, facts)
    if period:
        sheet.paragraph("organisation.period", *period)


def _objects(sheet: Sheet, facts: NoticeInput) -> Segments:
    # 今年 is only true in a notice that is issued in the year of its round.
    this_year = facts.issue_date is None or facts.issue_date.year == facts.year
    when = (
        sheet.text("organisation.this-year")
        if this_year
        else sheet.text("organisation.other-year", {"year": str(facts.year)})
    )
    agencies = len({clean(report.agency) for report in facts.reports})
    return sheet.say(
        "organisation.count",
        {
            "when": sheet.lock("round.when", when, "round"),
            "counts": kind_counts(sheet, facts.reports),
            "agencies": sheet.lock("agencies.count", str(agencies), "reports"),
        },
    )


def _draws(sheet: Sheet, facts: NoticeInput) -> Segments:
    counts = Counter(report.kind for report in facts.reports)
    draws = [draw for draw in facts.organisation.draws if counts[draw.kind]]
    if not draws:
        return ()
    clauses = [_draw(sheet, draw, counts[draw.kind]) for draw in draws]
    locked = sheet.lock("round.draws", "；".join(clauses), "round")
    return sheet.say("organisation.draws", {"draws": locked})


def _draw(sheet: Sheet, draw: Draw, count: int) -> str:
    if draw.population < count:
        raise Invalid(
            N_("Of %(population)s reports %(count)s cannot have been drawn."),
            field="draws",
            population=draw.population,
            count=count,
        )
    values = {"kind": sheet.text(f"kinds.{draw.kind}"), "count": str(count)}
    if draw.population == count:
        return sheet.text("organisation.draw-all", values)
    method = clean(draw.method) or sheet.text("organisation.draw-method")
    values |= {"population": str(draw.population), "method": method}
    return sheet.text("organisation.draw-sample", values)


def _experts(sheet: Sheet, facts: NoticeInput) -> Segments:
    how = facts.organisation
    if not 1 <= how.per_report_min <= how.per_report_max <= how.experts:
        raise Invalid(
            N_("%(experts)s experts cannot review %(low)s to %(high)s to a report."),
            field="experts",
            experts=how.experts,
            low=how.per_report_min,
            high=how.per_report_max,
        )
    each = str(how.per_report_min)
    if how.per_report_max > how.per_report_min:
        each += f"至{how.per_report_max}"
    several = how.per_report_max > 1
    return sheet.say(
        "organisation.experts-independent" if several else "organisation.experts",
        {
            "experts": sheet.lock("experts.count", str(how.experts), "experts"),
            "per-report": sheet.lock("experts.per-report", each, "experts"),
        },
    )


def _standard(sheet: Sheet, facts: NoticeInput) -> Segments:
    named = dict.fromkeys(
        sheet.text(
            "organisation.rubric",
            {"title": book_title(rubric.title), "version": clean(rubric.version)},
        )
        for rubric in facts.rubrics
    )
    if not named:
        return ()
    locked = sheet.lock("round.rubrics", "和".join(named), "round")
    return sheet.say("organisation.standard", {"rubrics": locked})


def _settlement(sheet: Sheet, facts: NoticeInput) -> Segments:
    how = facts.organisation
    known = f"settlement.{how.settlement}"
    words = sheet.text(known) if known in TEXTS else clean(how.settlement)
    locked = sheet.lock("round.settlement", words, "round")
    said = sheet.say("organisation.settlement", {"settlement": locked})
    if not how.disputed:
        return said
    disputed = sheet.lock("results.disputed", str(how.disputed), "results")
    return (*said, *sheet.say("organisation.disputed", {"disputed": disputed}))


def _bands(sheet: Sheet, facts: NoticeInput) -> Segments:
    bands = facts.organisation.bands
    if not bands:
        return ()
    clauses = [_band(sheet, at, bands) for at in range(len(bands))]
    locked = sheet.lock("round.bands", "，".join(clauses), "round")
    return sheet.say("organisation.bands", {"bands": locked})


def _band(sheet: Sheet, at: int, bands: tuple[Band, ...]) -> str:
    values = {"letter": letter(sheet, bands[at].letter), "floor": points(bands[at].floor)}
    if at:
        values["ceiling"] = points(bands[at - 1].floor)
    last = at == len(bands) - 1 and at > 0
    form = "band-first" if at == 0 else ("band-last" if last else "band-middle")
    return sheet.text(f"organisation.{form}", values)


def _period(sheet: Sheet, facts: NoticeInput) -> Segments:
    how = facts.organisation
    said: Segments = ()
    if how.rated_from and how.rated_to:
        said = sheet.say(
            "organisation.period",
            {
                "from": _day(sheet, "period.from", how.rated_from),
                "to": _day(sheet, "period.to", how.rated_to),
            },
        )
    return (*said, *(sheet.say("organisation.feedback") if how.feedback else ()))


def _day(sheet: Sheet, key: str, day: date) -> Segments:
    return (sheet.lock(key, chinese_date(day), "round"),)
