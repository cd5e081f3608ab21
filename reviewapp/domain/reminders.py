"""How a reminder (催办) is written: one wording, filled in for each expert or each agency."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.rubric import canonical_json

#: what a wording may name; see rubrics/reminders.yaml
PLACES = ("name", "round", "open", "due", "declare", "bureau")
AGENCY_PLACES = ("name", "round", "unconfirmed", "due", "bureau")
MAX_SUBJECT = 120  # characters
MAX_TEXT = 2000
_PLACE = re.compile(r"%\((\w+)\)s")
_ANY_PLACE = re.compile(r"%\((?:(\w+)\)s)?")


@dataclass(frozen=True)
class Wording:
    """The installation's wording, from rubrics/reminders.yaml."""

    subject: str
    text: str
    declare: str  # the sentence on reports that are not declared on, with %(count)s
    undated: str
    day: str  # with %(year)s, %(month)s and %(day)s


@dataclass(frozen=True)
class Open:
    """What an expert has still to do in a round; no title, since nothing may be declared yet."""

    expert_id: UUID
    name: str
    mail: str
    open: int  # assigned and not submitted
    undeclared: int
    due: date | None  # the earliest last day among them


@dataclass(frozen=True)
class AgencyWording:
    """The installation's wording to agencies, from rubrics/reminders.yaml."""

    subject: str
    text: str
    undated: str
    day: str  # with %(year)s, %(month)s and %(day)s


@dataclass(frozen=True)
class Awaited:
    """An agency that has released results without a confirmed receipt."""

    agency_id: UUID
    name: str
    mail: str
    unconfirmed: int
    due: date | None  # the last day of the feedback


@dataclass(frozen=True)
class Letter:
    """A reminder as one expert or one agency will read it."""

    to: UUID  # of the expert, or of the agency
    name: str
    address: str
    subject: str
    text: str


def write(
    wording: Wording, subject: str, text: str, people: Sequence[Open], *, round_: str, bureau: str
) -> tuple[Letter, ...]:
    """Fill a subject and a text in for each person. Raises Invalid for an unknown placeholder."""
    people_of = [
        (one.expert_id, one.name, one.mail, _values(wording, one, round_, bureau)) for one in people
    ]
    return _letters(subject, text, people_of, PLACES)


def write_to_agencies(
    wording: AgencyWording,
    subject: str,
    text: str,
    awaited: Sequence[Awaited],
    *,
    round_: str,
    bureau: str,
) -> tuple[Letter, ...]:
    """Fill a subject and a text in for each agency. Raises Invalid for an unknown placeholder."""
    agencies = [
        (
            one.agency_id,
            one.name,
            one.mail,
            {
                "name": one.name,
                "round": round_,
                "unconfirmed": str(one.unconfirmed),
                "due": _day(wording, one.due),
                "bureau": bureau,
            },
        )
        for one in awaited
    ]
    return _letters(subject, text, agencies, AGENCY_PLACES)


def seen(letters: Sequence[Letter], before: Iterable[datetime | None]) -> str:
    """Return what stands for these very letters, so that nothing else is sent than was previewed.

    `before` are the moments of the last reminders to the same: sent twice, the second is refused.
    """
    content: list[list[str]] = [
        [str(one.to), one.address, one.subject, one.text] for one in letters
    ]
    content.append([at.isoformat() if at else "" for at in before])
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _letters(
    subject: str,
    text: str,
    people: Sequence[tuple[UUID, str, str, dict[str, str]]],
    places: tuple[str, ...],
) -> tuple[Letter, ...]:
    for field, value, most in (("subject", subject, MAX_SUBJECT), ("text", text, MAX_TEXT)):
        if not value.strip():
            raise Invalid(N_("Please fill this in."), field=field)
        if len(value) > most:
            raise Invalid(N_("At most %(limit)s characters fit here."), field=field, limit=most)
        if any(found.group(1) not in places for found in _ANY_PLACE.finditer(value)):
            raise Invalid(
                N_("Only these stand for something else: %(places)s."),
                field=field,
                places=" ".join(f"%({name})s" for name in places),
            )
    return tuple(
        Letter(to, name, mail, " ".join(_fill(subject, values).split()), _fill(text, values))
        for to, name, mail, values in people
    )


def _values(wording: Wording, one: Open, round_: str, bureau: str) -> dict[str, str]:
    declare = wording.declare % {"count": one.undeclared} if one.undeclared else ""
    return {
        "name": one.name,
        "round": round_,
        "open": str(one.open),
        "due": _day(wording, one.due),
        "declare": declare,
        "bureau": bureau,
    }


def _day(wording: Wording | AgencyWording, day: date | None) -> str:
    if day is None:
        return wording.undated
    return wording.day % {"year": day.year, "month": day.month, "day": day.day}


def _fill(text: str, values: dict[str, str]) -> str:
    # Not the % operator: a per cent sign in a sentence is one, and a width could fill the memory.
    return _PLACE.sub(lambda found: values[found.group(1)], text.replace("\r\n", "\n")).strip()
