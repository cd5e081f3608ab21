"""Names of other projects and units where this report's own belong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reviewapp.domain.document import LineKind, Place
from reviewapp.domain.precheck.finding import Doubt
from reviewapp.domain.precheck.language_rules import NameRule
from reviewapp.domain.precheck.registry import check
from reviewapp.domain.precheck.report import Report
from reviewapp.domain.precheck.rules import Rules
from reviewapp.domain.precheck.text import plain, shorten

_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?")
_PLACE = r"(?P<place>[\u4e00-\u9fff]{2,3}?(?:自治)?[市县区旗])"
_LEVEL = re.compile("[市县区旗]")
_OWN_NAMES = ("title", "project_name", "unit", "department", "agency")
_ALIAS = re.compile(r"以下(?:统称|合称|简称)(?:为)?[“\"「]?([\u4e00-\u9fff]{2,20})")
_LEAST_CONTENT = 3  # characters of a name beyond generic words
_LEAST_HEADER = 4


def _has_names(report: Report) -> bool:
    return "project_name" in report.facts or "department" in report.facts


@check("name-inconsistent", version=1, applies=_has_names)
def name_inconsistent(report: Report, rules: Rules) -> Iterator[Doubt]:
    """Another project's or unit's name where this report's belongs (财监〔2021〕4号第十八条).

    Looked at are names that open a clause: of another county, city or district, or, after words
    that conclude, a project that shares no word with this one. Each place is told; sentences that
    speak of others on purpose are not judged.
    """
    rule = rules.language.names
    own = _Own.of(report, rule)
    if not own.text:
        return
    mentions = _mentions(report)
    finder = _Finder(rule)
    of_others = re.compile("|".join(map(re.escape, rule.other_words)) or "(?!)")
    for paragraph in report.paragraphs:
        for match in _SENTENCE.finditer(paragraph.text):
            sentence = match.group()
            if of_others.search(sentence):
                continue
            for at, name in finder.strangers(sentence, own, mentions):
                start = match.start() + at
                yield _doubt(report, name, paragraph.place(start, start + len(name)))
    yield from _headers(report, rule, own)


def _doubt(report: Report, name: str, place: Place) -> Doubt:
    fact = report.facts.get("project_name") or report.facts["department"]
    own = str(fact.value)
    return Doubt(place=place, expected=own, found=name, values={"own": own, "found": name})


@dataclass(frozen=True, slots=True)
class _Own:
    """The report's own names, joined; `pairs` are the character pairs of their content."""

    text: str
    pairs: frozenset[str]
    levels: frozenset[str]  # 市, 县, 区: the levels of the places in them

    @classmethod
    def of(cls, report: Report, rule: NameRule) -> _Own:
        texts = [plain(str(report.facts[n].value)) for n in _OWN_NAMES if n in report.facts]
        texts += [plain(line.text) for line in report.cover_lines]
        texts += [alias for p in report.paragraphs for alias in _ALIAS.findall(p.text)]
        whole = "\n".join(texts)
        levels = frozenset(m["place"][-1] for text in texts for m in re.finditer(_PLACE, text))
        return cls(whole, _pairs(_content(whole, rule)), levels)


def _content(name: str, rule: NameRule) -> str:
    """Return a name without the words that tell no project from another."""
    for word in sorted(rule.generic, key=len, reverse=True):
        name = name.replace(word, " ")
    return name


def _pairs(text: str) -> frozenset[str]:
    return frozenset(
        part[at : at + 2] for part in text.split() for at in range(max(0, len(part) - 1))
    )


def _mentions(report: Report) -> Counter[str]:
    """Count in how many sentences, headings and cells each place stands."""
    counts: Counter[str] = Counter()
    pattern = re.compile(r"(?=([\u4e00-\u9fff]{2,3}(?:自治)?[市县区旗]))")
    for paragraph in report.texts:
        if not _LEVEL.search(paragraph.text):
            continue
        for match in _SENTENCE.finditer(paragraph.text):
            counts.update(set(pattern.findall(match.group())))
    return counts


