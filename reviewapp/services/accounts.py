"""Accounts: made by an administrator, opened by a one-time link, locked after five failures."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from reviewapp.adapters import passwords
from reviewapp.db.models import Account, AccountLink, Agency, Expert
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.policy import SYSTEM, Identity, Permission, Role
from reviewapp.services import audit

MAX_FAILURES = 5  # issue "The main job": lockout after 5 failures
LOCK_MINUTES = 30  # usual value in the field's security baselines
LINK_DAYS = 7
PASSWORD_MIN = 10
PASSWORD_MAX = 128  # longer ones only cost time in the hash


@dataclass(frozen=True)
class SignIn:
    """The outcome of a sign-in: who, or how long the account is locked."""

    identity: Identity | None
    epoch: int = 0
    locked_until: datetime | None = None


def identity_of(account: Account) -> Identity:
    """Return the plain value that stands for an account everywhere outside the tables."""
    return Identity(
        id=account.id,
        name=account.name,
        role=Role(account.role),
        login=account.login,
        agency_id=account.agency_id,
        expert_id=account.expert_id,
        locale=account.locale,
    )


# Every request asks this, so it is put together once.
_SIGNED_IN = sa.select(
    col(Account.id),
    col(Account.name),
    col(Account.role),
    col(Account.login),
    col(Account.agency_id),
    col(Account.expert_id),
    col(Account.locale),
).where(
    col(Account.id) == sa.bindparam("account"),
    col(Account.session_epoch) == sa.bindparam("epoch"),
    col(Account.state) == "active",
)


def load_identity(session: Session, account_id: UUID, epoch: int) -> Identity | None:
    """Return who a session belongs to; None where the account is closed or its sessions ended."""
    row = session.execute(_SIGNED_IN, {"account": account_id, "epoch": epoch}).one_or_none()
    if row is None:
        return None
    return Identity(**{**row._mapping, "role": Role(row.role)})


def prove(session: Session, login: str, password: str) -> str | None:
    """Return the stored hash that the password fits, or None, in the same time for any name.

    Reads only: the hash is slow by intent, and were it computed within the transaction of
    `sign_in`, whoever sends wrong passwords would keep everybody else on SQLite from saving.
    """
    account = session.exec(select(Account).where(Account.login == _login(login))).one_or_none()
    stored = account.password_hash if account and account.state == "active" else None
    return stored if passwords.verify_password(stored, password[:PASSWORD_MAX]) else None


def sign_in(session: Session, login: str, proof: str | None, *, now: datetime) -> SignIn:
    """Sign in with what `prove` returned. Five failures in a row lock for thirty minutes.

    A wrong name and a wrong password give the same answer. A proof that arrives once others have
    locked the account, or after a change of the password, is worth nothing.
    """
    account = session.exec(
        select(Account).where(Account.login == _login(login)).with_for_update()
    ).one_or_none()
    if account is None or account.state != "active":
        return SignIn(None)
    if account.locked_until is not None and account.locked_until > now:
        return SignIn(None, locked_until=account.locked_until)
    if proof is None or proof != account.password_hash:
        return _count_failure(session, account, now)
    account.failed_sign_ins, account.locked_until = 0, None
    account.last_sign_in_at = now
    session.add(account)
    who = identity_of(account)
    _record(session, "account.signed-in", account, who, now)
    return SignIn(who, account.session_epoch)


def _count_failure(session: Session, account: Account, now: datetime) -> SignIn:
    account.failed_sign_ins += 1
    locks = account.failed_sign_ins >= MAX_FAILURES
    if locks:
        account.locked_until = now + timedelta(minutes=LOCK_MINUTES)
        account.failed_sign_ins = 0
    session.add(account)
    kind = "account.locked" if locks else "account.sign-in-failed"
    _record(session, kind, account, SYSTEM, now)
    return SignIn(None, locked_until=account.locked_until if locks else None)


def sign_out(session: Session, *, actor: Identity, now: datetime) -> None:
    """End every open session of the actor's account."""
    account = _account(session, actor.id)
    account.session_epoch += 1
    session.add(account)
    _record(session, "account.signed-out", account, actor, now)


