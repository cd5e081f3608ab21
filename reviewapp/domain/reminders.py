"""How a reminder to an expert (催办) is written: one wording, filled in for each person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reviewapp.domain.errors import N_, Invalid
from reviewapp.domain.rubric import canonical_json

#: what a wording may name; see rubrics/reminders.yaml
PLACES = ("name", "round", "open", "due", "declare", "bureau")
MAX_SUBJECT = 120  # characters
MAX_TEXT = 2000
_PLACE = re.compile(r"%\((\w+)\)s")
_WRONG_PLACE = re.compile(rf"%\((?!(?:{'|'.join(PLACES)})\)s)")


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
class Letter:
    """A reminder as one expert will read it."""

    expert_id: UUID
    name: str
    address: str
    subject: str
    text: str


def write(
    wording: Wording, subject: str, text: str, people: Sequence[Open], *, round_: str, bureau: str
) -> tuple[Letter, ...]:
    """Fill a subject and a text in for each person. Raises Invalid for an unknown placeholder."""
    for name, value, most in (("subject", subject, MAX_SUBJECT), ("text", text, MAX_TEXT)):
        if not value.strip():
            raise Invalid(N_("Please fill this in."), field=name)
        if len(value) > most:
            raise Invalid(N_("At most %(limit)s characters fit here."), field=name, limit=most)
    letters = []
    for one in people:
        values = _values(wording, one, round_, bureau)
        said = _fill("subject", subject, values), _fill("text", text, values)
        letters.append(
            Letter(one.expert_id, one.name, one.mail, " ".join(said[0].split()), said[1])
        )
    return tuple(letters)


def seen(letters: Sequence[Letter]) -> str:
    """Return what stands for these very letters, so that nothing else is sent than was previewed."""
    content = [[str(one.expert_id), one.address, one.subject, one.text] for one in letters]
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _values(wording: Wording, one: Open, round_: str, bureau: str) -> dict[str, str]:
    due = wording.undated
    if one.due is not None:
        due = wording.day % {"year": one.due.year, "month": one.due.month, "day": one.due.day}
    declare = wording.declare % {"count": one.undeclared} if one.undeclared else ""
    return {
        "name": one.name,
        "round": round_,
        "open": str(one.open),
        "due": due,
        "declare": declare,
        "bureau": bureau,
    }


def _fill(field: str, text: str, values: dict[str, str]) -> str:
    # Not the % operator: a per cent sign in a sentence is one, and a width could fill the memory.
    if _WRONG_PLACE.search(text):
        raise Invalid(
            N_("Only these stand for something else: %(places)s."),
            field=field,
            places=" ".join(f"%({name})s" for name in PLACES),
        )
    filled = _PLACE.sub(lambda found: values[found.group(1)], text.replace("\r\n", "\n"))
    return filled.strip()
