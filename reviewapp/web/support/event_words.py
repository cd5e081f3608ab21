"""What an event is called and what it changed, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from flask_babel import gettext as _

from reviewapp.adapters import rule_files
from reviewapp.db.queries.records import names_of
from reviewapp.domain.errors import N_
from reviewapp.domain.precheck.words import check_title
from reviewapp.web.support.change_words import Lookup, ids_in, name_of, value_of
from reviewapp.web.support.language import locale
from reviewapp.web.support.parts import parts, read

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
    "assignment.due-set": N_("last day changed for one person"),
    "assignment.made": N_("expert assigned"),
    "assignment.withdrawn": N_("assignment withdrawn"),
    "calibration.reference-added": N_("reference report chosen"),
    "calibration.reference-removed": N_("reference report taken out"),
    "calibration.scores-set": N_("agreed scores of a reference report entered"),
    "calibration.submitted": N_("reference report rated"),
    "draft.prechecked": N_("draft of an agency prechecked"),
    "finding.confirmed": N_("finding confirmed"),
    "finding.dismissed": N_("finding dismissed"),
    "finding.left-open": N_("finding left open again"),
    "intake.begun": N_("upload begun"),
    "intake.discarded": N_("upload discarded"),
    "intake.joined": N_("files of an upload put together"),
    "intake.rearranged": N_("files of a report put in another order"),
    "intake.taken-apart": N_("files of a report taken apart"),
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
    "review.taken-from-form": N_("review filled in offline taken over"),
    "review.went-over": N_("review taken over to a newer version of the report"),
    "review.submitted": N_("review submitted"),
    "settlement.closed-early": N_("closed with the reviews that are in"),
    "settlement.reopened": N_("result taken up again"),
    "settlement.settled": N_("result settled"),
    "opinion.released": N_("opinion released to the agency"),
    "precheck.finished": N_("precheck finished"),
    "precheck.requested": N_("precheck asked for again"),
    "precheck.reading-stopped": N_("reading of scanned pages stopped"),
    "precheck.reading-resumed": N_("reading of scanned pages resumed"),
    "register.changed": N_("register changed"),
    "register.added": N_("added to a register"),
    "agency-reminder.written": N_("agencies reminded"),
    "reminder.passed-on": N_("reminder passed on by hand"),
    "reminder.sent-again": N_("reminder sent again"),
    "reminder.written": N_("experts reminded"),
    "report.metadata-confirmed": N_("report details confirmed"),
    "report.metadata-proposed": N_("report details proposed by the precheck"),
    "report.restored": N_("report brought back"),
    "report.split": N_("file split into several reports"),
    "report.split-undone": N_("split taken back"),
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
    """An event's two sides, and what kind of thing it is about."""

    @property
    def subject_type(self) -> str: ...

    @property
    def before(self) -> dict[str, Any]: ...

    @property
    def after(self) -> dict[str, Any]: ...


def event_word(kind: str) -> str:
    """Return an event's name in the reader's language."""
    return str(_(EVENT_WORDS[kind])) if kind in EVENT_WORDS else kind


def changes_in(events: Iterable[Changed]) -> Callable[[Changed], list[str]]:
    """Return what tells of each event what changed, one line a value: name, from → to.

    What the events name by id is looked up at once, before the page is made.
    """
    ids = set[UUID]().union(*(ids_in([one.before, one.after]) for one in events))
    with read() as db:
        look_up = _look_up(names_of(db, ids))

    def changes(event: Changed) -> list[str]:
        keys = sorted(set(event.before) | set(event.after))
        return [_change(event, key, look_up) for key in keys]

    return changes


def _change(event: Changed, key: str, look_up: Lookup) -> str:
    old = value_of(key, event.before.get(key), look_up)
    new = value_of(key, event.after.get(key), look_up)
    if key not in event.before:
        said = new
    elif key not in event.after:
        said = f"{old} →"
    else:
        said = f"{old} → {new}"
    return str(_("%(name)s: %(value)s", name=name_of(key, event.subject_type), value=said))


def _look_up(names: Mapping[UUID, str]) -> Lookup:
    lang = "en" if locale() == "en" else "zh-Hans"

    def look_up(key: str, value: str) -> str:
        if key == "finding":
            rules = rule_files.load(parts().config.rubrics_dir / "precheck")
            try:
                return check_title(rules, value, lang)
            except KeyError:  # a check that was taken out of the rules since
                return value
        for found in ids_in(value):
            return names.get(found, value)
        return value

    return look_up
