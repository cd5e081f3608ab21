"""The cast: who appears in the tests, and what each may see."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime

from sqlmodel import Session

from reviewapp.adapters.passwords import hash_password
from reviewapp.db.models import Account, Agency, Expert
from reviewapp.domain.policy import Identity
from reviewapp.services.accounts import identity_of

PASSWORD = "correct-horse-7"
_HASH = hash_password(PASSWORD)
#: a Monday, 10:00 in Beijing
NOW = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    """One or two people of each role; the second one is who must not see the first one's things."""

    qin: Identity  # administrator
    meng: Identity  # officer
    shen: Identity  # officer, the second person
    fang: Identity  # approver
    chen: Identity  # expert
    luo: Identity  # expert
    shi: Identity  # expert who is never assigned
    lin: Identity  # agency user of the first agency
    xu: Identity  # agency user of the other agency
    yan: Identity  # auditor

    def everyone(self) -> dict[str, Identity]:
        """Return all by name of the field."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def enter(session: Session) -> Cast:
    """Write the cast's rows and return their identities."""
    first = Agency(created_at=NOW, name="湖北甲信绩效评价有限公司", code="91420100MA4KTEST1X")
    other = Agency(created_at=NOW, name="武汉乙正咨询有限公司")
    experts = {
        key: Expert(created_at=NOW, name=name, institution=school, title="教授", field=field)
        for key, name, school, field in (
            ("chen", "陈睿", "江城财经大学", "财政学"),
            ("luo", "罗珊", "荆楚理工大学", "公共管理"),
            ("shi", "石磊", "东湖大学", "会计学"),
        )
    }
    session.add_all([first, other, *experts.values()])
    session.flush()
    people = {}
    for key, name, role in (
        ("qin", "秦川", "administrator"),
        ("meng", "孟敏", "officer"),
        ("shen", "沈知远", "officer"),
        ("fang", "方正言", "approver"),
        ("chen", "陈睿", "expert"),
        ("luo", "罗珊", "expert"),
        ("shi", "石磊", "expert"),
        ("lin", "林岚", "agency"),
        ("xu", "许诺", "agency"),
        ("yan", "严明", "auditor"),
    ):
        agency = {"lin": first, "xu": other}.get(key)
        expert = experts.get(key)
        account = Account(
            created_at=NOW,
            login=key,
            name=name,
            role=role,
            state="active",
            password_hash=_HASH,
            agency_id=agency.id if agency else None,
            expert_id=expert.id if expert else None,
        )
        session.add(account)
        session.flush()
        people[key] = identity_of(account)
    return Cast(**people)
