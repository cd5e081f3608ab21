"""The precheck's data as values: outlines, wordings, thresholds, repealed rules, checks.

They come from rubrics/precheck/*.yaml through adapters/rule_files.py; nothing here is wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reviewapp.domain.precheck.certainty import OcrRule
from reviewapp.domain.precheck.figure_rules import AmountRule, IndicatorRule, SurveyRule, YearRule
from reviewapp.domain.precheck.finding import Severity
from reviewapp.domain.precheck.language_rules import LanguageRules


@dataclass(frozen=True, slots=True)
class SectionRule:
    """One section of an outline. `exact` are whole headings, `phrases` words inside longer ones.

    `patterns` are words that follow one another in a heading with a few characters between them.
    `words` are short words that count only below `parent` and beside none of `not_words`;
    `not_under` are sections inside which a heading never means this one; `shared` are wordings
    that mean the parent at the top.
    """

    id: str
    title: str
    title_en: str
    parent: str | None = None
    required: bool = True
    exact: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    patterns: tuple[tuple[str, ...], ...] = ()  # words in order, each "one|or|another"
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    not_under: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()  # texts that are enough however short (无)

    @property
    def level(self) -> int:
        """Return the level in the outline: 1, or 2 below a parent."""
        return 2 if self.parent else 1


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of one kind of report in order."""

    kind: str
    source: str
    sections: tuple[SectionRule, ...]
    ignored: tuple[str, ...] = ()  # phrases of headings that mean no section
    summaries: tuple[str, ...] = ()  # headings of summaries
    score_annexes: tuple[str, ...] = ()  # regular expressions: annexes that only hold scores

    def section(self, section_id: str) -> SectionRule:
        """Return a section by id; KeyError if the kind has no such section."""
        for rule in self.sections:
            if rule.id == section_id:
                return rule
        raise KeyError(section_id)

    def children(self, section_id: str) -> tuple[SectionRule, ...]:
        """Return the sections below one, in order."""
        return tuple(rule for rule in self.sections if rule.parent == section_id)


@dataclass(frozen=True, slots=True)
class CheckRule:
    """How a check is set: severity, and what --explain says in both languages."""

    id: str
    severity: Severity
    title: str
    title_en: str
    explanation: str
    explanation_en: str
    tolerance: str
    tolerance_en: str
    source: str
    why: str = ""  # what was measured that gives it this severity
    why_en: str = ""
    todo: str = ""  # supply or mask: what is to be done about it; else its severity says that


@dataclass(frozen=True, slots=True)
class RepealedRule:
    """A rule no longer in force from `since` on; `titles` name it without any number."""

    number: str
    since: date
    replaced_by: str
    source: str
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverRule:
    """Labels and shapes by which a cover's fields are known, per fact name."""

    labels: Mapping[str, tuple[str, ...]]
    other_labels: tuple[str, ...]
    label_stems: tuple[tuple[str, str], ...]  # stem of an unlisted label, fact name or ""
    agency_endings: tuple[str, ...]
    unit_endings: tuple[str, ...]
    title_endings: tuple[str, ...]
    not_units: tuple[str, ...]
    phrases: Mapping[str, tuple[str, ...]]  # regular expressions for the first pages
    required: Mapping[str, tuple[str, ...]]  # kind -> fact names


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """How score tables and stated scores are worded, and how far sums may be off (points)."""

    weight_columns: tuple[str, ...]
    score_columns: tuple[str, ...]
    not_score_columns: tuple[str, ...]
    rate_columns: tuple[str, ...]
    indicator_columns: tuple[str, ...]
    total_labels: tuple[str, ...]
    subtotal_labels: tuple[str, ...]
    dimensions: tuple[str, ...]
    other_tables: tuple[str, ...]
    results: tuple[str, ...]  # the dimensions of output and benefit
    least_results: Decimal  # points of 100 that they must weigh
    score_phrases: tuple[str, ...]  # regular expressions with the group "score"
    weak_score_phrases: tuple[str, ...]  # the same, believed in the conclusion only
    not_before: tuple[str, ...]
    not_just_before: tuple[str, ...]
    own_words: tuple[str, ...]  # 该项目 is no 该项
    grade_phrases: tuple[str, ...]  # regular expressions with the group "grade"
    grade_not_before: tuple[str, ...]
    full_marks: tuple[str, ...]
    part_marks: tuple[str, ...]  # the same of anything, the whole or an indicator
    stated_rates: tuple[str, ...]  # a sentence's groups "weight", "score" and "rate"
    part_rates: tuple[str, ...]  # with the group "rate": a score's rate behind it
    grade_ranges: tuple[str, ...]  # what right before a grade makes it a definition
    own_thresholds: tuple[str, ...]  # "low" and "grade": the lower bounds that a report gives
    bands: tuple[tuple[Decimal, str], ...]  # lower bound in points -> grade, falling
    grade_words: Mapping[str, str]  # printed word -> 优 良 中 差
    total: Decimal = Decimal(100)
    per_item: Decimal = Decimal("0.01")
    on_total: Decimal = Decimal("0.05")

    def tolerance(self, items: int) -> Decimal:
        """Return by how many points a sum of so many items may be off."""
        return max(self.on_total, self.per_item * items)


