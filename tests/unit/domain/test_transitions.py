"""Transitions, where a dialogue would not show what matters: what is waited for, who is called, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import plaintext
from bot.domain import transitions
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.domain.transitions import (
    Change,
    DeskStatus,
    Effect,
    Mail,
    NotifyAsker,
    PostCard,
    Refused,
    StartTimer,
    StopTimer,
)
from bot.messages import Address, Person, Said
from bot.presentation import texts
from tests.unit.domain.pacing import POLICY

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SAM, PRIYA = Person("slack", "sam", "Sam"), Person("teams", "priya", "Priya")
ANNA, BEN = Person("slack", "anna", "Anna"), Person("slack", "ben", "Ben")
STATUS = DeskStatus("+44 1524 000000", "Say nothing yet.", 5 * MINUTE, on_call=("slack:ben",))
NIGHT = replace(STATUS, on_call_at_once=True, opens_in=timedelta(hours=9))


def asker(who: Person) -> Asker:
    direct = Address(who.platform, f"dm-{who.id}")
    return Asker(who, direct, direct, "they rang", NOON, f"e-{who.id}")


def wrote(who: Person, text: str, corrects: str = "") -> Said:
    direct = Address(who.platform, f"dm-{who.id}")
    return Said("e2", who, text, direct, direct, corrects=corrects)


OPEN = Case(7, CaseKind.MEDIA, CaseState.OPEN, (asker(SAM),), NOON)
FIRST = Step(NOON, StepKind.OPENED, SAM, "they rang", "e-sam")
OWNED = replace(OPEN, state=CaseState.CLAIMED, owner=ANNA, claimed_at=NOON, revision=2, ownership_revision=2)
CLOSED = replace(
    OWNED, state=CaseState.CLOSED, outcome=Outcome.ANSWERED, closed_at=NOON, revision=3, ownership_revision=3
)
SHARED = replace(OPEN, askers=(asker(SAM), asker(PRIYA)))
STATES = (OPEN, OWNED, CLOSED, SHARED)

Transition = Callable[[Case, Person], Change | Refused | None]
TRANSITIONS: tuple[Transition, ...] = (
    lambda case, by: transitions.claim(case, by, NOON),
    lambda case, by: transitions.unclaim(case, by, STATUS, NOON),
    lambda case, by: transitions.reply(case, by, "words", NOON),
    lambda case, by: transitions.note(case, by, "words", NOON),
    lambda case, by: transitions.close(case, by, Outcome.ANSWERED, NOON, inside="words"),
    lambda case, by: transitions.close(case, by, Outcome.FALSE_ALARM, NOON),
    lambda case, by: transitions.reopen(case, by, STATUS, NOON),
    lambda case, by: transitions.withdraw(case, by, (), NOON),
    lambda case, by: transitions.add(case, wrote(by, "more"), (FIRST,), STATUS, POLICY, NOON),
    lambda case, by: transitions.correct(case, wrote(by, "else", "e-sam"), (FIRST,), STATUS, POLICY, NOON),
    lambda case, by: transitions.add_details(case, by, Details(outlet="The Gazette"), STATUS, POLICY, NOON),
    lambda case, by: transitions.pinged(case, "slack:c-press", NOON),
    lambda case, by: transitions.ping_failed(case, "slack:c-press", "away", STATUS, NOON, elsewhere=False),
    lambda case, by: transitions.unreachable(case, "slack:c-press", "away", STATUS, NOON),
    lambda case, by: transitions.reply_delivered(case, "Sam", NOON),
    lambda case, by: transitions.tell_failed(case, "Sam", "away", NOON),
    lambda case, by: transitions.below_failed(case, "slack:c-press", "away", NOON),
)


def done(result: Change | Refused | None) -> Change:
    assert isinstance(result, Change)
    return result


def timers(effects: tuple[Effect, ...]) -> dict[str, timedelta | None]:
    found: dict[str, timedelta | None] = {}
    for effect in effects:
        if isinstance(effect, StartTimer):
            found[effect.name] = effect.after
        elif isinstance(effect, StopTimer):
            found[effect.name] = None
    return found


def told(change: Change) -> list[tuple[str, str]]:
    return [
        (effect.asker.person.id, plaintext.render(effect.outgoing))
        for effect in change.effects
        if isinstance(effect, NotifyAsker)
    ]


@given(st.sampled_from(STATES), st.sampled_from(TRANSITIONS), st.sampled_from((SAM, PRIYA, ANNA, BEN)))
def test_every_change_is_one_revision_with_a_history(case: Case, transition: Transition, by: Person) -> None:
    result = transition(case, by)
    if not isinstance(result, Change):
        return
    assert result.case.revision == case.revision + 1
    assert result.steps
    turns = (result.case.state, result.case.owner) != (case.state, case.owner)
    assert (result.case.turned == result.case.revision) is turns
    assert transitions.is_stale(result.case, case.revision) is (turns or transitions.is_stale(case, case.revision))
    assert (result.case.owner is None) or result.case.state is not CaseState.OPEN
    assert (result.case.outcome is None) is (result.case.state is not CaseState.CLOSED)


@given(st.sampled_from(TRANSITIONS), st.sampled_from((SAM, ANNA, BEN)))
def test_a_closed_case_waits_for_nothing(transition: Transition, by: Person) -> None:
    result = transition(CLOSED, by)
    if isinstance(result, Change) and result.case.state is CaseState.CLOSED:
        assert not any(timers(result.effects).values())


def test_an_enquiry_is_watched_from_the_start() -> None:
    change = transitions.opened(OPEN, FIRST, STATUS, NOON)
    assert timers(change.effects) == {transitions.FALLBACK: 5 * MINUTE}
    assert change.effects[0] == PostCard()
    assert transitions.opened(OPEN, FIRST, NIGHT, NOON).effects[0] == PostCard(("slack:ben",))


def test_a_question_has_no_fallback_and_calls_nobody() -> None:
    change = transitions.opened(replace(OPEN, kind=CaseKind.QUESTION), FIRST, NIGHT, NOON)
    assert timers(change.effects) == {}
    assert change.effects[0] == PostCard()


def test_what_is_free_again_is_watched_again() -> None:
    for change in (
        done(transitions.unclaim(OWNED, BEN, STATUS, NOON)),
        done(transitions.reopen(CLOSED, BEN, STATUS, NOON)),
    ):
        assert timers(change.effects) == {transitions.FALLBACK: 5 * MINUTE}
        assert (change.case.owner, change.case.claimed_at, change.case.closed_at) == (None, None, None)


def test_each_of_several_askers_is_answered_alone() -> None:
    change = done(transitions.reply(SHARED, ANNA, "We ring.", NOON))
    assert [who for who, _ in told(change)] == ["sam", "priya"]
    assert all("We ring." in text and "Sam" not in text and "Priya" not in text for _, text in told(change))


def test_one_of_several_askers_cannot_withdraw_for_the_others() -> None:
    change = done(transitions.withdraw(SHARED, SAM, (), NOON))
    assert change.case.state is CaseState.OPEN
    assert told(change) == [("sam", texts.withdrawal_noted_for_asker("M-7"))]
    assert isinstance(transitions.withdraw(change.case, SAM, change.steps, NOON), Refused)
    assert isinstance(transitions.withdraw(change.case, PRIYA, change.steps, NOON), Change)
    assert transitions.withdraw(SHARED, BEN, (), NOON) == Refused(texts.NOT_YOURS)


def test_the_fallback_happens_once_and_only_while_nobody_has_it() -> None:
    change = done(transitions.unreachable(OPEN, "slack:c-press", "away.", STATUS, NOON))
    assert Mail() in change.effects
    assert STATUS.phone in told(change)[0][1]
    assert [step.kind for step in change.steps] == [StepKind.UNDELIVERED, StepKind.FALLBACK]
    for case in (change.case, OWNED, CLOSED):
        assert transitions.unreachable(case, "slack:c-press", "away.", STATUS, NOON) is None


def test_a_ping_that_fails_while_another_may_arrive_tells_the_asker_nothing() -> None:
    change = transitions.ping_failed(OPEN, "slack:c-press", "away.", STATUS, NOON, elsewhere=True)
    assert told(change) == []
    assert change.case.unreachable == ""
    assert timers(change.effects) == {}


def test_a_question_that_cannot_be_posted_at_night_waits_for_the_morning() -> None:
    question = replace(OPEN, kind=CaseKind.QUESTION)
    night = transitions.ping_failed(question, "slack:c-press", "away.", NIGHT, NOON, elsewhere=False)
    assert (told(night), timers(night.effects)) == ([], {transitions.FALLBACK: timedelta(hours=9, minutes=5)})
    day = transitions.ping_failed(question, "slack:c-press", "away.", STATUS, NOON, elsewhere=False)
    assert [who for who, _ in told(day)] == ["sam"]


def test_whoever_was_told_to_phone_is_told_when_it_arrived() -> None:
    lost = replace(OPEN, unreachable="could not")
    assert told(transitions.pinged(lost, "slack:c-press", NOON)) == [("sam", texts.reached_for_asker("M-7"))]
    assert told(transitions.pinged(OPEN, "slack:c-press", NOON)) == []
    assert told(transitions.pinged(replace(CLOSED, unreachable="could not"), "slack:c-press", NOON)) == []


def test_an_empty_field_keeps_what_was_known() -> None:
    known = done(
        transitions.add_details(OPEN, SAM, Details(outlet="The Gazette", deadline="17:00"), STATUS, POLICY, NOON)
    ).case
    more = done(transitions.add_details(known, ANNA, Details(journalist="Joan", outlet=""), STATUS, POLICY, NOON)).case
    assert more.details == Details(outlet="The Gazette", journalist="Joan", deadline="17:00")
    assert transitions.add_details(more, ANNA, Details(), STATUS, POLICY, NOON) == Refused(texts.NOTHING_WRITTEN)


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_nothing_written_is_nothing_done(text: str) -> None:
    assert (
        transitions.reply(OWNED, ANNA, text, NOON)
        == transitions.note(OWNED, ANNA, text, NOON)
        == Refused(texts.NOTHING_WRITTEN)
    )
