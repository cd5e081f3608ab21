"""Opinions (综合评审意见): one text per report, drafted from the reviews, edited by an officer.

Only this reaches an agency. What the experts wrote stands beside it as sources, for officers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from reviewapp.db.models import (
    Assignment,
    Expert,
    Opinion,
    OpinionItem,
    Report,
    Round,
    Settlement,
)
from reviewapp.domain.deductions import Wording
from reviewapp.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from reviewapp.domain.lifecycle import Act, OpinionState, advance, require_phase
from reviewapp.domain.policy import Identity, Permission
from reviewapp.domain.settlement import Proposal
from reviewapp.services import audit
from reviewapp.services.review_sheets import SubmittedSheet, submitted_sheets

MAX_TEXT = 4000  # characters


class StaleOpinion(Conflict):
    """Somebody saved this text since it was read; both texts are kept."""

    def __init__(self, field: str, stored: str, sent: str) -> None:
        super().__init__(
            N_("This was saved elsewhere meanwhile. Both texts are here: choose one."),
            field=field,
        )
        self.stored, self.sent = stored, sent


def mark_of(text: str) -> str:
    """Return a short mark of a text, by which a later save tells what it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def draft(
    session: Session,
    report_id: UUID,
    *,
    actor: Identity,
    now: datetime,
    wording: Wording | None = None,
) -> Opinion:
    """Draft the opinion from the reviews, or renew the points of one that is being edited.

    Texts that an officer has touched stay; criteria that no longer lose points go. `wording` says
    how the passages read that stand in for a reason where none was written.
    """
    report = _managed(session, report_id, actor)
    settled = session.exec(
        select(Settlement).where(Settlement.report_id == report_id)
    ).one_or_none()
    if settled is None:
        raise Conflict(N_("The reviews of this report are not all in yet."))
    proposal = Proposal.from_json(settled.proposal)
    sheets = submitted_sheets(session, report_id)
    opinion = _row(session, report_id)
    is_new = opinion is None
    if opinion is None:
        opinion = Opinion(
            created_at=now,
            report_id=report_id,
            overall="\n".join(dict.fromkeys(one.sheet.opinion for one in sheets)),
            edited_by=actor.id,
            edited_at=now,
        )
        session.add(opinion)
        session.flush()
    elif opinion.state != "draft":
        return opinion
    _renew_items(session, opinion, proposal, sheets, wording, now)
    if is_new:
        audit.record_about(session, "opinion.drafted", report, actor, now)
    return opinion


def save_overall(
    session: Session, report_id: UUID, text: str, *, was: str, actor: Identity, now: datetime
) -> Opinion:
    """Save the overall text. `was` is the mark of the text that was read; StaleOpinion else."""
    report = _managed(session, report_id, actor)
    opinion = _editable(session, report, actor, now)
    kept = _text(text, "overall")
    if mark_of(opinion.overall) != was and opinion.overall != kept:
        raise StaleOpinion("overall", opinion.overall, text)
    opinion.overall = kept
    return _touch(session, opinion, actor, now)


def save_item(
    session: Session,
    report_id: UUID,
    criterion: str,
    text: str,
    *,
    was: str,
    actor: Identity,
    now: datetime,
) -> Opinion:
    """Save the text on one criterion. `was` is the mark of the text that was read."""
    report = _managed(session, report_id, actor)
    opinion = _editable(session, report, actor, now)
    item = session.exec(
        select(OpinionItem).where(
            OpinionItem.opinion_id == opinion.id, OpinionItem.criterion == criterion
        )
    ).one_or_none()
    if item is None:
        raise NotFound(N_("No points were lost on this criterion."))
    kept = _text(text, f"item-{criterion}")
    if mark_of(item.text) != was and item.text != kept:
        raise StaleOpinion(f"item-{criterion}", item.text, text)
    item.text = kept
    session.add(item)
    return _touch(session, opinion, actor, now)


def finish(session: Session, report_id: UUID, *, actor: Identity, now: datetime) -> Opinion:
    """Finish the opinion: the result is settled, no text is empty, the points are the settled ones.

    Raises Conflict where a review changed after the draft, Invalid naming the first text that is
    empty or names one of the experts.
    """
    report = _managed(session, report_id, actor)
    opinion = _row(session, report_id)
    if opinion is None:
        raise NotFound(N_("There is no opinion on this report yet."))
    settled = session.exec(
        select(Settlement).where(Settlement.report_id == report_id, Settlement.state == "settled")
    ).one_or_none()
    if settled is None:
        raise Conflict(N_("Settle the result first; then the opinion can be finished."))
    after = advance(OpinionState(opinion.state), "finish")
    items = _items(session, opinion)
    if {item.criterion: item.points_hundredths for item in items} != {
        one.id: one.points for one in Proposal.from_json(settled.proposal).criteria if one.lost > 0
    }:
        raise Conflict(
            N_("A review has changed since this was drafted: renew the points, then finish.")
        )
    if not opinion.overall.strip():
        raise Invalid(N_("Write the overall opinion."), field="overall")
    for item in items:
        if not item.text.strip():
            raise Invalid(
                N_("Every criterion that lost points needs its text."),
                field=f"item-{item.criterion}",
            )
    _refuse_names(session, report_id, opinion, items)
    opinion.state = after.value
    session.add(opinion)
    session.flush()
    audit.record_about(session, "opinion.finished", report, actor, now)
    return opinion


