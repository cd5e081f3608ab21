"""The precheck sheet (预检单): what was found, printable, for the agency that wrote the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from uuid import UUID

from flask import Response, request, send_file
from flask_babel import force_locale
from flask_babel import gettext as _

from reviewapp.adapters import rule_files
from reviewapp.adapters.precheck_pdf import PrecheckSheet, SheetGroup, SheetLine, to_pdf
from reviewapp.db.queries.reports import FindingLine
from reviewapp.domain.errors import N_, NotFound
from reviewapp.domain.policy import Permission
from reviewapp.web.reports import bp
from reviewapp.web.reports.opening import Opened, open_
from reviewapp.web.reports.words import (
    Explanation,
    explanations,
    file_name,
    grouped,
    section_lines,
    titles,
)
from reviewapp.web.support.access import requires
from reviewapp.web.support.filters import exact, titled
from reviewapp.web.support.findings import sentence, unnamed
from reviewapp.web.support.identity import current_identity
from reviewapp.web.support.parts import parts, read

_CHINESE = "zh_Hans"


@bp.get("/reports/<uuid:report_id>/versions/<int:version>/precheck-sheet.pdf")
@requires(Permission.FINDING_TRIAGE)
def precheck_sheet(report_id: UUID, version: int) -> Response:
    """Hand out the sheet in Chinese: what officers confirmed, with ?all=1 the open doubts too."""
    with read() as db:
        opened = open_(db, report_id, current_identity(), version)
    if not opened.precheck.answer.get("checks"):
        raise NotFound(N_("There is no precheck of this version yet."))
    with force_locale(_CHINESE):
        sheet = _sheet(opened, with_open=request.args.get("all") == "1")
    title = file_name(opened.page.version.file_name).removesuffix(".pdf")
    return send_file(
        BytesIO(to_pdf(sheet)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"预检单 {title}.pdf",
    )


def _sheet(opened: Opened, *, with_open: bool) -> PrecheckSheet:
    page, precheck = opened.page, opened.precheck
    shown = [
        unnamed(one)  # the sheet goes to the agency
        for one in opened.findings
        if one.triage == "confirmed" or (with_open and one.triage == "open")
    ]
    rules = rule_files.load(parts().config.rubrics_dir / "precheck")
    title_of, explain = titles(rules, _CHINESE), explanations(rules, _CHINESE)
    return PrecheckSheet(
        title=_("Precheck sheet"),
        report=titled(page.title) or page.version.file_name,
        about=(
            (_("Agency"), page.agency or "–"),
            (_("File"), page.version.file_name),
            (_("Pages"), str(page.version.pages)),
            ("SHA-256", page.version.sha256),
            (_("Checked at"), exact(precheck.finished_at)),
        ),
        summary=_summary(shown, with_open),
        groups=tuple(
            SheetGroup(group.label, _lines(group.findings, title_of, explain))
            for group in grouped(shown, rules)
        ),
        columns=(_("Page"), _("Doubt"), _("In the report")),
        sections_title=_("Required sections"),
        section_columns=(_("Section"), _("Heading in the report"), _("Page")),
        sections=tuple(
            (
                one["title"],
                one["heading"]
                if one["found"]
                else (_("missing") if one["required"] else _("none, not required")),
                str(one["page"] or "–"),
            )
            for one in section_lines(precheck.answer, rules, _CHINESE)
        ),
        closing=_(
            "Found by a program and looked at by people; pages count from the file's first."
            " Program %(program)s, rules %(rules)s.",
            program=precheck.program_version,
            rules=precheck.rules_hash[:12],
        ),
        page_of=_("Page {0} of {1}"),
    )


def _summary(shown: Sequence[FindingLine], with_open: bool) -> str:
    if not shown:
        return str(_("No doubt is confirmed.") if not with_open else _("No doubt was found."))
    open_ones = sum(1 for one in shown if one.triage == "open")
    if open_ones:
        return str(
            _(
                "%(count)s doubts, %(open)s of them not confirmed: those may be wrong.",
                count=len(shown),
                open=open_ones,
            )
        )
    return str(_("%(count)s doubts, all confirmed by an officer.", count=len(shown)))


def _lines(
    findings: Sequence[FindingLine],
    title_of: Callable[[FindingLine], str],
    explain: Callable[[FindingLine], Explanation | None],
) -> tuple[SheetLine, ...]:
    return tuple(
        SheetLine(
            page=str(one.page or "–"),
            title=title_of(one),
            sentence=sentence(one),
            quote=one.quote,
            note=_("a doubt, not confirmed") if one.triage == "open" else "",
            basis=_("Source: %(source)s", source=told.source) if told else "",
        )
        for one in findings
        for told in (explain(one),)
    )
