"""When time does something to a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case import Asker, Case, CaseKind, CaseState, Step, StepKind
from bot.domain.schedule import Due, due
from bot.messages import Address, Person
from tests.unit.domain.pacing import MINUTE, POLICY, policy

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday
HOUR = 60 * MINUTE
SAM, ANNA, BEN = Person("slack", "sam", "Sam"), Person("slack", "anna", "Anna"), Person("slack", "ben", "Ben")
DIRECT = Address("slack", "dm-sam")
OPEN = Case(7, CaseKind.MEDIA, CaseState.OPEN, (Asker(SAM, DIRECT, DIRECT, "they rang", TEN, "e1"),), TEN)
OWNED = replace(OPEN, state=CaseState.CLAIMED, owner=ANNA, claimed_at=TEN, revision=2, ownership_revision=2)
OPENED = Step(TEN, StepKind.OPENED, SAM)
CLAIMED = Step(TEN, StepKind.CLAIMED, ANNA)
CHAIN = (StepKind.REMINDED, StepKind.ON_CALL, StepKind.MAILED, StepKind.PHONE_GIVEN)


def step(kind: StepKind, minutes: float, by: Person | None = None, text: str = "") -> Step:
    return Step(TEN + minutes * MINUTE, kind, by, text)


def minutes(found: list[Due]) -> list[tuple[StepKind, float]]:
    return [(each.kind, (each.at - TEN) / MINUTE) for each in found]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


# ---- nobody has it --------------------------------------------------------------------------------------------------


def test_one_step_follows_another_while_nobody_has_it() -> None:
    assert minutes(due(OPEN, [OPENED], POLICY)) == list(zip(CHAIN, (15, 30, 45, 60), strict=True))
    done = [OPENED, step(StepKind.REMINDED, 15), step(StepKind.ON_CALL, 30)]
    assert minutes(due(OPEN, done, POLICY)) == [(StepKind.MAILED, 45), (StepKind.PHONE_GIVEN, 60)]


def test_when_everything_was_tried_reminders_go_on_at_growing_gaps_of_at_most_four_hours() -> None:
    steps = [OPENED, *(step(kind, at) for kind, at in zip(CHAIN, (15, 30, 45, 60), strict=True))]
    gaps, last = [], TEN + HOUR
    for _ in range(8):
        (next_,) = due(OPEN, steps, POLICY)
        assert next_.kind is StepKind.REMINDED
        gaps.append((next_.at - last) // MINUTE)
        last = next_.at
        steps.append(Step(last, StepKind.REMINDED))
    assert gaps == [30, 60, 120, 240, 240, 240, 240, 240]


def test_an_office_that_reminds_once_a_day_goes_on_doing_so() -> None:
    daily = policy(remind_after="1d")
    steps = [OPENED, *(step(kind, 60) for kind in CHAIN)]
    assert minutes(due(OPEN, steps, daily)) == [(StepKind.REMINDED, 60 + 24 * 60)]


@pytest.mark.parametrize("kind", [StepKind.UNCLAIMED, StepKind.REOPENED, StepKind.RETURNED])
def test_it_begins_anew_when_a_case_is_free_again(kind: StepKind) -> None:
    again = [OPENED, step(StepKind.REMINDED, 15), step(StepKind.ON_CALL, 30), CLAIMED, step(kind, 100, ANNA)]
    assert minutes(due(OPEN, again, POLICY))[:2] == [(StepKind.REMINDED, 115), (StepKind.ON_CALL, 130)]


def test_the_asker_is_told_to_phone_once_until_the_case_is_taken_up_again() -> None:
    told = [OPENED, step(StepKind.PHONE_GIVEN, 60), CLAIMED, step(StepKind.RETURNED, 200)]
    assert StepKind.PHONE_GIVEN not in dict(minutes(due(OPEN, told, POLICY)))
    anew = [*told, step(StepKind.CLOSED, 300, ANNA), step(StepKind.REOPENED, 400, ANNA)]
    assert StepKind.PHONE_GIVEN in dict(minutes(due(OPEN, anew, POLICY)))


def test_after_the_fallback_nothing_is_left_to_mail_and_nobody_to_tell() -> None:
    fallen_back = [OPENED, step(StepKind.FALLBACK, 5)]
    assert [each.kind for each in due(OPEN, fallen_back, POLICY)] == [StepKind.REMINDED, StepKind.ON_CALL]


def test_without_an_address_nothing_is_mailed() -> None:
    assert StepKind.MAILED not in dict(minutes(due(OPEN, [OPENED], replace(POLICY, mails=False))))


def test_what_is_urgent_calls_at_once_unless_that_was_done_with_the_ping() -> None:
    urgent = replace(OPEN, urgent=True)
    assert minutes(due(urgent, [OPENED], POLICY))[0] == (StepKind.ON_CALL, 0)
    assert minutes(due(urgent, [OPENED, step(StepKind.ON_CALL, 0)], POLICY))[0] == (StepKind.REMINDED, 15)


def test_a_question_is_reminded_of_once_and_has_nothing_else_to_wait_for() -> None:
    question = replace(OPEN, kind=CaseKind.QUESTION, due_at=TEN + HOUR, due_known=True)
    assert minutes(due(question, [OPENED], POLICY)) == [(StepKind.REMINDED, 15)]
    assert due(question, [OPENED, step(StepKind.REMINDED, 15)], POLICY) == []
    claimed = replace(question, state=CaseState.CLAIMED, owner=ANNA, claimed_at=TEN)
    assert due(claimed, [OPENED, CLAIMED], POLICY) == []


# ---- a deadline -----------------------------------------------------------------------------------------------------


def test_with_a_deadline_the_steps_shrink_to_fit() -> None:
    hurried = replace(OPEN, due_at=TEN + 40 * MINUTE, due_known=True)
    found = [each for each in minutes(due(hurried, [OPENED], POLICY)) if each[0] in CHAIN]
    assert found == list(zip(CHAIN, (10, 20, 25, 30), strict=True))
    calm = replace(OPEN, due_at=TEN + 4 * HOUR, due_known=True)
    found = [each for each in minutes(due(calm, [OPENED], POLICY)) if each[0] in CHAIN]
    assert found == list(zip(CHAIN, (15, 30, 45, 60), strict=True))


@given(
    st.timedeltas(timedelta(minutes=1), timedelta(days=3)),
    st.floats(0, 0.99),
    st.lists(st.integers(1, 600), min_size=4, max_size=4),
)
def test_each_step_is_taken_before_a_deadline_that_is_known_and_in_its_order(
    left: timedelta, returned: float, after: list[int]
) -> None:
    patience = sorted(after)
    names = ("remind_after", "on_call_after", "mail_after", "phone_after")
    slow = policy(**{name: f"{each}m" for name, each in zip(names, patience, strict=True)})
    deadline, since = TEN + left, TEN + left * returned
    case = replace(OPEN, due_at=deadline, due_known=True)
    steps = [OPENED, CLAIMED, Step(since, StepKind.RETURNED)]
    times = {each.kind: each.at for each in due(case, steps, slow)}
    assert times[StepKind.ON_CALL] <= max(since, TEN + left / 2)
    assert since <= times[StepKind.REMINDED] < deadline
    assert since <= times[StepKind.MAILED] <= times[StepKind.PHONE_GIVEN] < deadline
    assert times[StepKind.ON_CALL] <= times[StepKind.MAILED]
    assert times[StepKind.DEADLINE_PASSED] == deadline


def test_a_deadline_that_is_only_assumed_hurries_nobody() -> None:
    late = replace(OPEN, opened_at=local("2026-11-23T16:55"), due_at=local("2026-11-23T17:00"))
    steps = [Step(late.opened_at, StepKind.OPENED, SAM)]
    found = {each.kind: each.at for each in due(late, steps, POLICY)}
    assert found[StepKind.ON_CALL] == local("2026-11-23T17:25")
    assert StepKind.DEADLINE_NEAR not in found


def test_a_deadline_is_near_when_a_quarter_of_the_time_is_left_or_fifteen_minutes() -> None:
    for hours, near in ((4, 180), (0.5, 15)):
        case = replace(OWNED, due_at=TEN + hours * HOUR, due_known=True)
        found = dict(minutes(due(case, [OPENED, CLAIMED], POLICY)))
        assert (found[StepKind.DEADLINE_NEAR], found[StepKind.DEADLINE_PASSED]) == (near, 60 * hours)


def test_what_comes_in_at_the_last_minute_is_not_called_near_once_more() -> None:
    case = replace(OPEN, due_at=TEN + 15 * MINUTE, due_known=True)
    assert StepKind.DEADLINE_NEAR not in dict(minutes(due(case, [OPENED], POLICY)))


def test_each_deadline_is_told_of_once_and_a_new_one_anew() -> None:
    case = replace(OWNED, due_at=TEN + 4 * HOUR, due_known=True)
    told = [OPENED, CLAIMED, step(StepKind.DEADLINE_NEAR, 180, text="2026-11-23 14:00")]
    kinds = (StepKind.DEADLINE_NEAR, StepKind.DEADLINE_PASSED)
    assert [each for each in minutes(due(case, told, POLICY)) if each[0] in kinds] == [(kinds[1], 240)]
    moved = replace(case, due_at=TEN + 6 * HOUR)
    assert [each for each in minutes(due(moved, told, POLICY)) if each[0] in kinds] == [
        (kinds[0], 270),
        (kinds[1], 360),
    ]
    passed = [*told, step(StepKind.DEADLINE_PASSED, 240, text="2026-11-23 14:00")]
    assert not [each for each in minutes(due(case, passed, POLICY)) if each[0] in kinds]


def test_an_assumed_deadline_wakes_nobody() -> None:
    overnight = replace(OWNED, opened_at=local("2026-11-23T18:00"), due_at=local("2026-11-24T17:00"))
    assert StepKind.DEADLINE_NEAR in {each.kind for each in due(overnight, [OPENED, CLAIMED], POLICY)}
    early = replace(overnight, due_at=local("2026-11-24T09:10"))  # a quarter of the time before, nobody is there
    assert StepKind.DEADLINE_NEAR not in {each.kind for each in due(early, [OPENED, CLAIMED], POLICY)}
    known = replace(early, due_known=True)
    assert StepKind.DEADLINE_NEAR in {each.kind for each in due(known, [OPENED, CLAIMED], POLICY)}


@pytest.mark.parametrize("state", [OPEN, OWNED])
def test_advising_the_asker_does_not_meet_the_deadline_and_answering_the_journalist_does(state: Case) -> None:
    case = replace(state, due_at=TEN + HOUR, due_known=True, answered_at=TEN)
    assert StepKind.DEADLINE_PASSED in {each.kind for each in due(case, [OPENED], POLICY)}
    met = replace(case, responded_at=TEN)
    assert not {each.kind for each in due(met, [OPENED], POLICY)} & {StepKind.DEADLINE_NEAR, StepKind.DEADLINE_PASSED}


# ---- somebody has it ------------------------------------------------------------------------------------------------


def test_a_silent_owner_is_nudged_and_then_relieved() -> None:
    assert minutes(due(OWNED, [OPENED, CLAIMED], POLICY)) == [(StepKind.NUDGED, 30)]
    nudged = [OPENED, CLAIMED, step(StepKind.NUDGED, 30)]
    assert minutes(due(OWNED, nudged, POLICY)) == [(StepKind.RETURNED, 60)]


@pytest.mark.parametrize("kind", [StepKind.NOTED, StepKind.REPLIED, StepKind.DETAILS, StepKind.HANDOVER_OFFERED])
def test_any_sign_of_the_owner_counts_and_that_of_others_does_not(kind: StepKind) -> None:
    nudged = [OPENED, CLAIMED, step(StepKind.NUDGED, 30)]
    assert minutes(due(OWNED, [*nudged, step(kind, 40, ANNA)], POLICY)) == [(StepKind.NUDGED, 70)]
    assert minutes(due(OWNED, [*nudged, step(kind, 40, BEN)], POLICY)) == [(StepKind.RETURNED, 60)]


def test_whoever_took_the_case_over_begins_with_time_of_their_own() -> None:
    taken = replace(OWNED, owner=BEN, claimed_at=TEN + 40 * MINUTE)
    steps = [OPENED, CLAIMED, step(StepKind.NUDGED, 30), step(StepKind.HANDOVER_ACCEPTED, 40, BEN)]
    assert minutes(due(taken, steps, POLICY)) == [(StepKind.NUDGED, 70)]


def test_who_waits_for_facts_is_left_alone_until_then() -> None:
    waiting = replace(OWNED, waiting_until=TEN + 6 * HOUR)
    assert minutes(due(waiting, [OPENED, CLAIMED], POLICY)) == [(StepKind.NUDGED, 360)]


def test_whoever_answered_the_journalist_is_left_alone() -> None:
    assert due(replace(OWNED, responded_at=TEN), [OPENED, CLAIMED], POLICY) == []


def test_what_was_reopened_after_the_answer_waits_for_its_owner_again() -> None:
    again = replace(OWNED, responded_at=TEN, claimed_at=TEN + HOUR)
    steps = [OPENED, step(StepKind.REOPENED, 50, ANNA), step(StepKind.CLAIMED, 60, ANNA)]
    assert minutes(due(again, steps, POLICY)) == [(StepKind.NUDGED, 90)]


def test_nobody_is_nudged_out_of_hours() -> None:
    evening = replace(OWNED, claimed_at=local("2026-11-27T16:50"))  # a Friday
    (nudge,) = due(evening, [OPENED], POLICY)
    assert nudge.at == local("2026-11-30T09:20")
    assert due(evening, [OPENED], policy(hours={})) == []


def test_near_a_deadline_every_hour_counts() -> None:
    evening = replace(OWNED, opened_at=local("2026-11-23T15:00"), claimed_at=local("2026-11-23T15:00"), due_known=True)
    case = replace(evening, due_at=local("2026-11-23T21:00"))  # near at 19:30
    steps = [Step(local("2026-11-23T16:50"), StepKind.NOTED, ANNA)]
    assert Due(StepKind.NUDGED, local("2026-11-23T20:00")) in due(case, steps, POLICY)
    nudged = [*steps, Step(local("2026-11-23T20:00"), StepKind.NUDGED)]
    assert Due(StepKind.RETURNED, local("2026-11-23T20:30")) in due(case, nudged, POLICY)
    assumed = due(replace(case, due_known=False), nudged, POLICY)
    assert Due(StepKind.RETURNED, local("2026-11-24T09:30")) in assumed


# ---- whatever the case ----------------------------------------------------------------------------------------------

KINDS = st.sampled_from(sorted(set(StepKind) - {StepKind.OPENED}))
HISTORIES = st.lists(st.tuples(KINDS, st.integers(0, 600), st.sampled_from((None, SAM, ANNA, BEN))), max_size=12)


@given(
    st.sampled_from((OPEN, OWNED)),
    HISTORIES,
    st.none() | st.integers(1, 3000),
    st.booleans(),
    st.booleans(),
    st.sampled_from(CaseKind),
)
def test_an_enquiry_that_is_not_answered_is_never_forgotten(
    state: Case,
    history: list[tuple[StepKind, int, Person | None]],
    deadline: int | None,
    known: bool,
    urgent: bool,
    kind: CaseKind,
) -> None:
    due_at = None if deadline is None else TEN + deadline * MINUTE
    case = replace(state, kind=kind, due_at=due_at, due_known=known and due_at is not None, urgent=urgent)
    steps = [OPENED, *(step(of, at, by) for of, at, by in sorted(history, key=lambda each: each[1]))]
    found = due(case, steps, POLICY)
    assert [each.at for each in found] == sorted(each.at for each in found)
    assert kind is CaseKind.QUESTION or found
    assert len({each.kind for each in found}) == len(found)
    assert due(replace(case, state=CaseState.CLOSED), steps, POLICY) == []
