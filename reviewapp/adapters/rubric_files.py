"""Rubrics and round rules from YAML files; an error names the file, the key and what was expected.

Points stand in the files as people write them (13.5) and become integer hundredths here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.grading import AgencyGradeRule, GradeCap
from reviewapp.domain.rubric import (
    HUNDREDTHS,
    Band,
    Criterion,
    Dimension,
    ImpossibleRubric,
    Level,
    Per,
    Problem,
    ReasonRule,
    Rubric,
    RubricKind,
    SuggestedDeduction,
    Veto,
    format_points,
)
from reviewapp.domain.settlement import Method, SettlementRule

_EnumT = TypeVar("_EnumT", bound=StrEnum)
_RUBRIC_KEYS = frozenset({"dimensions", "bands", "vetoes"})  # any of them makes a file a rubric


@dataclass(frozen=True)
class FileProblem:
    """One thing wrong in a file: where, and an English msgid with values."""

    file: str
    key: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        said = self.message % self.values if self.values else self.message
        return f"{self.file}: {self.key}: {said}" if self.key else f"{self.file}: {said}"


class RubricFileError(Invalid):
    """Files that cannot be used; `problems` lists everything found wrong in them."""

    def __init__(self, problems: Sequence[FileProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            N_("These rubric files cannot be used: %(problems)s"),
            problems="\n".join(str(problem) for problem in self.problems),
        )


@dataclass(frozen=True)
class RoundRules:
    """The rules that a new round starts with."""

    settlement: SettlementRule
    agency_grade: AgencyGradeRule


def load(path: Path) -> Rubric:
    """Read one rubric. Raises RubricFileError with every problem of the file."""
    problems: list[Problem] = []
    data = _read(path, problems)
    rubric = _rubric(_Keys(data, "", problems)) if not problems else None
    if problems or rubric is None:
        raise RubricFileError(
            [FileProblem(path.name, one.where, one.message, one.values) for one in problems]
        )
    return rubric


def load_all(folder: Path) -> tuple[Rubric, ...]:
    """Read every rubric of a folder, sorted by slug and version.

    Other YAML files, those without dimensions, bands and vetoes, are passed over. Raises
    RubricFileError with the problems of all files, the same slug and version twice among them.
    """
    rubrics: list[Rubric] = []
    problems: list[FileProblem] = []
    seen: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.yaml")):
        reading: list[Problem] = []
        data = _read(path, reading)
        if not reading and not _RUBRIC_KEYS & data.keys():
            continue
        try:
            rubric = load(path)
        except RubricFileError as error:
            problems.extend(error.problems)
            continue
        known = seen.setdefault((rubric.slug, rubric.version), path.name)
        if known != path.name:
            problems.append(
                FileProblem(
                    path.name,
                    "version",
                    N_("%(file)s has the same slug and version; a changed rubric needs a new one"),
                    {"file": known},
                )
            )
        rubrics.append(rubric)
    if problems:
        raise RubricFileError(problems)
    return tuple(sorted(rubrics, key=lambda one: (one.slug, one.version)))


def load_round_rules(path: Path) -> RoundRules:
    """Read the rules that a new round starts with. Raises RubricFileError."""
    problems: list[Problem] = []
    keys = _Keys(_read(path, problems), "", problems)
    rules: RoundRules | None = None
    if not problems:
        settlement, agency = keys.child("settlement"), keys.child("agency_grade")
        keys.no_others()
        try:
            rules = RoundRules(_settlement_rule(settlement), _agency_rule(agency))
        except Invalid as error:
            problems.append(Problem("", error.message, error.values))
    if problems or rules is None:
        raise RubricFileError(
            [FileProblem(path.name, one.where, one.message, one.values) for one in problems]
        )
    return rules


class _Loader(yaml.SafeLoader):
    """Plain YAML, but exact decimals, and a key that stands twice is an error."""


def _exact(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    text = str(loader.construct_scalar(node))
    try:
        return Decimal(text.replace("_", ""))
    except ArithmeticError:
        return text


def _unique(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[object, object]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for (key_node, _), key in zip(node.value, keys, strict=True):
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key} stands twice", key_node.start_mark
            )
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:float", _exact)
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique)


def _read(path: Path, problems: list[Problem]) -> dict[str, object]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        problems.append(Problem("", N_("cannot be read: %(why)s"), {"why": error.strerror}))
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.append(Problem("", N_("is not valid YAML: %(why)s"), {"why": error}))
        return {}
    if not isinstance(data, dict):
        problems.append(Problem("", N_("expected keys with values")))
        return {}
    return {str(key): value for key, value in data.items()}


class _Keys:
    """The keys of one mapping, each read once; what is wrong goes to the common list."""

    def __init__(self, data: object, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        self._data: dict[object, object] = data if isinstance(data, dict) else {}
        self._read: set[object] = set()
        if not isinstance(data, dict):
            self.wrong("", N_("expected keys with values"))

    def wrong(self, key: str, message: str, **values: object) -> None:
        where = ".".join(part for part in (self.where, key) if part)
        self.problems.append(Problem(where, message, values))

    def _take(self, key: str, *, required: bool) -> object:
        self._read.add(key)
        value = self._data.get(key)
        if value is None and required and self._data:
            self.wrong(key, N_("is missing"))
        return value

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self._take(key, required=default is None)
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            self.wrong(key, N_("found %(found)s, expected text"), found=value)
        return value.strip() if isinstance(value, str) else default or ""

    def whole(self, key: str, *, default: int) -> int:
        value = self._take(key, required=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, N_("found %(found)s, expected a whole number"), found=value)
            return default
        return value

    def points(self, key: str, *, default: int | None = None) -> int:
        value = self._take(key, required=default is None)
        if value is None:
            return default or 0
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            self.wrong(key, N_("found %(found)s, expected points such as 13.5"), found=value)
            return 0
        hundredths = Decimal(value) * HUNDREDTHS
        if hundredths != hundredths.to_integral_value():
            self.wrong(key, N_("found %(found)s, expected at most two decimals"), found=value)
        return int(hundredths)

    def choice(self, key: str, kind: type[_EnumT], default: _EnumT | None = None) -> _EnumT:
        value = self._take(key, required=default is None)
        fallback = default or next(iter(kind))
        if value is None:
            return fallback
        try:
            return kind(str(value))
        except ValueError:
            expected = ", ".join(one.value for one in kind)
            message = N_("found %(found)s, expected one of: %(expected)s")
            self.wrong(key, message, found=value, expected=expected)
            return fallback

    def names(self, key: str) -> tuple[str, ...]:
        value = self._take(key, required=False)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.wrong(key, N_("found %(found)s, expected a list of names"), found=value)
            return ()
        return tuple(value)

    def child(self, key: str) -> _Keys:
        value = self._take(key, required=True)
        where = ".".join(part for part in (self.where, key) if part)
        return _Keys({} if value is None else value, where, self.problems)

    def children(self, key: str, *, named_by: str, required: bool = True) -> list[_Keys]:
        value = self._take(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, N_("found %(found)s, expected a list"), found=value)
            return []
        where = ".".join(part for part in (self.where, key) if part)
        return [
            _Keys(item, f"{where}[{_name(item, named_by, number)}]", self.problems)
            for number, item in enumerate(value, start=1)
        ]

    def no_others(self) -> None:
        """Report what nobody asked for: most often a key with a slip in its name."""
        for key in self._data.keys() - self._read:
            self.wrong(str(key), N_("is not a key that is known here"))


def _name(item: object, named_by: str, number: int) -> str:
    """Call an entry by its id, else by its place: #2 is the second."""
    name = item.get(named_by) if isinstance(item, dict) else None
    return str(name) if name not in (None, "") else f"#{number}"


