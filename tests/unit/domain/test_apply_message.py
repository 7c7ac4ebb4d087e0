"""What further words change of a case that is open, and what it waits for when it is taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain import transitions
from bot.domain.case import Asker, Case, CaseKind, CaseState, Details, Outcome, Step, StepKind
from bot.domain.schedule import due
from bot.domain.transitions import DeskStatus, Refused, ThreadReply, Transition
from bot.messages import Address, Person, Said
from tests.unit import drawn
from tests.unit.domain.pacing import POLICY

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIVE, SIX = NOON + 5 * HOUR, NOON + 6 * HOUR
SAM, ANNA = Person("slack", "sam", "Sam"), Person("slack", "anna", "Anna")
DIRECT = Address("slack", "dm-sam")
STATUS = DeskStatus(
    "+44 1524 000000", "Say nothing yet.", 5 * timedelta(minutes=1), on_call=("slack:ben",), assumed_deadline=SIX
)


def case(text: str = "the Gazette rang, deadline 5pm", **more: Any) -> Case:
    asker = Asker(SAM, DIRECT, DIRECT, text, NOON, "e-sam")
    fresh = Case(7, CaseKind.MEDIA, CaseState.OPEN, (asker,), NOON, due_at=FIVE, due_known=True)
    return replace(fresh, **more)


def edited(was: Case, text: str, now: datetime = NOON, steps: Sequence[Step] = ()) -> Transition:
    said = Said("e2", SAM, text, DIRECT, DIRECT, corrects="e-sam")
    return transitions.correct(was, said, steps, STATUS, POLICY, now)


def added(was: Case, text: str, steps: Sequence[Step] = ()) -> Transition:
    return transitions.add(was, Said("e2", SAM, text, DIRECT, DIRECT), steps, STATUS, POLICY, NOON)


def told(change: Transition) -> str:
    return "\n".join(words for _, words in drawn.told(change))


def kinds(change: Transition) -> list[StepKind]:
    return [step.kind for step in change.steps]


def called(change: Transition) -> tuple[str, ...]:
    return next(each.mention for each in change.effects if isinstance(each, ThreadReply))


def reopened(was: Case, now: datetime) -> Case:
    change = transitions.reopen(was, ANNA, STATUS, now)
    assert not isinstance(change, Refused)
    return change.case


def test_a_corrected_opening_message_is_read_again() -> None:
    change = edited(case(), "the Gazette rang, deadline 6pm")
    assert (change.case.due_at, change.case.due_known) == (SIX, True)
    assert change.case.askers[0].text == "the Gazette rang, deadline 6pm"
    assert change.steps == (Step(NOON, StepKind.CORRECTED, SAM, "the Gazette rang, deadline 6pm", "e2", "e-sam"),)
    assert "18:00" in told(change)
    assert "Add details" in told(change)


def test_a_deadline_that_an_edit_takes_away_is_assumed_again() -> None:
    change = edited(case(), "the Gazette rang")
    assert not change.case.due_known
    assert "When do they need an answer" in told(change)


def test_an_edit_that_leaves_the_deadline_alone_does_not_move_it() -> None:
    soon = case("they rang, need it within the hour", due_at=NOON + HOUR, urgent=True)
    change = edited(soon, "they rang me, need it within the hour", NOON + HOUR / 2)
    assert (change.case.due_at, change.case.urgent) == (NOON + HOUR, True)
    assert told(change) == ""


def test_what_was_written_down_counts_before_an_edit() -> None:
    written = case(details=Details(deadline="17:00"))
    assert edited(written, "the Gazette rang, deadline 6pm").case.due_at == FIVE


def test_a_correction_that_makes_it_urgent_calls_whoever_is_on_call_once() -> None:
    change = edited(case(), "the Gazette are on the line now, deadline 5pm")
    assert change.case.urgent
    assert kinds(change) == [StepKind.CORRECTED, StepKind.ON_CALL]
    assert called(change) == ("slack:ben",)
    again = edited(change.case, "the Gazette are on the line right now, deadline 5pm")
    assert kinds(again) == [StepKind.CORRECTED]
    assert called(again) == ()


@pytest.mark.parametrize(
    ("text", "at"),
    [("they need it by 4", NOON + 4 * HOUR), ("they run it by 6", FIVE), ("she is called Joan", FIVE)],
)
def test_of_two_deadlines_the_earlier_counts(text: str, at: datetime) -> None:
    change = added(case(), text)
    assert change.case.due_at == at
    assert ("16:00" in told(change)) == (at != FIVE)


def test_a_further_message_says_the_deadline_of_which_nobody_knew() -> None:
    change = added(case(due_at=FIVE, due_known=False), "they run it at 6, they go on air at six")
    assert (change.case.due_at, change.case.due_known) == (SIX, True)


def test_a_further_message_within_the_hour_is_urgent() -> None:
    change = added(case(), "now they need it by 12:40")
    assert change.case.urgent
    assert kinds(change) == [StepKind.ADDED, StepKind.ON_CALL]


def test_delicate_words_restrict_unless_an_officer_has_decided_otherwise() -> None:
    text = "it is about the student who died"
    for change in (added(case(), text), edited(case(), text)):
        assert change.case.restricted
        assert StepKind.RESTRICTED in kinds(change)
    lifted = (Step(NOON, StepKind.UNRESTRICTED, ANNA),)
    assert not added(case(), text, lifted).case.restricted


CLOSED = case(
    state=CaseState.CLOSED,
    owner=ANNA,
    outcome=Outcome.STATEMENT,
    closed_at=NOON + HOUR,
    responded_at=NOON + HOUR,
    details=Details(deadline="17:00", slot="17:30"),
)


def test_a_case_that_was_answered_and_reopened_waits_for_its_answer_again() -> None:
    again = reopened(CLOSED, NOON + 2 * HOUR)
    assert (again.responded_at, again.due_at, again.due_known) == (None, FIVE, True)
    steps = [Step(NOON, StepKind.OPENED, SAM), Step(NOON + 2 * HOUR, StepKind.REOPENED, ANNA)]
    assert StepKind.DEADLINE_PASSED in {each.kind for each in due(again, steps, POLICY)}


def test_a_deadline_that_was_met_and_is_over_is_not_missed_by_reopening() -> None:
    again = reopened(CLOSED, FIVE + HOUR / 2)
    assert (again.responded_at, again.due_at, again.due_known) == (None, SIX, False)
    assert again.details == Details()
    unanswered = reopened(replace(CLOSED, responded_at=None), FIVE + HOUR / 2)
    assert (unanswered.due_at, unanswered.due_known) == (FIVE, True)


def test_a_new_deadline_of_a_reopened_case_runs() -> None:
    again = reopened(CLOSED, FIVE + HOUR / 2)
    later, tomorrow = FIVE + HOUR / 2, Details(deadline="17:00 tomorrow")
    change = transitions.add_details(again, ANNA, tomorrow, "told", STATUS, POLICY, later)
    assert not isinstance(change, Refused)
    steps = [Step(NOON, StepKind.OPENED, SAM), Step(later, StepKind.REOPENED, ANNA)]
    passed = [each.at for each in due(change.case, steps, POLICY) if each.kind is StepKind.DEADLINE_PASSED]
    assert passed == [FIVE + 24 * HOUR]


def test_a_corrected_further_message_moves_the_deadline_that_was_read_from_it() -> None:
    was = case("the Gazette rang", due_known=False, due_words="")
    later = added(was, "she needs it by 3pm")
    steps = later.steps
    assert (later.case.due_at, later.case.due_words) == (NOON + 3 * HOUR, "3pm")
    said = Said("e3", SAM, "she needs it by 6pm", DIRECT, DIRECT, corrects="e2")
    moved = transitions.correct(later.case, said, steps, STATUS, POLICY, NOON).case
    assert (moved.due_at, moved.due_words) == (SIX, "6pm")
    said = Said("e3", SAM, "she needs it soon", DIRECT, DIRECT, corrects="e2")
    gone = transitions.correct(later.case, said, steps, STATUS, POLICY, NOON).case
    assert (gone.due_known, gone.due_words) == (False, "")


def test_a_corrected_further_message_leaves_the_deadline_of_another_message() -> None:
    later = added(case(), "she wants a quote by 6pm")
    said = Said("e3", SAM, "she wants a quote by 7pm", DIRECT, DIRECT, corrects="e2")
    assert transitions.correct(later.case, said, later.steps, STATUS, POLICY, NOON).case.due_at == FIVE
