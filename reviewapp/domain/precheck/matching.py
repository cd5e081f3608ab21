"""Which sections a heading names: exact wording, normal form, phrases; then patterns and guesses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewapp.domain.precheck.language_rules import HeadingRule
from reviewapp.domain.precheck.outline import Heading
from reviewapp.domain.precheck.rules import Outline, SectionRule
from reviewapp.domain.precheck.text import plain

EXACT, NORMAL, NEARLY = 1.0, 0.95, 0.8
_IGNORED = ""
_LEAST_COVER = 0.34  # share of a long heading that the known phrases must cover
_LEAST_COVER_LOW = 0.5  # of headings from the third level down
_FILLERS = ("项目支出", "项目", "情况", "主要", "相关", "有关", "的", "等")
_LEAST_LIKENESS = 0.6  # of character pairs, for a heading that no wording knows
_LOWEST_GUESSED = 2
_SURE_PATTERN, _SURE_CLASS, _SURE_GUESS = 0.8, 0.75, 0.7
_SURE_HOLDER = 0.6  # of a heading known only by the parts below it
_JOINERS = re.compile(r"以及|及其|[及和与、,/·]")
_LONGEST_BY_WORDS = 20  # characters of a heading known by a short word
_REMARK = re.compile(r"\([^()]*\)|〔[^〔〕]*〕")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a text: its label and its offsets."""

    label: str
    start: int
    end: int


