"""Transitions, where a dialogue would not show what matters: what is waited for, who is called, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import transitions
from bot.domain.case import (
    BESIDE,
    Asker,
    Case,
    CaseKind,
    CaseState,
    Details,
    LinkKind,
    Outcome,
    ReplyKind,
    Statement,
    Step,
    StepKind,
    beside,
)
from bot.domain.transitions import (
    DeskStatus,
    Effect,
    Mail,
    PostCard,
    Refusal,
    Refused,
    StartTimer,
    StopTimer,
    Transition,
)
from bot.messages import Address, Person, Said
from bot.presentation import texts
from tests.unit.domain.pacing import POLICY
from tests.unit.drawn import told

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
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


def detailed(case: Case, by: Person, **details: str) -> Transition | Refused:
    return transitions.add_details(case, by, Details(**details), "told", STATUS, POLICY, NOON)


OPEN = Case(7, CaseKind.MEDIA, CaseState.OPEN, (asker(SAM),), NOON)
FIRST = Step(NOON, StepKind.OPENED, SAM, "they rang", "e-sam")
OWNED = replace(OPEN, state=CaseState.CLAIMED, owner=ANNA, claimed_at=NOON, revision=2, ownership_revision=2)
CLOSED = replace(
    OWNED, state=CaseState.CLOSED, outcome=Outcome.ANSWERED, closed_at=NOON, revision=3, ownership_revision=3
)
SHARED = replace(OPEN, askers=(asker(SAM), asker(PRIYA)))
OFFERED = replace(OWNED, offered_to=BEN)
WAITING = replace(OWNED, waiting_until=NOON + HOUR, waiting_for="facts")
RESTRICTED = replace(OPEN, restricted=True)
NEAR = replace(OPEN, due_at=NOON + 5 * HOUR, due_known=True, urgent=True)
PASSED = replace(OWNED, due_at=NOON + HOUR, due_known=True)
STATES = (OPEN, OWNED, CLOSED, SHARED, OFFERED, WAITING, RESTRICTED, NEAR, PASSED)
OTHER = replace(OPEN, id=9)
NUDGED = Step(NOON, StepKind.NUDGED)
PEOPLE = (SAM, PRIYA, ANNA, BEN)

Move = Callable[[Case, Person], Transition | Refused | None]
TRANSITIONS: tuple[Move, ...] = (
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
    lambda case, by: detailed(case, by, outlet="The Gazette"),
    lambda case, by: transitions.card_posted(case, "slack:c-press", NOON),
    lambda case, by: transitions.card_refused(case, "Slack", "away", "could not", STATUS, NOON, elsewhere=False),
    lambda case, by: transitions.unreachable(case, "slack:c-press", "away", "could not", STATUS, NOON),
    lambda case, by: transitions.reply_delivered(case, "Sam", NOON),
    lambda case, by: transitions.notice_undelivered(case, "Sam", "away", NOON),
    lambda case, by: transitions.line_refused(case, "slack:c-press", "away", NOON),
    lambda case, by: transitions.reply(case, by, "words", NOON, ReplyKind.WORDS, files=1),
    lambda case, by: transitions.issue(case, by, Statement(NOON, by, "words", "Joan", "Ruth"), "told", NOON),
    lambda case, by: transitions.respond(case, by, "by phone", NOON),
    lambda case, by: transitions.wait(case, by, "facts", NOON + HOUR, "facts", NOON),
    lambda case, by: transitions.hand_over(case, by, BEN, NOON),
    lambda case, by: transitions.take(case, by, NOON),
    lambda case, by: transitions.decline(case, by, NOON),
    lambda case, by: transitions.restrict(case, by, NOON),
    lambda case, by: transitions.unrestrict(case, by, NOON),
    lambda case, by: transitions.separate(case, replace(FIRST, kind=StepKind.ADDED), by, OTHER, NOON),
    lambda case, by: transitions.linked(case, OTHER, LinkKind.SAME, NOON),
    lambda case, by: transitions.come_due(case, (FIRST,), POLICY, STATUS, NOON + 4 * HOUR),
    lambda case, by: transitions.come_due(case, (FIRST, NUDGED), POLICY, STATUS, NOON + 2 * HOUR),
)


def done(result: Transition | Refused | None) -> Transition:
    assert isinstance(result, Transition)
    return result


def timers(effects: tuple[Effect, ...]) -> dict[str, timedelta | None]:
    found: dict[str, timedelta | None] = {}
    for effect in effects:
        if isinstance(effect, StartTimer):
            found[effect.name] = effect.after
        elif isinstance(effect, StopTimer):
            found[effect.name] = None
    return found


@given(st.sampled_from(STATES), st.sampled_from(TRANSITIONS), st.sampled_from(PEOPLE))
def test_every_change_is_one_revision_with_a_history(case: Case, move: Move, by: Person) -> None:
    result = move(case, by)
    if not isinstance(result, Transition):
        return
    assert result.case.revision == case.revision + 1
    assert result.steps
    changes_hands = (result.case.state, result.case.owner) != (case.state, case.owner)
    assert (result.case.ownership_revision == result.case.revision) is changes_hands
    was_stale = transitions.is_stale(case, case.revision)
    assert transitions.is_stale(result.case, case.revision) is (changes_hands or was_stale)
    assert (result.case.owner is None) or result.case.state is not CaseState.OPEN
    assert (result.case.outcome is None) is (result.case.state is not CaseState.CLOSED)


@given(st.sampled_from(TRANSITIONS), st.sampled_from((SAM, ANNA, BEN)))
def test_a_closed_case_waits_for_nothing(move: Move, by: Person) -> None:
    result = move(CLOSED, by)
    if isinstance(result, Transition) and result.case.state is CaseState.CLOSED:
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
    assert isinstance(transitions.withdraw(change.case, PRIYA, change.steps, NOON), Transition)
    assert transitions.withdraw(SHARED, BEN, (), NOON) == Refused(Refusal.ASKER_ONLY, SHARED)


def test_the_fallback_happens_once_and_only_while_nobody_has_it() -> None:
    change = done(transitions.unreachable(OPEN, "slack:c-press", "away.", "could not", STATUS, NOON))
    assert Mail() in change.effects
    assert STATUS.phone in told(change)[0][1]
    assert [step.kind for step in change.steps] == [StepKind.UNDELIVERED, StepKind.FALLBACK]
    for case in (change.case, OWNED, CLOSED):
        assert transitions.unreachable(case, "slack:c-press", "away.", "could not", STATUS, NOON) is None


def test_a_ping_that_fails_while_another_may_arrive_tells_the_asker_nothing() -> None:
    change = transitions.card_refused(OPEN, "slack:c-press", "away.", "could not", STATUS, NOON, elsewhere=True)
    assert told(change) == []
    assert change.case.unreachable == ""
    assert timers(change.effects) == {}


def test_a_question_that_cannot_be_posted_at_night_waits_for_the_morning() -> None:
    question = replace(OPEN, kind=CaseKind.QUESTION)
    night = transitions.card_refused(question, "slack:c-press", "away.", "could not", NIGHT, NOON, elsewhere=False)
    assert (told(night), timers(night.effects)) == ([], {transitions.FALLBACK: timedelta(hours=9, minutes=5)})
    day = transitions.card_refused(question, "slack:c-press", "away.", "could not", STATUS, NOON, elsewhere=False)
    assert [who for who, _ in told(day)] == ["sam"]


def test_whoever_was_told_to_phone_is_told_when_it_arrived() -> None:
    lost = replace(OPEN, unreachable="could not")
    assert told(transitions.card_posted(lost, "slack:c-press", NOON)) == [("sam", texts.reached_for_asker("M-7"))]
    assert told(transitions.card_posted(OPEN, "slack:c-press", NOON)) == []
    assert told(transitions.card_posted(replace(CLOSED, unreachable="could not"), "slack:c-press", NOON)) == []


def test_an_empty_field_keeps_what_was_known() -> None:
    known = done(detailed(OPEN, SAM, outlet="The Gazette", deadline="17:00")).case
    more = done(detailed(known, ANNA, journalist="Joan", outlet="")).case
    assert more.details == Details(outlet="The Gazette", journalist="Joan", deadline="17:00")
    assert detailed(more, ANNA) == Refused(Refusal.NOTHING_WRITTEN, more)


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_nothing_written_is_nothing_done(text: str) -> None:
    assert (
        transitions.reply(OWNED, ANNA, text, NOON)
        == transitions.note(OWNED, ANNA, text, NOON)
        == Refused(Refusal.NOTHING_WRITTEN, OWNED)
    )


# ---- what an asker writes beside what an officer has checked -------------------------------------------------------


def kept(case: Case, **details: str) -> Transition:
    result = transitions.add_details(case, SAM, Details(**details), "told", STATUS, POLICY, NOON, keep=True)
    assert isinstance(result, Transition)
    return result


CHECKED = replace(OPEN, details=Details(outlet="Guardian", deadline="17:00"), due_at=NOON + 5 * HOUR, due_known=True)


def test_what_an_asker_writes_stands_beside_what_an_officer_has_checked() -> None:
    result = kept(CHECKED, outlet="Times", deadline="18:00", journalist="Jo Bloggs")
    assert result.case.details == replace(CHECKED.details, journalist="Jo Bloggs")
    assert result.case.due_at == CHECKED.due_at
    assert [(step.kind, step.label) for step in result.steps] == [(StepKind.DETAILS, BESIDE)]


def test_what_fills_a_gap_or_says_the_same_is_taken_as_ever() -> None:
    result = kept(CHECKED, outlet="Guardian", journalist="Jo Bloggs")
    assert result.case.details.journalist == "Jo Bloggs"
    assert [step.label for step in result.steps] == [""]


def test_an_asker_s_earlier_deadline_is_urgent_although_the_checked_one_stays() -> None:
    result = kept(CHECKED, deadline="12:20")
    assert result.case.due_at == CHECKED.due_at
    assert result.case.urgent
    assert StepKind.ON_CALL in [step.kind for step in result.steps]


def test_details_are_checked_once_somebody_who_did_not_ask_wrote_some() -> None:
    by_sam, by_anna = Step(NOON, StepKind.DETAILS, SAM, "x"), Step(NOON, StepKind.DETAILS, ANNA, "y")
    assert not transitions.are_checked(OPEN, [FIRST, by_sam])
    assert transitions.are_checked(OPEN, [FIRST, by_sam, by_anna])
    assert transitions.are_checked(OPEN, [Step(NOON, StepKind.OPENED, None, "by phone")])


def test_an_officer_s_next_form_settles_what_stood_beside() -> None:
    first, second, other = (Step(NOON, StepKind.DETAILS, who, "x", label=BESIDE) for who in (SAM, SAM, PRIYA))
    plain = Step(NOON, StepKind.DETAILS, SAM, "fills a gap")
    assert list(beside([FIRST, first, other, plain, second])) == [second, other]
    assert list(beside([first, Step(NOON, StepKind.DETAILS, ANNA, "checked")])) == []
    assert list(beside([first, Step(NOON, StepKind.DETAILS, ANNA, "checked"), other])) == [other]
