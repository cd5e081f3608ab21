"""Rating offline: what a filled form holds, compared with the review as it stands by now.

Nothing is taken here. Every doubt is named, so that a person sees it before anything is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.rubric import Rubric, format_points
from reviewapp.domain.scoring import parse_points

#: what stands in one field: {"points", "reason"}, {"claimed", "ground"} or {"opinion"}
Value: TypeAlias = Mapping[str, str]
FORMAT = 1  # of the stamp; raised when an older form could no longer be read
MAX_SHOWN = 40  # characters of something unknown that a doubt repeats


@dataclass(frozen=True)
class Stamp:
    """Which review a form was made from, and the version of each of its fields at that moment."""

    review: str
    expert: str
    rubric: str  # content hash
    report_version: int
    versions: Mapping[str, int]  # by field; one for all vetoes: "vetoes"

    def to_json(self) -> dict[str, Any]:
        """Return the stamp as it is written into a form."""
        return {"format": FORMAT, **self.__dict__, "versions": dict(self.versions)}

    @classmethod
    def from_json(cls, data: Any) -> Stamp:
        """Read a stamp. Raises Invalid for one that is damaged or of another format."""
        try:
            versions = {str(name): _count(number) for name, number in data["versions"].items()}
            if data["format"] != FORMAT:
                raise ValueError
            return cls(
                str(data["review"]),
                str(data["expert"]),
                str(data["rubric"]),
                _count(data["report_version"]),
                versions,
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Invalid(
                N_("The form has lost its mark of origin: download the package again."),
                field="file",
            ) from None


@dataclass(frozen=True)
class Row:
    """One filled row: where it stands in the file, its field's name, and its two cells.

    `points` of a veto: 1 where it is claimed, nothing where not, and what nobody understands as typed.
    """

    number: int
    name: str
    points: str
    text: str


@dataclass(frozen=True)
class Filled:
    """A form as it came back."""

    stamp: Stamp
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Doubt:
    """Something to look at before the form is taken: an English msgid with values."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Online:
    """A review as it stands: the versions and values of its fields."""

    review: str
    expert: str
    rubric: Rubric
    report_version: int
    values: Mapping[str, Value]
    versions: Mapping[str, int]
    #: what stood in a field at a version, None where that is not known
    before: Callable[[str, int], Value | None]