class _Finder:
    """Finds names at the beginning of clauses."""

    def __init__(self, rule: NameRule) -> None:
        self.rule = rule
        leads = "|".join(sorted(rule.leads, key=len, reverse=True))
        # A clause: where it begins, what leads to the name, a comma after it.
        self._clause = re.compile(rf"(?:^|[,、:“])(?:(?:{leads}),?){{0,2}}")
        projects, units = "|".join(rule.project_endings), "|".join(rule.unit_endings)
        self._project = re.compile(rf"{_PLACE}(?P<rest>[\u4e00-\u9fff()]{{2,28}}?)(?:{projects})+")
        self._unit = re.compile(rf"{_PLACE}(?P<rest>[\u4e00-\u9fff]{{1,12}}?)(?:{units})")
        concluding = "|".join(sorted(rule.concluding, key=len, reverse=True))
        self._concluding = re.compile(
            rf"(?:^|[,:])(?:{concluding}),?(?P<name>[\u4e00-\u9fff()]{{4,28}}?(?:{projects})+)"
        )
        self._not_own = re.compile("|".join(rule.not_own))

    def strangers(
        self, sentence: str, own: _Own, mentions: Counter[str]
    ) -> Iterator[tuple[int, str]]:
        """Yield offset and name of each other project or unit that opens a clause."""
        seen: set[int] = set()
        for clause in self._clause.finditer(sentence):
            for pattern in (self._project, self._unit):
                match = pattern.match(sentence, clause.end())
                if match is None or match.start() in seen:
                    continue
                if self._is_stranger(match, sentence, own, mentions, pattern is self._unit):
                    seen.add(match.start())
                    yield match.start(), match.group()
        match = self._concluding.search(sentence)
        if match and match.start("name") not in seen and self._is_other(match, sentence, own):
            yield match.start("name"), match["name"]

    def _is_stranger(
        self,
        match: re.Match[str],
        sentence: str,
        own: _Own,
        mentions: Counter[str],
        unit: bool,
    ) -> bool:
        place = match["place"]
        if place.endswith(self.rule.not_places) or self._not_own.match(place):
            return False
        if any(word in place for word in self.rule.not_in_places):
            return False
        if place in own.text or place[:-1] in own.text or self._goes_on(sentence, match.end()):
            return False
        if mentions[place] > self.rule.most_mentions:
            return False
        if place[-1] == "市" and "市" not in own.levels:
            # It may be the city above this district: only another project is a stranger then.
            return not unit and not _pairs(_content(match["rest"], self.rule)) & own.pairs
        return True

    def _is_other(self, match: re.Match[str], sentence: str, own: _Own) -> bool:
        """Say whether a concluding sentence is about a project that shares nothing with this."""
        name = match["name"]
        if self._not_own.match(name) or name in own.text:
            return False
        if self._goes_on(sentence, match.end("name")):
            return False
        content = _content(name, self.rule)
        if len(content.replace(" ", "")) < _LEAST_CONTENT:
            return False
        return not _pairs(content) & own.pairs

    def _goes_on(self, sentence: str, end: int) -> bool:
        return sentence.startswith(self.rule.not_after, end)


def _headers(report: Report, rule: NameRule, own: _Own) -> Iterator[Doubt]:
    """Find the first running header of each wording that names another report."""
    pattern = re.compile(rule.headers)
    told: set[str] = set()
    for page in report.document.pages:
        for line in page.lines:
            if line.kind is not LineKind.HEADER:
                continue
            text = plain(line.text)
            if text in told:
                continue
            told.add(text)
            match = pattern.search(text)
            content = _content(match["name"], rule) if match else ""
            content = re.sub(r"20\d\d年?|[^\u4e00-\u9fff ]", "", content)
            if match is None or len(content.replace(" ", "")) < _LEAST_HEADER:
                continue
            if not _pairs(content) & own.pairs:
                place = Place(line.page, line.box, shorten(line.text))
                yield _doubt(report, match["name"], place)
