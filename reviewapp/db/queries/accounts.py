"""The list of accounts, and what the form for a new one offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.db.models import Account, Agency, Expert
from reviewapp.db.queries.searching import holds


@dataclass(frozen=True)
class AccountLine:
    """One account; `belongs_to` is the agency or the expert's institution."""

    id: UUID
    login: str
    name: str
    role: str
    state: str
    belongs_to: str
    locked_until: datetime | None
    last_sign_in_at: datetime | None


def account_lines(
    session: Session,
    *,
    roles: tuple[str, ...],
    role: str = "",
    text: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[AccountLine, ...], int]:
    """Return one page of the accounts in the given roles, by name, and how many there are."""
    shown = [role] if role in roles else list(roles)
    query = (
        select(Account, col(Agency.name), col(Expert.institution))
        .join(Agency, col(Agency.id) == col(Account.agency_id), isouter=True)
        .join(Expert, col(Expert.id) == col(Account.expert_id), isouter=True)
        .where(col(Account.role).in_(shown))
    )
    if text:
        query = query.where(holds(text, Account.name, Account.login, Agency.name))
    total = session.exec(select(sa.func.count()).select_from(query.subquery())).one()
    rows = session.exec(
        query.order_by(col(Account.role), col(Account.name), col(Account.id))
        .offset(offset)
        .limit(limit)
    )
    lines = tuple(
        AccountLine(
            a.id,
            a.login,
            a.name,
            a.role,
            a.state,
            agency or institution or "",
            a.locked_until,
            a.last_sign_in_at,
        )
        for a, agency, institution in rows
    )
    return lines, total


def account_line(session: Session, account_id: UUID, roles: tuple[str, ...]) -> AccountLine | None:
    """Return one account, or None where it is not in the roles that the asker manages."""
    row = session.exec(
        select(Account, col(Agency.name), col(Expert.institution))
        .join(Agency, col(Agency.id) == col(Account.agency_id), isouter=True)
        .join(Expert, col(Expert.id) == col(Account.expert_id), isouter=True)
        .where(Account.id == account_id, col(Account.role).in_(roles))
    ).one_or_none()
    if row is None:
        return None
    a, agency, institution = row
    return AccountLine(
        a.id,
        a.login,
        a.name,
        a.role,
        a.state,
        agency or institution or "",
        a.locked_until,
        a.last_sign_in_at,
    )


def agency_options(session: Session) -> list[tuple[UUID, str]]:
    """Return the active agencies by name."""
    rows = session.exec(
        select(Agency.id, Agency.name).where(Agency.is_active).order_by(col(Agency.name))
    )
    return [(key, name) for key, name in rows]


def expert_options(session: Session) -> list[tuple[UUID, str]]:
    """Return the active experts by name, with their institution, as an account is made for one."""
    rows = session.exec(
        select(Expert.id, Expert.name, Expert.institution)
        .where(Expert.is_active)
        .order_by(col(Expert.name), col(Expert.id))
    )
    return [(key, f"{name} · {school}" if school else name) for key, name, school in rows]
