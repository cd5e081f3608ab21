"""Who is signed in: Flask-Login holds a frozen Identity, never a row."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from reviewapp.domain.policy import Identity
from reviewapp.services import accounts
from reviewapp.web.support.parts import read


class SignedIn(UserMixin):
    """What Flask-Login keeps: the identity and the session epoch that it was signed in with."""

    def __init__(self, identity: Identity, epoch: int) -> None:
        self.identity = identity
        self.epoch = epoch

    def get_id(self) -> str:
        """Return account and epoch: raising the epoch ends the session."""
        return f"{self.identity.id}:{self.epoch}"


def init_identity(app: Flask) -> None:
    """Set Flask-Login up."""
    manager = LoginManager(app)
    manager.session_protection = None  # addresses change under people on mobile networks

    @manager.user_loader
    def load(key: str) -> SignedIn | None:
        account_id, _, epoch = key.partition(":")
        try:
            with read() as db:
                who = accounts.load_identity(db, UUID(account_id), int(epoch))
        except ValueError:
            return None
        return SignedIn(who, int(epoch)) if who else None


def start_session(identity: Identity, epoch: int) -> None:
    """Sign the browser in; its language choice goes along."""
    language = session.get("locale")
    session.clear()
    session.permanent = True
    session["locale"] = language or identity.locale
    login_user(SignedIn(identity, epoch))


def end_session() -> None:
    """Sign the browser out."""
    language = session.get("locale")
    logout_user()
    session.clear()
    session["locale"] = language


def is_signed_in() -> bool:
    """Say whether somebody is signed in."""
    return bool(current_user.is_authenticated)


def current_identity() -> Identity:
    """Return who is signed in; views behind @requires or @signed_in may always call it."""
    user: Any = current_user
    if not user.is_authenticated:
        raise RuntimeError(f"{request.endpoint} asks for an identity and lets everybody in")
    return cast(Identity, user.identity)