def create_account(
    session: Session,
    *,
    login: str,
    name: str,
    role: Role,
    agency_id: UUID | None = None,
    expert_id: UUID | None = None,
    actor: Identity,
    now: datetime,
) -> Account:
    """Make an account that its owner opens by a one-time link.

    Officers may make accounts of experts and agency users, administrators any.
    Raises NotAllowed, Invalid, Conflict (the sign-in name is taken).
    """
    _may_make(actor, role)
    login = _login(login)
    if len(login) < 3 or any(c.isspace() for c in login):
        raise Invalid(N_("A sign-in name has at least 3 characters and no spaces."), field="login")
    if not name.strip():
        raise Invalid(N_("Please enter the person's name."), field="name")
    if role is Role.AGENCY and (agency_id is None or session.get(Agency, agency_id) is None):
        raise Invalid(N_("An agency user belongs to one agency: choose it."), field="agency_id")
    if role is Role.EXPERT and (expert_id is None or session.get(Expert, expert_id) is None):
        raise Invalid(N_("Choose the expert whom the account is for."), field="expert_id")
    if session.exec(select(Account).where(Account.login == login)).first() is not None:
        raise Conflict(N_("The sign-in name %(login)s is taken."), field="login", login=login)
    account = Account(
        created_at=now,
        login=login,
        name=name.strip(),
        role=role.value,
        agency_id=agency_id if role is Role.AGENCY else None,
        expert_id=expert_id if role is Role.EXPERT else None,
    )
    session.add(account)
    session.flush()
    _record(session, "account.created", account, actor, now, after={"role": role.value})
    return account


def issue_link(session: Session, account_id: UUID, *, actor: Identity, now: datetime) -> str:
    """Return a fresh one-time token; earlier ones no longer work. Valid seven days."""
    account = _account(session, account_id)
    _may_make(actor, Role(account.role))
    if account.state == "disabled":
        raise Conflict(N_("The account is closed. Open it again first."))
    for old in session.exec(
        select(AccountLink).where(
            AccountLink.account_id == account.id, col(AccountLink.used_at).is_(None)
        )
    ):
        old.revoked_at = old.revoked_at or now
        session.add(old)
    token = passwords.draw_token()
    session.add(
        AccountLink(
            created_at=now,
            account_id=account.id,
            token_hash=passwords.token_hash(token),
            issued_by=actor.id,
            expires_at=now + timedelta(days=LINK_DAYS),
        )
    )
    session.flush()
    _record(session, "account.link-issued", account, actor, now)
    return token


def open_link(session: Session, token: str, *, now: datetime) -> Account:
    """Return the account that a link opens, without using the link up. Raises NotFound."""
    return _open_link(session, token, now)[1]


def set_password_by_link(session: Session, token: str, password: str, *, now: datetime) -> SignIn:
    """Set the password, use the link up, and sign in. Raises NotFound, Invalid."""
    link, account = _open_link(session, token, now)
    check_password(password, account)
    link.used_at = account.last_sign_in_at = now
    account.state = "active"
    _set_password(session, account, password, now)
    session.add(link)
    who = identity_of(account)
    _record(session, "account.password-set", account, who, now)
    return SignIn(who, account.session_epoch)


def change_password(session: Session, old: str, new: str, *, actor: Identity, now: datetime) -> int:
    """Change one's own password and end one's other sessions; returns the new session epoch."""
    account = _account(session, actor.id)
    if not passwords.verify_password(account.password_hash, old[:PASSWORD_MAX]):
        raise Invalid(N_("The present password is not right."), field="old_password")
    check_password(new, account)
    _set_password(session, account, new, now)
    _record(session, "account.password-changed", account, actor, now)
    return account.session_epoch