@dataclass(frozen=True)
class Line:
    """One field: what the form says, what stands online, and whether a person has to choose.

    `act`: same (nothing to take), change (the form goes on from what stands), choose.
    """

    name: str
    title: str
    mine: Value
    theirs: Value
    before: Value | None
    version: int
    act: str
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A whole form: `blocks` forbid taking anything, `notes` are about the form as such."""

    blocks: tuple[Doubt, ...]
    notes: tuple[Doubt, ...]
    lines: tuple[Line, ...]

    @property
    def open(self) -> tuple[Line, ...]:
        """Return the lines that say something new or raise a doubt."""
        return tuple(line for line in self.lines if line.act != "same" or line.doubts)


@dataclass(frozen=True)
class Limits:
    """The most characters that a reason (and a veto's ground) and the opinion may have."""

    reason: int
    opinion: int


def version_name(name: str) -> str:
    """Return under which name the version of a field is kept."""
    return "vetoes" if name.startswith("veto-") else name


def titles(rubric: Rubric) -> dict[str, str]:
    """Return every field of a form in its order, with the rubric's word for it."""
    found = {f"criterion-{one.id}": one.title for one in rubric.criteria}
    found |= {f"veto-{one.id}": one.ground for one in rubric.vetoes}
    return {**found, "opinion": ""}


def compare(
    filled: Filled, online: Online, limits: Limits, refusal: str | None = None
) -> Comparison:
    """Compare a filled form with the review. `refusal` says why nothing can be saved at all."""
    blocks = tuple(_blocks(filled.stamp, online, refusal))
    if blocks:
        return Comparison(blocks, (), ())
    known, notes, rows = titles(online.rubric), [], dict[str, Row]()
    if filled.stamp.report_version != online.report_version:
        values = {"held": filled.stamp.report_version, "now": online.report_version}
        message = N_("The package held version %(held)s of the report; you rate %(now)s by now.")
        notes.append(Doubt(message, values))
    for row in filled.rows:
        shown = {"row": row.number, "name": row.name[:MAX_SHOWN]}
        if row.name not in known:
            message = N_("Row %(row)s: the rubric has no “%(name)s”; the row is left out.")
            notes.append(Doubt(message, shown))
        elif row.name in rows:
            message = N_("Row %(row)s says “%(name)s” again; only the first one counts.")
            notes.append(Doubt(message, shown))
        else:
            rows[row.name] = row
    missing = [title or N_("Overall opinion") for name, title in known.items() if name not in rows]
    for title in missing:
        message = N_("The row of “%(title)s” is missing; it stays as it is online.")
        notes.append(Doubt(message, {"title": title}))
    lines = (
        _line(rows[name], title, filled.stamp, online, limits)
        for name, title in known.items()
        if name in rows
    )
    return Comparison((), tuple(notes), tuple(lines))


def _blocks(stamp: Stamp, online: Online, refusal: str | None) -> list[Doubt]:
    if stamp.expert != online.expert:
        return [Doubt(N_("This form belongs to another person: nothing of it can be taken."))]
    found = []
    if stamp.review != online.review:
        found.append(Doubt(N_("This form is about another report: upload it there.")))
    elif stamp.rubric != online.rubric.content_hash:
        found.append(Doubt(N_("This form was made with another rubric: download it again.")))
    if refusal is not None:
        found.append(Doubt(refusal))
    return found


def _line(row: Row, title: str, stamp: Stamp, online: Online, limits: Limits) -> Line:
    theirs = online.values[row.name]
    mine, doubts = _mine(row, theirs, online.rubric, limits)
    key = version_name(row.name)
    version, made_from = online.versions.get(key, 0), stamp.versions.get(key, 0)
    before = online.before(row.name, made_from) if made_from else _nothing(theirs)
    act = "change"
    if _same(mine, theirs):
        act = "same"
    elif version != made_from:
        act = "choose"
        if before is not None and _same(mine, before):
            act = "same"  # left as downloaded; what was saved online since stands
        elif before is not None and _same(theirs, before):
            act = "change"  # the version moved by another field, or there and back
        else:
            doubts.append(Doubt(N_("This was saved online after the package was downloaded.")))
    if act == "change" and any(theirs[part].strip() and not mine[part] for part in theirs):
        act = "choose"
        doubts.append(Doubt(N_("Empty in the form, and written online.")))
    return Line(row.name, title, mine, theirs, before, version, act, tuple(doubts))


def _mine(
    row: Row, theirs: Value, rubric: Rubric, limits: Limits
) -> tuple[dict[str, str], list[Doubt]]:
    """Return what a row says; a part that cannot be taken stays as it is online, with a doubt."""
    kind, _dash, key = row.name.partition("-")
    part = {"criterion": "reason", "veto": "ground"}.get(kind, "opinion")
    mine, doubts = {part: row.text.strip()}, []
    most = limits.opinion if part == "opinion" else limits.reason
    if len(row.text) > most:
        mine[part] = theirs[part]
        values = {"length": len(row.text), "most": most}
        message = N_(
            "The text has %(length)s characters, at most %(most)s fit: it cannot be taken."
        )
        doubts.append(Doubt(message, values))
    if kind == "veto":
        mine["claimed"] = row.points.strip()
        if mine["claimed"] not in {"", "1"}:
            said = {"typed": mine["claimed"][:MAX_SHOWN]}
            doubts.append(Doubt(N_("“%(typed)s” says neither yes nor no: stays as online."), said))
            return {**theirs}, doubts
        if not mine["claimed"] and mine["ground"]:
            mine["ground"] = ""
            doubts.append(Doubt(N_("A ground is written, but the veto is not claimed.")))
    elif kind == "criterion":
        mine["points"] = ""
        if row.points.strip():
            try:
                given = parse_points(row.points, rubric.criterion(key).max_points)
                mine["points"] = format_points(given)
            except Invalid as error:
                mine["points"] = theirs["points"]
                said = {"typed": row.points[:MAX_SHOWN]}
                doubts.append(Doubt(N_("“%(typed)s” cannot be taken as points:"), said))
                doubts.append(Doubt(error.message, error.values))
    return mine, doubts


def _same(one: Value, other: Value) -> bool:
    """Say whether two values are the same but for blanks at the ends, which a form loses."""
    names = set(one) | set(other)
    return all(one.get(name, "").strip() == other.get(name, "").strip() for name in names)


def _nothing(value: Value) -> dict[str, str]:
    return dict.fromkeys(value, "")


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise ValueError
    return value


def rows_of(values: Mapping[str, Value], names: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a form that says exactly this, to write one."""
    rows = []
    for number, name in enumerate(names, start=1):
        value = values[name]
        points = value.get("points", value.get("claimed", ""))
        text = next(value[part] for part in ("reason", "ground", "opinion") if part in value)
        rows.append(Row(number, name, points, text))
    return tuple(rows)
