"""What waits for a person, by role, as sentences with an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from reviewapp.db.models import Account
from reviewapp.domain.policy import Identity


@dataclass(frozen=True)
class Task:
    """One thing to do: an English msgid with values, a button, and where it leads."""

    sentence: str
    values: dict[str, Any]
    button: str
    endpoint: str
    address: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    due: date | None = None


@dataclass(frozen=True)
class HomePage:
    """Everything that waits, most urgent first."""

    tasks: tuple[Task, ...] = ()


def has_accounts(session: Session) -> bool:
    """Say whether anybody can sign in here at all."""
    return session.exec(select(Account.id).limit(1)).first() is not None


def home_page(session: Session, who: Identity, *, now: datetime, today: date) -> HomePage:
    """Return what waits for the person."""
    return HomePage()
