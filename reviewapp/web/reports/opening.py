"""What of a report the person who asks may see: the one place that decides it for these pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reviewapp.db.queries import reports as queries
from reviewapp.db.queries.reports import FindingLine, PrecheckLine, ReportPage
from reviewapp.domain.errors import N_, NotAllowed, NotFound
from reviewapp.domain.lifecycle import GONE, Act, phase_allows
from reviewapp.domain.policy import (
    Identity,
    Permission,
    Role,
    may_know_report,
    may_open_report,
    may_see_findings,
)
from reviewapp.web.support.findings import Mark, for_reader, mark


@dataclass(frozen=True)
class Opened:
    """A report with what the reader may see of its precheck."""

    page: ReportPage
    precheck: PrecheckLine
    findings: tuple[FindingLine, ...]
    sees_findings: bool
    may_triage: bool

    def boxes(self, current: str = "") -> tuple[Mark, ...]:
        """Return the findings' boxes; `current` is the id of the one that was asked for."""
        return tuple(
            mark(one, is_on=str(one.id) == current)
            for one in self.findings
            if one.triage != "dismissed"
        )


def know(db: Any, report_id: UUID, who: Identity, version: int | None = None) -> ReportPage:
    """Return a report that the person may know of. Raises NotFound."""
    page = queries.report_page(db, report_id, version)
    if page is None or not may_know_report(who, page.standing):
        raise NotFound(N_("There is no such report."))
    return page


def readable(db: Any, report_id: UUID, who: Identity, version: int | None = None) -> ReportPage:
    """Return a report whose file the person may read. Raises NotFound, NotAllowed."""
    page = know(db, report_id, who, version)
    if not may_open_report(who, page.standing):
        if who.expert_id in page.standing.assigned:
            raise NotAllowed(
                N_("Declare first that you have no conflict of interest; then the file opens.")
            )
        raise NotAllowed(N_("The report was taken in: its file is with the bureau now."))
    return page


def open_(db: Any, report_id: UUID, who: Identity, version: int | None = None) -> Opened:
    """Return a report that the person may open, with its precheck. Raises NotFound, NotAllowed."""
    page = readable(db, report_id, who, version)
    is_expert = who.role is Role.EXPERT
    passed = is_expert and queries.has_first_pass(db, report_id, who.expert_id)
    sees = may_see_findings(
        who, page.standing, hides_findings=page.hides_findings, has_first_pass=passed
    )
    found = queries.findings_of(db, page.version.id) if sees else ()
    if is_expert:  # what an officer dismissed is nothing that an expert should weigh
        found = tuple(one for one in found if one.triage != "dismissed")
    return Opened(
        page=page,
        precheck=queries.precheck_line(db, page.version.id),
        findings=for_reader(found, who),
        sees_findings=sees,
        may_triage=(
            who.may(Permission.FINDING_TRIAGE)
            and phase_allows(page.phase, Act.TRIAGE)
            and page.state not in GONE
            and page.version.number == page.current_version
        ),
    )
