"""When somebody is at the press desk, and who is on call."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import from_mapping
from bot.domain.hours import Hours

LONDON = ZoneInfo("Europe/London")
ENGLAND = {"country": "GB", "subdivision": "ENG"}


def desk(zone: str = "Europe/London", **office: Any) -> Hours:
    return Hours.of(from_mapping({"organisation": {"timezone": zone}, "press_office": office}, {}))


def local(text: str, zone: ZoneInfo = LONDON, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


# ---- hours ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-07-10T08:59:59", False),  # a Friday
        ("2026-07-10T09:00", True),
        ("2026-07-10T16:59:59", True),
        ("2026-07-10T17:00", False),
        ("2026-07-11T12:00", False),  # a Saturday
    ],
)
def test_the_desk_is_open_from_the_first_minute_to_before_the_last(at: str, expected: bool) -> None:
    assert desk().open(local(at)) is expected


@pytest.mark.parametrize(
    ("subdivision", "at", "expected"),
    [
        ("ENG", "2026-12-25T12:00", False),
        ("ENG", "2026-12-28T12:00", False),  # Boxing Day falls on a Saturday, its substitute on this Monday
        ("ENG", "2026-11-30T12:00", True),
        ("SCT", "2026-11-30T12:00", False),  # St Andrew's Day
    ],
)
def test_nobody_is_there_on_a_public_holiday_of_that_place(subdivision: str, at: str, expected: bool) -> None:
    assert desk(holidays={"country": "GB", "subdivision": subdivision}).open(local(at)) is expected
    assert desk().open(local(at))


def test_the_desk_opens_next_after_the_weekend_and_the_holidays() -> None:
    hours = desk(holidays=ENGLAND)
    assert hours.next_open(local("2026-12-24T17:00")) == local("2026-12-29T09:00")
    assert hours.next_open(local("2026-12-29T08:00")) == local("2026-12-29T09:00")
    assert hours.next_open(local("2026-12-29T09:30")) == local("2026-12-29T09:30")


def test_a_desk_without_hours_never_opens() -> None:
    hours = desk(hours={})
    assert not hours.open(local("2026-07-10T12:00"))
    assert hours.next_open(local("2026-07-10T12:00")) is None


def test_a_desk_open_on_one_holiday_weekday_only_is_found_over_the_holiday() -> None:
    hours = desk(hours={"fri": "09:00-10:00"}, holidays=ENGLAND)
    assert hours.next_open(local("2026-12-24T12:00")) == local("2027-01-08T09:00")  # 25 December and 1 January fall out


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_a_desk_open_round_the_clock_stays_open_while_the_clocks_change(day: str, length: int) -> None:
    hours = desk(hours={date.fromisoformat(day).strftime("%a").lower(): "00:00-24:00"})
    opens = local(f"{day}T00:00").astimezone(UTC)
    minutes = [opens + timedelta(minutes=minute) for minute in range(length * 60)]
    assert all(map(hours.open, minutes))
    assert not hours.open(opens - timedelta(seconds=1))
    assert not hours.open(opens + timedelta(hours=length))


def test_an_hour_that_happens_twice_is_served_twice() -> None:
    hours = desk(hours={"sun": "01:00-01:30"})
    first, second = (local("2026-10-25T01:15", fold=fold) for fold in (0, 1))
    assert hours.open(first)
    assert hours.open(second)
    assert not hours.open(local("2026-10-25T01:30", fold=1))


def test_an_hour_that_does_not_happen_begins_as_long_after_the_change() -> None:
    hours = desk(hours={"sun": "01:30-09:00"})
    assert not hours.open(local("2026-03-29T02:29:59"))
    assert hours.next_open(local("2026-03-28T12:00")) == local("2026-03-29T02:30")


ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"]
INSTANTS = st.timedeltas(timedelta(), timedelta(days=3650)).map(lambda age: datetime(2025, 1, 1, tzinfo=UTC) + age)
QUARTERS = st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True).map(sorted)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKS = st.dictionaries(st.sampled_from(DAYS), QUARTERS, max_size=7)


def clock(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


def open_for(week: dict[str, list[int]], zone: str, holidays: bool) -> Hours:
    spans = {day: f"{clock(opens)}-{clock(closes)}" for day, (opens, closes) in week.items()}
    return desk(zone, hours=spans, holidays=ENGLAND if holidays else None)


@given(WEEKS, st.sampled_from(ZONES), INSTANTS)
def test_where_no_clock_changes_the_wall_clock_decides(week: dict[str, list[int]], name: str, now: datetime) -> None:
    zone = ZoneInfo(name)
    wall = now.astimezone(zone)
    midnight = datetime.combine(wall.date(), time())
    offsets = {(midnight + timedelta(hours=hour)).replace(tzinfo=zone).utcoffset() for hour in range(-26, 51)}
    if len(offsets) > 1:
        return
    opens, closes = week.get(DAYS[wall.weekday()], [0, 0])
    assert open_for(week, name, holidays=False).open(now) is (
        timedelta(minutes=15 * opens) <= wall.replace(tzinfo=None) - midnight < timedelta(minutes=15 * closes)
    )


@given(WEEKS, st.sampled_from(ZONES), st.booleans(), INSTANTS, st.floats(0, 1, exclude_max=True))
def test_next_open_is_the_first_open_instant(
    week: dict[str, list[int]], name: str, holidays: bool, now: datetime, part: float
) -> None:
    hours = open_for(week, name, holidays)
    found = hours.next_open(now)
    if found is None:
        assert not week
        return
    assert found >= now
    assert found.tzinfo is UTC
    assert hours.open(found)
    assert (found == now) is hours.open(now)
    if found > now:
        assert not hours.open(found - timedelta(microseconds=1))
        assert not hours.open(found - max((found - now) * part, timedelta(microseconds=1)))


@given(WEEKS, st.sampled_from(ZONES), INSTANTS)
def test_an_instant_is_the_same_however_it_is_written(week: dict[str, list[int]], name: str, now: datetime) -> None:
    hours = open_for(week, name, holidays=True)
    for zone in map(ZoneInfo, ZONES):
        assert hours.open(now.astimezone(zone)) is hours.open(now)
        assert hours.next_open(now.astimezone(zone)) == hours.next_open(now)


QUARTER = timedelta(minutes=15)


@given(WEEKS, st.sampled_from(ZONES), st.booleans(), INSTANTS, st.integers(1, 40))
def test_time_at_the_desk_is_counted_while_it_is_open(
    week: dict[str, list[int]], name: str, holidays: bool, now: datetime, quarters: int
) -> None:
    hours = open_for(week, name, holidays)
    start = datetime.fromtimestamp(now.timestamp() // 900 * 900, UTC)
    done = hours.add_open_time(start, quarters * QUARTER)
    if done is None:
        assert not week
        return
    passed = [start + quarter * QUARTER for quarter in range((done - start) // QUARTER)]
    assert sum(map(hours.open, passed)) == quarters
    assert hours.open(passed[-1])


def test_what_is_left_of_the_day_is_continued_after_the_weekend() -> None:
    friday = local("2026-07-10T16:50")
    assert desk().add_open_time(friday, timedelta(minutes=10)) == local("2026-07-10T17:00")
    assert desk().add_open_time(friday, timedelta(minutes=30)) == local("2026-07-13T09:20")
    assert desk(hours={}).add_open_time(friday, timedelta(minutes=1)) is None


# ---- the ends of shifts ---------------------------------------------------------------------------------------------


def test_a_shift_ends_when_the_desk_closes_and_when_others_come_on_call() -> None:
    hours = desk(rota=[duty("2026-07-11T09:00", "2026-07-12T09:00", "slack:ANNA")])
    ends = [local("2026-07-10T16:59")]
    for _ in range(3):
        end = hours.next_shift_end(ends[-1])
        assert end is not None
        ends.append(end)
    assert ends[1:] == [local("2026-07-10T17:00"), local("2026-07-12T09:00"), local("2026-07-13T17:00")]


def test_who_stays_on_call_has_nothing_to_hand_over() -> None:
    rota = [
        duty("2026-07-11T00:00", "2026-07-12T00:00", "slack:ANNA"),
        duty("2026-07-12T00:00", "2026-07-13T00:00", "slack:ANNA", "slack:BEN"),
    ]
    assert desk(hours={}, rota=rota).next_shift_end(local("2026-07-11T00:00")) == local("2026-07-13T00:00")


def test_a_desk_that_never_closes_has_no_end_of_the_day() -> None:
    week = {"mon-sun": "00:00-24:00"}
    assert desk(hours=week).next_shift_end(local("2026-07-10T12:00")) is None
    assert desk(hours={}).next_shift_end(local("2026-07-10T12:00")) is None


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/London", "2026-03-29", 23),
        ("Europe/London", "2026-10-25", 25),
        ("America/Santiago", "2026-04-04", 25),  # at midnight the clock goes back to 23:00
        ("America/Santiago", "2026-09-06", 23),  # at midnight it goes on to 01:00
    ],
)
def test_a_shift_round_the_clock_is_as_long_as_its_day(zone: str, day: str, length: int) -> None:
    hours = desk(zone, hours={date.fromisoformat(day).strftime("%a").lower(): "00:00-24:00"})
    opens = hours.next_open(local(f"{day}T00:00", ZoneInfo(zone)) - timedelta(hours=2))
    assert opens is not None
    assert hours.next_shift_end(opens) == opens + timedelta(hours=length)


@given(WEEKS, st.sampled_from(ZONES), st.booleans(), INSTANTS)
def test_a_shift_ends_where_the_desk_goes_from_open_to_closed(
    week: dict[str, list[int]], name: str, holidays: bool, now: datetime
) -> None:
    hours = open_for(week, name, holidays)
    end = hours.next_shift_end(now)
    if end is None:
        assert not week or len(week) == len(DAYS)  # nobody is ever there, or somebody always is
        return
    assert end > now
    assert hours.open(end - timedelta(microseconds=1))
    assert not hours.open(end)
    opens = hours.next_open(now)
    assert opens is not None
    assert opens < end
    assert hours.add_open_time(opens, end - opens) == end  # nobody leaves between


# ---- on call --------------------------------------------------------------------------------------------------------


def duty(begins: str, ends: str, *people: str) -> dict[str, Any]:
    return {"from": begins, "to": ends, "on_call": list(people)}


def test_dated_duty_wins_over_the_standing_list_from_its_first_minute_to_before_its_last() -> None:
    hours = desk(on_call=["slack:BEN"], rota=[duty("2026-12-21T17:00", "2026-12-28T09:00", "slack:ANNA")])
    assert hours.on_call(local("2026-12-21T16:59:59")) == ("slack:BEN",)
    assert hours.on_call(local("2026-12-21T17:00")) == ("slack:ANNA",)
    assert hours.on_call(local("2026-12-28T08:59:59")) == ("slack:ANNA",)
    assert hours.on_call(local("2026-12-28T09:00")) == ("slack:BEN",)


def test_duties_at_one_time_are_added_up_each_person_once() -> None:
    rota = [
        duty("2026-07-01T00:00", "2026-07-31T00:00", "slack:ANNA", "slack:CY"),
        duty("2026-07-10T00:00", "2026-07-20T00:00", "slack:CY", "teams:DI"),
    ]
    assert desk(rota=rota).on_call(local("2026-07-15T12:00")) == ("slack:ANNA", "slack:CY", "teams:DI")


def test_nobody_is_on_call_where_nobody_is_named() -> None:
    assert desk().on_call(local("2026-07-15T12:00")) == ()


def test_one_duty_follows_another_through_the_change_of_the_clocks() -> None:
    rota = [
        duty("2026-10-24T09:00", "2026-10-25T01:30", "slack:ANNA"),
        duty("2026-10-25T01:30", "2026-10-26T09:00", "slack:BEN"),
    ]
    hours = desk(rota=rota)
    begins = local("2026-10-24T09:00").astimezone(UTC)
    instants = [begins + timedelta(minutes=15 * quarter) for quarter in range(49 * 4)]
    assert all(map(hours.on_call, instants))
    assert not hours.on_call(begins + timedelta(hours=49))
    assert hours.on_call(local("2026-10-25T01:45")) == ("slack:ANNA", "slack:BEN")  # the hour that happens twice


def test_people_read_local_time() -> None:
    opens = desk().next_open(datetime(2026, 7, 10, 1, tzinfo=UTC))
    assert opens is not None
    assert f"{opens.astimezone(desk().zone):%H:%M}" == "09:00"
