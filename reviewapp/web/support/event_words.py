"""What an event is called and what it changed, in words."""

from __future__ import annotations

from typing import Any, Protocol

from flask_babel import gettext as _

from reviewapp.domain.errors import N_

EVENT_WORDS: dict[str, str] = {
    "account.created": N_("account made"),
    "account.link-issued": N_("one-time link issued"),
    "account.password-set": N_("password set by link"),
    "account.password-changed": N_("password changed"),
    "account.signed-in": N_("signed in"),
    "account.signed-out": N_("signed out"),
    "account.sign-in-failed": N_("sign-in failed"),
    "account.locked": N_("account locked"),
    "account.opened": N_("account opened again"),
    "account.closed": N_("account closed"),
    "answer.replied": N_("answer replied to"),
    "answer.sent": N_("answer sent"),
    "assignment.declared": N_("declared to have no conflict"),
    "assignment.declined": N_("assignment declined"),
    "assignment.made": N_("expert assigned"),
    "assignment.withdrawn": N_("assignment withdrawn"),
    "draft.prechecked": N_("draft of an agency prechecked"),
    "finding.confirmed": N_("finding confirmed"),
    "finding.dismissed": N_("finding dismissed"),
    "finding.left-open": N_("finding left open again"),
    "intake.begun": N_("upload begun"),
    "intake.discarded": N_("upload discarded"),
    "intake.read": N_("upload read"),
    "intake.taken": N_("upload taken"),
    "notice.discarded": N_("draft of a superseding notice discarded"),
    "notice.drafted": N_("notice drafted"),
    "notice.number-set": N_("document number set"),
    "notice.published": N_("notice published"),
    "notice.returned": N_("notice returned"),
    "notice.settings-changed": N_("notice settings changed"),
    "notice.submitted": N_("notice submitted for sign-off"),
    "notice.superseded": N_("notice superseded"),
    "notice.supersession-drafted": N_("superseding notice drafted"),
    "notice.wording-changed": N_("notice wording changed"),
    "opinion.drafted": N_("opinion drafted"),
    "opinion.finished": N_("opinion finished"),
    "opinion.taken-up-again": N_("opinion taken up again"),
    "recusal.declared": N_("conflict of interest declared"),
    "recusal.withdrawn": N_("conflict of interest taken back"),
    "review.paper-begun": N_("review typed in from paper"),
    "review.paper-confirmed": N_("review from paper confirmed"),
    "review.paper-sent-back": N_("review from paper sent back"),
    "review.reopened": N_("review reopened"),
    "review.went-over": N_("review taken over to a newer version of the report"),
    "review.submitted": N_("review submitted"),
    "settlement.closed-early": N_("closed with the reviews that are in"),
    "settlement.reopened": N_("result taken up again"),
    "settlement.settled": N_("result settled"),
    "opinion.released": N_("opinion released to the agency"),
    "precheck.finished": N_("precheck finished"),
    "precheck.requested": N_("precheck asked for again"),
    "register.changed": N_("register changed"),
    "report.metadata-confirmed": N_("report details confirmed"),
    "report.metadata-proposed": N_("report details proposed by the precheck"),
    "report.restored": N_("report brought back"),
    "report.taken-in": N_("report taken in"),
    "report.uploaded": N_("report uploaded"),
    "report.version-added": N_("new version of the report"),
    "report.withdrawn": N_("report withdrawn"),
    "result.received": N_("receipt confirmed"),
    "round.created": N_("round made"),
    "round.dates-set": N_("dates of the phases set"),
    "round.phase-changed": N_("round moved to the next phase"),
    "round.phase-returned": N_("phase taken up again"),
    "trail.verified": N_("records verified"),
    "round.rules-changed": N_("rules of the round changed"),
}


class Changed(Protocol):
    """An event's two sides."""

    @property
    def before(self) -> dict[str, Any]: ...

    @property
    def after(self) -> dict[str, Any]: ...


def event_word(kind: str) -> str:
    """Return an event's name in the reader's language."""
    return str(_(EVENT_WORDS[kind])) if kind in EVENT_WORDS else kind


def changes(event: Changed) -> list[str]:
    """Return what changed, one line a value: from → to."""
    lines = []
    for key in sorted(set(event.before) | set(event.after)):
        old, new = event.before.get(key), event.after.get(key)
        if key in event.before and key in event.after:
            lines.append(f"{key}: {_short(old)} → {_short(new)}")
        elif key in event.after:
            lines.append(f"{key}: {_short(new)}")
        else:
            lines.append(f"{key}: {_short(old)} →")
    return lines


def _short(value: Any) -> str:
    if value is None or value == "":
        return "–"
    text = "、".join(str(v) for v in value) if isinstance(value, list) else str(value)
    return text if len(text) <= 120 else text[:119] + "…"
