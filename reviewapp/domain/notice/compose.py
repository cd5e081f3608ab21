"""compose(facts, wording): the notice from settled results, after the skeleton of the genre.

Order of parts: 党政机关公文处理工作条例 (2012) article 9 and GB/T 9704-2012 section 7; the sections
are those of a usual 通报: organisation, results, strengths, problems, requirements.
"""

from __future__ import annotations

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice.annexes import annex_names, compose_annexes
from reviewapp.domain.notice.blocks import BlockKind, Segment
from reviewapp.domain.notice.content import NoticeContent
from reviewapp.domain.notice.doc_number import check_doc_number
from reviewapp.domain.notice.facts import NoticeInput, Requirement
from reviewapp.domain.notice.organisation import compose_organisation
from reviewapp.domain.notice.phrases import book_title, chinese_date, clean, numeral, percent
from reviewapp.domain.notice.results import best, distribution, letter, low_reports
from reviewapp.domain.notice.sheet import Segments, Sheet, fill, free
from reviewapp.domain.notice.wording import Wording


def compose(facts: NoticeInput, wording: Wording) -> NoticeContent:
    """Return the notice, or raise Invalid where the facts contradict each other.

    Sections without anything to say are left out and the numbering closes up. The same facts and
    wording give the same content and hash.
    """
    number = check_doc_number(facts.doc_number) if facts.doc_number else ""
    sheet = Sheet(wording)
    _head(sheet, facts, number)
    sections = (
        ("organisation", compose_organisation),
        ("results", _results),
        ("strengths", _strengths),
        ("problems", _problems),
        ("requirements", _requirements),
    )
    count = 0
    for name, write in sections:
        start = len(sheet.blocks)
        sheet.add(
            f"{name}.heading",
            BlockKind.HEADING1,
            f"{numeral(count + 1)}、{sheet.text(f'{name}.heading')}",
        )
        write(sheet, facts)
        if len(sheet.blocks) == start + 1:
            sheet.blocks.pop()
        else:
            count += 1
    _foot(sheet, facts)
    compose_annexes(sheet, facts)
    _imprint(sheet, facts)
    return NoticeContent(
        bureau=clean(facts.bureau),
        year=facts.year,
        round_title=clean(facts.round_title),
        doc_number=number,
        issue_date=facts.issue_date.isoformat() if facts.issue_date else "",
        sealed=facts.sealed,
        wording_slug=wording.slug,
        wording_version=wording.version,
        wording_sha256=wording.sha256,
        rubrics=facts.rubrics,
        figures=sheet.figures,
        blocks=tuple(sheet.blocks),
    )


def _head(sheet: Sheet, facts: NoticeInput, number: str) -> None:
    bureau = free(facts.bureau, "bureau")
    sheet.add("organ", BlockKind.ORGAN, sheet.say("organ", {"bureau": bureau}))
    sheet.add("doc-number", BlockKind.DOC_NUMBER, number or sheet.text("doc-number-blank"))
    year = sheet.lock("round.year", str(facts.year), "round")
    sheet.add("title", BlockKind.TITLE, sheet.say("title", {"round.year": year}), editable=True)
    names = "、".join(free(name, "addressees") for name in facts.addressees)
    addressees = names or sheet.text("addressees.default")
    line = sheet.say("addressees.line", {"addressees": addressees})
    sheet.add("addressees", BlockKind.ADDRESSEES, line, editable=True)
    sheet.paragraph("opening", sheet.say("opening"))
    if facts.supersedes_number:
        superseded = {
            "title": sheet.lock("supersedes.title", book_title(facts.supersedes_title), "notice"),
            "number": sheet.lock("supersedes.number", facts.supersedes_number, "notice"),
        }
        sheet.paragraph("supersession", sheet.say("supersession", superseded))


def _results(sheet: Sheet, facts: NoticeInput) -> None:
    sheet.paragraph("results.distribution", distribution(sheet, facts.reports))
    sheet.paragraph("results.annexes", sheet.say("results.annexes"))


def _strengths(sheet: Sheet, facts: NoticeInput) -> None:
    for at, strength in enumerate(facts.strengths, 1):
        _heading2(sheet, f"strengths.{at}.heading", at, free(strength.title, "strengths"))
        examples: Segments = ()
        if strength.examples:
            named = "".join(book_title(title) for title in strength.examples)
            locked = sheet.lock(f"strengths.{at}.titles", named, "results")
            examples = sheet.say("strengths.examples", {"titles": locked})
        sheet.paragraph(f"strengths.{at}.text", free(strength.text, "strengths"), *examples)
    rates = _rates(sheet, facts)
    said = (*best(sheet, facts.reports), *rates)
    if said:
        sheet.paragraph("strengths.summary", *said)


def _rates(sheet: Sheet, facts: NoticeInput) -> Segments:
    ranked = sorted(facts.dimension_rates, key=lambda item: -item.rate)
    if not ranked or (len(ranked) > 1 and ranked[0].rate == ranked[-1].rate):
        return ()
    values = {}
    for name, item in (("best", ranked[0]), ("worst", ranked[-1])):
        values[name] = sheet.lock(f"rates.{name}.title", clean(item.title), "deductions")
        values[f"{name}-rate"] = sheet.lock(f"rates.{name}", percent(item.rate), "deductions")
    return sheet.say("strengths.rates-one" if len(ranked) == 1 else "strengths.rates", values)


