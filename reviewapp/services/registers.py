"""The registers of agencies, departments and experts: one way to keep, import and export them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import Agency, Department, Expert
from reviewapp.domain.agency_code import check_agency_code, normalise_agency_code
from reviewapp.domain.errors import N_, Conflict, DomainError, Invalid, NotFound
from reviewapp.domain.policy import Identity
from reviewapp.services import audit


@dataclass(frozen=True)
class Column:
    """A column of a register: attribute, English msgid, and the headings that lists use for it."""

    name: str
    label: str
    headings: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True)
class Register:
    """One register. `key` names the columns that tell two entries apart."""

    slug: str
    title: str
    one: str
    model: type[Any]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("name",)


_CONTACT = (
    Column("contact", N_("Contact"), ("联系人", "contact")),
    Column("phone", N_("Phone"), ("联系电话", "电话", "手机", "phone")),
    Column("note", N_("Remark"), ("备注", "note")),
)

_MAIL = Column("mail", N_("Mail"), ("邮箱", "电子邮箱", "电子邮件", "mail", "email"))

REGISTERS: dict[str, Register] = {
    "agencies": Register(
        "agencies",
        N_("Agencies"),
        N_("Agency"),
        Agency,
        (
            Column("name", N_("Agency name"), ("机构名称", "第三方机构", "名称", "name"), True),
            Column(
                "code", N_("Unified social credit code"), ("统一社会信用代码", "信用代码", "code")
            ),
            *_CONTACT,
            _MAIL,
        ),
    ),
    "departments": Register(
        "departments",
        N_("Departments"),
        N_("Department in charge"),
        Department,
        (
            Column("name", N_("Department name"), ("部门名称", "主管部门", "名称", "name"), True),
            Column(
                "code", N_("Budget unit code"), ("预算单位编码", "预算编码", "单位编码", "code")
            ),
            *_CONTACT,
        ),
    ),
    "experts": Register(
        "experts",
        N_("Experts"),
        N_("Expert"),
        Expert,
        (
            Column("name", N_("Name"), ("姓名", "专家", "name"), True),
            Column("institution", N_("Institution"), ("单位", "工作单位", "学校", "institution")),
            Column("title", N_("Professional title"), ("职称", "title")),
            Column("field", N_("Field"), ("专业领域", "专业", "研究方向", "field")),
            Column("phone", N_("Phone"), ("联系电话", "电话", "手机", "phone")),
            _MAIL,
            Column("note", N_("Remark"), ("备注", "note")),
        ),
        ("name", "institution"),
    ),
}


@dataclass(frozen=True)
class Caution:
    """Something to look at that does not stop the saving."""

    message: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RowPlan:
    """What an import would do with one row: new, change, same or refuse."""

    number: int  # the row in Excel
    values: dict[str, str]
    act: str
    problem: DomainError | None = None
    warning: Caution | None = None


def warning_for(register: Register, values: Mapping[str, str]) -> Caution | None:
    """Return what looks wrong and is saved all the same: a credit code's check digit."""
    if register.slug != "agencies" or not values.get("code"):
        return None
    found = check_agency_code(values["code"])
    return Caution(found.message, dict(found.values)) if found else None


def save(
    session: Session,
    register: Register,
    entry_id: UUID | None,
    values: Mapping[str, str],
    *,
    actor: Identity,
    now: datetime,
) -> UUID:
    """Make or change an entry. Raises Invalid for a missing name, Conflict for a second one."""
    tidy = _tidy(register, values)
    entry = session.get(register.model, entry_id) if entry_id else None
    if entry_id and entry is None:
        raise NotFound(N_("There is no such entry."))
    for column in register.columns:
        if column.is_required and not tidy[column.name]:
            raise Invalid(N_("Please fill this in."), field=column.name)
    _refuse_twin(session, register, tidy, entry_id)
    before = _values(register, entry) if entry else {}
    if entry is None:
        entry = register.model(created_at=now, **tidy)
    for name, value in tidy.items():
        setattr(entry, name, value)
    session.add(entry)
    session.flush()
    after = _values(register, entry)
    changed = {key for key in after if before.get(key) != after[key]}
    if changed:
        kind = "changed" if before else "added"
        audit.record(
            session,
            f"register.{kind}",
            actor=actor,
            now=now,
            subject_type=register.slug,
            subject_id=entry.id,
            subject_title=entry.name,
            before={key: before[key] for key in changed if key in before},
            after={key: after[key] for key in changed},
        )
    return UUID(str(entry.id))


def set_active(
    session: Session,
    register: Register,
    entry_id: UUID,
    *,
    is_active: bool,
    actor: Identity,
    now: datetime,
) -> None:
    """Take an entry out of use or back; nothing that refers to it changes."""
    entry = session.get(register.model, entry_id)
    if entry is None:
        raise NotFound(N_("There is no such entry."))
    if entry.is_active == is_active:
        return
    entry.is_active = is_active
    session.add(entry)
    audit.record(
        session,
        "register.changed",
        actor=actor,
        now=now,
        subject_type=register.slug,
        subject_id=entry.id,
        subject_title=entry.name,
        before={"is_active": not is_active},
        after={"is_active": is_active},
    )