def _refuse_names(
    session: Session, report_id: UUID, opinion: Opinion, items: Sequence[OpinionItem]
) -> None:
    """Raise Invalid where a text names an expert of the panel: agencies never learn who rated."""
    names = session.exec(
        select(Expert.name)
        .join(Assignment, col(Assignment.expert_id) == col(Expert.id))
        .where(Assignment.report_id == report_id)
    ).all()
    texts = [("overall", opinion.overall)]
    texts += [(f"item-{item.criterion}", item.text) for item in items]
    for field, text in texts:
        for name in names:
            if name and name in text:
                raise Invalid(
                    N_("The text names %(name)s: no expert's name reaches an agency."),
                    field=field,
                    name=name,
                )


def edit_again(session: Session, report_id: UUID, *, actor: Identity, now: datetime) -> Opinion:
    """Take a finished opinion up again for editing."""
    report = _managed(session, report_id, actor)
    return _editable(session, report, actor, now)


def _editable(session: Session, report: Report, actor: Identity, now: datetime) -> Opinion:
    """Return the opinion as a draft; a finished one is taken up again by editing it."""
    opinion = _row(session, report.id)
    if opinion is None:
        raise NotFound(N_("There is no opinion on this report yet."))
    before = opinion.state
    opinion.state = advance(OpinionState(opinion.state), "edit").value
    session.add(opinion)
    session.flush()
    if before == "final":
        audit.record_about(session, "opinion.taken-up-again", report, actor, now)
    return opinion


def _renew_items(
    session: Session,
    opinion: Opinion,
    proposal: Proposal,
    sheets: Sequence[SubmittedSheet],
    wording: Wording | None,
    now: datetime,
) -> None:
    known = {item.criterion: item for item in _items(session, opinion)}
    lost = {one.id: one for one in proposal.criteria if one.lost > 0}
    for criterion, item in known.items():
        if criterion not in lost:
            session.delete(item)
    for criterion, aggregate in lost.items():
        sources = _sources(criterion, sheets)
        reasons = [source["reason"] for source in sources if source["reason"]]
        said = reasons or _passages(sources, wording)
        drafted = "；".join(dict.fromkeys(one.rstrip("。；") for one in said))
        item = known.get(criterion) or OpinionItem(
            created_at=now,
            opinion_id=opinion.id,
            criterion=criterion,
            points_hundredths=aggregate.points,
            max_hundredths=aggregate.max_points,
            text=f"{drafted}。" if drafted else "",
        )
        item.points_hundredths = aggregate.points
        item.max_hundredths = aggregate.max_points
        item.sources = sources
        session.add(item)
    session.flush()


def _sources(criterion: str, sheets: Sequence[SubmittedSheet]) -> list[dict[str, Any]]:
    """Return what each review said on a criterion, numbered in the order of assignment."""
    return [
        {
            "number": number,
            "points": sheet.sheet.score(criterion).points,
            "reason": sheet.sheet.score(criterion).reason.strip(),
            "evidence": [
                {"page": one.page, "quote": one.quote}
                for one in sheet.sheet.score(criterion).evidence
                if one.stands
            ],
        }
        for number, sheet in enumerate(sheets, start=1)
    ]


def _passages(sources: Sequence[dict[str, Any]], wording: Wording | None) -> list[str]:
    """Return the cited passages in words, where there are any and their wording is known."""
    if wording is None:
        return []
    return [wording.cited % one for source in sources for one in source["evidence"] if one["quote"]]


def _items(session: Session, opinion: Opinion) -> Sequence[OpinionItem]:
    return session.exec(
        select(OpinionItem)
        .where(OpinionItem.opinion_id == opinion.id)
        .order_by(col(OpinionItem.criterion))
    ).all()


def _row(session: Session, report_id: UUID) -> Opinion | None:
    return session.exec(select(Opinion).where(Opinion.report_id == report_id)).one_or_none()


def _touch(session: Session, opinion: Opinion, actor: Identity, now: datetime) -> Opinion:
    opinion.version += 1
    opinion.edited_by, opinion.edited_at = actor.id, now
    session.add(opinion)
    session.flush()
    return opinion


def _managed(session: Session, report_id: UUID, actor: Identity) -> Report:
    report = session.get(Report, report_id)
    if report is None or report.state != "taken-in":
        raise NotFound(N_("There is no such report."))
    if not actor.may(Permission.SETTLEMENT_MANAGE):
        raise NotAllowed(N_("Only an officer may do this."))
    require_phase(session.get_one(Round, report.round_id).phase, Act.OPINION_EDIT)
    return report


def _text(text: str, field: str) -> str:
    kept = text.replace("\r\n", "\n").strip()
    if len(kept) > MAX_TEXT:
        raise Invalid(N_("At most %(limit)s characters fit here."), field=field, limit=MAX_TEXT)
    return kept
