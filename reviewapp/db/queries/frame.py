"""What the frame of every page shows: rounds to switch between and the phases of the present one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Round, RoundPhase
from reviewapp.db.models.round import PHASES


@dataclass(frozen=True)
class PhaseLine:
    """One step: `standing` is done, now or ahead."""

    phase: str
    standing: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class RoundLine:
    """A round as the switch names it."""

    id: UUID
    title: str
    year: int
    phase: str


@dataclass(frozen=True)
class Frame:
    """Rounds, newest first, the present one, and its phases in order."""

    rounds: tuple[RoundLine, ...] = ()
    present: RoundLine | None = None
    phases: tuple[PhaseLine, ...] = ()


def frame(session: Session, round_id: UUID | None) -> Frame:
    """Return the frame for the round, or for the newest one where the page is about none."""
    rounds = tuple(
        RoundLine(row.id, row.title, row.year, row.phase)
        for row in session.exec(
            select(Round).order_by(col(Round.year).desc(), col(Round.created_at).desc()).limit(12)
        )
    )
    present = next((line for line in rounds if line.id == round_id), None)
    if present is None and round_id is not None:
        row = session.get(Round, round_id)
        present = RoundLine(row.id, row.title, row.year, row.phase) if row else None
    if present is None:
        present = rounds[0] if rounds else None
    return Frame(rounds, present, phase_lines(session, present) if present else ())


def phase_lines(session: Session, present: RoundLine) -> tuple[PhaseLine, ...]:
    """Return the six phases of a round in order, with their dates where they are set."""
    dates = {
        row.phase: row
        for row in session.exec(select(RoundPhase).where(RoundPhase.round_id == present.id))
    }
    at = PHASES.index(present.phase)
    return tuple(
        PhaseLine(
            phase,
            "done" if index < at else "now" if index == at else "ahead",
            dates[phase].starts_on if phase in dates else None,
            dates[phase].ends_on if phase in dates else None,
        )
        for index, phase in enumerate(PHASES)
    )
