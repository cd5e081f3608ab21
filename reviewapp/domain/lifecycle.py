"""The states that things go through, and what each phase of a round allows.

Every change of state passes `advance`; what a phase forbids is refused with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from reviewapp.domain.errors import N_, Conflict


class RoundPhase(StrEnum):
    """The phases of a round, in order; exactly one is active."""

    PREPARATION = "preparation"
    RATING = "rating"
    SETTLEMENT = "settlement"
    FEEDBACK = "feedback"
    NOTICE = "notice"
    CLOSED = "closed"


class ReportState(StrEnum):
    """A report waits for an officer, belongs to the round, was withdrawn, or split into others."""

    UPLOADED = "uploaded"
    TAKEN_IN = "taken-in"
    WITHDRAWN = "withdrawn"
    SPLIT = "split"


class IntakeState(StrEnum):
    """Brought files are being read, shown as a preview, taken in one act, or discarded."""

    READING = "reading"
    PREVIEW = "preview"
    TAKEN = "taken"
    DISCARDED = "discarded"


class AssignmentState(StrEnum):
    """An assignment stands, was declined by the expert or withdrawn by an officer."""

    ASSIGNED = "assigned"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ReviewState(StrEnum):
    """A review is its expert's draft or submitted; a reopened one is a draft with a mark."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


class SettlementState(StrEnum):
    """A result as the rule proposes it, or as it was settled."""

    PROPOSED = "proposed"
    SETTLED = "settled"


class OpinionState(StrEnum):
    """An opinion is being edited, finished, or released to the agency."""

    DRAFT = "draft"
    FINAL = "final"
    RELEASED = "released"