def _rubric(keys: _Keys) -> Rubric | None:
    parts = {name: keys.text(name) for name in ("slug", "version", "title")}
    kind = keys.choice("kind", RubricKind)
    reason_rule = keys.choice("reason_rule", ReasonRule)
    source, guidance = keys.text("source", default=""), keys.text("guidance", default="")
    letters = keys.child("bands")
    bands = tuple(Band(letter, letters.points(letter)) for letter in ("A", "B", "C", "D"))
    letters.no_others()
    vetoes = tuple(_veto(one) for one in keys.children("vetoes", named_by="id", required=False))
    dimensions = tuple(_dimension(one) for one in keys.children("dimensions", named_by="id"))
    keys.no_others()
    if keys.problems:
        return None
    try:
        return Rubric(
            **parts,
            kind=kind,
            reason_rule=reason_rule,
            source=source,
            guidance=guidance,
            bands=bands,
            vetoes=vetoes,
            dimensions=dimensions,
        )
    except ImpossibleRubric as error:
        keys.problems.extend(error.problems)
        return None


def _veto(keys: _Keys) -> Veto:
    veto = Veto(
        id=keys.text("id"),
        ground=keys.text("ground"),
        caps_at=keys.text("caps_at", default="D"),
        guidance=keys.text("guidance", default=""),
    )
    keys.no_others()
    return veto