def unread_headings(register: Register, header: Sequence[str]) -> tuple[str, ...]:
    """Return the headings of a list that no column of the register knows.

    Raises Invalid where the list has no column for what an entry cannot do without.
    """
    given = {_fold(heading) for heading in header}
    known: set[str] = set()
    for column in register.columns:
        headings = {_fold(heading) for heading in column.headings}
        known |= headings
        if column.is_required and not headings & given:
            raise Invalid(
                N_("The list has no column “%(heading)s”. Its first row must name the columns."),
                heading=column.headings[0],
            )
    return tuple(heading for heading in header if heading and _fold(heading) not in known)


def plan_import(
    session: Session, register: Register, rows: Sequence[tuple[int, Mapping[str, str]]]
) -> list[RowPlan]:
    """Return what importing the rows would do, in their order; nothing is written."""
    known = {
        tuple(str(getattr(entry, name)) for name in register.key): entry
        for entry in session.exec(select(register.model))
    }
    # A code belongs to one entry; otherwise the whole list would be refused when it is taken.
    holders = {entry.code: entry.name for entry in known.values() if getattr(entry, "code", None)}
    seen: set[tuple[str, ...]] = set()
    plans = []
    for number, row in rows:
        values = _tidy(register, _mapped(register, row))
        shown = {name: value or "" for name, value in values.items()}
        key = tuple(str(values[name] or "") for name in register.key)
        problem: DomainError | None = None
        if not shown["name"]:
            problem = Invalid(N_("The row has no name."))
        elif key in seen:
            problem = Conflict(N_("The same entry stands in the list twice."))
        elif holders.get(values.get("code"), shown["name"]) != shown["name"]:
            problem = Conflict(
                N_("The code belongs to %(name)s already."), name=holders[values["code"]]
            )
        elif values.get("code"):
            holders[values["code"]] = shown["name"]
        seen.add(key)
        entry = known.get(key)
        if problem:
            act = "refuse"
        elif entry is None:
            act = "new"
        else:
            filled = {name: value for name, value in values.items() if value}
            same = all(getattr(entry, name) == value for name, value in filled.items())
            act = "same" if same else "change"
        plans.append(RowPlan(number, shown, act, problem, warning_for(register, shown)))
    return plans


def import_rows(
    session: Session,
    register: Register,
    rows: Sequence[tuple[int, Mapping[str, str]]],
    *,
    actor: Identity,
    now: datetime,
) -> tuple[int, int]:
    """Take the rows that the plan does not refuse; return how many are new and how many changed.

    An empty cell leaves what the register says.
    """
    added = changed = 0
    for plan in plan_import(session, register, rows):
        if plan.act == "new":
            save(session, register, None, plan.values, actor=actor, now=now)
            added += 1
        elif plan.act == "change":
            query = select(register.model)
            for name in register.key:
                query = query.where(col(getattr(register.model, name)) == plan.values[name])
            entry = session.exec(query).one()
            merged = {**_values(register, entry), **{k: v for k, v in plan.values.items() if v}}
            save(session, register, entry.id, merged, actor=actor, now=now)
            changed += 1
    return added, changed


def _mapped(register: Register, row: Mapping[str, str]) -> dict[str, str]:
    """Find each column's value by the headings that lists use."""
    by_heading = {_fold(heading): value for heading, value in row.items()}
    found = {}
    for column in register.columns:
        for heading in column.headings:
            if by_heading.get(_fold(heading)):
                found[column.name] = by_heading[_fold(heading)]
                break
    return found


def _tidy(register: Register, values: Mapping[str, str | None]) -> dict[str, str | None]:
    out: dict[str, str | None] = {}
    for column in register.columns:
        text = unicodedata.normalize("NFC", str(values.get(column.name) or "")).strip()
        if column.name == "code":
            # No code and an empty one are the same thing, and codes are unique.
            text = normalise_agency_code(text) if register.slug == "agencies" else text
            out[column.name] = text or None
        else:
            out[column.name] = text
    return out


def _refuse_twin(
    session: Session, register: Register, values: Mapping[str, str | None], entry_id: UUID | None
) -> None:
    query = select(register.model)
    for name in register.key:
        query = query.where(col(getattr(register.model, name)) == values[name])
    twin = session.exec(query).first()
    if twin is not None and twin.id != entry_id:
        raise Conflict(
            N_("%(name)s is in the register already."), field="name", name=values["name"]
        )
    if values.get("code"):
        twin = session.exec(
            select(register.model).where(col(register.model.code) == values["code"])
        ).first()
        if twin is not None and twin.id != entry_id:
            raise Conflict(
                N_("The code belongs to %(name)s already."), field="code", name=twin.name
            )


def _values(register: Register, entry: Any) -> dict[str, Any]:
    return {column.name: getattr(entry, column.name) for column in register.columns}


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
