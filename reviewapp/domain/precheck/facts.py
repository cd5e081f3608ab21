"""The facts that a report states, each with its place; only what was found is listed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from reviewapp.domain.document import Place, Table
from reviewapp.domain.precheck import amounts
from reviewapp.domain.precheck.cover import Cover, Stated, project_name, title_unit
from reviewapp.domain.precheck.flow import Paragraph
from reviewapp.domain.precheck.ledger import Entry
from reviewapp.domain.precheck.numerals import dates
from reviewapp.domain.precheck.rules import CoverRule, FactRule
from reviewapp.domain.precheck.text import decimal, plain, shorten

FIRST_PAGES = 10
_AMOUNT = r"\d{1,3}(?:,\d{3})*(?:\.\d+)?(?:亿元|万元|元)|\d+(?:\.\d+)?(?:亿元|万元|元)"
_YEAR = re.compile(r"(20\d{2})年")
_YEARS = re.compile(r"(?:(20\d{2})(?:年度?)?[-—~至到、和])?(20\d{2})年?度?")
_DEPARTMENT_ENDS = re.compile(r"部门整体|整体支出|整体绩效|部门支出|预算绩效|绩效评价")
_UNIT = re.compile(r"亿元|万元|元")
_CUT_OFF = re.compile(r"截[至止]到?20\d{2}年")  # the day of counting is no other year's
_TOTAL_BEFORE = re.compile(r"(?:合计|共计|总计|总额)(?:资金|金额|为|共|达|约|安排|投入|:)*$")
_TOTAL = ("合计", "总计", "共计")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: text, or a whole number for the year and the survey's counts."""

    value: str | int
    place: Place


@dataclass(frozen=True, slots=True)
class Period:
    """The evaluated years, first and last."""

    first: int
    last: int
    place: Place


def names(
    cover: Cover,
    first_pages: Sequence[Paragraph],
    tables: Sequence[Table],
    kind: str,
    rule: CoverRule,
) -> dict[str, Fact]:
    """Return title, project name, unit, department, agency and date."""
    found: dict[str, Fact] = {}
    if cover.title is not None:
        found["title"] = Fact(cover.title.value, cover.title.place)
    for name in ("project_name", "unit", "department", "agency", "report_date"):
        stated = cover.fields.get(name) or _in_tables(tables, rule.labels.get(name, ()))
        stated = stated or _in_text(first_pages, rule.phrases.get(name, ()))
        if stated is not None:
            found[name] = Fact(stated.value, stated.place)
    date = found.get("report_date")
    if date is not None and "report_date" not in cover.fields:
        read = dates(plain(str(date.value)))
        del found["report_date"]
        if read:
            found["report_date"] = Fact(str(read[0]), date.place)
    _from_title(found, cover, kind, rule)
    return found


def _from_title(found: dict[str, Fact], cover: Cover, kind: str, rule: CoverRule) -> None:
    """Fill from the title what neither cover nor first pages state."""
    if kind == "department":
        _one_department(found, cover, rule)
    if cover.title is None:
        return
    title, place = cover.title.value, cover.title.place
    if "unit" not in found:
        unit = title_unit(title, rule)
        if unit:
            found["unit"] = Fact(unit, place)
    if "project_name" not in found:
        name = project_name(title, str(found["unit"].value) if "unit" in found else "", rule)
        if name:
            found["project_name"] = Fact(name, place)


def _one_department(found: dict[str, Fact], cover: Cover, rule: CoverRule) -> None:
    """In a department report unit and department are the department."""
    fact = found.get("department") or found.get("unit")
    if "department" not in cover.fields and "unit" in cover.fields:
        fact = found.get("unit")
    named = bool(cover.fields.keys() & {"department", "unit"})
    if fact is not None and any(word in str(fact.value) for word in rule.not_units):
        named = (
            False  # 主管部门: the bureau that commissioned the evaluation, unless the title says so
        )
    if cover.title is not None and (fact is None or not named):
        head = _DEPARTMENT_ENDS.split(_YEARS.sub("", cover.title.value, count=1))[0]
        head = head.strip("()").removeprefix("关于").removesuffix("部门")
        if len(head) >= 3:
            fact = Fact(head, cover.title.place)
    if fact is not None:
        found["unit"] = found["department"] = fact


