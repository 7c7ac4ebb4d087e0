"""Deadlines in words: what people write, what is no time, and what holds whatever they write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import from_mapping
from bot.domain import deadlines
from bot.domain.hours import Hours

LONDON = ZoneInfo("Europe/London")
OFFICE = {
    "organisation": {"timezone": "Europe/London"},
    "press_office": {"hours": {"mon-thu": "09:00-17:00", "fri": "09:00-16:30"}, "holidays": {"country": "GB"}},
}
HOURS = Hours.of(from_mapping(OFFICE, {}))
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=LONDON)  # a Monday

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
moments = st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
WORDS = (
    "by|5|17:00|today|tomorrow|noon|half|four|to|31/02|30/2|friday|pm|at|in|hour|the|end|of|day|99|0|2026|gmt|nov|31st"
)


def wall(instant: datetime | None) -> str:
    return f"{instant.astimezone(LONDON):%a %d %b %Y %H:%M}" if instant else "nothing"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("by 5 today", "Mon 23 Nov 2026 17:00"),
        ("before 4", "Mon 23 Nov 2026 16:00"),
        ("5", "Mon 23 Nov 2026 17:00"),
        ("5pm", "Mon 23 Nov 2026 17:00"),
        ("5.30 p.m.", "Mon 23 Nov 2026 17:30"),
        ("17:00", "Mon 23 Nov 2026 17:00"),
        ("17:00:00", "Mon 23 Nov 2026 17:00"),
        ("1730hrs", "Mon 23 Nov 2026 17:30"),
        ("1730", "Mon 23 Nov 2026 17:30"),
        ("tonight at 6", "Mon 23 Nov 2026 18:00"),
        ("9 tonight", "Mon 23 Nov 2026 21:00"),
        ("this afternoon", "Mon 23 Nov 2026 15:00"),
        ("by 5 this afternoon", "Mon 23 Nov 2026 17:00"),
        ("noon", "Mon 23 Nov 2026 12:00"),
        ("midday tomorrow", "Tue 24 Nov 2026 12:00"),
        ("tomorrow noon", "Tue 24 Nov 2026 12:00"),
        ("midnight", "Tue 24 Nov 2026 00:00"),
        ("half four", "Mon 23 Nov 2026 16:30"),
        ("quarter to five", "Mon 23 Nov 2026 16:45"),
        ("ten past two tomorrow", "Tue 24 Nov 2026 14:10"),
        ("end of today", "Mon 23 Nov 2026 17:00"),
        ("before the end of the day", "Mon 23 Nov 2026 17:00"),
        ("end of play", "Mon 23 Nov 2026 17:00"),
        ("COB Friday", "Fri 27 Nov 2026 16:30"),
        ("asap", "Mon 23 Nov 2026 11:00"),
        ("now", "Mon 23 Nov 2026 11:00"),
        ("first thing tomorrow", "Tue 24 Nov 2026 09:00"),
        ("first thing on Saturday", "Sat 28 Nov 2026 09:00"),
        ("15:30 tomorrow", "Tue 24 Nov 2026 15:30"),
        ("9:30 tomorrow morning", "Tue 24 Nov 2026 09:30"),
        ("in half an hour", "Mon 23 Nov 2026 11:30"),
        ("within the hour", "Mon 23 Nov 2026 12:00"),
        ("an hour and a half", "Mon 23 Nov 2026 12:30"),
        ("in ten minutes", "Mon 23 Nov 2026 11:10"),
        ("a couple of hours", "Mon 23 Nov 2026 13:00"),
        ("on the 6 o'clock news", "Mon 23 Nov 2026 18:00"),
        ("Friday 4pm", "Fri 27 Nov 2026 16:00"),
        ("by Friday", "Fri 27 Nov 2026 16:30"),
        ("next Friday", "Fri 27 Nov 2026 16:30"),
        ("Saturday", "Sat 28 Nov 2026 17:00"),
        ("Monday", "Mon 30 Nov 2026 17:00"),
        ("Monday 9am", "Mon 30 Nov 2026 09:00"),
        ("24/11", "Tue 24 Nov 2026 17:00"),
        ("3/12/2026 15:00", "Thu 03 Dec 2026 15:00"),
        ("1 December at 10am", "Tue 01 Dec 2026 10:00"),
        ("Tuesday the 24th at 3", "Tue 24 Nov 2026 15:00"),
        ("the day after tomorrow at 10", "Wed 25 Nov 2026 10:00"),
        ("2026-11-24 15:00", "Tue 24 Nov 2026 15:00"),
        ("2026-11-24T15:00Z", "Tue 24 Nov 2026 15:00"),
        ("11am EST", "Mon 23 Nov 2026 16:00"),
        ("10:30", "Mon 23 Nov 2026 10:30"),  # half an hour ago: over, rather than tomorrow's
        ("8am", "Tue 24 Nov 2026 08:00"),
        ("20/11/2026", "Fri 20 Nov 2026 16:30"),
        *[
            (words, "nothing")
            for words in (
                "",
                "  ",
                "soon",
                "the Guardian",
                "no deadline",
                "25:00",
                "13pm",
                "31/02/2027",
                "may",
                "zero to 5",
            )
        ],
    ],
)
def test_words_are_read_as_an_officer_would(words: str, meant: str) -> None:
    assert wall(deadlines.read(words, HOURS, NOW)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("The Guardian rang, deadline 5pm", "Mon 23 Nov 2026 17:00"),
        ("Deadline: 15:30 tomorrow. Her number is 07700 900123", "Tue 24 Nov 2026 15:30"),
        ("they want a quote by 4 today", "Mon 23 Nov 2026 16:00"),
        ("they want a quote by four, please help", "Mon 23 Nov 2026 16:00"),
        ("ITV are outside, going live in ten minutes", "Mon 23 Nov 2026 11:10"),
        ("is on air in half an hour", "Mon 23 Nov 2026 11:30"),
        ("needs a reply before end of play today, please help", "Mon 23 Nov 2026 17:00"),
        ("the story goes out on the 6 o'clock news", "Mon 23 Nov 2026 18:00"),
        ("publishing on Friday, but wants to talk by noon tomorrow", "Tue 24 Nov 2026 12:00"),
        ("wants an answer within the hour", "Mon 23 Nov 2026 12:00"),
        ("they want me live at 7", "Mon 23 Nov 2026 19:00"),
        ("I am to be on air at six", "Mon 23 Nov 2026 18:00"),
        ("live on Radio 4 at 7pm, they say", "Mon 23 Nov 2026 19:00"),
        ("they want me live on the one o'clock news", "Mon 23 Nov 2026 13:00"),
        ("she wants me on at 6.30", "Mon 23 Nov 2026 18:30"),
        ("a live interview tomorrow at 8am", "Tue 24 Nov 2026 08:00"),
        ("the slot is at 18:10", "Mon 23 Nov 2026 18:10"),
        ("they want me live at 7 about the cellar", "Mon 23 Nov 2026 19:00"),
        ("live in 20 minutes", "Mon 23 Nov 2026 11:20"),
        ("I live at 7 Mill Road", "nothing"),
        ("the interview was yesterday at 3pm", "nothing"),
        ("we are live on air with a reporter", "nothing"),
        ("by the way a reporter called", "nothing"),
        ("I was asked to comment by 2 people", "nothing"),
        ("A reporter emailed me about the 2024 figures at 9", "nothing"),
        ("the deadline was yesterday", "nothing"),
        ("they wanted it by 10:30", "nothing"),
        ("I am away until Friday and the Gazette rang", "nothing"),
        ("", "nothing"),
    ],
)
def test_a_message_states_a_deadline_or_does_not(text: str, meant: str) -> None:
    assert wall(deadlines.find(text, HOURS, NOW)) == meant


@pytest.mark.parametrize(
    ("text", "meant", "words"),
    [
        ("they want me live at 7", "Mon 23 Nov 2026 19:00", "live at 7"),
        ("it is to be recorded tomorrow at 10", "Tue 24 Nov 2026 10:00", "recorded tomorrow at 10"),
        ("live on Radio 4 at 7pm, they say", "Mon 23 Nov 2026 19:00", "live on Radio 4 at 7pm"),
        ("going live in ten minutes", "Mon 23 Nov 2026 11:10", "going live in ten minutes"),
        ("she wants me on at 6.30", "Mon 23 Nov 2026 18:30", "on at 6.30"),
        ("a pre-rec at 3 tomorrow, live at 7", "Mon 23 Nov 2026 19:00", "live at 7"),
        ("he has me live at 7 on 01524 592001", "Mon 23 Nov 2026 19:00", "live at 7"),
        ("wants it by 5 today", "nothing", ""),
        ("the Gazette goes to print at 6", "nothing", ""),
        ("the interview was yesterday at 3pm", "nothing", ""),
        ("I live at 7 Mill Road", "nothing", ""),
    ],
)
def test_a_message_names_a_broadcast_or_does_not(text: str, meant: str, words: str) -> None:
    found = deadlines.find_slot(text, HOURS, NOW)
    assert (wall(found and found[0]), found[1] if found else "") == (meant, words)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("7", "Mon 23 Nov 2026 19:00"),
        ("19:00", "Mon 23 Nov 2026 19:00"),
        ("tomorrow at 10", "Tue 24 Nov 2026 10:00"),
        ("Radio 4, 7pm", "Mon 23 Nov 2026 19:00"),
        ("BBC One at 6", "Mon 23 Nov 2026 18:00"),
        ("the 6 o'clock news", "Mon 23 Nov 2026 18:00"),
        ("Today programme, 8:10", "Tue 24 Nov 2026 08:10"),
        ("5 Live tomorrow morning", "Tue 24 Nov 2026 09:00"),
        ("live at 7 (Monday 23 November 2026, 19:00 GMT)", "Mon 23 Nov 2026 19:00"),
        *[(words, "nothing") for words in ("", "Radio 4 Today", "Breakfast tomorrow", "drivetime", "10:30")],
        ("yesterday at 3pm", "nothing"),
    ],
)
def test_a_slot_has_an_hour_or_none(words: str, meant: str) -> None:
    assert wall(deadlines.read_slot(words, HOURS, NOW)) == meant


@pytest.mark.parametrize(
    ("now", "meant"),
    [
        (datetime(2026, 11, 23, 8, 0, tzinfo=LONDON), "Mon 23 Nov 2026 17:00"),
        (datetime(2026, 11, 23, 16, 59, tzinfo=LONDON), "Mon 23 Nov 2026 17:00"),
        (datetime(2026, 11, 23, 17, 0, tzinfo=LONDON), "Tue 24 Nov 2026 17:00"),
        (datetime(2026, 11, 27, 20, 0, tzinfo=LONDON), "Mon 30 Nov 2026 17:00"),
        (datetime(2026, 12, 24, 18, 0, tzinfo=LONDON), "Tue 29 Dec 2026 17:00"),
    ],
)
def test_an_unknown_deadline_is_the_end_of_the_desks_day(now: datetime, meant: str) -> None:
    assert wall(deadlines.assumed(HOURS, now)) == meant


def test_without_hours_an_unknown_deadline_is_midnight() -> None:
    never = Hours.of(from_mapping({"press_office": {"hours": {}}}, {}))
    assert wall(deadlines.assumed(never, NOW)) == "Tue 24 Nov 2026 00:00"


def test_a_time_that_the_clocks_leave_out_counts_from_before_the_change() -> None:
    night = datetime(2026, 3, 28, 20, 0, tzinfo=LONDON)
    assert wall(deadlines.read("29 March at 01:30", HOURS, night)) == "Sun 29 Mar 2026 02:30"
    assert wall(deadlines.read("in 2 hours", HOURS, datetime(2026, 3, 29, 0, 30, tzinfo=LONDON))) == (
        "Sun 29 Mar 2026 03:30"
    )


@given(st.text(max_size=60), moments)
def test_whatever_is_written_is_an_instant_or_nothing(words: str, now: datetime) -> None:
    instant = deadlines.read(words, HOURS, now)
    assert instant is None or instant.utcoffset() == timedelta(0)


@given(
    st.lists(st.sampled_from(WORDS.split("|")), max_size=6),
    moments,
)
def test_words_of_deadlines_in_any_order_raise_nothing(words: list[str], now: datetime) -> None:
    found = deadlines.find(" ".join(["deadline", *words]), HOURS, now)
    assert found is None or found >= now


@given(st.integers(0, 23), st.integers(0, 59), moments)
def test_a_clock_time_is_the_next_one_unless_it_has_just_passed(hour: int, minute: int, now: datetime) -> None:
    instant = deadlines.read(f"{hour:02}:{minute:02}", HOURS, now)
    assert instant is not None
    # An hour's leeway where the clocks change.
    assert -timedelta(hours=3) <= instant - now <= timedelta(hours=24)
    shown = instant.astimezone(LONDON)
    assert (shown.hour, shown.minute) == (hour, minute) or shown.utcoffset() != now.astimezone(LONDON).utcoffset()


@given(st.integers(1, 12), st.sampled_from(("am", "pm", " a.m.", " PM")), moments)
def test_an_hour_with_its_half_of_the_day_is_that_hour(hour: int, half: str, now: datetime) -> None:
    instant = deadlines.read(f"tomorrow at {hour}{half}", HOURS, now)
    assert instant is not None
    shown, tomorrow = instant.astimezone(LONDON), now.astimezone(LONDON).date() + timedelta(days=1)
    expected = hour % 12 + (12 if "p" in half.lower() else 0)
    assert (shown.date(), shown.hour) == (tomorrow, expected) or (tomorrow.month, expected) == (3, 1)


@given(st.integers(1, 59), moments)
def test_a_span_is_counted_from_now(minutes: int, now: datetime) -> None:
    assert deadlines.read(f"in {minutes} minutes", HOURS, now) == now + timedelta(minutes=minutes)


@given(moments)
def test_an_assumed_deadline_is_to_come_and_within_the_holidays(now: datetime) -> None:
    assert timedelta(0) < deadlines.assumed(HOURS, now) - now <= timedelta(days=6)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("5pm ET", "Mon 23 Nov 2026 22:00"),
        ("tomorrow noon New York time", "Tue 24 Nov 2026 17:00"),
        ("tomorrow noon Narnia time", "nothing"),
        ("tomorrow noon their time", "nothing"),
        ("Friday 26 November", "nothing"),  # a Thursday
        ("quarter to one", "Mon 23 Nov 2026 12:45"),
        ("the 12th", "Sat 12 Dec 2026 17:00"),
        ("thur", "Thu 26 Nov 2026 17:00"),
        ("next Monday", "Mon 30 Nov 2026 17:00"),
        ("within 3 working days", "Thu 26 Nov 2026 17:00"),
        ("1h30", "Mon 23 Nov 2026 12:30"),
        ("16h30", "Mon 23 Nov 2026 16:30"),
        ("11-1pm", "Mon 23 Nov 2026 11:00"),
    ],
)
def test_no_part_of_a_time_is_left_out(words: str, meant: str) -> None:
    assert wall(deadlines.read(words, HOURS, NOW)) == meant


def test_the_words_of_a_deadline_are_those_of_the_message() -> None:
    found = deadlines.find_reading("She called. Needs it by noon New York time on Thursday, she says", HOURS, NOW)
    assert found is not None
    assert (wall(found.at), found.words) == ("Thu 26 Nov 2026 17:00", "noon New York time on Thursday")


def test_a_bare_hour_is_the_one_that_comes_next_early_in_the_morning() -> None:
    early = NOW.replace(hour=6, minute=30)
    assert wall(deadlines.read("7", HOURS, early)) == "Mon 23 Nov 2026 07:00"
    assert wall(deadlines.read("5", HOURS, early)) == "Mon 23 Nov 2026 17:00"
