"""What is taken down from messages: live or in print, and when; how to reach whom; an embargo."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain import transitions
from bot.domain.case import Case, CaseKind, Details
from bot.domain.extraction import extract_details, prefilled
from bot.domain.transitions import Transition
from bot.domain.triage import triage
from bot.messages import Said
from bot.presentation import cards
from tests.unit.domain.pacing import POLICY
from tests.unit.domain.test_apply_message import ANNA, DIRECT, FIVE, HOUR, NOON, SAM, SIX, STATUS, added, case, edited

SEVEN, EIGHT = NOON + 7 * HOUR, NOON + 8 * HOUR
UNKNOWN = Details()


def told(text: str, details: Details = UNKNOWN) -> tuple[str, str]:
    known = extract_details(details, text, POLICY, NOON)
    return known.medium, known.slot


def filled(was: Case, now: datetime = NOON, **details: str) -> Transition:
    change = transitions.add_details(was, ANNA, Details(**details), "told", STATUS, POLICY, now)
    assert isinstance(change, Transition)
    return change


def opened_with(text: str = "they rang", **details: str) -> tuple[datetime | None, bool]:
    read = triage(CaseKind.MEDIA, text, Details(**details), POLICY, NOON)
    return read.due_at, read.due_known


@pytest.mark.parametrize(
    ("text", "medium", "slot"),
    [
        ("they want me live at 7", "live", "live at 7 (Monday 23 November 2026, 19:00 GMT)"),
        (
            "it will be recorded tomorrow at 10",
            "recorded",
            "recorded tomorrow at 10 (Tuesday 24 November 2026, 10:00 GMT)",
        ),
        ("they go live in ten minutes", "live", "go live in ten minutes (Monday 23 November 2026, 12:10 GMT)"),
        (
            "a recorded interview, the slot is at 18:10",
            "recorded",
            "recorded interview, the slot is at 18:10 (Monday 23 November 2026, 18:10 GMT)",
        ),
        ("they want a live interview", "live", ""),
        ("it is a pre-record for Radio 4", "recorded", ""),
        ("the Gazette is publishing it tonight", "print or online", ""),
        ("she is writing an article about the cellar", "print or online", ""),
        ("they ask where our students live", "", ""),
        ("a request for recorded information", "", ""),
        ("a reporter rang, deadline 5pm", "", ""),
    ],
)
def test_a_message_tells_the_medium_and_the_slot(text: str, medium: str, slot: str) -> None:
    assert told(text) == (medium, slot)


@pytest.mark.parametrize(
    ("text", "theirs", "mine"),
    [
        ("her number is 07700 900123", "07700 900123", ""),
        ("Joan of the Gazette, joan@gazette.example, rang", "joan@gazette.example", ""),
        ("Her number is 07700 900123. My number is 01524 592123", "07700 900123", "01524 592123"),
        ("call me on +44 1524 592000 about Joan@gazette.example", "Joan@gazette.example", "+44 1524 592000"),
        ("they phoned my office, his mobile is (0)7700-900-123", "", ""),
        ("they phoned my office, his mobile is 07700-900-123", "07700-900-123", ""),
        ("deadline 15:30 on 24/11/2026, grant 1234567890123456", "", ""),
    ],
)
def test_a_message_tells_how_to_reach_whom(text: str, theirs: str, mine: str) -> None:
    known = extract_details(UNKNOWN, text, POLICY, NOON)
    assert (known.contact, known.callback) == (theirs, mine)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("they sent a report embargoed until Friday 9am", "Friday 9am"),
        (
            "it is under strict embargo until 00:01 on Tuesday 24 November, about the deaths",
            "00:01 on Tuesday 24 November",
        ),
        ("embargo: 1 December 2026, 00:01 GMT", "1 December 2026, 00:01 GMT"),
        ("the embargo ends at noon tomorrow", "noon tomorrow"),
        ("an embargoed report on the deaths at the hall", "said to be under embargo, no time given"),
        ("there is no embargo on it", ""),
        ("it isn't embargoed", ""),
        ("the embargo has been lifted", ""),
        ("how the oil embargo hurts the town", ""),
    ],
)
def test_a_message_tells_of_an_embargo_and_no_more_than_until_when(text: str, until: str) -> None:
    assert extract_details(UNKNOWN, text, POLICY, NOON).embargo == until


def test_a_further_message_names_the_outlet_and_an_edit_another() -> None:
    after = added(case(), "it was somebody from the Guardian, about the nature of it").case.details
    assert after.outlet == "Guardian"
    assert added(case(details=Details(outlet="Gazette")), "not the Guardian").case.details.outlet == "Gazette"
    first = "the Guardian rang"
    was = case(first, details=extract_details(UNKNOWN, first, POLICY, NOON))
    assert edited(was, "the BBC rang").case.details.outlet == "BBC"


def test_an_embargo_is_not_lifted_by_leaving_it_out() -> None:
    first = "her number is 07700 900123, embargoed until Friday"
    was = case(first, details=extract_details(UNKNOWN, first, POLICY, NOON))
    after = edited(was, "her number is 07700 900124").case.details
    assert (after.contact, after.embargo) == ("07700 900124", "Friday")
    assert edited(was, "embargoed until Monday").case.details.embargo == "Monday"


def test_a_form_is_filled_in_with_what_a_message_says_and_reads_it_back() -> None:
    known = prefilled("the Gazette wants me live tomorrow at 8am, deadline 5pm", "Gazette", POLICY, NOON)
    assert (known.outlet, known.deadline, known.medium) == ("Gazette", "Monday 23 November 2026, 17:00", "live")
    assert known.slot.startswith("live tomorrow at 8am (Tuesday 24 November 2026")
    assert opened_with(deadline=known.deadline, slot=known.slot) == (FIVE, True)
    assert prefilled("may I bring coffee?", "", POLICY, NOON) == UNKNOWN


def test_what_was_written_down_stays() -> None:
    written = Details(medium="recorded", slot="Newsnight")
    assert told("they want me live at 7", written) == ("recorded", "Newsnight")
    assert told("they want me live", Details(medium="unknown")) == ("live", "")


def test_a_further_message_tells_the_slot() -> None:
    after = added(case(due_known=False), "they want me live at 7").case
    assert (after.details.medium, after.details.slot[:9], after.due_at) == ("live", "live at 7", SEVEN)


def test_a_corrected_message_moves_the_slot_and_its_deadline() -> None:
    first = "they want me live at 7"
    details = extract_details(UNKNOWN, first, POLICY, NOON)
    was = case(first, details=details, due_at=SEVEN)
    moved = edited(was, "they want me live at 6").case
    assert (moved.details.slot[:9], moved.due_at) == ("live at 6", SIX)
    gone = edited(was, "they want a quote").case
    assert (gone.details.medium, gone.details.slot, gone.due_known) == ("", "", False)


def test_a_slot_that_was_written_down_is_a_deadline_unless_an_earlier_one_is_known() -> None:
    assert opened_with(slot="Radio 4 at 7pm") == (SEVEN, True)
    assert opened_with(slot="7pm", deadline="5pm") == (FIVE, True)
    assert opened_with(slot="7pm", deadline="8pm") == (EIGHT, True)  # somebody wrote the deadline down
    assert opened_with("deadline 5pm", slot="7pm") == (FIVE, True)
    assert opened_with(slot="Newsnight")[1] is False


def test_a_slot_in_the_form_is_the_deadline_of_which_nobody_knew() -> None:
    change = filled(case(due_known=False), slot="live at 7")
    assert (change.case.due_at, change.case.due_known) == (SEVEN, True)
    assert "19:00" in cards.details_received(change.case, POLICY.hours.zone)


def test_a_later_slot_moves_no_deadline_and_an_earlier_one_does() -> None:
    assert filled(case(), slot="19:00").case.due_at == FIVE
    assert filled(case(), slot="16:00").case.due_at == NOON + 4 * HOUR


def test_a_slot_that_moves_takes_its_deadline_with_it() -> None:
    was = filled(case(due_known=False), slot="7pm").case
    assert filled(was, slot="8pm").case.due_at == EIGHT
    assert filled(was, now=SEVEN + HOUR / 2, slot="8pm").case.due_at == EIGHT


def test_a_slot_that_was_misread_does_not_stand_against_a_corrected_deadline() -> None:
    was = case(details=Details(slot="live at 3"), due_at=NOON + 3 * HOUR)
    after = filled(was, deadline="5pm").case
    assert (after.due_at, after.details.slot) == (FIVE, "live at 3")


def test_a_slot_within_the_hour_is_urgent() -> None:
    change = filled(case(), slot="12:40")
    assert change.case.urgent
    assert change.case.due_at == NOON + timedelta(minutes=40)


def test_a_question_has_no_slot() -> None:
    question = case(kind=CaseKind.QUESTION, due_at=None, due_known=False)
    said = Said("e2", SAM, "can I go live at 7?", DIRECT, DIRECT)
    after = transitions.add(question, said, (), STATUS, POLICY, NOON).case
    assert (after.details, after.due_at) == (UNKNOWN, None)
    assert filled(question, slot="19:00").case.due_at is None


def test_a_slot_in_a_form_moves_no_deadline_that_somebody_wrote_down() -> None:
    was = filled(case(due_known=False), deadline="8pm").case
    assert filled(was, slot="live at 7", deadline="8pm").case.due_at == EIGHT
