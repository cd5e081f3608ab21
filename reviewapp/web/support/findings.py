"""Findings as people meet them: their sentence in the reader's language, their box on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from reviewapp.adapters import rule_files
from reviewapp.db.queries.reports import FindingLine
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.precheck.words import MESSAGES, section_title
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import parts


@dataclass(frozen=True)
class Mark:
    """A box of the viewer; templates/reports/_viewer.html tells what each field means."""

    id: str
    page: int | None
    box: tuple[float, float, float, float] | None
    label: str
    tone: str
    is_on: bool


def for_reader(findings: Iterable[FindingLine], who: Identity) -> tuple[FindingLine, ...]:
    """Return findings as a person may know them: only who reads rounds learns of other reports."""
    if who.may(Permission.ROUND_READ):
        return tuple(findings)
    return tuple(unnamed(one) for one in findings)


def unnamed(finding: FindingLine) -> FindingLine:
    """Return a finding without the other report that it tells of, if it does."""
    if "other" not in finding.values:
        return finding
    values = {name: finding.values[name] for name in ("chars", "sentences")}
    return replace(finding, variant="unnamed", values=values, found="", message="")


def sentence(finding: FindingLine) -> str:
    """Return what the precheck says of the place, in the reader's language."""
    variants = MESSAGES.get(finding.check, {})
    msgid = variants.get(finding.variant) or variants.get("")
    if msgid is None:  # a check that was taken out of the program since
        return finding.message
    values = dict(finding.values)
    try:
        if "section" in values:
            rules = rule_files.load(parts().config.rubrics_dir / "precheck")
            values["section"] = section_title(
                rules.outlines[finding.kind], values["section"], locale()
            )
        return str(_(msgid)) % values
    except KeyError:  # found by another version, with other values
        return finding.message


def mark(finding: FindingLine, *, is_on: bool = False) -> Mark:
    """Return the finding's box for the viewer; `is_on` where it was asked for."""
    return Mark(
        id=str(finding.id),
        page=finding.page,
        box=finding.box,
        label=_("Doubt: %(message)s", message=sentence(finding)),
        tone="find sure" if finding.triage == "confirmed" else "find",
        is_on=is_on,
    )
