"""Signing in and out, the first set-up, one-time links, one's own password and language."""

from __future__ import annotations

import hmac
from urllib.parse import urlparse

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from reviewapp.db.queries.waiting import has_accounts
from reviewapp.domain.errors import DomainError, NotFound
from reviewapp.services import accounts
from reviewapp.web.support import kept
from reviewapp.web.support.access import public, signed_in
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.filters import exact
from reviewapp.web.support.identity import (
    current_identity,
    end_session,
    is_signed_in,
    start_session,
)
from reviewapp.web.support.language import LOCALES
from reviewapp.web.support.parts import now, parts, read, transaction

bp = Blueprint("accounts", __name__)


def _local(target: str | None) -> str:
    """Return an address inside the platform; anything else leads home."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")):
        try:
            address = urlparse(target)
        except ValueError:  # such as a bracket that looks like the begin of an IPv6 address
            return url_for("home.waiting")
        if not address.netloc and not address.scheme and "\\" not in target:
            return target
    return url_for("home.waiting")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@kept.carries_kept
def sign_in() -> object:
    """Sign in; the way back is kept, and what was sent after a session had ended."""
    target = request.values.get("next")
    if request.method == "GET":
        if is_signed_in():
            return redirect(_local(target), 303)
        return kept.sign_in_page(kept=None, status=200, target=target)
    login = request.form.get("login", "")
    with read() as db:
        proof = accounts.prove(db, login, request.form.get("password", ""))
    with transaction() as db:
        outcome = accounts.sign_in(db, login, proof, now=now())
    if outcome.identity is not None:
        start_session(outcome.identity, outcome.epoch)
        carried = kept.carried()
        return kept.ready(carried) if carried else redirect(_local(target), 303)
    if outcome.locked_until:
        error = _(
            "After five wrong passwords the account is locked until %(until)s. An administrator or"
            " officer can send you a new link.",
            until=exact(outcome.locked_until),
        )
    else:
        error = _("Name or password is not right.")
    return kept.sign_in_page(
        kept=kept.carried(), status=422, error=error, login=login, target=target
    )


@bp.post("/sign-out")
@signed_in
def sign_out() -> object:
    """End the session here and everywhere else."""
    with transaction() as db:
        accounts.sign_out(db, actor=current_identity(), now=now())
    end_session()
    return redirect(url_for("accounts.sign_in"), 303)


@bp.post("/language")
@public
def language() -> object:
    """Switch the language; a signed-in person keeps the choice."""
    chosen = request.form.get("locale", "")
    if chosen in LOCALES:
        session["locale"] = chosen
        if is_signed_in():
            with transaction() as db:
                accounts.set_locale(db, chosen, actor=current_identity())
    return redirect(_local(request.form.get("next")), 303)


@bp.route("/setup", methods=["GET", "POST"])
@public
def setup() -> object:
    """Make the first administrator, with the token that the terminal printed."""
    with read() as db:
        if has_accounts(db):
            raise NotFound("There is no such page, or not for your account.")
    form = {key: request.form.get(key, "") for key in ("token", "login", "name")}
    if request.method == "GET":
        return render_template("accounts/setup.html", form=form, error="", field="")
    try:
        expected = (parts().config.data_dir / "setup-token").read_text(encoding="ascii").strip()
    except OSError:
        expected = ""
    if not expected or not hmac.compare_digest(expected.encode(), form["token"].strip().encode()):
        error = _("The token is not the one that the terminal printed.")
        page = render_template("accounts/setup.html", form=form, error=error, field="token")
        return page, 422
    try:
        with transaction() as db:
            outcome = accounts.create_first_administrator(
                db,
                login=form["login"],
                name=form["name"],
                password=request.form.get("password", ""),
                now=now(),
            )
    except DomainError as refused:
        page = render_template(
            "accounts/setup.html", form=form, error=words(refused), field=refused.field
        )
        return page, status_of(refused)
    (parts().config.data_dir / "setup-token").unlink(missing_ok=True)
    assert outcome.identity is not None  # noqa: S101  (made a line above)
    start_session(outcome.identity, outcome.epoch)
    return redirect(url_for("home.waiting"), 303)


@bp.route("/links/<token>", methods=["GET", "POST"])
@public
def link(token: str) -> object:
    """Open a one-time link: only the form that it shows uses it up, never the opening."""
    if request.method == "GET":
        with read() as db:
            account = accounts.open_link(db, token, now=now())
        return render_template("accounts/link.html", account=account, error="")
    try:
        with transaction() as db:
            outcome = accounts.set_password_by_link(
                db, token, request.form.get("password", ""), now=now()
            )
    except NotFound:
        raise
    except DomainError as refused:
        with read() as db:
            account = accounts.open_link(db, token, now=now())
        page = render_template("accounts/link.html", account=account, error=words(refused))
        return page, status_of(refused)
    assert outcome.identity is not None  # noqa: S101  (set a line above)
    start_session(outcome.identity, outcome.epoch)
    return redirect(url_for("home.waiting"), 303)


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> object:
    """Change one's own password."""
    if request.method == "GET":
        return render_template("accounts/password.html", error="", field="")
    who = current_identity()
    try:
        with transaction() as db:
            epoch = accounts.change_password(
                db,
                request.form.get("old_password", ""),
                request.form.get("password", ""),
                actor=who,
                now=now(),
            )
    except DomainError as refused:
        page = render_template("accounts/password.html", error=words(refused), field=refused.field)
        return page, status_of(refused)
    start_session(who, epoch)
    return redirect(url_for("home.waiting"), 303)
