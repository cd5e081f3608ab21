"""The administration of accounts: list, make, one-time link as text and QR code, close and open."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from reviewapp.adapters.qr import svg_data_uri
from reviewapp.db.queries.accounts import (
    account_line,
    account_lines,
    agency_options,
    expert_options,
)
from reviewapp.domain.errors import N_, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Permission, Role
from reviewapp.services import accounts
from reviewapp.web.accounts.views import bp
from reviewapp.web.support.access import requires
from reviewapp.web.support.errors import status_of, words
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.paging import Paging, asked_page
from reviewapp.web.support.parts import now, read, transaction

PAGE_SIZE = 50
ALL_ROLES = ("officer", "approver", "expert", "agency", "auditor", "administrator")


def _roles() -> tuple[str, ...]:
    """Return the roles whose accounts the asker manages."""
    may_all = current_identity().may(Permission.ACCOUNT_MANAGE)
    return ALL_ROLES if may_all else ("expert", "agency")


@bp.get("/accounts")
@requires(Permission.ACCOUNT_INVITE)
def index() -> str:
    """List the accounts that the asker manages."""
    role, text = request.args.get("role", ""), request.args.get("q", "").strip()
    paging = Paging(asked_page(), PAGE_SIZE)
    with read() as db:
        lines, total = account_lines(
            db, roles=_roles(), role=role, text=text, offset=paging.offset, limit=PAGE_SIZE
        )
    return render_template(
        "accounts/index.html",
        lines=lines,
        roles=_roles(),
        role=role,
        text=text,
        paging=Paging(paging.page, PAGE_SIZE, total),
        at=now(),
    )


@bp.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_INVITE)
def create() -> object:
    """Make an account and go to its one-time link."""
    keys = ("role", "name", "login", "agency_id", "expert_id")
    form = {key: request.values.get(key, "") for key in keys}
    if request.method == "GET":
        return _create_page(form)
    try:
        with transaction() as db:
            made = accounts.create_account(
                db,
                login=form["login"],
                name=form["name"],
                role=_role(form["role"]),
                agency_id=_uuid(form["agency_id"]),
                expert_id=_uuid(form["expert_id"]),
                actor=current_identity(),
                now=now(),
            )
            token = accounts.issue_link(db, made.id, actor=current_identity(), now=now())
    except DomainError as refused:
        return _create_page(form, words(refused), refused.field), status_of(refused)
    return _link_page(made.id, token)


@bp.get("/accounts/<uuid:account_id>")
@requires(Permission.ACCOUNT_INVITE)
def show(account_id: UUID) -> str:
    """Show one account with what can be done to it."""
    return render_template("accounts/show.html", line=_line(account_id), link="", qr="", at=now())


@bp.post("/accounts/<uuid:account_id>/link")
@requires(Permission.ACCOUNT_INVITE)
def issue_link(account_id: UUID) -> str:
    """Issue a new one-time link; it is shown once."""
    _line(account_id)
    with transaction() as db:
        token = accounts.issue_link(db, account_id, actor=current_identity(), now=now())
    return _link_page(account_id, token)


@bp.post("/accounts/<uuid:account_id>/state")
@requires(Permission.ACCOUNT_INVITE)
def set_state(account_id: UUID) -> object:
    """Close an account or open it again."""
    _line(account_id)
    is_open = request.form.get("state") == "open"
    with transaction() as db:
        accounts.set_state(db, account_id, is_open=is_open, actor=current_identity(), now=now())
    flash(_("The account is open.") if is_open else _("The account is closed; its sessions ended."))
    return redirect(url_for("accounts.show", account_id=account_id), 303)


def _line(account_id: UUID) -> object:
    with read() as db:
        line = account_line(db, account_id, _roles())
    if line is None:
        raise NotFound(N_("There is no such account."))
    return line


def _link_page(account_id: UUID, token: str) -> str:
    link = url_for("accounts.link", token=token, _external=True)
    return render_template(
        "accounts/show.html", line=_line(account_id), link=link, qr=svg_data_uri(link), at=now()
    )


def _create_page(form: dict[str, str], error: str = "", field: str = "") -> str:
    with read() as db:
        agencies, experts = agency_options(db), expert_options(db)
    return render_template(
        "accounts/create.html",
        form=form,
        error=error,
        field_name=field,
        roles=_roles(),
        agencies=agencies,
        experts=experts,
    )


def _role(text: str) -> Role:
    if text not in ALL_ROLES:
        raise Invalid(N_("Choose a role."), field="role")
    return Role(text)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
