"""What time does to a case: who is called, who is told, what is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import transitions
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.domain.schedule import Due, due
from bot.domain.transitions import (
    DeskStatus,
    Mail,
    PostCard,
    Refusal,
    Refused,
    StartTimer,
    ThreadReply,
    Transition,
    come_due,
)
from bot.messages import Address, Person
from bot.presentation import texts
from tests.unit import drawn
from tests.unit.domain.pacing import MINUTE, POLICY

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday
HOUR = 60 * MINUTE
SAM, ANNA, BEN = Person("slack", "sam", "Sam"), Person("slack", "anna", "Anna"), Person("slack", "ben", "Ben")
STATUS = DeskStatus("+44 1524 000000", "Say nothing yet.", 5 * MINUTE, on_call=("slack:ben",))
NIGHT = replace(STATUS, on_call_at_once=True, opens_in=timedelta(hours=9))
DIRECT = Address("slack", "dm-sam")
OPEN = Case(7, CaseKind.MEDIA, CaseState.OPEN, (Asker(SAM, DIRECT, DIRECT, "they rang", TEN, "e1"),), TEN)
OWNED = replace(OPEN, state=CaseState.CLAIMED, owner=ANNA, claimed_at=TEN, revision=2, ownership_revision=2)
OPENED, CLAIMED = Step(TEN, StepKind.OPENED, SAM), Step(TEN, StepKind.CLAIMED, ANNA)


def at(minutes: float) -> datetime:
    return TEN + minutes * MINUTE


def done(case: Case, steps: Sequence[Step], now: datetime, status: DeskStatus = STATUS) -> Transition:
    change = come_due(case, steps, POLICY, status, now)
    assert change is not None
    return change


def kinds(change: Transition) -> list[StepKind]:
    return [step.kind for step in change.steps]


def below(change: Transition) -> tuple[str, tuple[str, ...]]:
    (found,) = drawn.below(change)
    return found


def told(change: Transition) -> list[str]:
    return [words for _, words in drawn.told(change)]


def test_nothing_happens_before_its_time() -> None:
    assert come_due(OPEN, [OPENED], POLICY, STATUS, at(14.9)) is None
    assert come_due(replace(OPEN, state=CaseState.CLOSED), [OPENED], POLICY, STATUS, at(900)) is None


def test_whoever_is_on_call_is_mentioned_once_they_were_called() -> None:
    first = done(OPEN, [OPENED], at(15))
    assert below(first) == (texts.reminder("M-7", 15), ())
    assert PostCard(again=True) in first.effects
    second = done(first.case, [OPENED, *first.steps], at(30))
    assert below(second) == (f"{texts.reminder('M-7', 30)} {texts.PLEASE_CLAIM}", ("slack:ben",))
    third = done(second.case, [OPENED, *first.steps, *second.steps], at(45))
    assert (kinds(third), below(third)[1]) == ([StepKind.MAILED], ("slack:ben",))
    assert Mail() in third.effects


def test_out_of_hours_whoever_is_on_call_is_mentioned_with_every_reminder() -> None:
    assert below(done(OPEN, [OPENED, Step(TEN, StepKind.ON_CALL)], at(15), NIGHT))[1] == ("slack:ben",)


def test_where_nobody_is_on_call_the_press_office_reads_so() -> None:
    alone = replace(STATUS, on_call=())
    assert below(done(OPEN, [OPENED, Step(at(15), StepKind.REMINDED)], at(30), alone)) == (
        f"{texts.reminder('M-7', 30)} {texts.NOBODY_ON_CALL}",
        (),
    )


def test_what_becomes_urgent_later_calls_at_once() -> None:
    change = done(replace(OPEN, urgent=True), [OPENED], at(2))
    assert kinds(change) == [StepKind.ON_CALL]
    assert below(change) == (f"{texts.reminder('M-7', 2)} {texts.REMINDER_URGENT} {texts.PLEASE_CLAIM}", ("slack:ben",))


def test_after_a_long_silence_of_the_desk_everything_is_done_and_read_once() -> None:
    change = done(OPEN, [OPENED], at(600))
    assert kinds(change) == [StepKind.REMINDED, StepKind.ON_CALL, StepKind.MAILED, StepKind.PHONE_GIVEN]
    assert below(change)[1] == ("slack:ben",)
    assert len(told(change)) == 1
    assert come_due(change.case, [OPENED, *change.steps], POLICY, STATUS, at(600)) is None


def test_a_question_calls_nobody_at_night() -> None:
    question = replace(OPEN, kind=CaseKind.QUESTION)
    assert below(done(question, [OPENED], at(15), NIGHT)) == (texts.reminder("Q-7", 15), ())


def test_a_silent_owner_loses_the_case_and_the_asker_is_told_once() -> None:
    nudged = done(OWNED, [OPENED, CLAIMED], at(30))
    assert (below(nudged), told(nudged)) == ((texts.nudge("M-7"), ("slack:anna",)), [])
    back = done(nudged.case, [OPENED, CLAIMED, *nudged.steps], at(60))
    assert (back.case.state, back.case.owner) == (CaseState.OPEN, None)
    assert below(back) == (texts.returned("M-7", "Anna"), ("slack:anna",))
    assert told(back) == [texts.returned_for_asker("M-7")]
    assert StartTimer(transitions.FALLBACK, 5 * MINUTE) in back.effects
    again = [OPENED, CLAIMED, *nudged.steps, *back.steps, CLAIMED, Step(at(90), StepKind.NUDGED)]
    assert told(done(OWNED, again, at(120))) == []


def test_who_waited_for_facts_is_told_that_the_time_has_come() -> None:
    waiting = replace(OWNED, waiting_until=at(180), waiting_for="the head count")
    change = done(waiting, [OPENED, CLAIMED], at(180))
    assert below(change) == (texts.wait_is_over("M-7", "the head count"), ("slack:anna",))
    assert (change.case.waiting_until, change.case.waiting_for) == (None, "")
    steps = [OPENED, CLAIMED, *change.steps]
    assert due(change.case, steps, POLICY) == [Due(StepKind.RETURNED, at(210))]


def test_a_deadline_is_told_to_the_owner_and_to_whoever_is_on_call_where_there_is_none() -> None:
    for case, mention in ((OWNED, ("slack:anna",)), (OPEN, ("slack:ben",))):
        hurried = replace(case, due_at=at(240), due_known=True, waiting_until=at(300))
        change = done(hurried, [OPENED], at(180))
        words = texts.deadline_near("M-7", "today at 14:00", known=True)
        assert (kinds(change), below(change)) == ([StepKind.DEADLINE_NEAR], (words, mention))


@pytest.mark.parametrize(("known", "mention"), [(True, ("slack:anna", "slack:ben")), (False, ("slack:anna",))])
def test_a_deadline_that_passes_is_told_once(known: bool, mention: tuple[str, ...]) -> None:
    case = replace(OWNED, due_at=at(240), due_known=known, waiting_until=at(900))
    change = done(case, [OPENED, CLAIMED], at(240))  # that it is near comes too late now
    assert (kinds(change), below(change)) == (
        [StepKind.DEADLINE_PASSED],
        (texts.deadline_passed("M-7", known=known), mention),
    )
    assert come_due(change.case, [OPENED, CLAIMED, *change.steps], POLICY, STATUS, at(240)) is None


KINDS = st.sampled_from(sorted(set(StepKind) - {StepKind.OPENED}))
HISTORIES = st.lists(st.tuples(KINDS, st.integers(0, 300), st.sampled_from((None, SAM, ANNA, BEN))), max_size=8)


@given(
    st.sampled_from((OPEN, OWNED)),
    HISTORIES,
    st.none() | st.integers(1, 2000),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(300, 1000), max_size=12),
)
def test_whenever_it_is_looked_at_each_step_is_taken_once_and_time_comes_to_rest(
    case: Case,
    history: list[tuple[StepKind, int, Person | None]],
    deadline: int | None,
    known: bool,
    urgent: bool,
    looks: list[int],
) -> None:
    due_at = None if deadline is None else at(deadline)
    case = replace(case, due_at=due_at, due_known=known and due_at is not None, urgent=urgent)
    before = [OPENED, *(Step(at(when), kind, by) for kind, when, by in sorted(history, key=lambda each: each[1]))]
    steps = list(before)
    for minutes in sorted(looks):
        changes = 0
        while (change := come_due(case, steps, POLICY, STATUS, at(minutes))) is not None:
            assert change.steps
            assert change.case.revision == case.revision + 1
            case, steps = change.case, [*steps, *change.steps]
            changes += 1
            assert changes < 10
        assert all(each.at > at(minutes) for each in due(case, steps, POLICY))
    taken = [step.kind for step in steps[len(before) :]]
    for once in (StepKind.PHONE_GIVEN, StepKind.DEADLINE_NEAR, StepKind.DEADLINE_PASSED):
        assert taken.count(once) <= 1


# ---- passing it on --------------------------------------------------------------------------------------------------


def test_a_case_is_its_owners_until_another_has_accepted() -> None:
    offered = transitions.hand_over(OWNED, ANNA, BEN, TEN)
    assert isinstance(offered, Transition)
    assert (offered.case.owner, offered.case.offered_to) == (ANNA, BEN)
    assert below(offered)[1] == ("slack:ben",)
    taken = transitions.take(offered.case, BEN, TEN)
    assert isinstance(taken, Transition)
    assert (taken.case.owner, taken.case.offered_to) == (BEN, None)
    assert below(taken) == (texts.took_over("Ben", "M-7", "Anna"), ("slack:anna",))
    assert told(taken) == [texts.claimed_for_asker("Ben", "M-7")]
    assert transitions.is_stale(taken.case, offered.case.revision)


def test_only_an_owner_passes_a_case_on_or_puts_it_off() -> None:
    for by, case in ((BEN, OWNED), (BEN, OPEN), (ANNA, replace(OWNED, state=CaseState.CLOSED))):
        assert isinstance(transitions.hand_over(case, by, SAM, TEN), Refused)
        assert isinstance(transitions.wait(case, by, "facts", at(60), "facts", TEN), Refused)
    assert transitions.hand_over(OWNED, ANNA, ANNA, TEN) == Refused(Refusal.ALREADY_YOURS, OWNED)
    assert transitions.wait(OWNED, ANNA, "facts", TEN, "facts", TEN) == Refused(Refusal.NOT_A_FUTURE_TIME, OWNED)
    question = replace(OWNED, kind=CaseKind.QUESTION)
    refused = Refused(Refusal.NOTHING_TO_PUT_OFF, question)
    assert transitions.wait(question, ANNA, "facts", at(60), "facts", TEN) == refused


def test_what_nobody_has_is_claimed_and_what_has_ended_is_not_taken() -> None:
    taken = transitions.take(OPEN, BEN, TEN)
    assert isinstance(taken, Transition)
    assert kinds(taken) == [StepKind.CLAIMED]
    assert transitions.take(OWNED, ANNA, TEN) == Refused(Refusal.ALREADY_YOURS, OWNED)
    assert isinstance(transitions.take(replace(OWNED, state=CaseState.CLOSED), BEN, TEN), Refused)


def test_whoever_was_not_asked_has_nothing_to_decline() -> None:
    offered = replace(OWNED, offered_to=Person("slack", "desk"))
    assert transitions.decline(offered, BEN, TEN) == Refused(Refusal.NOT_OFFERED, offered)
    assert isinstance(transitions.decline(offered, replace(BEN, groups=frozenset({"desk"})), TEN), Transition)
    assert transitions.decline(OWNED, BEN, TEN) == Refused(Refusal.NOT_OFFERED, OWNED)


def test_what_an_owner_waits_for_ends_with_their_turn() -> None:
    waiting = replace(OWNED, waiting_until=at(60), waiting_for="facts", offered_to=BEN)
    ends = (
        transitions.unclaim(waiting, BEN, STATUS, TEN),
        transitions.take(waiting, BEN, TEN),
        transitions.close(waiting, ANNA, Outcome.NO_ACTION, TEN),
    )
    for change in ends:
        assert isinstance(change, Transition)
        assert (change.case.waiting_until, change.case.waiting_for, change.case.offered_to) == (None, "", None)


def test_words_of_whoever_asked_stand_in_nothing_that_time_writes() -> None:
    private = replace(OPEN, details=Details(journalist="Joan", about="the cellar"))
    for now in (at(15), at(600)):
        change = done(private, [OPENED], now)
        assert not any(word in below(change)[0] for word in ("Sam", "they rang", "Joan", "cellar"))
        assert all(effect.harmless for effect in change.effects if isinstance(effect, ThreadReply))
