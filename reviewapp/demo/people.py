"""The people and registers of the demo; names are invented, sign-in names easy to type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from reviewapp.db.models import Account
from reviewapp.domain.policy import Identity, Role
from reviewapp.services import accounts, registers

#: the same for all: the demo shows roles, not secrets, and `make run` prints it
PASSWORD = "pingji-2025"  # noqa: S105

_BUREAU = (
    ("admin", "秦川", Role.ADMINISTRATOR),
    ("officer", "孟敏", Role.OFFICER),
    ("officer2", "沈知远", Role.OFFICER),
    ("approver", "方正言", Role.APPROVER),
    ("auditor", "严明", Role.AUDITOR),
)
_EXPERTS = (
    ("expert", "陈睿", "江城财经大学", "教授", "财政学"),
    ("expert2", "罗珊", "荆楚理工大学", "副教授", "公共管理"),
    ("expert3", "石磊", "东湖会计学院", "教授", "会计学"),
    ("expert4", "温如玉", "江城财经大学", "副教授", "政府预算"),
    ("expert5", "邵启明", "汉水工程咨询协会", "高级工程师", "工程造价"),
)
_DEPARTMENTS = (
    "蔡甸区交通运输局",
    "蔡甸区教育局",
    "蔡甸区农业农村局",
    "蔡甸区水务和湖泊局",
    "蔡甸区文化和旅游局",
    "中共蔡甸区委组织部",
)


@dataclass(frozen=True)
class DemoPeople:
    """Who acts in the demo."""

    officer: Identity
    officer2: Identity
    approver: Identity
    experts: tuple[Identity, ...]
    agencies: dict[str, UUID]  # by name
    agency_users: dict[UUID, Identity]  # by agency


def enter(session: Session, agencies: dict[str, str], *, now: datetime) -> DemoPeople:
    """Write registers and accounts. `agencies`: name → unified social credit code, in order."""
    root = accounts.create_first_administrator(
        session, login=_BUREAU[0][0], name=_BUREAU[0][1], password=PASSWORD, now=now
    ).identity
    if root is None:
        raise RuntimeError("a new account cannot be locked out")
    bureau = {
        login: _account(session, login, name, role, root, now) for login, name, role in _BUREAU[1:]
    }
    accounts.create_account(  # waits for its link: something for the administrator
        session, login="officer3", name="彭澜", role=Role.OFFICER, actor=root, now=now
    )
    for name in _DEPARTMENTS:
        registers.save(
            session,
            registers.REGISTERS["departments"],
            None,
            {"name": name},
            actor=root,
            now=now,
        )
    experts = []
    for login, name, institution, title, field in _EXPERTS:
        expert_id = registers.save(
            session,
            registers.REGISTERS["experts"],
            None,
            {"name": name, "institution": institution, "title": title, "field": field},
            actor=root,
            now=now,
        )
        experts.append(_account(session, login, name, Role.EXPERT, root, now, expert_id=expert_id))
    agency_ids, users = {}, {}
    for number, (name, code) in enumerate(agencies.items(), start=1):
        agency_id = registers.save(
            session,
            registers.REGISTERS["agencies"],
            None,
            {"name": name, "code": code},
            actor=root,
            now=now,
        )
        agency_ids[name] = agency_id
        login = "agency" if number == 1 else f"agency{number}"
        users[agency_id] = _account(
            session, login, f"{name[2:4]}联络员", Role.AGENCY, root, now, agency_id=agency_id
        )
    return DemoPeople(
        officer=bureau["officer"],
        officer2=bureau["officer2"],
        approver=bureau["approver"],
        experts=tuple(experts),
        agencies=agency_ids,
        agency_users=users,
    )


def sign_ins(session: Session) -> list[tuple[str, str, str, str]]:
    """Return sign-in name, name, role and password of one account per role and the experts."""
    shown = {login for login, *_rest in (*_BUREAU, *_EXPERTS[:2])} | {"agency", "agency2"}
    rows = session.exec(select(Account).order_by(Account.created_at, Account.login)).all()  # type: ignore[arg-type]
    order = {role.value: place for place, role in enumerate(Role)}
    return [
        (row.login, row.name, row.role, PASSWORD)
        for row in sorted(rows, key=lambda row: (order[row.role], row.login))
        if row.login in shown
    ]


def _account(
    session: Session,
    login: str,
    name: str,
    role: Role,
    actor: Identity,
    now: datetime,
    *,
    agency_id: UUID | None = None,
    expert_id: UUID | None = None,
) -> Identity:
    account = accounts.create_account(
        session,
        login=login,
        name=name,
        role=role,
        agency_id=agency_id,
        expert_id=expert_id,
        actor=actor,
        now=now,
    )
    token = accounts.issue_link(session, account.id, actor=actor, now=now)
    accounts.set_password_by_link(session, token, PASSWORD, now=now)
    return accounts.identity_of(account)