def _problems(sheet: Sheet, facts: NoticeInput) -> None:
    for at, problem in enumerate(facts.problems, 1):
        if not 0 < problem.reports <= len(facts.reports):
            raise Invalid(
                N_("“%(criterion)s” is said to concern %(count)s of %(total)s reports."),
                field="problems",
                criterion=problem.criterion,
                count=problem.reports,
                total=len(facts.reports),
            )
        names = {
            "dimension": free(problem.dimension, "problems"),
            "criterion": free(problem.criterion, "problems"),
        }
        _heading2(sheet, f"problems.{at}.heading", at, sheet.text("problems.title", names))
        count = sheet.lock(f"problems.{at}.count", str(problem.reports), "deductions")
        parts = [*sheet.say("problems.count", {"count": count})]
        if problem.examples:
            named = "".join(book_title(title) for title in problem.examples)
            locked = sheet.lock(f"problems.{at}.titles", named, "deductions")
            parts += sheet.say("problems.examples", {"titles": locked})
        sheet.paragraph(f"problems.{at}.text", free(problem.text, "problems"), *parts)
    if facts.problems:
        sheet.paragraph("problems.annex", sheet.say("problems.annex"))
    else:
        sheet.paragraph("problems.none", sheet.say("problems.none"))
    _low(sheet, facts)


def _low(sheet: Sheet, facts: NoticeInput) -> None:
    low = low_reports(facts.reports)
    if not low:
        return
    letters = "、".join(letter(sheet, of) for of in dict.fromkeys(item.rating for item in low))
    heading = sheet.text("problems.low-heading", {"letters": letters})
    _heading2(sheet, "problems.low.heading", len(facts.problems) + 1, heading)
    for at, report in enumerate(low, 1):
        key = f"low.{at}"
        said = sheet.say(
            "problems.low",
            {
                "title": sheet.lock(f"{key}.title", book_title(report.title), "results"),
                "agency": sheet.lock(f"{key}.agency", clean(report.agency), "results"),
                "letter": sheet.lock(f"{key}.letter", letter(sheet, report.rating), "results"),
            },
        )
        why = free(report.shortcomings, "reports")
        reason = sheet.say("problems.low-why", {"shortcomings": why}) if why else ()
        sheet.paragraph(f"problems.low.{at}", *said, *reason)


def _requirements(sheet: Sheet, facts: NoticeInput) -> None:
    for at, (heading, text) in enumerate(_requirement_texts(sheet, facts), 1):
        _heading2(sheet, f"requirements.{at}.heading", at, heading)
        sheet.paragraph(f"requirements.{at}.text", text)


def _requirement_texts(sheet: Sheet, facts: NoticeInput) -> list[tuple[str, Segments]]:
    given: tuple[Requirement, ...] = facts.requirements
    if given:
        return [
            (free(item.heading, "requirements"), (Segment(free(item.text, "requirements")),))
            for item in given
        ]
    deadline: Segments = sheet.say("requirements.deadline-none")
    low = bool(low_reports(facts.reports))
    items = [item for item in sheet.wording.requirements if low or item.when == "always"]
    if facts.rectify_by and any("{{deadline}}" in item.text for item in items):
        day = sheet.lock("rectify.by", chinese_date(facts.rectify_by), "notice")
        deadline = sheet.say("requirements.deadline", {"date": day})
    return [(item.heading, fill(item.text, {"deadline": deadline})) for item in items]


def _heading2(sheet: Sheet, block_id: str, number: int, text: str) -> None:
    sheet.add(block_id, BlockKind.HEADING2, f"（{numeral(number)}）{text}", editable=True)


def _foot(sheet: Sheet, facts: NoticeInput) -> None:
    names = annex_names(facts)
    titles = [sheet.text(f"annexes.{name}.title") for name in names]
    label = sheet.text("annexes.list-label")
    sheet.add("annexes", BlockKind.ANNEX_LIST, label, items=titles)
    sheet.add("signature", BlockKind.SIGNATURE, free(facts.bureau, "bureau"))
    day = chinese_date(facts.issue_date) if facts.issue_date else sheet.text("date-blank")
    sheet.add("date", BlockKind.DATE, day)
    name, phone = free(facts.contact_name, "contact"), free(facts.contact_phone, "contact")
    if name or phone:
        form = "both" if name and phone else ("name" if name else "phone")
        values = {"name": name, "phone": phone}
        sheet.add("contact", BlockKind.REMARK, sheet.say(f"contact.{form}", values))
    sheet.add("publicity", BlockKind.REMARK, sheet.say(f"publicity.{facts.publicity}"))


def _imprint(sheet: Sheet, facts: NoticeInput) -> None:
    if facts.cc:
        names = "，".join(free(name, "cc") for name in facts.cc)
        sheet.add("cc", BlockKind.CC, sheet.say("imprint.cc", {"names": names}))
    default = sheet.text("imprint.printer", {"bureau": free(facts.bureau, "bureau")})
    day = chinese_date(facts.issue_date) if facts.issue_date else ""
    printed = sheet.text("imprint.printed", {"date": day}) if day else sheet.text("date-blank")
    printer = free(facts.printer, "printer") or default
    sheet.add("printer", BlockKind.PRINTER, items=(printer, printed))