def _dimension(keys: _Keys) -> Dimension:
    dimension = Dimension(
        id=keys.text("id"),
        title=keys.text("title"),
        guidance=keys.text("guidance", default=""),
        criteria=tuple(_criterion(one) for one in keys.children("criteria", named_by="id")),
    )
    stated = keys.points("points")
    if stated != dimension.max_points:
        keys.wrong(
            "points",
            N_("found %(found)s, expected the sum of its criteria, %(sum)s"),
            found=format_points(stated),
            sum=format_points(dimension.max_points),
        )
    keys.no_others()
    return dimension


def _criterion(keys: _Keys) -> Criterion:
    criterion = Criterion(
        id=keys.text("id"),
        title=keys.text("title"),
        max_points=keys.points("points"),
        guidance=keys.text("guidance"),
        levels=tuple(_level(one) for one in keys.children("levels", named_by="title")),
        sections=keys.names("sections"),
        checks=tuple(
            _deduction(one) for one in keys.children("checks", named_by="check", required=False)
        ),
    )
    keys.no_others()
    return criterion


def _level(keys: _Keys) -> Level:
    level = Level(keys.text("title"), keys.points("from"), keys.text("text"))
    keys.no_others()
    return level


def _deduction(keys: _Keys) -> SuggestedDeduction:
    points = keys.points("deduct")
    suggested = SuggestedDeduction(
        check=keys.text("check"),
        points=points,
        per=keys.choice("per", Per, Per.ONCE),
        at_most=keys.points("at_most", default=points),
        sections=keys.names("sections"),
    )
    keys.no_others()
    return suggested


def _settlement_rule(keys: _Keys) -> SettlementRule:
    default = SettlementRule()
    rule = SettlementRule(
        method=keys.choice("method", Method),
        spread_points=keys.points("spread_points", default=default.spread_points),
        ratings_apart=keys.whole("ratings_apart", default=default.ratings_apart),
        trim_from=keys.whole("trim_from", default=default.trim_from),
        near_points=keys.points("near_points", default=default.near_points),
    )
    keys.no_others()
    return rule


def _agency_rule(keys: _Keys) -> AgencyGradeRule:
    caps = []
    for one in keys.children("caps", named_by="rating", required=False):
        caps.append(
            GradeCap(one.text("rating"), one.whole("at_least", default=1), one.text("caps_at"))
        )
        one.no_others()
    default = AgencyGradeRule()
    rule = AgencyGradeRule(
        minimum_reports=keys.whole("minimum_reports", default=default.minimum_reports),
        caps=tuple(caps),
        text=keys.text("text"),
    )
    keys.no_others()
    return rule
