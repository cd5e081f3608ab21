"""What a notice is composed from: plain values that a service fills from settled results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.notice.phrases import clean

LETTERS = ("A", "B", "C", "D")
LOW_LETTERS = ("C", "D")
KINDS = ("key-project", "department")
PUBLICITY = ("public", "on-request", "internal")
TOO_FEW = ""
MAX_TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedReport:
    """One report with its settled result.

    `total` is in hundredths of a point, 0 to 10000. `lead` puts the report before the others of its
    letter where a sentence names examples; otherwise the order of the input counts, never the
    points, because the order would give away what the bureau chose not to publish.
    `shortcomings` is one released sentence on why a report is rated C or D.
    """

    title: str
    kind: str
    unit: str
    department: str
    agency: str
    rating: str
    total: int
    shortcomings: str = ""
    lead: bool = False

    def __post_init__(self) -> None:
        if not clean(self.title):
            raise Invalid(N_("A report has no title."), field="reports")
        if len(self.title) > MAX_TITLE:
            raise Invalid(
                N_("The title “%(title)s…” is longer than %(limit)s characters."),
                field="reports",
                title=self.title[:30],
                limit=MAX_TITLE,
            )
        if self.rating not in LETTERS or self.kind not in KINDS:
            raise Invalid(
                N_("“%(title)s” has the kind “%(kind)s” and the rating “%(rating)s”."),
                field="reports",
                title=self.title,
                kind=self.kind,
                rating=self.rating,
            )
        if not clean(self.agency):
            raise Invalid(N_("“%(title)s” names no agency."), field="reports", title=self.title)
        if not 0 <= self.total <= 10_000:
            raise Invalid(
                N_("The total of “%(title)s” is outside 0 to 100 points."),
                field="reports",
                title=self.title,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """The grade of one agency by the round's rule; TOO_FEW ("") where it had too few reports."""

    agency: str
    grade: str = TOO_FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How many reports of a kind there were, and in which words they were drawn."""

    kind: str
    population: int
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The lowest total, in hundredths of a point, that still earns a letter."""

    letter: str
    floor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricRef:
    """Which rubric a kind was rated against: its title, version and content hash."""

    kind: str
    title: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """How the rating was done.

    `settlement` is a code that the wording knows (single, mean, trimmed-mean, median) or the words
    themselves. `bands` run from the best letter to the worst.
    """

    experts: int
    per_report_min: int
    per_report_max: int
    settlement: str
    disputed: int = 0
    rated_from: date | None = None
    rated_to: date | None = None
    feedback: bool = False
    draws: tuple[Draw, ...] = ()
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionRate:
    """The mean score rate of a dimension over all reports, in hundredths of a percent."""

    title: str
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """One good practice in words, with the titles of reports that show it."""

    title: str
    text: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonProblem:
    """One problem that several reports share, from the deductions on a criterion."""

    dimension: str
    criterion: str
    reports: int
    text: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement of the notice: its heading and its text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeInput:
    """Everything a notice says, before it is put into words.

    An empty `doc_number` or no `issue_date` makes a draft. Empty `addressees` and `requirements`
    are filled from the wording. `show_totals` adds the points to the results list; by default the
    grade alone is published. `supersedes_number` and `supersedes_title` are those of the published
    notice that this one takes the place of.
    """

    bureau: str
    year: int
    round_title: str
    reports: tuple[RatedReport, ...]
    organisation: Organisation
    rubrics: tuple[RubricRef, ...]
    agencies: tuple[AgencyLine, ...]
    strengths: tuple[Strength, ...] = ()
    dimension_rates: tuple[DimensionRate, ...] = ()
    problems: tuple[CommonProblem, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    rectify_by: date | None = None
    addressees: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    contact_name: str = ""
    contact_phone: str = ""
    publicity: str = "public"
    doc_number: str = ""
    issue_date: date | None = None
    sealed: bool = False
    printer: str = ""
    show_totals: bool = False
    supersedes_number: str = ""
    supersedes_title: str = ""

    def __post_init__(self) -> None:
        if not self.reports:
            raise Invalid(N_("A notice needs at least one settled report."), field="reports")
        if not clean(self.bureau):
            raise Invalid(N_("A notice needs the name of the bureau."), field="bureau")
        if self.publicity not in PUBLICITY:
            raise Invalid(
                N_("“%(value)s” is not a way of publishing a notice."),
                field="publicity",
                value=self.publicity,
            )
        rated = {clean(report.agency) for report in self.reports}
        graded = [clean(line.agency) for line in self.agencies]
        if len(graded) != len(set(graded)) or set(graded) != rated:
            raise Invalid(
                N_("The agency grades do not match the agencies of the rated reports: %(names)s."),
                field="agencies",
                names="、".join(sorted(rated.symmetric_difference(graded)) or sorted(graded)),
            )