def _in_tables(tables: Sequence[Table], labels: tuple[str, ...]) -> Stated | None:
    """Find a label's value in a table of basic facts on the first pages."""
    wanted = {plain(label) for label in labels}
    for table in tables:
        if table.page > FIRST_PAGES:
            break
        rows = [row.cells for row in table.rows]
        for cells in rows:
            drawn = [cell for cell in cells if cell.box is not None]
            for cell, value in pairwise(drawn):
                text = plain(value.text)
                if plain(cell.text).rstrip(":") in wanted and text and value.box is not None:
                    place = Place(value.page, value.box, shorten(value.text))
                    return Stated(text, place)
    return None


def _in_text(paragraphs: Iterable[Paragraph], patterns: tuple[str, ...]) -> Stated | None:
    compiled = [re.compile(pattern) for pattern in patterns]
    paragraphs = list(paragraphs)
    for pattern in compiled:
        for paragraph in paragraphs:
            match = pattern.search(paragraph.text)
            if match is not None:
                place = paragraph.place(match.start("value"), match.end("value"))
                return Stated(match["value"], place)
    return None


def evaluated_period(
    title: Fact | None, paragraphs: Sequence[Paragraph], report_year: int | None, rule: FactRule
) -> Period | None:
    """Return the evaluated years: as declared, else the title's, else what the text speaks of.

    A title's year before the report's own, outside the declared ones, counts before them: it
    stands on the cover. A title's year that is the report's own may be that of the writing.
    """
    declared = _declared(paragraphs, rule)
    titled: Period | None = None
    if title is not None:
        match = _YEARS.search(str(title.value))
        if match is not None:
            last = int(match.group(2))
            titled = Period(int(match.group(1) or last), last, title.place)
    if declared is not None and titled is not None and report_year is not None:
        inside = declared.first <= titled.last <= declared.last
        if not inside and titled.last < report_year:
            return titled
    if declared is not None or titled is not None:
        return declared or titled
    return _usual_year([p for p in paragraphs if p.page <= FIRST_PAGES], report_year)


def _declared(paragraphs: Sequence[Paragraph], rule: FactRule) -> Period | None:
    for pattern in map(re.compile, rule.evaluation_year):
        for paragraph in paragraphs:
            match = pattern.search(paragraph.text)
            if match is not None:
                first = int(match["value"])
                last = int(match["last"]) if match["last"] else first
                place = paragraph.place(match.start(), match.end())
                return Period(first, max(first, last), place)
    return None


def _usual_year(paragraphs: Sequence[Paragraph], report_year: int | None) -> Period | None:
    counts: Counter[int] = Counter()
    places: dict[int, Place] = {}
    for paragraph in paragraphs:
        for match in re.finditer(r"(20\d{2})年", paragraph.text):
            year = int(match.group(1))
            if report_year is None or year < report_year:
                counts[year] += 1
                places.setdefault(year, paragraph.place(match.start(), match.end()))
    if not counts:
        return None
    year = counts.most_common(1)[0][0]
    return Period(year, year, places[year])


@dataclass(frozen=True, slots=True)
class Told:
    """Where figures are looked for: all paragraphs, those asked first, and the table of facts.

    `results` are the paragraphs outside the sections on goals.
    """

    paragraphs: Sequence[Paragraph]
    preferred: Sequence[Paragraph]
    results: Sequence[Paragraph]
    entries: Sequence[Entry]
    tables: Sequence[Table]


def figures(told: Told, year: int | None, rule: FactRule) -> dict[str, Fact]:
    """Return amounts, rates and the survey's counts of the evaluated year.

    Amounts whose words are all understood count before those that a pattern finds, and what the
    sections on the money say before what stands elsewhere.
    """
    found: dict[str, Fact] = {}
    first = {id(paragraph) for paragraph in told.preferred}
    sure = [e for e in told.entries if e.paragraph is not None and id(e.paragraph) in first]
    for name, patterns in rule.patterns.items():
        money = "<amount>" in "".join(patterns)
        # A survey is made when the report is written, after the year that it is about.
        after = name.startswith("survey_") or name == "satisfaction"
        years = (year, year if after else None)
        fact = None
        if money or name == "execution_rate":
            fact = _entered(name, sure, year) or _figure(told.preferred, patterns, years)
        fact = fact or _entered(name, told.entries, year)
        places = told.results if name == "satisfaction" else told.paragraphs
        fact = fact or _figure(places, patterns, years)
        if fact is not None:
            found[name] = _converted(name, fact)
    for name, columns in rule.table_columns.items():
        fact = _in_column(told.tables, columns)
        if fact is not None and name not in found:
            found[name] = fact
    return found


_ENTERED = {
    "budget_amount": ("adjusted", "budget"),
    "spent_amount": ("spent",),
    "satisfaction": ("satisfaction",),
}
_OF_THE_WHOLE = re.compile(r"(?:综合|总体|整体|平均|总)[^,。;%]{0,10}$")


