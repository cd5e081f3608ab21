"""Accounts and the one-time links that open them."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from reviewapp.db.base import Table, UtcDateTime, one_of

ROLES = ("administrator", "officer", "approver", "expert", "agency", "auditor")


class Account(Table, table=True):
    """Somebody who signs in. One role each: administration, work and audit never meet in one hand."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("role", *ROLES),
        one_of("state", "invited", "active", "disabled"),
        sa.CheckConstraint(
            "(role = 'agency') = (agency_id IS NOT NULL)", name="agency_user_has_agency"
        ),
        sa.CheckConstraint(
            "(role = 'expert') = (expert_id IS NOT NULL)", name="expert_user_has_expert"
        ),
    )

    login: str = Field(unique=True)  # lower case
    name: str
    role: str
    state: str = "invited"
    agency_id: uuid.UUID | None = Field(default=None, foreign_key="agency.id", index=True)
    expert_id: uuid.UUID | None = Field(default=None, foreign_key="expert.id", index=True)
    password_hash: str | None = None
    password_changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_sign_ins: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    session_epoch: int = 0  # raised to end every open session of the account
    locale: str = "zh_Hans"
    last_sign_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccountLink(Table, table=True):
    """A one-time link to set a password. Only its hash is stored; opening it does not use it up."""

    __tablename__ = "account_link"

    account_id: uuid.UUID = Field(foreign_key="account.id", index=True)
    token_hash: str = Field(unique=True)
    issued_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
