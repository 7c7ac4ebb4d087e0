"""Whatever somebody writes, it is read within a second: the desk answers others meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from bot.domain import deadlines
from bot.domain.apply_message import apply_correction, apply_details, apply_message
from bot.domain.case import CaseKind, Details
from bot.domain.extraction import contacts, embargo, extract_details, prefilled
from bot.domain.similarity import Enquiry, enquiry_of, read_subjects, related
from bot.domain.triage import is_delicate, is_urgent, may_be_foi, triage
from tests import hostile_reading
from tests.hostile_reading import LONGEST, process_time
from tests.unit.domain.pacing import POLICY
from tests.unit.domain.test_apply_message import HOUR, NOON, case

HOSTILE = hostile_reading.texts(LONGEST)
SECOND = 1.0
HOURS = POLICY.hours
UNKNOWN = Details()

WAYS_TO_READ: dict[str, Callable[[str], object]] = {
    "find": lambda text: deadlines.find(text, HOURS, NOON),
    "find_slot": lambda text: deadlines.find_slot(text, HOURS, NOON),
    "read": lambda text: deadlines.read(text, HOURS, NOON),
    "read_slot": lambda text: deadlines.read_slot(text, HOURS, NOON),
    "is_unknown": deadlines.is_unknown,
    "is_urgent": is_urgent,
    "may_be_foi": may_be_foi,
    "is_delicate": is_delicate,
    "contacts": contacts,
    "embargo": embargo,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_all_that_an_enquiry_says_is_read_within_a_second(text: str) -> None:
    details = Details(deadline=text, slot=text, about=text, questions=text)
    assert process_time(lambda: triage(CaseKind.MEDIA, text, UNKNOWN, POLICY, NOON)) < SECOND
    assert process_time(lambda: triage(CaseKind.MEDIA, text, details, POLICY, NOON, further=[text] * 20)) < SECOND
    assert process_time(lambda: extract_details(UNKNOWN, text, POLICY, NOON)) < SECOND
    assert process_time(lambda: prefilled(text, "", POLICY, NOON)) < SECOND


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_all_that_further_words_say_is_read_within_a_second(text: str) -> None:
    was = case(text)
    details = Details(slot=text, about=text)
    assert process_time(lambda: apply_message(was, text, (), POLICY, NOON)) < SECOND
    assert process_time(lambda: apply_correction(was, was.askers[0], text + "!", (), POLICY, NOON)) < SECOND
    assert process_time(lambda: apply_details(was, details, POLICY, NOON)) < SECOND


@pytest.mark.parametrize("read", WAYS_TO_READ.values(), ids=WAYS_TO_READ)
def test_a_text_of_four_times_the_length_does_not_take_much_more_than_four_times_as_long(
    read: Callable[[str], object],
) -> None:
    """Something that looks back and forth takes sixteen times as long, or never ends."""
    short, long = hostile_reading.texts(4_000), hostile_reading.texts(16_000)
    for name in short:
        took = min(process_time(partial(read, long[name])) for _ in range(2))
        assert took < 0.02 + 8 * process_time(partial(read, short[name])), name


FILLING = "It is about the flooded cellar of the old library, and there are many words about it. " * 200


@pytest.mark.parametrize(
    "text",
    [
        f"They need it by 3pm. {FILLING}",
        f"{FILLING} They need it by 3pm.",
        f"{'by all means, by bike. ' * 80}{FILLING}They need it by 3pm",
        f"{'by friday 12th march 2027 ' * 60}. {FILLING}They need it by 3pm",
    ],
    ids=["first", "last", "after words that announce nothing", "after many dates"],
)
def test_what_a_long_message_states_at_its_beginning_or_end_is_found(text: str) -> None:
    assert deadlines.find(text, HOURS, NOON) == NOON + 3 * HOUR


def test_the_details_of_a_long_message_are_found_at_its_beginning_and_its_end() -> None:
    details = extract_details(
        UNKNOWN, f"The Guardian rang. {FILLING} Her number is 07700 900123, live at 7 tonight", POLICY, NOON
    )
    assert (details.outlet, details.contact, details.medium) == ("Guardian", "07700 900123", "live")
    assert details.slot.startswith("live at 7 tonight (")


@pytest.mark.parametrize("words", ["a student died", "embargoed until Friday"])
def test_what_must_not_be_overlooked_is_found_in_the_middle_of_a_long_message(words: str) -> None:
    text = f"{FILLING[:5000]} {words}. {FILLING[:5000]}"
    assert is_delicate(text) or embargo(text) == "Friday"


def test_every_asker_s_deadline_counts_when_details_are_changed() -> None:
    one, other = case(f"They rang. {FILLING}"), case(f"{FILLING} They need it by 3pm")
    both = case("", askers=(*one.askers, *other.askers), details=Details(deadline="tomorrow noon"))
    after = apply_details(both, UNKNOWN, POLICY, NOON)
    assert after.due_at == NOON + 3 * HOUR


@pytest.mark.parametrize(
    "words", ["midnight on 31 december 9999", "1 january 0001 at 00:01 cet", "31/12/9999 23:59 pst"]
)
def test_a_time_beyond_the_calendar_is_no_time(words: str) -> None:
    found = deadlines.read(words, HOURS, NOON)
    assert found is None or found.year in {1, 9999}


# ---- similarity -----------------------------------------------------------------------------------------------------


def enquiries(count: int, shared: str) -> list[Enquiry]:
    """Long enquiries of many words that nearly resemble one another, if they share their first letters."""
    return [
        enquiry_of(Details(outlet=f"Gazette {number}"), hostile_reading.enquiry(number, shared), case_id=number)
        for number in range(count)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("shared", ["", "flood", "flooding"])
@pytest.mark.parametrize("count", [40, 100])
def test_a_long_enquiry_is_compared_with_many_others_within_a_fraction_of_a_second(count: int, shared: str) -> None:
    """It takes 30 ms of process time at most on a machine that has nothing else to do."""
    others = enquiries(count, shared)
    read_subjects(others)
    new = enquiry_of(UNKNOWN, hostile_reading.enquiry(count, shared))
    assert process_time(lambda: related(new, others, {})) < SECOND / 4


@pytest.mark.slow
def test_many_long_enquiries_that_nobody_read_yet_are_compared_in_a_bounded_time() -> None:
    others = enquiries(100, "start")
    new = enquiry_of(UNKNOWN, hostile_reading.enquiry(100, "start"))
    assert process_time(lambda: related(new, others, {})) < 3 * SECOND


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_stands_in_its_fields_an_enquiry_is_compared_within_a_second(text: str) -> None:
    details = Details(outlet=text, journalist=text, contact=text, about=text, questions=text)
    new = enquiry_of(details, *[text] * 20)
    others = [enquiry_of(details, text, f"{text} {number}", case_id=number) for number in range(20)]
    assert process_time(lambda: related(new, others, {})) < SECOND


def test_a_long_enquiry_is_known_by_its_beginning_and_its_end() -> None:
    mosaic = enquiry_of(UNKNOWN, "somebody asks about the Roman mosaic of Gloucester", case_id=1)
    found = related(enquiry_of(UNKNOWN, f"they ask about the roman mosiac of Glouchester. {FILLING}"), [mosaic], {})
    assert set(found) == {1}
    found = related(enquiry_of(UNKNOWN, f"{FILLING} they ask about the Roman mosaics of Gloucester"), [mosaic], {})
    assert set(found) == {1}
