"""Which changes of state there are, and what each phase of a round allows."""

from __future__ import annotations

from enum import StrEnum

import pytest

from reviewapp.domain.errors import Conflict
from reviewapp.domain.lifecycle import (
    PHASES_FOR,
    TRANSITIONS,
    Act,
    NoticeState,
    OpinionState,
    ReviewState,
    RoundPhase,
    SettlementState,
    advance,
    phase_allows,
    phase_name,
    phase_refusal,
    require_phase,
)

EVENTS = sorted({event for table in TRANSITIONS.values() for _, event in table} | {"unheard-of"})
PAIRS = [(state, event) for kind in TRANSITIONS for state in kind for event in EVENTS]


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_is_a_transition_or_refused(state: StrEnum, event: str) -> None:
    expected = TRANSITIONS[type(state)].get((state, event))

    if expected is None:
        with pytest.raises(Conflict):
            advance(state, event)
    else:
        assert advance(state, event) is expected


@pytest.mark.parametrize("kind", TRANSITIONS)
def test_a_table_stays_within_its_kind_of_state(kind: type[StrEnum]) -> None:
    for (before, _), after in TRANSITIONS[kind].items():
        assert type(before) is kind
        assert type(after) is kind


@pytest.mark.parametrize("kind", TRANSITIONS)
def test_every_state_but_the_first_can_be_reached(kind: type[StrEnum]) -> None:
    reached = {next(iter(kind)), *TRANSITIONS[kind].values()}

    assert reached == set(kind)


def test_states_of_two_kinds_with_the_same_word_are_not_mixed_up() -> None:
    assert advance(ReviewState.DRAFT, "submit") is ReviewState.SUBMITTED
    assert advance(NoticeState.DRAFT, "submit") is NoticeState.SUBMITTED
    with pytest.raises(Conflict):
        advance(OpinionState.DRAFT, "submit")


@pytest.mark.parametrize(
    ("state", "event", "says"),
    [
        (ReviewState.SUBMITTED, "save", "cannot be changed"),
        (NoticeState.PUBLISHED, "edit", "superseding notice"),
        (NoticeState.DRAFT, "publish", "not been submitted"),
        (SettlementState.SETTLED, "settle", "settled already"),
        (OpinionState.DRAFT, "release", "finished opinion"),
    ],
)
def test_a_refusal_says_why(state: StrEnum, event: str, says: str) -> None:
    with pytest.raises(Conflict, match=says):
        advance(state, event)


def test_the_phases_follow_each_other_and_closed_is_the_end() -> None:
    phase, seen = RoundPhase.PREPARATION, [RoundPhase.PREPARATION]
    while phase is not RoundPhase.CLOSED:
        phase = advance(phase, "advance")
        seen.append(phase)

    assert seen == list(RoundPhase)
    with pytest.raises(Conflict):
        advance(RoundPhase.CLOSED, "return")


# P preparation, R rating, S settlement, F feedback, N notice, C closed.
ALLOWED = {
    # The rules of a round are fixed once rating begins.
    Act.ROUND_RULES_EDIT: "P",
    Act.ROUND_DATES_EDIT: "PRSFN",
    # A late file is taken in until settlement.
    Act.REPORT_UPLOAD: "PR",
    Act.REPORT_TAKE_IN: "PR",
    Act.REPORT_WITHDRAW: "PR",
    Act.REPORT_CONFIRM: "PRS",
    Act.PRECHECK_RUN: "PRS",
    Act.TRIAGE: "PR",
    Act.ASSIGN: "PR",
    Act.DECLARE: "PR",
    # A review is written while rating goes on; one that was reopened also while it is settled.
    Act.REVIEW: "R",
    Act.REVIEW_REVISE: "RS",
    Act.REVIEW_REOPEN: "RS",
    Act.PAPER_ENTER: "RS",
    Act.SETTLEMENT_PROPOSE: "RS",
    Act.SETTLE: "S",
    Act.SETTLEMENT_REOPEN: "S",
    Act.OPINION_EDIT: "SF",
    # Nothing reaches an agency before feedback.
    Act.FEEDBACK_RELEASE: "F",
    Act.FEEDBACK_READ: "FNC",
    Act.FEEDBACK_ANSWER: "F",
    Act.FEEDBACK_REPLY: "FN",
    # After closing a mistake is still corrected by a superseding notice.
    Act.NOTICE_DRAFT: "NC",
    Act.NOTICE_SIGN: "NC",
    Act.NOTICE_SUPERSEDE: "NC",
}


@pytest.mark.parametrize("act", Act)
def test_each_act_belongs_to_its_phases(act: Act) -> None:
    letters = "".join(phase.name[0] for phase in RoundPhase if phase_allows(phase, act))

    assert letters == ALLOWED[act]


def test_an_act_in_the_wrong_phase_is_refused_with_its_reason() -> None:
    with pytest.raises(Conflict, match="rating phase"):
        require_phase("settlement", Act.REVIEW)
    require_phase(RoundPhase.RATING, Act.REVIEW)
    assert phase_refusal("rating", Act.REVIEW) is None


def test_every_act_and_phase_has_words_for_people() -> None:
    assert set(PHASES_FOR) == set(Act)
    assert len({phase_name(phase) for phase in RoundPhase}) == len(RoundPhase)