class NoticeState(StrEnum):
    """A notice is drafted, submitted for sign-off, published, or superseded by a later one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


#: states in which a report is no longer part of its round's work
GONE = (ReportState.WITHDRAWN.value, ReportState.SPLIT.value)

# One table for each kind of thing: (state, event) → the state after it. The events are the words
# that services pass to `advance`; a pair that is not here is refused.
TRANSITIONS: Mapping[type[StrEnum], Mapping[tuple[StrEnum, str], StrEnum]] = {
    RoundPhase: {
        (RoundPhase.PREPARATION, "advance"): RoundPhase.RATING,
        (RoundPhase.RATING, "advance"): RoundPhase.SETTLEMENT,
        (RoundPhase.SETTLEMENT, "advance"): RoundPhase.FEEDBACK,
        (RoundPhase.FEEDBACK, "advance"): RoundPhase.NOTICE,
        (RoundPhase.NOTICE, "advance"): RoundPhase.CLOSED,
        # A phase left too early is taken up again, with a reason; nothing done is undone by it.
        (RoundPhase.RATING, "return"): RoundPhase.PREPARATION,
        (RoundPhase.SETTLEMENT, "return"): RoundPhase.RATING,
        (RoundPhase.FEEDBACK, "return"): RoundPhase.SETTLEMENT,
        (RoundPhase.NOTICE, "return"): RoundPhase.FEEDBACK,
    },
    ReportState: {
        (ReportState.UPLOADED, "take-in"): ReportState.TAKEN_IN,
        (ReportState.UPLOADED, "withdraw"): ReportState.WITHDRAWN,
        (ReportState.TAKEN_IN, "withdraw"): ReportState.WITHDRAWN,
        (ReportState.WITHDRAWN, "restore"): ReportState.UPLOADED,
        (ReportState.UPLOADED, "split"): ReportState.SPLIT,
        (ReportState.TAKEN_IN, "split"): ReportState.SPLIT,
        (ReportState.SPLIT, "undo-split"): ReportState.UPLOADED,
    },
    IntakeState: {
        (IntakeState.READING, "show"): IntakeState.PREVIEW,
        (IntakeState.PREVIEW, "take"): IntakeState.TAKEN,
        (IntakeState.READING, "discard"): IntakeState.DISCARDED,
        (IntakeState.PREVIEW, "discard"): IntakeState.DISCARDED,
    },
    AssignmentState: {
        (AssignmentState.ASSIGNED, "decline"): AssignmentState.DECLINED,
        (AssignmentState.ASSIGNED, "withdraw"): AssignmentState.WITHDRAWN,
        # One row for an expert and a report: asking again takes up the old one.
        (AssignmentState.DECLINED, "assign"): AssignmentState.ASSIGNED,
        (AssignmentState.WITHDRAWN, "assign"): AssignmentState.ASSIGNED,
    },
    ReviewState: {
        (ReviewState.DRAFT, "save"): ReviewState.DRAFT,
        (ReviewState.DRAFT, "submit"): ReviewState.SUBMITTED,
        (ReviewState.SUBMITTED, "reopen"): ReviewState.DRAFT,
    },
    SettlementState: {
        (SettlementState.PROPOSED, "propose"): SettlementState.PROPOSED,
        (SettlementState.PROPOSED, "settle"): SettlementState.SETTLED,
        (SettlementState.SETTLED, "reopen"): SettlementState.PROPOSED,
    },
    OpinionState: {
        (OpinionState.DRAFT, "edit"): OpinionState.DRAFT,
        (OpinionState.DRAFT, "finish"): OpinionState.FINAL,
        (OpinionState.FINAL, "edit"): OpinionState.DRAFT,
        (OpinionState.FINAL, "release"): OpinionState.RELEASED,
        (OpinionState.RELEASED, "recall"): OpinionState.DRAFT,
    },
    NoticeState: {
        (NoticeState.DRAFT, "edit"): NoticeState.DRAFT,
        (NoticeState.DRAFT, "submit"): NoticeState.SUBMITTED,
        (NoticeState.SUBMITTED, "return"): NoticeState.DRAFT,
        (NoticeState.SUBMITTED, "publish"): NoticeState.PUBLISHED,
        (NoticeState.PUBLISHED, "supersede"): NoticeState.SUPERSEDED,
    },
}

_NAMES: Mapping[StrEnum, str] = {
    RoundPhase.PREPARATION: N_("Preparation"),
    RoundPhase.RATING: N_("Rating"),
    RoundPhase.SETTLEMENT: N_("Settlement"),
    RoundPhase.FEEDBACK: N_("Feedback"),
    RoundPhase.NOTICE: N_("Notice"),
    RoundPhase.CLOSED: N_("Closed"),
}

# What to say when a thing is not in the state that an event needs.
_REFUSALS: Mapping[type[StrEnum], str] = {
    RoundPhase: N_("The round cannot go there from its present phase."),
    ReportState: N_("The report is in another state meanwhile: this cannot be done now."),
    IntakeState: N_("These files have been taken or discarded meanwhile."),
    AssignmentState: N_("The assignment is in another state meanwhile: this cannot be done now."),
    ReviewState: N_("The review is in another state meanwhile: this cannot be done now."),
    SettlementState: N_("The settlement is in another state meanwhile: this cannot be done now."),
    OpinionState: N_("The opinion is in another state meanwhile: this cannot be done now."),
    NoticeState: N_("The notice is in another state meanwhile: this cannot be done now."),
}
_PAIR_REFUSALS: Mapping[type[StrEnum], Mapping[tuple[StrEnum, str], str]] = {
    IntakeState: {
        (IntakeState.READING, "take"): N_("The files are still being read. Wait for the preview."),
    },
    ReviewState: {
        (ReviewState.SUBMITTED, "save"): N_("A submitted review cannot be changed."),
        (ReviewState.SUBMITTED, "submit"): N_("The review has been submitted already."),
        (ReviewState.DRAFT, "reopen"): N_("The review is a draft already."),
    },
    SettlementState: {
        (SettlementState.SETTLED, "settle"): N_("The result has been settled already."),
        (SettlementState.SETTLED, "propose"): N_("The result has been settled already."),
    },
    OpinionState: {
        (OpinionState.DRAFT, "release"): N_("Only a finished opinion can be released."),
        (OpinionState.RELEASED, "edit"): N_("A released opinion cannot be changed."),
    },
    NoticeState: {
        (NoticeState.PUBLISHED, "edit"): N_(
            "A published notice is frozen; correct it by a superseding notice."
        ),
        (NoticeState.SUPERSEDED, "edit"): N_("A superseded notice is frozen."),
        (NoticeState.SUBMITTED, "edit"): N_(
            "The notice waits for sign-off; have it returned before editing it."
        ),
        (NoticeState.DRAFT, "publish"): N_("The notice has not been submitted for sign-off yet."),
    },
}

StateT = TypeVar("StateT", bound=StrEnum)


def advance(state: StateT, event: str) -> StateT:
    """Return the state after the event; Conflict, with a sentence for people, if it cannot be."""
    kind = type(state)
    after = TRANSITIONS[kind].get((state, event))
    if isinstance(after, kind):
        return after
    raise Conflict(_PAIR_REFUSALS.get(kind, {}).get((state, event), _REFUSALS[kind]))


def phase_name(phase: RoundPhase) -> str:
    """Return the msgid of the phase's name."""
    return _NAMES[phase]


class Act(StrEnum):
    """What somebody may want to do in a round."""

    ROUND_RULES_EDIT = "round.rules.edit"  # rubrics, bands, rules, experts per report
    ROUND_DATES_EDIT = "round.dates.edit"
    REPORT_UPLOAD = "report.upload"  # a new file or a new version
    REPORT_TAKE_IN = "report.take-in"
    REPORT_WITHDRAW = "report.withdraw"
    REPORT_CONFIRM = "report.confirm"  # the metadata
    PRECHECK_RUN = "precheck.run"
    TRIAGE = "finding.triage"
    ASSIGN = "assignment.make"  # by hand or by spread; withdraw as well
    DECLARE = "assignment.declare"  # a conflict or none, or decline
    REVIEW = "review.write"  # save and submit
    REVIEW_REVISE = "review.revise"  # save and submit one that was reopened
    REVIEW_REOPEN = "review.reopen"
    PAPER_ENTER = "review.paper"  # enter and confirm a signed sheet
    SETTLEMENT_PROPOSE = "settlement.propose"
    SETTLE = "settlement.settle"
    SETTLEMENT_REOPEN = "settlement.reopen"
    OPINION_EDIT = "opinion.edit"
    FEEDBACK_RELEASE = "feedback.release"
    FEEDBACK_READ = "feedback.read"  # by the agency
    FEEDBACK_ANSWER = "feedback.answer"  # confirm receipt, answer
    FEEDBACK_REPLY = "feedback.reply"
    NOTICE_DRAFT = "notice.draft"
    NOTICE_SIGN = "notice.sign"  # sign off, return, publish
    NOTICE_SUPERSEDE = "notice.supersede"


