"""What a demo report is about (ReportSpec) and what it is printed from (blocks).

Amounts are in 万元, points in points of 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FundLine:
    """One use of the money: budget and spending in 万元."""

    item: str
    budget: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator with numbers: a count with its unit, or a rate in percent."""

    name: str
    unit: str
    plan: Decimal
    actual: Decimal


@dataclass(frozen=True, slots=True)
class Described:
    """An indicator judged by its facts: what was planned, what was found, the points it costs."""

    name: str
    target: str
    fact: str
    loss: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with its indicator; `loss` is None where the points follow from the numbers."""

    indicator: str
    title: str
    fact: str
    cause: str
    advice_title: str
    advice: str
    loss: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """A satisfaction survey; `options` counts answers from 非常满意 down to 不满意."""

    who: str
    issued: int
    returned: int
    valid: int
    options: tuple[int, ...]
    target: int
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interview:
    """One conversation: whose office, what was asked, what was said."""

    who: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Office:
    """What only a department-wide report tells; 三公 amounts in 万元."""

    duties: tuple[str, ...]
    offices: tuple[str, ...]
    posts: int
    present: int
    receptions_budget: Decimal
    receptions_spent: Decimal
    receptions_before: Decimal


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """One report of the catalogue with everything its text rests on."""

    key: str
    kind: str
    title: str
    name: str
    unit: str
    department: str
    agency: int
    year: int
    date: str
    nature: str
    background: tuple[str, ...]
    basis: tuple[str, ...]
    content: tuple[str, ...]
    funds: tuple[FundLine, ...]
    goal: str
    quantity: tuple[Measured, ...]
    quality: tuple[Measured, ...]
    timeliness: Described
    cost: Described
    benefits: tuple[Described, ...]
    survey: Survey
    problems: tuple[Problem, ...]
    experience: tuple[tuple[str, str], ...]
    interviews: tuple[Interview, ...]
    rating: str | None = None
    points: tuple[int, ...] = ()
    leads: bool = False
    office: Office | None = None
    flaws: Mapping[str, str] = field(default_factory=dict)

    @property
    def budget(self) -> Decimal:
        """Return the year's budget in 万元."""
        return sum((line.budget for line in self.funds), Decimal(0))

    @property
    def spent(self) -> Decimal:
        """Return the year's spending in 万元."""
        return sum((line.spent for line in self.funds), Decimal(0))


@dataclass(frozen=True, slots=True)
class Style:
    """The house style of an agency; `frame`, `headings` name lists of phrases.yaml."""

    producer: str  # reportlab or typst
    frame: int
    headings: int
    voice: int  # which wording of its own boilerplate
    body_pt: float
    line_pt: float
    decimals: int  # of printed points
    wide_scores: bool  # the score table stands on landscape pages
    merged_experience: bool
    accent: str  # table heads, as #rrggbb


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its number; level 1 to 3. `page_break` starts a new page before it."""

    level: int
    text: str
    in_contents: bool = True
    page_break: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph: body, plain (no indent), centre, or right."""

    text: str
    style: str = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that may run over pages; the first `merged` columns show a value once."""

    caption: str
    columns: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    merged: int = 0
    unit: str = ""
    wide: bool = False

    @property
    def centred(self) -> tuple[bool, ...]:
        """Return for each column whether its cells stand in the middle: figures and short words."""
        return tuple(
            index in self.numeric or all(len(row[index]) <= 8 for row in self.rows)
            for index in range(len(self.columns))
        )


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page."""

    title: str
    fields: tuple[tuple[str, str], ...]
    date: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The place of the table of contents; the body with page 1 begins after it."""

    title: str = "目　录"


Block = Heading | Para | Table | Cover | Contents