@dataclass(frozen=True, slots=True)
class FactRule:
    """Regular expressions for facts in the running text, best first; the group "value" counts."""

    patterns: Mapping[str, tuple[str, ...]]
    table_columns: Mapping[str, tuple[str, ...]]
    evaluation_year: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftoverRule:
    """One pattern of a leftover; text that matches `unless` around it is no leftover."""

    pattern: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class FundRule:
    """How tables of funds are worded, for their sums."""

    columns: tuple[str, ...]  # words of a column, or of the caption, that hold money
    not_columns: tuple[str, ...]  # words of columns that are not added up
    totals: tuple[str, ...]
    levels: tuple[str, ...]  # words of rows that make levels (其中): not judged
    subtotals: tuple[str, ...]  # endings of rows that sum the rows above them
    whole_words: tuple[str, ...]  # in a sentence they open all parts of the amount before
    some_words: tuple[str, ...]  # they open some of its parts
    part_ends: tuple[str, ...]  # words before an amount that is the whole's again
    total_words: tuple[str, ...]  # regular expressions between the parts and their total
    not_parts: tuple[str, ...]  # a sentence with one of them is not judged
    most_gap_whole: Decimal  # share of the total by which parts may fall short and still be meant
    most_gap_some: Decimal


@dataclass(frozen=True, slots=True)
class SharedRule:
    """When a passage is called shared; lengths are characters of the compared form."""

    least_sentence: int
    least_passage: int
    similar_percent: int  # of the five-character pieces of two sentences
    most_passages: int
    common_from: int  # reports; what stands in so many is common property
    skip_sections: tuple[str, ...]
    boilerplate: tuple[str, ...]  # regular expressions


@dataclass(frozen=True, slots=True)
class SeveralRule:
    """When a file seems to hold several reports; numbers of pages, sizes as multiples of text."""

    contents: tuple[str, ...]
    annex: tuple[str, ...]
    title_size: float
    same_title_percent: int
    cover_fields: int
    least_pages: int
    look_ahead: int
    alone_pages: int
    alone_number: int


@dataclass(frozen=True, slots=True)
class Rules:
    """All data of the precheck; `content_hash` is over the files as they are (hex SHA-256)."""

    outlines: Mapping[str, Outline]
    checks: Mapping[str, CheckRule]
    repealed: tuple[RepealedRule, ...]
    repeal_words: tuple[str, ...]  # a sentence with one of them knows of the repeal
    local_prefixes: tuple[str, ...]  # before a number they make it a local rule's
    document_words: tuple[str, ...]  # what stands before the year of a document number
    leftovers: tuple[LeftoverRule, ...]
    funds: FundRule
    ocr: OcrRule
    cover: CoverRule
    scores: ScoreRule
    facts: FactRule
    shared: SharedRule
    several: SeveralRule
    figures: AmountRule
    surveys: SurveyRule
    years: YearRule
    indicators: IndicatorRule
    language: LanguageRules
    empty_below: int = 30  # characters, precheck contract
    content_hash: str = field(default="")