_P = RoundPhase
_INTAKE = frozenset({_P.PREPARATION, _P.RATING})
_REVISING = frozenset({_P.RATING, _P.SETTLEMENT})
# After closing only a superseding notice is left to write, which services see to.
_NOTICE = frozenset({_P.NOTICE, _P.CLOSED})

# For each act: the phases that allow it, and what to say in the others.
PHASES_FOR: Mapping[Act, tuple[frozenset[RoundPhase], str]] = {
    Act.ROUND_RULES_EDIT: (
        frozenset({_P.PREPARATION}),
        N_("Rubrics and rules can only be changed while the round is in preparation."),
    ),
    Act.ROUND_DATES_EDIT: (
        frozenset(_P) - {_P.CLOSED},
        N_("The round is closed: its dates stand."),
    ),
    Act.REPORT_UPLOAD: (_INTAKE, N_("Reports can be uploaded until settlement begins.")),
    Act.REPORT_TAKE_IN: (_INTAKE, N_("Reports can be taken in until settlement begins.")),
    Act.REPORT_WITHDRAW: (_INTAKE, N_("Reports can be withdrawn until settlement begins.")),
    Act.REPORT_CONFIRM: (
        _INTAKE | _REVISING,
        N_("What is known of a report can be changed until feedback begins."),
    ),
    Act.PRECHECK_RUN: (
        _INTAKE | _REVISING,
        N_("The precheck can be run until feedback begins."),
    ),
    Act.TRIAGE: (_INTAKE, N_("Findings can be triaged until settlement begins.")),
    Act.ASSIGN: (_INTAKE, N_("Experts can be assigned until settlement begins.")),
    Act.DECLARE: (_INTAKE, N_("Conflicts can be declared until settlement begins.")),
    Act.REVIEW: (frozenset({_P.RATING}), N_("Reviews are written in the rating phase.")),
    Act.REVIEW_REVISE: (
        _REVISING,
        N_("A reopened review can be revised in the rating and settlement phases."),
    ),
    Act.REVIEW_REOPEN: (_REVISING, N_("Reviews can be reopened until feedback begins.")),
    Act.PAPER_ENTER: (
        _REVISING,
        N_("Signed sheets are entered in the rating and settlement phases."),
    ),
    Act.SETTLEMENT_PROPOSE: (
        _REVISING,
        N_("Results are proposed in the rating and settlement phases."),
    ),
    Act.SETTLE: (frozenset({_P.SETTLEMENT}), N_("Results are settled in the settlement phase.")),
    Act.SETTLEMENT_REOPEN: (
        frozenset({_P.SETTLEMENT}),
        N_("A result can be taken up again in the settlement phase; return the round to it first."),
    ),
    Act.OPINION_EDIT: (
        frozenset({_P.SETTLEMENT, _P.FEEDBACK}),
        N_("Opinions are edited in the settlement and feedback phases."),
    ),
    Act.FEEDBACK_RELEASE: (
        frozenset({_P.FEEDBACK}),
        N_("Results are released to agencies in the feedback phase."),
    ),
    Act.FEEDBACK_READ: (
        frozenset({_P.FEEDBACK, _P.NOTICE, _P.CLOSED}),
        N_("Nothing is shown to agencies before the feedback phase."),
    ),
    Act.FEEDBACK_ANSWER: (
        frozenset({_P.FEEDBACK}),
        N_("Agencies can answer during the feedback phase only."),
    ),
    Act.FEEDBACK_REPLY: (
        frozenset({_P.FEEDBACK, _P.NOTICE}),
        N_("Answers are replied to until the round is closed."),
    ),
    Act.NOTICE_DRAFT: (_NOTICE, N_("The notice is drafted in the notice phase.")),
    Act.NOTICE_SIGN: (_NOTICE, N_("The notice is signed off in the notice phase.")),
    Act.NOTICE_SUPERSEDE: (
        _NOTICE,
        N_("A notice can be superseded from the notice phase on."),
    ),
}


def phase_allows(phase: RoundPhase | str, act: Act) -> bool:
    """Tell whether the round's phase allows the act; who may do it is the policy's matter."""
    return RoundPhase(phase) in PHASES_FOR[act][0]


def phase_refusal(phase: RoundPhase | str, act: Act) -> str | None:
    """Return the msgid of why the phase does not allow the act, or None if it does."""
    return None if phase_allows(phase, act) else PHASES_FOR[act][1]


def require_phase(phase: RoundPhase | str, act: Act) -> None:
    """Raise Conflict, with the reason, unless the phase allows the act."""
    refusal = phase_refusal(phase, act)
    if refusal is not None:
        raise Conflict(refusal)