def set_state(
    session: Session, account_id: UUID, *, is_open: bool, actor: Identity, now: datetime
) -> Account:
    """Close an account (its sessions end at once) or open it again."""
    account = _account(session, account_id)
    _may_make(actor, Role(account.role))
    if account.id == actor.id:
        raise Conflict(N_("Nobody closes their own account."))
    before = account.state
    if is_open:
        account.state = "active" if account.password_hash else "invited"
    else:
        account.state = "disabled"
        account.session_epoch += 1
    account.failed_sign_ins, account.locked_until = 0, None
    session.add(account)
    kind = "account.opened" if is_open else "account.closed"
    _record(session, kind, account, actor, now, {"state": before}, {"state": account.state})
    return account


def set_locale(session: Session, locale: str, *, actor: Identity) -> None:
    """Remember the language that the actor reads."""
    account = _account(session, actor.id)
    account.locale = locale
    session.add(account)


def create_first_administrator(
    session: Session, *, login: str, name: str, password: str, now: datetime
) -> SignIn:
    """Make the first account of an empty installation. Raises Conflict once there is any."""
    if session.exec(select(Account.id)).first() is not None:
        raise Conflict(N_("The platform is already set up. Please sign in."))
    account = Account(created_at=now, login=_login(login), name=name.strip(), role="administrator")
    if len(account.login) < 3:
        raise Invalid(N_("A sign-in name has at least 3 characters and no spaces."), field="login")
    check_password(password, account)
    account.state, account.last_sign_in_at = "active", now
    session.add(account)
    session.flush()
    _set_password(session, account, password, now)
    who = identity_of(account)
    _record(session, "account.created", account, who, now, after={"role": "administrator"})
    return SignIn(who, account.session_epoch)


def check_password(password: str, account: Account) -> None:
    """Raise Invalid for a password that is short, long, simple, or the sign-in name."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Invalid(
            N_("A password has %(low)s to %(high)s characters."),
            field="password",
            low=PASSWORD_MIN,
            high=PASSWORD_MAX,
        )
    kinds = {unicodedata.category(c)[0] + unicodedata.category(c)[-1] for c in password}
    if len(kinds) < 2 or len(set(password)) < 5:
        raise Invalid(
            N_("Mix letters with digits or signs, and use at least five different ones."),
            field="password",
        )
    if account.login in password.lower():
        raise Invalid(N_("The password must not contain the sign-in name."), field="password")


def _set_password(session: Session, account: Account, password: str, now: datetime) -> None:
    account.password_hash = passwords.hash_password(password)
    account.password_changed_at = now
    account.session_epoch += 1
    account.failed_sign_ins, account.locked_until = 0, None
    session.add(account)
    session.flush()


def _open_link(session: Session, token: str, now: datetime) -> tuple[AccountLink, Account]:
    # Held until the transaction ends: two people with the link may send its form at one moment.
    link = session.exec(
        select(AccountLink)
        .where(AccountLink.token_hash == passwords.token_hash(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if link is None or link.used_at or link.revoked_at or link.expires_at <= now:
        raise NotFound(
            N_(
                "This link is used up or too old. Sign in if you have a password, or ask for a new link."
            )
        )
    account = _account(session, link.account_id)
    if account.state == "disabled":
        raise NotFound(
            N_(
                "This link is used up or too old. Sign in if you have a password, or ask for a new link."
            )
        )
    return link, account


def _may_make(actor: Identity, role: Role) -> None:
    if actor.role is Role.SYSTEM or actor.may(Permission.ACCOUNT_MANAGE):
        return
    if actor.may(Permission.ACCOUNT_INVITE) and role in {Role.EXPERT, Role.AGENCY}:
        return
    raise NotAllowed(N_("Only an administrator may do this to such an account."))


def _account(session: Session, account_id: UUID | None) -> Account:
    account = session.get(Account, account_id) if account_id else None
    if account is None:
        raise NotFound(N_("There is no such account."))
    return account


def _login(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _record(
    session: Session,
    kind: str,
    account: Account,
    actor: Identity,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        session,
        kind,
        actor=actor,
        now=now,
        subject_type="account",
        subject_id=account.id,
        subject_title=account.name,
        before=before,
        after=after,
    )