# Finds labelled phrases in texts, from `phrase_table`.
FindPhrases = Callable[[Sequence[str]], list[list[Hit]]]
# Says which labels' patterns a text holds, from `pattern_table`.
FindPatterns = Callable[[str], frozenset[str]]
# Gives each label (a section id, or "" for none) a likelihood from 0 to 1, from `examples`.
Classify = Callable[[str], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class HeadingReader:
    """What reads headings, three ways; adapters/nlp.py makes one with spaCy."""

    phrases: FindPhrases
    patterns: FindPatterns
    classify: Classify


@dataclass(frozen=True, slots=True)
class Match:
    """A heading and the sections that it satisfies; `confidence` from 0 to 1."""

    heading: Heading
    sections: tuple[str, ...]
    confidence: float
    parents: tuple[int, ...]  # indices of the headings above it, the nearest last
    annex: bool = False


def phrase_table(outline: Outline) -> dict[str, tuple[str, ...]]:
    """Return label -> phrases for the phrase finder; the empty label marks phrases to skip."""
    table = {
        rule.id: tuple(dict.fromkeys([_bare(p) for p in (*rule.phrases, *_long(rule.exact))]))
        for rule in outline.sections
    }
    table[_IGNORED] = tuple(_bare(p) for p in outline.ignored)
    return table


def pattern_table(outline: Outline) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return label -> patterns: words in order, each with alternatives (问题|不足)."""
    return {rule.id: rule.patterns for rule in outline.sections if rule.patterns}


def examples(outline: Outline, rule: HeadingRule) -> list[tuple[str, str]]:
    """Return what the classifier learns: forms of wordings with section id, "" for none."""
    told: dict[tuple[str, str], None] = {}
    for section in outline.sections:
        for wording in (*section.exact, *section.shared, *section.phrases):
            form = learned_form(wording, rule)
            for text in (form, form.replace("项目", "").replace("绩效", "") or form):
                told[text, section.id] = None
        for wording in section.shared if section.parent else ():
            told[learned_form(wording, rule), str(section.parent)] = None
    for wording in (*outline.ignored, *rule.others):
        form = learned_form(wording, rule)
        told[form, _IGNORED] = told["项目" + form, _IGNORED] = None
    return list(told)


def learned_form(title: str, rule: HeadingRule) -> str:
    """Return the form that the classifier sees: synonyms replaced by the first of their group."""
    form = _bare(title)
    pairs = [(word, group[0]) for group in rule.synonyms for word in group[1:]]
    for word, first in sorted(pairs, key=lambda pair: -len(pair[0])):
        form = form.replace(word, first)
    return form


def _long(wordings: Iterable[str]) -> list[str]:
    return [wording for wording in wordings if len(wording) >= 4]


def _bare(title: str) -> str:
    """Return the form in which whole wordings are compared: no remark in brackets, no 的."""
    return _REMARK.sub("", plain(title)).replace("的", "")


def normal_form(title: str) -> str:
    """Return a title without remarks in brackets, filler words and joiners."""
    title = _JOINERS.sub("", _REMARK.sub("", title))
    for filler in _FILLERS:
        title = title.replace(filler, "")
    return title


class Wordings:
    """The wordings of one outline, ready to be compared with.

    In wordings of at least `forgive` characters one wrong character is forgiven (0: never).
    """

    def __init__(
        self, outline: Outline, reader: HeadingReader, rule: HeadingRule, *, forgive: int = 0
    ) -> None:
        self.outline = outline
        self._reader = reader
        self._rule = rule
        self._exact = _index(outline, _bare)
        self._normal = _index(outline, lambda text: normal_form(plain(text)))
        self._near = _gapped(self._exact, forgive) if forgive else {}
        self._score_annexes = [re.compile(pattern) for pattern in outline.score_annexes]
        self._titles = {
            rule.id: [_pairs(title) for title in (*rule.exact, *rule.shared)]
            for rule in outline.sections
        }
        self._summaries = {_bare(text) for text in outline.summaries}

    def knows(self, title: str) -> bool:
        """Say whether a plain title is a known wording as a whole."""
        bare = _bare(title)
        known = bare in self._exact or bare in self._summaries
        return known or normal_form(title) in self._normal or bool(self._nearly(bare))

    def _nearly(self, bare: str) -> tuple[str, ...]:
        """Return the sections of the one wording that differs by a single character."""
        found = {ids for gap in _gaps(bare) if (ids := self._near.get(gap))} if self._near else ()
        return next(iter(found)) if len(found) == 1 else ()

    def is_summary(self, title: str) -> bool:
        """Say whether a plain title opens a summary."""
        return _bare(title) in self._summaries

    def match(self, headings: Sequence[Heading]) -> list[Match]:
        """Return each heading with the sections that its words name, in reading order."""
        hits = self._reader.phrases([_bare(heading.title) for heading in headings])
        matches = self._pass(headings, hits, {})
        guesses: dict[int, tuple[str, float]] = {}
        for highest in (1, _LOWEST_GUESSED):  # what a parent is tells what its children may be
            found = self._guess(matches, highest)
            if found:
                guesses |= found
                matches = self._pass(headings, hits, guesses)
        holders = self._holders(matches)
        return self._pass(headings, hits, guesses | holders) if holders else matches

    def _holders(self, matches: Sequence[Match]) -> dict[int, tuple[str, float]]:
        """Return by index the strange headings that hold the parts of a section not found."""
        found = {section for match in matches for section in match.sections}
        held: dict[int, list[str]] = {}
        for match in matches:
            if match.parents and not match.annex:
                held.setdefault(match.parents[-1], []).extend(match.sections)
        holders: dict[int, tuple[str, float]] = {}
        for index, sections in held.items():
            if matches[index].sections or matches[index].parents or not sections:
                continue
            for rule in self.outline.sections:
                parts = {child.id for child in self.outline.children(rule.id)}
                own = sum(section in parts for section in sections)
                if rule.id not in found and own * 2 > len(sections):
                    holders.setdefault(index, (rule.id, _SURE_HOLDER))
        return holders

    def _pass(
        self,
        headings: Sequence[Heading],
        hits: list[list[Hit]],
        guesses: dict[int, tuple[str, float]],
    ) -> list[Match]:
        matches: list[Match] = []
        above: list[int] = []
        for index, heading in enumerate(headings):
            while above and headings[above[-1]].level >= heading.level:
                above.pop()
            around = [matches[i] for i in above]
            sections, confidence = self._sections(heading, hits[index], around)
            if not sections and index in guesses:
                sections, confidence = (guesses[index][0],), guesses[index][1]
            annex = heading.style == "annex" or any(match.annex for match in around)
            matches.append(Match(heading, sections, confidence, tuple(above), annex))
            above.append(index)
        return matches

    def _guess(self, matches: Sequence[Match], lowest: int) -> dict[int, tuple[str, float]]:
        """Return by index what unmatched headings probably are, for sections not found at all.

        Patterns count before the classifier, and that before likeness. A heading of the first
        level is only taken for a section of the first level, and one below for a child of a
        section that it stands in: guesses alone would see sections everywhere.
        """
        found = {section for match in matches for section in match.sections}
        best: dict[str, tuple[float, int]] = {}
        for index, match in enumerate(matches):
            heading = match.heading
            if match.sections or match.annex or heading.level > lowest:
                continue
            inside = {s for i in match.parents for s in matches[i].sections}
            barring = _barring(matches[i] for i in match.parents)
            here = [
                rule
                for rule in self.outline.sections
                if (rule.parent in inside if match.parents else rule.level == 1)
                and not barring.intersection(rule.not_under)
            ]
            if all(rule.id in found for rule in here):
                continue
            for section, sure in self._guessed(heading.title, here).items():
                if section not in found and sure > best.get(section, (0.0, 0))[0]:
                    best[section] = (sure, index)
        by_heading: dict[int, tuple[float, str]] = {}
        for section, (sure, index) in best.items():
            if sure > by_heading.get(index, (0.0, ""))[0]:
                by_heading[index] = (sure, section)
        return {index: (section, sure) for index, (sure, section) in by_heading.items()}

    def _guessed(self, title: str, here: Sequence[SectionRule]) -> dict[str, float]:
        """Return the sections that may be meant at this place with how sure that is."""
        ids = [rule.id for rule in here]
        bare = _bare(title)
        named = self._reader.patterns(bare)
        guessed = {section: _SURE_PATTERN for section in ids if section in named}
        likely = self._reader.classify(learned_form(title, self._rule))
        weights = {section: likely.get(section, 0.0) for section in (*ids, _IGNORED)}
        top = max(weights, key=lambda section: weights[section])
        share = weights[top] / (sum(weights.values()) or 1.0)
        if top != _IGNORED and share >= self._rule.least_sure / 100:
            guessed.setdefault(top, round(_SURE_CLASS * share, 2))
        for rule in here:
            likeness = max(map(_likeness(title), self._titles[rule.id]), default=0.0)
            if likeness >= _LEAST_LIKENESS:
                sure = round(_SURE_GUESS * likeness, 2)
                guessed[rule.id] = max(guessed.get(rule.id, 0.0), sure)
        return guessed

    def _sections(
        self, heading: Heading, hits: list[Hit], above: list[Match]
    ) -> tuple[tuple[str, ...], float]:
        inside = {section for match in above for section in match.sections}
        barring = _barring(above)
        bare = _bare(heading.title)
        if heading.style == "annex" and any(known.search(bare) for known in self._score_annexes):
            return (), 0.0
        for table, key, confidence in (
            (self._exact, bare, EXACT),
            (self._normal, normal_form(heading.title), NORMAL),
        ):
            chosen = self._allowed(self._owner(table.get(key, ()), bare, inside), barring)
            if chosen:
                return chosen, confidence
        nearly = self._allowed(self._owner(self._nearly(bare), bare, inside), barring)
        if nearly:
            return nearly, NEARLY
        words = self._words(bare, inside)
        phrases, confidence = self._phrases(heading, bare, hits)
        named = self._allowed(self._owner((*words, *phrases), bare, inside), barring)
        return named, (confidence if set(named) <= set(phrases) else NORMAL) if named else 0.0

    def _phrases(
        self, heading: Heading, bare: str, hits: list[Hit]
    ) -> tuple[tuple[str, ...], float]:
        kept = _longest(hits)
        covered = sum(hit.end - hit.start for hit in kept if hit.label != _IGNORED)
        share = covered / max(1, len(bare))
        if share < (_LEAST_COVER if heading.level <= 2 else _LEAST_COVER_LOW):
            return (), 0.0
        spans = {(hit.start, hit.end) for hit in kept}
        # The same words may belong to several sections (问题与建议).
        ids = {hit.label for hit in hits if (hit.start, hit.end) in spans and hit.label}
        return tuple(ids), round(min(0.9, 0.5 + 0.4 * share), 2)

    def _owner(self, ids: Iterable[str], bare: str, inside: set[str]) -> tuple[str, ...]:
        """Order the ids as the outline does; a wording that parent and child share is one's."""
        wanted = set(ids)
        for rule in self.outline.sections:
            if rule.parent in wanted and rule.id in wanted and bare in map(_bare, rule.shared):
                wanted.discard(str(rule.parent) if rule.parent in inside else rule.id)
        return tuple(rule.id for rule in self.outline.sections if rule.id in wanted)

    def _allowed(self, ids: Iterable[str], barring: set[str]) -> tuple[str, ...]:
        """Drop sections that a heading cannot mean inside the sections around it."""
        section = self.outline.section
        return tuple(i for i in ids if not barring.intersection(section(i).not_under))

    def _words(self, bare: str, inside: set[str]) -> tuple[str, ...]:
        """Short words that say enough below their parent only (决策 below the analysis)."""
        if len(bare) > _LONGEST_BY_WORDS or _below_child(self.outline, inside):
            return ()
        return tuple(
            rule.id
            for rule in self.outline.sections
            if rule.parent in inside
            and any(word in bare for word in rule.words)
            and not any(word in bare for word in rule.not_words)
        )


def _barring(above: Iterable[Match]) -> set[str]:
    """Return the sections around a heading that say what it cannot mean.

    A heading that names several (结论及建议) may hold the parts of any.
    """
    return {match.sections[0] for match in above if len(match.sections) == 1}


def _pairs(title: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a title's normal form, its ends marked."""
    form = f"^{normal_form(plain(title))}$"
    return frozenset(form[at : at + 2] for at in range(len(form) - 1))


def _likeness(title: str) -> Callable[[frozenset[str]], float]:
    """Return a function that says how much of its pairs a title shares with another's (Dice)."""
    own = _pairs(title)

    def likeness(other: frozenset[str]) -> float:
        return 2 * len(own & other) / max(1, len(own) + len(other))

    return likeness


def _below_child(outline: Outline, inside: set[str]) -> bool:
    """Say whether the heading already stands below a section with words of its own."""
    return any(outline.section(i).words for i in inside)


def _index(outline: Outline, form: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for rule in outline.sections:
        owned = [(wording, rule.id) for wording in (*rule.exact, *rule.shared)]
        owned += [(wording, rule.parent) for wording in rule.shared if rule.parent]
        for wording, section in owned:
            ids = table.setdefault(form(wording), [])
            if section not in ids:
                ids.append(section)
    table.pop("", None)
    return {key: tuple(ids) for key, ids in table.items()}


def _gaps(text: str) -> list[str]:
    """Return the text with each of its characters left open in turn."""
    return [f"{text[:at]}\0{text[at + 1 :]}" for at in range(len(text))]


def _gapped(exact: dict[str, tuple[str, ...]], least: int) -> dict[str, tuple[str, ...]]:
    """Return gapped wording -> sections, without those that different sections share."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for wording, ids in exact.items():
        if len(wording) >= least:
            for gap in _gaps(wording):
                found.setdefault(gap, set()).add(ids)
    return {gap: next(iter(owners)) for gap, owners in found.items() if len(owners) == 1}


def _longest(hits: list[Hit]) -> list[Hit]:
    """Return non-overlapping hits, longer ones first, in order of place.

    A phrase to skip goes before what it cuts into (指标体系及得分表), but not before what holds it.
    """

    def order(hit: Hit) -> tuple[bool, int, int]:
        held = any(
            other.label and other.start <= hit.start and hit.end <= other.end for other in hits
        )
        return (hit.label != _IGNORED or held, hit.start - hit.end, hit.start)

    kept: list[Hit] = []
    for hit in sorted(hits, key=order):
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)