def _entered(name: str, entries: Sequence[Entry], year: int | None) -> Fact | None:
    """Read a fact from the table of facts: the whole's, of the year or of none."""
    for what in _ENTERED.get(name, ()):
        usable = [
            e
            for e in entries
            if e.what == what and not e.subject and not e.cut and e.paragraph is not None
        ]
        named = [e for e in usable if e.year is not None and e.year == year]
        left = named or [e for e in usable if e.year is None]
        if what == "satisfaction":  # asked in the year or, when the report is written, after it
            left = [e for e in usable if e.year is None or year is None or e.year >= year]
            left = [e for e in left if _names_the_whole(e)] or left
        if left:
            entry = left[0]
            value = amounts.yuan(entry.value) if name.endswith("amount") else entry.printed
            return Fact(value.removesuffix("%"), entry.place())
    return None


def _names_the_whole(entry: Entry) -> bool:
    text = entry.paragraph.text if entry.paragraph else ""
    return _OF_THE_WHOLE.search(text[: entry.start]) is not None


def _figure(
    paragraphs: Sequence[Paragraph],
    patterns: tuple[str, ...],
    years: tuple[int | None, int | None],
) -> Fact | None:
    """Find the first wording that speaks of the year; `years` are it and the first that also may.

    Without the second, a sentence about any other year does not count.
    """
    year, since = years
    for pattern in patterns:
        if "<year>" in pattern and year is None:
            continue
        filled = pattern.replace("<amount>", f"(?:{_AMOUNT})").replace("<year>", str(year))
        compiled = re.compile(filled)
        for paragraph in paragraphs:
            for match in compiled.finditer(paragraph.text):
                if not _other_year(paragraph.text, match.start(), year, since):
                    start, end = _total_of(paragraph.text, *match.span("value"))
                    return Fact(paragraph.text[start:end], paragraph.place(start, end))
    return None


def _total_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the total stands that an amount is the first part of, else the amount itself.

    Parts and total are told in one sentence (A安排50万元,B安排30万元,合计80万元), and add up.
    """
    ends = [at for at in (text.find(stop, end) for stop in "。;") if at >= 0]
    rest = text[start : min(ends, default=len(text))]
    parts = Decimal(0)
    for number, match in enumerate(re.finditer(_AMOUNT, rest)):
        found = amounts.find(match.group())
        if not found:
            break
        if number > 1 and _TOTAL_BEFORE.search(rest[: match.start()]):
            same = abs(parts - found[0].value) < 1  # yuan
            return (start + match.start(), start + match.end()) if same else (start, end)
        parts += found[0].value
    return start, end


def _other_year(text: str, start: int, year: int | None, since: int | None) -> bool:
    """Say whether the sentence so far speaks of another year only; years from `since` on may be."""
    sentence = re.split(r"[。;]", text[:start])[-1]
    years = _YEAR.findall(_CUT_OFF.sub("", sentence[-40:]))
    if not years or year is None or int(years[-1]) == year:
        return False
    return since is None or int(years[-1]) < since


def _converted(name: str, fact: Fact) -> Fact:
    text = str(fact.value)
    if name in ("budget_amount", "spent_amount"):
        if re.fullmatch(r"\d+\.\d\d", text):
            return fact  # yuan already
        found = amounts.find(text)
        return Fact(amounts.yuan(found[0].value) if found else text, fact.place)
    if name.startswith("survey_"):
        return Fact(int(text.replace(",", "")), fact.place)
    return fact


def _in_column(tables: Sequence[Table], columns: tuple[str, ...]) -> Fact | None:
    """Read the total row's cell of a column of a table of funds, else its only row's."""
    wanted = [plain(column) for column in columns]
    for table in tables:
        heads = [re.sub(r"\([^()]*\)", "", plain(text)) for text in table.columns]
        for head in wanted:
            if head not in heads or not table.rows:
                continue
            index = heads.index(head)
            unit = _UNIT.search(plain(table.columns[index]) + plain(table.caption))
            totals = [row for row in table.rows if plain(row.cells[0].text).startswith(_TOTAL)] or (
                list(table.rows) if len(table.rows) == 1 else []
            )
            if not totals or unit is None:
                continue
            cell = totals[-1].cells[index]
            value = decimal(cell.text)
            if value is not None and cell.box is not None:
                place = Place(cell.page, cell.box, shorten(cell.text))
                return Fact(amounts.yuan(value * amounts.UNITS[unit.group()]), place)
    return None
