"""Who may do what: permissions, the grants per role, and rules on single objects. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The one role of an account."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    APPROVER = "approver"
    EXPERT = "expert"
    AGENCY = "agency"
    AUDITOR = "auditor"
    SYSTEM = "system"  # the program itself: worker, migration, demo


class Permission(StrEnum):
    """scope:action; a view names exactly one, an object rule may narrow it."""

    ACCOUNT_MANAGE = "account:manage"  # every account
    ACCOUNT_INVITE = "account:invite"  # experts and agency users
    REGISTER_READ = "register:read"
    REGISTER_EDIT = "register:edit"
    RUBRIC_READ = "rubric:read"
    ROUND_READ = "round:read"
    ROUND_MANAGE = "round:manage"
    REPORT_UPLOAD = "report:upload"
    REPORT_READ = "report:read"  # narrowed by may_open_report
    REPORT_MANAGE = "report:manage"
    FINDING_TRIAGE = "finding:triage"
    ASSIGNMENT_MANAGE = "assignment:manage"
    REVIEW_WRITE = "review:write"  # one's own
    REVIEW_FILL = "review:fill"  # the form: one's own, or a sheet on paper that one types in
    REVIEW_READ = "review:read"  # submitted ones
    REVIEW_ENTER = "review:enter"  # from a signed sheet
    SETTLEMENT_READ = "settlement:read"
    SETTLEMENT_MANAGE = "settlement:manage"
    FEEDBACK_MANAGE = "feedback:manage"
    RESULT_READ = "result:read"  # an agency's own
    DRAFT_PRECHECK = "draft:precheck"  # an agency's own, before it is handed in
    NOTICE_READ = "notice:read"
    NOTICE_DRAFT = "notice:draft"
    NOTICE_SIGN = "notice:sign"
    RECORD_READ = "record:read"


_P = Permission

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {_P.ACCOUNT_MANAGE, _P.ACCOUNT_INVITE, _P.REGISTER_READ, _P.REGISTER_EDIT}
    ),
    Role.OFFICER: frozenset(
        {
            _P.ACCOUNT_INVITE,
            _P.REGISTER_READ,
            _P.REGISTER_EDIT,
            _P.RUBRIC_READ,
            _P.ROUND_READ,
            _P.ROUND_MANAGE,
            _P.REPORT_UPLOAD,
            _P.REPORT_READ,
            _P.REPORT_MANAGE,
            _P.FINDING_TRIAGE,
            _P.ASSIGNMENT_MANAGE,
            _P.REVIEW_READ,
            _P.REVIEW_ENTER,
            _P.REVIEW_FILL,
            _P.SETTLEMENT_READ,
            _P.SETTLEMENT_MANAGE,
            _P.FEEDBACK_MANAGE,
            _P.NOTICE_READ,
            _P.NOTICE_DRAFT,
        }
    ),
    Role.APPROVER: frozenset(
        {
            _P.REGISTER_READ,
            _P.RUBRIC_READ,
            _P.ROUND_READ,
            _P.REPORT_READ,
            _P.REVIEW_READ,
            _P.SETTLEMENT_READ,
            _P.NOTICE_READ,
            _P.NOTICE_SIGN,
        }
    ),
    Role.EXPERT: frozenset(
        {_P.RUBRIC_READ, _P.REPORT_UPLOAD, _P.REPORT_READ, _P.REVIEW_WRITE, _P.REVIEW_FILL}
    ),
    Role.AGENCY: frozenset({_P.RESULT_READ, _P.DRAFT_PRECHECK}),
    Role.AUDITOR: frozenset(
        {
            _P.REGISTER_READ,
            _P.RUBRIC_READ,
            _P.ROUND_READ,
            _P.REPORT_READ,
            _P.REVIEW_READ,
            _P.SETTLEMENT_READ,
            _P.NOTICE_READ,
            _P.RECORD_READ,
        }
    ),
    Role.SYSTEM: frozenset(),
}


@dataclass(frozen=True)
class Identity:
    """Who acts: a plain value, not a row."""

    id: UUID | None
    name: str
    role: Role
    login: str = ""
    agency_id: UUID | None = None
    expert_id: UUID | None = None
    locale: str = "zh_Hans"

    def may(self, permission: Permission) -> bool:
        """Say whether the role grants the permission; object rules may still refuse."""
        return permission in GRANTS[self.role]


SYSTEM = Identity(id=None, name="系统", role=Role.SYSTEM)


@dataclass(frozen=True)
class ReportStanding:
    """What decides who may know and open a report."""

    state: str
    uploaded_by: UUID
    assigned: frozenset[UUID] = field(default_factory=frozenset)  # expert ids, state assigned
    declared: frozenset[UUID] = field(default_factory=frozenset)  # … who declared no conflict


def may_know_report(identity: Identity, report: ReportStanding) -> bool:
    """Say whether the identity may know that the report exists (else 404)."""
    if not identity.may(Permission.REPORT_READ):
        return False
    if identity.role is not Role.EXPERT:
        return True
    return report.uploaded_by == identity.id or identity.expert_id in report.assigned


def may_open_report(identity: Identity, report: ReportStanding) -> bool:
    """Say whether the identity may open the file, its pages and its precheck.

    An expert opens an own upload until an officer takes it in, and an assigned report once
    the declaration of no conflict is made.
    """
    if not may_know_report(identity, report):
        return False
    if identity.role is not Role.EXPERT:
        return True
    own_upload = report.uploaded_by == identity.id and report.state == "uploaded"
    return own_upload or identity.expert_id in report.declared


def may_read_notice(identity: Identity, *, is_issued: bool, publicity: str) -> bool:
    """Say whether the identity may know of and read a notice (else 404).

    `is_issued`: published, superseded or not. Agencies and experts read what was issued for the
    public; a draft, and what is not for the public, stays within the bureau.
    """
    if identity.may(Permission.NOTICE_READ):
        return True
    is_reader = identity.role in {Role.AGENCY, Role.EXPERT}
    return is_reader and is_issued and publicity == "public"


def may_see_findings(
    identity: Identity, report: ReportStanding, *, hides_findings: bool, has_first_pass: bool
) -> bool:
    """Say whether the identity may see what the precheck found in a report that it may open.

    A round may hide findings (`hides_findings`) from an assigned expert until the own first pass
    is done (`has_first_pass`: the own review was submitted once), so that it is unbiased.
    """
    if not may_open_report(identity, report):
        return False
    if identity.role is not Role.EXPERT or not hides_findings or has_first_pass:
        return True
    return identity.expert_id not in report.assigned
